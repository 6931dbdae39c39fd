//! Writing only the part of a text that differs.

use yrs::types::text::YChange;
use yrs::{Any, GetString, OffsetKind, Out, Text, TextRef, TransactionMut};

/// Makes a text say `wanted`, keeping what both have in common at the start and at the
/// end: what somebody else types there at the same time stays where it is.
pub(super) fn splice(txn: &mut TransactionMut<'_>, text: &TextRef, wanted: &str) {
    let present = text.get_string(txn);
    if present == wanted {
        return;
    }
    let start = common_start(&present, wanted);
    let end = common_end(&present[start..], &wanted[start..]);
    let removed = &present[start..present.len() - end];
    let added = &wanted[start..wanted.len() - end];
    let kind = txn.doc().offset_kind();
    let units = |text: &str| match kind {
        OffsetKind::Utf16 => text.encode_utf16().count() as u32,
        OffsetKind::Bytes => text.len() as u32,
    };
    let mut from = units(&present[..start]);
    let mut to = from + units(removed);
    if text.len(txn) != units(&present) {
        (from, to) = past_embeds(txn, text, from, to, &units);
    }
    if to > from {
        text.remove_range(txn, from, to - from);
    }
    if !added.is_empty() {
        text.insert(txn, from, added);
    }
}

/// Bytes that two texts have in common at the start, in whole characters.
fn common_start(a: &str, b: &str) -> usize {
    a.chars()
        .zip(b.chars())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum()
}

fn common_end(a: &str, b: &str) -> usize {
    a.chars()
        .rev()
        .zip(b.chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum()
}

/// Offsets among the characters as offsets among characters and embedded things, which
/// other programs may have put into the text and which take one place each.
fn past_embeds(
    txn: &TransactionMut<'_>,
    text: &TextRef,
    from: u32,
    to: u32,
    units: &dyn Fn(&str) -> u32,
) -> (u32, u32) {
    let (mut seen, mut embeds) = (0, 0);
    let (mut new_from, mut new_to) = (from, to);
    for chunk in text.diff(txn, YChange::identity) {
        match chunk.insert {
            Out::Any(Any::String(chunk)) => seen += units(&chunk),
            _ => {
                embeds += 1;
                if seen <= from {
                    new_from = from + embeds;
                }
                if seen < to || seen <= from {
                    new_to = to + embeds;
                }
            }
        }
    }
    (new_from, new_to)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, prop, proptest};
    use yrs::types::Attrs;
    use yrs::{Any, Doc, GetString, Text, TextRef, Transact};

    use super::splice;
    use crate::schema::new_doc;

    fn text_in(doc: &Doc, content: &str) -> TextRef {
        let text = doc.get_or_insert_text("t");
        text.insert(&mut doc.transact_mut(), 0, content);
        text
    }

    #[test]
    fn only_the_middle_that_differs_is_written() {
        let doc = new_doc(1);
        let text = text_in(&doc, "Opens six tabs");
        let mut txn = doc.transact_mut();
        let before = txn.encode_update_v1().len();
        splice(&mut txn, &text, "Opens eleven tabs");
        assert_eq!(text.get_string(&txn), "Opens eleven tabs");
        let update = txn.encode_update_v1();
        assert!(update.len() - before < 40, "{} bytes", update.len());
        assert!(!String::from_utf8_lossy(&update).contains("tabs"));
    }

    #[test]
    fn faces_that_share_half_their_code_units_are_never_cut() {
        let doc = new_doc(1);
        let text = text_in(&doc, "ok 😀 fine");
        let mut txn = doc.transact_mut();
        for wanted in [
            "ok 😁 fine",
            "ok 😁😀 fine",
            "👩‍👩‍👧 ok 😀",
            "",
            "😀",
            "é",
            "e\u{301}",
        ] {
            splice(&mut txn, &text, wanted);
            assert_eq!(text.get_string(&txn), wanted);
        }
    }

    #[test]
    fn something_embedded_by_another_program_stays_beside_the_same_words() {
        let doc = new_doc(1);
        let text = text_in(&doc, "one two");
        let mut txn = doc.transact_mut();
        text.insert_embed(&mut txn, 3, Any::from(true));
        text.format(
            &mut txn,
            0,
            2,
            Attrs::from([("bold".into(), Any::from(true))]),
        );
        splice(&mut txn, &text, "one and two!");
        assert_eq!(text.get_string(&txn), "one and two!");
        assert_eq!(text.len(&txn), 13);
    }

    fn words() -> impl Strategy<Value = String> {
        prop::collection::vec(
            prop::sample::select(vec!["a", "b", "é", "😀", "😁", "\n", "𝔘"]),
            0..12,
        )
        .prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn a_text_says_what_it_was_made_to_say(first in words(), second in words()) {
            let doc = new_doc(1);
            let text = text_in(&doc, &first);
            let mut txn = doc.transact_mut();
            splice(&mut txn, &text, &second);
            assert_eq!(text.get_string(&txn), second);
        }
    }
}
