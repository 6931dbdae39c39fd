//! Snapshots, made from the log and away from the room's turn.

use bytes::Bytes;
use yrs::StateVector;

use super::OpenError;
use super::content::Content;
use super::leases::Leases;
use super::opening::Parts;
use crate::document::DocumentId;
use crate::grant::Scope;
use crate::journal::{Position, Snapshot, StoredDocument};

/// Work that makes a snapshot from what the store holds, away from the room's turn: its
/// cost grows with the document, a turn's must not.
#[derive(Debug)]
pub struct CompactJob {
    pub(super) document: DocumentId,
    pub(super) upto: Position,
    /// What the room holds.
    pub(super) state: StateVector,
    /// Whether all of that is stored up to `upto`.
    pub(super) complete: bool,
}

impl CompactJob {
    /// Rebuilds the state in a fresh document, compares it with the room's and encodes it.
    ///
    /// # Errors
    /// A text for the log when the log cannot be read or holds something else than the
    /// room does.
    pub fn run(self, stored: &StoredDocument) -> Result<Snapshot, String> {
        // Nobody edits there, so the client id is of no matter.
        let fail = |error: OpenError| error.to_string();
        let (parts, last) = Parts::walk(stored, self.upto).map_err(fail)?;
        let mut content = Content::of(
            parts
                .load(&self.document, 1, Scope::NOTHING)
                .map_err(fail)?,
        );
        if last != self.upto {
            return Err(format!("the log ends at {last:?} before {:?}", self.upto));
        }
        let rebuilt = content.state();
        let differs = rebuilt
            .iter()
            .any(|(client, clock)| *clock > self.state.get(client));
        if differs || (self.complete && *rebuilt != self.state) {
            return Err("the log holds something else than the room".to_owned());
        }
        let state: Bytes = content.whole();
        let mut leases = Leases::default();
        let snapshot = stored.snapshot.as_ref();
        leases.read(snapshot.map_or("", |(_, snapshot)| &snapshot.authors));
        let records = stored.records.iter();
        for (_, record) in records.take_while(|(position, _)| *position <= self.upto) {
            leases.read(&record.author);
        }
        let authors = leases.write();
        Ok(Snapshot { state, authors })
    }
}
