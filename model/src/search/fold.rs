//! Texts without case and accents, and where their parts stood before.

use std::ops::Range;

use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

/// A text for comparing: small letters, no accents, and one spelling for letters that
/// people without them write otherwise (`ß` as `ss`).
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        fold_letter(letter, &mut |letter| folded.push(letter));
    }
    folded
}

/// Where any of the folded `words` stand in `text`: ranges of bytes of `text`, in order,
/// those that touch joined.
pub(super) fn marks(text: &str, words: &[String]) -> Vec<Range<usize>> {
    let mut folded = String::with_capacity(text.len());
    // For each byte of the folded text, the letter of `text` it comes from.
    let mut from: Vec<Range<usize>> = Vec::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        let whole = at..at + letter.len_utf8();
        let before = folded.len();
        fold_letter(letter, &mut |letter| folded.push(letter));
        match from.last_mut() {
            // An accent that stands alone belongs to the letter before it.
            Some(last) if folded.len() == before => {
                let start = last.start;
                for range in from
                    .iter_mut()
                    .rev()
                    .take_while(|range| range.start == start)
                {
                    range.end = whole.end;
                }
            }
            _ => from.resize(folded.len(), whole),
        }
    }
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for word in words {
        for (at, found) in folded.match_indices(word.as_str()) {
            if let (Some(first), Some(last)) = (from.get(at), from.get(at + found.len() - 1)) {
                ranges.push(first.start..last.end);
            }
        }
    }
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

fn fold_letter(letter: char, push: &mut dyn FnMut(char)) {
    if letter.is_ascii() {
        push(letter.to_ascii_lowercase());
        return;
    }
    for small in letter.to_lowercase() {
        decompose_canonical(small, |part| {
            if !is_accent(part) {
                match spelt_out(part) {
                    Some(plain) => plain.chars().for_each(&mut *push),
                    None => push(part),
                }
            }
        });
    }
}

/// Whether a mark is an accent that people leave out: on Latin, Greek and Cyrillic
/// letters, and the points of Hebrew and Arabic. The marks of other scripts are letters
/// in their own right: a Hindi vowel, the voicing of a kana.
fn is_accent(part: char) -> bool {
    !part.is_ascii() && matches!(canonical_combining_class(part), 1 | 10..=35 | 200..)
}

/// Letters that no accent makes, as people write them on other keyboards.
fn spelt_out(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        'ς' => "σ",
        // Typographic signs that keyboards write plainly.
        '’' | '‘' => "'",
        '“' | '”' | '„' => "\"",
        '–' | '—' | '‑' | '−' => "-",
        '…' => "...",
        '\u{a0}' | '\u{202f}' => " ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{fold, marks};

    #[test]
    fn case_and_accents_make_no_difference() {
        for (one, other) in [
            ("Émile", "emile"),
            ("e\u{301}mile", "emile"),
            ("ÅNGSTRÖM", "angstrom"),
            ("Straße", "STRASSE"),
            ("Łódź", "lodz"),
            ("İstanbul", "istanbul"),
            ("Ὀδυσσεύς", "ΟΔΥΣΣΕΥΣ"),
            ("don’t – wait…", "don't - wait..."),
            ("שָׁלוֹם", "שלום"),
        ] {
            assert_eq!(fold(one), fold(other), "{one}");
        }
    }

    #[test]
    fn marks_that_are_letters_of_their_script_make_a_difference() {
        for (one, other) in [("か", "が"), ("कि", "की")] {
            assert_ne!(fold(one), fold(other), "{one}");
        }
    }

    #[test]
    fn marks_cover_whole_letters_of_the_text_as_it_stands() {
        let said = |text: &str, words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| fold(word)).collect();
            marks(text, &words)
                .into_iter()
                .map(|range| text[range].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(said("Cafe\u{301} Café", &["cafe"]), ["Cafe\u{301}", "Café"]);
        assert_eq!(said("Die Straße", &["strasse"]), ["Straße"]);
        assert_eq!(
            said("Die Straße", &["s"]),
            ["S", "ß"],
            "half of ß marks all of it"
        );
        assert_eq!(said("pay, repay", &["pay", "ay"]), ["pay", "pay"]);
        assert_eq!(
            said("abcabc", &["abc"]),
            ["abcabc"],
            "what touches is one mark"
        );
        assert_eq!(said("nothing here", &["else"]), Vec::<String>::new());
        assert_eq!(said("\u{301}", &["x"]), Vec::<String>::new());
    }
}
