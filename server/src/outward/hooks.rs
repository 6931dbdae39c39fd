//! The webhooks that there are: who wants to hear what, and where.
//!
//! | record | says |
//! |---|---|
//! | `hook/{id}` | the address, the events, the map (or all), the signing secret, who made it |
//! | `hookstate/{id}` | how the last delivery went |
//!
//! All of them are known in memory: each comment asks whether somebody wants to hear of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use waymark_model::ids::MapId;

use super::event::EventKind;
use super::sign::SigningSecret;
use crate::people::PersonId;
use crate::records::{self, Next};
use crate::store::{Records, Revision, Store, StoreError};

const HOOKS: &str = "hook/";
const STATES: &str = "hookstate/";

/// Why a webhook is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Off {
    /// Somebody turned it off.
    ByHand,
    /// The address answered 410: nobody is there any more.
    Gone,
    /// Who made it may no longer hear all of this.
    Rights,
}

/// Somebody who wants to hear what happens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Hook {
    /// On one map, or on all of them.
    pub(crate) map: Option<MapId>,
    pub(crate) url: String,
    pub(super) secret: SigningSecret,
    pub(crate) events: BTreeSet<EventKind>,
    pub(crate) by: PersonId,
    pub(crate) made: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) off: Option<Off>,
}

impl Hook {
    pub(super) fn covers(&self, map: &MapId) -> bool {
        self.map.as_ref().is_none_or(|own| own == map)
    }

    fn wants(&self, kind: EventKind, map: &MapId) -> bool {
        self.off.is_none() && self.covers(map) && self.events.contains(&kind)
    }
}

/// How the last attempt went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HookState {
    /// When, in milliseconds since the Unix epoch.
    pub(crate) at: u64,
    /// What was sent.
    pub(crate) event: String,
    /// What went wrong; nothing if it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<String>,
    /// Since when nothing has arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failing_since: Option<u64>,
    /// What happened while too much was waiting, and is never told.
    #[serde(default)]
    pub(crate) lost: u64,
}

/// All of them; clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Hooks {
    store: Store,
    known: Arc<Mutex<BTreeMap<String, Hook>>>,
}

impl Hooks {
    /// Reads all there are.
    pub(super) async fn open(store: Store) -> Result<Self, StoreError> {
        let mut known = BTreeMap::new();
        for key in store.keys(HOOKS).await? {
            if let Some(hook) = records::get::<Hook>(&store, &key).await? {
                known.insert(key[HOOKS.len()..].to_owned(), hook);
            }
        }
        Ok(Self {
            store,
            known: Arc::new(Mutex::new(known)),
        })
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Hook>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those that want to hear of something.
    pub(super) fn wanting(&self, kind: EventKind, map: &MapId) -> Vec<String> {
        let known = self.known();
        let wanting = known.iter().filter(|(_, hook)| hook.wants(kind, map));
        wanting.map(|(id, _)| id.clone()).collect()
    }

    pub(super) fn get(&self, id: &str) -> Option<Hook> {
        self.known().get(id).cloned()
    }

    /// Those of a map, or those of all maps; the oldest first.
    pub(super) fn of(&self, map: Option<&MapId>) -> Vec<(String, Hook)> {
        let known = self.known();
        let own = known.iter().filter(|(_, hook)| hook.map.as_ref() == map);
        let mut own: Vec<_> = own.map(|(id, hook)| (id.clone(), hook.clone())).collect();
        own.sort_by(|(a, one), (b, other)| (one.made, a).cmp(&(other.made, b)));
        own
    }

    /// Those that want to hear of maps themselves.
    pub(super) fn watching(&self) -> Vec<Hook> {
        let known = self.known();
        let watching = known
            .values()
            .filter(|hook| hook.off.is_none() && hook.events.iter().any(|event| event.is_of_map()));
        watching.cloned().collect()
    }

    pub(super) async fn add(&self, hook: Hook) -> Result<String, StoreError> {
        let id = format!("h_{:032x}", crate::random::bits128());
        records::put(&self.store, &format!("{HOOKS}{id}"), Revision(0), &hook).await?;
        self.known().insert(id.clone(), hook);
        Ok(id)
    }

    /// Turns one off, or on again by somebody, whose it is from then on.
    pub(super) async fn turn(
        &self,
        id: &str,
        off: Option<Off>,
        by: Option<&PersonId>,
    ) -> Result<(), StoreError> {
        let key = format!("{HOOKS}{id}");
        let now = records::change(&self.store, &key, |hook: Option<Hook>| {
            Ok::<_, StoreError>(match hook {
                Some(hook) if hook.off != off => {
                    let by = by.cloned().unwrap_or(hook.by);
                    let hook = Hook { off, by, ..hook };
                    (Next::Write(hook.clone()), Some(hook))
                }
                _ => (Next::Keep, None),
            })
        });
        if let Some(hook) = now.await? {
            self.known().insert(id.to_owned(), hook);
        }
        Ok(())
    }

    pub(super) async fn remove(&self, id: &str) -> Result<(), StoreError> {
        // Known no more: nothing is put into its queue from here on.
        self.known().remove(id);
        records::forget(&self.store, &format!("{HOOKS}{id}")).await?;
        records::forget(&self.store, &format!("{STATES}{id}")).await?;
        Ok(())
    }

    pub(super) async fn state(&self, id: &str) -> Result<Option<HookState>, StoreError> {
        records::get(&self.store, &format!("{STATES}{id}")).await
    }

    /// Notes how an attempt went, or that something is lost.
    pub(super) async fn note(
        &self,
        id: &str,
        change: impl Fn(HookState) -> HookState,
    ) -> Result<(), StoreError> {
        if self.get(id).is_none() {
            return Ok(());
        }
        records::change(
            &self.store,
            &format!("{STATES}{id}"),
            |state: Option<HookState>| {
                Ok::<_, StoreError>((Next::Write(change(state.unwrap_or_default())), ()))
            },
        )
        .await
    }
}
