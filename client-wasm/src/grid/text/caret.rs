//! What happens to a text, a caret and unsent keystrokes when somebody else edits
//! the same text. Offsets are UTF-16 units, as in the DOM and in the document.

/// One replaced stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    at: usize,
    removed: usize,
    inserted: Vec<u16>,
}

impl Change {
    /// The one stretch in which `new` differs from `old`; never splits a character.
    pub(crate) fn between(old: &[u16], new: &[u16]) -> Self {
        let shortest = old.len().min(new.len());
        let mut at = (0..shortest).take_while(|&i| old[i] == new[i]).count();
        if at > 0 && is_high(old[at - 1]) {
            at -= 1;
        }
        let mut same = (0..shortest - at)
            .take_while(|&i| old[old.len() - 1 - i] == new[new.len() - 1 - i])
            .count();
        if same > 0 && is_low(old[old.len() - same]) {
            same -= 1;
        }
        Self {
            at,
            removed: old.len() - at - same,
            inserted: new[at..new.len() - same].to_vec(),
        }
    }

    /// Where it begins, how much it removes and what it puts there.
    pub(crate) fn parts(&self) -> (usize, usize, String) {
        let inserted = String::from_utf16_lossy(&self.inserted);
        (self.at, self.removed, inserted)
    }

    /// Where an offset in the old text is in the new one.
    pub(crate) fn shift(&self, offset: usize) -> usize {
        if offset <= self.at {
            offset
        } else if offset >= self.at + self.removed {
            offset - self.removed + self.inserted.len()
        } else {
            self.at + (offset - self.at).min(self.inserted.len())
        }
    }
}

/// `theirs` with what `mine` changed since `base`: both keep their words.
pub(crate) fn merge(base: &str, mine: &str, theirs: &str) -> String {
    let (base, mine, theirs) = (units(base), units(mine), units(theirs));
    let my_change = Change::between(&base, &mine);
    let their_change = Change::between(&base, &theirs);
    let start = their_change.shift(my_change.at);
    let end = their_change
        .shift(my_change.at + my_change.removed)
        .max(start);
    let mut merged = theirs[..start].to_vec();
    merged.extend_from_slice(&my_change.inserted);
    merged.extend_from_slice(&theirs[end..]);
    String::from_utf16_lossy(&merged)
}

/// Where a caret in `old` belongs in `new`.
pub(crate) fn moved(old: &str, new: &str, caret: u32) -> u32 {
    let shifted = Change::between(&units(old), &units(new)).shift(caret as usize);
    u32::try_from(shifted).unwrap_or(u32::MAX)
}

/// The length as the DOM counts it.
pub(crate) fn length(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn is_high(unit: u16) -> bool {
    (0xD800..0xDC00).contains(&unit)
}

fn is_low(unit: u16) -> bool {
    (0xDC00..0xE000).contains(&unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caret_stays_with_its_letters_when_others_type_before_it() {
        assert_eq!(moved("price is unclear", "the price is unclear", 5), 9);
        assert_eq!(moved("price is unclear", "price is very unclear", 5), 5);
        assert_eq!(moved("price is unclear", "price is very unclear", 16), 21);
    }

    #[test]
    fn a_caret_inside_a_removed_stretch_goes_to_its_start() {
        assert_eq!(moved("one 222 three", "one three", 6), 4);
        assert_eq!(moved("one two", "", 7), 0);
    }

    #[test]
    fn a_character_of_two_units_is_never_split() {
        // 😀 and 😃 share their first unit.
        let change = Change::between(&units("a😀b"), &units("a😃b"));
        assert_eq!(
            (change.at, change.removed, change.inserted.len()),
            (1, 2, 2)
        );
        assert_eq!(merge("a😀b", "a😀bc", "a😃b"), "a😃bc");
    }

    #[test]
    fn both_keep_their_words_when_they_type_in_one_text() {
        assert_eq!(
            merge(
                "is a viewer paid",
                "is a viewer paid?",
                "Question: is a viewer paid"
            ),
            "Question: is a viewer paid?"
        );
        assert_eq!(merge("ab", "aXb", "aYb").len(), 4);
        assert_eq!(
            merge("one two three", "one three", "one two three four"),
            "one three four"
        );
        assert_eq!(merge("one two", "one two", ""), "");
    }

    #[test]
    fn lengths_are_counted_as_the_dom_counts_them() {
        assert_eq!(length("a😀"), 3);
    }
}
