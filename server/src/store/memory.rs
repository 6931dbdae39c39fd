//! The engine that keeps everything in memory: for tests, and for trying things out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use waymark_sync::{BatchId, DocumentId, Incarnation, Position, Record, Snapshot, StoredDocument};

use super::keyspace::MemoryDisk;
use super::log::Log;
use super::{DocumentHead, DocumentStore, Records, Revision, SmallRecord, StoreError, read};

/// Documents in memory; clones are the same store.
#[derive(Clone, Debug)]
pub struct MemoryStore {
    disk: MemoryDisk,
    log: Arc<Mutex<Log<MemoryDisk>>>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::on(MemoryDisk::default())
    }
}

impl MemoryStore {
    /// A store on what this disk holds.
    pub fn on(disk: MemoryDisk) -> Self {
        Self {
            log: Arc::new(Mutex::new(Log::new(disk.clone()))),
            disk,
        }
    }

    pub(super) fn disk(&self) -> &MemoryDisk {
        &self.disk
    }

    fn log(&self) -> MutexGuard<'_, Log<MemoryDisk>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn commit<T>(
        &self,
        stage: impl FnOnce(&mut Log<MemoryDisk>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut log = self.log();
        let staged = stage(&mut log)?;
        log.commit()?;
        Ok(staged)
    }
}

impl DocumentStore for MemoryStore {
    async fn create(
        &self,
        id: &DocumentId,
        incarnation: Incarnation,
        batch: BatchId,
        first: Record,
    ) -> Result<Position, StoreError> {
        self.commit(|log| log.stage_create(id, incarnation, batch, &first))
    }

    async fn load(&self, id: &DocumentId) -> Result<Option<StoredDocument>, StoreError> {
        read::load(&self.disk, id)
    }

    async fn head(&self, id: &DocumentId) -> Result<Option<DocumentHead>, StoreError> {
        read::document_head(&self.disk, id)
    }

    async fn append(
        &self,
        id: &DocumentId,
        batch: BatchId,
        record: Record,
    ) -> Result<Position, StoreError> {
        self.commit(|log| log.stage_append(id, batch, &record))
    }

    async fn write_snapshot(
        &self,
        id: &DocumentId,
        upto: Position,
        snapshot: Snapshot,
    ) -> Result<(), StoreError> {
        self.log().write_snapshot(id, upto, &snapshot)
    }

    async fn list(
        &self,
        after: Option<&DocumentId>,
        limit: usize,
    ) -> Result<Vec<DocumentId>, StoreError> {
        read::list(&self.disk, after, limit)
    }

    async fn delete(&self, id: &DocumentId) -> Result<(), StoreError> {
        self.log().delete(id)
    }
}

impl Records for MemoryStore {
    async fn get(&self, key: &str) -> Result<Option<SmallRecord>, StoreError> {
        read::small(&self.disk, key)
    }

    async fn put_if_revision(
        &self,
        key: &str,
        expected: Revision,
        value: Bytes,
    ) -> Result<bool, StoreError> {
        self.commit(|log| log.stage_small(key, expected, Some(&value)))
    }

    async fn delete_if_revision(&self, key: &str, expected: Revision) -> Result<bool, StoreError> {
        self.commit(|log| log.stage_small(key, expected, None))
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        read::small_keys(&self.disk, prefix)
    }
}
