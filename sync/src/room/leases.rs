//! Whose a client id is.

use std::collections::{BTreeMap, BTreeSet};

use yrs::StateVector;
use yrs::block::ClientID;

use super::SessionId;
use crate::guard::Outline;
use crate::journal::{StoredDocument, authors_of};

/// Whose each client id is: the first subject's who sent a change of its own with it.
///
/// What a replica answers to the room's own step 1 is everything it holds, what it heard
/// from others included, so that takes no lease.
#[derive(Debug, Default)]
pub(super) struct Leases {
    subjects: Vec<String>,
    /// By client id: the number of the subject.
    clients: BTreeMap<u64, u32>,
    /// Whose changes somebody brought who had only heard them, and who has to be asked again
    /// once their author has brought them.
    left_out: BTreeMap<u64, BTreeSet<SessionId>>,
}

impl Leases {
    /// What a stored document says of them.
    pub(super) fn of(stored: &StoredDocument) -> Self {
        let mut leases = Self::default();
        let snapshot = stored.snapshot.as_ref();
        leases.read(snapshot.map_or("", |(_, snapshot)| &snapshot.authors));
        for (_, record) in &stored.records {
            leases.read(&record.author);
        }
        leases
    }

    /// Takes over the leases that a record or snapshot names.
    pub(super) fn read(&mut self, authors: &str) {
        for (subject, clients) in authors_of(authors) {
            for client in clients {
                self.take(client, subject);
            }
        }
    }

    /// As a snapshot names them.
    pub(super) fn write(&self) -> String {
        let mut lines: Vec<String> = self.subjects.clone();
        for (client, subject) in &self.clients {
            let line = &mut lines[*subject as usize];
            line.push('\t');
            line.push_str(&client.to_string());
        }
        lines.join("\n")
    }

    /// Gives a client id to a subject, unless it is somebody's; whether it was nobody's.
    pub(super) fn take(&mut self, client: u64, subject: &str) -> bool {
        if self.clients.contains_key(&client) {
            return false;
        }
        let known = self.subjects.iter().position(|known| known == subject);
        let number = known.unwrap_or_else(|| {
            self.subjects.push(subject.to_owned());
            self.subjects.len() - 1
        });
        self.clients.insert(client, number as u32);
        true
    }

    /// Whose of an update's new structs are not this subject's.
    pub(super) fn foreign(
        &self,
        outline: &Outline,
        known: &StateVector,
        subject: &str,
    ) -> BTreeSet<u64> {
        let new = outline
            .sections
            .iter()
            .filter(|section| section.end > known.get(&ClientID::new(section.client)));
        new.map(|section| section.client)
            .filter(|client| {
                let owner = self.clients.get(client);
                owner.is_some_and(|owner| self.subjects[*owner as usize] != subject)
            })
            .collect()
    }

    /// Notes that somebody brought changes of these and has to be asked again.
    pub(super) fn leave_out(&mut self, clients: BTreeSet<u64>, session: SessionId) {
        for client in clients {
            self.left_out.entry(client).or_default().insert(session);
        }
    }

    /// Who has to be asked again, now that changes of these came from their author.
    pub(super) fn brought(&mut self, clients: impl Iterator<Item = u64>) -> Vec<SessionId> {
        if self.left_out.is_empty() {
            return Vec::new();
        }
        let waiting = clients.filter_map(|client| self.left_out.remove(&client));
        waiting.flatten().collect()
    }

    /// A session has gone.
    pub(super) fn forget(&mut self, session: SessionId) {
        self.left_out.retain(|_, sessions| {
            sessions.remove(&session);
            !sessions.is_empty()
        });
    }
}
