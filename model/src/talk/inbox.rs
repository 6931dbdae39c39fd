//! What one person should hear, in a document of their own, `inbox/{person}`, which the
//! server alone writes: so it is the same on all their devices.
//!
//! | root | key | plain value |
//! |---|---|---|
//! | `entries` | entry | `{why, map, thread?, message?, review?, by, at}` |
//! | `read` | entry | when |
//! | `muted` | map | when |
//!
//! It says who and where, and neither names nor words: those are asked for when it is shown.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use yrs::{Map, Out, ReadTxn, TransactionMut, WriteTxn};

use super::apply::{number, put};
use super::read::{entries, millis};
use super::{Notice, Why};
use crate::ids::{MapId, MessageId, PersonId, ReviewId, ThreadId};

const ENTRIES: &str = "entries";
const READ: &str = "read";
const MUTED: &str = "muted";
/// The most entries that are kept; the oldest go first.
pub const KEPT: usize = 300;

/// All that one person should hear.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inbox {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// Maps that nothing more is to be heard of.
    pub muted: BTreeSet<MapId>,
}

/// One thing to hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its key.
    pub id: String,
    /// Why.
    pub why: Why,
    /// On which map.
    pub map: MapId,
    /// About which thread.
    pub thread: Option<ThreadId>,
    /// And which message in it.
    pub message: Option<MessageId>,
    /// Or about which review.
    pub review: Option<ReviewId>,
    /// Who did it.
    pub by: PersonId,
    /// When, in milliseconds since the Unix epoch.
    pub at: u64,
    /// Whether it was seen.
    pub read: bool,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    why: String,
    map: MapId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    thread: Option<ThreadId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<MessageId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    review: Option<ReviewId>,
    by: PersonId,
    #[serde(deserialize_with = "millis")]
    at: u64,
}

impl Inbox {
    /// Reads an inbox; what is not as the server writes it is not there.
    pub fn read<T: ReadTxn>(txn: &T) -> Self {
        let read = keys(txn, READ);
        let mut list: Vec<Entry> = entries::<_, Stored>(txn, ENTRIES)
            .into_iter()
            .filter_map(|(id, stored)| {
                Some(Entry {
                    why: Why::from_word(&stored.why)?,
                    map: stored.map,
                    thread: stored.thread,
                    message: stored.message,
                    review: stored.review,
                    by: stored.by,
                    at: stored.at,
                    read: read.contains_key(&id),
                    id,
                })
            })
            .collect();
        list.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
        Self {
            entries: list,
            muted: keys(txn, MUTED)
                .into_keys()
                .filter_map(|map| MapId::parse(&map).ok())
                .collect(),
        }
    }

    /// How much was not seen.
    pub fn unread(&self) -> usize {
        self.entries.iter().filter(|entry| !entry.read).count()
    }
}

/// Writes the beginning of an inbox.
pub fn begin(txn: &mut TransactionMut<'_>) {
    super::begin(txn);
}

/// Puts a notice in, unless its map is muted; whether it did. `id` makes it one: the same
/// again changes nothing.
pub fn add(
    txn: &mut TransactionMut<'_>,
    id: &str,
    map: &MapId,
    notice: &Notice,
    by: &PersonId,
    now: u64,
) -> bool {
    let inbox = Inbox::read(txn);
    if inbox.muted.contains(map) || inbox.entries.iter().any(|entry| entry.id == id) {
        return false;
    }
    let stored = Stored {
        why: notice.why.word().to_owned(),
        map: map.clone(),
        thread: notice.thread.clone(),
        message: notice.message.clone(),
        review: notice.review.clone(),
        by: by.clone(),
        at: now,
    };
    put(txn, ENTRIES, id, &stored);
    for old in inbox.entries.iter().skip(KEPT - 1) {
        txn.get_or_insert_map(ENTRIES).remove(txn, &old.id);
        txn.get_or_insert_map(READ).remove(txn, &old.id);
    }
    true
}

/// Notes that entries were seen, or are to be seen again. Those that are not there are
/// passed over.
pub fn mark(txn: &mut TransactionMut<'_>, ids: &[String], read: bool, now: u64) {
    let inbox = Inbox::read(txn);
    let root = txn.get_or_insert_map(READ);
    for entry in &inbox.entries {
        if entry.read != read && ids.contains(&entry.id) {
            if read {
                root.insert(txn, entry.id.as_str(), number(now));
            } else {
                root.remove(txn, &entry.id);
            }
        }
    }
}

/// Notes whether nothing more is to be heard of a map.
pub fn mute(txn: &mut TransactionMut<'_>, map: &MapId, muted: bool, now: u64) {
    let before = keys(txn, MUTED).contains_key(map.as_str());
    if before == muted {
        return;
    }
    let root = txn.get_or_insert_map(MUTED);
    if muted {
        root.insert(txn, map.as_str(), number(now));
    } else {
        root.remove(txn, map.as_str());
    }
}

fn keys<T: ReadTxn>(txn: &T, root: &str) -> BTreeMap<String, Out> {
    txn.get_map(root).map_or_else(BTreeMap::new, |root| {
        root.iter(txn)
            .map(|(key, value)| (key.to_owned(), value))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use yrs::Transact;

    use super::*;
    use crate::schema::new_doc;

    fn notice(why: Why) -> Notice {
        Notice {
            to: PersonId::parse("ben").unwrap(),
            why,
            thread: Some(ThreadId::parse("t1").unwrap()),
            message: None,
            review: None,
        }
    }

    #[test]
    fn an_inbox_keeps_the_newest_says_what_was_seen_and_nothing_of_muted_maps() {
        let doc = new_doc(1);
        let (map, quiet) = (MapId::parse("a").unwrap(), MapId::parse("b").unwrap());
        let ana = PersonId::parse("ana").unwrap();
        let mut txn = doc.transact_mut();
        begin(&mut txn);
        mute(&mut txn, &quiet, true, 1);
        for n in 0..KEPT as u64 + 5 {
            let id = format!("o{n}");
            let put = add(&mut txn, &id, &map, &notice(Why::Reply), &ana, n);
            assert!(put, "{n}");
        }
        assert!(!add(&mut txn, "o9", &map, &notice(Why::Reply), &ana, 9_000));
        assert!(!add(
            &mut txn,
            "q",
            &quiet,
            &notice(Why::Mention),
            &ana,
            9_000
        ));
        let inbox = Inbox::read(&txn);
        assert_eq!(inbox.unread(), KEPT);
        assert_eq!(inbox.entries[0].id, format!("o{}", KEPT + 4));
        mark(&mut txn, &["o200".to_owned(), "gone".to_owned()], true, 5);
        assert_eq!(Inbox::read(&txn).unread(), KEPT - 1);
        mark(&mut txn, &["o200".to_owned()], false, 6);
        mute(&mut txn, &quiet, false, 7);
        assert_eq!(
            Inbox::read(&txn),
            Inbox {
                muted: BTreeSet::new(),
                ..inbox
            }
        );
    }
}
