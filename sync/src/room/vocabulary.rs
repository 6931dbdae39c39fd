//! What can happen to a room, and what a room wants done.

use bytes::Bytes;

use super::compact::CompactJob;
use crate::close::CloseReason;
use crate::grant::Grant;
use crate::journal::{BatchId, Position, Record};
use crate::time::Millis;
use crate::wire::{Address, Dialect, Frame};

/// One connection inside the room; unique for the life of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

/// Everything that can happen to a room.
#[derive(Debug)]
#[allow(missing_docs, reason = "the fields say what they are")]
pub enum RoomInput {
    /// A connection with a checked grant for this document, and the address it uses for it
    /// ([`Address::of`] the document where it gives none).
    Join {
        session: SessionId,
        dialect: Dialect,
        address: Address,
        grant: Grant,
    },
    /// A message of a session.
    Frame { session: SessionId, frame: Frame },
    /// The session's writer has put one `Send` on the wire: one credit back.
    Sent { session: SessionId },
    /// The session's permission changed; `None` takes it away.
    GrantChanged {
        session: SessionId,
        grant: Option<Grant>,
    },
    /// The connection is gone.
    Leave { session: SessionId },
    /// The store has made a batch durable.
    Appended { batch: BatchId, position: Position },
    /// The store could not; the room keeps the batch and tries again after a while.
    AppendFailed { batch: BatchId, reason: String },
    /// The snapshot up to here is written; it is so large.
    Compacted { upto: Position, bytes: usize },
    /// It could not be; try again later.
    CompactFailed { reason: String },
    /// The server's own change; answered by `Written` with the same ticket.
    Write {
        ticket: u64,
        update: Bytes,
        subject: String,
    },
    /// The process is stopping: get everything durable, close the sessions, then retire.
    Stop,
    /// A deadline may have passed.
    Tick,
}

/// Everything a room wants done.
#[derive(Debug)]
#[allow(missing_docs, reason = "the fields say what they are")]
pub enum RoomEffect {
    /// One binary message; answered by `Sent`.
    Send { session: SessionId, message: Bytes },
    /// Close the connection (sessions are gone from the room already).
    Close {
        session: SessionId,
        reason: CloseReason,
    },
    /// Append to the log; answered by `Appended` or `AppendFailed`. At most one in flight.
    Append { batch: BatchId, record: Record },
    /// Give `build` what the store holds of the document, write the snapshot that it makes,
    /// then forget the records up to there; answered by `Compacted` or `CompactFailed`. At
    /// most one in flight. `build` runs on the blocking pool.
    Compact { upto: Position, build: CompactJob },
    /// A `Write` is durable (`ok`), or was not taken.
    Written { ticket: u64, ok: bool },
    /// Nobody is here and everything is durable: the task may end.
    Retire,
    /// For logs and metrics.
    Note(Note),
}

/// Something worth a log line or a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields say what they are")]
pub enum Note {
    /// A session's message was refused; the text says why.
    Refused { session: SessionId, reason: String },
    /// A session got the document so long after it joined.
    FirstSync { after: Millis },
    /// Saving fails; it is tried again.
    NotSaving { reason: String },
    /// Saving works again.
    SavingAgain,
    /// The room stopped although so many changes were not stored. None of them was
    /// acknowledged, so their authors still have them.
    StoppedUnsaved { changes: u64 },
    /// A snapshot could not be written; it is tried again.
    CompactFailed { reason: String },
}

/// Why stored bytes are not a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stored document cannot be read at position {position:?}: {problem}")]
pub struct OpenError {
    /// The record, or `None` for the snapshot.
    pub position: Option<Position>,
    /// What is wrong.
    pub problem: String,
}
