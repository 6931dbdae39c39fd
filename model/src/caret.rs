//! Where a caret is in a text, said so that it stays with its letters whatever others
//! type: by the letter before it.
//!
//! What comes from others is not trusted: a caret that leads nowhere, or into another
//! text than the one it is said to be in, is none.

use yrs::branch::{Branch, BranchPtr};
use yrs::{Assoc, ClientID, ID, IndexScope, IndexedSequence, ReadTxn, StickyIndex, Text, TextRef};

use crate::edit::TextField;
use crate::rich::DetailsOf;

/// A text that a caret may be in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CaretIn {
    /// A text without marks.
    Text(TextField),
    /// A rich text.
    Details(DetailsOf),
}

/// The caret before the first letter.
const START: &str = "0";

/// The longest caret, in bytes: two numbers and a dot.
pub const MAX_BYTES: usize = 32;

/// An offset in UTF-16 units as others can find it again; `None` when there is no such
/// text. An offset beyond the text is its end.
pub fn tell<T: ReadTxn>(txn: &T, of: &CaretIn, offset: usize) -> Option<String> {
    let text = text_of(txn, of)?;
    let offset = u32::try_from(offset).unwrap_or(u32::MAX).min(text.len(txn));
    if offset == 0 {
        return Some(START.to_owned());
    }
    let place = text.sticky_index(txn, offset, Assoc::Before)?;
    let id = place.id()?;
    Some(format!("{}.{}", id.client.get(), id.clock))
}

/// The offset that somebody told, in UTF-16 units.
pub fn find<T: ReadTxn>(txn: &T, of: &CaretIn, caret: &str) -> Option<usize> {
    let text = text_of(txn, of)?;
    if caret == START {
        return Some(0);
    }
    let (client, clock) = caret.split_once('.')?;
    let client: u64 = client.parse().ok()?;
    // Browsers hold no larger one, and neither does yrs.
    if caret.len() > MAX_BYTES || client >> 53 != 0 {
        return None;
    }
    let id = ID::new(ClientID::new(client), clock.parse().ok()?);
    let place = StickyIndex::new(IndexScope::Relative(id), Assoc::Before).get_offset(txn)?;
    (place.branch == BranchPtr::from(AsRef::<Branch>::as_ref(&text)))
        .then_some(place.index.min(text.len(txn)) as usize)
}

fn text_of<T: ReadTxn>(txn: &T, of: &CaretIn) -> Option<TextRef> {
    match of {
        CaretIn::Text(field) => crate::edit::text_ref(txn, field),
        CaretIn::Details(of) => of.text(txn),
    }
}

#[cfg(test)]
mod tests {
    use yrs::Transact;

    use super::*;
    use crate::apply;
    use crate::edit::Edit;
    use crate::edit::tests::{card, demo_doc};
    use crate::rich::Marks;

    #[test]
    fn a_caret_stays_with_its_letters() {
        let doc = demo_doc("saas-evaluation");
        let field = TextField::CardText(card("a06-actions-1"));
        let of = CaretIn::Text(field.clone());
        let set = |text: &str| {
            let edit = Edit::SetText {
                field: field.clone(),
                text: text.to_owned(),
            };
            apply(&mut doc.transact_mut(), &edit).unwrap();
        };
        set("one 😀 two");
        let caret = tell(&doc.transact(), &of, 6).unwrap();
        assert_eq!(find(&doc.transact(), &of, &caret), Some(6));
        set("and one 😀 two");
        set("and one 😀 and two");
        assert_eq!(find(&doc.transact(), &of, &caret), Some(10));
        set("and  two");
        assert_eq!(find(&doc.transact(), &of, &caret), Some(4));
        let start = tell(&doc.transact(), &of, 0).unwrap();
        let end = tell(&doc.transact(), &of, 99).unwrap();
        assert_eq!(find(&doc.transact(), &of, &start), Some(0));
        assert_eq!(find(&doc.transact(), &of, &end), Some(8));
    }

    #[test]
    fn carets_that_lead_elsewhere_are_none() {
        let doc = demo_doc("saas-evaluation");
        let of = CaretIn::Details(DetailsOf::Card(card("a06-actions-1")));
        assert_eq!(tell(&doc.transact(), &of, 0), None);
        let edit = Edit::SpliceDetails {
            of: DetailsOf::Card(card("a06-actions-1")),
            at: 0,
            remove: 0,
            insert: "abc".to_owned(),
            marks: Marks::default(),
        };
        apply(&mut doc.transact_mut(), &edit).unwrap();
        let txn = doc.transact();
        let here = tell(&txn, &of, 2).unwrap();
        assert_eq!(find(&txn, &of, &here), Some(2));
        let other = CaretIn::Text(TextField::CardText(card("a06-actions-1")));
        assert_eq!(find(&txn, &other, &here), None);
        let huge = format!("{}.0", u64::MAX);
        for caret in [
            "",
            ".",
            "1",
            "1.",
            "1.4294967295",
            "1.-1",
            "7.7",
            huge.as_str(),
            "1.99999999999",
        ] {
            assert_eq!(find(&txn, &of, caret), None, "{caret}");
        }
    }
}
