//! What must be true once everything is healed and quiet, and what must survive a crash.

use std::collections::BTreeMap;

use bytes::Bytes;
use waymark_model::{JourneyMap, invariants};
use waymark_sync::{Dialect, DocumentId, Millis, SaveState, StoredDocument};
use yrs::updates::decoder::Decode;
use yrs::{Doc, OffsetKind, Options, ReadTxn, StateVector, Transact, Update};

use crate::footprint::Footprint;
use crate::link::{FarEnd, NearEnd};
use crate::person::{Client, PersonId};
use crate::server::Power;
use crate::world::World;

/// So long must nothing but presence and heartbeats have happened.
const QUIET: Millis = Millis(3_000);

/// Quiet comes within this time, or something is stuck. The longest honest waits are an
/// operating system that gives up on a connection, and then a last backoff.
const PATIENCE: Millis = Millis(180_000);

/// Our own program shows the right people this soon once all is quiet.
const PRESENCE: Millis = Millis(2_000);

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
        for person in self.people.iter().filter(|person| person.here) {
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
        for document in self.disk.documents() {
            let newcomers = [Dialect::Hocuspocus, Dialect::YWebsocket].map(|dialect| {
                self.join_document(document.key(), &format!("newcomer by {dialect:?}"), dialect)
            });
            self.try_until_quiet()?;
            self.check_presence()?;
            let stored = self.disk.load(&document).ok_or("the document is gone")?;
            let reloaded = read_stored(&stored)?;
            check_readable(&document, "the disk", &reloaded)?;
            for person in &self.people {
                if person.here && person.online && person.reading && person.document == document {
                    let doc = person.client.doc();
                    check_readable(&document, &person.name, doc)?;
                    check_equal(&document, &person.name, doc, "the disk", &reloaded)?;
                }
            }
            if let Some(state) = self.room_state(&document) {
                let room = read_updates(std::iter::once(&state))?;
                check_equal(&document, "the room", &room, "the disk", &reloaded)?;
            }
            for newcomer in newcomers {
                self.leave(newcomer);
            }
        }
        Ok(())
    }

    /// Everybody sees exactly the others who show themselves, where they are now.
    ///
    /// # Errors
    /// A text that says who sees whom wrongly.
    pub fn check_presence(&mut self) -> Result<(), String> {
        for (dialect, patience) in [
            (Dialect::Hocuspocus, PRESENCE),
            (Dialect::YWebsocket, PLAIN_PRESENCE),
        ] {
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
        let present = |id: &usize| {
            let person = &self.people[*id];
            person.here && person.online && person.reading
        };
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
                .filter(|(id, _)| **id != u64::from(viewer.client_id))
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
                .and_then(|stored| read_stored(&stored))
                .map(|doc| Footprint::of_document(&doc));
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
            if ours && person.here && self.deadline_of(PersonId(index)).is_none() {
                return Err(format!("{} waits for nothing", person.name));
            }
        }
        Ok(())
    }
}

/// A document as a server that starts now would have it.
fn read_stored(stored: &StoredDocument) -> Result<Doc, String> {
    let snapshot = stored.snapshot.iter().map(|(_, snapshot)| &snapshot.state);
    let records = stored.records.iter().map(|(_, record)| &record.update);
    read_updates(snapshot.chain(records))
}

fn read_updates<'a>(updates: impl Iterator<Item = &'a Bytes>) -> Result<Doc, String> {
    let doc = Doc::with_options(Options {
        offset_kind: OffsetKind::Utf16,
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

fn check_readable(document: &DocumentId, who: &str, doc: &Doc) -> Result<(), String> {
    let txn = doc.transact();
    if txn.has_missing_updates() {
        return Err(format!(
            "{who} has a part of {document} that waits for another"
        ));
    }
    let violations = invariants::violations(&JourneyMap::read(&txn));
    match violations.first() {
        Some(first) => Err(format!("{who} reads in {document}: {first}")),
        None => Ok(()),
    }
}

fn check_equal(
    document: &DocumentId,
    one: &str,
    left: &Doc,
    other: &str,
    right: &Doc,
) -> Result<(), String> {
    let (left_has, right_has) = (Footprint::of_document(left), Footprint::of_document(right));
    if let Some(missing) = left_has.missing_in(&right_has) {
        return Err(format!(
            "{document}: {other} lacks what {one} has: {missing}"
        ));
    }
    if let Some(missing) = right_has.missing_in(&left_has) {
        return Err(format!(
            "{document}: {one} lacks what {other} has: {missing}"
        ));
    }
    let (left_map, right_map) = (
        JourneyMap::read(&left.transact()),
        JourneyMap::read(&right.transact()),
    );
    if left_map != right_map {
        return Err(format!("{document}: {one} and {other} read different maps"));
    }
    let (left_sv, right_sv) = (state_vector(left), state_vector(right));
    if left_sv != right_sv {
        return Err(format!(
            "{document}: {one} and {other} have different state vectors"
        ));
    }
    Ok(())
}

fn state_vector(doc: &Doc) -> StateVector {
    doc.transact().state_vector()
}

fn at_of(state: &str) -> Option<u64> {
    serde_json::from_str::<serde_json::Value>(state)
        .ok()?
        .get("at")?
        .as_u64()
}
