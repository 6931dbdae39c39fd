//! Who may ask what.

use super::anchor::is_line;
use super::{Order, Talk, TalkCommand, Thread, limits, words};
use crate::ids::{MessageId, PersonId, ThreadId};

/// What somebody may do with the talk about a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum May {
    /// Only read it.
    Read,
    /// Take part.
    Comment,
}

/// Who asks, as the server knows.
#[derive(Clone, Copy)]
pub struct Caller<'a> {
    /// Who.
    pub person: &'a PersonId,
    /// What they may do.
    pub may: May,
    /// Whether somebody can see the map: nobody else can be mentioned, assigned or asked.
    pub knows: &'a dyn Fn(&PersonId) -> bool,
}

/// Why a command is not done; for the person who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TalkError {
    /// A viewer only reads.
    #[error("your role may not comment on this map")]
    Role,
    /// No such thread, message or request.
    #[error("what you answer to is not there any more")]
    Missing,
    /// The id of something new is in use.
    #[error("there is something else of this id")]
    Taken,
    /// Only its author may.
    #[error("only its author may change this")]
    NotYours,
    /// A deleted message stays so.
    #[error("this comment was deleted")]
    Deleted,
    /// A comment says something.
    #[error("a comment cannot be empty")]
    Empty,
    /// Over a limit.
    #[error("a comment has at most {} characters", limits::TEXT_CHARS)]
    TooLong,
    /// Signs that cannot be shown, or a place that is none.
    #[error("this cannot be shown")]
    Unfit,
    /// Mentions, assigns or asks somebody who cannot see the map.
    #[error("you name somebody who has no access to this map")]
    Stranger,
    /// Too many people at once.
    #[error("at most {} people can be named at once", limits::PEOPLE)]
    TooManyPeople,
    /// The thread, or the talk about the map, is full.
    #[error("there is no room for more here")]
    Full,
    /// A review that asks nobody.
    #[error("choose somebody to ask")]
    Nobody,
    /// Only those who were asked may.
    #[error("you were not asked for this review")]
    NotAsked,
}

impl Order {
    /// Whether it may be done; changes nothing. One that was done already may.
    ///
    /// # Errors
    /// [`TalkError`] with the reason to show.
    pub fn check(&self, talk: &Talk, caller: &Caller<'_>) -> Result<(), TalkError> {
        if caller.may < May::Comment {
            return Err(TalkError::Role);
        }
        if talk.has_done(&self.id) {
            return Ok(());
        }
        match &self.command {
            TalkCommand::Start {
                thread,
                message,
                anchor,
                text,
            } => {
                check_text(text, caller)?;
                if !anchor.is_fit() {
                    return Err(TalkError::Unfit);
                }
                if talk.thread(thread).is_some() {
                    return Err(TalkError::Taken);
                }
                check_new(talk, message)?;
                at_most(talk.threads.len(), limits::THREADS)
            }
            TalkCommand::Reply {
                thread,
                message,
                text,
            } => {
                check_text(text, caller)?;
                let thread = find(talk, thread)?;
                check_new(talk, message)?;
                at_most(thread.messages.len(), limits::MESSAGES)
            }
            TalkCommand::Edit { message, text } => {
                check_text(text, caller)?;
                check_own(talk, message, caller.person)
            }
            TalkCommand::Delete { message } => match check_own(talk, message, caller.person) {
                Err(TalkError::Deleted) => Ok(()),
                other => other,
            },
            TalkCommand::React { message, .. } | TalkCommand::Unreact { message, .. } => {
                let (_, message) = talk.message(message).ok_or(TalkError::Missing)?;
                if message.deleted {
                    return Err(TalkError::Deleted);
                }
                Ok(())
            }
            TalkCommand::Resolve { thread }
            | TalkCommand::Reopen { thread }
            | TalkCommand::SetDue { thread, .. } => find(talk, thread).map(drop),
            TalkCommand::Assign { thread, to } => {
                find(talk, thread)?;
                check_people(to.as_slice(), caller)
            }
            TalkCommand::RequestReview {
                review,
                who,
                view,
                questions,
                ..
            } => {
                if who.is_empty() {
                    return Err(TalkError::Nobody);
                }
                check_people(who, caller)?;
                if !questions.trim().is_empty() {
                    check_text(questions, caller)?;
                }
                let is_view = view.is_empty() || view.starts_with('?');
                if !is_view || !is_line(view, limits::VIEW_CHARS) {
                    return Err(TalkError::Unfit);
                }
                if talk.review(review).is_some() {
                    return Err(TalkError::Taken);
                }
                at_most(talk.reviews.len(), limits::REVIEWS)
            }
            TalkCommand::MarkReview { review, .. } => {
                let review = talk.review(review).ok_or(TalkError::Missing)?;
                if !review.who.contains(caller.person) {
                    return Err(TalkError::NotAsked);
                }
                Ok(())
            }
            TalkCommand::WithdrawReview { review } => {
                let review = talk.review(review).ok_or(TalkError::Missing)?;
                if review.asked.by != *caller.person {
                    return Err(TalkError::NotYours);
                }
                Ok(())
            }
        }
    }
}

fn find<'a>(talk: &'a Talk, id: &ThreadId) -> Result<&'a Thread, TalkError> {
    talk.thread(id).ok_or(TalkError::Missing)
}

fn check_new(talk: &Talk, id: &MessageId) -> Result<(), TalkError> {
    match talk.message(id) {
        Some(_) => Err(TalkError::Taken),
        None => Ok(()),
    }
}

fn check_own(talk: &Talk, id: &MessageId, person: &PersonId) -> Result<(), TalkError> {
    let (_, message) = talk.message(id).ok_or(TalkError::Missing)?;
    if message.said.by != *person {
        return Err(TalkError::NotYours);
    }
    if message.deleted {
        return Err(TalkError::Deleted);
    }
    Ok(())
}

fn check_text(text: &str, caller: &Caller<'_>) -> Result<(), TalkError> {
    if text.trim().is_empty() {
        return Err(TalkError::Empty);
    }
    if text.len() > 4 * limits::TEXT_CHARS || text.chars().count() > limits::TEXT_CHARS {
        return Err(TalkError::TooLong);
    }
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
    {
        return Err(TalkError::Unfit);
    }
    check_people(&words::mentions(text), caller)
}

fn check_people(people: &[PersonId], caller: &Caller<'_>) -> Result<(), TalkError> {
    if people.len() > limits::PEOPLE {
        return Err(TalkError::TooManyPeople);
    }
    match people.iter().all(|person| (caller.knows)(person)) {
        true => Ok(()),
        false => Err(TalkError::Stranger),
    }
}

fn at_most(have: usize, most: usize) -> Result<(), TalkError> {
    if have >= most {
        return Err(TalkError::Full);
    }
    Ok(())
}
