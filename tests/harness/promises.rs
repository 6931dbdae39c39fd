//! Promises about what people are told while something does not work.

use waymark_sync::{DocumentId, Millis, SaveState, Timestamp};

use crate::link::NearEnd;
use crate::person::PersonId;
use crate::world::World;

/// An append that takes longer is told to everybody (PROTOCOL.md, J3).
const SLOW_APPEND: Millis = Millis(5_000);

impl World {
    /// Whoever is connected knows that nothing can be saved, while that is so.
    pub fn check_trouble_is_told(&mut self) {
        let slack = Millis(1_000 + 20 * (self.weather.latency.1 + self.weather.turn));
        let long_ago = |at: Timestamp, now: Timestamp| at + slack < now;
        let now = self.now;
        let mut untold = Vec::new();
        for (document, host) in &self.server.hosts {
            let slow = host.append_since.map(|since| since + SLOW_APPEND);
            let since = [slow, host.failing_since].into_iter().flatten().min();
            if !since.is_some_and(|since| long_ago(since, now)) {
                continue;
            }
            for book in host.sessions.values() {
                let link = &self.connections[book.connection.0];
                let steady = link.near == NearEnd::Open && long_ago(link.opened_at, now);
                let person = &self.people[link.person.0];
                let hears = person.is_present() && long_ago(person.back_at, now);
                if !link.dead && steady && hears && person.connection == Some(book.connection) {
                    untold.push((document.clone(), link.person));
                }
            }
        }
        for (document, id) in untold {
            self.check_knows_of_trouble(&document, id);
        }
    }

    fn check_knows_of_trouble(&mut self, document: &DocumentId, id: PersonId) {
        let person = &self.people[id.0];
        let state = person.save_state();
        if matches!(state, Some(SaveState::Saved | SaveState::Saving)) {
            let name = person.name.clone();
            self.violate(format!(
                "{name} sees {state:?} although {document} cannot be stored for a while"
            ));
        } else if state.is_some() {
            self.tally.count("told that nothing is saved");
        }
    }
}
