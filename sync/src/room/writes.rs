//! What sessions send.

use std::sync::Arc;

use bytes::Bytes;

use super::content::{Author, Outcome};
use super::presence::Speaker;
use super::session::{Ask, Repair, Stage};
use super::{Note, Room, RoomEffect, SessionId};
use crate::close::CloseReason;
use crate::grant::Refusal;
use crate::guard::{self, Bounds};
use crate::time::{Millis, Timestamp};
use crate::wire::Frame;

/// How often a session may answer with something that still lacks what it builds upon.
const REPAIR_TRIES: u32 = 3;

/// How long whoever brought somebody else's changes may keep them, and how long if what they
/// wrote themselves builds upon them: after a crash everybody comes back within seconds.
const AUTHOR_COMES: Millis = Millis(2_000);
const AUTHOR_NEEDED: Millis = Millis(10_000);

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
        let mut walk = match guard::check_update(bytes, &bounds) {
            Ok(walk) => walk,
            Err(fault) => return self.blame(now, id, fault.0, out),
        };
        let asked = matches!(write, Write::Step2(Some(_)));
        let known = self.content.state();
        let foreign = self.leases.foreign(&walk.outline, known, permit.subject());
        let own;
        let mut waits = false;
        let bytes = if foreign.is_empty() {
            bytes
        } else if asked {
            // Everything they hold, what they heard from others included: that has to come
            // from its authors. What builds upon it waits for them, the rest is taken.
            let rest = guard::fitting(&walk, &foreign, known);
            waits = !rest.is_all;
            own = guard::merge(&[(bytes, &rest.outline)]).unwrap_or_default();
            walk = match guard::check_update(&own, &bounds) {
                Ok(walk) => walk,
                Err(fault) => return self.blame(now, id, fault.0, out),
            };
            self.leases.leave_out(foreign, id);
            let patience = if waits { AUTHOR_NEEDED } else { AUTHOR_COMES };
            session.left_out = Some(now + patience);
            self.check_at = self.check_at.min(now + patience);
            &own
        } else {
            return self.refuse(id, acked, &Refusal::Author.to_string(), out);
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
        let author = Author {
            session: id,
            permit: &permit,
            repeats: asked,
        };
        let journal = &mut self.journal;
        match self
            .content
            .apply(bytes, &walk, author, || journal.next_number())
        {
            Err(fault) => self.blame(now, id, fault.0, out),
            Ok(Outcome::Missing) => {
                self.counts.deferred += 1;
                self.on_missing(now, id, acked, write, out);
            }
            Ok(Outcome::Forbidden(refusal)) => self.refuse(id, acked, &refusal.to_string(), out),
            Ok(Outcome::Nothing) => {
                self.counts.repeated += 1;
                self.taken(id, acked, write, waits);
            }
            Ok(Outcome::Changed { change, fault }) => {
                self.counts.updates += 1;
                self.spread(&change);
                let authors = || change.sections().iter().map(|section| section.client);
                let again = self.leases.brought(authors());
                let leases = &mut self.leases;
                let take = |client: &u64| !asked && leases.take(*client, permit.subject());
                let leased = authors().filter(take).collect();
                self.journal
                    .stage(Arc::clone(&change), permit.subject(), leased, now);
                self.taken(id, acked, write, waits);
                self.ask_again(again);
                if let Some(fault) = fault {
                    self.blame(now, id, fault.0, out);
                }
            }
        }
    }

    /// Asks those for what they hold whose changes of somebody else were left out.
    fn ask_again(&mut self, sessions: Vec<SessionId>) {
        for id in sessions {
            let Some(session) = self.sessions.get_mut(&id) else {
                continue;
            };
            session.left_out = None;
            if !session.is_asked() {
                session.ask(Ask::Repair, &self.limits);
            }
            self.touch(id);
        }
    }

    /// The message is applied, or as much of it as does not wait for somebody else's: then it
    /// is acknowledged with the answer that brings the rest.
    fn taken(&mut self, id: SessionId, acked: bool, write: Write, waits: bool) {
        if !waits {
            self.accept(id, acked, write);
        } else if let Some(session) = self.sessions.get_mut(&id).filter(|_| acked) {
            session.ack_with_step2();
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
        if let Some(session) = self.sessions.get_mut(&id) {
            if acked {
                session.refuse(reason, &self.limits);
            } else {
                session.refuse_repair(reason, &self.limits);
            }
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
        // It builds upon somebody else's, and is asked for when that is here.
        if session.left_out.is_some() {
            session.left_out = Some(now + AUTHOR_NEEDED);
            return;
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
            grant: &session.grant,
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
