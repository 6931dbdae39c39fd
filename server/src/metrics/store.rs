//! The store as rooms use it, with a watch on how long it takes.

use std::sync::Arc;

use tokio::time::Instant;
use waymark_sync::{BatchId, DocumentId, Position, Record, Snapshot, StoredDocument};

use super::Metrics;
use crate::store::{DocumentStore, StoreError};

/// A store whose answers are counted and timed.
#[derive(Clone, Debug)]
pub(crate) struct Measured<S> {
    store: S,
    metrics: Arc<Metrics>,
}

impl<S: DocumentStore> Measured<S> {
    pub(crate) fn new(store: S, metrics: Arc<Metrics>) -> Self {
        Self { store, metrics }
    }

    /// The store itself.
    pub(crate) fn inner(&self) -> &S {
        &self.store
    }

    /// See [`DocumentStore::load`].
    pub(crate) async fn load(&self, id: &DocumentId) -> Result<Option<StoredDocument>, StoreError> {
        let started = Instant::now();
        let result = self.store.load(id).await;
        let took = started.elapsed().as_secs_f64();
        match &result {
            Ok(_) => self.metrics.load_seconds.observe(took),
            Err(_) => self.metrics.load_failures.inc(),
        }
        result
    }

    /// See [`DocumentStore::append_then`].
    pub(crate) fn append_then(
        &self,
        id: &DocumentId,
        batch: BatchId,
        record: Record,
        done: impl FnOnce(Result<Position, StoreError>) + Send + 'static,
    ) where
        S: Clone,
    {
        let started = Instant::now();
        let bytes = record.update.len() as u64;
        let metrics = self.metrics.clone();
        self.store.append_then(id, batch, record, move |result| {
            let took = started.elapsed().as_secs_f64();
            match &result {
                Ok(_) => {
                    metrics.append_seconds.observe(took);
                    metrics.append_bytes.inc_by(bytes);
                }
                Err(_) => metrics.append_failures.inc(),
            }
            done(result);
        });
    }

    /// See [`DocumentStore::write_snapshot`].
    pub(crate) async fn write_snapshot(
        &self,
        id: &DocumentId,
        upto: Position,
        snapshot: Snapshot,
    ) -> Result<(), StoreError> {
        let started = Instant::now();
        let bytes = snapshot.state.len() as u64;
        let result = self.store.write_snapshot(id, upto, snapshot).await;
        let took = started.elapsed().as_secs_f64();
        match &result {
            Ok(()) => {
                self.metrics.snapshot_seconds.observe(took);
                self.metrics.snapshot_bytes.inc_by(bytes);
            }
            Err(_) => self.metrics.snapshot_failures.inc(),
        }
        result
    }
}
