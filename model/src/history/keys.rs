//! What a transaction did to the keys of maps, and how it is taken back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use yrs::types::{EntryChange, Event, PathSegment};
use yrs::{Any, DeepObservable, Doc, Map, MapRef, Out, TransactionMut};

use super::ACTING;
use crate::edit::settle;
use crate::schema;

/// The keys that say what a thing is in.
const HOMES: &[&str] = &[schema::CELL, schema::STAGE, schema::STEP, schema::STEPS];

/// One key that a step wrote.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct KeyChange {
    root: &'static str,
    /// The keys that lead from the root to the map, none for the root itself.
    path: Vec<Arc<str>>,
    key: Arc<str>,
    what: What,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    /// A thing was made.
    Made,
    /// A plain value was set, replaced or removed.
    Plain { old: Option<Any>, new: Option<Any> },
}

/// The keys that the transaction before wrote, filled by observers of the document.
#[derive(Debug)]
pub(super) struct KeyLog(Arc<Mutex<Vec<KeyChange>>>);

impl KeyLog {
    pub(super) fn watch(doc: &Doc) -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        for &name in schema::ROOTS {
            let log = Arc::clone(&log);
            let root = doc.get_or_insert_map(name);
            root.observe_deep("waymark-history", move |txn, events| {
                if txn.origin() != Some(&ACTING.into()) {
                    return;
                }
                let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
                for event in events.iter() {
                    if let Event::Map(event) = event
                        && let Some(path) = keys_of(event.path())
                    {
                        log.extend(event.keys(txn).iter().filter_map(|(key, change)| {
                            Some(KeyChange {
                                root: name,
                                what: what(change, path.is_empty())?,
                                path: path.clone(),
                                key: Arc::clone(key),
                            })
                        }));
                    }
                }
            });
        }
        Self(log)
    }

    /// What was written since this was asked last.
    pub(super) fn take(&self) -> Vec<KeyChange> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changes = std::mem::take(&mut *log);
        // Equal edits write equal updates, also when they are taken back.
        changes.sort_by(|a, b| (a.root, &a.path, &a.key).cmp(&(b.root, &b.path, &b.key)));
        changes
    }
}

fn keys_of(path: yrs::types::Path) -> Option<Vec<Arc<str>>> {
    path.into_iter()
        .map(|segment| match segment {
            PathSegment::Key(key) => Some(key),
            PathSegment::Index(_) => None,
        })
        .collect()
}

/// What can be taken back of a change. A text that was made stays, empty.
fn what(change: &EntryChange, in_root: bool) -> Option<What> {
    let plain = |value: &Out| match value {
        Out::Any(value) => Some(value.clone()),
        _ => None,
    };
    match change {
        EntryChange::Inserted(Out::YMap(_)) if in_root => Some(What::Made),
        EntryChange::Inserted(new) => Some(What::Plain {
            old: None,
            new: Some(plain(new)?),
        }),
        EntryChange::Updated(old, new) => Some(What::Plain {
            old: Some(plain(old)?),
            new: Some(plain(new)?),
        }),
        EntryChange::Removed(old) => Some(What::Plain {
            old: Some(plain(old)?),
            new: None,
        }),
    }
}

/// Takes changes back (or does them again), each if its key still is as it was left;
/// those that had an effect.
pub(super) fn turn(
    txn: &mut TransactionMut<'_>,
    changes: Vec<KeyChange>,
    back: bool,
) -> Vec<KeyChange> {
    // Where something stands among its siblings goes with whose siblings they are: who
    // put it elsewhere meanwhile has placed it there.
    let taken: Vec<KeyChange> = changes
        .iter()
        .filter(|it| HOMES.contains(&it.key.as_ref()) && !is_as_left(txn, it, back))
        .cloned()
        .collect();
    let is_placed_elsewhere = |change: &KeyChange| {
        change.key.as_ref() == schema::POS
            && taken
                .iter()
                .any(|home| home.root == change.root && home.path == change.path)
    };
    let turned: Vec<KeyChange> = changes
        .into_iter()
        .filter(|change| !is_placed_elsewhere(change) && turn_one(txn, change, back).is_some())
        .collect();
    // Who takes back their choice leaves that of others, which counts now.
    for change in turned.iter().filter(|it| it.root == schema::CHOICES) {
        if let Some((scalar, _)) = change.key.rsplit_once('/') {
            settle(txn, scalar);
        }
    }
    turned
}

fn is_as_left(txn: &TransactionMut<'_>, change: &KeyChange, back: bool) -> bool {
    let What::Plain { old, new } = &change.what else {
        return true;
    };
    let wanted = if back { new } else { old };
    find(txn, change.root, &change.path).is_some_and(|map| {
        let present = map.get(txn, &change.key);
        present == wanted.clone().map(Out::Any)
    })
}

fn turn_one(txn: &mut TransactionMut<'_>, change: &KeyChange, back: bool) -> Option<()> {
    let map = find(txn, change.root, &change.path)?;
    match &change.what {
        What::Made => {
            let Some(Out::YMap(thing)) = map.get(txn, &change.key) else {
                return None;
            };
            let undone = Some(Any::from(HashMap::from([(
                schema::UNDONE.to_owned(),
                Any::from(true),
            )])));
            let (from, to) = if back { (None, undone) } else { (undone, None) };
            set(txn, &thing, schema::DELETED, &from, &to)
        }
        What::Plain { old, new } => {
            let (from, to) = if back { (new, old) } else { (old, new) };
            set(txn, &map, &change.key, from, to)
        }
    }
}

fn find(txn: &TransactionMut<'_>, root: &str, path: &[Arc<str>]) -> Option<MapRef> {
    let root = crate::map::value::root(txn, root)?;
    path.iter()
        .try_fold(root, |map, key| match map.get(txn, key) {
            Some(Out::YMap(map)) => Some(map),
            _ => None,
        })
}

/// Gives a key the value `to` if it has the value `from`.
fn set(
    txn: &mut TransactionMut<'_>,
    map: &MapRef,
    key: &str,
    from: &Option<Any>,
    to: &Option<Any>,
) -> Option<()> {
    let present = match map.get(txn, key) {
        None => None,
        Some(Out::Any(value)) => Some(value),
        Some(_) => return None,
    };
    if present != *from {
        return None;
    }
    match to {
        Some(value) => {
            map.insert(txn, key, value.clone());
        }
        None => {
            map.remove(txn, key);
        }
    }
    Some(())
}
