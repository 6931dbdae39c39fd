//! The server side of one document: inputs in, effects out.

mod compact;
mod content;
mod counts;
mod delivery;
mod ending;
mod grants;
mod journal;
mod leases;
mod opening;
mod outbox;
mod own;
mod presence;
mod recent;
mod rounds;
mod saving;
mod session;
mod shared;
mod stamp;
mod vocabulary;
mod writes;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use crate::close::CloseReason;
use crate::document::{DocumentId, Incarnation};
use crate::grant::Refusal;
use crate::journal::{Position, StoredDocument};
use crate::limits::Limits;
use crate::time::{Millis, Timestamp};

pub(crate) use content::options as doc_options;

pub use compact::CompactJob;
pub use counts::{Condition, Counts, Load, SessionLoad};
pub use delivery::EARLY_BYTES;
pub use opening::{Loaded, Opening};
pub use vocabulary::{Note, OpenError, RoomEffect, RoomInput, SessionId};

#[cfg(not(test))]
use content::Content;
#[cfg(test)]
pub(crate) use content::{Author, Content, Core, Outcome};
use journal::Journal;
use leases::Leases;
use own::OwnWrites;
use presence::Presence;
use recent::Recent;
use rounds::Round;
use session::Session;

/// One open document: owns the `Doc`, presence, journal and sessions, and decides everything.
pub struct Room {
    document: DocumentId,
    incarnation: Incarnation,
    limits: Limits,
    content: Content,
    presence: Presence,
    journal: Journal,
    leases: Leases,
    sessions: BTreeMap<SessionId, Session>,
    /// What sessions may still have to be sent of what changed.
    recent: Recent,
    changes_round: Round,
    presence_round: Round,
    /// How many sessions took the changes of the last round: whoever does not read costs
    /// nothing, and makes nobody wait for a longer window.
    audience: usize,
    /// Changes that no window has let out, in bytes.
    unreleased_bytes: usize,
    /// The sessions whom something happened to since the last flush; and whether that is
    /// everybody.
    ready: Vec<SessionId>,
    everybody_ready: bool,
    /// Who waits for which change to be durable; of each session only the first.
    awaiting: BTreeSet<(u64, SessionId)>,
    /// The server's own writes that are not durable yet.
    own: OwnWrites,
    /// Nothing happens to a session or to presence by time alone before this.
    check_at: Timestamp,
    /// What the sessions were told when saving last failed.
    not_saving: Option<String>,
    /// Since when nobody is here.
    idle_since: Option<Timestamp>,
    life: Life,
    counts: Counts,
}

/// Later than anything happens.
const NEVER: Timestamp = Timestamp(u64::MAX);

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
    fn with_content(
        document: DocumentId,
        stored: &StoredDocument,
        limits: Limits,
        seed: u64,
        content: Content,
    ) -> Self {
        let (upto, snapshot_bytes) = match &stored.snapshot {
            Some((position, snapshot)) => (*position, snapshot.state.len()),
            None => (Position(0), 0),
        };
        let tail = stored
            .records
            .iter()
            .map(|(position, record)| (*position, record.update.len()));
        Self {
            journal: Journal::new(seed, upto, snapshot_bytes, tail),
            document,
            incarnation: stored.incarnation,
            limits,
            recent: Recent::new(content.state().clone()),
            content,
            presence: Presence::default(),
            leases: Leases::of(stored),
            sessions: BTreeMap::new(),
            changes_round: Round::default(),
            presence_round: Round::default(),
            audience: 0,
            unreleased_bytes: 0,
            ready: Vec::new(),
            everybody_ready: false,
            awaiting: BTreeSet::new(),
            own: OwnWrites::default(),
            check_at: Timestamp(0),
            not_saving: None,
            idle_since: None,
            life: Life::Open,
            counts: Counts::default(),
        }
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
                // Who still had credit was sent everything there is.
                if let Some(earning) = self.sessions.get_mut(&session)
                    && earning.earn(&self.limits)
                {
                    self.touch(session);
                }
            }
            RoomInput::GrantChanged { session, grant } => {
                self.on_grant_changed(now, session, grant, out);
            }
            RoomInput::Leave { session } => self.remove(now, session),
            RoomInput::Appended { batch, position } => {
                if self.journal.appended(batch, position) {
                    self.refill();
                    self.touch_settled();
                }
            }
            RoomInput::AppendFailed { batch, reason } => {
                if self.journal.append_failed(batch, now) {
                    self.tell_not_saving(reason, out);
                }
            }
            RoomInput::Write {
                ticket,
                update,
                subject,
            } => self.on_own_write(now, ticket, &update, &subject, out),
            RoomInput::Compacted { upto, bytes } => self.journal.compacted(upto, bytes),
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
        self.own.tell(self.journal.durable(), out);
        self.tell_saving_state(now, out);
        self.deliver(now, out);
        if let Some(upto) = self.journal.next_compaction(now, &self.limits) {
            let build = CompactJob {
                document: self.document.clone(),
                upto,
                state: self.state_vector(),
                complete: self.journal.all_durable(),
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
        let idle = self.idle_since.filter(|_| self.may_retire());
        [
            life,
            self.journal.deadline(told, &self.limits),
            (self.check_at < NEVER).then_some(self.check_at),
            self.changes_due(),
            self.presence_round.due(self.presence.newest()),
            idle.map(|since| since + self.limits.idle),
        ]
        .into_iter()
        .flatten()
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
        self.content.state().clone()
    }

    /// Does what is due because time went by.
    fn pass_time(&mut self, now: Timestamp, out: &mut Vec<RoomEffect>) {
        if self.sessions.is_empty() {
            self.idle_since.get_or_insert(now);
        }
        if now < self.check_at {
            return;
        }
        let mut late = Vec::new();
        for (id, session) in &mut self.sessions {
            if session.left_out.is_some_and(|until| until <= now) {
                session.refuse_repair(&Refusal::Author.to_string(), &self.limits);
                self.leases.forget(*id);
                self.counts.refused += 1;
                if !std::mem::replace(&mut session.ready, true) {
                    self.ready.push(*id);
                }
            }
            if let Some(reason) = session.lapse(now, &self.limits) {
                late.push((*id, reason));
            } else if session.keepalive_at(&self.limits) <= now && !session.ready {
                session.ready = true;
                self.ready.push(*id);
            }
        }
        for (id, reason) in late {
            self.close(now, id, reason, out);
        }
        let told = self.sessions.values().map(|s| s.outbox.presence).min();
        let told = told.unwrap_or(u64::MAX);
        self.presence.expire(now, &self.limits, told);
        // Whoever is about to be sent something gets a new deadline when that is done.
        let sessions = self
            .sessions
            .values()
            .filter(|session| !session.ready)
            .filter_map(|session| session.deadline(&self.limits));
        self.check_at = sessions
            .chain(self.presence.deadline(&self.limits))
            .min()
            .unwrap_or(NEVER);
    }

    /// Something about a session or presence is due at this time.
    fn check_by(&mut self, at: Timestamp) {
        self.check_at = self.check_at.min(at);
    }

    /// The next flush serves this session.
    fn touch(&mut self, id: SessionId) {
        if let Some(session) = self.sessions.get_mut(&id)
            && !std::mem::replace(&mut session.ready, true)
        {
            self.ready.push(id);
        }
    }

    /// The next flush serves those whose changes have become durable.
    fn touch_settled(&mut self) {
        let durable = self.journal.durable();
        while let Some((_, id)) = self.awaiting.first().copied().filter(|f| f.0 <= durable) {
            self.awaiting.pop_first();
            self.touch(id);
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
        self.presence.leave(now, session);
        self.leases.forget(session);
        self.check_by(now + self.limits.presence_timeout);
        if self.sessions.is_empty() {
            self.idle_since = Some(now);
        }
    }
}

#[cfg(test)]
mod tests;
