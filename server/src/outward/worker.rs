//! Sends what waits, and looks at maps now and then.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use waymark_sync::{Role, Timestamp};

use super::courier::{NotDelivered, Parcel};
use super::queue::Delivery;
use super::{Hook, HookState, Off, Outward};
use crate::auth::Auth;
use crate::clock::Clock;
use crate::maps::Maps;
use crate::store::StoreError;
use crate::talk::Talks;

/// So many webhooks are sent to at the same time; each of them gets one thing after another.
const AT_ONCE: usize = 8;
/// After a failed attempt a webhook gets nothing else for so long, and longer each time.
const REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_secs(300);
/// The longest time between two looks at all maps, and the shortest.
const LOOK: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(15));
/// How often it is looked for what was left behind.
const CATCH_UP: Duration = Duration::from_secs(60);
/// How often it is looked whom to write to.
const WRITE: Duration = Duration::from_secs(60);
/// A pause after something that should not happen.
const AFTER_ERROR: Duration = Duration::from_secs(5);

/// What sending needs.
#[derive(Clone)]
pub(crate) struct Worker {
    pub(crate) outward: Outward,
    pub(crate) auth: Auth,
    pub(crate) talks: Talks,
    pub(crate) maps: Maps,
    pub(crate) clock: Clock,
}

/// How a round with one webhook went.
struct Round {
    hook: String,
    failed: bool,
}

impl Worker {
    /// Goes on until the server stops; what is then under way is tried again at the next
    /// start.
    pub(crate) async fn run(self, mut stopping: watch::Receiver<bool>) {
        let deliveries = self.clone().deliver_all();
        let (looks, rest, letters) = (self.look(), self.catch_up(), self.write());
        tokio::select! {
            () = deliveries => {}
            () = looks => {}
            () = rest => {}
            () = letters => {}
            _ = stopping.wait_for(|stop| *stop) => {}
        }
    }

    async fn look(&self) {
        let every = (self.outward.quiet / 4).clamp(LOOK.0, LOOK.1);
        loop {
            let looked = self
                .outward
                .look_at_maps(&self.maps, self.clock.now())
                .await;
            if let Err(error) = looked {
                tracing::warn!(%error, "it cannot be seen which maps changed");
            }
            tokio::select! {
                () = self.outward.look.notified() => {}
                () = tokio::time::sleep(every) => {}
            }
        }
    }

    async fn write(&self) {
        loop {
            if let Err(error) = self.write_digests().await {
                tracing::warn!(%error, "it cannot be read who is to be written to");
            }
            tokio::select! {
                () = self.outward.write.notified() => {}
                () = tokio::time::sleep(WRITE) => {}
            }
        }
    }

    /// Carries out what was written down and never done.
    async fn catch_up(&self) {
        let mut is_start = true;
        loop {
            if let Err(error) = self.talks.catch_up(is_start).await {
                tracing::warn!(%error, "not everybody is told of everything yet");
            }
            is_start = false;
            tokio::time::sleep(CATCH_UP).await;
        }
    }

    async fn deliver_all(self) {
        let mut rounds: JoinSet<Round> = JoinSet::new();
        let mut busy = HashSet::new();
        // When a webhook that failed may get something again, and how often it did.
        let mut resting: BTreeMap<String, (Instant, u32)> = BTreeMap::new();
        loop {
            let now = self.clock.now();
            let (due, next) = self.outward.queue.due(now);
            let mut wake = next.map(|at| self.clock.instant(Timestamp(at)));
            for (hook, keys) in due {
                let known = self.outward.hooks.get(&hook);
                if busy.contains(&hook) || known.is_some_and(|it| it.off.is_some()) {
                    continue;
                }
                if let Some((until, _)) = resting.get(&hook)
                    && *until > Instant::now()
                {
                    wake = Some(wake.map_or(*until, |wake| wake.min(*until)));
                    continue;
                }
                if rounds.len() >= AT_ONCE {
                    break;
                }
                busy.insert(hook.clone());
                let this = self.clone();
                rounds.spawn(async move {
                    let failed = this.round(&hook, keys).await;
                    Round { hook, failed }
                });
            }
            let sleep = async {
                match wake {
                    Some(wake) => tokio::time::sleep_until(wake).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.outward.queue.wake.notified() => {}
                () = sleep => {}
                Some(done) = rounds.join_next() => match done {
                    Ok(Round { hook, failed }) => {
                        busy.remove(&hook);
                        if failed {
                            let times = resting.get(&hook).map_or(0, |(_, times)| *times);
                            let rest = REST * 2u32.saturating_pow(times.min(10));
                            let until = Instant::now() + rest.min(LONGEST_REST);
                            resting.insert(hook, (until, times + 1));
                        } else {
                            resting.remove(&hook);
                        }
                    }
                    Err(error) => {
                        // Whose round it was is not known: all are looked at anew.
                        tracing::error!(%error, "sending webhooks failed inside");
                        rounds.shutdown().await;
                        busy.clear();
                        tokio::time::sleep(AFTER_ERROR).await;
                    }
                },
            }
        }
    }

    /// Sends what is due for one webhook, until something does not arrive.
    async fn round(&self, hook: &str, keys: Vec<String>) -> bool {
        for key in keys {
            match self.one(hook, &key).await {
                Ok(true) => {}
                Ok(false) => return true,
                Err(error) => {
                    tracing::warn!(%error, "a webhook's queue cannot be read or written");
                    return true;
                }
            }
        }
        false
    }

    /// Sends one thing; whether the next may follow.
    async fn one(&self, id: &str, key: &str) -> Result<bool, StoreError> {
        let outward = &self.outward;
        let (Some(hook), Some(delivery)) = (outward.hooks.get(id), outward.queue.get(key).await?)
        else {
            outward.queue.forget(key).await?;
            return Ok(true);
        };
        let Some(hook) = self.still(id, hook).await? else {
            // It waits for who turns the webhook on again.
            return Ok(true);
        };
        let sent = self.send(id, &hook, &delivery).await;
        let now = self.clock.now();
        let event = delivery.event.kind.word().to_owned();
        let problem = sent.as_ref().err().map(ToString::to_string);
        let note = |state: HookState| HookState {
            at: now.0,
            event: event.clone(),
            failing_since: match &problem {
                Some(_) => state.failing_since.or(Some(now.0)),
                None => None,
            },
            problem: problem.clone(),
            ..state
        };
        match sent {
            Ok(()) => outward.queue.forget(key).await?,
            Err(NotDelivered::Status(410)) => {
                outward.queue.forget(key).await?;
                outward.hooks.turn(id, Some(Off::Gone), None).await?;
            }
            Err(_) => {
                if outward.queue.failed(key, now).await? {
                    tracing::warn!("a webhook's message was given up after a day");
                    outward.queue.trim(id).await?;
                }
            }
        }
        outward.hooks.note(id, note).await?;
        Ok(problem.is_none())
    }

    /// The webhook, if it is on and whoever made it may still hear all of it.
    async fn still(&self, id: &str, hook: Hook) -> Result<Option<Hook>, StoreError> {
        if hook.off.is_some() {
            return Ok(None);
        }
        let may = match &hook.map {
            Some(map) => {
                let role = self.auth.role_of(&hook.by, map, self.clock.now()).await?;
                role == Some(Role::Owner)
            }
            None => self.auth.is_administrator(&hook.by).await?,
        };
        if !may {
            self.outward.hooks.turn(id, Some(Off::Rights), None).await?;
        }
        Ok(may.then_some(hook))
    }

    async fn send(&self, id: &str, hook: &Hook, delivery: &Delivery) -> Result<(), NotDelivered> {
        let event = &delivery.event;
        let data = self.talks.describe(event, self.outward.base()).await;
        let data = data.map_err(|error| {
            tracing::warn!(%error, "it cannot be said what happened");
            NotDelivered::Connection("what happened cannot be read right now".to_owned())
        })?;
        let at = i64::try_from(event.at).ok();
        let at = at.and_then(chrono::DateTime::from_timestamp_millis);
        let at = at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
        let body = json!({ "type": event.kind.word(), "timestamp": at, "data": data });
        let body = Bytes::from(body.to_string());
        let message = event.id_for(id);
        let seconds = self.clock.now().0 / 1000;
        let signature = hook.secret.sign(&message, seconds, &body);
        let parcel = Parcel {
            url: &hook.url,
            headers: [
                ("webhook-id", message),
                ("webhook-timestamp", seconds.to_string()),
                ("webhook-signature", signature),
            ],
            body,
        };
        self.outward.courier.deliver(parcel).await
    }
}
