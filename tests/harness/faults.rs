//! What goes wrong: networks, readers, and the machine under the server.

use waymark_sync::{CloseReason, Millis, ReplicaInput, Role, RoomInput};

use crate::event::Event;
use crate::link::{ConnectionId, FarEnd, NearEnd};
use crate::person::PersonId;
use crate::server::Power;
use crate::world::World;

/// Which end of a connection does not learn that it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unaware {
    /// The person's program: the server has forgotten it.
    Person,
    /// The server: the person has gone and come back.
    Server,
    /// Both, as when a router forgets.
    Both,
}

/// A fault that waits for its moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fuse {
    Crash,
    Cut(PersonId),
}

impl World {
    /// The server crashes after so many more events: between any two messages.
    pub fn crash_after(&mut self, events: u64) {
        self.light(events, Fuse::Crash);
    }

    /// Somebody is cut off after so many more events.
    pub fn cut_after(&mut self, id: PersonId, events: u64) {
        self.light(events, Fuse::Cut(id));
    }

    fn light(&mut self, events: u64, fuse: Fuse) {
        if events == 0 {
            self.strike(fuse);
        } else {
            self.fuses.push((events, fuse));
        }
    }

    pub(crate) fn burn_fuses(&mut self) {
        if self.fuses.is_empty() {
            return;
        }
        for (left, _) in &mut self.fuses {
            *left -= 1;
        }
        let (due, waiting) = std::mem::take(&mut self.fuses)
            .into_iter()
            .partition(|(left, _)| *left == 0);
        self.fuses = waiting;
        let due: Vec<(u64, Fuse)> = due;
        for (_, fuse) in due {
            self.strike(fuse);
        }
    }

    fn strike(&mut self, fuse: Fuse) {
        match fuse {
            Fuse::Crash => self.crash_server(),
            Fuse::Cut(id) => self.cut(id),
        }
    }

    /// Cuts a person off: what is on the way is lost, and nothing connects.
    pub fn cut(&mut self, id: PersonId) {
        let hint = self.rng.chance(30);
        self.note_of(id, format_args!("is cut off"));
        self.stir();
        self.people[id.0].online = false;
        let connected = self.people[id.0].connection;
        if let Some(connection) = connected.map(|connection| &self.connections[connection.0]) {
            let busy = connection.up.bytes() + connection.down.bytes() > 0;
            self.tally.count(if busy {
                "cut with messages on the way"
            } else {
                "cut"
            });
        }
        for connection in self.connections_of(id) {
            let notices = [self.soon(), self.soon()];
            self.break_connection(connection, notices);
        }
        if hint {
            self.tell(id, ReplicaInput::NetworkHint(false));
        }
    }

    /// Lets a person connect again; sometimes the device says so to the program.
    pub fn heal(&mut self, id: PersonId) {
        let hint = self.rng.chance(50);
        let person = &mut self.people[id.0];
        if person.online {
            return;
        }
        person.online = true;
        person.back_at = self.now;
        self.note_of(id, format_args!("is back in the network"));
        self.stir();
        if hint {
            self.tell(id, ReplicaInput::NetworkHint(true));
        }
    }

    /// Breaks a person's connection so that one end, or none, learns of it soon. The other
    /// finds out by itself, or when its operating system gives up.
    pub fn half_open(&mut self, id: PersonId, unaware: Unaware) {
        self.note_of(id, format_args!("is half open: {unaware:?}"));
        self.stir();
        if let Some(connection) = self.people[id.0].connection {
            self.tally.count("half-open");
            let (soon, late) = (self.soon(), [self.late(), self.late()]);
            let notices = match unaware {
                Unaware::Person => [late[0], soon],
                Unaware::Server => [soon, late[1]],
                Unaware::Both => late,
            };
            self.break_connection(connection, notices);
        }
    }

    /// A person's program takes no more messages from its socket.
    pub fn stop_reading(&mut self, id: PersonId) {
        self.note_of(id, format_args!("stops reading"));
        self.tally.count("stopped reading");
        self.people[id.0].reading = false;
    }

    /// It takes them again.
    pub fn resume_reading(&mut self, id: PersonId) {
        if self.people[id.0].asleep {
            return;
        }
        self.note_of(id, format_args!("reads again"));
        self.people[id.0].reading = true;
        self.people[id.0].sips_each = None;
        self.people[id.0].back_at = self.now;
        self.stir();
        for connection in self.connections_of(id) {
            let unread = std::mem::take(&mut self.connections[connection.0].unread);
            for _ in 0..unread {
                self.queue.plan(self.now, Event::Down(connection));
            }
        }
    }

    /// The machine under the server loses its power: rooms, connections and everything
    /// unflushed are gone.
    pub fn crash_server(&mut self) {
        self.note(format_args!("the server crashes"));
        self.stir();
        self.count_crash();
        self.disk.crash(&mut self.rng);
        self.read_clock_anew();
        self.server.hosts.clear();
        self.server.power = Power::Down;
        for index in 0..self.connections.len() {
            let link = &mut self.connections[index];
            // An attempt on its way finds out when it arrives.
            if link.is_over() || link.far == FarEnd::Nothing {
                continue;
            }
            link.far = FarEnd::Closed;
            if link.near == NearEnd::Closed {
                continue;
            }
            self.connections[index].writer.clear();
            self.connections[index].closing = None;
            let notice = if self.rng.chance(10) {
                self.late()
            } else {
                self.soon()
            };
            if self.rng.chance(50) {
                self.connections[index].cut();
            }
            self.queue
                .plan(self.now + notice, Event::PersonLearns(ConnectionId(index)));
        }
        self.check_recovery();
    }

    fn count_crash(&mut self) {
        if self.server.hosts.is_empty() {
            return;
        }
        self.tally.count("crash");
        if self.disk.has_unflushed() {
            self.tally.count("crash with something unflushed");
        }
        if self.disk.is_amid_compaction() {
            self.tally.count("crash amid compaction");
        }
    }

    /// Asks the server to end in good order.
    pub fn stop_server(&mut self) {
        if self.server.power != Power::Up {
            return;
        }
        self.note(format_args!("the server is asked to stop"));
        self.tally.count("stopped in good order");
        self.stir();
        self.server.power = Power::Stopping { restart: false };
        for index in 0..self.connections.len() {
            if self.connections[index].far == FarEnd::Waiting {
                self.close_connection(ConnectionId(index), CloseReason::GoingAway);
            }
        }
        let documents: Vec<_> = self.server.hosts.keys().cloned().collect();
        for document in documents {
            self.post(&document, RoomInput::Stop);
        }
        self.power_down_when_empty();
    }

    /// Starts the server, at once or when it has stopped.
    pub fn restart_server(&mut self) {
        self.note(format_args!("the server is started"));
        self.stir();
        self.server.power = match self.server.power {
            Power::Stopping { .. } => Power::Stopping { restart: true },
            Power::Up | Power::Down => Power::Up,
        };
    }

    pub(crate) fn power_down_when_empty(&mut self) {
        let Power::Stopping { restart } = self.server.power else {
            return;
        };
        if self.server.hosts.is_empty() {
            self.note(format_args!("the server has stopped"));
            self.server.power = if restart { Power::Up } else { Power::Down };
            self.read_clock_anew();
            if self.connections.iter().any(|link| link.session().is_some()) {
                self.violate("the server stopped and left a session open".to_owned());
            }
            self.check_recovery();
        }
    }

    /// Everything that was broken by cuts, slow readers, crashes and moods works again.
    pub fn heal_everything(&mut self) {
        self.fuses.clear();
        self.ambushes.clear();
        self.resume_appends();
        self.send_intruders_away();
        for name in self.roles.keys().cloned().collect::<Vec<_>>() {
            self.give_role(&name, Role::Editor);
        }
        for name in self.shut_out.iter().cloned().collect::<Vec<_>>() {
            self.pardon(&name);
        }
        if self.server.power != Power::Up {
            self.restart_server();
        }
        for index in 0..self.people.len() {
            self.heal(PersonId(index));
            self.wake(PersonId(index), 0);
            if !self.people[index].reading {
                self.resume_reading(PersonId(index));
            }
        }
    }

    /// Whoever is hostile leaves, and gets no other role later.
    fn send_intruders_away(&mut self) {
        for index in 0..self.people.len() {
            if !self.people[index].is_honest() {
                self.leave(PersonId(index));
                let name = self.people[index].name.clone();
                self.roles.remove(&name);
                self.revoked.insert(name);
            }
        }
    }

    pub(crate) fn connections_of(&self, id: PersonId) -> Vec<ConnectionId> {
        let links = self.connections.iter().enumerate();
        links
            .filter(|(_, link)| link.person == id && !link.is_over())
            .map(|(index, _)| ConnectionId(index))
            .collect()
    }

    /// Nothing passes any more; the person's and the server's end learn of it after `notices`.
    fn break_connection(&mut self, connection: ConnectionId, notices: [Millis; 2]) {
        let link = &mut self.connections[connection.0];
        link.cut();
        if link.near != NearEnd::Closed {
            self.queue
                .plan(self.now + notices[0], Event::PersonLearns(connection));
        }
        if link.far != FarEnd::Closed {
            self.queue
                .plan(self.now + notices[1], Event::ServerLearns(connection));
        }
    }

    fn soon(&mut self) -> Millis {
        Millis(self.rng.below(500))
    }

    fn late(&mut self) -> Millis {
        Millis(self.rng.between(20_000, 45_000))
    }
}
