//! The piece of a text around what was found in it.

use std::ops::Range;

/// How many letters stand before the first mark when a text is cut.
const BEFORE: usize = 24;
/// How many letters a piece has about.
const LONG: usize = 140;

/// A part of an excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Plain(String),
    Marked(String),
}

/// A text with its marks; a long one is cut before and after them, between words.
pub(super) fn excerpt(text: &str, marks: &[Range<usize>]) -> Vec<Part> {
    let first = marks.first().map_or(0, |mark| mark.start);
    let start = start(text, first);
    let end = end(text, start.max(first));
    let mut parts = Vec::new();
    let plain = |parts: &mut Vec<Part>, range: Range<usize>, before: &str, after: &str| {
        let words = text
            .get(range)
            .unwrap_or_default()
            .replace(['\n', '\r'], " ");
        let words = format!("{before}{words}{after}");
        if !words.is_empty() {
            parts.push(Part::Plain(words));
        }
    };
    let mut at = start;
    let mut ahead = if start > 0 { "…" } else { "" };
    for mark in marks
        .iter()
        .filter(|mark| mark.start >= start && mark.end <= end)
    {
        plain(&mut parts, at..mark.start, std::mem::take(&mut ahead), "");
        parts.push(Part::Marked(text[mark.clone()].replace(['\n', '\r'], " ")));
        at = mark.end;
    }
    plain(
        &mut parts,
        at..end,
        ahead,
        if end < text.len() { "…" } else { "" },
    );
    parts
}

/// Where the piece begins: the text's beginning, or a word before the mark.
fn start(text: &str, mark: usize) -> usize {
    let before = &text[..mark];
    if before.chars().count() <= BEFORE * 2 {
        return 0;
    }
    let (cut, _) = before
        .char_indices()
        .rev()
        .nth(BEFORE - 1)
        .unwrap_or_default();
    before[cut..].find(' ').map_or(cut, |space| cut + space + 1)
}

/// Where it ends: the text's end, or between words.
fn end(text: &str, from: usize) -> usize {
    let Some((cut, _)) = text[from..].char_indices().nth(LONG) else {
        return text.len();
    };
    let cut = from + cut;
    text[from..cut].rfind(' ').map_or(cut, |space| from + space)
}

#[cfg(test)]
mod tests {
    use super::{Part, excerpt};

    fn shown(text: &str, word: &str) -> String {
        let marks: Vec<_> = text
            .match_indices(word)
            .map(|(at, it)| at..at + it.len())
            .collect();
        excerpt(text, &marks)
            .into_iter()
            .map(|part| match part {
                Part::Plain(text) => text,
                Part::Marked(text) => format!("[{text}]"),
            })
            .collect()
    }

    #[test]
    fn a_short_text_is_shown_whole_with_its_marks() {
        assert_eq!(
            shown("pays, then pays again", "pays"),
            "[pays], then [pays] again"
        );
        assert_eq!(shown("two\nlines", "lines"), "two [lines]");
        assert_eq!(shown("all", "all"), "[all]");
    }

    #[test]
    fn a_long_text_is_cut_between_words_around_its_first_mark() {
        let text = format!("{}the needle {}", "straw ".repeat(40), "more ".repeat(60));
        let shown = shown(&text, "needle");
        assert!(
            shown.starts_with("…straw ") && shown.ends_with("more…"),
            "{shown}"
        );
        assert!(shown.contains("the [needle] more") && shown.chars().count() < 200);
    }

    #[test]
    fn letters_of_several_bytes_are_not_cut_apart() {
        let text = format!("{}ß{}", "é".repeat(90), "é".repeat(300));
        assert!(shown(&text, "ß").contains("é[ß]é"));
    }
}
