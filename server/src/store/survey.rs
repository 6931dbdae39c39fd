//! Looking at everything that is stored, damaged or not: for `waymark admin verify` and for
//! getting out of a damaged document what is intact.

use std::collections::BTreeSet;

use serde::Serialize;
use waymark_sync::{DocumentId, Incarnation, Position, Record, Snapshot, StoredDocument};

use super::keyspace::{Keyspace, Tree};
use super::layout::{self, Damage, Head, LoggedRecord};
use super::{StoreError, read};

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Damaged {
    /// The record, or where the snapshot reaches to; 0 for the document's head.
    pub position: u64,
    /// What is wrong there.
    pub problem: String,
}

/// What is there of one document.
#[derive(Clone, Debug)]
pub struct Survey {
    /// Which life of its history it is, if its head can be read.
    pub incarnation: Option<Incarnation>,
    /// The snapshot, if there is one that can be read.
    pub snapshot: Option<(Position, Snapshot)>,
    /// The records that can be read.
    pub records: Vec<(Position, Record)>,
    /// What cannot.
    pub damaged: Vec<Damaged>,
}

impl Survey {
    /// What is intact, as a document.
    pub fn intact(self) -> StoredDocument {
        StoredDocument {
            incarnation: self.incarnation.unwrap_or(Incarnation(0)),
            snapshot: self.snapshot,
            records: self.records,
        }
    }

    fn note(&mut self, position: Position, problem: impl Into<String>) {
        self.damaged.push(Damaged {
            position: position.0,
            problem: problem.into(),
        });
    }
}

/// Every name that anything is stored under, and every key that says no name.
pub(super) fn names<K: Keyspace>(keyspace: &K) -> Result<(Vec<DocumentId>, usize), StoreError> {
    let mut names = BTreeSet::new();
    let mut strange = 0;
    for tree in [Tree::Documents, Tree::Log, Tree::Snapshots] {
        let mut after = Vec::new();
        while let Some(key) = keyspace.next(tree, &after)? {
            let length = match tree {
                Tree::Documents => key.len(),
                _ => key.iter().position(|byte| *byte == 0).unwrap_or(key.len()),
            };
            let name = std::str::from_utf8(&key[..length]).ok();
            let whole = tree == Tree::Documents || key.len() == length + layout::PLACE_BYTES;
            match name.and_then(|name| DocumentId::parse(name).ok()) {
                Some(id) if whole => {
                    // Past everything of this document.
                    after = match tree {
                        Tree::Documents => key,
                        _ => layout::chunk_key(&id, Position(u64::MAX), u32::MAX),
                    };
                    names.insert(id);
                }
                _ => {
                    strange += 1;
                    after = key;
                }
            }
        }
    }
    Ok((names.into_iter().collect(), strange))
}

/// Reads what can be read of a document. Nobody may write meanwhile.
pub(super) fn document<K: Keyspace>(keyspace: &K, id: &DocumentId) -> Result<Survey, StoreError> {
    let mut survey = Survey {
        incarnation: None,
        snapshot: None,
        records: Vec::new(),
        damaged: Vec::new(),
    };
    let head = match keyspace.get(Tree::Documents, id.as_str().as_bytes())? {
        None => Err("head is missing".to_owned()),
        Some(value) => Head::decode(id, &value).map_err(|damage| format!("head: {}", damage.0)),
    };
    let told = head.as_ref().map_or(Position(0), |head| head.snapshot);
    let candidates = match head {
        Ok(head) => {
            survey.incarnation = Some(head.incarnation);
            Vec::from_iter((head.snapshot > Position(0)).then_some(head.snapshot))
        }
        Err(problem) => {
            survey.note(Position(0), problem);
            let mut all = positions(keyspace, Tree::Snapshots, id)?;
            all.reverse();
            all
        }
    };
    for upto in candidates {
        match part(read::whole(keyspace, Tree::Snapshots, id, upto))? {
            Ok(Some(content)) => match layout::decode_snapshot(content) {
                Ok(snapshot) => {
                    survey.snapshot = Some((upto, snapshot));
                    break;
                }
                Err(Damage(problem)) => survey.note(upto, format!("snapshot: {problem}")),
            },
            Ok(None) => survey.note(upto, "snapshot is missing"),
            Err(problem) => survey.note(upto, format!("snapshot: {problem}")),
        }
    }
    let base = survey.snapshot.as_ref().map_or(told, |(upto, _)| *upto);
    let mut due = Position(base.0 + 1);
    for position in positions(keyspace, Tree::Log, id)? {
        if position <= base {
            continue;
        }
        if position > due {
            let last = position.0 - 1;
            survey.note(due, format!("records up to {last} are missing"));
        }
        due = Position(position.0.saturating_add(1));
        let content = part(read::whole(keyspace, Tree::Log, id, position))?;
        let logged = content.and_then(|content| {
            let content = content.ok_or("first part is missing")?;
            LoggedRecord::decode(&content).map_err(|damage| damage.0)
        });
        match logged {
            Ok(logged) => survey.records.push((position, logged.record)),
            Err(problem) => survey.note(position, problem),
        }
    }
    if survey.snapshot.is_none() && survey.records.is_empty() && survey.damaged.is_empty() {
        survey.note(Position(1), "everything is missing");
    }
    Ok(survey)
}

/// The small records that cannot be read.
pub(super) fn damaged_small<K: Keyspace>(keyspace: &K) -> Result<Vec<String>, StoreError> {
    let mut damaged = Vec::new();
    let mut after = Vec::new();
    while let Some(key) = keyspace.next(Tree::Small, &after)? {
        let name = String::from_utf8_lossy(&key).into_owned();
        let value = keyspace.get(Tree::Small, &key)?.unwrap_or_default();
        if layout::decode_small(&name, &value).is_err() {
            damaged.push(name);
        }
        after = key;
    }
    Ok(damaged)
}

/// The positions that a document has anything at, in order.
fn positions<K: Keyspace>(
    keyspace: &K,
    tree: Tree,
    id: &DocumentId,
) -> Result<Vec<Position>, StoreError> {
    let mut found = Vec::new();
    let mut after = layout::chunk_key(id, Position(0), 0);
    while let Some(key) = keyspace.next(tree, &after)? {
        let Some(position) = layout::position_of(id, &key) else {
            break;
        };
        found.push(position);
        after = layout::chunk_key(id, position, u32::MAX);
    }
    Ok(found)
}

/// Tells damage, which is a finding, from a store that does not work.
fn part<T>(read: Result<T, StoreError>) -> Result<Result<T, &'static str>, StoreError> {
    match read {
        Ok(value) => Ok(Ok(value)),
        Err(StoreError::Corrupt { problem, .. }) => Ok(Err(problem)),
        Err(error) => Err(error),
    }
}
