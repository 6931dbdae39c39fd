//! The one queue of everything that is going to happen.

use std::collections::BTreeMap;

use waymark_sync::{BatchId, DocumentId, Position, Snapshot, Timestamp};

use crate::link::ConnectionId;
use crate::person::PersonId;

/// Something that is going to happen.
#[derive(Debug)]
pub(crate) enum Event {
    /// A connection attempt reaches the server.
    Knock(ConnectionId),
    /// The person learns that the connection is open.
    Opened(ConnectionId),
    /// The next parcel towards the server arrives.
    Up(ConnectionId),
    /// The next parcel towards the person arrives.
    Down(ConnectionId),
    /// The server's writer has put a message on the wire.
    Written(ConnectionId),
    /// The person's program is told of the close that it asked for.
    OwnClose(ConnectionId),
    /// The person's end finds out that the connection is gone.
    PersonLearns(ConnectionId),
    /// The server's end finds out that the connection is gone.
    ServerLearns(ConnectionId),
    /// A person's deadline has come.
    Tick(PersonId),
    /// A person's next animation frame.
    Frame(PersonId),
    /// A person presses a key.
    Key(PersonId),
    /// A person whose program takes little takes one message.
    Sip(PersonId),
    /// A person whose program was shut out for good begins anew.
    Afresh(PersonId),
    /// What a room is to hold has been read: it begins to open.
    RoomRead(DocumentId, Life),
    /// A room has been loaded.
    RoomLoaded(DocumentId, Life),
    /// A room takes a turn.
    RoomTurn(DocumentId, Life),
    /// The disk answers an append.
    Appended(DocumentId, Life, BatchId, AppendAnswer),
    /// The disk says once more that an append is flushed.
    AppendedAgain(DocumentId, Life, BatchId, Position),
    /// A finished snapshot is written, not flushed.
    SnapshotWritten(DocumentId, Life, Position, Snapshot),
    /// It is flushed.
    SnapshotFlushed(DocumentId, Life, Position),
    /// The records it replaces are gone.
    Trimmed(DocumentId, Life, Position),
    /// No snapshot could be made or written.
    SnapshotFailed(DocumentId, Life, String),
    /// The server's machine has power again.
    PowerBack,
}

/// What the disk says to an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AppendAnswer {
    /// Flushed, at this place.
    Durable(Position),
    /// It could not; perhaps it is there all the same.
    Failed,
}

/// One life of a room: a number that no other life of any room has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Life(pub(crate) u64);

/// Events by time; those of the same time in the order in which they were planned.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    planned: u64,
    events: BTreeMap<(Timestamp, u64), Event>,
}

impl Queue {
    /// Plans an event.
    pub(crate) fn plan(&mut self, at: Timestamp, event: Event) {
        self.planned += 1;
        self.events.insert((at, self.planned), event);
    }

    /// Takes the first event if it is not later than `until`.
    pub(crate) fn next_until(&mut self, until: Timestamp) -> Option<(Timestamp, Event)> {
        let entry = self.events.first_entry()?;
        if entry.key().0 > until {
            return None;
        }
        let ((at, _), event) = entry.remove_entry();
        Some((at, event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_by_time_and_then_in_the_order_they_were_planned() {
        let mut queue = Queue::default();
        for (at, person) in [(5, 1), (3, 2), (5, 3), (9, 4)] {
            queue.plan(Timestamp(at), Event::Key(PersonId(person)));
        }
        let mut order = Vec::new();
        while let Some((at, Event::Key(person))) = queue.next_until(Timestamp(5)) {
            order.push((at.0, person.0));
        }
        assert_eq!(order, [(3, 2), (5, 1), (5, 3)]);
    }
}
