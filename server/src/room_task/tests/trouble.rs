//! A store that fails when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::watch;
use waymark_sync::{BatchId, DocumentId, Incarnation, Position, Record, Snapshot, StoredDocument};

use crate::store::{DocumentHead, DocumentStore, StoreError};

/// A store with switches; clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Trouble<S> {
    inner: S,
    switches: Arc<Switches>,
}

#[derive(Debug)]
struct Switches {
    loads: AtomicUsize,
    fail_loads: AtomicBool,
    fail_appends: AtomicBool,
    hold_appends: watch::Sender<bool>,
    held: watch::Sender<usize>,
}

impl<S> Trouble<S> {
    pub(super) fn over(inner: S) -> Self {
        let switches = Switches {
            loads: AtomicUsize::new(0),
            fail_loads: AtomicBool::new(false),
            fail_appends: AtomicBool::new(false),
            hold_appends: watch::Sender::new(false),
            held: watch::Sender::new(0),
        };
        Self {
            inner,
            switches: Arc::new(switches),
        }
    }

    pub(super) fn loads(&self) -> usize {
        self.switches.loads.load(Ordering::Relaxed)
    }

    pub(super) fn fail_loads(&self, fail: bool) {
        self.switches.fail_loads.store(fail, Ordering::Relaxed);
    }

    pub(super) fn fail_appends(&self, fail: bool) {
        self.switches.fail_appends.store(fail, Ordering::Relaxed);
    }

    pub(super) fn hold_appends(&self, hold: bool) {
        self.switches.hold_appends.send_replace(hold);
    }

    /// Resolves when an append is being held.
    pub(super) async fn held(&self) {
        self.switches
            .held
            .subscribe()
            .wait_for(|held| *held > 0)
            .await
            .unwrap();
    }
}

fn broken(switch: &AtomicBool) -> Result<(), StoreError> {
    match switch.load(Ordering::Relaxed) {
        true => Err(StoreError::Unavailable {
            reason: "as the test wants it".to_owned(),
        }),
        false => Ok(()),
    }
}

impl<S: DocumentStore> DocumentStore for Trouble<S> {
    async fn create(
        &self,
        id: &DocumentId,
        incarnation: Incarnation,
        batch: BatchId,
        first: Record,
    ) -> Result<Position, StoreError> {
        self.inner.create(id, incarnation, batch, first).await
    }

    async fn load(&self, id: &DocumentId) -> Result<Option<StoredDocument>, StoreError> {
        self.switches.loads.fetch_add(1, Ordering::Relaxed);
        broken(&self.switches.fail_loads)?;
        self.inner.load(id).await
    }

    async fn head(&self, id: &DocumentId) -> Result<Option<DocumentHead>, StoreError> {
        self.inner.head(id).await
    }

    async fn append(
        &self,
        id: &DocumentId,
        batch: BatchId,
        record: Record,
    ) -> Result<Position, StoreError> {
        self.switches.held.send_modify(|held| *held += 1);
        let mut hold = self.switches.hold_appends.subscribe();
        hold.wait_for(|hold| !hold).await.unwrap();
        broken(&self.switches.fail_appends)?;
        self.inner.append(id, batch, record).await
    }

    async fn write_snapshot(
        &self,
        id: &DocumentId,
        upto: Position,
        snapshot: Snapshot,
    ) -> Result<(), StoreError> {
        self.inner.write_snapshot(id, upto, snapshot).await
    }

    async fn list(
        &self,
        after: Option<&DocumentId>,
        limit: usize,
    ) -> Result<Vec<DocumentId>, StoreError> {
        self.inner.list(after, limit).await
    }

    async fn delete(&self, id: &DocumentId) -> Result<(), StoreError> {
        self.inner.delete(id).await
    }
}
