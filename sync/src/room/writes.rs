//! What sessions send.

use bytes::Bytes;

use super::content::Outcome;
use super::presence::Speaker;
use super::session::{Ask, Repair, Stage};
use super::{Note, Room, RoomEffect, SessionId};
use crate::close::CloseReason;
use crate::guard::{self, Bounds};
use crate::time::Timestamp;
use crate::wire::Frame;

/// How often a session may answer with something that still lacks what it builds upon.
const REPAIR_TRIES: u32 = 3;

/// The two messages that carry changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Write {
    Update,
    /// Step 2, and why it was asked for.
    Step2(Option<Ask>),
}

impl Room {
    pub(super) fn on_frame(
        &mut self,
        now: Timestamp,
        id: SessionId,
        frame: Frame,
        out: &mut Vec<RoomEffect>,
    ) {
        // A stopping room takes nothing more: what it does not acknowledge comes again.
        // Whoever leaves it is gone all the same.
        if self.life != super::Life::Open && !matches!(frame, Frame::Close(_)) {
            return;
        }
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if !std::mem::replace(&mut session.ready, true) {
            self.ready.push(id);
        }
        match frame {
            Frame::SyncStep1(bytes) => self.on_step1(now, id, &bytes, out),
            Frame::SyncStep2(bytes) => {
                let why = session.answered();
                self.on_write(now, id, &bytes, Write::Step2(why), out);
            }
            Frame::Update(bytes) => self.on_write(now, id, &bytes, Write::Update, out),
            Frame::Awareness(bytes) => self.on_awareness(now, id, &bytes, out),
            Frame::QueryAwareness => session.outbox.everybody = true,
            Frame::Ping => session.tell(Frame::Pong, &self.limits),
            // A renewed token is the server's business, and nobody has facts for us.
            Frame::Pong | Frame::AuthToken(_) | Frame::Stateless(_) => {}
            Frame::Close(_) => self.remove(now, id),
            Frame::Authenticated(_) | Frame::PermissionDenied(_) | Frame::SyncStatus(_) => {
                self.blame(now, id, "only a server says this", out);
            }
        }
    }

    fn on_step1(
        &mut self,
        now: Timestamp,
        id: SessionId,
        bytes: &Bytes,
        out: &mut Vec<RoomEffect>,
    ) {
        let known = match guard::check_state_vector(bytes) {
            Ok(known) => known,
            Err(fault) => return self.blame(now, id, fault.0, out),
        };
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.outbox.push_answer(known);
        if session.stage == Stage::Live {
            // The session synchronises anew; the first time it was asked when it joined.
            session.ask(Ask::Handshake, &self.limits);
        }
        session.stage = Stage::Live;
    }

    fn on_write(
        &mut self,
        now: Timestamp,
        id: SessionId,
        bytes: &Bytes,
        write: Write,
        out: &mut Vec<RoomEffect>,
    ) {
        let acked = write != Write::Step2(Some(Ask::Repair));
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        // Permission comes before everything: whoever may not write cannot make us parse
        // more than the answer to our own question.
        let permit = match session.grant.permit_write(now) {
            Ok(permit) => permit,
            Err(refusal) => {
                let asked = matches!(write, Write::Step2(Some(_)));
                if asked && self.holds_all_of(bytes) {
                    self.accept(id, acked, write);
                } else {
                    self.refuse(id, acked, &refusal.to_string(), out);
                }
                return;
            }
        };
        let (limit, bounds) = match write {
            Write::Update => (self.limits.update_bytes, Bounds::UPDATE),
            Write::Step2(_) => (self.limits.first_sync_bytes, Bounds::FIRST_SYNC),
        };
        if bytes.len() > limit {
            self.close(now, id, CloseReason::TooLarge, out);
            return;
        }
        let walk = match guard::check_update(bytes, &bounds) {
            Ok(walk) => walk,
            Err(fault) => return self.blame(now, id, fault.0, out),
        };
        if self.journal.is_full(&self.limits) {
            // Nothing is lost: the session is asked for it when the store has caught up.
            session.refill = true;
            self.counts.deferred += 1;
            if acked {
                session.ack_with_step2();
            }
            return;
        }
        let journal = &mut self.journal;
        match self
            .content
            .apply(bytes, &walk, id, || journal.next_number())
        {
            Err(fault) => self.blame(now, id, fault.0, out),
            Ok(Outcome::Missing) => {
                self.counts.deferred += 1;
                self.on_missing(now, id, acked, write, out);
            }
            Ok(Outcome::Nothing) => {
                self.counts.repeated += 1;
                self.accept(id, acked, write);
            }
            Ok(Outcome::Changed { change, fault }) => {
                self.counts.updates += 1;
                self.spread(&change);
                self.journal.stage(change, permit.subject(), now);
                self.accept(id, acked, write);
                if let Some(fault) = fault {
                    self.blame(now, id, fault.0, out);
                }
            }
        }
    }

    /// Everything in the message is applied. It is acknowledged when everything applied
    /// so far is durable: what it repeats may itself still be on its way to the store.
    fn accept(&mut self, id: SessionId, acked: bool, write: Write) {
        let number = self.journal.applied();
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if write != Write::Update {
            session.repaired(number);
        }
        if acked {
            session.ack_when_durable(number);
        }
    }

    fn refuse(&mut self, id: SessionId, acked: bool, reason: &str, out: &mut Vec<RoomEffect>) {
        if let Some(session) = self.sessions.get_mut(&id).filter(|_| acked) {
            session.refuse(reason, &self.limits);
        }
        self.counts.refused += 1;
        out.push(RoomEffect::Note(Note::Refused {
            session: id,
            reason: reason.to_owned(),
        }));
    }

    /// Something that the message builds upon is not here. It is not applied and not kept:
    /// the session is asked for everything we lack, which brings it again.
    fn on_missing(
        &mut self,
        now: Timestamp,
        id: SessionId,
        acked: bool,
        write: Write,
        out: &mut Vec<RoomEffect>,
    ) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if acked {
            session.ack_with_step2();
        }
        let until = now + self.limits.greeting;
        let repair = session.repair.get_or_insert(Repair { until, tries: 0 });
        if write != Write::Update {
            repair.tries += 1;
            if repair.tries > REPAIR_TRIES {
                self.close(now, id, CloseReason::TooSlow, out);
                return;
            }
        }
        if !session.is_asked() {
            session.ask(Ask::Repair, &self.limits);
        }
        self.check_by(until);
    }

    fn on_awareness(
        &mut self,
        now: Timestamp,
        id: SessionId,
        bytes: &Bytes,
        out: &mut Vec<RoomEffect>,
    ) {
        if bytes.len() > self.limits.awareness_bytes {
            return self.close(now, id, CloseReason::TooLarge, out);
        }
        let claims = match guard::check_awareness(bytes) {
            Ok(claims) => claims,
            Err(fault) => return self.blame(now, id, fault.0, out),
        };
        let Some(session) = self.sessions.get(&id) else {
            return;
        };
        let speaker = Speaker {
            session: id,
            subject: session.grant.subject(),
        };
        for claim in &claims {
            self.presence.claim(now, speaker, claim, &self.limits);
        }
        self.check_by(now + self.limits.presence_timeout);
    }

    fn holds_all_of(&self, bytes: &Bytes) -> bool {
        bytes.len() <= self.limits.first_sync_bytes
            && guard::check_update(bytes, &Bounds::FIRST_SYNC)
                .is_ok_and(|walk| self.content.has_all_of(&walk.outline))
    }
}
