//! Who else is here, and what others see of me.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::guard::{PresenceEntry, write_awareness};
use crate::time::{Millis, Timestamp};

/// The shortest time between two messages about me.
const WINDOW: Millis = Millis(50);
/// How often what does not change is said again.
const RENEWAL: Millis = Millis(15_000);
/// How long after a new connection works those of the former one are kept: the server
/// tells who is here right after the document, but not who left meanwhile.
const GRACE: Millis = Millis(2_000);
/// How long others are shown without saying anything.
const TIMEOUT: Millis = Millis(30_000);

/// Who else is here, and what others see of me.
pub(super) struct People {
    own_id: u64,
    own: Option<String>,
    own_clock: u32,
    /// Something about me has to be said.
    own_dirty: bool,
    own_told: Option<Timestamp>,
    others: BTreeMap<u64, String>,
    heard: BTreeMap<u64, Heard>,
    /// When whoever was not heard on this connection is dropped.
    stale_until: Option<Timestamp>,
}

struct Heard {
    clock: u32,
    at: Timestamp,
    /// Said on a former connection: any clock of this one is newer.
    stale: bool,
}

impl People {
    pub(super) fn new(own_id: u64) -> Self {
        Self {
            own_id,
            own: None,
            own_clock: 0,
            own_dirty: false,
            own_told: None,
            others: BTreeMap::new(),
            heard: BTreeMap::new(),
            stale_until: None,
        }
    }

    pub(super) fn others(&self) -> &BTreeMap<u64, String> {
        &self.others
    }

    pub(super) fn set_own(&mut self, state: Option<String>) {
        if self.own != state {
            self.own = state;
            self.own_dirty = true;
        }
    }

    /// A new connection begins: who I am has to be said again.
    pub(super) fn connection_changed(&mut self) {
        self.own_dirty = self.own.is_some();
        self.own_told = None;
        self.stale_until = None;
        for heard in self.heard.values_mut() {
            heard.stale = true;
        }
    }

    /// The new connection works.
    pub(super) fn connection_works(&mut self, now: Timestamp) {
        if self.heard.values().any(|heard| heard.stale) {
            self.stale_until = Some(now + GRACE);
        }
    }

    /// Has to be said again: somebody asked.
    pub(super) fn own_asked(&mut self) {
        self.own_dirty |= self.own.is_some();
    }

    /// What has to be said about me at `now`.
    pub(super) fn next_own(&mut self, now: Timestamp) -> Option<Bytes> {
        if self.own_deadline()? > now {
            return None;
        }
        self.own_dirty = false;
        self.own_told = Some(now);
        self.own_clock += 1;
        let entry = PresenceEntry {
            client: self.own_id,
            clock: self.own_clock,
            state: self.own.as_deref(),
        };
        Some(write_awareness([entry].into_iter()))
    }

    /// When something has to be said about me.
    pub(super) fn own_deadline(&self) -> Option<Timestamp> {
        match self.own_told {
            None if self.own_dirty => Some(Timestamp(0)),
            None => None,
            Some(told) if self.own_dirty => Some(told + WINDOW),
            Some(told) => self.own.as_ref().map(|_| told + RENEWAL),
        }
    }

    /// Takes over what was said about others; whether that changed anything to be seen.
    pub(super) fn hear(&mut self, now: Timestamp, entries: &[PresenceEntry<'_>]) -> bool {
        let mut changed = false;
        for entry in entries.iter().filter(|entry| entry.client != self.own_id) {
            let newer = self.heard.get(&entry.client).is_none_or(|heard| {
                heard.stale
                    || entry.clock > heard.clock
                    || (entry.clock == heard.clock && entry.state.is_none())
            });
            if !newer {
                continue;
            }
            let heard = Heard {
                clock: entry.clock,
                at: now,
                stale: false,
            };
            self.heard.insert(entry.client, heard);
            changed |= match entry.state {
                None => self.others.remove(&entry.client).is_some(),
                Some(state) => {
                    let before = self.others.insert(entry.client, state.to_owned());
                    before.as_deref() != Some(state)
                }
            };
        }
        changed
    }

    /// Drops who has not been heard of for too long; whether anybody was.
    pub(super) fn expire(&mut self, now: Timestamp) -> bool {
        let before = self.others.len();
        let others = &mut self.others;
        let dated = self.stale_until.take_if(|until| *until <= now).is_some();
        self.heard.retain(|client, heard| {
            let lasts = heard.at + TIMEOUT > now && !(dated && heard.stale);
            if !lasts {
                others.remove(client);
            }
            lasts
        });
        self.others.len() != before
    }

    pub(super) fn deadline(&self) -> Option<Timestamp> {
        let oldest = self.heard.values().map(|heard| heard.at).min();
        let timeout = oldest.map(|oldest| oldest + TIMEOUT);
        [timeout, self.stale_until].into_iter().flatten().min()
    }
}
