//! What happens at a person's end: effects carried out, deadlines kept, Saved noted.

use waymark_sync::{Millis, ReplicaEffect, ReplicaInput, SaveState, Timestamp};

use crate::event::Event;
use crate::link::{Connection, ConnectionId, NearEnd, Parcel};
use crate::person::{Client, PersonId};
use crate::traffic::Traffic;
use crate::world::World;

/// The time between two animation frames.
const FRAME: Millis = Millis(16);

/// The close code of a connection that broke.
pub(crate) const BROKEN: u16 = 1006;

impl World {
    /// Gives a person's program an input and carries out what it wants.
    pub(crate) fn tell(&mut self, id: PersonId, input: ReplicaInput) {
        let now = self.now;
        let person = &mut self.people[id.0];
        if !person.here {
            return;
        }
        if person.asleep {
            person.missed.push(input);
            return;
        }
        let clock = person.clock(now);
        let mut effects = Vec::new();
        person.client.handle(clock, input, &mut effects);
        person.client.flush(clock, &mut effects);
        self.carry_out(id, effects);
    }

    /// After a local change: look at what is promised, and send with the next frame.
    pub(crate) fn after_own_change(&mut self, id: PersonId) {
        self.stir();
        let person = &mut self.people[id.0];
        person.notice_own_changes();
        if !person.frame_planned {
            person.frame_planned = true;
            self.queue.plan(self.now + FRAME, Event::Frame(id));
        }
        self.note_saved(id);
    }

    pub(crate) fn on_frame(&mut self, id: PersonId) {
        let now = self.now;
        let person = &mut self.people[id.0];
        person.frame_planned = false;
        if person.here && !person.asleep {
            let clock = person.clock(now);
            let mut effects = Vec::new();
            person.client.flush(clock, &mut effects);
            self.carry_out(id, effects);
        }
    }

    pub(crate) fn on_tick(&mut self, id: PersonId) {
        let person = &mut self.people[id.0];
        // A tick that was planned before the deadline moved does not count.
        if person.tick_at == Some(self.now) {
            person.tick_at = None;
            if !person.asleep {
                self.tell(id, ReplicaInput::Tick);
            }
        }
    }

    fn carry_out(&mut self, id: PersonId, effects: Vec<ReplicaEffect>) {
        let (mut announced, mut stale) = (false, false);
        for effect in effects {
            match effect {
                ReplicaEffect::Connect => self.connect(id),
                ReplicaEffect::Disconnect => self.disconnect(id),
                ReplicaEffect::Send(message) => self.send_up(id, message),
                // What nobody will bring any more: the page is made anew, as ours does by itself.
                ReplicaEffect::Refused { reason } if reason.contains("somebody else") => {
                    if self.people[id.0].is_honest() {
                        stale = true;
                    }
                }
                ReplicaEffect::RoleChanged => {}
                ReplicaEffect::Refused { reason } => {
                    let name = self.people[id.0].name.clone();
                    let may = !self.roles.contains_key(&name) && !self.shut_out.contains(&name);
                    if may && self.people[id.0].is_honest() {
                        self.violate(format!(
                            "a change of the editor {name} was refused: {reason}"
                        ));
                    }
                    self.people[id.0].refusals.push(reason);
                }
                ReplicaEffect::StateChanged => announced = true,
                ReplicaEffect::Changed => self.check_history(id),
                ReplicaEffect::PresenceChanged => {}
            }
        }
        self.check_announcement(id, announced);
        self.note_saved(id);
        self.plan_tick(id);
        if stale {
            self.tally.count("replica made anew");
            self.open_anew(id);
        }
    }

    /// The interface shows what it was told: a change of state without a word is a bug.
    fn check_announcement(&mut self, id: PersonId, announced: bool) {
        let person = &mut self.people[id.0];
        let state = person.save_state();
        let kind = |state: &Option<SaveState>| state.as_ref().map(std::mem::discriminant);
        if kind(&state) == kind(&person.last_state) || !person.is_honest() {
            return;
        }
        let (name, before) = (person.name.clone(), person.last_state.take());
        person.last_state.clone_from(&state);
        self.note(format_args!("{name}: {before:?} -> {state:?}"));
        if !announced && before.is_some() {
            self.violate(format!(
                "{name}'s state became {state:?} and nobody was told"
            ));
        }
        if let Some(SaveState::Closed { reason }) = state {
            self.on_shut_out(id, &reason);
        }
    }

    /// The durability promise: what is shown as Saved, or not counted as unsaved while the
    /// store is in trouble, must be on the disk by then.
    fn note_saved(&mut self, id: PersonId) {
        let person = &mut self.people[id.0];
        person.notice_own_changes();
        let all_saved = match &person.client {
            Client::Ours(replica) => replica.unsaved() == 0,
            _ => person.save_state() == Some(SaveState::Saved),
        };
        if person.unclaimed.is_empty() || !person.is_honest() || !all_saved {
            return;
        }
        let claims = std::mem::take(&mut person.unclaimed);
        // A program that was asleep may hear of it after its connection is gone.
        let told_by = person.connection.map(|id| self.connections[id.0].era);
        let era = told_by.or(person.history);
        if era.is_some_and(|era| era != self.era(&self.people[id.0].document)) {
            // It was stored, and told, on the machine that a backup has replaced meanwhile.
            return;
        }
        let person = &self.people[id.0];
        let (name, document) = (person.name.clone(), person.document.clone());
        self.note(format_args!("{name} sees {} changes Saved", claims.len()));
        for claim in claims {
            if let Some(missing) = self.disk.lacks(&document, &claim) {
                self.violate(format!(
                    "{name} was shown Saved before the disk had {missing}"
                ));
            }
            self.saved.entry(document.clone()).or_default().add(&claim);
        }
    }

    fn plan_tick(&mut self, id: PersonId) {
        let soonest = self.now + Millis(1);
        let person = &mut self.people[id.0];
        let Some(deadline) = person.client.deadline() else {
            person.tick_at = None;
            return;
        };
        let at = person.world_time(deadline).max(soonest);
        if person.tick_at != Some(at) {
            person.tick_at = Some(at);
            self.queue.plan(at, Event::Tick(id));
        }
    }

    fn connect(&mut self, id: PersonId) {
        self.hang_up(id);
        let way = self.way();
        let fails_at = self.now + Millis(self.rng.between(10, 1_000));
        let person = &mut self.people[id.0];
        let connection = ConnectionId(self.connections.len());
        let (dialect, document) = (person.client.dialect(), person.document.clone());
        person.connection = Some(connection);
        let mut attempt = Connection::new(id, dialect, document);
        if person.online {
            self.queue.plan(self.now + way, Event::Knock(connection));
        } else {
            attempt.cut();
            self.queue.plan(fails_at, Event::PersonLearns(connection));
        }
        self.connections.push(attempt);
        self.note_of(id, format_args!("dials {}", connection.0));
    }

    /// Closes the connection as the program wants; some drivers tell it later that they did.
    fn disconnect(&mut self, id: PersonId) {
        let (told, later) = (self.rng.chance(50), self.way());
        let connection = self.people[id.0].connection;
        self.hang_up(id);
        if let Some(connection) = connection.filter(|_| told) {
            self.queue
                .plan(self.now + later, Event::OwnClose(connection));
        }
    }

    pub(crate) fn on_own_close(&mut self, connection: ConnectionId) {
        let id = self.connections[connection.0].person;
        // After the next connect the events of a former connection do not count.
        if self.people[id.0].connection.is_none() {
            let (code, reason) = (1000, String::new());
            self.tell(id, ReplicaInput::Disconnected { code, reason });
        }
    }

    /// Closes a person's connection, if there is one, from their side.
    pub(crate) fn hang_up(&mut self, id: PersonId) {
        let way = self.way();
        let Some(connection) = self.people[id.0].connection.take() else {
            return;
        };
        let link = &mut self.connections[connection.0];
        if link.near != NearEnd::Closed {
            link.near = NearEnd::Closed;
            if !link.dead {
                let reason = String::new();
                let arrives = link
                    .up
                    .send(self.now, way, Parcel::Close { code: 1000, reason });
                self.queue.plan(arrives, Event::Up(connection));
            }
        }
    }

    fn send_up(&mut self, id: PersonId, message: bytes::Bytes) {
        if self.people[id.0].intruder.is_some() {
            self.send_up_tampered(id, message);
        } else {
            self.put_on_wire(id, message);
        }
    }

    pub(crate) fn put_on_wire(&mut self, id: PersonId, message: bytes::Bytes) {
        let way = self.way();
        let Some(connection) = self.people[id.0].connection else {
            return;
        };
        let link = &mut self.connections[connection.0];
        if link.near == NearEnd::Open && !link.dead {
            let arrives = link.up.send(self.now, way, Parcel::Message(message));
            self.queue.plan(arrives, Event::Up(connection));
        }
    }

    pub(crate) fn on_opened(&mut self, connection: ConnectionId) {
        let link = &mut self.connections[connection.0];
        if link.near == NearEnd::Opening && !link.dead {
            link.near = NearEnd::Open;
            link.opened_at = self.now;
            let person = link.person;
            self.stir();
            self.tell(person, ReplicaInput::Connected);
        }
    }

    pub(crate) fn on_person_learns(&mut self, connection: ConnectionId) {
        self.near_end_closes(connection, BROKEN, String::new());
    }

    pub(crate) fn near_end_closes(&mut self, connection: ConnectionId, code: u16, reason: String) {
        let link = &mut self.connections[connection.0];
        if link.near == NearEnd::Closed {
            return;
        }
        let was_open = link.near == NearEnd::Open;
        link.near = NearEnd::Closed;
        let id = link.person;
        // An attempt that fails moves nothing: whoever is cut off dials as often as they wait
        // for quiet, and would never let it come.
        if was_open {
            self.stir();
        }
        let person = &mut self.people[id.0];
        if person.connection == Some(connection) {
            person.connection = None;
            let name = person.name.clone();
            self.note(format_args!(
                "{name} loses {}: {code} {reason}",
                connection.0
            ));
            self.tell(id, ReplicaInput::Disconnected { code, reason });
        }
    }

    pub(crate) fn on_down(&mut self, connection: ConnectionId) {
        let link = &mut self.connections[connection.0];
        if link.dead {
            return;
        }
        if !self.people[link.person.0].reading {
            link.unread += 1;
            return;
        }
        self.take_down(connection);
    }

    /// The person's program takes the next message from its socket.
    pub(crate) fn take_down(&mut self, connection: ConnectionId) {
        let link = &mut self.connections[connection.0];
        if link.dead {
            return;
        }
        let id = link.person;
        let Some(parcel) = link.down.arrive() else {
            return;
        };
        let open = link.near == NearEnd::Open;
        self.pump(connection);
        match parcel {
            Parcel::Message(message) if open => {
                let traffic = self.observe_traffic("down", connection, &message);
                if traffic == Traffic::Document {
                    self.people[id.0].updates_received += 1;
                }
                self.tell(id, ReplicaInput::Received(message));
            }
            Parcel::Message(_) => {}
            Parcel::Close { code, reason } => self.near_end_closes(connection, code, reason),
        }
    }

    /// World time as a test may want to print it.
    pub fn elapsed(&self) -> Millis {
        self.now.since(crate::world::START)
    }

    /// A person's deadline must lie ahead once their inputs are handled.
    pub(crate) fn deadline_of(&self, id: PersonId) -> Option<Timestamp> {
        self.people[id.0].client.deadline()
    }
}
