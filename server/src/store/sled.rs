//! The embedded engine: sled 0.34, with the care that measurements asked for.
//!
//! * `flush` alone is not safe against power loss: the database file is opened a second
//!   time and `sync_data` follows each flush.
//! * No value is larger than 4 KiB (`layout`).
//! * Writes go through one thread (`committer`), which groups them.
//! * After an error of the disk the engine is read-only until it could be opened again.
//! * One process a database: the folder is locked.

mod database;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, mpsc};

use bytes::Bytes;
use waymark_sync::{BatchId, DocumentId, Incarnation, Position, Record, Snapshot, StoredDocument};

pub(super) use self::database::{Place, SledKeyspace};
use super::answer::Answer;
use super::committer::{self, Command};
use super::manifest::Manifest;
use super::{
    DocumentHead, DocumentStore, Faults, Records, Revision, SmallRecord, StoreError, read,
};

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenStoreError {
    /// Not a folder that this process may write in.
    #[error("cannot write in the data folder {}: {problem}", .path.display())]
    Unwritable {
        /// The folder.
        path: PathBuf,
        /// What the operating system says.
        problem: std::io::Error,
    },
    /// Another process has it.
    #[error("the data folder {} is in use by another Waymark", .path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// What is in it cannot be read.
    #[error("the store in {} cannot be opened: {problem}", .path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What sled says.
        problem: String,
    },
}

/// The embedded store; clones are the same store.
#[derive(Clone, Debug)]
pub struct SledStore {
    commands: mpsc::Sender<Command>,
    shared: Arc<Shared>,
    // Held for its lock, which goes when the last clone does.
    _lock: Arc<File>,
    manifest: Arc<Manifest>,
    thread: Arc<Mutex<Option<std::thread::JoinHandle<()>>>>,
}

/// What readers and the committer share.
#[derive(Debug)]
pub(super) struct Shared {
    /// The open database; `None` while it is being opened again.
    pub(super) engine: RwLock<Option<Arc<SledKeyspace>>>,
    /// Why it cannot be written right now.
    pub(super) fault: RwLock<Option<StoreError>>,
}

impl Shared {
    fn engine(&self) -> Result<Arc<SledKeyspace>, StoreError> {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        engine
            .clone()
            .ok_or_else(|| unavailable("it is being opened again"))
    }

    pub(super) fn set_fault(&self, fault: Option<StoreError>) {
        *self.fault.write().unwrap_or_else(PoisonError::into_inner) = fault;
    }
}

impl SledStore {
    /// Opens the store in `folder`, making it if needed. Blocking.
    ///
    /// # Errors
    /// [`OpenStoreError`], in words for the operator.
    pub fn open(folder: &Path, cache_bytes: u64) -> Result<Self, OpenStoreError> {
        Self::open_with(folder, cache_bytes, None)
    }

    /// The same on a disk that a test has its hands on.
    ///
    /// # Errors
    /// [`OpenStoreError`], in words for the operator.
    pub fn open_with(
        folder: &Path,
        cache_bytes: u64,
        faults: Option<Arc<dyn Faults>>,
    ) -> Result<Self, OpenStoreError> {
        let unwritable = |problem| OpenStoreError::Unwritable {
            path: folder.to_owned(),
            problem,
        };
        std::fs::create_dir_all(folder).map_err(unwritable)?;
        let lock = File::options()
            .create(true)
            .write(true)
            .truncate(false)
            .open(folder.join("lock"))
            .map_err(unwritable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenStoreError::Locked {
                    path: folder.to_owned(),
                });
            }
            Err(TryLockError::Error(problem)) => return Err(unwritable(problem)),
        }
        let place = Place {
            path: folder.join("sled"),
            cache_bytes,
            faults,
        };
        let unreadable = |problem: String| OpenStoreError::Unreadable {
            path: folder.to_owned(),
            problem,
        };
        let manifest = Manifest::read(folder).map_err(|error| unreadable(error.to_string()))?;
        // Before sled makes a new one.
        if !manifest.names().is_empty() && !place.is_there() {
            return Err(unreadable(lost(manifest.names().len())));
        }
        let engine = place.open().map_err(unreadable)?;
        list_all(&engine, &manifest).map_err(unreadable)?;
        let engine = Arc::new(engine);
        let shared = Arc::new(Shared {
            engine: RwLock::new(Some(engine.clone())),
            fault: RwLock::new(None),
        });
        let (commands, thread) =
            committer::spawn(place, engine, shared.clone()).map_err(unwritable)?;
        let thread = Arc::new(Mutex::new(Some(thread)));
        Ok(Self {
            commands,
            shared,
            _lock: Arc::new(lock),
            manifest: Arc::new(manifest),
            thread,
        })
    }

    pub(super) fn made(&self) -> Vec<DocumentId> {
        self.manifest.names()
    }

    pub(super) fn check_ready(&self) -> Result<(), StoreError> {
        match &*self
            .shared
            .fault
            .read()
            .unwrap_or_else(PoisonError::into_inner)
        {
            Some(fault) => Err(fault.clone()),
            None => Ok(()),
        }
    }

    /// Ends the committer after everything it was asked for, and closes the database.
    pub(super) async fn close(&self) {
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(thread) = thread else { return };
        if self.commands.send(Command::Stop).is_ok() {
            // A panic of the committer was told when it happened.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }

    /// Asks the committer for something and waits for its answer.
    async fn ask<T: Send + 'static>(
        &self,
        command: impl FnOnce(Answer<T>) -> Command,
    ) -> Result<T, StoreError> {
        let (answer, answered) = Answer::channel();
        let stopped = || unavailable("it is stopped");
        self.commands.send(command(answer)).map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    /// Reads on the blocking pool.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&SledKeyspace) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = self.shared.clone();
        let result = tokio::task::spawn_blocking(move || read(&*shared.engine()?))
            .await
            .map_err(|_| unavailable("the reader failed"))?;
        if matches!(
            result,
            Err(StoreError::Unavailable { .. } | StoreError::Full)
        ) {
            // sled refuses reads after a failed write: have the committer look at once.
            let _ = self.commands.send(Command::Check);
        }
        result
    }
}

impl DocumentStore for SledStore {
    async fn create(
        &self,
        id: &DocumentId,
        incarnation: Incarnation,
        batch: BatchId,
        first: Record,
    ) -> Result<Position, StoreError> {
        let id = id.clone();
        let made = id.clone();
        let position = self
            .ask(|answer| Command::Create {
                id,
                incarnation,
                batch,
                first,
                answer,
            })
            .await?;
        let manifest = self.manifest.clone();
        let listed = tokio::task::spawn_blocking(move || manifest.add(&made)).await;
        if let Ok(Err(error)) = listed {
            // It is made up for when the store is opened the next time.
            tracing::warn!(%error, "a new document could not be listed");
        }
        Ok(position)
    }

    async fn load(&self, id: &DocumentId) -> Result<Option<StoredDocument>, StoreError> {
        let id = id.clone();
        self.read(move |keyspace| read::load(keyspace, &id)).await
    }

    async fn head(&self, id: &DocumentId) -> Result<Option<DocumentHead>, StoreError> {
        let id = id.clone();
        self.read(move |keyspace| read::document_head(keyspace, &id))
            .await
    }

    async fn append(
        &self,
        id: &DocumentId,
        batch: BatchId,
        record: Record,
    ) -> Result<Position, StoreError> {
        let id = id.clone();
        self.ask(|answer| Command::Append {
            id,
            batch,
            record,
            answer,
        })
        .await
    }

    fn append_then(
        &self,
        id: &DocumentId,
        batch: BatchId,
        record: Record,
        done: impl FnOnce(Result<Position, StoreError>) + Send + 'static,
    ) {
        let append = Command::Append {
            id: id.clone(),
            batch,
            record,
            answer: Answer::new(done),
        };
        // A command that comes back is dropped, and so answered with an error.
        drop(self.commands.send(append));
    }

    async fn write_snapshot(
        &self,
        id: &DocumentId,
        upto: Position,
        snapshot: Snapshot,
    ) -> Result<(), StoreError> {
        let id = id.clone();
        self.ask(|answer| Command::WriteSnapshot {
            id,
            upto,
            snapshot,
            answer,
        })
        .await
    }

    async fn list(
        &self,
        after: Option<&DocumentId>,
        limit: usize,
    ) -> Result<Vec<DocumentId>, StoreError> {
        let after = after.cloned();
        self.read(move |keyspace| read::list(keyspace, after.as_ref(), limit))
            .await
    }

    async fn delete(&self, id: &DocumentId) -> Result<(), StoreError> {
        let (id, manifest, gone) = (id.clone(), self.manifest.clone(), id.clone());
        tokio::task::spawn_blocking(move || manifest.remove(&gone))
            .await
            .map_err(|_| unavailable("the list of documents failed"))?
            .map_err(|error| unavailable(&error.to_string()))?;
        self.ask(|answer| Command::Delete { id, answer }).await
    }
}

impl Records for SledStore {
    async fn get(&self, key: &str) -> Result<Option<SmallRecord>, StoreError> {
        let key = key.to_owned();
        self.read(move |keyspace| read::small(keyspace, &key)).await
    }

    async fn put_if_revision(
        &self,
        key: &str,
        expected: Revision,
        value: Bytes,
    ) -> Result<bool, StoreError> {
        let key = key.to_owned();
        self.ask(|answer| Command::PutSmall {
            key,
            expected,
            value: Some(value),
            answer,
        })
        .await
    }

    async fn delete_if_revision(&self, key: &str, expected: Revision) -> Result<bool, StoreError> {
        let key = key.to_owned();
        self.ask(|answer| Command::PutSmall {
            key,
            expected,
            value: None,
            answer,
        })
        .await
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let prefix = prefix.to_owned();
        self.read(move |keyspace| read::small_keys(keyspace, &prefix))
            .await
    }
}

/// Lists what an older version has not listed, and refuses a database that has lost all.
fn list_all(engine: &SledKeyspace, manifest: &Manifest) -> Result<(), String> {
    let there = read::list(engine, None, usize::MAX).map_err(|error| error.to_string())?;
    let made = manifest.names();
    if there.is_empty() && !made.is_empty() {
        return Err(lost(made.len()));
    }
    for id in there {
        manifest.add(&id).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn lost(documents: usize) -> String {
    format!("it should hold {documents} documents and holds none")
}

pub(super) fn unavailable(reason: &str) -> StoreError {
    StoreError::Unavailable {
        reason: reason.to_owned(),
    }
}
