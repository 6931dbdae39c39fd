//! Snapshots: built from the log, written, flushed, and then the log is trimmed. At each of
//! these steps the power may go, or the disk may fail.

use serde::{Deserialize, Serialize};
use waymark_sync::room::CompactJob;
use waymark_sync::{DocumentId, Millis, Position, RoomInput, Snapshot};

use crate::event::{Event, Life};
use crate::faults::Fuse;
use crate::server::Power;
use crate::world::{Flaw, World};

/// How far a compaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompactionStep {
    /// The room has asked for it.
    Asked,
    /// The snapshot is written and not flushed.
    Written,
    /// It is flushed, and the records that it replaces are still there.
    Flushed,
    /// They are gone, and the room has not been told.
    Trimmed,
}

/// What strikes it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strike {
    /// The server's machine loses its power, for so many milliseconds.
    PowerCut(u64),
    /// The disk fails: what was done so far stays done, and the room is told of a failure.
    DiskFails,
}

/// A strike that waits for a compaction to come so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ambush {
    step: CompactionStep,
    strike: Strike,
}

impl CompactionStep {
    /// All of them, in order.
    pub(crate) const ALL: &'static [Self] =
        &[Self::Asked, Self::Written, Self::Flushed, Self::Trimmed];

    fn tally(self, strike: Strike) -> &'static str {
        match (strike, self) {
            (Strike::PowerCut(_), Self::Asked) => "compaction cut: asked for",
            (Strike::PowerCut(_), Self::Written) => "compaction cut: written",
            (Strike::PowerCut(_), Self::Flushed) => "compaction cut: flushed",
            (Strike::PowerCut(_), Self::Trimmed) => "compaction cut: trimmed",
            (Strike::DiskFails, Self::Asked) => "compaction fails: asked for",
            (Strike::DiskFails, Self::Written) => "compaction fails: written",
            (Strike::DiskFails, Self::Flushed) => "compaction fails: flushed",
            (Strike::DiskFails, Self::Trimmed) => "compaction fails: trimmed",
        }
    }
}

impl World {
    /// The next compaction that comes so far is struck.
    pub fn strike_compaction(&mut self, step: CompactionStep, strike: Strike) {
        self.note(format_args!("{strike:?} waits for {step:?}"));
        self.ambushes.push(Ambush { step, strike });
    }

    /// Whether the disk fails a compaction that has come so far; the power goes after this event.
    fn is_struck(&mut self, step: CompactionStep) -> bool {
        let waiting = self.ambushes.iter().position(|ambush| ambush.step == step);
        let Some(ambush) = waiting.map(|at| self.ambushes.remove(at)) else {
            return false;
        };
        self.tally.count(step.tally(ambush.strike));
        match ambush.strike {
            Strike::PowerCut(span) => {
                self.fuses.push((1, Fuse::Crash));
                self.queue.plan(self.now + Millis(span), Event::PowerBack);
                false
            }
            Strike::DiskFails => true,
        }
    }

    pub(crate) fn on_power_back(&mut self) {
        if self.server.power == Power::Down {
            self.restart_server();
        }
    }

    pub(crate) fn compact(
        &mut self,
        document: &DocumentId,
        life: Life,
        upto: Position,
        build: CompactJob,
    ) {
        let worked = Millis(self.rng.between(1, 50));
        let Some(host) = self.host_in(document, life) else {
            return;
        };
        let (busy, durable) = (std::mem::replace(&mut host.compacting, true), host.durable);
        if busy {
            self.violate("two compactions at once".to_owned());
        }
        if upto > durable {
            self.violate(format!(
                "a snapshot up to {upto:?} when {durable:?} is durable"
            ));
        }
        let fails = self.mood.full || self.mood.failing > 0 && self.rng.chance(50);
        let fails = self.is_struck(CompactionStep::Asked) || fails;
        let stored = self.disk.load(document);
        let event = match build.run(&stored.expect("an open document has a log")) {
            Err(reason) => {
                self.violate(format!("a snapshot cannot be built: {reason}"));
                Event::SnapshotFailed(document.clone(), life, reason)
            }
            Ok(_) if fails => {
                Event::SnapshotFailed(document.clone(), life, "the disk is full".to_owned())
            }
            Ok(snapshot) => Event::SnapshotWritten(document.clone(), life, upto, snapshot),
        };
        self.stir();
        self.note(format_args!("compacts up to {}", upto.0));
        self.queue.plan(self.now + worked, event);
    }

    pub(crate) fn on_snapshot_written(
        &mut self,
        document: &DocumentId,
        life: Life,
        upto: Position,
        snapshot: Snapshot,
    ) {
        let (shortest, longest) = self.weather.flush;
        if self.host_in(document, life).is_some() {
            self.disk.write_snapshot(document, upto, snapshot);
            if self.flaw == Some(Flaw::TrimsEarly) {
                self.disk.trim_early(document);
            }
            let flushed = self.now + Millis(self.rng.between(shortest, longest));
            let event = Event::SnapshotFlushed(document.clone(), life, upto);
            self.go_on_compacting(document, life, CompactionStep::Written, (flushed, event));
        }
    }

    pub(crate) fn on_snapshot_flushed(
        &mut self,
        document: &DocumentId,
        life: Life,
        upto: Position,
    ) {
        if self.host_in(document, life).is_some() {
            self.disk.flush_snapshot(document);
            let trimmed = self.now + Millis(self.rng.between(0, 20));
            let event = Event::Trimmed(document.clone(), life, upto);
            self.go_on_compacting(document, life, CompactionStep::Flushed, (trimmed, event));
        }
    }

    pub(crate) fn on_trimmed(&mut self, document: &DocumentId, life: Life, upto: Position) {
        if self.host_in(document, life).is_none() {
            return;
        }
        self.disk.trim(document);
        if self.is_struck(CompactionStep::Trimmed) {
            return self.on_snapshot_failed(document, life, "the disk failed".to_owned());
        }
        if let Some(host) = self.host_in(document, life) {
            host.compacting = false;
        }
        self.tally.count("compacted");
        self.stir();
        self.note(format_args!("compacted up to {}", upto.0));
        let stored = self.disk.load(document).and_then(|stored| stored.snapshot);
        let bytes = stored.map_or(0, |(_, snapshot)| snapshot.state.len());
        self.post(document, RoomInput::Compacted { upto, bytes });
    }

    /// The next step of a compaction that has come so far, unless the disk fails now.
    fn go_on_compacting(
        &mut self,
        document: &DocumentId,
        life: Life,
        step: CompactionStep,
        (at, event): (waymark_sync::Timestamp, Event),
    ) {
        if self.is_struck(step) {
            self.on_snapshot_failed(document, life, "the disk failed".to_owned());
        } else {
            self.queue.plan(at, event);
        }
    }

    pub(crate) fn on_snapshot_failed(&mut self, document: &DocumentId, life: Life, reason: String) {
        if let Some(host) = self.host_in(document, life) {
            host.compacting = false;
            self.tally.count("compaction failed");
            self.note(format_args!("compaction failed: {reason}"));
            self.post(document, RoomInput::CompactFailed { reason });
        }
    }
}
