//! From the outboxes to the sessions' writers.

use std::sync::Arc;

use bytes::Bytes;
use yrs::StateVector;

use super::content::{Change, merge_changes};
use super::outbox::Outgoing;
use super::session::Stage;
use super::{Note, Room, RoomEffect, SessionId};
use crate::close::CloseReason;
use crate::guard::write_awareness;
use crate::time::Timestamp;
use crate::wire::{self, Address, Dialect, Frame};

/// Messages made during one flush that several sessions get alike.
#[derive(Default)]
struct Shared {
    merged: Vec<(Dialect, Vec<u64>, Bytes)>,
    diffs: Vec<(Dialect, Arc<StateVector>, Bytes)>,
}

impl Room {
    /// Gives every session as much as its credit allows.
    pub(super) fn deliver(&mut self, now: Timestamp, out: &mut Vec<RoomEffect>) {
        let durable = self.journal.durable();
        let mut shared = Shared::default();
        let ids: Vec<_> = self.sessions.keys().copied().collect();
        for id in ids {
            self.deliver_to(now, id, durable, &mut shared, out);
        }
    }

    fn deliver_to(
        &mut self,
        now: Timestamp,
        id: SessionId,
        durable: u64,
        shared: &mut Shared,
        out: &mut Vec<RoomEffect>,
    ) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.settle_acks(durable, &self.limits);
        if session.overflowed {
            self.close(now, id, CloseReason::TooSlow, out);
            return;
        }
        while session.has_credit() {
            let next = session.outbox.next(now, &self.limits);
            let dialect = session.dialect;
            let address = &session.address;
            let message = match next {
                Some(Outgoing::Control(frame)) => wire::encode_to(dialect, address, &frame),
                Some(Outgoing::Answer(known)) if known.is_empty() => {
                    Some(self.content.first_sync(dialect, address))
                }
                Some(Outgoing::Answer(known)) => {
                    let frame = Frame::SyncStep2(self.content.diff(&known));
                    wire::encode_to(dialect, address, &frame)
                }
                Some(Outgoing::Changes(changes)) => {
                    Some(shared.changes(dialect, address, &changes))
                }
                Some(Outgoing::Diff(since)) => {
                    Some(shared.diff(dialect, address, &since, || self.content.diff(&since)))
                }
                Some(Outgoing::Presence(clients)) => {
                    let frame = Frame::Awareness(self.presence.message(&clients));
                    wire::encode_to(dialect, address, &frame)
                }
                None if session.keepalive_at(&self.limits) <= now => {
                    let nobody = Frame::Awareness(write_awareness([].into_iter()));
                    wire::encode_to(dialect, address, &nobody)
                }
                None => break,
            };
            // Frames that a dialect lacks are not queued for it.
            if let Some(message) = message {
                session.spend(now);
                out.push(RoomEffect::Send {
                    session: id,
                    message,
                });
            }
        }
    }

    /// Queues a change for every session but its author.
    pub(super) fn spread(
        &mut self,
        change: &Arc<Change>,
        before: &Arc<StateVector>,
        author: SessionId,
    ) {
        for (id, session) in &mut self.sessions {
            if *id != author && session.stage == Stage::Live {
                session.outbox.push_change(change, before, &self.limits);
            }
        }
    }

    /// Queues a client id's presence for every session but its owner.
    pub(super) fn spread_presence(&mut self, client: u64, owner: Option<SessionId>) {
        for (id, session) in &mut self.sessions {
            if Some(*id) != owner {
                session.outbox.push_presence(client);
            }
        }
    }

    /// Closes a session for what it sent.
    pub(super) fn blame(
        &mut self,
        now: Timestamp,
        session: SessionId,
        problem: &str,
        out: &mut Vec<RoomEffect>,
    ) {
        out.push(RoomEffect::Note(Note::Refused {
            session,
            reason: problem.to_owned(),
        }));
        self.close(now, session, CloseReason::Malformed, out);
    }
}

impl Shared {
    fn changes(&mut self, dialect: Dialect, address: &Address, changes: &[Arc<Change>]) -> Bytes {
        if let [change] = changes {
            return change.message(dialect, address);
        }
        let numbers: Vec<u64> = changes.iter().map(|change| change.number()).collect();
        if address.is_plain() {
            let known = self
                .merged
                .iter()
                .find(|(d, n, _)| *d == dialect && *n == numbers);
            if let Some((_, _, message)) = known {
                return message.clone();
            }
        }
        let frame = Frame::Update(merge_changes(changes));
        let message = wire::encode_to(dialect, address, &frame).unwrap_or_default();
        if address.is_plain() {
            self.merged.push((dialect, numbers, message.clone()));
        }
        message
    }

    fn diff(
        &mut self,
        dialect: Dialect,
        address: &Address,
        since: &Arc<StateVector>,
        make: impl FnOnce() -> Bytes,
    ) -> Bytes {
        if address.is_plain() {
            let known = self
                .diffs
                .iter()
                .find(|(d, s, _)| *d == dialect && Arc::ptr_eq(s, since));
            if let Some((_, _, message)) = known {
                return message.clone();
            }
        }
        let frame = Frame::Update(make());
        let message = wire::encode_to(dialect, address, &frame).unwrap_or_default();
        if address.is_plain() {
            self.diffs
                .push((dialect, Arc::clone(since), message.clone()));
        }
        message
    }
}
