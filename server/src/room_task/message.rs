//! What goes between rooms, connections and the store.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::{Notify, mpsc, oneshot};
use waymark_sync::wire::Address;
use waymark_sync::{BatchId, CloseReason, Dialect, Frame, Grant, Position, SessionId};

use crate::connection::{Framed, Writer};
use crate::store::StoreError;

/// What a session or the process tells a room.
#[derive(Debug)]
pub(crate) enum Message {
    /// Boxed, because it would make every message as large as itself.
    Join(Box<Join>),
    Frame {
        session: SessionId,
        frame: Frame,
    },
    Leave {
        session: SessionId,
    },
    /// Boxed likewise.
    Write(Box<Write>),
    /// The session may do this from now on. Boxed, because it is rare.
    Grant {
        session: SessionId,
        grant: Box<Grant>,
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

/// Something that the server itself writes.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) update: Bytes,
    /// In whose name.
    pub(crate) subject: String,
    /// Told whether it is durable; dropped when that cannot be known.
    pub(crate) done: oneshot::Sender<bool>,
}

/// How a room reaches a session's connection.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    pub(crate) sink: Sink,
    pub(crate) endings: Arc<Endings>,
}

/// Where a session's messages go. It never waits.
#[derive(Clone, Debug)]
pub(crate) enum Sink {
    Socket(Arc<Writer>),
    /// What a test reads, message by message, with the credit to give back.
    #[cfg(test)]
    Channel(mpsc::UnboundedSender<(bytes::Bytes, Credit)>),
}

impl Sink {
    /// Sends messages; how many are on the wire already. The others give their credit back
    /// when they are.
    pub(super) fn send<'a>(
        &self,
        messages: impl ExactSizeIterator<Item = &'a Framed>,
        credit: impl Fn() -> Credit,
    ) -> usize {
        match self {
            Self::Socket(writer) => writer.send(messages, credit),
            #[cfg(test)]
            Self::Channel(channel) => {
                for message in messages {
                    let _ = channel.send((message.message(), credit()));
                }
                0
            }
        }
    }
}

/// The room has ended a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(crate) session: SessionId,
    pub(crate) reason: CloseReason,
}

/// The sessions of a connection that their rooms have ended; at most one for each session.
///
/// Not a channel of tokio's, which takes a kilobyte while nothing is in it.
#[derive(Debug, Default)]
pub(crate) struct Endings {
    list: Mutex<Vec<Ended>>,
    added: Notify,
}

impl Endings {
    /// Tells the connection, which may be gone.
    pub(super) fn tell(&self, ended: Ended) {
        self.list().push(ended);
        self.added.notify_one();
    }

    /// Waits for the next. Only the connection itself may; nothing is lost if it stops
    /// waiting.
    pub(crate) async fn next(&self) -> Ended {
        loop {
            let ended = self.list().pop();
            match ended {
                Some(ended) => return ended,
                None => self.added.notified().await,
            }
        }
    }

    fn list(&self) -> std::sync::MutexGuard<'_, Vec<Ended>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to send one more message.
#[derive(Clone, Debug)]
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
        self.output.endings.tell(Ended {
            session: self.session,
            reason,
        });
    }
}
