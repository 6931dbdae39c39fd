//! The server side of one document: inputs in, effects out.

mod compact;
mod content;
mod delivery;
mod journal;
mod outbox;
mod presence;
mod session;
mod vocabulary;
mod writes;

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::close::CloseReason;
use crate::document::{DocumentId, Incarnation};
use crate::grant::Grant;
use crate::journal::{Position, StoredDocument};
use crate::limits::Limits;
use crate::time::{Millis, Timestamp};
use crate::wire::{Address, Dialect, Frame};

pub(crate) use content::options as doc_options;

pub use compact::CompactJob;
pub use vocabulary::{Note, OpenError, RoomEffect, RoomInput, SessionId};

#[cfg(not(test))]
use content::Content;
#[cfg(test)]
pub(crate) use content::{Content, Outcome};
use journal::Journal;
use presence::Presence;
use session::{Ask, Session};

/// One open document: owns the `Doc`, presence, journal and sessions, and decides everything.
pub struct Room {
    document: DocumentId,
    incarnation: Incarnation,
    limits: Limits,
    content: Content,
    presence: Presence,
    journal: Journal,
    sessions: BTreeMap<SessionId, Session>,
    /// What the sessions were told when saving last failed.
    not_saving: Option<String>,
    /// Since when nobody is here.
    idle_since: Option<Timestamp>,
    life: Life,
}

/// How long a room that stops waits for the writers after everything is stored.
const LAST_WORDS: Millis = Millis(1_000);

/// How far a room's life is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Open,
    /// Waits until then for the store, and once everything is stored for the writers.
    Stopping {
        until: Timestamp,
        stored: bool,
    },
    Over,
}

impl Room {
    /// Opens a stored document. Heavy for large ones: call it on the blocking pool.
    ///
    /// `seed` makes batch ids unique across restarts.
    ///
    /// # Errors
    /// [`OpenError`]; nothing may be written to that document then.
    pub fn open(
        document: DocumentId,
        stored: StoredDocument,
        limits: Limits,
        seed: u64,
    ) -> Result<Self, OpenError> {
        let mut content = Content::new(&document, seed);
        let fail = |position, problem: String| OpenError { position, problem };
        let mut last = Position(0);
        if let Some((position, snapshot)) = &stored.snapshot {
            content
                .load(&snapshot.state)
                .map_err(|fault| fail(None, fault.to_string()))?;
            last = *position;
        }
        let upto = last;
        for (position, record) in &stored.records {
            if *position <= last {
                let problem = format!("it follows {last:?}");
                return Err(fail(Some(*position), problem));
            }
            content
                .load(&record.update)
                .map_err(|fault| fail(Some(*position), fault.to_string()))?;
            last = *position;
        }
        let tail = stored
            .records
            .iter()
            .map(|(position, record)| (*position, record.update.len()));
        Ok(Self {
            journal: Journal::new(seed, upto, tail),
            document,
            incarnation: stored.incarnation,
            limits,
            content,
            presence: Presence::default(),
            sessions: BTreeMap::new(),
            not_saving: None,
            idle_since: None,
            life: Life::Open,
        })
    }

    /// Takes one input. Cannot fail: a peer's fault becomes `Close`, the store's becomes state.
    pub fn handle(&mut self, now: Timestamp, input: RoomInput, out: &mut Vec<RoomEffect>) {
        match input {
            RoomInput::Join {
                session,
                dialect,
                address,
                grant,
            } => self.on_join(now, session, dialect, address, grant, out),
            RoomInput::Frame { session, frame } => self.on_frame(now, session, frame, out),
            RoomInput::Sent { session } => {
                if let Some(session) = self.sessions.get_mut(&session) {
                    session.earn(&self.limits);
                }
            }
            RoomInput::GrantChanged { session, grant } => {
                self.on_grant_changed(now, session, grant, out);
            }
            RoomInput::Leave { session } => self.remove(now, session),
            RoomInput::Appended { batch, position } => {
                if self.journal.appended(batch, position) {
                    self.refill();
                }
            }
            RoomInput::AppendFailed { batch, reason } => {
                if self.journal.append_failed(batch, now) {
                    self.tell_not_saving(reason, out);
                }
            }
            RoomInput::Compacted { upto } => self.journal.compacted(upto),
            RoomInput::CompactFailed { reason } => {
                self.journal.compact_failed(now);
                out.push(RoomEffect::Note(Note::CompactFailed { reason }));
            }
            RoomInput::Stop => {
                if self.life == Life::Open {
                    self.life = Life::Stopping {
                        until: now + self.limits.stop,
                        stored: false,
                    };
                }
            }
            // Everything that time alone brings about is done by `flush`.
            RoomInput::Tick => {}
        }
    }

    /// Ends a batch of inputs: sends and appends what has gathered.
    pub fn flush(&mut self, now: Timestamp, out: &mut Vec<RoomEffect>) {
        if self.life == Life::Over {
            return;
        }
        self.pass_time(now, out);
        if let Some((batch, record)) = self.journal.next_append(now) {
            out.push(RoomEffect::Append { batch, record });
        }
        self.tell_saving_state(now, out);
        self.deliver(now, out);
        if let Some(upto) = self.journal.next_compaction(now, &self.limits) {
            let build = CompactJob {
                state: self.content.whole(),
            };
            out.push(RoomEffect::Compact { upto, build });
        }
        self.end_if_done(now, out);
    }

    /// When `Tick` is wanted next.
    pub fn deadline(&self) -> Option<Timestamp> {
        let life = match self.life {
            Life::Over => return None,
            Life::Stopping { until, .. } => Some(until),
            Life::Open => None,
        };
        let told = self.not_saving.is_some();
        let sessions = self
            .sessions
            .values()
            .filter_map(|s| s.deadline(&self.limits));
        let idle = self.idle_since.filter(|_| self.may_retire());
        [
            life,
            self.journal.deadline(told, &self.limits),
            self.presence.deadline(&self.limits),
            idle.map(|since| since + self.limits.idle),
        ]
        .into_iter()
        .flatten()
        .chain(sessions)
        .min()
    }

    /// The document's name.
    pub fn document(&self) -> &DocumentId {
        &self.document
    }

    /// Which life of the history this is.
    pub fn incarnation(&self) -> Incarnation {
        self.incarnation
    }

    /// How many sessions are here.
    pub fn session_count(&self) -> usize {
        self.sessions.len()
    }

    /// The whole content as one update, for exports and checks.
    pub fn state(&mut self) -> Bytes {
        self.content.whole()
    }

    /// What it holds, as a state vector.
    pub fn state_vector(&self) -> yrs::StateVector {
        yrs::StateVector::clone(self.content.state())
    }

    fn on_join(
        &mut self,
        now: Timestamp,
        id: SessionId,
        dialect: Dialect,
        address: Address,
        grant: Grant,
        out: &mut Vec<RoomEffect>,
    ) {
        let refusal = if self.life != Life::Open {
            Some(CloseReason::GoingAway)
        } else if *grant.document() != self.document
            || *address.document() != self.document
            || !grant.live_at(now)
        {
            Some(CloseReason::Forbidden)
        } else {
            None
        };
        if let Some(reason) = refusal {
            out.push(RoomEffect::Close {
                session: id,
                reason,
            });
            return;
        }
        let mut session = Session::new(dialect, address, grant, now, &self.limits);
        session.tell(
            Frame::Authenticated(session.scope().to_owned()),
            &self.limits,
        );
        let hello = serde_json::json!({
            "type": "waymark/hello",
            "incarnation": self.incarnation.to_string(),
            "document": self.document.as_str(),
        });
        session.tell_fact(&hello, &self.limits);
        if let Some(reason) = &self.not_saving {
            session.tell_fact(&saving_fact(Some(reason)), &self.limits);
        }
        session.ask(Ask::Handshake, self.encoded_state(), &self.limits);
        for client in self.presence.shown() {
            session.outbox.push_presence(client);
        }
        self.sessions.insert(id, session);
        self.idle_since = None;
    }

    fn on_grant_changed(
        &mut self,
        now: Timestamp,
        id: SessionId,
        grant: Option<Grant>,
        out: &mut Vec<RoomEffect>,
    ) {
        let state = self.encoded_state();
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        match grant {
            Some(grant) if *grant.document() == self.document && grant.live_at(now) => {
                let (before, dialect) = (session.scope(), session.dialect);
                session.grant = grant;
                let scope = session.scope();
                if scope != before {
                    session.tell(Frame::Authenticated(scope.to_owned()), &self.limits);
                    // A plain client cannot be told that it may write: it is asked for
                    // what was refused meanwhile.
                    if dialect == Dialect::YWebsocket && scope == "read-write" {
                        session.ask(Ask::Handshake, state, &self.limits);
                    }
                }
            }
            _ => self.close(now, id, CloseReason::Forbidden, out),
        }
    }

    /// Does what is due because time went by.
    fn pass_time(&mut self, now: Timestamp, out: &mut Vec<RoomEffect>) {
        let late: Vec<_> = self
            .sessions
            .iter()
            .filter_map(|(id, session)| Some((*id, session.lapse(now, &self.limits)?)))
            .collect();
        for (id, reason) in late {
            self.close(now, id, reason, out);
        }
        for client in self.presence.expire(now, &self.limits) {
            self.spread_presence(client, None);
        }
        if self.sessions.is_empty() {
            self.idle_since.get_or_insert(now);
        }
    }

    /// Tells everybody when saving starts or stops to work.
    fn tell_saving_state(&mut self, now: Timestamp, out: &mut Vec<RoomEffect>) {
        if self.journal.is_slow(now) {
            self.tell_not_saving("the storage does not answer".to_owned(), out);
        } else if self.journal.is_full(&self.limits) {
            self.tell_not_saving("the storage cannot keep up".to_owned(), out);
        } else if self.not_saving.is_some() && self.journal.has_room(&self.limits) {
            self.not_saving = None;
            out.push(RoomEffect::Note(Note::SavingAgain));
            for session in self.sessions.values_mut() {
                session.tell_fact(&saving_fact(None), &self.limits);
            }
        }
    }

    fn tell_not_saving(&mut self, reason: String, out: &mut Vec<RoomEffect>) {
        if self.not_saving.is_some() {
            return;
        }
        for session in self.sessions.values_mut() {
            session.tell_fact(&saving_fact(Some(&reason)), &self.limits);
        }
        out.push(RoomEffect::Note(Note::NotSaving {
            reason: reason.clone(),
        }));
        self.not_saving = Some(reason);
    }

    /// Asks again for what was put aside while the store could not keep up.
    fn refill(&mut self) {
        if !self.journal.has_room(&self.limits) {
            return;
        }
        let state = self.encoded_state();
        for session in self.sessions.values_mut() {
            if std::mem::take(&mut session.refill) {
                session.ask(Ask::Repair, state.clone(), &self.limits);
            }
        }
    }

    /// Closes one session for a fault of its peer or of ours.
    fn close(
        &mut self,
        now: Timestamp,
        session: SessionId,
        reason: CloseReason,
        out: &mut Vec<RoomEffect>,
    ) {
        self.remove(now, session);
        out.push(RoomEffect::Close { session, reason });
    }

    fn remove(&mut self, now: Timestamp, session: SessionId) {
        if self.sessions.remove(&session).is_none() {
            return;
        }
        for client in self.presence.leave(now, session) {
            self.spread_presence(client, None);
        }
        if self.sessions.is_empty() {
            self.idle_since = Some(now);
        }
    }

    fn end_if_done(&mut self, now: Timestamp, out: &mut Vec<RoomEffect>) {
        match self.life {
            Life::Over => {}
            Life::Open => {
                let idle = self.idle_since.map(|since| since + self.limits.idle);
                if self.may_retire() && idle.is_some_and(|until| until <= now) {
                    // The task may find a join in its mailbox and go on.
                    self.idle_since = Some(now);
                    out.push(RoomEffect::Retire);
                }
            }
            Life::Stopping { until, stored } => {
                if !stored && self.journal.all_durable() {
                    // What was just stored should also be acknowledged.
                    self.life = Life::Stopping {
                        until: until.min(now + LAST_WORDS),
                        stored: true,
                    };
                    return self.end_if_done(now, out);
                }
                let words = self.sessions.values().any(|s| s.outbox.has_control());
                if now < until && (words || !stored) {
                    return;
                }
                if !stored {
                    out.push(RoomEffect::Note(Note::StoppedUnsaved {
                        changes: self.journal.unsaved(),
                    }));
                }
                while let Some((session, _)) = self.sessions.pop_first() {
                    out.push(RoomEffect::Close {
                        session,
                        reason: CloseReason::GoingAway,
                    });
                }
                self.life = Life::Over;
                out.push(RoomEffect::Retire);
            }
        }
    }

    fn may_retire(&self) -> bool {
        self.sessions.is_empty() && self.journal.all_durable() && !self.journal.is_compacting()
    }

    fn encoded_state(&self) -> Vec<u8> {
        use yrs::updates::encoder::Encode;
        self.content.state().encode_v1()
    }
}

/// `{"type":"waymark/saving"}`: whether changes reach the store, and if not, why.
fn saving_fact(problem: Option<&str>) -> serde_json::Value {
    match problem {
        None => serde_json::json!({ "type": "waymark/saving", "ok": true }),
        Some(reason) => {
            serde_json::json!({ "type": "waymark/saving", "ok": false, "reason": reason })
        }
    }
}

#[cfg(test)]
mod tests;
