//! What a command makes of what is said.

use super::{Mark, Message, Order, Reaction, Review, Talk, TalkCommand, Thread, limits};
use crate::ids::{MessageId, OrderId, PersonId, ReviewId, ThreadId};

/// What a command has changed, for whoever writes it down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    pub(super) thread: Option<ThreadId>,
    pub(super) message: Option<MessageId>,
    pub(super) review: Option<ReviewId>,
    /// Put there, or taken away.
    pub(super) reaction: Option<(MessageId, Reaction, bool)>,
    /// Commands that are no longer remembered.
    pub(super) forgotten: Vec<OrderId>,
    /// It was done already.
    pub(super) nothing: bool,
}

impl Talk {
    /// Does a checked command, as somebody, at the time of whoever keeps the talk.
    /// What does not fit (any more) changes nothing.
    pub fn play(&mut self, order: &Order, by: &PersonId, now: u64) -> Touched {
        let mut touched = Touched::default();
        if self.has_done(&order.id) {
            touched.nothing = true;
            return touched;
        }
        let mark = |at: u64| Mark { by: by.clone(), at };
        match &order.command {
            TalkCommand::Start {
                thread,
                message,
                anchor,
                text,
            } => {
                if self.thread(thread).is_some() {
                    return touched;
                }
                let first = new_message(message, mark(now), order, text);
                self.threads.push(Thread {
                    id: thread.clone(),
                    anchor: anchor.clone(),
                    begun: mark(now),
                    resolved: None,
                    assignee: None,
                    due: None,
                    messages: vec![first],
                });
                self.threads
                    .sort_by(|a, b| (a.begun.at, &a.id).cmp(&(b.begun.at, &b.id)));
                touched.thread = Some(thread.clone());
                touched.message = Some(message.clone());
            }
            TalkCommand::Reply {
                thread,
                message,
                text,
            } => {
                if let Some(found) = self.thread_mut(thread) {
                    // Messages that arrive together stay in the order they were written in.
                    let at = now.max(found.last_at() + 1);
                    let said = new_message(message, mark(at), order, text);
                    found.messages.push(said);
                    touched.message = Some(message.clone());
                }
            }
            TalkCommand::Edit { message, text } => {
                if let Some(found) = self.message_mut(message).filter(|it| !it.deleted) {
                    found.text = text.trim().to_owned();
                    found.edited_at = Some(now);
                    touched.message = Some(message.clone());
                }
            }
            TalkCommand::Delete { message } => {
                if let Some(found) = self.message_mut(message) {
                    found.text.clear();
                    found.reactions.clear();
                    found.deleted = true;
                    touched.message = Some(message.clone());
                }
            }
            TalkCommand::React { message, reaction } => {
                if let Some(found) = self.message_mut(message)
                    && !found.deleted
                    && !found.has(*reaction, by)
                {
                    found.reactions.push((*reaction, by.clone()));
                    found.reactions.sort_unstable();
                    touched.reaction = Some((message.clone(), *reaction, true));
                }
            }
            TalkCommand::Unreact { message, reaction } => {
                if let Some(found) = self.message_mut(message) {
                    found.reactions.retain(|(r, p)| r != reaction || p != by);
                    touched.reaction = Some((message.clone(), *reaction, false));
                }
            }
            TalkCommand::Resolve { thread } => {
                if let Some(found) = self.thread_mut(thread).filter(|it| it.resolved.is_none()) {
                    found.resolved = Some(mark(now));
                    touched.thread = Some(thread.clone());
                }
            }
            TalkCommand::Reopen { thread } => {
                if let Some(found) = self.thread_mut(thread) {
                    found.resolved = None;
                    touched.thread = Some(thread.clone());
                }
            }
            TalkCommand::Assign { thread, to } => {
                if let Some(found) = self.thread_mut(thread) {
                    found.assignee.clone_from(to);
                    touched.thread = Some(thread.clone());
                }
            }
            TalkCommand::SetDue { thread, day } => {
                if let Some(found) = self.thread_mut(thread) {
                    found.due.clone_from(day);
                    touched.thread = Some(thread.clone());
                }
            }
            TalkCommand::RequestReview {
                review,
                who,
                view,
                until,
                questions,
            } => {
                if self.review(review).is_some() {
                    return touched;
                }
                let mut who = who.clone();
                who.sort_unstable();
                who.dedup();
                self.reviews.push(Review {
                    id: review.clone(),
                    asked: mark(now),
                    who,
                    view: view.clone(),
                    until: until.clone(),
                    questions: questions.trim().to_owned(),
                    done: Vec::new(),
                    withdrawn: false,
                });
                self.reviews
                    .sort_by(|a, b| (a.asked.at, &a.id).cmp(&(b.asked.at, &b.id)));
                touched.review = Some(review.clone());
            }
            TalkCommand::MarkReview { review, done } => {
                if let Some(found) = self.reviews.iter_mut().find(|it| it.id == *review) {
                    found.done.retain(|it| it.by != *by);
                    if *done {
                        found.done.push(mark(now));
                    }
                    touched.review = Some(review.clone());
                }
            }
            TalkCommand::WithdrawReview { review } => {
                if let Some(found) = self.reviews.iter_mut().find(|it| it.id == *review) {
                    found.withdrawn = true;
                    touched.review = Some(review.clone());
                }
            }
        }
        self.done.push((order.id.clone(), now));
        self.done.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        let surplus = self.done.len().saturating_sub(limits::REMEMBERED);
        touched.forgotten = self.done.drain(..surplus).map(|(id, _)| id).collect();
        touched
    }

    fn thread_mut(&mut self, id: &ThreadId) -> Option<&mut Thread> {
        self.threads.iter_mut().find(|thread| thread.id == *id)
    }

    fn message_mut(&mut self, id: &MessageId) -> Option<&mut Message> {
        self.threads
            .iter_mut()
            .flat_map(|thread| &mut thread.messages)
            .find(|message| message.id == *id)
    }
}

impl Message {
    /// Whether somebody answers it so.
    pub fn has(&self, reaction: Reaction, by: &PersonId) -> bool {
        self.reactions
            .iter()
            .any(|(it, person)| *it == reaction && person == by)
    }
}

fn new_message(id: &MessageId, said: Mark, order: &Order, text: &str) -> Message {
    // A clock that runs ahead, or a moment ago, says nothing worth telling.
    let late = |written: &u64| *written > 0 && written.saturating_add(limits::LATE_MS) <= said.at;
    Message {
        id: id.clone(),
        written_at: order.written_at.filter(late),
        said,
        text: text.trim().to_owned(),
        edited_at: None,
        deleted: false,
        reactions: Vec::new(),
    }
}
