//! Who should hear of a command.

use serde::{Deserialize, Serialize};

use super::{Order, Talk, TalkCommand, words};
use crate::ids::{MessageId, PersonId, ReviewId, ThreadId};

crate::vocabulary::words! {
    /// Why somebody hears of something.
    Why {
        Mention = "mention", "mentioned you";
        Reply = "reply", "replied";
        Assigned = "assigned", "assigned this to you";
        Review = "review", "asked you for a review";
        Reviewed = "reviewed", "finished your review";
    }
}

/// Something that one person should hear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Who.
    pub to: PersonId,
    /// Why.
    pub why: Why,
    /// About which thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<ThreadId>,
    /// And which message in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// Or about which review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewId>,
}

impl Serialize for Why {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for Why {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::from_word(&word).ok_or_else(|| serde::de::Error::custom("not a known reason"))
    }
}

impl Order {
    /// Who should hear of it, each once; nobody of what they did themselves. `before` is
    /// what was said until then.
    pub fn notices(&self, before: &Talk, by: &PersonId) -> Vec<Notice> {
        if before.has_done(&self.id) {
            return Vec::new();
        }
        let mut list: Vec<Notice> = Vec::new();
        let mut tell = |to: &PersonId, notice: Notice| {
            if to != by && !list.iter().any(|it| it.to == *to) {
                list.push(notice);
            }
        };
        let about =
            |to: &PersonId, why: Why, thread: &ThreadId, message: Option<&MessageId>| Notice {
                to: to.clone(),
                why,
                thread: Some(thread.clone()),
                message: message.cloned(),
                review: None,
            };
        match &self.command {
            TalkCommand::Start {
                thread,
                message,
                text,
                ..
            } => {
                for to in words::mentions(text) {
                    tell(&to, about(&to, Why::Mention, thread, Some(message)));
                }
            }
            TalkCommand::Reply {
                thread,
                message,
                text,
            } => {
                for to in words::mentions(text) {
                    tell(&to, about(&to, Why::Mention, thread, Some(message)));
                }
                let found = before.thread(thread);
                for to in found.into_iter().flat_map(super::Thread::participants) {
                    tell(&to, about(&to, Why::Reply, thread, Some(message)));
                }
            }
            // Who is mentioned only now hears of it now.
            TalkCommand::Edit { message, text } => {
                if let Some((thread, old)) = before.message(message) {
                    let known = words::mentions(&old.text);
                    for to in words::mentions(text) {
                        if !known.contains(&to) {
                            tell(&to, about(&to, Why::Mention, &thread.id, Some(message)));
                        }
                    }
                }
            }
            TalkCommand::Assign {
                thread,
                to: Some(to),
            } => {
                let now = before.thread(thread).and_then(|it| it.assignee.as_ref());
                if now != Some(to) {
                    tell(to, about(to, Why::Assigned, thread, None));
                }
            }
            TalkCommand::RequestReview { review, who, .. } => {
                for to in who {
                    tell(to, of_review(to, Why::Review, review));
                }
            }
            TalkCommand::MarkReview { review, done: true } => {
                if let Some(asked) = before.review(review).map(|it| &it.asked.by) {
                    tell(asked, of_review(asked, Why::Reviewed, review));
                }
            }
            _ => {}
        }
        list
    }
}

fn of_review(to: &PersonId, why: Why, review: &ReviewId) -> Notice {
    Notice {
        to: to.clone(),
        why,
        thread: None,
        message: None,
        review: Some(review.clone()),
    }
}
