//! Where documents are kept: an append-only log and at most one snapshot for each.
//!
//! [`DocumentStore`] is what the rooms need; [`Store`] is the closed set of engines.
//! Both engines put the same bytes (`layout`) through the same steps (`log`) and
//! differ only in what is below them, so one contract suite
//! (`tests/it/store_contract.rs`) says what "appended" means for both.

mod answer;
mod committer;
mod faults;
mod keyspace;
mod layout;
mod log;
mod manifest;
mod memory;
mod read;
mod sled;
mod survey;

use std::future::Future;

use bytes::Bytes;
use waymark_sync::{BatchId, DocumentId, Incarnation, Position, Record, Snapshot, StoredDocument};

pub use self::faults::Faults;
pub use self::keyspace::{MemoryDisk, Tree};
pub use self::layout::MAX_VALUE_BYTES;
pub use self::memory::MemoryStore;
pub use self::sled::{OpenStoreError, SledStore};
pub use self::survey::{Damaged, Survey};
use waymark_sync::Timestamp;

/// Why the store could not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It does not work right now; it may again later.
    #[error("the store cannot be used: {reason}")]
    Unavailable {
        /// For the operator.
        reason: String,
    },
    /// The disk has no room left.
    #[error("the disk is full")]
    Full,
    /// Stored bytes are not what was written. Nothing may be written over them.
    #[error("document {document} is damaged at position {}: {problem}", .position.0)]
    Corrupt {
        /// Which document.
        document: DocumentId,
        /// The record, or where the snapshot reaches to; 0 for the document's head.
        position: Position,
        /// What is wrong there.
        problem: &'static str,
    },
    /// There is no such document to append to.
    #[error("document {document} does not exist")]
    Missing {
        /// Which document.
        document: DocumentId,
    },
    /// A new document cannot have this name.
    #[error("document {document} exists already")]
    Exists {
        /// Which document.
        document: DocumentId,
    },
    /// A small record is larger than one value may be.
    #[error("record {key} is too large")]
    TooLarge {
        /// Its key.
        key: String,
    },
}

impl StoreError {
    /// What people are told while their changes are not saved. What exactly the operating
    /// system said is for the operator, and in the log.
    pub fn for_people(&self) -> String {
        match self {
            Self::Unavailable { .. } => "the storage does not work".to_owned(),
            other => other.to_string(),
        }
    }
}

/// What can be told about a document without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentHead {
    /// Which life of its history it is.
    pub incarnation: Incarnation,
    /// Its newest durable record.
    pub last: Position,
    /// When that record was taken.
    pub changed_at: Timestamp,
}

/// An append-only log of updates and at most one snapshot for each document. Appends commute.
pub trait DocumentStore: Send + Sync + 'static {
    /// Begins a document with its first record, in one durable step. The only way a
    /// document comes to be: connecting to an unknown name never makes one.
    fn create(
        &self,
        id: &DocumentId,
        incarnation: Incarnation,
        batch: BatchId,
        first: Record,
    ) -> impl Future<Output = Result<Position, StoreError>> + Send;

    /// Everything of a document; `None` if there is none. Never an empty document in
    /// place of an error.
    fn load(
        &self,
        id: &DocumentId,
    ) -> impl Future<Output = Result<Option<StoredDocument>, StoreError>> + Send;

    /// What a list needs to know of a document; cheap.
    fn head(
        &self,
        id: &DocumentId,
    ) -> impl Future<Output = Result<Option<DocumentHead>, StoreError>> + Send;

    /// Resolves only when the record will survive what this engine promises to survive.
    /// Idempotent by [`BatchId`].
    fn append(
        &self,
        id: &DocumentId,
        batch: BatchId,
        record: Record,
    ) -> impl Future<Output = Result<Position, StoreError>> + Send;

    /// The same for who does not wait: `done` is called once, from a thread of the store,
    /// and must not block. Spares a task for each append.
    fn append_then(
        &self,
        id: &DocumentId,
        batch: BatchId,
        record: Record,
        done: impl FnOnce(Result<Position, StoreError>) + Send + 'static,
    ) where
        Self: Clone,
    {
        let (store, id) = (self.clone(), id.clone());
        tokio::spawn(async move { done(store.append(&id, batch, record).await) });
    }

    /// Replaces the snapshot if `upto` is newer, then may forget records up to there.
    fn write_snapshot(
        &self,
        id: &DocumentId,
        upto: Position,
        snapshot: Snapshot,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Up to `limit` names after `after`, in order.
    fn list(
        &self,
        after: Option<&DocumentId>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<DocumentId>, StoreError>> + Send;

    /// Forgets a document.
    fn delete(&self, id: &DocumentId) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// How often a small record was written; 0 means "not there".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revision(pub u64);

/// A small record, by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmallRecord {
    /// How often it was written.
    pub revision: Revision,
    /// What it says.
    pub value: Bytes,
}

/// Small keyed records (accounts, links, markers), written by compare-and-set.
pub trait Records: Send + Sync + 'static {
    /// One record.
    fn get(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<Option<SmallRecord>, StoreError>> + Send;

    /// Writes durably if the record is still at `expected`; `false` and nothing written if not.
    fn put_if_revision(
        &self,
        key: &str,
        expected: Revision,
        value: Bytes,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Forgets a record durably if it is still at `expected`; `false` and nothing forgotten if
    /// not. Written anew, a record begins at revision 1 again: keys that are used again must
    /// not be held on to over a deletion.
    fn delete_if_revision(
        &self,
        key: &str,
        expected: Revision,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// All keys that start with `prefix`, in order.
    fn keys(&self, prefix: &str) -> impl Future<Output = Result<Vec<String>, StoreError>> + Send;
}

/// An engine. A closed set: no `dyn`.
#[derive(Clone, Debug)]
pub enum Store {
    /// Everything is gone when the process ends.
    Memory(MemoryStore),
    /// Embedded, on the local disk.
    Sled(SledStore),
}

macro_rules! each_engine {
    ($store:expr, $engine:ident => $call:expr) => {
        match $store {
            Store::Memory($engine) => $call.await,
            Store::Sled($engine) => $call.await,
        }
    };
}

impl Store {
    /// Whether it can be written right now.
    ///
    /// # Errors
    /// What keeps it from it.
    pub fn check_ready(&self) -> Result<(), StoreError> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::Sled(engine) => engine.check_ready(),
        }
    }

    /// Every name that anything is stored under, and how many keys say no name.
    ///
    /// # Errors
    /// When the store cannot be read at all.
    pub async fn survey_names(&self) -> Result<(Vec<DocumentId>, usize), StoreError> {
        match self {
            Self::Memory(engine) => survey::names(engine.disk()),
            Self::Sled(engine) => engine.read(survey::names).await,
        }
    }

    /// What can be read of a document, and what cannot. Nobody may write meanwhile.
    ///
    /// # Errors
    /// When the store cannot be read at all.
    pub async fn survey(&self, id: &DocumentId) -> Result<Survey, StoreError> {
        let id = id.clone();
        match self {
            Self::Memory(engine) => survey::document(engine.disk(), &id),
            Self::Sled(engine) => engine.read(move |k| survey::document(k, &id)).await,
        }
    }

    /// Every document that was made and not deleted, as far as the list beside the database
    /// knows.
    pub fn made(&self) -> Vec<DocumentId> {
        match self {
            Self::Memory(_) => Vec::new(),
            Self::Sled(engine) => engine.made(),
        }
    }

    /// The small records that cannot be read.
    ///
    /// # Errors
    /// When the store cannot be read at all.
    pub async fn survey_small(&self) -> Result<Vec<String>, StoreError> {
        match self {
            Self::Memory(engine) => survey::damaged_small(engine.disk()),
            Self::Sled(engine) => engine.read(survey::damaged_small).await,
        }
    }

    /// Ends the engine after everything it was asked for before.
    pub async fn close(&self) {
        match self {
            Self::Memory(_) => {}
            Self::Sled(engine) => engine.close().await,
        }
    }
}

impl DocumentStore for Store {
    async fn create(
        &self,
        id: &DocumentId,
        incarnation: Incarnation,
        batch: BatchId,
        first: Record,
    ) -> Result<Position, StoreError> {
        each_engine!(self, engine => engine.create(id, incarnation, batch, first))
    }

    async fn load(&self, id: &DocumentId) -> Result<Option<StoredDocument>, StoreError> {
        each_engine!(self, engine => engine.load(id))
    }

    async fn head(&self, id: &DocumentId) -> Result<Option<DocumentHead>, StoreError> {
        each_engine!(self, engine => engine.head(id))
    }

    async fn append(
        &self,
        id: &DocumentId,
        batch: BatchId,
        record: Record,
    ) -> Result<Position, StoreError> {
        each_engine!(self, engine => engine.append(id, batch, record))
    }

    fn append_then(
        &self,
        id: &DocumentId,
        batch: BatchId,
        record: Record,
        done: impl FnOnce(Result<Position, StoreError>) + Send + 'static,
    ) {
        match self {
            Self::Memory(engine) => engine.append_then(id, batch, record, done),
            Self::Sled(engine) => engine.append_then(id, batch, record, done),
        }
    }

    async fn write_snapshot(
        &self,
        id: &DocumentId,
        upto: Position,
        snapshot: Snapshot,
    ) -> Result<(), StoreError> {
        each_engine!(self, engine => engine.write_snapshot(id, upto, snapshot))
    }

    async fn list(
        &self,
        after: Option<&DocumentId>,
        limit: usize,
    ) -> Result<Vec<DocumentId>, StoreError> {
        each_engine!(self, engine => engine.list(after, limit))
    }

    async fn delete(&self, id: &DocumentId) -> Result<(), StoreError> {
        each_engine!(self, engine => engine.delete(id))
    }
}

impl Records for Store {
    async fn get(&self, key: &str) -> Result<Option<SmallRecord>, StoreError> {
        each_engine!(self, engine => engine.get(key))
    }

    async fn put_if_revision(
        &self,
        key: &str,
        expected: Revision,
        value: Bytes,
    ) -> Result<bool, StoreError> {
        each_engine!(self, engine => engine.put_if_revision(key, expected, value))
    }

    async fn delete_if_revision(&self, key: &str, expected: Revision) -> Result<bool, StoreError> {
        each_engine!(self, engine => engine.delete_if_revision(key, expected))
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        each_engine!(self, engine => engine.keys(prefix))
    }
}
