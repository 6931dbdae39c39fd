//! Writing what a command makes.

use serde::Serialize;
use yrs::{Any, Map, Number, TransactionMut, WriteTxn};

use super::read::{StoredMessage, StoredReview, StoredThread};
use super::{Order, Talk, schema};
use crate::ids::PersonId;

/// Writes the beginning of a talk document.
pub fn begin(txn: &mut TransactionMut<'_>) {
    let talk = txn.get_or_insert_map(schema::TALK);
    talk.insert(txn, schema::SCHEMA, number(u64::from(schema::TALK_VERSION)));
}

/// Does a checked command: on the value, and in the document that the value was read from.
pub fn apply(
    txn: &mut TransactionMut<'_>,
    talk: &mut Talk,
    order: &Order,
    by: &PersonId,
    now: u64,
) {
    let touched = talk.play(order, by, now);
    if touched.nothing {
        return;
    }
    if let Some(thread) = touched.thread.as_ref().and_then(|id| talk.thread(id)) {
        put(
            txn,
            schema::THREADS,
            thread.id.as_str(),
            &StoredThread::from(thread),
        );
    }
    if let Some((thread, message)) = touched.message.as_ref().and_then(|id| talk.message(id)) {
        let stored = StoredMessage::of(&thread.id, message);
        put(txn, schema::MESSAGES, message.id.as_str(), &stored);
    }
    if let Some(review) = touched.review.as_ref().and_then(|id| talk.review(id)) {
        put(
            txn,
            schema::REVIEWS,
            review.id.as_str(),
            &StoredReview::from(review),
        );
    }
    if let Some((message, reaction, there)) = &touched.reaction {
        let key = format!("{message}/{}/{by}", reaction.word());
        let root = txn.get_or_insert_map(schema::REACTIONS);
        if *there {
            root.insert(txn, key, number(now));
        } else {
            root.remove(txn, &key);
        }
    }
    let done = txn.get_or_insert_map(schema::DONE);
    if talk.has_done(&order.id) {
        done.insert(txn, order.id.as_str(), number(now));
    }
    for id in &touched.forgotten {
        done.remove(txn, id.as_str());
    }
}

pub(super) fn put(txn: &mut TransactionMut<'_>, root: &str, key: &str, value: &impl Serialize) {
    let value = serde_json::to_value(value)
        .and_then(serde_json::from_value::<Any>)
        .expect("what is stored is made of texts, numbers and lists");
    txn.get_or_insert_map(root).insert(txn, key, value);
}

pub(super) fn number(value: u64) -> Any {
    Any::Number(Number::try_i64(value as f64))
}
