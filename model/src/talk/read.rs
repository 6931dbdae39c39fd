//! Reading a talk document. It never fails: what is not as the server writes it is not
//! there.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use yrs::{Any, Map, Out, ReadTxn};

use super::{Anchor, Day, Mark, Message, Reaction, Review, Talk, Thread, schema};
use crate::ids::{MessageId, OrderId, PersonId, ThreadId};
use crate::limits::TIME_MS;

/// A thread as it stands in the document.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredThread {
    anchor: Anchor,
    by: PersonId,
    #[serde(deserialize_with = "millis")]
    at: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resolved: Option<StoredMark>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    assignee: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due: Option<Day>,
}

#[derive(Serialize, Deserialize)]
struct StoredMark {
    by: PersonId,
    #[serde(deserialize_with = "millis")]
    at: u64,
}

/// A message as it stands in the document.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredMessage {
    thread: ThreadId,
    by: PersonId,
    #[serde(deserialize_with = "millis")]
    at: u64,
    #[serde(default, skip_serializing_if = "is_zero", deserialize_with = "millis")]
    written: u64,
    text: String,
    #[serde(default, skip_serializing_if = "is_zero", deserialize_with = "millis")]
    edited: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
}

/// A request for a review as it stands in the document.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredReview {
    by: PersonId,
    #[serde(deserialize_with = "millis")]
    at: u64,
    who: Vec<PersonId>,
    view: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Day>,
    questions: String,
    #[serde(default)]
    done: Vec<StoredMark>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    withdrawn: bool,
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// A time: documents hold numbers as browsers do.
pub(super) fn millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = f64::deserialize(deserializer)?;
    // `as` saturates.
    Ok((number as u64).min(TIME_MS))
}

impl Talk {
    /// Reads what is said.
    pub fn read<T: ReadTxn>(txn: &T) -> Self {
        let mut reactions = reactions(txn);
        let mut messages: HashMap<ThreadId, Vec<Message>> = HashMap::new();
        for (key, stored) in entries::<_, StoredMessage>(txn, schema::MESSAGES) {
            let Ok(id) = MessageId::parse(&key) else {
                continue;
            };
            let mut reactions = reactions.remove(key.as_str()).unwrap_or_default();
            reactions.sort_unstable();
            if stored.deleted {
                reactions.clear();
            }
            let message = Message {
                id,
                said: Mark {
                    by: stored.by,
                    at: stored.at,
                },
                written_at: (stored.written > 0).then_some(stored.written),
                text: stored.text,
                edited_at: (stored.edited > 0).then_some(stored.edited),
                deleted: stored.deleted,
                reactions,
            };
            messages.entry(stored.thread).or_default().push(message);
        }
        let mut threads: Vec<Thread> = entries::<_, StoredThread>(txn, schema::THREADS)
            .into_iter()
            .filter_map(|(key, stored)| {
                let id = ThreadId::parse(&key).ok()?;
                let mut messages = messages.remove(&id)?;
                messages.sort_by(|a, b| (a.said.at, &a.id).cmp(&(b.said.at, &b.id)));
                Some(Thread {
                    id,
                    anchor: stored.anchor,
                    begun: Mark {
                        by: stored.by,
                        at: stored.at,
                    },
                    resolved: stored.resolved.map(mark),
                    assignee: stored.assignee,
                    due: stored.due,
                    messages,
                })
            })
            .collect();
        threads.sort_by(|a, b| (a.begun.at, &a.id).cmp(&(b.begun.at, &b.id)));
        let mut reviews: Vec<Review> = entries::<_, StoredReview>(txn, schema::REVIEWS)
            .into_iter()
            .filter_map(|(key, stored)| {
                Some(Review {
                    id: crate::ids::ReviewId::parse(&key).ok()?,
                    asked: Mark {
                        by: stored.by,
                        at: stored.at,
                    },
                    who: stored.who,
                    view: stored.view,
                    until: stored.until,
                    questions: stored.questions,
                    done: stored.done.into_iter().map(mark).collect(),
                    withdrawn: stored.withdrawn,
                })
            })
            .collect();
        reviews.sort_by(|a, b| (a.asked.at, &a.id).cmp(&(b.asked.at, &b.id)));
        Self {
            threads,
            reviews,
            done: done(txn),
        }
    }
}

impl From<&Thread> for StoredThread {
    fn from(thread: &Thread) -> Self {
        Self {
            anchor: thread.anchor.clone(),
            by: thread.begun.by.clone(),
            at: thread.begun.at,
            resolved: thread.resolved.clone().map(stored),
            assignee: thread.assignee.clone(),
            due: thread.due.clone(),
        }
    }
}

impl StoredMessage {
    pub(super) fn of(thread: &ThreadId, message: &Message) -> Self {
        Self {
            thread: thread.clone(),
            by: message.said.by.clone(),
            at: message.said.at,
            written: message.written_at.unwrap_or(0),
            text: message.text.clone(),
            edited: message.edited_at.unwrap_or(0),
            deleted: message.deleted,
        }
    }
}

impl From<&Review> for StoredReview {
    fn from(review: &Review) -> Self {
        Self {
            by: review.asked.by.clone(),
            at: review.asked.at,
            who: review.who.clone(),
            view: review.view.clone(),
            until: review.until.clone(),
            questions: review.questions.clone(),
            done: review.done.iter().cloned().map(stored).collect(),
            withdrawn: review.withdrawn,
        }
    }
}

fn mark(StoredMark { by, at }: StoredMark) -> Mark {
    Mark { by, at }
}

fn stored(Mark { by, at }: Mark) -> StoredMark {
    StoredMark { by, at }
}

/// The plain values of a root that read as such a thing.
pub(super) fn entries<T: ReadTxn, V: DeserializeOwned>(txn: &T, root: &str) -> Vec<(String, V)> {
    let Some(root) = txn.get_map(root) else {
        return Vec::new();
    };
    root.iter(txn)
        .filter_map(|(key, value)| {
            let Out::Any(value) = value else {
                return None;
            };
            let value = serde_json::to_value(&value).ok()?;
            Some((key.to_owned(), serde_json::from_value(value).ok()?))
        })
        .collect()
}

/// Who answers which message how.
fn reactions<T: ReadTxn>(txn: &T) -> HashMap<String, Vec<(Reaction, PersonId)>> {
    let mut found: HashMap<String, Vec<_>> = HashMap::new();
    if let Some(root) = txn.get_map(schema::REACTIONS) {
        for (key, _) in root.iter(txn) {
            let mut parts = key.splitn(3, '/');
            let (Some(message), Some(word), Some(person)) =
                (parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            if let (Some(reaction), Ok(person)) =
                (Reaction::from_word(word), PersonId::parse(person))
            {
                let list = found.entry(message.to_owned()).or_default();
                list.push((reaction, person));
            }
        }
    }
    found
}

fn done<T: ReadTxn>(txn: &T) -> Vec<(OrderId, u64)> {
    let Some(root) = txn.get_map(schema::DONE) else {
        return Vec::new();
    };
    let mut done: Vec<(OrderId, u64)> = root
        .iter(txn)
        .filter_map(|(key, value)| {
            let Out::Any(Any::Number(at)) = value else {
                return None;
            };
            Some((OrderId::parse(key).ok()?, at.as_f64()? as u64))
        })
        .collect();
    done.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
    done
}
