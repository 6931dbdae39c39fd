//! What goes between rooms, connections and the store.

use bytes::Bytes;
use tokio::sync::mpsc;
use waymark_sync::wire::Address;
use waymark_sync::{BatchId, CloseReason, Dialect, Frame, Grant, Position, SessionId};

use crate::store::StoreError;

/// What a session or the process tells a room.
#[derive(Debug)]
pub(crate) enum Message {
    Join(Join),
    Frame {
        session: SessionId,
        frame: Frame,
    },
    Leave {
        session: SessionId,
    },
    Stop,
    /// Makes the next turn panic.
    #[cfg(test)]
    Panic,
}

/// A connection that wants in.
#[derive(Debug)]
pub(crate) struct Join {
    pub(crate) session: SessionId,
    pub(crate) dialect: Dialect,
    pub(crate) address: Address,
    pub(crate) grant: Grant,
    pub(crate) output: Output,
}

/// How a room reaches a session's connection.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    /// Never full: a room sends no more than it has credit for.
    pub(crate) frames: mpsc::Sender<Outgoing>,
    /// One message for each session.
    pub(crate) ended: mpsc::UnboundedSender<Ended>,
}

/// The room has ended a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(crate) session: SessionId,
    pub(crate) reason: CloseReason,
}

/// One thing for a connection's writer.
#[derive(Debug)]
pub(crate) enum Outgoing {
    /// A binary message, and who gets the credit back once it is on the wire.
    Frame {
        message: Bytes,
        credit: Option<Credit>,
    },
    /// Ask the other side for a sign of life.
    Ping,
    /// The last thing.
    Close(CloseReason),
}

/// The right to send one more message.
#[derive(Debug)]
pub(crate) struct Credit {
    pub(super) session: SessionId,
    pub(super) room: mpsc::UnboundedSender<Answer>,
}

impl Credit {
    /// Gives it back to the room, which may be gone.
    pub(crate) fn give_back(self) {
        let _ = self.room.send(Answer::Sent {
            session: self.session,
        });
    }
}

/// The outcome of something that the room asked for.
#[derive(Debug)]
pub(super) enum Answer {
    Sent {
        session: SessionId,
    },
    Appended {
        batch: BatchId,
        result: Result<Position, StoreError>,
    },
    Compacted {
        upto: Position,
        /// The snapshot's size in bytes.
        result: Result<usize, String>,
    },
}

impl Join {
    /// Tells the connection that there is no session for it.
    pub(super) fn refuse(self, reason: CloseReason) {
        // The connection is gone already if this fails.
        let _ = self.output.ended.send(Ended {
            session: self.session,
            reason,
        });
    }
}
