//! Reading a document back, while the writer goes on.
//!
//! Nothing here takes a lock: a document's head is read before and after, and the
//! whole reading is done again if it has changed meanwhile (a compaction replaces the
//! head before it forgets anything).

use waymark_sync::{DocumentId, Position, StoredDocument};

use super::keyspace::{Keyspace, Tree};
use super::layout::{self, Damage, Head, LoggedRecord, RecordStart};
use super::{DocumentHead, Revision, SmallRecord, StoreError};

/// How often a reading is begun again because of compactions.
const ATTEMPTS: usize = 16;

pub(super) fn load<K: Keyspace>(
    keyspace: &K,
    id: &DocumentId,
) -> Result<Option<StoredDocument>, StoreError> {
    consistently(keyspace, id, |head| {
        let snapshot = match head.snapshot {
            Position(0) => None,
            upto => {
                let content = whole(keyspace, Tree::Snapshots, id, upto)?
                    .ok_or_else(|| corrupt(id, upto, Damage("snapshot is missing")))?;
                let snapshot =
                    layout::decode_snapshot(content).map_err(|damage| corrupt(id, upto, damage))?;
                Some((upto, snapshot))
            }
        };
        let mut records = Vec::new();
        let mut position = Position(head.snapshot.0 + 1);
        loop {
            match whole(keyspace, Tree::Log, id, position)? {
                Some(content) => {
                    let logged = LoggedRecord::decode(&content)
                        .map_err(|damage| corrupt(id, position, damage))?;
                    records.push((position, logged.record));
                    position = Position(position.0 + 1);
                }
                None => match first_key_from(keyspace, id, position)? {
                    // It was appended between the two looks.
                    Some(key) if key == layout::chunk_key(id, position, 0) => {}
                    Some(_) => return Err(corrupt(id, position, Damage("record is missing"))),
                    None => break,
                },
            }
        }
        // A document begins with a record, so there is always something.
        if snapshot.is_none() && records.is_empty() {
            return Err(corrupt(id, position, Damage("record is missing")));
        }
        Ok(StoredDocument {
            incarnation: head.incarnation,
            snapshot,
            records,
        })
    })
}

pub(super) fn document_head<K: Keyspace>(
    keyspace: &K,
    id: &DocumentId,
) -> Result<Option<DocumentHead>, StoreError> {
    consistently(keyspace, id, |head| {
        let last = last_position(keyspace, id, head)?;
        let changed_at = if last == head.snapshot {
            head.snapshot_at
        } else {
            record_start(keyspace, id, last)?.at
        };
        Ok(DocumentHead {
            incarnation: head.incarnation,
            last,
            changed_at,
        })
    })
}

/// The stored head; `None` if there is no such document.
pub(super) fn head<K: Keyspace>(keyspace: &K, id: &DocumentId) -> Result<Option<Head>, StoreError> {
    match keyspace.get(Tree::Documents, id.as_str().as_bytes())? {
        None => Ok(None),
        Some(value) => Head::decode(id, &value)
            .map(Some)
            .map_err(|damage| corrupt(id, Position(0), damage)),
    }
}

/// The newest position: of the last record, or of the snapshot if there is none after it.
pub(super) fn last_position<K: Keyspace>(
    keyspace: &K,
    id: &DocumentId,
    head: &Head,
) -> Result<Position, StoreError> {
    let end = layout::chunk_key(id, Position(u64::MAX), u32::MAX);
    let last = keyspace.previous(Tree::Log, &end)?;
    let last = last
        .and_then(|key| layout::position_of(id, &key))
        .unwrap_or_default();
    Ok(last.max(head.snapshot))
}

/// Batch and time of a record that is there.
pub(super) fn record_start<K: Keyspace>(
    keyspace: &K,
    id: &DocumentId,
    position: Position,
) -> Result<RecordStart, StoreError> {
    let key = layout::chunk_key(id, position, 0);
    let start = match keyspace.get(Tree::Log, &key)? {
        None => Err(Damage("record is missing")),
        Some(value) => {
            layout::unseal(&key, &value).and_then(|(_, content)| RecordStart::decode(content))
        }
    };
    start.map_err(|damage| corrupt(id, position, damage))
}

pub(super) fn list<K: Keyspace>(
    keyspace: &K,
    after: Option<&DocumentId>,
    limit: usize,
) -> Result<Vec<DocumentId>, StoreError> {
    let mut names = Vec::new();
    let mut key = after
        .map(|id| id.as_str().as_bytes().to_vec())
        .unwrap_or_default();
    while names.len() < limit {
        let Some(next) = keyspace.next(Tree::Documents, &key)? else {
            break;
        };
        // A key that is no name is damage of a kind that no reader can attribute.
        if let Some(id) = std::str::from_utf8(&next)
            .ok()
            .and_then(|n| DocumentId::parse(n).ok())
        {
            names.push(id);
        }
        key = next;
    }
    Ok(names)
}

pub(super) fn small<K: Keyspace>(
    keyspace: &K,
    key: &str,
) -> Result<Option<SmallRecord>, StoreError> {
    let Some(stored) = keyspace.get(Tree::Small, key.as_bytes())? else {
        return Ok(None);
    };
    let (revision, value) =
        layout::decode_small(key, &stored).map_err(|Damage(problem)| StoreError::Unavailable {
            reason: format!("record {key} is damaged: {problem}"),
        })?;
    Ok(Some(SmallRecord {
        revision: Revision(revision),
        value,
    }))
}

pub(super) fn small_keys<K: Keyspace>(
    keyspace: &K,
    prefix: &str,
) -> Result<Vec<String>, StoreError> {
    let mut keys = Vec::new();
    if keyspace.get(Tree::Small, prefix.as_bytes())?.is_some() {
        keys.push(prefix.to_owned());
    }
    let mut after = prefix.as_bytes().to_vec();
    while let Some(next) = keyspace.next(Tree::Small, &after)? {
        let Some(key) = std::str::from_utf8(&next)
            .ok()
            .filter(|key| key.starts_with(prefix))
        else {
            break;
        };
        keys.push(key.to_owned());
        after = next;
    }
    Ok(keys)
}

pub(super) fn corrupt(id: &DocumentId, position: Position, damage: Damage) -> StoreError {
    StoreError::Corrupt {
        document: id.clone(),
        position,
        problem: damage.0,
    }
}

/// Reads with a head that is the same before and after.
fn consistently<K: Keyspace, T>(
    keyspace: &K,
    id: &DocumentId,
    read: impl Fn(&Head) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    for _ in 0..ATTEMPTS {
        let Some(before) = head(keyspace, id)? else {
            return Ok(None);
        };
        let result = read(&before);
        if head(keyspace, id)? == Some(before) {
            return result.map(Some);
        }
    }
    Err(StoreError::Unavailable {
        reason: format!("document {id} changes too quickly to be read"),
    })
}

/// A record or snapshot put together from its chunks; `None` if it has no first chunk.
pub(super) fn whole<K: Keyspace>(
    keyspace: &K,
    tree: Tree,
    id: &DocumentId,
    position: Position,
) -> Result<Option<Vec<u8>>, StoreError> {
    let mut content = Vec::new();
    let mut chunk = 0;
    loop {
        let key = layout::chunk_key(id, position, chunk);
        let Some(value) = chunk_value(keyspace, tree, &key, chunk)? else {
            if chunk == 0 {
                return Ok(None);
            }
            return Err(corrupt(id, position, Damage("part is missing")));
        };
        let (chunks, part) =
            layout::unseal(&key, &value).map_err(|damage| corrupt(id, position, damage))?;
        content.extend_from_slice(part);
        chunk += 1;
        if chunk >= chunks {
            return Ok(Some(content));
        }
    }
}

/// One chunk. Of records only the first is in the log (in old stores all are).
fn chunk_value<K: Keyspace>(
    keyspace: &K,
    tree: Tree,
    key: &[u8],
    chunk: u32,
) -> Result<Option<Vec<u8>>, StoreError> {
    if tree == Tree::Log
        && chunk > 0
        && let Some(part) = keyspace.get(Tree::Parts, key)?
    {
        return Ok(Some(part));
    }
    keyspace.get(tree, key)
}

/// This document's first key in the log at `position` or later.
fn first_key_from<K: Keyspace>(
    keyspace: &K,
    id: &DocumentId,
    position: Position,
) -> Result<Option<Vec<u8>>, StoreError> {
    let before = layout::chunk_key(id, Position(position.0 - 1), u32::MAX);
    let next = keyspace.next(Tree::Log, &before)?;
    Ok(next.filter(|key| layout::position_of(id, key).is_some()))
}
