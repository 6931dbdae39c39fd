//! Which elements of a document a change made and deleted.

use waymark_sync::Record;
use yrs::updates::decoder::Decode;
use yrs::{Doc, IdSet, ReadTxn, Transact, TransactionMut, Update};

/// The elements that a change, a log or a whole document made and deleted.
///
/// A state vector alone would not notice a lost deletion, so both are kept.
#[derive(Clone, Debug, Default)]
pub struct Footprint {
    made: IdSet,
    deleted: IdSet,
}

impl Footprint {
    /// What a finished transaction did.
    pub(crate) fn of_transaction(txn: &TransactionMut<'_>) -> Self {
        Self {
            made: txn.insert_set().clone(),
            deleted: txn.delete_set().clone(),
        }
    }

    /// What a log record does.
    pub(crate) fn of_record(record: &Record) -> Result<Self, String> {
        Self::of_update(&record.update)
    }

    /// What an update does.
    pub(crate) fn of_update(bytes: &[u8]) -> Result<Self, String> {
        let update =
            Update::decode_v1(bytes).map_err(|error| format!("cannot be decoded: {error}"))?;
        Ok(Self {
            made: update.insertions(true),
            deleted: update.delete_set().clone(),
        })
    }

    /// Everything a document holds.
    pub fn of_document(doc: &Doc) -> Self {
        let txn = doc.transact();
        let mut made = IdSet::new();
        for (client, clock) in txn.state_vector().iter() {
            made.insert(yrs::ID::new(*client, 0), *clock);
        }
        Self {
            made,
            deleted: txn.snapshot().delete_set,
        }
    }

    /// Whether it did nothing.
    pub fn is_empty(&self) -> bool {
        self.made.is_empty() && self.deleted.is_empty()
    }

    /// Adds another change to this one.
    pub(crate) fn add(&mut self, other: &Self) {
        self.made.merge_with(other.made.clone());
        self.deleted.merge_with(other.deleted.clone());
    }

    /// What of this is not in `other`, in words; `None` when everything is.
    pub fn missing_in(&self, other: &Self) -> Option<String> {
        let made = self.made.diff(&other.made);
        let deleted = self.deleted.diff(&other.deleted);
        (!made.is_empty() || !deleted.is_empty())
            .then(|| format!("made {} deleted {}", describe(&made), describe(&deleted)))
    }
}

fn describe(set: &IdSet) -> String {
    let mut parts: Vec<String> = set
        .iter()
        .map(|(client, ranges)| {
            let ranges: Vec<String> = ranges
                .iter()
                .map(|range| format!("{}..{}", range.start, range.end))
                .collect();
            format!("{client}:{}", ranges.join(","))
        })
        .collect();
    parts.sort();
    format!("[{}]", parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use yrs::{GetString, Text};

    #[test]
    fn a_lost_insertion_and_a_lost_deletion_are_both_noticed() {
        let doc = Doc::with_client_id(1);
        let text = doc.get_or_insert_text("t");
        text.insert(&mut doc.transact_mut(), 0, "abc");
        let before = Footprint::of_document(&doc);
        let delete = {
            let mut txn = doc.transact_mut();
            text.remove_range(&mut txn, 1, 1);
            txn.commit();
            Footprint::of_transaction(&txn)
        };
        let after = Footprint::of_document(&doc);
        assert_eq!(text.get_string(&doc.transact()), "ac");
        assert!(delete.missing_in(&before).is_some());
        assert!(delete.missing_in(&after).is_none());
        assert!(after.missing_in(&before).is_some());
        assert!(before.missing_in(&after).is_none());
    }
}
