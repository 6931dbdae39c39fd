//! A disk that forgets in a crash what was not flushed.

use std::collections::BTreeMap;

use waymark_sync::{BatchId, DocumentId, Incarnation, Position, Record, Snapshot, StoredDocument};

use crate::footprint::Footprint;
use crate::rng::Rng;

/// The logs and snapshots of all documents, as the server's `DocumentStore` keeps them:
/// appends are idempotent by batch, positions run without a gap, a snapshot is flushed
/// before the records it replaces are trimmed.
#[derive(Clone, Debug, Default)]
pub struct SimDisk {
    files: BTreeMap<DocumentId, Files>,
}

#[derive(Clone, Debug)]
struct Files {
    incarnation: Incarnation,
    snapshot: Option<(Position, Snapshot)>,
    /// Written over `snapshot` at its flush.
    unflushed_snapshot: Option<(Position, Snapshot)>,
    log: Vec<Entry>,
    /// The position of the last record ever written and not lost.
    last: Position,
    /// Everything that was ever flushed.
    durable: Footprint,
}

#[derive(Clone, Debug)]
struct Entry {
    position: Position,
    batch: BatchId,
    record: Record,
    flushed: bool,
}

impl Files {
    fn flush(&mut self, upto: Position) {
        for entry in &mut self.log {
            if !entry.flushed && entry.position <= upto {
                entry.flushed = true;
                let footprint = Footprint::of_record(&entry.record)
                    .expect("the record was taken from a room, which encodes what it applied");
                self.durable.add(&footprint);
            }
        }
    }

    fn flush_snapshot(&mut self) {
        if let Some((upto, snapshot)) = self.unflushed_snapshot.take() {
            // A snapshot may hold more than the log up to its position.
            let footprint = Footprint::of_update(&snapshot.state)
                .expect("the snapshot was built and checked by the room");
            self.durable.add(&footprint);
            self.snapshot = Some((upto, snapshot));
        }
    }
}

impl SimDisk {
    /// Begins the history of a document with a first, flushed record.
    pub(crate) fn create(&mut self, id: &DocumentId, incarnation: Incarnation, first: Record) {
        let files = Files {
            incarnation,
            snapshot: None,
            unflushed_snapshot: None,
            log: Vec::new(),
            last: Position(0),
            durable: Footprint::default(),
        };
        self.files.insert(id.clone(), files);
        let position = self.append(id, BatchId(0), first);
        self.flush(id, position);
    }

    /// Whether the document has a history.
    pub fn has(&self, id: &DocumentId) -> bool {
        self.files.contains_key(id)
    }

    /// The names of all documents.
    pub fn documents(&self) -> Vec<DocumentId> {
        self.files.keys().cloned().collect()
    }

    /// What a server that starts now would read.
    pub fn load(&self, id: &DocumentId) -> Option<StoredDocument> {
        let files = self.files.get(id)?;
        let newest = files
            .unflushed_snapshot
            .as_ref()
            .or(files.snapshot.as_ref());
        let covered = newest.map_or(Position(0), |(upto, _)| *upto);
        let records = files
            .log
            .iter()
            .filter(|entry| entry.position > covered)
            .map(|entry| (entry.position, entry.record.clone()))
            .collect();
        Some(StoredDocument {
            incarnation: files.incarnation,
            snapshot: newest.cloned(),
            records,
        })
    }

    /// Writes a record, not yet flushed. The same batch again changes nothing.
    pub(crate) fn append(&mut self, id: &DocumentId, batch: BatchId, record: Record) -> Position {
        let files = self.files_mut(id);
        if let Some(entry) = files.log.iter().find(|entry| entry.batch == batch) {
            return entry.position;
        }
        files.last = Position(files.last.0 + 1);
        files.log.push(Entry {
            position: files.last,
            batch,
            record,
            flushed: false,
        });
        files.last
    }

    /// Flushes everything up to a record.
    pub(crate) fn flush(&mut self, id: &DocumentId, upto: Position) {
        self.files_mut(id).flush(upto);
    }

    /// Flushes whatever a process before this one has written.
    pub(crate) fn flush_everything(&mut self, id: &DocumentId) {
        let last = self.files_mut(id).last;
        self.flush(id, last);
        self.flush_snapshot(id);
    }

    /// Writes a snapshot, not yet flushed. An older one than there is changes nothing.
    pub(crate) fn write_snapshot(&mut self, id: &DocumentId, upto: Position, snapshot: Snapshot) {
        let files = self.files_mut(id);
        let newest = files.snapshot.as_ref().map_or(Position(0), |(at, _)| *at);
        if upto > newest {
            files.unflushed_snapshot = Some((upto, snapshot));
        }
    }

    /// Flushes the snapshot.
    pub(crate) fn flush_snapshot(&mut self, id: &DocumentId) {
        self.files_mut(id).flush_snapshot();
    }

    /// Forgets the records that the flushed snapshot replaces.
    pub(crate) fn trim(&mut self, id: &DocumentId) {
        let files = self.files_mut(id);
        let covered = files
            .snapshot
            .as_ref()
            .map_or(Position(0), |(upto, _)| *upto);
        files.log.retain(|entry| entry.position > covered);
    }

    /// Forgets the records that a snapshot replaces which is not flushed: what no store may do.
    pub(crate) fn trim_early(&mut self, id: &DocumentId) {
        let files = self.files_mut(id);
        if let Some((upto, _)) = &files.unflushed_snapshot {
            files.log.retain(|entry| entry.position > *upto);
        }
    }

    /// The machine stops: of what was written and not flushed, any beginning may have
    /// reached the disk all the same.
    pub(crate) fn crash(&mut self, rng: &mut Rng) {
        for files in self.files.values_mut() {
            let unflushed = files.log.iter().filter(|entry| !entry.flushed).count();
            let lucky = rng.below(unflushed as u64 + 1) as usize;
            files.log.truncate(files.log.len() - unflushed + lucky);
            let covered = files
                .snapshot
                .as_ref()
                .map_or(Position(0), |(upto, _)| *upto);
            files.last = files
                .log
                .last()
                .map_or(covered, |entry| entry.position)
                .max(covered);
            if rng.chance(50) {
                files.flush_snapshot();
            } else {
                files.unflushed_snapshot = None;
            }
            let last = files.last;
            files.flush(last);
        }
    }

    /// Everything of a document that was ever flushed.
    pub fn durable(&self, id: &DocumentId) -> Footprint {
        self.files
            .get(id)
            .map(|files| files.durable.clone())
            .unwrap_or_default()
    }

    /// What of a change was never flushed, in words; `None` when everything was.
    pub(crate) fn lacks(&self, id: &DocumentId, change: &Footprint) -> Option<String> {
        match self.files.get(id) {
            Some(files) => change.missing_in(&files.durable),
            None => change.missing_in(&Footprint::default()),
        }
    }

    /// A copy as a backup program makes it: what is flushed.
    pub(crate) fn flushed_copy(&self) -> Self {
        let mut copy = self.clone();
        for files in copy.files.values_mut() {
            files.unflushed_snapshot = None;
            files.log.retain(|entry| entry.flushed);
            let covered = files
                .snapshot
                .as_ref()
                .map_or(Position(0), |(upto, _)| *upto);
            files.last = files
                .log
                .last()
                .map_or(covered, |entry| entry.position.max(covered));
        }
        copy
    }

    /// The files of a document are replaced by those of another disk.
    pub(crate) fn replace(&mut self, id: &DocumentId, other: &Self) {
        if let Some(files) = other.files.get(id) {
            self.files.insert(id.clone(), files.clone());
        }
    }

    /// From now on it is another life of the document's history.
    pub(crate) fn begin_incarnation(&mut self, id: &DocumentId, incarnation: Incarnation) {
        self.files_mut(id).incarnation = incarnation;
    }

    /// Whether a crash now would find a snapshot that is not flushed, or a log that the
    /// flushed snapshot replaces and that is not trimmed.
    pub(crate) fn is_amid_compaction(&self) -> bool {
        self.files.values().any(|files| {
            let covered = files.snapshot.as_ref().map(|(upto, _)| *upto);
            let untrimmed = files.log.first().map(|entry| entry.position);
            files.unflushed_snapshot.is_some()
                || covered
                    .zip(untrimmed)
                    .is_some_and(|(upto, first)| first <= upto)
        })
    }

    /// Whether something was written and not flushed.
    pub(crate) fn has_unflushed(&self) -> bool {
        let mut files = self.files.values();
        files.any(|files| files.log.iter().any(|entry| !entry.flushed))
    }

    /// How many records the log of a document has now.
    pub fn records(&self, id: &DocumentId) -> usize {
        self.files.get(id).map_or(0, |files| files.log.len())
    }

    /// How far the flushed snapshot of a document reaches.
    pub fn snapshot_position(&self, id: &DocumentId) -> Option<Position> {
        self.files.get(id)?.snapshot.as_ref().map(|(upto, _)| *upto)
    }

    fn files_mut(&mut self, id: &DocumentId) -> &mut Files {
        self.files
            .get_mut(id)
            .expect("a room is only opened for a document that was created")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waymark_sync::Timestamp;
    use yrs::{Doc, ReadTxn, StateVector, Text, Transact};

    fn record(doc: &Doc, word: &str) -> Record {
        let before = doc.transact().state_vector();
        let text = doc.get_or_insert_text("t");
        text.push(&mut doc.transact_mut(), word);
        let update = doc.transact().encode_state_as_update_v1(&before);
        Record {
            update: update.into(),
            author: "ana".into(),
            at: Timestamp(0),
        }
    }

    fn started() -> (SimDisk, DocumentId, Doc) {
        let (mut disk, doc) = (SimDisk::default(), Doc::with_client_id(1));
        let id = DocumentId::parse("map/test").expect("a fixed name that follows the rule");
        disk.create(&id, Incarnation(1), record(&doc, "a"));
        (disk, id, doc)
    }

    fn positions(disk: &SimDisk, id: &DocumentId) -> Vec<u64> {
        let stored = disk.load(id).expect("the document was created");
        stored
            .records
            .iter()
            .map(|(position, _)| position.0)
            .collect()
    }

    #[test]
    fn the_same_batch_is_stored_once() {
        let (mut disk, id, doc) = started();
        let again = record(&doc, "b");
        assert_eq!(disk.append(&id, BatchId(7), again.clone()), Position(2));
        assert_eq!(disk.append(&id, BatchId(7), again), Position(2));
        assert_eq!(positions(&disk, &id), [1, 2]);
    }

    #[test]
    fn a_crash_keeps_what_was_flushed_and_a_beginning_of_the_rest() {
        for seed in 0..20 {
            let (mut disk, id, doc) = started();
            for batch in 1..=4 {
                let position = disk.append(&id, BatchId(batch), record(&doc, "b"));
                if batch == 2 {
                    disk.flush(&id, position);
                }
            }
            disk.crash(&mut Rng::new(seed));
            let left = positions(&disk, &id);
            assert!(left.len() >= 3 && left.len() <= 5, "{left:?}");
            assert_eq!(left, (1..=left.len() as u64).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_unflushed_snapshot_may_vanish_and_its_records_are_still_there() {
        let (mut lost, mut kept) = (false, false);
        for seed in 0..20 {
            let (mut disk, id, doc) = started();
            let state = doc
                .transact()
                .encode_state_as_update_v1(&StateVector::default());
            disk.write_snapshot(
                &id,
                Position(1),
                Snapshot {
                    state: state.into(),
                    authors: String::new(),
                },
            );
            disk.crash(&mut Rng::new(seed));
            let stored = disk.load(&id).expect("the document was created");
            lost |= stored.snapshot.is_none() && stored.records.len() == 1;
            kept |= stored.snapshot.is_some() && stored.records.is_empty();
            disk.trim(&id);
            assert!(
                disk.load(&id)
                    .expect("the document was created")
                    .snapshot
                    .is_some()
                    || disk.records(&id) == 1
            );
        }
        assert!(lost && kept);
    }

    #[test]
    fn positions_go_on_after_everything_was_trimmed() {
        let (mut disk, id, doc) = started();
        let state = doc
            .transact()
            .encode_state_as_update_v1(&StateVector::default());
        disk.write_snapshot(
            &id,
            Position(1),
            Snapshot {
                state: state.into(),
                authors: String::new(),
            },
        );
        disk.flush_snapshot(&id);
        disk.trim(&id);
        disk.crash(&mut Rng::new(1));
        assert_eq!(disk.append(&id, BatchId(2), record(&doc, "b")), Position(2));
    }
}
