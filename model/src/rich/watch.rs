//! Which rich texts changed since somebody last asked.

use std::collections::BTreeSet;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use yrs::branch::BranchID;
use yrs::{Doc, Origin, ReadTxn, Transact, WriteTxn};

use super::DetailsOf;

/// Watches the rich texts of a document, for as long as it lives: those that are there,
/// those that are written in here, and those it is told to [expect](Watch::expect).
#[derive(Debug)]
pub struct Watch {
    noted: Arc<Mutex<BTreeSet<DetailsOf>>>,
    key: Origin,
    doc: Doc,
}

impl Watch {
    /// Begins to watch; those that are there already count as changed.
    pub fn new(doc: &Doc) -> Self {
        let present: BTreeSet<DetailsOf> = {
            let txn = doc.transact();
            let roots = txn.root_refs();
            roots
                .filter_map(|(root, _)| DetailsOf::parse(root))
                .collect()
        };
        let noted = Arc::new(Mutex::new(present));
        let key = Origin::from(format!("waymark-details-{:p}", Arc::as_ptr(&noted)).as_str());
        let changed = Arc::clone(&noted);
        // It fails only while a transaction is open, which the one above is no more.
        let _ = doc.observe_after_transaction(key.clone(), move |txn| {
            let roots = txn
                .changed_parent_types()
                .iter()
                .filter_map(|branch| match branch.id() {
                    BranchID::Root(name) => DetailsOf::parse(&name),
                    BranchID::Nested(_) => None,
                });
            let mut changed = changed.lock().unwrap_or_else(PoisonError::into_inner);
            changed.extend(roots);
        });
        Self {
            noted,
            key,
            doc: doc.clone(),
        }
    }

    /// From now on notices also when others make this one: yrs tells nothing of a root
    /// whose type nobody here has said.
    pub fn expect(&self, of: &DetailsOf) {
        if let Ok(mut txn) = self.doc.try_transact_mut() {
            txn.get_or_insert_text(of.root());
        }
    }

    /// Those that changed since this was asked last.
    pub fn take(&self) -> BTreeSet<DetailsOf> {
        mem::take(&mut *self.noted.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.doc.unobserve_after_transaction(self.key.clone());
    }
}

#[cfg(test)]
mod tests {
    use yrs::Update;
    use yrs::updates::decoder::Decode;

    use super::*;
    use crate::apply;
    use crate::edit::Edit;
    use crate::edit::tests::{card, demo_doc};
    use crate::rich::Marks;

    fn write(doc: &Doc, id: &str) {
        let edit = Edit::SpliceDetails {
            of: DetailsOf::Card(card(id)),
            at: 0,
            remove: 0,
            insert: "said".to_owned(),
            marks: Marks::default(),
        };
        apply(&mut doc.transact_mut(), &edit).unwrap();
    }

    #[test]
    fn it_names_the_texts_that_changed_and_no_other() {
        let doc = demo_doc("saas-evaluation");
        write(&doc, "a06-actions-1");
        let watch = Watch::new(&doc);
        let first = DetailsOf::Card(card("a06-actions-1"));
        assert!(watch.take().contains(&first), "it was there before");
        assert!(watch.take().is_empty());
        write(&doc, "a01-actions-1");
        let second = DetailsOf::Card(card("a01-actions-1"));
        assert_eq!(watch.take(), BTreeSet::from([second]));
        let text = Edit::SetText {
            field: crate::edit::TextField::CardText(card("a06-actions-1")),
            text: "other".to_owned(),
        };
        apply(&mut doc.transact_mut(), &text).unwrap();
        assert!(watch.take().is_empty(), "a card's own text is no details");
    }

    #[test]
    fn it_notices_a_text_that_somebody_else_makes() {
        let (ana, ben) = (demo_doc("saas-evaluation"), Doc::with_client_id(99));
        let give = |from: &Doc, to: &Doc| {
            let since = to.transact().state_vector();
            let update = from.transact().encode_state_as_update_v1(&since);
            let update = Update::decode_v1(&update).unwrap();
            to.transact_mut().apply_update(update).unwrap();
        };
        give(&ana, &ben);
        let watch = Watch::new(&ben);
        let of = DetailsOf::Card(card("a06-actions-1"));
        watch.expect(&of);
        assert!(watch.take().is_empty());
        write(&ana, "a06-actions-1");
        give(&ana, &ben);
        assert_eq!(watch.take(), BTreeSet::from([of]));
    }
}
