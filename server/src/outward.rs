//! What leaves the server by itself: webhooks and letters, and the feed that is fetched.
//!
//! Everything is written down before the request that caused it is answered, sent afterwards,
//! and forgotten when it has arrived. Nothing leaves unless somebody who may asks for it.

mod address;
mod courier;
mod digest;
mod event;
pub(crate) mod feed;
mod hooks;
mod letters;
mod mail;
mod queue;
mod sign;
mod watch;
mod worker;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use waymark_model::ids::MapId;
use waymark_sync::Timestamp;

use self::courier::Courier;
pub(crate) use self::digest::Every;
pub(crate) use self::event::{Event, EventKind};
use self::hooks::Hooks;
pub(crate) use self::hooks::{Hook, HookState, Off};
use self::mail::Mail;
pub(crate) use self::mail::NotSent;
use self::queue::Queue;
use self::sign::SigningSecret;
pub(crate) use self::worker::Worker;
use crate::config::Config;
use crate::people::PersonId;
use crate::store::{Store, StoreError};

/// More webhooks than that on one map, or on all, are a mistake.
pub(crate) const MOST_HOOKS: usize = 10;

/// Everything that leaves; clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Outward {
    store: Store,
    hooks: Hooks,
    queue: Queue,
    courier: Courier,
    mail: Option<Mail>,
    /// How people reach us.
    base: Arc<str>,
    /// How long a map is left alone before it is said that it changed.
    quiet: Duration,
    /// Maps are to be looked at.
    look: Arc<Notify>,
    /// Letters are to be written.
    write: Arc<Notify>,
}

/// A webhook as its owner sees it.
#[derive(Clone, Debug)]
pub(crate) struct HookView {
    pub(crate) id: String,
    pub(crate) hook: Hook,
    pub(crate) state: Option<HookState>,
    pub(crate) waiting: usize,
    pub(crate) failed: usize,
}

impl Outward {
    /// Reads what is still to be sent.
    pub(crate) async fn open(
        store: &Store,
        config: &Config,
        base: String,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            hooks: Hooks::open(store.clone()).await?,
            queue: Queue::open(store.clone()).await?,
            courier: Courier::new(config.webhooks_to_private),
            base: base.into(),
            quiet: Duration::from_secs(config.webhooks_quiet_seconds.into()),
            look: Arc::default(),
            write: Arc::default(),
            mail: Mail::new(config),
            store: store.clone(),
        })
    }

    /// The address under which people know this server, without a slash at its end.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Whether anybody wants to hear of this.
    pub(crate) fn is_wanted(&self, kind: EventKind, map: &MapId) -> bool {
        !self.hooks.wanting(kind, map).is_empty()
    }

    /// Has everybody told who wants to hear of it. Durable when this returns; the same again
    /// is told once, or with the same id.
    pub(crate) async fn tell(&self, event: &Event) -> Result<(), StoreError> {
        let Some(map) = &event.map else {
            return Ok(());
        };
        for hook in self.hooks.wanting(event.kind, map) {
            if !self.queue.add(&hook, event).await? {
                tracing::warn!("too much waits for a webhook; an event is lost");
                let lost = |state: HookState| HookState {
                    lost: state.lost + 1,
                    ..state
                };
                self.hooks.note(&hook, lost).await?;
            }
        }
        Ok(())
    }

    /// The webhooks of a map, or those of all maps.
    pub(crate) async fn list(&self, map: Option<&MapId>) -> Result<Vec<HookView>, StoreError> {
        let mut views = Vec::new();
        for (id, hook) in self.hooks.of(map) {
            views.push(self.view(id, hook).await?);
        }
        Ok(views)
    }

    /// One of them.
    pub(crate) async fn find(
        &self,
        map: Option<&MapId>,
        id: &str,
    ) -> Result<Option<HookView>, StoreError> {
        match self.hooks.get(id).filter(|hook| hook.map.as_ref() == map) {
            Some(hook) => Ok(Some(self.view(id.to_owned(), hook).await?)),
            None => Ok(None),
        }
    }

    async fn view(&self, id: String, hook: Hook) -> Result<HookView, StoreError> {
        let counts = self.queue.counts(&id);
        Ok(HookView {
            state: self.hooks.state(&id).await?,
            waiting: counts.waiting,
            failed: counts.failed,
            hook,
            id,
        })
    }

    /// Checks an address for a webhook.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub(crate) fn check_url(&self, text: &str) -> Result<String, &'static str> {
        self.courier.check(text)
    }

    /// Makes a webhook for an address that was checked: it, and what its messages are signed
    /// with, to be shown once.
    pub(crate) async fn add_hook(
        &self,
        map: Option<MapId>,
        url: String,
        events: BTreeSet<EventKind>,
        by: PersonId,
        now: Timestamp,
    ) -> Result<(HookView, String), StoreError> {
        let secret = SigningSecret::random();
        let shown = secret.reveal().to_owned();
        let hook = Hook {
            map,
            url,
            secret,
            events,
            by,
            made: now.0,
            off: None,
        };
        self.forget_unwatched().await?;
        let id = self.hooks.add(hook.clone()).await?;
        // What maps are like now is what the first change is a change of.
        self.look.notify_one();
        Ok((self.view(id, hook).await?, shown))
    }

    pub(crate) async fn remove_hook(&self, id: &str) -> Result<(), StoreError> {
        self.hooks.remove(id).await?;
        self.queue.clear(id).await?;
        self.forget_unwatched().await
    }

    /// Turns a webhook off by hand, or on again; what waited is sent then. It tells what
    /// whoever turned it on may hear.
    pub(crate) async fn turn_hook(
        &self,
        id: &str,
        on: bool,
        by: &PersonId,
    ) -> Result<(), StoreError> {
        let off = (!on).then_some(Off::ByHand);
        if on {
            self.forget_unwatched().await?;
        }
        self.hooks.turn(id, off, on.then_some(by)).await?;
        self.look.notify_one();
        self.queue.wake.notify_one();
        Ok(())
    }

    /// Sends a message that says nothing, to see whether it arrives.
    pub(crate) async fn test_hook(
        &self,
        id: &str,
        map: Option<&MapId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let cause = format!("{:032x}", crate::random::bits128());
        let event = Event {
            map: map.cloned(),
            ..Event::test(cause, now)
        };
        self.queue.add(id, &event).await.map(drop)
    }

    /// Tries everything that waits or has failed again now.
    pub(crate) async fn try_again(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        self.queue.again(id, now).await
    }
}
