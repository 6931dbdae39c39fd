//! What still has to be stored, and how far the log has got.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::content::{Change, merge_changes};
use crate::journal::{BatchId, Position, Record};
use crate::limits::Limits;
use crate::time::{Millis, Timestamp};

/// The first wait after a failed append; it doubles up to [`LAST_RETRY`].
const FIRST_RETRY: Millis = Millis(250);
const LAST_RETRY: Millis = Millis(10_000);
/// How long an append may take before people are told.
const SLOW_APPEND: Millis = Millis(5_000);
/// Reading a record costs about as much as reading so much of a snapshot.
const BYTES_A_RECORD: u64 = 1024;
/// How long a failed compaction rests.
const COMPACT_RETRY: Millis = Millis(30_000);

/// Three facts about each change, as numbers that only grow.
///
/// Invariant: durable <= appended <= applied. A change is numbered when it is applied;
/// `appended` is the last one inside the batch in flight, `durable` the last one stored.
pub(super) struct Journal {
    seed: u64,
    batches: u64,
    applied: u64,
    durable: u64,
    staged: Staged,
    in_flight: Option<InFlight>,
    failures: u32,
    /// The newest durable record.
    position: Position,
    /// Records after the snapshot and their sizes.
    tail: VecDeque<(Position, usize)>,
    tail_bytes: usize,
    snapshot_bytes: usize,
    compacting: bool,
    compact_after: Timestamp,
}

#[derive(Default)]
struct Staged {
    changes: Vec<Arc<Change>>,
    bytes: usize,
    /// With the client ids that became theirs.
    authors: BTreeMap<String, Vec<u64>>,
    at: Timestamp,
}

struct InFlight {
    batch: BatchId,
    record: Record,
    upto: u64,
    state: Sending,
}

enum Sending {
    /// Not yet asked for, or to be asked for again.
    Due(Timestamp),
    /// Asked for at this time.
    Asked(Timestamp),
}

impl Journal {
    pub(super) fn new(
        seed: u64,
        snapshot: Position,
        snapshot_bytes: usize,
        tail: impl Iterator<Item = (Position, usize)>,
    ) -> Self {
        let tail: VecDeque<_> = tail.collect();
        Self {
            seed,
            batches: 0,
            applied: 0,
            durable: 0,
            staged: Staged::default(),
            in_flight: None,
            failures: 0,
            position: tail.back().map_or(snapshot, |(position, _)| *position),
            tail_bytes: tail.iter().map(|(_, bytes)| bytes).sum(),
            tail,
            snapshot_bytes,
            compacting: false,
            compact_after: Timestamp(0),
        }
    }

    /// The number of the newest change.
    pub(super) fn applied(&self) -> u64 {
        self.applied
    }

    /// The number of the newest change that is stored.
    pub(super) fn durable(&self) -> u64 {
        self.durable
    }

    pub(super) fn all_durable(&self) -> bool {
        self.durable == self.applied
    }

    /// How many changes are not stored.
    pub(super) fn unsaved(&self) -> u64 {
        self.applied - self.durable
    }

    /// The number for the next change.
    pub(super) fn next_number(&mut self) -> u64 {
        self.applied += 1;
        self.applied
    }

    /// Takes a change of somebody into the next record, with the client ids that became
    /// theirs by it.
    pub(super) fn stage(
        &mut self,
        change: Arc<Change>,
        author: &str,
        leased: Vec<u64>,
        now: Timestamp,
    ) {
        if self.staged.changes.is_empty() {
            self.staged.at = now;
        }
        self.staged.bytes += change.update().len();
        self.staged.changes.push(change);
        match self.staged.authors.get_mut(author) {
            Some(clients) => clients.extend(leased),
            None => drop(self.staged.authors.insert(author.to_owned(), leased)),
        }
    }

    /// Whether as much waits for the store as may.
    pub(super) fn is_full(&self, limits: &Limits) -> bool {
        self.waiting_bytes() >= limits.staged_bytes
    }

    /// Whether the store has caught up enough to take writes again.
    pub(super) fn has_room(&self, limits: &Limits) -> bool {
        self.waiting_bytes() <= limits.staged_bytes / 2
    }

    /// Bytes that are not durable yet.
    pub(super) fn waiting_bytes(&self) -> usize {
        let in_flight = self.in_flight.as_ref().map_or(0, |f| f.record.update.len());
        self.staged.bytes + in_flight
    }

    /// The append that is due, if one is.
    pub(super) fn next_append(&mut self, now: Timestamp) -> Option<(BatchId, Record)> {
        if self.in_flight.is_none() && !self.staged.changes.is_empty() {
            let staged = std::mem::take(&mut self.staged);
            self.batches += 1;
            let line = |(mut line, clients): (String, Vec<u64>)| {
                for client in clients {
                    line.push('\t');
                    line.push_str(&client.to_string());
                }
                line
            };
            let authors: Vec<String> = staged.authors.into_iter().map(line).collect();
            self.in_flight = Some(InFlight {
                batch: BatchId(u128::from(self.seed) << 64 | u128::from(self.batches)),
                record: Record {
                    update: merge_changes(&staged.changes),
                    author: authors.join("\n"),
                    at: staged.at,
                },
                upto: self.applied,
                state: Sending::Due(now),
            });
        }
        let in_flight = self.in_flight.as_mut()?;
        match in_flight.state {
            Sending::Due(at) if at <= now => {
                in_flight.state = Sending::Asked(now);
                Some((in_flight.batch, in_flight.record.clone()))
            }
            _ => None,
        }
    }

    /// The store has it; whether it was the batch that is awaited.
    pub(super) fn appended(&mut self, batch: BatchId, position: Position) -> bool {
        let Some(in_flight) = self.in_flight.take_if(|f| f.batch == batch) else {
            return false;
        };
        let bytes = in_flight.record.update.len();
        self.durable = in_flight.upto;
        self.failures = 0;
        self.position = self.position.max(position);
        self.tail.push_back((position, bytes));
        self.tail_bytes += bytes;
        true
    }

    /// The store could not; the same batch is due again after a while.
    pub(super) fn append_failed(&mut self, batch: BatchId, now: Timestamp) -> bool {
        let Some(in_flight) = self.in_flight.as_mut().filter(|f| f.batch == batch) else {
            return false;
        };
        let wait = FIRST_RETRY.0 << self.failures.min(16);
        self.failures += 1;
        in_flight.state = Sending::Due(now + Millis(wait.min(LAST_RETRY.0)));
        true
    }

    /// Whether saving fails, or takes so long that people should know.
    pub(super) fn is_slow(&self, now: Timestamp) -> bool {
        self.failures > 0
            || self
                .asked_at()
                .is_some_and(|asked| asked + SLOW_APPEND <= now)
    }

    /// Whether the store has been asked and has not answered.
    pub(super) fn is_appending(&self) -> bool {
        self.asked_at().is_some()
    }

    fn asked_at(&self) -> Option<Timestamp> {
        match self.in_flight.as_ref()?.state {
            Sending::Asked(at) => Some(at),
            Sending::Due(_) => None,
        }
    }

    /// Up to where a snapshot should be written now.
    pub(super) fn next_compaction(&mut self, now: Timestamp, limits: &Limits) -> Option<Position> {
        if self.compacting || now < self.compact_after || !self.compaction_due(limits) {
            return None;
        }
        self.compacting = true;
        Some(self.position)
    }

    /// A snapshot costs as much as the document is large, so a large document waits until
    /// its log has grown in proportion: what a change costs does not depend on its size.
    fn compaction_due(&self, limits: &Limits) -> bool {
        let records = limits
            .compact_records
            .max(self.snapshot_bytes as u64 / BYTES_A_RECORD);
        let bytes = limits.compact_bytes.max(self.snapshot_bytes / 2);
        self.tail.len() as u64 >= records || self.tail_bytes >= bytes
    }

    pub(super) fn compacted(&mut self, upto: Position, bytes: usize) {
        self.compacting = false;
        self.snapshot_bytes = bytes;
        while let Some((position, bytes)) = self.tail.front() {
            if *position > upto {
                break;
            }
            self.tail_bytes -= bytes;
            self.tail.pop_front();
        }
    }

    pub(super) fn compact_failed(&mut self, now: Timestamp) {
        self.compacting = false;
        self.compact_after = now + COMPACT_RETRY;
    }

    pub(super) fn is_compacting(&self) -> bool {
        self.compacting
    }

    /// When something here is due by time alone.
    pub(super) fn deadline(&self, told_slow: bool, limits: &Limits) -> Option<Timestamp> {
        let append = match self.in_flight.as_ref().map(|f| &f.state) {
            Some(Sending::Due(at)) => Some(*at),
            Some(Sending::Asked(at)) if !told_slow => Some(*at + SLOW_APPEND),
            _ => None,
        };
        let compact =
            (!self.compacting && self.compaction_due(limits)).then_some(self.compact_after);
        [append, compact].into_iter().flatten().min()
    }
}
