//! An open sled database, and opening one.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::store::keyspace::{Keyspace, Tree, Writes};
use crate::store::{Faults, StoreError};

const LOCK_PATIENCE: Duration = Duration::from_secs(5);
const LOCK_PAUSE: Duration = Duration::from_millis(5);
/// The most that is written between two syncs. sled uses parts of its file again as soon
/// as it believes that what replaces them is on the disk, which it is only after our sync:
/// with megabytes between two syncs, a power cut left stores that did not open again.
/// What sled writes for it stays below its segments of 512 KiB, and it would take two of
/// them until one is used again (test: large_records_and_snapshots_are_synced_in_small_pieces).
const UNSYNCED: usize = 48 << 10;
/// What a write costs besides its key and value, about: pages are written again now and then.
const WRITE_OVERHEAD: usize = 256;

/// Where a database is and how it is opened.
#[derive(Clone, Debug)]
pub(in crate::store) struct Place {
    pub(super) path: PathBuf,
    pub(super) cache_bytes: u64,
    pub(super) faults: Option<Arc<dyn Faults>>,
}

impl Place {
    pub(in crate::store) fn open(&self) -> Result<SledKeyspace, String> {
        if let Some(faults) = &self.faults {
            faults.before_open().map_err(|error| error.to_string())?;
        }
        self.sync_what_is_there()
            .map_err(|error| error.to_string())?;
        let opened = self.open_patiently().or_else(|error| {
            // sled's own snapshot of its page table only makes opening faster; one that
            // is damaged is put aside and made again from the log.
            if matches!(error, ::sled::Error::Corruption { .. }) && self.put_snapshots_aside() {
                self.open_database()
            } else {
                Err(error)
            }
        });
        let database = opened.map_err(|error| error.to_string())?;
        let text = |error: ::sled::Error| error.to_string();
        // The files' names must survive a power loss, too.
        for folder in [self.path.as_path()].into_iter().chain(self.path.parent()) {
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(|e| e.to_string())?;
        }
        let file = File::options()
            .write(true)
            .open(self.path.join("db"))
            .map_err(|error| error.to_string())?;
        Ok(SledKeyspace {
            parts: database.open_tree("parts").map_err(text)?,
            log: database.open_tree("log").map_err(text)?,
            snapshots: database.open_tree("snapshots").map_err(text)?,
            documents: database.open_tree("documents").map_err(text)?,
            small: database.open_tree("small").map_err(text)?,
            database,
            file,
            path: self.path.clone(),
            unsynced: AtomicUsize::new(0),
            faults: self.faults.clone(),
        })
    }

    /// Whether there is a database already, with anything in it.
    pub(super) fn is_there(&self) -> bool {
        std::fs::metadata(self.path.join("db")).is_ok_and(|file| file.len() > 0)
    }

    /// What a killed process wrote may not be on the disk yet, and sled clears parts of its
    /// file because of what it reads there.
    fn sync_what_is_there(&self) -> std::io::Result<()> {
        match File::options().write(true).open(self.path.join("db")) {
            Ok(file) => file.sync_all(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Opens a database that this process may have closed a moment ago: sled's own threads
    /// hold its lock a little longer. Nobody else can, for the folder is ours.
    fn open_patiently(&self) -> Result<::sled::Db, ::sled::Error> {
        let patience = Instant::now() + LOCK_PATIENCE;
        loop {
            match self.open_database() {
                Err(error) if is_locked(&error) && Instant::now() < patience => {
                    std::thread::sleep(LOCK_PAUSE);
                }
                result => return result,
            }
        }
    }

    fn open_database(&self) -> Result<::sled::Db, ::sled::Error> {
        ::sled::Config::new()
            .path(&self.path)
            .cache_capacity(self.cache_bytes)
            .flush_every_ms(None)
            .mode(::sled::Mode::HighThroughput)
            .open()
    }

    fn put_snapshots_aside(&self) -> bool {
        let Ok(entries) = std::fs::read_dir(&self.path) else {
            return false;
        };
        let mut any = false;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("snap.") {
                let aside = self.path.join(format!("damaged-{name}"));
                any |= std::fs::rename(entry.path(), aside).is_ok();
            }
        }
        any
    }
}

/// An open sled database.
#[derive(Debug)]
pub(in crate::store) struct SledKeyspace {
    database: ::sled::Db,
    parts: ::sled::Tree,
    log: ::sled::Tree,
    snapshots: ::sled::Tree,
    documents: ::sled::Tree,
    small: ::sled::Tree,
    /// The database file once more, to be synced.
    file: File,
    path: PathBuf,
    /// What was applied since the last sync, in bytes.
    unsynced: AtomicUsize,
    faults: Option<Arc<dyn Faults>>,
}

impl SledKeyspace {
    fn before_read(&self) -> Result<(), StoreError> {
        match &self.faults {
            Some(faults) => faults.before_read().map_err(io_error),
            None => Ok(()),
        }
    }

    fn tree(&self, tree: Tree) -> &::sled::Tree {
        match tree {
            Tree::Parts => &self.parts,
            Tree::Log => &self.log,
            Tree::Snapshots => &self.snapshots,
            Tree::Documents => &self.documents,
            Tree::Small => &self.small,
        }
    }
}

impl SledKeyspace {
    /// Applies a piece, once what was applied before leaves room for it.
    fn apply_piece(
        &self,
        tree: Tree,
        batch: ::sled::Batch,
        bytes: usize,
    ) -> Result<(), StoreError> {
        if self.unsynced.load(Ordering::Relaxed) + bytes > UNSYNCED {
            self.flush()?;
        }
        self.unsynced.fetch_add(bytes, Ordering::Relaxed);
        self.tree(tree).apply_batch(batch).map_err(store_error)
    }
}

impl Keyspace for SledKeyspace {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.before_read()?;
        let value = self.tree(tree).get(key).map_err(store_error)?;
        Ok(value.map(|value| value.to_vec()))
    }

    fn next(&self, tree: Tree, after: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.before_read()?;
        let found = self.tree(tree).get_gt(after).map_err(store_error)?;
        Ok(found.map(|(key, _)| key.to_vec()))
    }

    fn previous(&self, tree: Tree, before: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.before_read()?;
        let found = self.tree(tree).get_lt(before).map_err(store_error)?;
        Ok(found.map(|(key, _)| key.to_vec()))
    }

    fn apply(&self, mut writes: Writes) -> Result<(), StoreError> {
        if let Some(faults) = &self.faults {
            faults.before_write().map_err(io_error)?;
        }
        for name in Tree::ALL {
            let mut batch = ::sled::Batch::default();
            let mut bytes = 0;
            for (key, value) in writes.take(name) {
                let length = match &value {
                    Some(value) => value.len(),
                    // Its neighbours are written again.
                    None => {
                        let removed = self.tree(name).get(&key).map_err(store_error)?;
                        removed.map_or(0, |value| value.len())
                    }
                };
                let more = key.len() + length + WRITE_OVERHEAD;
                if bytes > 0 && bytes + more > UNSYNCED {
                    self.apply_piece(name, std::mem::take(&mut batch), bytes)?;
                    bytes = 0;
                }
                bytes += more;
                match value {
                    Some(value) => batch.insert(key, value),
                    None => batch.remove(key),
                }
            }
            if bytes > 0 {
                self.apply_piece(name, batch, bytes)?;
            }
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.unsynced.store(0, Ordering::Relaxed);
        self.database.flush().map_err(store_error)?;
        if let Some(faults) = &self.faults {
            faults.before_sync(&self.path).map_err(io_error)?;
        }
        self.file.sync_data().map_err(io_error)
    }
}

/// sled has no kind of its own for this.
fn is_locked(error: &::sled::Error) -> bool {
    matches!(error, ::sled::Error::Io(error) if error.to_string().contains("acquire lock"))
}

fn store_error(error: ::sled::Error) -> StoreError {
    match error {
        ::sled::Error::Io(error) => io_error(error),
        other => StoreError::Unavailable {
            reason: other.to_string(),
        },
    }
}

fn io_error(error: std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full,
        _ => StoreError::Unavailable {
            reason: error.to_string(),
        },
    }
}
