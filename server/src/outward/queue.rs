//! What is still to be sent, kept until it has arrived.
//!
//! `delivery/{webhook}/{when it happened}-{id}` is one message to one webhook. It is written
//! before the request that caused it is answered and forgotten when it has arrived, so it is
//! sent at least once, whatever ends the process meanwhile.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use waymark_sync::Timestamp;

use super::event::Event;
use crate::records::{self, Next};
use crate::store::{Records, Revision, Store, StoreError};

const QUEUE: &str = "delivery/";
/// So many may wait for one webhook; more are lost, and that is shown.
const WAITING: usize = 1_000;
/// How many failed ones are kept to be sent again by hand.
const FAILED: usize = 100;

/// The first pause after a failed attempt, in milliseconds; each is so many times as long.
const FIRST_MS: u64 = 5_000;
const FACTOR: u64 = 4;
const LONGEST_MS: u64 = 16 * 60 * 60 * 1000;
/// Pauses of 5 s, 20 s, 80 s, 5 min, 21 min, 85 min, 6 h, 16 h: the last attempt is a day
/// after the first.
const ATTEMPTS: u32 = 9;

/// One message to one webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Delivery {
    pub(super) event: Event,
    /// How often it was tried.
    #[serde(default)]
    pub(super) tries: u32,
    /// When to try, in milliseconds since the Unix epoch; never again without it.
    pub(super) next: Option<u64>,
}

/// How many wait, and how many were given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) waiting: usize,
    pub(super) failed: usize,
}

/// The queue; clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    store: Store,
    /// When each is to be tried, by key.
    index: Arc<Mutex<BTreeMap<String, Option<u64>>>>,
    /// Something is there to be sent.
    pub(super) wake: Arc<Notify>,
}

fn prefix(hook: &str) -> String {
    format!("{QUEUE}{hook}/")
}

/// The pause after so many attempts, a fifth shorter or longer by chance, so that what
/// failed together does not come back together.
fn pause(tries: u32, chance: u64) -> u64 {
    let grown = FACTOR.saturating_pow(tries.saturating_sub(1));
    let pause = FIRST_MS.saturating_mul(grown).min(LONGEST_MS);
    let spread = pause / 5;
    pause - spread + chance % (2 * spread + 1)
}

impl Queue {
    /// Reads what a former process left.
    pub(super) async fn open(store: Store) -> Result<Self, StoreError> {
        let mut index = BTreeMap::new();
        for key in store.keys(QUEUE).await? {
            if let Some(delivery) = records::get::<Delivery>(&store, &key).await? {
                index.insert(key, delivery.next);
            }
        }
        Ok(Self {
            store,
            index: Arc::new(Mutex::new(index)),
            wake: Arc::default(),
        })
    }

    fn index(&self) -> MutexGuard<'_, BTreeMap<String, Option<u64>>> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn counts(&self, hook: &str) -> Counts {
        let prefix = prefix(hook);
        let index = self.index();
        let own = index.range(prefix.clone()..);
        let mut counts = Counts::default();
        for (_, next) in own.take_while(|(key, _)| key.starts_with(&prefix)) {
            match next {
                Some(_) => counts.waiting += 1,
                None => counts.failed += 1,
            }
        }
        counts
    }

    /// Puts a message in, durably; the same again changes nothing. `false` if too many wait.
    pub(super) async fn add(&self, hook: &str, event: &Event) -> Result<bool, StoreError> {
        if self.counts(hook).waiting >= WAITING {
            return Ok(false);
        }
        let key = format!("{}{:013}-{}", prefix(hook), event.at, event.id_for(hook));
        let delivery = Delivery {
            event: event.clone(),
            tries: 0,
            next: Some(event.at),
        };
        if records::put(&self.store, &key, Revision(0), &delivery).await? {
            self.index().insert(key, delivery.next);
            self.wake.notify_one();
        }
        Ok(true)
    }

    /// The webhooks that something is due for, with it, in the order in which it happened;
    /// and when the next is due.
    pub(super) fn due(&self, now: Timestamp) -> (BTreeMap<String, Vec<String>>, Option<u64>) {
        let (mut due, mut next) = (BTreeMap::<_, Vec<_>>::new(), None::<u64>);
        for (key, at) in self.index().iter() {
            let Some(at) = *at else { continue };
            if at > now.0 {
                next = Some(next.map_or(at, |other| other.min(at)));
                continue;
            }
            let hook = key[QUEUE.len()..].split('/').next().unwrap_or_default();
            due.entry(hook.to_owned()).or_default().push(key.clone());
        }
        (due, next)
    }

    pub(super) async fn get(&self, key: &str) -> Result<Option<Delivery>, StoreError> {
        records::get(&self.store, key).await
    }

    /// It has arrived, or nobody is to get it any more.
    pub(super) async fn forget(&self, key: &str) -> Result<(), StoreError> {
        records::forget(&self.store, key).await?;
        self.index().remove(key);
        Ok(())
    }

    /// It has not arrived: whether it was given up.
    pub(super) async fn failed(&self, key: &str, now: Timestamp) -> Result<bool, StoreError> {
        let chance = crate::random::bits64();
        let next = records::change(&self.store, key, |delivery: Option<Delivery>| {
            Ok::<_, StoreError>(match delivery {
                Some(mut delivery) => {
                    delivery.tries += 1;
                    let again = delivery.tries < ATTEMPTS;
                    delivery.next = again.then(|| now.0 + pause(delivery.tries, chance));
                    (Next::Write(delivery.clone()), Some(delivery.next))
                }
                None => (Next::Keep, None),
            })
        });
        let next = next.await?;
        let mut index = self.index();
        match next {
            Some(next) => index.insert(key.to_owned(), next),
            None => index.remove(key),
        };
        Ok(next == Some(None))
    }

    /// Forgets the oldest failed ones that are too many.
    pub(super) async fn trim(&self, hook: &str) -> Result<(), StoreError> {
        let failed = self.failed_of(hook);
        for key in failed.iter().take(failed.len().saturating_sub(FAILED)) {
            self.forget(key).await?;
        }
        Ok(())
    }

    fn failed_of(&self, hook: &str) -> Vec<String> {
        let prefix = prefix(hook);
        let index = self.index();
        let own = index
            .range(prefix.clone()..)
            .take_while(|(key, _)| key.starts_with(&prefix));
        own.filter(|(_, next)| next.is_none())
            .map(|(key, _)| key.clone())
            .collect()
    }

    /// Tries everything of a webhook again now, with all attempts ahead.
    pub(super) async fn again(&self, hook: &str, now: Timestamp) -> Result<(), StoreError> {
        let prefix = prefix(hook);
        let keys: Vec<String> = {
            let index = self.index();
            let own = index.range(prefix.clone()..).map(|(key, _)| key);
            own.take_while(|key| key.starts_with(&prefix))
                .cloned()
                .collect()
        };
        for key in keys {
            let changed = records::change(&self.store, &key, |delivery: Option<Delivery>| {
                Ok::<_, StoreError>(match delivery {
                    Some(delivery) => {
                        let event = delivery.event;
                        let fresh = Delivery {
                            event,
                            tries: 0,
                            next: Some(now.0),
                        };
                        (Next::Write(fresh), true)
                    }
                    None => (Next::Keep, false),
                })
            });
            if changed.await? {
                self.index().insert(key, Some(now.0));
            }
        }
        self.wake.notify_one();
        Ok(())
    }

    /// Forgets everything of a webhook.
    pub(super) async fn clear(&self, hook: &str) -> Result<(), StoreError> {
        let prefix = prefix(hook);
        records::forget_all(&self.store, &prefix).await?;
        self.index().retain(|key, _| !key.starts_with(&prefix));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use waymark_model::ids::MapId;

    use super::super::event::EventKind;
    use super::*;
    use crate::store::MemoryStore;

    fn event(n: u64) -> Event {
        let map = MapId::parse("m1").unwrap();
        Event::new(
            EventKind::MapChanged,
            &map,
            n.to_string(),
            Timestamp(1_000 + n),
        )
    }

    #[tokio::test]
    async fn what_does_not_arrive_is_tried_for_a_day_and_then_kept_as_failed() {
        let store = Store::Memory(MemoryStore::default());
        let queue = Queue::open(store.clone()).await.unwrap();
        assert!(queue.add("h", &event(1)).await.unwrap());
        let id = event(1).id_for("h");
        let (mut now, mut attempts) = (Timestamp(1_001), 0);
        let given_up = loop {
            let (due, next) = queue.due(now);
            let Some(keys) = due.get("h") else {
                now = Timestamp(next.unwrap());
                continue;
            };
            assert!(keys[0].ends_with(&id), "the id is the same at each attempt");
            attempts += 1;
            if queue.failed(&keys[0], now).await.unwrap() {
                break now;
            }
        };
        assert_eq!(attempts, ATTEMPTS);
        let hours = given_up.0 / 3_600_000;
        assert!((18..=29).contains(&hours), "{hours}");
        let after = Counts {
            waiting: 0,
            failed: 1,
        };
        // Also for the next process.
        let queue = Queue::open(store).await.unwrap();
        assert_eq!(queue.counts("h"), after);
        assert_eq!(queue.due(Timestamp(u64::MAX)), (BTreeMap::new(), None));
        queue.again("h", given_up).await.unwrap();
        assert_eq!(queue.due(given_up).0["h"].len(), 1);
    }

    #[tokio::test]
    async fn a_queue_keeps_its_order_holds_each_once_and_has_an_end() {
        let store = Store::Memory(MemoryStore::default());
        let queue = Queue::open(store).await.unwrap();
        for n in [2, 1, 2, 3] {
            assert!(queue.add("h", &event(n)).await.unwrap());
        }
        let (due, _) = queue.due(Timestamp(9_000));
        let ids: Vec<String> = [1, 2, 3].map(|n| event(n).id_for("h")).to_vec();
        let found = due["h"].iter().map(|key| key.split_once('-').unwrap().1);
        assert_eq!(found.collect::<Vec<_>>(), ids);
        assert_ne!(event(1).id_for("h"), event(1).id_for("other"));
        for n in 4..=WAITING as u64 {
            assert!(queue.add("h", &event(n)).await.unwrap());
        }
        assert!(!queue.add("h", &event(5_000)).await.unwrap());
        assert!(queue.add("other", &event(5_000)).await.unwrap());
        queue.clear("h").await.unwrap();
        assert_eq!(queue.counts("h"), Counts::default());
        assert_eq!(queue.counts("other").waiting, 1);
    }

    #[test]
    fn pauses_grow_and_are_not_all_alike() {
        assert_eq!(pause(1, 0), 4_000);
        assert_eq!(pause(1, 2_000), 6_000);
        assert_eq!(pause(2, 4_000), 20_000);
        assert!(pause(99, 0) <= LONGEST_MS);
    }
}
