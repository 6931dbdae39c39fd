//! Clocks that jump, devices that sleep, and programs that take little at a time.

use waymark_sync::{Millis, ReplicaInput, Timestamp};

use crate::event::Event;
use crate::person::PersonId;
use crate::world::World;

impl World {
    /// The server's clock jumps. Forwards it does at once; backwards only the next process
    /// sees it, because a process counts from its start with a clock that never goes back.
    pub fn jump_clock(&mut self, by: i64) {
        self.note(format_args!("the server's clock jumps by {by} ms"));
        self.jumped_at = Some(self.now);
        if by < 0 {
            self.clock_debt -= by;
            return;
        }
        self.tally.count("clock jumped forwards");
        self.clock_ahead += by;
        let lives: Vec<_> = self
            .server
            .hosts
            .iter()
            .map(|(document, host)| (document.clone(), host.life))
            .collect();
        for (document, life) in lives {
            self.plan_turn(&document, life, self.now);
        }
    }

    /// The process has ended: the next one reads the clock of the machine.
    pub(crate) fn read_clock_anew(&mut self) {
        if self.clock_debt > 0 {
            self.tally.count("clock went back at a restart");
            self.clock_ahead -= self.clock_debt;
            self.clock_debt = 0;
        }
    }

    /// Somebody's device sleeps: their program does nothing and hears nothing.
    pub fn fall_asleep(&mut self, id: PersonId) {
        if !self.people[id.0].here || self.people[id.0].asleep {
            return;
        }
        self.note_of(id, format_args!("sleeps"));
        self.stop_reading(id);
        self.people[id.0].asleep = true;
    }

    /// It wakes, and by its clock so many milliseconds more have passed.
    pub fn wake(&mut self, id: PersonId, later: u64) {
        let person = &mut self.people[id.0];
        if !person.asleep {
            return;
        }
        person.asleep = false;
        person.born = Timestamp(person.born.0 - later);
        let missed = std::mem::take(&mut person.missed);
        self.note_of(id, format_args!("wakes {later} ms later"));
        self.tally.count("slept and woke");
        self.jumped_at = Some(self.now);
        for input in missed {
            self.tell(id, input);
        }
        self.tell(id, ReplicaInput::Tick);
        self.resume_reading(id);
    }

    /// A person's program takes one message each so many milliseconds.
    pub fn sip(&mut self, id: PersonId, each: u64) {
        if self.people[id.0].asleep {
            return;
        }
        self.stop_reading(id);
        self.tally.count("reads at a trickle");
        let person = &mut self.people[id.0];
        let sips = person.sips_each.replace(each.max(1)).is_some();
        if !sips {
            self.queue
                .plan(self.now + Millis(each.max(1)), Event::Sip(id));
        }
    }

    pub(crate) fn on_sip(&mut self, id: PersonId) {
        let person = &self.people[id.0];
        let Some(each) = person.sips_each.filter(|_| person.here) else {
            return;
        };
        self.queue.plan(self.now + Millis(each), Event::Sip(id));
        for connection in self.connections_of(id) {
            let link = &mut self.connections[connection.0];
            if link.unread > 0 {
                link.unread -= 1;
                self.take_down(connection);
                return;
            }
        }
    }
}
