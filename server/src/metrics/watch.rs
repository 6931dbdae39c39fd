//! Watches one room: what it adds to the metrics, and the line that tells what it does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use waymark_sync::Room;
use waymark_sync::room::Counts;

use super::Metrics;
use crate::connection::Framed;

/// How often a busy room says what it is doing; a quiet one says nothing.
const EVERY: Duration = Duration::from_secs(10);
/// How often is looked for sessions that are behind, which costs a look at each.
const LOOK: Duration = Duration::from_secs(1);
/// Turns by their duration: each slot is twice the one before, the first below 1 µs.
const SLOTS: usize = 24;

/// How a room is, for whoever asks without bothering it.
#[derive(Debug, Default)]
pub(crate) struct Vitals {
    sessions: AtomicUsize,
    behind: AtomicUsize,
    staged_bytes: AtomicUsize,
    not_saving: AtomicBool,
}

impl Vitals {
    /// Sessions in it.
    pub(crate) fn sessions(&self) -> usize {
        self.sessions.load(Ordering::Relaxed)
    }

    /// Sessions that are owed one difference in place of their changes.
    pub(crate) fn behind(&self) -> usize {
        self.behind.load(Ordering::Relaxed)
    }

    /// Bytes of changes that wait for the store.
    pub(crate) fn staged_bytes(&self) -> usize {
        self.staged_bytes.load(Ordering::Relaxed)
    }

    /// Whether its people have been told that saving fails.
    pub(crate) fn not_saving(&self) -> bool {
        self.not_saving.load(Ordering::Relaxed)
    }
}

/// Watches one room from its opening to its end.
#[derive(Debug)]
pub(crate) struct Watch {
    metrics: Arc<Metrics>,
    vitals: Arc<Vitals>,
    opened_at: Instant,
    looked_at: Instant,
    said_at: Instant,
    /// What of the room's counts is in the metrics.
    counted: Counts,
    /// What of them was told.
    said: Counts,
    turns: [u32; SLOTS],
    /// Messages handed to sockets in this turn, and their bytes.
    frames: u64,
    bytes: u64,
}

impl Watch {
    pub(crate) fn new(metrics: Arc<Metrics>, vitals: Arc<Vitals>) -> Self {
        let now = Instant::now();
        Self {
            metrics,
            vitals,
            opened_at: now,
            looked_at: now,
            said_at: now,
            counted: Counts::default(),
            said: Counts::default(),
            turns: [0; SLOTS],
            frames: 0,
            bytes: 0,
        }
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The room begins, for the first time or again: it counts from nothing.
    pub(crate) fn opening(&mut self) {
        self.counted = Counts::default();
        self.said = Counts::default();
    }

    /// The room is loaded.
    pub(crate) fn opened(&self) {
        let micros = self.opened_at.elapsed().as_micros();
        tracing::info!(micros, "opened");
    }

    /// This goes to a socket.
    pub(crate) fn sends(&mut self, message: &Framed) {
        self.frames += 1;
        self.bytes += message.len() as u64;
    }

    /// A turn that began at `started` is over.
    pub(crate) fn turn(&mut self, room: &Room, inputs: usize, started: Instant) {
        let now = Instant::now();
        let took = now.duration_since(started);
        self.metrics.turn(inputs, took);
        let (frames, bytes) = (&mut self.frames, &mut self.bytes);
        self.metrics
            .sent(std::mem::take(frames), std::mem::take(bytes));
        self.metrics.count(&room.counts().since(&self.counted));
        self.counted = *room.counts();
        let micros = took.as_micros();
        let slot = (u128::BITS - micros.leading_zeros()) as usize;
        self.turns[slot.min(SLOTS - 1)] += 1;

        let is = room.condition();
        let vitals = &self.vitals;
        vitals.sessions.store(is.sessions, Ordering::Relaxed);
        vitals
            .staged_bytes
            .store(is.staged_bytes, Ordering::Relaxed);
        vitals.not_saving.store(is.not_saving, Ordering::Relaxed);
        if now.duration_since(self.looked_at) >= LOOK {
            self.looked_at = now;
            vitals.behind.store(room.behind(), Ordering::Relaxed);
        }
        if now.duration_since(self.said_at) >= EVERY {
            self.say(room, now);
        }
    }

    /// Nobody is in it any more, and nothing waits.
    pub(crate) fn emptied(&self) {
        self.vitals.sessions.store(0, Ordering::Relaxed);
        self.vitals.behind.store(0, Ordering::Relaxed);
        self.vitals.staged_bytes.store(0, Ordering::Relaxed);
        self.vitals.not_saving.store(false, Ordering::Relaxed);
    }

    /// The room has ended.
    pub(crate) fn ended(&self) {
        self.emptied();
        tracing::info!(
            seconds = self.opened_at.elapsed().as_secs(),
            joins = self.counted.joins,
            updates = self.counted.updates,
            deliveries = self.counted.deliveries,
            "closed"
        );
    }

    /// What the room did since the last line, and how it is.
    fn say(&mut self, room: &Room, now: Instant) {
        let did = room.counts().since(&self.said);
        let is = room.condition();
        let behind = self.vitals.behind();
        if did.updates + did.joins + did.refused + did.deferred > 0 || behind > 0 {
            tracing::info!(
                seconds = now.duration_since(self.said_at).as_secs(),
                sessions = is.sessions,
                joins = did.joins,
                updates = did.updates,
                deliveries = did.deliveries,
                messages = did.change_messages,
                diffs = did.diffs,
                behind,
                deferred = did.deferred,
                refused = did.refused,
                appending = is.appending,
                unsaved = is.unsaved,
                staged_bytes = is.staged_bytes,
                saving = !is.not_saving,
                turns = self.turns.iter().sum::<u32>(),
                turn_p99_micros = self.percentile(99),
                "busy"
            );
        }
        self.said_at = now;
        self.said = *room.counts();
        self.turns = [0; SLOTS];
    }

    /// So many percent of the turns took at most so many microseconds, rounded up to a
    /// power of two.
    fn percentile(&self, percent: u32) -> u64 {
        let all: u32 = self.turns.iter().sum();
        let mut above = all - all.saturating_mul(percent) / 100;
        for (slot, turns) in self.turns.iter().enumerate().rev() {
            if *turns >= above.max(1) {
                return 1 << slot;
            }
            above -= turns;
        }
        0
    }
}
