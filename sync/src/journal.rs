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
    /// Who wrote it: the subjects of the grants, separated by a line feed when merged.
    pub author: String,
    /// When the server took it.
    pub at: Timestamp,
}

/// A document's whole state up to a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The state as one update (yrs v1).
    pub state: Bytes,
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
