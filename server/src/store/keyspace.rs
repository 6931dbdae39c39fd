//! What an engine has to offer: ordered keys, grouped writes and one flush.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};

use super::StoreError;

/// A family of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tree {
    /// What does not fit into the first part of a record. Nothing here counts before the
    /// log has that first part, so it may reach the disk piece by piece.
    Parts,
    /// Records of all documents: the first part of each.
    Log,
    /// Snapshots of all documents.
    Snapshots,
    /// One head for each document. After the log and the snapshots, so that a head that
    /// is there points at things that are there.
    Documents,
    /// Small records.
    Small,
}

impl Tree {
    /// All trees, in the order in which a group of writes reaches them.
    pub const ALL: [Self; 5] = [
        Self::Parts,
        Self::Log,
        Self::Snapshots,
        Self::Documents,
        Self::Small,
    ];
}

/// Writes that belong together, for each tree the last write of a key wins.
#[derive(Debug, Default)]
pub(super) struct Writes([Vec<Write>; Tree::ALL.len()]);

/// A key with its new value, or `None` to remove it.
type Write = (Vec<u8>, Option<Vec<u8>>);
/// The keys and values of one tree.
type Bytes = BTreeMap<Vec<u8>, Vec<u8>>;

impl Writes {
    pub(super) fn put(&mut self, tree: Tree, key: Vec<u8>, value: Vec<u8>) {
        self.0[tree as usize].push((key, Some(value)));
    }

    pub(super) fn remove(&mut self, tree: Tree, key: Vec<u8>) {
        self.0[tree as usize].push((key, None));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    pub(super) fn take(&mut self, tree: Tree) -> Vec<Write> {
        std::mem::take(&mut self.0[tree as usize])
    }
}

/// Ordered keys and values. Every write is there or not; of the writes of one tree in one
/// `apply` a later one is never there without the earlier ones.
pub(super) trait Keyspace {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The first key after this one.
    fn next(&self, tree: Tree, after: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The last key before this one.
    fn previous(&self, tree: Tree, before: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Writes, tree by tree in the order of [`Tree::ALL`]; nothing is durable yet.
    fn apply(&self, writes: Writes) -> Result<(), StoreError>;

    /// Makes everything applied durable.
    fn flush(&self) -> Result<(), StoreError>;
}

impl<K: Keyspace> Keyspace for Arc<K> {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        (**self).get(tree, key)
    }

    fn next(&self, tree: Tree, after: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        (**self).next(tree, after)
    }

    fn previous(&self, tree: Tree, before: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        (**self).previous(tree, before)
    }

    fn apply(&self, writes: Writes) -> Result<(), StoreError> {
        (**self).apply(writes)
    }

    fn flush(&self) -> Result<(), StoreError> {
        (**self).flush()
    }
}

/// A disk made of memory; clones are the same disk.
///
/// Tests hold one to "restart" a [`super::MemoryStore`] on it and to damage bytes.
#[derive(Clone, Debug, Default)]
pub struct MemoryDisk {
    trees: Arc<Mutex<HashMap<Tree, Bytes>>>,
}

impl MemoryDisk {
    /// Hands out the values of one tree.
    pub fn with_tree<T>(&self, tree: Tree, f: impl FnOnce(&mut Bytes) -> T) -> T {
        let mut trees = self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        f(trees.entry(tree).or_default())
    }
}

impl Keyspace for MemoryDisk {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.with_tree(tree, |tree| tree.get(key).cloned()))
    }

    fn next(&self, tree: Tree, after: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let range = (Bound::Excluded(after), Bound::Unbounded);
        Ok(self.with_tree(tree, |tree| {
            tree.range::<[u8], _>(range)
                .next()
                .map(|(key, _)| key.clone())
        }))
    }

    fn previous(&self, tree: Tree, before: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let range = (Bound::Unbounded, Bound::Excluded(before));
        Ok(self.with_tree(tree, |tree| {
            tree.range::<[u8], _>(range)
                .next_back()
                .map(|(key, _)| key.clone())
        }))
    }

    fn apply(&self, mut writes: Writes) -> Result<(), StoreError> {
        for name in Tree::ALL {
            let writes = writes.take(name);
            self.with_tree(name, |tree| {
                for (key, value) in writes {
                    match value {
                        Some(value) => tree.insert(key, value),
                        None => tree.remove(&key),
                    };
                }
            });
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
