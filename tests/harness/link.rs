//! Connections: two directions that keep order, hold little and may stop anywhere.

use std::collections::VecDeque;

use bytes::Bytes;
use waymark_sync::{CloseReason, Dialect, DocumentId, Millis, SessionId, Timestamp};

use crate::person::PersonId;

/// One attempt to connect, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConnectionId(pub(crate) usize);

/// One WebSocket between a person and the server.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) person: PersonId,
    pub(crate) dialect: Dialect,
    pub(crate) document: DocumentId,
    /// The person's end.
    pub(crate) near: NearEnd,
    /// The server's end.
    pub(crate) far: FarEnd,
    /// Nothing passes any more, whether an end knows it or not.
    pub(crate) dead: bool,
    /// Towards the server.
    pub(crate) up: Pipe,
    /// Towards the person.
    pub(crate) down: Pipe,
    /// Messages that the server's writer holds because the wire is full.
    pub(crate) writer: VecDeque<Bytes>,
    /// The close that follows the writer's last message.
    pub(crate) closing: Option<CloseReason>,
    /// Deliveries that wait until the person reads again.
    pub(crate) unread: usize,
    /// When the person's end was opened.
    pub(crate) opened_at: Timestamp,
    /// How often the document's history had been replaced when the session began.
    pub(crate) era: u64,
}

/// What the person's end believes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NearEnd {
    Opening,
    Open,
    Closed,
}

/// What the server's end believes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FarEnd {
    /// The attempt has not arrived.
    Nothing,
    /// Open, without a valid token so far.
    Waiting,
    /// A session of a room.
    Session(SessionId),
    Closed,
}

/// One direction of a connection.
#[derive(Debug, Default)]
pub(crate) struct Pipe {
    parcels: VecDeque<Parcel>,
    bytes: usize,
    last_arrival: Timestamp,
}

/// What travels.
#[derive(Clone, Debug)]
pub(crate) enum Parcel {
    Message(Bytes),
    Close { code: u16, reason: String },
}

impl Connection {
    pub(crate) fn new(person: PersonId, dialect: Dialect, document: DocumentId) -> Self {
        Self {
            person,
            dialect,
            document,
            near: NearEnd::Opening,
            far: FarEnd::Nothing,
            dead: false,
            up: Pipe::default(),
            down: Pipe::default(),
            writer: VecDeque::new(),
            closing: None,
            unread: 0,
            opened_at: Timestamp(0),
            era: 0,
        }
    }

    /// Both ends have closed: nothing will happen here any more.
    pub(crate) fn is_over(&self) -> bool {
        self.near == NearEnd::Closed && matches!(self.far, FarEnd::Closed | FarEnd::Nothing)
    }

    /// The session, while the server believes in it.
    pub(crate) fn session(&self) -> Option<SessionId> {
        match self.far {
            FarEnd::Session(session) => Some(session),
            _ => None,
        }
    }

    /// From now on nothing arrives; what is on the way is lost.
    pub(crate) fn cut(&mut self) {
        self.dead = true;
        self.up.lose();
        self.down.lose();
    }
}

impl Pipe {
    /// Sends a parcel; returns when it arrives, never before one sent earlier.
    pub(crate) fn send(&mut self, now: Timestamp, way: Millis, parcel: Parcel) -> Timestamp {
        self.bytes += parcel.size();
        self.parcels.push_back(parcel);
        self.last_arrival = self.last_arrival.max(now + way);
        self.last_arrival
    }

    /// Takes the parcel that arrives first.
    pub(crate) fn arrive(&mut self) -> Option<Parcel> {
        let parcel = self.parcels.pop_front()?;
        self.bytes -= parcel.size();
        Some(parcel)
    }

    /// Nothing that is sent from now on arrives before `moment`.
    pub(crate) fn not_before(&mut self, moment: Timestamp) {
        self.last_arrival = self.last_arrival.max(moment);
    }

    /// Bytes on the way.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    fn lose(&mut self) {
        self.parcels.clear();
        self.bytes = 0;
    }
}

impl Parcel {
    fn size(&self) -> usize {
        match self {
            Self::Message(message) => message.len(),
            Self::Close { .. } => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_message_never_overtakes_an_earlier_one() {
        let mut pipe = Pipe::default();
        let message = |text: &'static str| Parcel::Message(Bytes::from_static(text.as_bytes()));
        let first = pipe.send(Timestamp(10), Millis(50), message("one"));
        let second = pipe.send(Timestamp(11), Millis(2), message("two"));
        assert!(second >= first);
        assert_eq!(pipe.bytes(), 6);
        assert!(matches!(pipe.arrive(), Some(Parcel::Message(text)) if text == "one"));
        assert_eq!(pipe.bytes(), 3);
    }
}
