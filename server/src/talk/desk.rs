//! Documents that the server alone writes, one writer at a time.
//!
//! Each has a replica here while it is in use. A change is made in the replica, sent through
//! the document's room, and answered when the room says that it is durable; after anything
//! else the replica is forgotten and read from the store again.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::Mutex as AsyncMutex;
use waymark_sync::{DocumentId, StoredDocument};
use yrs::updates::decoder::Decode;
use yrs::{Doc, Transact, TransactionMut, Update};

use super::news::{self, News};
use crate::rooms::Rooms;
use crate::store::{DocumentStore, Store, StoreError};

/// How many replicas are kept.
const KEPT: usize = 128;

/// Why a change is not made.
#[derive(Debug, thiserror::Error)]
pub(super) enum DeskError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The room did not take it, or ended before it was durable.
    #[error("the room did not take it")]
    NotWritten,
    /// What is stored cannot be read, or the change failed inside.
    #[error("it failed inside")]
    Failed,
}

type Slot = Arc<AsyncMutex<Option<Doc>>>;

#[derive(Clone)]
pub(super) struct Desk {
    rooms: Rooms<Store>,
    open: Arc<Mutex<HashMap<DocumentId, (Slot, u64)>>>,
}

impl Desk {
    pub(super) fn new(rooms: Rooms<Store>) -> Self {
        Self {
            rooms,
            open: Arc::default(),
        }
    }

    /// Makes a change in somebody's name; what it gives is returned once it is durable.
    /// Nobody else changes the document meanwhile.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        document: &DocumentId,
        subject: &str,
        change: impl FnOnce(&mut TransactionMut<'_>) -> T + Send + 'static,
    ) -> Result<T, DeskError> {
        let change = move |txn: &mut TransactionMut<'_>| (change(txn), Vec::new());
        Ok(self.change_with_news(document, subject, change).await?.0)
    }

    /// The same with news of it, which are written down before the change is.
    pub(super) async fn change_with_news<T: Send + 'static>(
        &self,
        document: &DocumentId,
        subject: &str,
        change: impl FnOnce(&mut TransactionMut<'_>) -> (T, Vec<News>) + Send + 'static,
    ) -> Result<(T, Vec<News>), DeskError> {
        let slot = self.slot(document);
        let mut slot = slot.lock_owned().await;
        let doc = match slot.take() {
            Some(doc) => doc,
            None => {
                let stored = self.rooms.store().load(document).await?;
                let stored = stored.ok_or_else(|| StoreError::Missing {
                    document: document.clone(),
                })?;
                on_the_side(move || open(&stored))
                    .await?
                    .ok_or(DeskError::Failed)?
            }
        };
        let (doc, result, update) = on_the_side(move || {
            let (result, update) = {
                let mut txn = doc.transact_mut();
                let result = change(&mut txn);
                (result, Bytes::from(txn.encode_update_v1()))
            };
            (doc, result, update)
        })
        .await?;
        // The slot is empty meanwhile: whatever ends this early, the next reads anew.
        news::keep(self.rooms.store(), &result.1).await?;
        if update != Update::EMPTY_V1 && !self.rooms.write(document, update, subject).await {
            return Err(DeskError::NotWritten);
        }
        *slot = Some(doc);
        Ok(result)
    }

    fn slot(&self, document: &DocumentId) -> Slot {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = open.values().map(|(_, turn)| *turn).max().unwrap_or(0) + 1;
        if open.len() >= KEPT && !open.contains_key(document) {
            // Only what nobody uses may go: two replicas of a document would not know of
            // each other's changes.
            let idle = open
                .iter()
                .filter(|(_, (slot, _))| Arc::strong_count(slot) == 1);
            let oldest = idle.min_by_key(|(_, (_, turn))| *turn);
            if let Some(oldest) = oldest.map(|(document, _)| document.clone()) {
                open.remove(&oldest);
            }
        }
        let entry = open.entry(document.clone()).or_default();
        entry.1 = turn;
        Arc::clone(&entry.0)
    }
}

/// An empty document. Its client id is new each time: what a former one wrote may be known
/// to browsers although it never became durable.
pub(super) fn new_doc() -> Doc {
    waymark_model::schema::new_doc((crate::random::bits64() >> 32) | 1)
}

fn open(stored: &StoredDocument) -> Option<Doc> {
    let doc = new_doc();
    let mut txn = doc.transact_mut();
    let snapshot = stored.snapshot.iter().map(|(_, snapshot)| &snapshot.state);
    let updates = stored.records.iter().map(|(_, record)| &record.update);
    for update in snapshot.chain(updates) {
        txn.apply_update(Update::decode_v1(update).ok()?).ok()?;
    }
    drop(txn);
    Some(doc)
}

/// Work that may take a while or panic, away from the runtime's threads.
async fn on_the_side<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, DeskError> {
    let work = move || catch_unwind(AssertUnwindSafe(work));
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        _ => Err(DeskError::Failed),
    }
}
