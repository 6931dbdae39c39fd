//! What can be asked about comments.

use serde::{Deserialize, Serialize};

use super::{Anchor, Day, Reaction};
use crate::ids::{MessageId, OrderId, PersonId, ReviewId, ThreadId};

/// A command on its way to the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Made by whoever asks: an order of an id that was done is not done again.
    pub id: OrderId,
    /// When it was asked for, by the asker's clock, in milliseconds since the Unix epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_at: Option<u64>,
    /// What is asked for.
    pub command: TalkCommand,
}

/// What is asked for. Ids of new things are made by whoever asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields say what they are")]
pub enum TalkCommand {
    /// Begins a thread with its first message.
    Start {
        thread: ThreadId,
        message: MessageId,
        anchor: Anchor,
        text: String,
    },
    /// Says something in a thread.
    Reply {
        thread: ThreadId,
        message: MessageId,
        text: String,
    },
    /// Says one's own message otherwise.
    Edit { message: MessageId, text: String },
    /// Takes one's own message back. Its place stays, so that answers make sense.
    Delete { message: MessageId },
    /// Answers without words.
    React {
        message: MessageId,
        reaction: Reaction,
    },
    /// Takes that back.
    Unreact {
        message: MessageId,
        reaction: Reaction,
    },
    /// Says that a thread needs nothing more.
    Resolve { thread: ThreadId },
    /// Says that it does.
    Reopen { thread: ThreadId },
    /// Says who is to see to it; `None` for nobody.
    Assign {
        thread: ThreadId,
        to: Option<PersonId>,
    },
    /// Says until when.
    SetDue { thread: ThreadId, day: Option<Day> },
    /// Asks people to look at a view of the map.
    RequestReview {
        review: ReviewId,
        who: Vec<PersonId>,
        view: String,
        until: Option<Day>,
        questions: String,
    },
    /// Says that one has looked, or not yet.
    MarkReview { review: ReviewId, done: bool },
    /// Takes one's own request back.
    WithdrawReview { review: ReviewId },
}

impl Serialize for Reaction {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for Reaction {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::from_word(&word).ok_or_else(|| serde::de::Error::custom("not a known reaction"))
    }
}
