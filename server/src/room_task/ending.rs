//! How a room ends: by itself, by a panic, or because it cannot be opened.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;
use waymark_sync::{CloseReason, Frame};

use super::message::{Answer, Ended, Message};
use super::{LoadError, RoomTask, quarantine};
use crate::store::{DocumentStore, StoreError};

/// Two panics within this time close a document until the next start.
const PANIC_WINDOW: Duration = Duration::from_secs(60);

impl<S: DocumentStore + Clone> RoomTask<S> {
    /// After a panic: everybody is sent away to come back, and what the store was asked
    /// for is waited for, so that the next load sees it.
    pub(super) async fn recover(&mut self, suspect: Option<Frame>) {
        tracing::error!("the room failed inside; it is loaded again");
        self.watch.metrics().room_panics.inc();
        self.close_all(CloseReason::Internal);
        if let (Some(folder), Some(frame)) = (self.rooms.quarantine(), suspect) {
            quarantine::keep(folder, &self.document, &frame, self.rooms.clock().now()).await;
        }
        while self.in_flight > 0 {
            match self.answers.recv().await {
                Some(Answer::Appended { .. } | Answer::Compacted { .. }) => self.in_flight -= 1,
                Some(Answer::Sent { .. }) => {}
                None => break,
            }
        }
        let now = Instant::now();
        self.panics.push_back(now);
        self.panics
            .retain(|at| now.duration_since(*at) < PANIC_WINDOW);
    }

    /// Sends everybody away and keeps doing so; the entry stays, so nobody opens it anew.
    pub(super) async fn stay_closed(&mut self) {
        self.watch.metrics().rooms_locked.inc();
        while !self.stopping
            && let Some(message) = self.inbox.recv().await
        {
            match message {
                Message::Join(join) => join.refuse(CloseReason::Internal),
                Message::Stop => self.stopping = true,
                _ => {}
            }
        }
        self.rooms.forget(&self.document, self.number);
    }

    /// The document cannot be opened: everybody who waits is told.
    pub(super) async fn refuse(mut self, error: LoadError) {
        let reason = match error {
            LoadError::Missing => CloseReason::Unknown,
            LoadError::Store(error @ StoreError::Corrupt { .. }) => {
                tracing::error!(%error, "the document stays closed and its stored bytes untouched");
                CloseReason::Internal
            }
            LoadError::Store(error) => {
                tracing::error!(%error, "the document cannot be opened");
                CloseReason::Internal
            }
            LoadError::Unreadable(error) => {
                tracing::error!(%error, "the document stays closed and its stored bytes untouched");
                CloseReason::Internal
            }
            LoadError::Panicked => {
                tracing::error!("the document fails to open; its stored bytes stay untouched");
                CloseReason::Internal
            }
        };
        self.close_all(reason);
        self.rooms.forget(&self.document, self.number);
        self.inbox.close();
        while let Some(message) = self.inbox.recv().await {
            if let Message::Join(join) = message {
                join.refuse(reason);
            }
        }
    }

    pub(super) fn end(&mut self) {
        self.watch.ended();
        if self.stopping {
            self.close_all(CloseReason::GoingAway);
            let tally = self.rooms.tally();
            let which = if self.unsaved {
                &tally.unsaved
            } else {
                &tally.saved
            };
            which.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn close_all(&mut self, reason: CloseReason) {
        // Whether these are stored is for whoever asked to find out.
        self.writes.clear();
        for (session, output) in self.sessions.drain() {
            output.endings.tell(Ended { session, reason });
        }
        self.watch.emptied();
    }
}
