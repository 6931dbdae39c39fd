//! What must be true once everything is healed and quiet, and what must survive a crash.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use waymark_model::{JourneyMap, invariants};
use waymark_sync::{Dialect, Millis, SaveState, StoredDocument};
use yrs::updates::decoder::Decode;
use yrs::{Doc, OffsetKind, Options, ReadTxn, Transact, Update};

use crate::footprint::Footprint;
use crate::link::{FarEnd, NearEnd};
use crate::person::{Client, Person, PersonId};
use crate::server::{Host, Power};
use crate::world::World;

/// So long must nothing but presence and heartbeats have happened. The room waits for an
/// author as long as 10 s (PROTOCOL.md, E8), and a plain client does not say that it waits.
const QUIET: Millis = Millis(11_000);

/// Quiet comes within this time, or something is stuck. The longest honest waits are an
/// operating system that gives up on a connection, and then a last backoff.
const PATIENCE: Millis = Millis(180_000);

/// Our own program shows the right people this soon once all is quiet.
const PRESENCE: Millis = Millis(2_000);

/// So long after a clock has jumped somebody may be forgotten until they renew.
const AFTER_JUMP: Millis = Millis(60_000);

/// After this time everybody has forgotten whoever was not renewed (PROTOCOL.md, P4, R9).
const LAPSE: Millis = Millis(35_000);

/// A plain client that reconnects ignores what it knows already until it is renewed.
const PLAIN_PRESENCE: Millis = Millis(20_000);

impl World {
    /// Lets time pass until nothing happens any more but presence and heartbeats, and
    /// everybody who can reach the server is connected and has everything Saved.
    ///
    /// # Panics
    /// When that takes too long.
    pub fn run_until_quiet(&mut self) {
        if let Err(problem) = self.try_until_quiet() {
            panic!("{problem}\n{}", self.trace.tail(60));
        }
    }

    /// The same, with what is stuck as an error.
    ///
    /// # Errors
    /// A text that says who waits for what.
    pub fn try_until_quiet(&mut self) -> Result<(), String> {
        let patience = self.now + PATIENCE;
        loop {
            self.run_until(self.now + Millis(100));
            let calm = self.now.since(self.last_activity) >= QUIET;
            let unsettled = self.unsettled();
            if calm && unsettled.is_none() {
                return Ok(());
            }
            if self.now >= patience {
                let reason = unsettled.unwrap_or_else(|| "messages never end".to_owned());
                return Err(format!("it never became quiet: {reason}"));
            }
        }
    }

    /// Who still waits for something, if anybody.
    fn unsettled(&self) -> Option<String> {
        if self.server.power != Power::Up {
            let stopping = self.server.power != Power::Down;
            return stopping.then(|| "the server is stopping".to_owned());
        }
        let honest = |person: &&Person| person.here && person.is_honest();
        for person in self.people.iter().filter(honest) {
            let name = &person.name;
            if person.keys_left > 0 {
                return Some(format!("{name} is typing"));
            }
            if !person.online || !person.reading {
                continue;
            }
            let link = person
                .connection
                .map(|connection| &self.connections[connection.0]);
            let open = link.is_some_and(|link| {
                link.near == NearEnd::Open && !link.dead && link.session().is_some()
            });
            if !open {
                return Some(format!("{name} is not connected"));
            }
            let state = person.save_state();
            if state
                .as_ref()
                .is_some_and(|state| *state != SaveState::Saved)
            {
                return Some(format!("{name} sees {state:?}"));
            }
        }
        // Plain clients do not say so, but somebody waits for the store here as well.
        let storing = |host: &Host| host.append.is_some() || host.failing_since.is_some();
        if let Some((document, _)) = self.server.hosts.iter().find(|(_, host)| storing(host)) {
            return Some(format!("{document} is being stored"));
        }
        let ghost = self.connections.iter().position(|link| {
            link.near == NearEnd::Closed && matches!(link.far, FarEnd::Session(_) | FarEnd::Waiting)
        });
        ghost
            .filter(|_| self.flaw != Some(crate::world::Flaw::GhostsStay))
            .map(|index| format!("the server believes in connection {index}"))
    }

    /// Everybody who has a map open sees the same map and the right people, a newcomer
    /// does too, and a server that reads the map from the disk has the same.
    ///
    /// # Panics
    /// With what differs.
    pub fn assert_converged(&mut self) {
        if let Err(problem) = self.check_converged() {
            panic!("{problem}\n{}", self.trace.tail(60));
        }
    }

    /// The same, with the difference as an error.
    ///
    /// # Errors
    /// A text that says who sees what else.
    pub fn check_converged(&mut self) -> Result<(), String> {
        let documents = self.disk.documents();
        let newcomers: Vec<_> = documents
            .iter()
            .map(|document| {
                let dialects = [Dialect::Hocuspocus, Dialect::YWebsocket];
                let dialect = dialects[self.rng.below(2) as usize];
                self.join_document(document.key(), &format!("newcomer by {dialect:?}"), dialect)
            })
            .collect();
        self.try_until_quiet()?;
        self.check_presence()?;
        for document in documents {
            let stored = self.disk.load(&document).ok_or("the document is gone")?;
            let wrong = |problem| format!("{document}: {problem}");
            let reloaded = View::of("the disk", &read_stored(&stored)?).map_err(wrong)?;
            for person in &self.people {
                if person.is_present() && person.document == document {
                    let theirs = View::of(&person.name, person.client.doc()).map_err(wrong)?;
                    theirs.check_equal(&reloaded).map_err(wrong)?;
                }
            }
            // What the room's elements say, the newcomer has read: all they have is of it.
            if let Some(state) = self.room_state(&document) {
                let room = Footprint::of_update(&state).map_err(wrong)?;
                reloaded.check_elements("the room", &room).map_err(wrong)?;
            }
        }
        for newcomer in newcomers {
            self.leave(newcomer);
        }
        Ok(())
    }

    /// Everybody sees exactly the others who show themselves, where they are now.
    ///
    /// # Errors
    /// A text that says who sees whom wrongly.
    pub fn check_presence(&mut self) -> Result<(), String> {
        // Whoever a clock has made forget the others hears of them with their next renewal,
        // and somebody whose leave was forgotten with them lapses.
        let jumped = self
            .jumped_at
            .is_some_and(|at| self.now.since(at) < AFTER_JUMP);
        let ours = if jumped { LAPSE } else { PRESENCE };
        let plain = if jumped { LAPSE } else { PLAIN_PRESENCE };
        for (dialect, patience) in [(Dialect::Hocuspocus, ours), (Dialect::YWebsocket, plain)] {
            let until = self.now + patience;
            while let Some(wrong) = self.wrong_presence(dialect) {
                if self.now >= until {
                    return Err(wrong);
                }
                self.run_for(500);
            }
        }
        Ok(())
    }

    fn wrong_presence(&self, dialect: Dialect) -> Option<String> {
        let present = |id: &usize| self.people[*id].is_present();
        // What somebody hostile shows under ids of their own is nobody's promise.
        let honest: BTreeSet<u64> = self
            .people
            .iter()
            .filter(|person| person.is_honest())
            .map(|person| u64::from(person.client_id))
            .collect();
        for viewer in (0..self.people.len()).filter(present) {
            let viewer = &self.people[viewer];
            if viewer.client.dialect() != dialect {
                continue;
            }
            let mut expected = BTreeMap::new();
            for other in (0..self.people.len()).filter(present) {
                let other = &self.people[other];
                if other.document == viewer.document && other.client_id != viewer.client_id {
                    let state = other.presence.as_deref().and_then(at_of);
                    expected.extend(state.map(|at| (u64::from(other.client_id), at)));
                }
            }
            let seen: BTreeMap<u64, u64> = viewer
                .client
                .people()
                .iter()
                .filter(|(id, _)| **id != u64::from(viewer.client_id) && honest.contains(id))
                .map(|(id, state)| (*id, at_of(state).unwrap_or(u64::MAX)))
                .collect();
            if seen != expected {
                let name = &viewer.name;
                return Some(format!("{name} sees {seen:?} instead of {expected:?}"));
            }
        }
        None
    }

    /// Whoever was shown Saved finds it on the disk now.
    ///
    /// # Panics
    /// With what is missing.
    pub fn assert_saved_edits_survive(&mut self) {
        self.check_recovery();
        self.assert_no_violations();
    }

    /// No promise was broken on the way.
    ///
    /// # Panics
    /// With the first one that was.
    pub fn assert_no_violations(&self) {
        if let Some(first) = self.violations.first() {
            panic!("{first}\n{}", self.trace.tail(60));
        }
    }

    /// Reads every document from the disk and compares it with what was shown as Saved.
    pub(crate) fn check_recovery(&mut self) {
        for document in self.disk.documents() {
            let recovered = self
                .disk
                .load(&document)
                .ok_or_else(|| "it is gone".to_owned())
                .and_then(|stored| elements_of(&stored));
            let saved = self.saved.get(&document).cloned().unwrap_or_default();
            match recovered {
                Ok(recovered) => {
                    if let Some(missing) = saved.missing_in(&recovered) {
                        self.violate(format!("{document} was Saved and has lost {missing}"));
                    }
                }
                Err(problem) => self.violate(format!("{document} cannot be read: {problem}")),
            }
        }
    }

    /// Somebody's program runs out of deadlines only when it is shut out for good.
    ///
    /// # Errors
    /// A text that says whose program waits for nothing.
    pub fn check_deadlines(&self) -> Result<(), String> {
        for (index, person) in self.people.iter().enumerate() {
            let ours = matches!(person.client, Client::Ours(_));
            let ours = ours && person.is_honest();
            if ours && person.here && self.deadline_of(PersonId(index)).is_none() {
                return Err(format!("{} waits for nothing", person.name));
            }
        }
        Ok(())
    }
}

/// What stands in the log and the snapshot of a document, without building it.
fn elements_of(stored: &StoredDocument) -> Result<Footprint, String> {
    let mut all = Footprint::default();
    for update in updates_of(stored) {
        all.add(&Footprint::of_update(update)?);
    }
    Ok(all)
}

fn updates_of(stored: &StoredDocument) -> impl Iterator<Item = &Bytes> {
    let snapshot = stored.snapshot.iter().map(|(_, snapshot)| &snapshot.state);
    let records = stored.records.iter().map(|(_, record)| &record.update);
    snapshot.chain(records)
}

/// A document as a server that starts now would have it.
fn read_stored(stored: &StoredDocument) -> Result<Doc, String> {
    read_updates(updates_of(stored))
}

fn read_updates<'a>(updates: impl Iterator<Item = &'a Bytes>) -> Result<Doc, String> {
    let doc = Doc::with_options(Options {
        offset_kind: OffsetKind::Utf16,
        // It reads what was stored and changes nothing of it.
        cleanup_formatting: false,
        ..Options::with_client_id(yrs::ClientID::new(1))
    });
    for bytes in updates {
        let update = Update::decode_v1(bytes).map_err(|error| format!("not an update: {error}"))?;
        let mut txn = doc.transact_mut();
        txn.apply_update(update)
            .map_err(|error| format!("cannot be applied: {error}"))?;
    }
    Ok(doc)
}

/// What a document says: its elements, and the map that people read in it.
struct View<'a> {
    whose: &'a str,
    footprint: Footprint,
    map: JourneyMap,
}

impl<'a> View<'a> {
    /// Reads a document, which must be whole and keep the model's invariants.
    fn of(whose: &'a str, doc: &Doc) -> Result<Self, String> {
        let txn = doc.transact();
        if txn.has_missing_updates() {
            return Err(format!("{whose} has a part that waits for another"));
        }
        let map = JourneyMap::read(&txn);
        drop(txn);
        if let Some(first) = invariants::violations(&map).first() {
            return Err(format!("{whose} reads: {first}"));
        }
        let footprint = Footprint::of_document(doc);
        Ok(Self {
            whose,
            footprint,
            map,
        })
    }

    /// Equal state vectors and deletions.
    fn check_elements(&self, whose: &str, other: &Footprint) -> Result<(), String> {
        let (ours, other) = ((self.whose, &self.footprint), (whose, other));
        for ((one, has), (two, held)) in [(ours, other), (other, ours)] {
            if let Some(missing) = has.missing_in(held) {
                return Err(format!("{two} lacks what {one} has: {missing}"));
            }
        }
        Ok(())
    }

    /// The same, and equal maps.
    fn check_equal(&self, other: &Self) -> Result<(), String> {
        self.check_elements(other.whose, &other.footprint)?;
        if self.map == other.map {
            return Ok(());
        }
        let (one, two) = (self.whose, other.whose);
        Err(format!("{one} and {two} read different maps"))
    }
}

fn at_of(state: &str) -> Option<u64> {
    serde_json::from_str::<serde_json::Value>(state)
        .ok()?
        .get("at")?
        .as_u64()
}
