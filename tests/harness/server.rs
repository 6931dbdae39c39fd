//! The server's end: doors, rooms and their turns.
//!
//! It does what the real server's connections and room tasks do, and nothing more: the
//! first message of a connection is its token, a room is loaded at its first use, takes
//! turns over its mailbox, and is dropped when it wants to be and nothing waits for it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;
use waymark_sync::room::Opening;
use waymark_sync::{
    BatchId, CloseReason, DocumentId, Grant, Millis, Position, Role, Room, RoomEffect, RoomInput,
    SessionId, Timestamp,
};

use crate::bounds;
use crate::event::{Event, Life};
use crate::footprint::Footprint;
use crate::link::ConnectionId;
use crate::traffic::Traffic;
use crate::world::{Flaw, World};

/// Inputs that a room takes in one turn.
const TURN_INPUTS: usize = 64;

/// The process.
#[derive(Default)]
pub(crate) struct Server {
    pub(crate) power: Power,
    pub(crate) hosts: BTreeMap<DocumentId, Host>,
    pub(crate) sessions: u64,
    lives: u64,
}

/// Whether the process runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Power {
    #[default]
    Up,
    /// Every room gets everything durable; then down, or up again at once.
    Stopping {
        restart: bool,
    },
    Down,
}

/// A room task.
pub(crate) struct Host {
    pub(crate) life: Life,
    /// `None` while it is read.
    room: Option<Room>,
    /// What loads it, until that is done.
    opening: Option<Opening>,
    mailbox: VecDeque<RoomInput>,
    turn_at: Option<Timestamp>,
    pub(crate) sessions: BTreeMap<SessionId, Book>,
    /// Sessions that are gone, and whose room has not handled that.
    pub(crate) departed: BTreeSet<SessionId>,
    pub(crate) append: Option<BatchId>,
    /// When it was asked for.
    pub(crate) append_since: Option<Timestamp>,
    /// Since when no append has worked.
    pub(crate) failing_since: Option<Timestamp>,
    pub(crate) compacting: bool,
    pub(crate) durable: Position,
    /// The largest message that the room was given, in bytes.
    largest: usize,
}

/// What is known of a session outside its room.
pub(crate) struct Book {
    pub(crate) connection: ConnectionId,
    pub(crate) in_hand: u32,
    pub(crate) subject: String,
    /// As the room knows it.
    pub(crate) role: Role,
    /// When, by the server's clock, it ends.
    pub(crate) until: Option<Timestamp>,
}

impl World {
    /// The room task of a document, started if need be.
    pub(crate) fn host(&mut self, document: &DocumentId) -> &mut Host {
        let (shortest, longest) = self.weather.load;
        if !self.server.hosts.contains_key(document) {
            self.server.lives += 1;
            let life = Life(self.server.lives);
            let read_at = self.now + Millis(self.rng.between(shortest, longest));
            self.queue
                .plan(read_at, Event::RoomRead(document.clone(), life));
            let host = Host {
                life,
                room: None,
                opening: None,
                mailbox: VecDeque::new(),
                turn_at: None,
                sessions: BTreeMap::new(),
                departed: BTreeSet::new(),
                append: None,
                append_since: None,
                failing_since: None,
                compacting: false,
                durable: Position(0),
                largest: 0,
            };
            self.server.hosts.insert(document.clone(), host);
        }
        self.server
            .hosts
            .get_mut(document)
            .expect("it was inserted above if it was not there")
    }

    /// The room task of a document, if it still lives this life.
    pub(crate) fn host_in(&mut self, document: &DocumentId, life: Life) -> Option<&mut Host> {
        self.server
            .hosts
            .get_mut(document)
            .filter(|host| host.life == life)
    }

    /// What an open room holds.
    pub(crate) fn room_state(&mut self, document: &DocumentId) -> Option<Bytes> {
        let host = self.server.hosts.get_mut(document)?;
        let room = host.room.as_mut().filter(|_| host.opening.is_none());
        room.map(Room::state)
    }

    /// Puts an input into a room's mailbox.
    pub(crate) fn post(&mut self, document: &DocumentId, input: RoomInput) {
        let delay = Millis(self.rng.below(self.weather.turn + 1));
        let now = self.now;
        if let Some(host) = self.server.hosts.get_mut(document) {
            host.mailbox.push_back(input);
            let life = host.life;
            if host.room.is_some() {
                self.plan_turn(document, life, now + delay);
            }
        }
    }

    pub(crate) fn plan_turn(&mut self, document: &DocumentId, life: Life, at: Timestamp) {
        let Some(host) = self.host_in(document, life) else {
            return;
        };
        if host.turn_at.is_none_or(|planned| at < planned) {
            host.turn_at = Some(at);
            self.queue.plan(at, Event::RoomTurn(document.clone(), life));
        }
    }

    pub(crate) fn on_room_read(&mut self, document: &DocumentId, life: Life) {
        if self.host_in(document, life).is_none() {
            return;
        }
        // What a server reads it relies on: the store makes it durable first.
        self.disk.flush_everything(document);
        let stored = self
            .disk
            .load(document)
            .expect("people open maps that were created");
        let seed = self.rng.next_u64();
        let last = stored.records.last().map(|(position, _)| *position);
        let covered = stored.snapshot.as_ref().map(|(position, _)| *position);
        self.note(format_args!(
            "{document} is read up to {:?}",
            last.or(covered)
        ));
        let (shortest, longest) = self.weather.load;
        match Room::begin(document.clone(), stored, self.weather.limits, seed) {
            Ok((room, opening)) => {
                let now = self.now;
                let loaded_at = now + Millis(self.rng.between(shortest, longest));
                if let Some(host) = self.host_in(document, life) {
                    host.room = Some(room);
                    host.opening = Some(opening);
                    host.durable = last.or(covered).unwrap_or_default();
                }
                self.plan_turn(document, life, now);
                self.queue
                    .plan(loaded_at, Event::RoomLoaded(document.clone(), life));
            }
            Err(error) => self.violate(format!("{document} cannot be opened: {error}")),
        }
    }

    pub(crate) fn on_room_loaded(&mut self, document: &DocumentId, life: Life) {
        let now = self.now;
        let Some(host) = self.host_in(document, life) else {
            return;
        };
        let (Some(room), Some(opening)) = (host.room.as_mut(), host.opening.take()) else {
            return;
        };
        match opening.run() {
            Ok(loaded) => {
                room.loaded(loaded);
                self.note(format_args!("{document} is loaded"));
                self.plan_turn(document, life, now);
            }
            Err(error) => self.violate(format!("{document} cannot be loaded: {error}")),
        }
    }

    pub(crate) fn on_room_turn(&mut self, document: &DocumentId, life: Life) {
        let (now, deaf) = (self.now, self.flaw == Some(Flaw::RolesStay));
        let (clock, ahead) = (self.server_now(), self.clock_ahead);
        let limits = self.weather.limits;
        let Some(host) = self.host_in(document, life) else {
            return;
        };
        // A turn that was planned before a sooner one does not count.
        if host.turn_at != Some(now) {
            return;
        }
        host.turn_at = None;
        let Some(room) = host.room.as_mut() else {
            return;
        };
        let (mut effects, mut trespasses) = (Vec::new(), false);
        let (mut left, mut early) = (Vec::new(), false);
        let loaded = host.opening.is_none();
        if loaded && room.deadline().is_some_and(|deadline| deadline <= clock) {
            room.handle(clock, RoomInput::Tick, &mut effects);
        }
        for _ in 0..TURN_INPUTS {
            let Some(input) = next_input(&mut host.mailbox, room) else {
                break;
            };
            if let RoomInput::GrantChanged { session, grant } = &input
                && let Some(book) = host.sessions.get_mut(session)
            {
                book.role = grant.as_ref().map_or(Role::Viewer, Grant::role);
                book.until = grant.as_ref().and_then(Grant::until);
                if deaf {
                    continue;
                }
            }
            early |= !loaded && matches!(input, RoomInput::Frame { .. });
            if let RoomInput::Leave { session } = &input {
                left.push(*session);
            }
            host.largest = host.largest.max(bounds::size_of(&input));
            // Nothing is written before there is something to write into.
            let guarded = loaded && looks_only(&host.sessions, &input, clock);
            let guarded = guarded.then(|| room.state());
            room.handle(clock, input, &mut effects);
            if let Some(before) = guarded {
                trespasses |= changed(&before, &room.state());
            }
        }
        room.flush(clock, &mut effects);
        let passed = bounds::passed(&room.load(), &limits, host.largest);
        // While it is loaded it waits for nothing else.
        let deadline = room.deadline().filter(|_| loaded);
        let deadline = deadline.map(|at| Timestamp(at.0.saturating_add_signed(-ahead)));
        let more = loaded && !host.mailbox.is_empty();
        if trespasses {
            self.violate(format!("somebody who may only look has changed {document}"));
        }
        if early {
            self.tally.count("served while it was loaded");
        }
        if let Some(bound) = passed {
            self.violate(format!("{document} passes a bound: {bound}"));
        }
        for effect in effects {
            self.carry_out_for_room(document, life, effect);
        }
        if let Some(host) = self.host_in(document, life) {
            left.iter().for_each(|session| {
                host.departed.remove(session);
            });
        }
        let soonest = now + Millis(1);
        let next = if more {
            Some(soonest)
        } else {
            deadline.map(|at| at.max(soonest))
        };
        if let Some(next) = next {
            self.plan_turn(document, life, next);
        }
    }

    fn carry_out_for_room(&mut self, document: &DocumentId, life: Life, effect: RoomEffect) {
        match effect {
            RoomEffect::Send { session, message } => {
                self.send_down(document, life, session, message);
            }
            RoomEffect::Close { session, reason } => {
                self.close_from_room(document, life, session, reason);
            }
            RoomEffect::Append { batch, record } => self.append(document, life, batch, record),
            RoomEffect::Compact { upto, build } => self.compact(document, life, upto, build),
            // Only sessions write here.
            RoomEffect::Written { .. } => {}
            RoomEffect::Retire => self.retire(document, life),
            RoomEffect::Note(note) => self.note(format_args!("{document}: {note:?}")),
        }
    }

    fn send_down(&mut self, document: &DocumentId, life: Life, session: SessionId, message: Bytes) {
        let credit = self.weather.limits.credit;
        let Some(book) = self
            .host_in(document, life)
            .and_then(|h| h.sessions.get_mut(&session))
        else {
            if !self.is_departing(document, life, session) {
                self.violate(format!(
                    "a room sends to session {} that is gone",
                    session.0
                ));
            }
            return;
        };
        book.in_hand += 1;
        let (connection, in_hand) = (book.connection, book.in_hand);
        if in_hand > credit {
            self.violate(format!(
                "session {} has {in_hand} frames in hand",
                session.0
            ));
        }
        let link = &self.connections[connection.0];
        let (traffic, _) = crate::traffic::classify(link.dialect, document, &message);
        let dropped = match self.flaw {
            Some(Flaw::RelayDrops) => traffic == Traffic::Document && self.rng.chance(30),
            Some(Flaw::TroubleUntold) => message.windows(14).any(|part| part == b"waymark/saving"),
            _ => false,
        };
        if dropped {
            self.queue.plan(self.now, Event::Written(connection));
        } else {
            self.connections[connection.0].writer.push_back(message);
            self.pump(connection);
        }
    }

    fn close_from_room(
        &mut self,
        document: &DocumentId,
        life: Life,
        session: SessionId,
        reason: CloseReason,
    ) {
        let book = self
            .host_in(document, life)
            .and_then(|h| h.sessions.remove(&session));
        let Some(book) = book else {
            if !self.is_departing(document, life, session) {
                self.violate(format!("a room closes session {} that is gone", session.0));
            }
            return;
        };
        self.note(format_args!(
            "{} is closed: {}",
            book.connection.0,
            reason.text()
        ));
        match reason {
            CloseReason::TooSlow => self.tally.count("closed with 4408"),
            CloseReason::Forbidden => self.tally.count("closed with 4403"),
            _ => {}
        }
        let person = self.connections[book.connection.0].person;
        let fair = match reason {
            CloseReason::GoingAway | CloseReason::TooSlow => true,
            CloseReason::Forbidden => self.shut_out.contains(&book.subject),
            _ => false,
        };
        if !fair && self.people[person.0].is_honest() {
            self.violate(format!("an honest session was closed: {}", reason.text()));
        }
        self.close_connection(book.connection, reason);
        // The connection's own end may come later: it must not disturb anybody.
        if self.rng.chance(30) {
            self.post(document, RoomInput::Leave { session });
        }
    }

    /// Whether a session is gone and its room could not know.
    fn is_departing(&mut self, document: &DocumentId, life: Life, session: SessionId) -> bool {
        self.host_in(document, life)
            .is_some_and(|host| host.departed.contains(&session))
    }

    fn retire(&mut self, document: &DocumentId, life: Life) {
        let stopping = self.server.power != Power::Up;
        let Some(host) = self.host_in(document, life) else {
            return;
        };
        // An idle room goes on when something waits for it; a stopped one does not.
        if host.opening.is_some() || (!stopping && !host.mailbox.is_empty()) {
            return;
        }
        // A room that is asked to stop waits for a stalled store only so long.
        let busy = host.append.is_some() || host.compacting;
        let left: Vec<_> = host.sessions.values().map(|book| book.connection).collect();
        self.server.hosts.remove(document);
        self.note(format_args!("{document} retires"));
        if !stopping && (busy || !left.is_empty()) {
            self.violate(format!("the room of {document} left while it was busy"));
        }
        for connection in left {
            self.close_connection(connection, CloseReason::GoingAway);
        }
        self.power_down_when_empty();
    }
}

/// The next input that a room takes. While it is loaded, everything behind what has to
/// wait waits as well, but for the writers' answers, which have a lane of their own.
fn next_input(mailbox: &mut VecDeque<RoomInput>, room: &Room) -> Option<RoomInput> {
    let next = mailbox.front()?;
    if room.takes(next) {
        return mailbox.pop_front();
    }
    let answer = |input: &RoomInput| matches!(input, RoomInput::Sent { .. });
    let answered = mailbox.iter().position(answer)?;
    mailbox.remove(answered)
}

/// Whether an input comes from somebody who may not write.
fn looks_only(sessions: &BTreeMap<SessionId, Book>, input: &RoomInput, now: Timestamp) -> bool {
    let RoomInput::Frame { session, .. } = input else {
        return false;
    };
    sessions.get(session).is_some_and(|book| {
        book.role < Role::Editor || book.until.is_some_and(|until| until <= now)
    })
}

fn changed(before: &Bytes, after: &Bytes) -> bool {
    if before == after {
        return false;
    }
    let footprints = [after, before].map(|state| Footprint::of_update(state));
    match footprints {
        [Ok(after), Ok(before)] => after.missing_in(&before).is_some(),
        _ => true,
    }
}
