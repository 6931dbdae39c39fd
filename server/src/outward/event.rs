//! What webhooks tell, and how it is kept until it is told: by ids alone. Names and words
//! are put in when it is sent.

use serde::{Deserialize, Serialize};
use waymark_model::ids::{MapId, MessageId, OrderId, PersonId, ReviewId, ThreadId};
use waymark_model::talk::{Order, Talk, TalkCommand};
use waymark_sync::Timestamp;

use crate::auth::digest;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum EventKind {
    #[serde(rename = "thread.opened")]
    ThreadOpened,
    #[serde(rename = "thread.answered")]
    ThreadAnswered,
    #[serde(rename = "thread.resolved")]
    ThreadResolved,
    #[serde(rename = "thread.reopened")]
    ThreadReopened,
    #[serde(rename = "thread.assigned")]
    ThreadAssigned,
    #[serde(rename = "review.asked")]
    ReviewAsked,
    #[serde(rename = "review.done")]
    ReviewDone,
    #[serde(rename = "map.created")]
    MapCreated,
    #[serde(rename = "map.renamed")]
    MapRenamed,
    #[serde(rename = "map.changed")]
    MapChanged,
    #[serde(rename = "map.deleted")]
    MapDeleted,
    /// Somebody wants to see whether it arrives.
    #[serde(rename = "test")]
    Test,
}

impl EventKind {
    /// Its name, as in what is sent.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::ThreadOpened => "thread.opened",
            Self::ThreadAnswered => "thread.answered",
            Self::ThreadResolved => "thread.resolved",
            Self::ThreadReopened => "thread.reopened",
            Self::ThreadAssigned => "thread.assigned",
            Self::ReviewAsked => "review.asked",
            Self::ReviewDone => "review.done",
            Self::MapCreated => "map.created",
            Self::MapRenamed => "map.renamed",
            Self::MapChanged => "map.changed",
            Self::MapDeleted => "map.deleted",
            Self::Test => "test",
        }
    }

    /// Whether it is told of the map itself, which is found out by looking.
    pub(super) const fn is_of_map(self) -> bool {
        matches!(
            self,
            Self::MapCreated | Self::MapRenamed | Self::MapChanged | Self::MapDeleted
        )
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) kind: EventKind,
    /// On which map; none for a test of what is about all maps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) map: Option<MapId>,
    /// In milliseconds since the Unix epoch.
    pub(crate) at: u64,
    /// What makes it this one: told twice, it has the same id.
    pub(crate) cause: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) to: Vec<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) thread: Option<ThreadId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<MessageId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) review: Option<ReviewId>,
    /// What a map was called before, of a renamed or deleted one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<String>,
}

impl Event {
    pub(crate) fn new(kind: EventKind, map: &MapId, cause: String, now: Timestamp) -> Self {
        Self {
            kind,
            map: Some(map.clone()),
            ..Self::test(cause, now)
        }
    }

    /// A message that says nothing.
    pub(super) fn test(cause: String, now: Timestamp) -> Self {
        Self {
            kind: EventKind::Test,
            map: None,
            at: now.0,
            cause,
            by: None,
            to: Vec::new(),
            thread: None,
            message: None,
            review: None,
            before: None,
        }
    }

    /// The id of what is sent of it to one webhook: the same at each attempt.
    pub(super) fn id_for(&self, hook: &str) -> String {
        let word = self.kind.word();
        let map = self.map.as_ref().map_or("", MapId::as_str);
        let all = digest(&format!("{hook}/{word}/{map}/{}", self.cause));
        format!("msg_{}", &all[..32])
    }

    /// What a command does that others may want to hear; `before` is what was said until
    /// then.
    pub(crate) fn of_order(
        order: &Order,
        before: &Talk,
        map: &MapId,
        by: &PersonId,
        now: Timestamp,
    ) -> Option<Self> {
        if before.has_done(&order.id) {
            return None;
        }
        let event = |kind, thread: &ThreadId| Self {
            by: Some(by.clone()),
            thread: Some(thread.clone()),
            ..Self::new(kind, map, cause(&order.id), now)
        };
        Some(match &order.command {
            TalkCommand::Start {
                thread, message, ..
            } => Self {
                message: Some(message.clone()),
                ..event(EventKind::ThreadOpened, thread)
            },
            TalkCommand::Reply {
                thread, message, ..
            } => Self {
                message: Some(message.clone()),
                ..event(EventKind::ThreadAnswered, thread)
            },
            TalkCommand::Resolve { thread } => {
                before.thread(thread).filter(|it| it.is_open())?;
                event(EventKind::ThreadResolved, thread)
            }
            TalkCommand::Reopen { thread } => {
                before.thread(thread).filter(|it| !it.is_open())?;
                event(EventKind::ThreadReopened, thread)
            }
            TalkCommand::Assign { thread, to } => {
                before.thread(thread).filter(|it| it.assignee != *to)?;
                Self {
                    to: to.iter().cloned().collect(),
                    ..event(EventKind::ThreadAssigned, thread)
                }
            }
            TalkCommand::RequestReview { review, who, .. } => Self {
                by: Some(by.clone()),
                to: who.clone(),
                review: Some(review.clone()),
                ..Self::new(EventKind::ReviewAsked, map, cause(&order.id), now)
            },
            TalkCommand::MarkReview { review, done: true } => Self {
                by: Some(by.clone()),
                review: Some(review.clone()),
                ..Self::new(EventKind::ReviewDone, map, cause(&order.id), now)
            },
            _ => return None,
        })
    }
}

fn cause(order: &OrderId) -> String {
    order.to_string()
}
