//! Sees that maps change, by looking: the way of an edit knows nothing of webhooks.
//!
//! `told/{map}` says up to where a watched map's history was told. What is newer is told
//! once the map has been quiet for a while, so that a morning's work is one message, and at
//! the latest after some of those whiles. A crash between telling and noting it tells the
//! same again, with the same id.

use serde::{Deserialize, Serialize};
use waymark_model::ids::MapId;
use waymark_sync::{DocumentId, Timestamp};

use super::{Event, EventKind, Outward};
use crate::maps::{Maps, document_of};
use crate::people::PersonId;
use crate::records::{self, Next};
use crate::store::{DocumentHead, DocumentStore, Records, StoreError};

const TOLD: &str = "told/";
/// How many names are asked of the store at once.
const PAGE: usize = 256;
/// A map that never rests is told of after so many quiet times.
const PATIENCE: u64 = 10;

/// What was told of a map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    /// Which life of the document, in hexadecimal digits.
    incarnation: String,
    /// Up to which record.
    position: u64,
    title: String,
    /// Since when there is something newer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newer_since: Option<u64>,
}

impl Told {
    fn up_to(head: &DocumentHead, title: String) -> Self {
        Self {
            incarnation: format!("{:032x}", head.incarnation.0),
            position: head.last.0,
            title,
            newer_since: None,
        }
    }

    fn is_up_to(&self, head: &DocumentHead) -> bool {
        let now = Self::up_to(head, String::new());
        (&self.incarnation, self.position) == (&now.incarnation, now.position)
    }
}

impl Outward {
    /// A map was made: told before the maker hears of it.
    pub(crate) async fn map_made(
        &self,
        maps: &Maps,
        map: &MapId,
        by: &PersonId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if !self.is_watched(map) {
            return Ok(());
        }
        let mut event = Event::new(EventKind::MapCreated, map, "made".to_owned(), now);
        event.by = waymark_model::ids::PersonId::parse(by.as_str()).ok();
        self.tell(&event).await?;
        if let Some(head) = self.store.head(&document_of(map)).await? {
            self.note_told(maps, map, &head).await?;
        }
        Ok(())
    }

    fn is_watched(&self, map: &MapId) -> bool {
        self.hooks.watching().iter().any(|hook| hook.covers(map))
    }

    /// Forgets what was told of maps that nobody watches: when somebody does again, they
    /// hear of what happens from then on.
    pub(super) async fn forget_unwatched(&self) -> Result<(), StoreError> {
        for key in self.store.keys(TOLD).await? {
            let map = MapId::parse(&key[TOLD.len()..]).ok();
            if !map.is_some_and(|map| self.is_watched(&map)) {
                records::forget(&self.store, &key).await?;
            }
        }
        Ok(())
    }

    /// Looks at every watched map once.
    pub(super) async fn look_at_maps(&self, maps: &Maps, now: Timestamp) -> Result<(), StoreError> {
        let watching = self.hooks.watching();
        if watching.is_empty() {
            return Ok(());
        }
        if watching.iter().any(|hook| hook.map.is_none()) {
            let mut after: Option<DocumentId> = None;
            loop {
                let page = self.store.list(after.as_ref(), PAGE).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.clone());
                for document in page.iter().filter(|it| it.kind() == "map") {
                    if let Ok(map) = MapId::parse(document.key()) {
                        self.look_at(maps, &map, now).await;
                    }
                }
            }
        }
        let own: std::collections::BTreeSet<MapId> =
            watching.into_iter().filter_map(|hook| hook.map).collect();
        for map in &own {
            self.look_at(maps, map, now).await;
        }
        // Of maps that are gone, this is what is left.
        for key in self.store.keys(TOLD).await? {
            if let Ok(map) = MapId::parse(&key[TOLD.len()..])
                && self.store.head(&document_of(&map)).await?.is_none()
            {
                self.gone(&map, now).await?;
            }
        }
        Ok(())
    }

    /// One damaged map must not keep others from being looked at.
    async fn look_at(&self, maps: &Maps, map: &MapId, now: Timestamp) {
        if let Err(error) = self.compare(maps, map, now).await {
            tracing::warn!(%error, "it cannot be seen whether a map changed");
        }
    }

    async fn compare(&self, maps: &Maps, map: &MapId, now: Timestamp) -> Result<(), StoreError> {
        let Some(head) = self.store.head(&document_of(map)).await? else {
            return Ok(());
        };
        let key = format!("{TOLD}{map}");
        let Some(told) = records::get::<Told>(&self.store, &key).await? else {
            return self.note_told(maps, map, &head).await.map(drop);
        };
        if told.is_up_to(&head) {
            return Ok(());
        }
        let quiet = self.quiet.as_millis() as u64;
        let rests = now.0.saturating_sub(head.changed_at.0) >= quiet;
        let Some(since) = told.newer_since else {
            if !rests {
                let since = Some(head.changed_at.0.min(now.0));
                let newer = Told {
                    newer_since: since,
                    ..told
                };
                return self.write(&key, newer).await;
            }
            return self.changed(maps, map, told, &head).await;
        };
        let has_waited = now.0.saturating_sub(since) >= quiet.saturating_mul(PATIENCE);
        if rests || has_waited {
            return self.changed(maps, map, told, &head).await;
        }
        Ok(())
    }

    /// Tells what is newer, then notes that it did.
    async fn changed(
        &self,
        maps: &Maps,
        map: &MapId,
        told: Told,
        head: &DocumentHead,
    ) -> Result<(), StoreError> {
        let title = self.title(maps, map).await?;
        let cause = format!("{:032x}.{}", head.incarnation.0, head.last.0);
        if title != told.title {
            let event = Event::new(EventKind::MapRenamed, map, cause.clone(), head.changed_at);
            let before = Some(told.title);
            self.tell(&Event { before, ..event }).await?;
        }
        let event = Event::new(EventKind::MapChanged, map, cause, head.changed_at);
        self.tell(&event).await?;
        self.write(&format!("{TOLD}{map}"), Told::up_to(head, title))
            .await
    }

    async fn gone(&self, map: &MapId, now: Timestamp) -> Result<(), StoreError> {
        let key = format!("{TOLD}{map}");
        let Some(told) = records::get::<Told>(&self.store, &key).await? else {
            return Ok(());
        };
        let event = Event::new(EventKind::MapDeleted, map, told.incarnation, now);
        let before = Some(told.title);
        self.tell(&Event { before, ..event }).await?;
        records::forget(&self.store, &key).await.map(drop)
    }

    async fn note_told(
        &self,
        maps: &Maps,
        map: &MapId,
        head: &DocumentHead,
    ) -> Result<(), StoreError> {
        let title = self.title(maps, map).await?;
        self.write(&format!("{TOLD}{map}"), Told::up_to(head, title))
            .await
    }

    async fn title(&self, maps: &Maps, map: &MapId) -> Result<String, StoreError> {
        let title = maps.title(map).await.map_err(|error| match error {
            crate::maps::MapError::Store(error) => error,
            other => StoreError::Unavailable {
                reason: other.to_string(),
            },
        });
        Ok(title?.unwrap_or_default())
    }

    async fn write(&self, key: &str, told: Told) -> Result<(), StoreError> {
        records::change(&self.store, key, |_: Option<Told>| {
            Ok::<_, StoreError>((Next::Write(told.clone()), ()))
        })
        .await
    }
}
