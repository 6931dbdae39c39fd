//! The writer's side of the log: positions, idempotence, snapshots and trimming.
//!
//! One owner for each engine. Appends are *staged*, and durable (and known to the
//! next reader of a tail) only after [`Log::commit`].

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use waymark_sync::{BatchId, DocumentId, Incarnation, Position, Record, Snapshot};

use super::keyspace::{Keyspace, Tree, Writes};
use super::layout::{self, Head, LoggedRecord, MAX_VALUE_BYTES};
use super::read;
use super::{Revision, StoreError};

/// How many batches of a document are remembered for appends that are asked for twice.
/// A room has one append in flight, so the last one would do.
const REMEMBERED_BATCHES: usize = 16;
/// How many documents' ends are kept in memory; more are read again.
const REMEMBERED_TAILS: usize = 10_000;
/// How many keys are removed in one group.
const TRIM_GROUP: usize = 100;
/// How many chunks of a snapshot are written in one step: with some appends they fit between
/// two syncs.
const STEP_CHUNKS: usize = 7;

/// The end of a document's log.
#[derive(Clone, Debug)]
struct Tail {
    last: Position,
    batches: VecDeque<(BatchId, Position)>,
}

impl Tail {
    fn read<K: Keyspace>(keyspace: &K, id: &DocumentId, head: &Head) -> Result<Self, StoreError> {
        let last = read::last_position(keyspace, id, head)?;
        let mut batches = VecDeque::new();
        if head.snapshot > Position(0) {
            batches.push_back((head.snapshot_batch, head.snapshot));
        }
        let first = last
            .0
            .saturating_sub(REMEMBERED_BATCHES as u64)
            .max(head.snapshot.0)
            + 1;
        for position in (first..=last.0).map(Position) {
            batches.push_back((read::record_start(keyspace, id, position)?.batch, position));
        }
        Ok(Self { last, batches })
    }

    fn find(&self, batch: BatchId) -> Option<Position> {
        self.batches
            .iter()
            .rev()
            .find(|(known, _)| *known == batch)
            .map(|(_, at)| *at)
    }

    fn push(&mut self, batch: BatchId) -> Position {
        self.last = Position(self.last.0 + 1);
        self.batches.push_back((batch, self.last));
        if self.batches.len() > REMEMBERED_BATCHES {
            self.batches.pop_front();
        }
        self.last
    }
}

/// A snapshot that is being written, in steps that may go with other writes.
#[derive(Debug)]
pub(super) struct SnapshotJob {
    id: DocumentId,
    /// The head that makes the snapshot count.
    head: Head,
    chunks: std::vec::IntoIter<(Vec<u8>, Vec<u8>)>,
    /// What is to be done after the chunks.
    steps: VecDeque<Step>,
    /// How far the present step has got.
    after: Vec<u8>,
}

impl SnapshotJob {
    pub(super) fn document(&self) -> &DocumentId {
        &self.id
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Head,
    /// Forgets records below the snapshot.
    Records,
    Parts,
    /// Forgets other snapshots.
    Snapshots,
}

#[derive(Debug)]
pub(super) struct Log<K> {
    keyspace: K,
    tails: HashMap<DocumentId, Tail>,
    staged: Writes,
    /// Documents with something staged, and where their durable log ends; `None` for a new
    /// one. Their tails are ahead of that until the commit.
    staged_ends: HashMap<DocumentId, Option<Position>>,
    staged_small: HashMap<String, u64>,
}

impl<K: Keyspace> Log<K> {
    pub(super) fn new(keyspace: K) -> Self {
        Self {
            keyspace,
            tails: HashMap::new(),
            staged: Writes::default(),
            staged_ends: HashMap::new(),
            staged_small: HashMap::new(),
        }
    }

    pub(super) fn keyspace(&self) -> &K {
        &self.keyspace
    }

    /// Stages the first record of a document.
    pub(super) fn stage_create(
        &mut self,
        id: &DocumentId,
        incarnation: Incarnation,
        batch: BatchId,
        first: &Record,
    ) -> Result<Position, StoreError> {
        if self.staged_ends.contains_key(id) || read::head(&self.keyspace, id)?.is_some() {
            return match self.tail(id)?.find(batch) {
                Some(position) => Ok(position),
                None => Err(StoreError::Exists {
                    document: id.clone(),
                }),
            };
        }
        // What a crash during a deletion may have left under this name.
        self.forget(id)?;
        let head = Head::new(incarnation).encode(id);
        self.staged
            .put(Tree::Documents, id.as_str().as_bytes().to_vec(), head);
        let tail = Tail {
            last: Position(0),
            batches: VecDeque::new(),
        };
        self.tails.insert(id.clone(), tail);
        self.staged_ends.insert(id.clone(), None);
        self.stage_append(id, batch, first)
    }

    /// Stages a record. A batch that is known already is not written again.
    pub(super) fn stage_append(
        &mut self,
        id: &DocumentId,
        batch: BatchId,
        record: &Record,
    ) -> Result<Position, StoreError> {
        let tail = self.tail(id)?;
        if let Some(position) = tail.find(batch) {
            return Ok(position);
        }
        let durable_end = tail.last;
        let position = tail.push(batch);
        let chunks = layout::split(id, position, &LoggedRecord::encode(batch, record));
        for (number, (key, value)) in chunks.into_iter().enumerate() {
            let tree = if number == 0 { Tree::Log } else { Tree::Parts };
            self.staged.put(tree, key, value);
        }
        if !self.staged_ends.contains_key(id) {
            self.staged_ends.insert(id.clone(), Some(durable_end));
        }
        Ok(position)
    }

    /// Stages a small record, or that it is forgotten, if it is at `expected`.
    pub(super) fn stage_small(
        &mut self,
        key: &str,
        expected: Revision,
        value: Option<&Bytes>,
    ) -> Result<bool, StoreError> {
        let current = match self.staged_small.get(key) {
            Some(revision) => *revision,
            None => read::small(&self.keyspace, key)?.map_or(0, |record| record.revision.0),
        };
        if Revision(current) != expected {
            return Ok(false);
        }
        let Some(value) = value else {
            // Nothing to forget is not written either.
            if current > 0 {
                self.staged.remove(Tree::Small, key.as_bytes().to_vec());
                self.staged_small.insert(key.to_owned(), 0);
            }
            return Ok(true);
        };
        let stored = layout::encode_small(key, current + 1, value);
        if stored.len() > MAX_VALUE_BYTES {
            return Err(StoreError::TooLarge {
                key: key.to_owned(),
            });
        }
        self.staged
            .put(Tree::Small, key.as_bytes().to_vec(), stored);
        self.staged_small.insert(key.to_owned(), current + 1);
        Ok(true)
    }

    /// Makes everything staged durable, or forgets that it was staged.
    pub(super) fn commit(&mut self) -> Result<(), StoreError> {
        let staged = std::mem::take(&mut self.staged);
        self.staged_ends.clear();
        self.staged_small.clear();
        if staged.is_empty() {
            return Ok(());
        }
        let done = self.keyspace.apply(staged);
        let done = done.and_then(|()| self.keyspace.flush());
        if done.is_err() || self.tails.len() > REMEMBERED_TAILS {
            self.tails.clear();
        }
        done
    }

    /// The documents with something staged, and where their durable log ends: what has to
    /// be cut back to when the commit fails. `None`: the document itself is new.
    pub(super) fn staged_ends(&self) -> Vec<(DocumentId, Option<Position>)> {
        let pair = |(id, end): (&DocumentId, &Option<Position>)| (id.clone(), *end);
        self.staged_ends.iter().map(pair).collect()
    }

    /// Forgets records that were never acknowledged: after a failed flush they may or may
    /// not be on the disk, and a record after one that is lost would look like damage.
    pub(super) fn cut_back(
        &mut self,
        ends: &[(DocumentId, Option<Position>)],
    ) -> Result<(), StoreError> {
        for (id, end) in ends {
            match end {
                Some(end) => {
                    let after = layout::chunk_key(id, *end, u32::MAX);
                    self.remove(Tree::Log, id, after.clone(), Position(u64::MAX), None)?;
                    self.remove(Tree::Parts, id, after, Position(u64::MAX), None)?;
                }
                None => self.delete(id)?,
            }
        }
        self.keyspace.flush()
    }

    /// Replaces the snapshot, then forgets what it covers.
    pub(super) fn write_snapshot(
        &mut self,
        id: &DocumentId,
        upto: Position,
        snapshot: &Snapshot,
    ) -> Result<(), StoreError> {
        let Some(mut job) = self.begin_snapshot(id, upto, snapshot)? else {
            return Ok(());
        };
        while self.stage_snapshot(&mut job)? {
            self.commit()?;
        }
        Ok(())
    }

    /// Begins to replace the snapshot; `None` if it is not newer.
    pub(super) fn begin_snapshot(
        &mut self,
        id: &DocumentId,
        upto: Position,
        snapshot: &Snapshot,
    ) -> Result<Option<SnapshotJob>, StoreError> {
        let Some(head) = read::head(&self.keyspace, id)? else {
            return Err(StoreError::Missing {
                document: id.clone(),
            });
        };
        if upto <= head.snapshot {
            return Ok(None);
        }
        // Also proves that the snapshot does not reach past the log.
        let replaced = read::record_start(&self.keyspace, id, upto)?;
        Ok(Some(SnapshotJob {
            head: Head {
                snapshot: upto,
                snapshot_at: replaced.at,
                snapshot_batch: replaced.batch,
                ..head
            },
            chunks: layout::split(id, upto, &layout::encode_snapshot(snapshot)).into_iter(),
            steps: [Step::Head, Step::Records, Step::Parts, Step::Snapshots].into(),
            after: layout::chunk_key(id, Position(0), 0),
            id: id.clone(),
        }))
    }

    /// Stages the next step, which has to be committed before the one after it; false when
    /// there was none left.
    ///
    /// Crash-safe between any two steps: the new snapshot counts only when the head says
    /// so, the head says so only when the snapshot is durable, and nothing is forgotten
    /// before the head is durable.
    pub(super) fn stage_snapshot(&mut self, job: &mut SnapshotJob) -> Result<bool, StoreError> {
        if job.chunks.len() > 0 {
            for (key, value) in job.chunks.by_ref().take(STEP_CHUNKS) {
                self.staged.put(Tree::Snapshots, key, value);
            }
            return Ok(true);
        }
        let upto = job.head.snapshot;
        let (tree, upto, keep) = match job.steps.front() {
            None => return Ok(false),
            Some(Step::Head) => {
                // A newer snapshot may have been written since this one was begun.
                let now = read::head(&self.keyspace, &job.id)?;
                if now.is_none_or(|now| now.snapshot >= upto) {
                    return Ok(false);
                }
                let key = job.id.as_str().as_bytes().to_vec();
                self.staged
                    .put(Tree::Documents, key, job.head.encode(&job.id));
                job.steps.pop_front();
                return Ok(true);
            }
            Some(Step::Records) => (Tree::Log, upto, None),
            Some(Step::Parts) => (Tree::Parts, upto, None),
            Some(Step::Snapshots) => (Tree::Snapshots, Position(u64::MAX), Some(upto)),
        };
        let more = self.stage_removal(tree, &job.id, &mut job.after, upto, keep)?;
        if !more {
            job.steps.pop_front();
            job.after = layout::chunk_key(&job.id, Position(0), 0);
        }
        Ok(true)
    }

    /// Forgets a document: first its head, so that a crash leaves nothing half there.
    pub(super) fn delete(&mut self, id: &DocumentId) -> Result<(), StoreError> {
        self.tails.remove(id);
        let mut writes = Writes::default();
        writes.remove(Tree::Documents, id.as_str().as_bytes().to_vec());
        self.keyspace.apply(writes)?;
        self.keyspace.flush()?;
        self.forget(id)
    }

    /// The end of a document's log, with what is staged.
    fn tail(&mut self, id: &DocumentId) -> Result<&mut Tail, StoreError> {
        if !self.tails.contains_key(id) {
            let Some(head) = read::head(&self.keyspace, id)? else {
                return Err(StoreError::Missing {
                    document: id.clone(),
                });
            };
            let tail = Tail::read(&self.keyspace, id, &head)?;
            self.tails.insert(id.clone(), tail);
        }
        Ok(self.tails.get_mut(id).expect("it was put in above"))
    }

    /// Removes everything under a name but its head; not flushed.
    fn forget(&self, id: &DocumentId) -> Result<(), StoreError> {
        for tree in [Tree::Log, Tree::Parts, Tree::Snapshots] {
            let start = layout::chunk_key(id, Position(0), 0);
            self.remove(tree, id, start, Position(u64::MAX), None)?;
        }
        Ok(())
    }

    /// Removes this document's keys after `after` and up to `upto`; not flushed.
    fn remove(
        &self,
        tree: Tree,
        id: &DocumentId,
        mut after: Vec<u8>,
        upto: Position,
        keep: Option<Position>,
    ) -> Result<(), StoreError> {
        loop {
            let mut writes = Writes::default();
            let more = self.removal(tree, id, &mut after, upto, keep, &mut writes)?;
            if !writes.is_empty() {
                self.keyspace.apply(writes)?;
            }
            if !more {
                return Ok(());
            }
        }
    }

    fn stage_removal(
        &mut self,
        tree: Tree,
        id: &DocumentId,
        after: &mut Vec<u8>,
        upto: Position,
        keep: Option<Position>,
    ) -> Result<bool, StoreError> {
        let mut writes = std::mem::take(&mut self.staged);
        let more = self.removal(tree, id, after, upto, keep, &mut writes);
        self.staged = writes;
        more
    }

    /// The next group of keys to remove; whether there may be more.
    fn removal(
        &self,
        tree: Tree,
        id: &DocumentId,
        after: &mut Vec<u8>,
        upto: Position,
        keep: Option<Position>,
        writes: &mut Writes,
    ) -> Result<bool, StoreError> {
        for _ in 0..TRIM_GROUP {
            let Some(key) = self.keyspace.next(tree, after)? else {
                return Ok(false);
            };
            let Some(position) = layout::position_of(id, &key).filter(|at| *at <= upto) else {
                return Ok(false);
            };
            after.clone_from(&key);
            if Some(position) != keep {
                writes.remove(tree, key);
            }
        }
        Ok(true)
    }
}
