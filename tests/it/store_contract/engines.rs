//! The engines under contract, and how to reach the bytes below them.

use std::collections::BTreeMap;
use std::path::Path;

use tempfile::TempDir;
use waymark_server::store::{MemoryDisk, MemoryStore, SledStore, Store, Tree};

pub(super) type Bytes = BTreeMap<Vec<u8>, Vec<u8>>;

pub(super) trait Engine {
    fn open(&self) -> Store;

    /// Ends a store and opens it again on the same disk.
    async fn restart(&self, store: Store) -> Store {
        store.close().await;
        drop(store);
        self.open()
    }

    /// Changes the bytes of one tree while the store is not running.
    async fn tamper(&self, store: Store, tree: Tree, change: impl FnOnce(&mut Bytes)) -> Store;

    /// The largest value in any tree.
    async fn largest_value(&self, mut store: Store) -> usize {
        let mut largest = 0;
        for tree in Tree::ALL {
            let measure = |bytes: &mut Bytes| {
                largest = largest.max(bytes.values().map(Vec::len).max().unwrap_or_default());
            };
            store = self.tamper(store, tree, measure).await;
        }
        largest
    }
}

#[derive(Default)]
pub(super) struct MemoryEngine {
    disk: MemoryDisk,
}

impl MemoryEngine {
    pub(super) fn new() -> Self {
        Self::default()
    }
}

impl Engine for MemoryEngine {
    fn open(&self) -> Store {
        Store::Memory(MemoryStore::on(self.disk.clone()))
    }

    async fn tamper(&self, _: Store, tree: Tree, change: impl FnOnce(&mut Bytes)) -> Store {
        self.disk.with_tree(tree, change);
        self.open()
    }
}

pub(super) struct SledEngine {
    folder: TempDir,
}

impl SledEngine {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Engine for SledEngine {
    fn open(&self) -> Store {
        Store::Sled(SledStore::open(self.folder.path(), 16 << 20).unwrap())
    }

    async fn tamper(&self, store: Store, tree: Tree, change: impl FnOnce(&mut Bytes)) -> Store {
        store.close().await;
        drop(store);
        {
            let database = open_raw(self.folder.path());
            let name = match tree {
                Tree::Parts => "parts",
                Tree::Log => "log",
                Tree::Snapshots => "snapshots",
                Tree::Documents => "documents",
                Tree::Small => "small",
            };
            let tree = database.open_tree(name).unwrap();
            let before: Bytes = tree
                .iter()
                .map(|pair| {
                    pair.map(|(key, value)| (key.to_vec(), value.to_vec()))
                        .unwrap()
                })
                .collect();
            let mut after = before.clone();
            change(&mut after);
            for key in before.keys().filter(|key| !after.contains_key(*key)) {
                tree.remove(key).unwrap();
            }
            for (key, value) in after
                .iter()
                .filter(|(key, value)| before.get(*key) != Some(value))
            {
                tree.insert(key.as_slice(), value.as_slice()).unwrap();
            }
            database.flush().unwrap();
        }
        self.open()
    }
}

/// Opens the database below a store that was closed; sled's own threads hold its lock a
/// little longer.
pub(crate) fn open_raw(folder: &Path) -> sled::Db {
    loop {
        match sled::open(folder.join("sled")) {
            Err(sled::Error::Io(error)) if error.to_string().contains("acquire lock") => {
                std::thread::yield_now();
            }
            result => return result.unwrap(),
        }
    }
}
