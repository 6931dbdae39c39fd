//! Who is here: the latest state of each client id, owned by the session that brought it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use bytes::Bytes;

use super::SessionId;
use super::stamp::stamped;
use crate::grant::Grant;
use crate::guard::{PresenceEntry, write_presence};
use crate::limits::Limits;
use crate::time::Timestamp;
use crate::wire::varint::write_var;

/// The presence of everybody in a room.
#[derive(Default)]
pub(super) struct Presence {
    entries: BTreeMap<u64, Entry>,
    /// What each session shows.
    owned: BTreeMap<SessionId, BTreeSet<u64>>,
    /// Counts the changes.
    newest: u64,
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
    /// Which change of presence made it what it is.
    changed: u64,
}

/// Who says something about presence.
#[derive(Clone, Copy)]
pub(super) struct Speaker<'a> {
    pub(super) session: SessionId,
    pub(super) grant: &'a Grant,
}

impl Presence {
    /// The number of the newest change.
    pub(super) fn newest(&self) -> u64 {
        self.newest
    }

    /// Takes one claim; what it changes gets a new number.
    ///
    /// A claim about somebody else's client id is ignored without blame: y-websocket
    /// clients repeat everything they hear.
    pub(super) fn claim(
        &mut self,
        now: Timestamp,
        speaker: Speaker<'_>,
        claim: &PresenceEntry<'_>,
        limits: &Limits,
    ) {
        let shows = self.owned.get(&speaker.session).map_or(0, BTreeSet::len);
        let Some(entry) = self.entries.get_mut(&claim.client) else {
            if claim.state.is_none() || shows >= limits.presence_ids {
                return;
            }
            let entry = Entry {
                owner: None,
                subject: speaker.grant.subject().to_owned(),
                clock: claim.clock,
                raise: 0,
                state: None,
                seen: now,
                changed: 0,
            };
            self.entries.insert(claim.client, entry);
            return self.take_over(now, speaker, claim);
        };
        if entry.owner == Some(speaker.session) {
            let newer = claim.clock > entry.clock
                || (claim.clock == entry.clock && claim.state.is_none() && entry.state.is_some());
            if newer {
                self.newest += 1;
                entry.show(now, claim, speaker.grant, self.newest);
            }
            return;
        }
        // Somebody who lost the connection is back before (or after) the old session went.
        // Whoever already shows an own id only repeats what they heard.
        let returns =
            claim.state.is_some() && entry.subject == speaker.grant.subject() && shows == 0;
        if returns && claim.clock >= entry.clock.saturating_sub(entry.raise) {
            entry.raise = (entry.told_clock() + 1).saturating_sub(claim.clock);
            self.take_over(now, speaker, claim);
        }
    }

    fn take_over(&mut self, now: Timestamp, speaker: Speaker<'_>, claim: &PresenceEntry<'_>) {
        let session = speaker.session;
        let Some(entry) = self.entries.get_mut(&claim.client) else {
            return;
        };
        self.newest += 1;
        entry.show(now, claim, speaker.grant, self.newest);
        if let Some(before) = entry.owner.replace(session)
            && let Some(owned) = self.owned.get_mut(&before)
        {
            owned.remove(&claim.client);
        }
        self.owned.entry(session).or_default().insert(claim.client);
    }

    /// Shows what a session shows as its new grant has it.
    pub(super) fn stamp(&mut self, session: SessionId, grant: &Grant) {
        for client in self.owned.get(&session).into_iter().flatten() {
            let Some(entry) = self.entries.get_mut(client) else {
                continue;
            };
            if let Some(state) = &mut entry.state {
                *state = stamped(state, grant);
                // Others take a state for new only with a higher clock.
                entry.raise += 1;
                self.newest += 1;
                entry.changed = self.newest;
            }
        }
    }

    /// Ends what a session showed.
    pub(super) fn leave(&mut self, now: Timestamp, session: SessionId) {
        for client in self.owned.remove(&session).unwrap_or_default() {
            let Some(entry) = self.entries.get_mut(&client) else {
                continue;
            };
            entry.owner = None;
            entry.seen = now;
            if entry.state.take().is_some() {
                self.newest += 1;
                entry.changed = self.newest;
            }
        }
    }

    /// Ends what was not renewed. Everybody has been told everything up to the change
    /// `told`: what ended later stays, or somebody would never hear of it.
    pub(super) fn expire(&mut self, now: Timestamp, limits: &Limits, told: u64) {
        let (owned, newest) = (&mut self.owned, &mut self.newest);
        self.entries.retain(|client, entry| {
            if entry.seen + limits.presence_timeout > now {
                return true;
            }
            // Kept for one more span without a state, so that a late repetition by
            // somebody else does not bring it back.
            let showed = entry.state.take().is_some();
            if showed {
                *newest += 1;
                entry.changed = *newest;
            }
            if showed || entry.changed > told {
                entry.seen = now;
                return true;
            }
            if let Some(owned) = entry.owner.and_then(|owner| owned.get_mut(&owner)) {
                owned.remove(client);
            }
            false
        });
    }

    /// What changed after this number, and everybody who shows something if `everybody`.
    pub(super) fn news(&self, after: u64, everybody: bool) -> News {
        let mut news = News::default();
        for (client, entry) in &self.entries {
            if entry.changed > after || (everybody && entry.state.is_some()) {
                news.push(PresenceEntry {
                    client: *client,
                    clock: entry.told_clock(),
                    state: entry.state.as_deref(),
                });
            }
        }
        news
    }

    /// What a session shows itself.
    pub(super) fn owned_by(&self, session: SessionId) -> Option<&BTreeSet<u64>> {
        self.owned.get(&session).filter(|owned| !owned.is_empty())
    }

    /// When something ends if it is not renewed. Looks at everything: not for the hot path.
    pub(super) fn deadline(&self, limits: &Limits) -> Option<Timestamp> {
        let seen = self.entries.values().map(|entry| entry.seen).min()?;
        Some(seen + limits.presence_timeout)
    }
}

impl Entry {
    fn show(&mut self, now: Timestamp, claim: &PresenceEntry<'_>, grant: &Grant, number: u64) {
        self.clock = claim.clock;
        self.state = claim.state.map(|state| stamped(state, grant));
        self.seen = now;
        self.changed = number;
    }

    fn told_clock(&self) -> u32 {
        self.clock.saturating_add(self.raise)
    }
}

/// Presence of several people, written once; each session is sent it without its own.
#[derive(Default)]
pub(super) struct News {
    bytes: Vec<u8>,
    /// Where whose is, ordered by client id.
    spans: Vec<(u64, Range<usize>)>,
}

impl News {
    fn push(&mut self, entry: PresenceEntry<'_>) {
        let start = self.bytes.len();
        write_presence(&mut self.bytes, &entry);
        self.spans.push((entry.client, start..self.bytes.len()));
    }

    /// Whether somebody in here is one of these.
    pub(super) fn names_any(&self, clients: &BTreeSet<u64>) -> bool {
        clients.iter().any(|client| self.find(*client).is_some())
    }

    /// The message without these client ids; `None` when nobody is left.
    pub(super) fn without(&self, clients: Option<&BTreeSet<u64>>) -> Option<Bytes> {
        let skipped: Vec<&Range<usize>> = clients
            .into_iter()
            .flatten()
            .filter_map(|client| self.find(*client))
            .collect();
        let count = self.spans.len() - skipped.len();
        if count == 0 {
            return None;
        }
        let mut out = Vec::with_capacity(self.bytes.len() + 4);
        write_var(&mut out, count as u64);
        let mut at = 0;
        for span in skipped {
            out.extend_from_slice(&self.bytes[at..span.start]);
            at = span.end;
        }
        out.extend_from_slice(&self.bytes[at..]);
        Some(out.into())
    }

    fn find(&self, client: u64) -> Option<&Range<usize>> {
        let index = self.spans.binary_search_by_key(&client, |span| span.0);
        index.ok().map(|index| &self.spans[index].1)
    }
}
