//! From the room to the sessions' writers.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use yrs::updates::encoder::Encode;

use super::content::{Change, Content};
use super::counts::Counts;
use super::presence::Presence;
use super::recent::Recent;
use super::session::{Session, Stage};
use super::shared::{Shared, merged};
use super::{Note, Room, RoomEffect, SessionId};
use crate::close::CloseReason;
use crate::guard::write_awareness;
use crate::limits::Limits;
use crate::time::Timestamp;
use crate::wire::{self, Frame};

/// From this size on changes do not wait for their window.
pub const EARLY_BYTES: usize = 64 * 1024;

impl Room {
    /// Gives sessions as much as their credit allows: everybody when a window has ended,
    /// else those whom something happened to.
    pub(super) fn deliver(&mut self, now: Timestamp, out: &mut Vec<RoomEffect>) {
        let round = self.begin_rounds(now);
        let ready = std::mem::take(&mut self.ready);
        let mut server = Server {
            now,
            limits: &self.limits,
            durable: self.journal.durable(),
            newest: self.journal.applied(),
            released: self.changes_round.released(),
            presence_released: self.presence_round.released(),
            content: &mut self.content,
            recent: &self.recent,
            presence: &self.presence,
            awaiting: &mut self.awaiting,
            counts: &mut self.counts,
            shared: Shared::default(),
            too_slow: Vec::new(),
            check_by: None,
            took_changes: 0,
            out,
        };
        if round | std::mem::take(&mut self.everybody_ready) {
            // Whoever has neither credit nor news of its own cannot be sent anything, and
            // whoever does not read must cost the others nothing.
            let served = |session: &Session| session.ready || session.has_credit();
            for (id, session) in &mut self.sessions {
                if served(session) {
                    server.serve(*id, session);
                }
            }
        } else {
            for id in ready {
                if let Some(session) = self.sessions.get_mut(&id) {
                    server.serve(id, session);
                }
            }
        }
        let (too_slow, check_by) = (server.too_slow, server.check_by);
        if round && server.took_changes > 0 {
            self.audience = server.took_changes;
        }
        if let Some(at) = check_by {
            self.check_by(at);
        }
        for id in too_slow {
            self.close(now, id, CloseReason::TooSlow, out);
        }
        self.bound_recent(round);
    }

    /// Whether the window of changes or presence has ended with something in it.
    fn begin_rounds(&mut self, now: Timestamp) -> bool {
        let mut round = false;
        let newest = self.journal.applied();
        if self.changes_due().is_some_and(|at| at <= now) {
            let window = self.limits.window_for(self.audience);
            self.changes_round.release(newest, now, window);
            self.unreleased_bytes = 0;
            round = true;
        }
        let newest = self.presence.newest();
        if self.presence_round.due(newest).is_some_and(|at| at <= now) {
            let window = self.limits.presence_window;
            self.presence_round.release(newest, now, window);
            round = true;
        }
        round
    }

    /// When the changes that wait go out.
    pub(super) fn changes_due(&self) -> Option<Timestamp> {
        let due = self.changes_round.due(self.journal.applied())?;
        if self.unreleased_bytes >= EARLY_BYTES {
            return Some(Timestamp(0));
        }
        Some(due)
    }

    /// Keeps a change for every session but its author's.
    pub(super) fn spread(&mut self, change: &Arc<Change>) {
        if let Some(author) = self.sessions.get_mut(&change.author()) {
            author.outbox.own = change.number();
        }
        self.unreleased_bytes += change.update().len();
        self.recent.push(Arc::clone(change));
    }

    /// Forgets what nobody waits for; when still too much is left, the slowest sessions
    /// are owed a diff instead.
    fn bound_recent(&mut self, after_round: bool) {
        let bound = self.limits.outbox_bytes;
        if !after_round && self.recent.bytes() <= bound {
            return;
        }
        let slowest = self
            .sessions
            .values()
            .filter(|session| session.stage == Stage::Live && session.outbox.follows())
            .map(|session| session.outbox.sent)
            .min();
        self.recent
            .forget(slowest.unwrap_or(self.journal.applied()));
        // What was not let out yet goes out soon, in whole.
        if self.recent.bytes() <= bound + self.unreleased_bytes {
            return;
        }
        let upto = self.recent.excess(bound / 2);
        let since = Arc::new(self.recent.base().clone());
        for session in self.sessions.values_mut() {
            let outbox = &mut session.outbox;
            if session.stage == Stage::Live && outbox.follows() && outbox.sent < upto {
                outbox.fall_behind(&since);
            }
        }
        self.recent.forget(upto);
    }

    /// Closes a session for what it sent.
    pub(super) fn blame(
        &mut self,
        now: Timestamp,
        session: SessionId,
        problem: &str,
        out: &mut Vec<RoomEffect>,
    ) {
        self.counts.refused += 1;
        out.push(RoomEffect::Note(Note::Refused {
            session,
            reason: problem.to_owned(),
        }));
        self.close(now, session, CloseReason::Malformed, out);
    }
}

/// Serves sessions during one flush, with the parts of the room that this needs.
struct Server<'a> {
    now: Timestamp,
    limits: &'a Limits,
    durable: u64,
    /// The newest change, and the newest that is let out.
    newest: u64,
    released: u64,
    presence_released: u64,
    content: &'a mut Content,
    recent: &'a Recent,
    presence: &'a Presence,
    awaiting: &'a mut BTreeSet<(u64, SessionId)>,
    counts: &'a mut Counts,
    shared: Shared,
    too_slow: Vec<SessionId>,
    /// When a session that was served has to be looked at again.
    check_by: Option<Timestamp>,
    /// How many sessions were sent changes.
    took_changes: usize,
    out: &'a mut Vec<RoomEffect>,
}

/// What a session is to be sent next.
enum Next {
    Message(Bytes),
    /// It was owed something that is empty or that its dialect lacks.
    Skip,
    Nothing,
}

impl Server<'_> {
    fn serve(&mut self, id: SessionId, session: &mut Session) {
        session.ready = false;
        if session.overflowed {
            self.too_slow.push(id);
            return;
        }
        while session.has_credit() {
            match self.next(id, session) {
                Next::Message(message) => {
                    session.spend(self.now);
                    self.out.push(RoomEffect::Send {
                        session: id,
                        message,
                    });
                }
                Next::Skip => {}
                Next::Nothing => break,
            }
        }
        if let Some(number) = session.awaits().filter(|number| *number > self.durable) {
            self.awaiting.insert((number, id));
        }
        let at = session.deadline(self.limits);
        self.check_by = [self.check_by, at].into_iter().flatten().min();
    }

    fn next(&mut self, id: SessionId, session: &mut Session) -> Next {
        let dialect = session.dialect;
        let control = session.outbox.pop_control().map(|frame| match frame {
            Frame::SyncStep1(_) => Frame::SyncStep1(self.content.state().encode_v1().into()),
            other => other,
        });
        let ack = |session: &mut Session| session.next_ack(self.durable).map(Frame::SyncStatus);
        if let Some(frame) = control.or_else(|| ack(session)) {
            self.counts.control_messages += 1;
            return Next::of(wire::encode_to(dialect, &session.address, &frame));
        }
        let (address, outbox) = (&session.address, &mut session.outbox);
        if let Some(known) = outbox.take_answer() {
            outbox.sent = self.newest;
            self.counts.answers += 1;
            if let Some(joined) = session.joined.take() {
                let after = self.now.since(joined);
                self.out.push(RoomEffect::Note(Note::FirstSync { after }));
            }
            if known.is_empty() {
                return Next::Message(self.content.first_sync(dialect, address));
            }
            let frame = Frame::SyncStep2(self.content.diff(&known));
            return Next::of(wire::encode_to(dialect, address, &frame));
        }
        if session.stage == Stage::Live {
            if let Some(since) = outbox.take_behind() {
                outbox.sent = self.newest;
                self.counts.diffs += 1;
                let content = &*self.content;
                let make = || content.diff(&since);
                return Next::Message(self.shared.diff(dialect, address, &since, make));
            }
            if outbox.sent < self.released {
                let (sent, own) = (outbox.sent, outbox.own);
                outbox.sent = self.newest;
                self.counts.change_messages += 1;
                self.took_changes += 1;
                let changes = self.recent.after(sent);
                return Next::of(if own > sent {
                    let others = changes.filter(|change| change.author() != id);
                    let deliveries = &mut self.counts.deliveries;
                    merged(dialect, address, others.inspect(|_| *deliveries += 1))
                } else {
                    self.counts.deliveries += self.newest - sent;
                    self.shared.changes(dialect, address, sent, changes)
                });
            }
        }
        if outbox.everybody || outbox.presence < self.presence_released {
            let (after, everybody) = (outbox.presence, outbox.everybody);
            outbox.presence = self.presence.newest();
            outbox.everybody = false;
            self.counts.presence_messages += 1;
            let own = self.presence.owned_by(id);
            let message =
                self.shared
                    .presence(self.presence, dialect, address, (after, everybody), own);
            return Next::of(message);
        }
        if session.keepalive_at(self.limits) <= self.now {
            let nobody = Frame::Awareness(write_awareness([].into_iter()));
            return Next::of(wire::encode_to(dialect, address, &nobody));
        }
        Next::Nothing
    }
}

impl Next {
    fn of(message: Option<Bytes>) -> Self {
        message.map_or(Self::Skip, Self::Message)
    }
}
