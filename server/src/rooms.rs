//! The registry: which documents are open, and how to reach their rooms.
//!
//! A mailbox is put in and its task started in one critical section, so a document is
//! never open twice. The lock is never held across an await (its guard is not `Send`).

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use waymark_sync::{CloseReason, DocumentId, Limits, SessionId};

use crate::clock::Clock;
use crate::metrics::{Measured, Metrics, Overview, Vitals, Watch};
use crate::room_task::{Join, Message, RoomTask, Write};
use crate::store::DocumentStore;

/// Where a room takes messages of its sessions.
pub(crate) type Mailbox = mpsc::Sender<Message>;

/// How often a join is tried with a room that ends at that very moment.
const JOIN_ATTEMPTS: usize = 3;

/// All open documents; clones are the same registry.
#[derive(Debug)]
pub(crate) struct Rooms<S> {
    shared: Arc<Shared<S>>,
}

#[derive(Debug)]
struct Shared<S> {
    store: Measured<S>,
    metrics: Arc<Metrics>,
    limits: Limits,
    clock: Clock,
    mailbox: usize,
    /// Where messages that made a room fail are kept.
    quarantine: Option<PathBuf>,
    next_session: AtomicU64,
    registry: Mutex<Registry>,
    tally: Tally,
}

#[derive(Debug)]
struct Registry {
    open: HashMap<DocumentId, Entry>,
    next_number: u64,
    /// Every task holds a clone; `None` once the rooms are stopping.
    alive: Option<mpsc::Sender<Infallible>>,
    ended: Option<mpsc::Receiver<Infallible>>,
}

#[derive(Debug)]
struct Entry {
    /// Tells a room from a later one of the same document.
    number: u64,
    mailbox: Mailbox,
    vitals: Arc<Vitals>,
}

/// What became of the rooms that were open when the process stopped.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) saved: AtomicUsize,
    pub(crate) unsaved: AtomicUsize,
}

/// What stopping the rooms came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stopped {
    /// Rooms whose changes are all durable.
    pub(crate) saved: usize,
    /// Rooms with changes that the store did not take.
    pub(crate) unsaved: usize,
    /// Rooms that had not ended in time.
    pub(crate) unfinished: usize,
}

impl<S> Clone for Rooms<S> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<S: DocumentStore + Clone> Rooms<S> {
    pub(crate) fn new(
        store: S,
        limits: Limits,
        clock: Clock,
        mailbox: usize,
        quarantine: Option<PathBuf>,
    ) -> Self {
        let (alive, ended) = mpsc::channel(1);
        let registry = Registry {
            open: HashMap::new(),
            next_number: 0,
            alive: Some(alive),
            ended: Some(ended),
        };
        let metrics = Arc::new(Metrics::new());
        Self {
            shared: Arc::new(Shared {
                store: Measured::new(store, metrics.clone()),
                metrics,
                limits,
                clock,
                mailbox,
                quarantine,
                next_session: AtomicU64::new(1),
                registry: Mutex::new(registry),
                tally: Tally::default(),
            }),
        }
    }

    pub(crate) fn store(&self) -> &S {
        self.shared.store.inner()
    }

    /// The store, with what rooms ask of it counted and timed.
    pub(crate) fn measured(&self) -> &Measured<S> {
        &self.shared.store
    }

    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.shared.metrics
    }

    /// What all rooms together come to right now.
    pub(crate) fn overview(&self) -> Overview {
        let registry = self.registry();
        let mut overview = Overview {
            rooms: registry.open.len(),
            ..Overview::default()
        };
        for Entry { vitals, .. } in registry.open.values() {
            overview.sessions += vitals.sessions();
            overview.behind += vitals.behind();
            overview.staged_bytes += vitals.staged_bytes();
            overview.not_saving += usize::from(vitals.not_saving());
        }
        overview
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    pub(crate) fn clock(&self) -> Clock {
        self.shared.clock
    }

    pub(crate) fn quarantine(&self) -> Option<&Path> {
        self.shared.quarantine.as_deref()
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.shared.tally
    }

    /// A session id that was never used in this process.
    pub(crate) fn next_session(&self) -> SessionId {
        SessionId(self.shared.next_session.fetch_add(1, Ordering::Relaxed))
    }

    /// How many sessions a document has right now.
    pub(crate) fn people(&self, document: &DocumentId) -> usize {
        let registry = self.registry();
        registry
            .open
            .get(document)
            .map_or(0, |entry| entry.vitals.sessions())
    }

    #[cfg(test)]
    pub(crate) fn is_open(&self, document: &DocumentId) -> bool {
        self.registry().open.contains_key(document)
    }

    /// Hands a join to the document's room, opening it if needed. Whether the document
    /// exists is the room's finding: it ends the session if not.
    ///
    /// The one place where a room that has just ended is asked for again.
    pub(crate) async fn join(
        &self,
        document: &DocumentId,
        join: Join,
    ) -> Result<Mailbox, CloseReason> {
        let mut join = Box::new(join);
        for _ in 0..JOIN_ATTEMPTS {
            let mailbox = self.open(document).ok_or(CloseReason::GoingAway)?;
            match mailbox.send(Message::Join(join)).await {
                Ok(()) => return Ok(mailbox),
                Err(mpsc::error::SendError(Message::Join(returned))) => join = returned,
                Err(_) => break,
            }
        }
        Err(CloseReason::Internal)
    }

    /// Writes into a document in the server's own name, through its room: everybody there
    /// sees it, and it is durable when this returns true. False when the room did not take
    /// it, or ended on the way: whether it is stored is then unknown.
    pub(crate) async fn write(&self, document: &DocumentId, update: Bytes, subject: &str) -> bool {
        let mut update = update;
        for _ in 0..JOIN_ATTEMPTS {
            let Some(mailbox) = self.open(document) else {
                return false;
            };
            let (done, told) = oneshot::channel();
            let write = Write {
                update,
                subject: subject.to_owned(),
                done,
            };
            match mailbox.send(Message::Write(Box::new(write))).await {
                // The mailbox is held until the answer is here: nobody retires the room.
                Ok(()) => return told.await.unwrap_or(false),
                Err(mpsc::error::SendError(Message::Write(returned))) => update = returned.update,
                Err(_) => return false,
            }
        }
        false
    }

    /// The mailbox of the document's room; `None` when the process is stopping.
    fn open(&self, document: &DocumentId) -> Option<Mailbox> {
        let mut registry = self.registry();
        let alive = registry.alive.clone()?;
        if let Some(entry) = registry.open.get(document) {
            return Some(entry.mailbox.clone());
        }
        let number = registry.next_number;
        registry.next_number += 1;
        let (mailbox, inbox) = mpsc::channel(self.shared.mailbox);
        let vitals = Arc::new(Vitals::default());
        let watch = Watch::new(self.metrics().clone(), vitals.clone());
        let task = RoomTask::new(self.clone(), document.clone(), number, inbox, watch);
        let entry = Entry {
            number,
            mailbox: mailbox.clone(),
            vitals,
        };
        registry.open.insert(document.clone(), entry);
        let metrics = self.metrics().clone();
        metrics.rooms_opened.inc();
        tokio::spawn(async move {
            task.run().await;
            metrics.rooms_ended.inc();
            drop(alive);
        });
        Some(mailbox)
    }

    /// Puts a message into a room's mailbox, and waits while it is full. A room that is gone
    /// has ended the session, which its connection is about to hear.
    pub(crate) async fn post(&self, mailbox: &Mailbox, message: Message) {
        if let Err(mpsc::error::TrySendError::Full(message)) = mailbox.try_send(message) {
            self.metrics().mailbox_waits.inc();
            let _ = mailbox.send(message).await;
        }
    }

    /// Takes a room out, if it is the registered one, nobody can send to it any more and
    /// nothing waits: only the registry's own sender is left, and new ones are made
    /// under the lock that is held here.
    pub(crate) fn retire(
        &self,
        document: &DocumentId,
        number: u64,
        inbox: &mpsc::Receiver<Message>,
    ) -> bool {
        let mut registry = self.registry();
        let Some(entry) = registry.open.get(document) else {
            return true;
        };
        if entry.number != number {
            return true;
        }
        if entry.mailbox.strong_count() > 1 || !inbox.is_empty() {
            return false;
        }
        registry.open.remove(document);
        true
    }

    /// Takes a room out that cannot go on; its task answers what still waits.
    pub(crate) fn forget(&self, document: &DocumentId, number: u64) {
        let mut registry = self.registry();
        if registry
            .open
            .get(document)
            .is_some_and(|entry| entry.number == number)
        {
            registry.open.remove(document);
        }
    }

    /// Stops every room, once everything in it is durable or `patience` has passed.
    pub(crate) async fn stop(&self, patience: Duration) -> Stopped {
        let (mailboxes, ended) = {
            let mut registry = self.registry();
            registry.alive = None;
            let mailboxes: Vec<Mailbox> = registry
                .open
                .values()
                .map(|entry| entry.mailbox.clone())
                .collect();
            (mailboxes, registry.ended.take())
        };
        let all = mailboxes.len();
        let stopping = async {
            for mailbox in mailboxes {
                // A room that has just ended has nothing to flush.
                let _ = mailbox.send(Message::Stop).await;
            }
            if let Some(mut ended) = ended {
                // Resolves when the last task has dropped its sender.
                let _ = ended.recv().await;
            }
        };
        let in_time = tokio::time::timeout(patience, stopping).await.is_ok();
        let saved = self.shared.tally.saved.load(Ordering::Relaxed);
        let unsaved = self.shared.tally.unsaved.load(Ordering::Relaxed);
        let unfinished = if in_time {
            0
        } else {
            all.saturating_sub(saved + unsaved)
        };
        Stopped {
            saved,
            unsaved,
            unfinished,
        }
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.shared
            .registry
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
