//! Restored backups, and people whose replica belongs to a history that is gone.

use waymark_model::JourneyMap;
use waymark_sync::{DocumentId, Incarnation, Millis, ReplicaInput, SaveState};
use yrs::updates::decoder::Decode;
use yrs::{Doc, ReadTxn, StateVector, Transact, Update};

use crate::disk::SimDisk;
use crate::event::Event;
use crate::footprint::Footprint;
use crate::person::{Client, Person, PersonId};
use crate::world::{Flaw, World};

/// The disk as it was once, and what had been shown as Saved by then.
#[derive(Clone, Debug)]
pub(crate) struct Backup {
    disk: SimDisk,
    saved: std::collections::BTreeMap<DocumentId, Footprint>,
}

impl World {
    /// Copies the disk; a former copy is forgotten.
    pub fn take_backup(&mut self) {
        self.note(format_args!("a backup is taken"));
        self.tally.count("backup");
        self.backup = Some(Backup {
            disk: self.disk.flushed_copy(),
            saved: self.saved.clone(),
        });
    }

    /// The server's machine is lost; on the new one are the files of the last backup. The
    /// server is down then. Without a backup nothing happens.
    pub fn restore_backup(&mut self) {
        let Some(backup) = self.backup.clone() else {
            return;
        };
        self.crash_server();
        self.note(format_args!("the backup is restored"));
        self.tally.count("restored backup");
        for document in self.disk.documents() {
            self.disk.replace(&document, &backup.disk);
            if backup.disk.has(&document) {
                let saved = backup.saved.get(&document).cloned().unwrap_or_default();
                self.saved.insert(document.clone(), saved);
            }
            let incarnation = Incarnation(self.rng.next_u128());
            if self.flaw != Some(Flaw::HistoryStays) {
                self.disk.begin_incarnation(&document, incarnation);
            }
            *self.eras.entry(document).or_default() += 1;
        }
    }

    /// How often the history of a document was replaced so far.
    pub(crate) fn era(&self, document: &DocumentId) -> u64 {
        self.eras.get(document).copied().unwrap_or_default()
    }

    /// Something of the server's was merged: it must be of the one history that the
    /// replica knows (PROTOCOL.md, R8).
    pub(crate) fn check_history(&mut self, id: PersonId) {
        let person = &mut self.people[id.0];
        let Some(connection) = person.connection else {
            return;
        };
        let era = self.connections[connection.0].era;
        let known = *person.history.get_or_insert(era);
        if known != era && person.is_honest() {
            let name = person.name.clone();
            self.violate(format!("{name} has merged another history"));
        }
    }

    /// Somebody's program will not connect again by itself: is there a reason?
    pub(crate) fn on_shut_out(&mut self, id: PersonId, reason: &str) {
        let person = &self.people[id.0];
        let replaced = reason.contains("replaced") && self.era(&person.document) > 0;
        let forbidden = reason.contains("not allowed") && self.shut_out.contains(&person.name);
        if !replaced && !forbidden {
            let name = person.name.clone();
            self.violate(format!("{name} was shut out for good: {reason}"));
            return;
        }
        let what = if replaced {
            "replica of another history"
        } else {
            "shut out by 4403"
        };
        self.tally.count(what);
        let held = Footprint::of_document(person.client.doc());
        self.people[id.0].keepsake = Some(held);
        let later = Millis(self.rng.between(200, 4_000));
        self.queue.plan(self.now + later, Event::Afresh(id));
    }

    /// Somebody reads that their program is shut out, keeps a copy of their work, and
    /// opens the map anew.
    pub(crate) fn on_afresh(&mut self, id: PersonId) {
        let person = &self.people[id.0];
        let Client::Ours(replica) = &person.client else {
            return;
        };
        if !person.here || !matches!(replica.save_state(), SaveState::Closed { .. }) {
            return;
        }
        if person.asleep || self.is_shut_out(&person.name) {
            self.queue.plan(self.now + Millis(2_000), Event::Afresh(id));
            return;
        }
        let forgets = self.flaw == Some(Flaw::ShutOutForgets);
        let (unclaimed, unsaved) = (person.unclaimed.len(), replica.unsaved());
        let problem = if forgets {
            export(&Doc::new(), person.keepsake.as_ref()).err()
        } else if unclaimed > 0 && unsaved == 0 {
            Some("it has forgotten which changes are not saved".to_owned())
        } else {
            export(replica.doc(), person.keepsake.as_ref()).err()
        };
        if let Some(problem) = problem {
            let name = person.name.clone();
            self.violate(format!("{name}'s program was shut out, and {problem}"));
        }
        self.stir();
        self.tally.count("started afresh");
        self.note_of(id, format_args!("opens the map anew"));
        self.hang_up(id);
        self.renew_program(id);
        let presence = self.people[id.0].presence.clone();
        if presence.is_some() {
            self.tell(id, ReplicaInput::SetPresence(presence));
        }
        self.tell(id, ReplicaInput::Tick);
    }

    /// Puts a new, empty program in the place of a person's former one.
    fn renew_program(&mut self, id: PersonId) {
        let (client_id, seed) = (self.rng.next_u64() as u32, self.rng.next_u64());
        let now = self.now;
        let person = &mut self.people[id.0];
        let dialect = person.client.dialect();
        let (name, document) = (person.name.clone(), person.document.clone());
        let fresh = Person::new(&name, document, dialect, client_id, seed, now);
        let former = std::mem::replace(person, fresh);
        person.online = former.online;
        person.reading = former.reading;
        person.sips_each = former.sips_each;
        person.back_at = now;
        person.presence = former.presence;
        person.keys_left = former.keys_left;
        person.key_interval = former.key_interval;
        person.refusals = former.refusals;
        person.updates_received = former.updates_received;
    }
}

/// Writes a document out and reads it back: everything that was there must be in it.
fn export(doc: &Doc, kept: Option<&Footprint>) -> Result<(), String> {
    let held = Footprint::of_document(doc);
    if let Some(missing) = kept.and_then(|kept| kept.missing_in(&held)) {
        return Err(format!("has lost {missing}"));
    }
    let state = doc
        .transact()
        .encode_state_as_update_v1(&StateVector::default());
    let copy = Doc::new();
    let update = Update::decode_v1(&state).map_err(|error| format!("cannot be read: {error}"))?;
    copy.transact_mut()
        .apply_update(update)
        .map_err(|error| format!("cannot be copied: {error}"))?;
    if JourneyMap::read(&copy.transact()) == JourneyMap::read(&doc.transact()) {
        Ok(())
    } else {
        Err("its copy is another map".to_owned())
    }
}
