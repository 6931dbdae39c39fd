//! What the log of a document holds, and how far it has got.

use bytes::Bytes;

use crate::document::Incarnation;
use crate::time::Timestamp;

/// A record's place in a document's log; the first is 1, so 0 means "nothing yet".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

/// Names one append, so that doing it twice stores it once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(pub u128);

/// One append to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The effective update (yrs v1).
    pub update: Bytes,
    /// Who wrote it, see [`authors_of`].
    pub author: String,
    /// When the server took it.
    pub at: Timestamp,
}

/// A document's whole state up to a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The state as one update (yrs v1).
    pub state: Bytes,
    /// Whose the client ids in it are, as far as that is known: see [`authors_of`].
    pub authors: String,
}

impl Record {
    /// Who wrote it: the subjects of the grants.
    pub fn authors(&self) -> impl Iterator<Item = &str> {
        authors_of(&self.author).map(|(subject, _)| subject)
    }
}

/// The subjects in a list of authors, each with the client ids that are theirs from there
/// on: a line for each, its parts separated by tabs.
pub fn authors_of(list: &str) -> impl Iterator<Item = (&str, impl Iterator<Item = u64>)> {
    list.lines().map(|line| {
        let mut parts = line.split('\t');
        let subject = parts.next().unwrap_or_default();
        (subject, parts.filter_map(|part| part.parse().ok()))
    })
}

/// What the store knows of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDocument {
    /// Which life of the history it is.
    pub incarnation: Incarnation,
    /// The newest snapshot and the position it reaches to.
    pub snapshot: Option<(Position, Snapshot)>,
    /// The records after the snapshot, in order.
    pub records: Vec<(Position, Record)>,
}
