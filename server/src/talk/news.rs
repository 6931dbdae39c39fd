//! What a command has others hear, written down before the command is.
//!
//! `news/{hash}` is who is to hear of one order and what webhooks are to tell of it. It is
//! durable before the comment is, and forgotten when everything is in the inboxes and queues;
//! so whatever ends the process between the two, the next start carries it out, if the
//! comment itself is there.

use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use waymark_model::ids::{MapId, OrderId, PersonId};
use waymark_model::talk::{Notice, Talk, inbox};
use waymark_sync::Timestamp;

use super::desk::DeskError;
use super::{TalkProblem, Talks, begin, inbox_of, talk_of};
use crate::auth::digest;
use crate::outward::Event;
use crate::records::{self, Next};
use crate::store::{Records, Store, StoreError};

const NEWS: &str = "news/";
/// How many notices are in one record, which has some KiB at most.
const TOGETHER: usize = 8;
/// News that are older than this were left behind by something that failed, in milliseconds.
const LEFT_MS: u64 = 60_000;

/// What one order has others hear.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct News {
    map: MapId,
    order: OrderId,
    by: PersonId,
    at: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notices: Vec<Notice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<Event>,
}

impl News {
    /// The records of one order: none where nobody is to hear of it.
    pub(super) fn of(
        map: &MapId,
        order: &OrderId,
        by: &PersonId,
        now: Timestamp,
        notices: Vec<Notice>,
        event: Option<Event>,
    ) -> Vec<Self> {
        let news = |notices: &[Notice], event| Self {
            map: map.clone(),
            order: order.clone(),
            by: by.clone(),
            at: now.0,
            notices: notices.to_vec(),
            event,
        };
        let mut all: Vec<Self> = notices
            .chunks(TOGETHER)
            .map(|some| news(some, None))
            .collect();
        if event.is_some() {
            all.push(news(&[], event));
        }
        all
    }

    fn key(&self) -> String {
        let first = self.notices.first().map_or("", |it| it.to.as_str());
        let whose = format!("{}/{}/{first}", self.map, self.order);
        format!("{NEWS}{}", digest(&whose))
    }
}

/// Writes news down, durably.
pub(super) async fn keep(store: &Store, news: &[News]) -> Result<(), StoreError> {
    let writes = news.iter().map(async |it| {
        records::change(store, &it.key(), |_: Option<News>| {
            Ok::<_, StoreError>((Next::Write(it.clone()), ()))
        })
        .await
    });
    try_join_all(writes).await.map(drop)
}

impl Talks {
    /// Carries news out; what cannot be done now is done later.
    pub(super) async fn spread(&self, news: &[News]) {
        for it in news {
            if let Err(error) = self.spread_one(it).await {
                tracing::error!(%error, "somebody could not be told of a comment yet");
            }
        }
    }

    async fn spread_one(&self, news: &News) -> Result<(), TalkProblem> {
        for notice in news.notices.iter().cloned() {
            let document = inbox_of(&notice.to);
            begin(&self.store, &document, Timestamp(news.at)).await?;
            let News {
                map, order, by, at, ..
            } = news.clone();
            let subject = by.as_str().to_owned();
            let change = move |txn: &mut yrs::TransactionMut<'_>| {
                inbox::add(txn, order.as_str(), &map, &notice, &by, at)
            };
            self.desk.change(&document, &subject, change).await?;
        }
        if let Some(event) = &news.event {
            self.outward.tell(event).await?;
        }
        records::forget(&self.store, &news.key()).await?;
        Ok(())
    }

    /// Carries out what a former process, or something that failed, left behind; what was
    /// never said is forgotten.
    pub(crate) async fn catch_up(&self, is_start: bool) -> Result<(), TalkProblem> {
        let now = self.clock.now();
        for key in self.store.keys(NEWS).await? {
            let Some(news) = records::get::<News>(&self.store, &key).await? else {
                continue;
            };
            if !is_start && now.0.saturating_sub(news.at) < LEFT_MS {
                continue;
            }
            // Waits for its turn at the document: what is being written is decided then.
            let order = news.order.clone();
            let read = move |txn: &mut yrs::TransactionMut<'_>| Talk::read(txn).has_done(&order);
            match self.desk.change(&talk_of(&news.map), "", read).await {
                Ok(true) => self.spread_one(&news).await?,
                Ok(false) | Err(DeskError::Store(StoreError::Missing { .. })) => {
                    records::forget(&self.store, &key).await?;
                }
                Err(error) => {
                    tracing::warn!(%error, "it cannot be read whether a comment was made");
                }
            }
        }
        Ok(())
    }
}
