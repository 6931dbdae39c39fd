//! Who is here: the latest state of each client id, owned by the session that brought it.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::SessionId;
use crate::guard::{PresenceEntry, write_awareness};
use crate::limits::Limits;
use crate::time::Timestamp;

/// The presence of everybody in a room.
#[derive(Default)]
pub(super) struct Presence {
    entries: BTreeMap<u64, Entry>,
}

struct Entry {
    /// Who may change it; `None` once they left.
    owner: Option<SessionId>,
    /// Whose it was, so that somebody who comes back gets it back.
    subject: String,
    /// The newest clock its owner told.
    clock: u32,
    /// What is added to it when it is sent on. Yjs takes a state for new only when its
    /// clock is higher, but a Yjs client that comes back repeats its last clock.
    raise: u32,
    state: Option<String>,
    seen: Timestamp,
}

/// Who says something about presence.
#[derive(Clone, Copy)]
pub(super) struct Speaker<'a> {
    pub(super) session: SessionId,
    pub(super) subject: &'a str,
}

impl Presence {
    /// Takes one claim; whether others have to be told.
    ///
    /// A claim about somebody else's client id is ignored without blame: y-websocket
    /// clients repeat everything they hear.
    pub(super) fn claim(
        &mut self,
        now: Timestamp,
        speaker: Speaker<'_>,
        claim: &PresenceEntry<'_>,
        limits: &Limits,
    ) -> bool {
        let state = claim.state.map(str::to_owned);
        let owned = self.owned_by(speaker.session).len();
        let Some(entry) = self.entries.get_mut(&claim.client) else {
            if state.is_none() || owned >= limits.presence_ids {
                return false;
            }
            let entry = Entry {
                owner: Some(speaker.session),
                subject: speaker.subject.to_owned(),
                clock: claim.clock,
                raise: 0,
                state,
                seen: now,
            };
            self.entries.insert(claim.client, entry);
            return true;
        };
        if entry.owner == Some(speaker.session) {
            let newer = claim.clock > entry.clock
                || (claim.clock == entry.clock && state.is_none() && entry.state.is_some());
            if newer {
                entry.clock = claim.clock;
                entry.state = state;
                entry.seen = now;
            }
            return newer;
        }
        // Somebody who lost the connection is back before (or after) the old session went.
        // Whoever already shows an own id only repeats what they heard.
        let returns = state.is_some() && entry.subject == speaker.subject && owned == 0;
        if returns && claim.clock >= entry.clock.saturating_sub(entry.raise) {
            let told = entry.told_clock();
            entry.owner = Some(speaker.session);
            entry.raise = (told + 1).saturating_sub(claim.clock);
            entry.clock = claim.clock;
            entry.state = state;
            entry.seen = now;
            return true;
        }
        false
    }

    /// Ends what a session showed; the client ids others have to be told.
    pub(super) fn leave(&mut self, now: Timestamp, session: SessionId) -> BTreeSet<u64> {
        let mut gone = BTreeSet::new();
        for (client, entry) in &mut self.entries {
            if entry.owner == Some(session) {
                entry.owner = None;
                entry.seen = now;
                if entry.state.take().is_some() {
                    gone.insert(*client);
                }
            }
        }
        gone
    }

    /// Ends what was not renewed; the client ids others have to be told.
    pub(super) fn expire(&mut self, now: Timestamp, limits: &Limits) -> BTreeSet<u64> {
        let mut gone = BTreeSet::new();
        self.entries.retain(|client, entry| {
            if entry.seen + limits.presence_timeout > now {
                return true;
            }
            // Kept for one more span without a state, so that a late repetition by
            // somebody else does not bring it back.
            let showed = entry.state.take().is_some();
            if showed {
                entry.seen = now;
                gone.insert(*client);
            }
            showed
        });
        gone
    }

    /// Everybody who shows something.
    pub(super) fn shown(&self) -> impl Iterator<Item = u64> {
        let shown = self.entries.iter().filter(|(_, e)| e.state.is_some());
        shown.map(|(client, _)| *client)
    }

    /// What a session shows.
    pub(super) fn owned_by(&self, session: SessionId) -> BTreeSet<u64> {
        let owned = self
            .entries
            .iter()
            .filter(|(_, e)| e.owner == Some(session));
        owned.map(|(client, _)| *client).collect()
    }

    /// A presence message about these client ids.
    pub(super) fn message(&self, clients: &BTreeSet<u64>) -> Bytes {
        let entries: Vec<_> = clients
            .iter()
            .filter_map(|client| {
                let entry = self.entries.get(client)?;
                Some(PresenceEntry {
                    client: *client,
                    clock: entry.told_clock(),
                    state: entry.state.as_deref(),
                })
            })
            .collect();
        write_awareness(entries.into_iter())
    }

    pub(super) fn deadline(&self, limits: &Limits) -> Option<Timestamp> {
        let seen = self.entries.values().map(|entry| entry.seen).min()?;
        Some(seen + limits.presence_timeout)
    }
}

impl Entry {
    fn told_clock(&self) -> u32 {
        self.clock.saturating_add(self.raise)
    }
}
