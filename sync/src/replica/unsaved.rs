//! Local changes on their way to durable storage.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use yrs::{Doc, Origin, Update};

use super::REMOTE_ORIGIN;
use crate::guard::{self, Bounds, Outline};
use crate::limits::Limits;
use crate::wire::Frame;

/// Local changes on their way to durable storage.
///
/// Nothing is dropped before it is acknowledged: what is not sent or not acknowledged
/// when a connection ends is part of the step 2 of the next one.
pub(super) struct Unsaved {
    /// Filled by the document's observer, which may not borrow the replica.
    noticed: Arc<Mutex<Vec<Bytes>>>,
    /// Taken from `noticed`, not sent on this connection.
    queue: Vec<Bytes>,
    /// Local updates that no message of this connection covers.
    uncovered: usize,
    /// For each message that will be acknowledged, in order: what it covers.
    sent: VecDeque<Sent>,
    /// Local updates that were refused.
    refused: usize,
    /// What a session may send as one update.
    limits: Limits,
}

struct Sent {
    updates: usize,
    /// Whether it held everything that the server lacked.
    everything: bool,
}

impl Unsaved {
    /// Starts to notice the local changes of a document.
    pub(super) fn watch(doc: &Doc) -> Self {
        let noticed = Arc::new(Mutex::new(Vec::new()));
        let remote = Origin::from(REMOTE_ORIGIN);
        let notice = Arc::clone(&noticed);
        // An observer of updates would have those of others encoded as well, whole
        // documents among them.
        doc.observe_transaction_cleanup("waymark-replica", move |txn, _| {
            if txn.origin() == Some(&remote) {
                return;
            }
            let update = txn.encode_update_v1();
            if update != Update::EMPTY_V1 {
                let mut notice = notice.lock().unwrap_or_else(PoisonError::into_inner);
                notice.push(update.into());
            }
        })
        .expect("nobody else has the new document yet");
        Self {
            noticed,
            queue: Vec::new(),
            uncovered: 0,
            sent: VecDeque::new(),
            refused: 0,
            limits: Limits::default(),
        }
    }

    /// Local updates that are not durable.
    pub(super) fn count(&self) -> usize {
        let covered: usize = self.sent.iter().map(|sent| sent.updates).sum();
        self.noticed().len() + self.uncovered + covered + self.refused
    }

    /// Whether every local change is durable, and everything sent is acknowledged.
    pub(super) fn is_settled(&self) -> bool {
        self.sent.is_empty() && self.count() == 0
    }

    /// What has gathered, as one message.
    pub(super) fn next_frame(&mut self) -> Option<Frame> {
        self.gather();
        if self.queue.is_empty() {
            return None;
        }
        let queue = std::mem::take(&mut self.queue);
        self.cover(false);
        Some(self.frame(&queue))
    }

    /// Step 2 is being sent: it holds everything there is. `acked` is whether the server
    /// will acknowledge it like an update.
    pub(super) fn step2_sent(&mut self, acked: bool) {
        if acked {
            self.gather();
            self.queue.clear();
            self.cover(true);
        }
    }

    /// The oldest unacknowledged message is durable; whether nothing can be refused any
    /// more because it held everything.
    pub(super) fn acked(&mut self) -> bool {
        let everything = self.sent.pop_front().is_some_and(|sent| sent.everything);
        if everything {
            self.refused = 0;
        }
        everything
    }

    /// The oldest unacknowledged message was refused.
    pub(super) fn refused(&mut self) {
        if let Some(sent) = self.sent.pop_front() {
            self.refused += sent.updates;
        }
    }

    /// The connection is gone, and with it all that was on its way.
    pub(super) fn disconnected(&mut self) {
        self.uncovered += self.sent.drain(..).map(|sent| sent.updates).sum::<usize>();
        self.uncovered += std::mem::take(&mut self.refused);
    }

    fn cover(&mut self, everything: bool) {
        let mut updates = std::mem::take(&mut self.uncovered);
        if everything {
            updates += std::mem::take(&mut self.refused);
        }
        self.sent.push_back(Sent {
            updates,
            everything,
        });
    }

    fn gather(&mut self) {
        let noticed = std::mem::take(&mut *self.noticed());
        self.uncovered += noticed.len();
        self.queue.extend(noticed);
    }

    fn noticed(&self) -> std::sync::MutexGuard<'_, Vec<Bytes>> {
        self.noticed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn frame(&self, queue: &[Bytes]) -> Frame {
        let update = joined(queue);
        // More than one update may hold goes the way of a first sync.
        if update.len() > self.limits.update_bytes
            || guard::check_update(&update, &Bounds::UPDATE).is_err()
        {
            Frame::SyncStep2(update)
        } else {
            Frame::Update(update)
        }
    }
}

/// Joins updates.
fn joined(queue: &[Bytes]) -> Bytes {
    if let [update] = queue {
        return update.clone();
    }
    let outlines: Vec<Outline> = queue
        .iter()
        .filter_map(|update| {
            let walk = guard::check_update(update, &Bounds::TRUSTED_SIZE).ok()?;
            Some(walk.outline)
        })
        .collect();
    let pairs: Vec<_> = queue.iter().zip(&outlines).collect();
    let merged = (pairs.len() == queue.len()).then(|| guard::merge(&pairs));
    merged.flatten().unwrap_or_else(|| {
        yrs::merge_updates_v1(queue)
            .expect("local updates come from yrs itself")
            .into()
    })
}
