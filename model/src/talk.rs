//! Comments on a map: threads about something, messages in them, requests for a review.
//!
//! They stand in a document of their own, `talk/{map}`, which only the server writes: it
//! takes an [`Order`], checks it ([`Order::check`]) and writes it ([`apply`]). So who said
//! what and when is true, whatever a client claims. The map's own undo does not touch it.
//!
//! A command is played on the value ([`Talk::play`]) both where it is written and where it
//! still waits to be sent, so that what is shown at once is what will be there.

mod anchor;
mod apply;
mod check;
mod command;
mod day;
pub mod inbox;
mod notice;
mod play;
mod read;
pub mod schema;
pub mod words;

pub use self::anchor::{Anchor, Place, Places, Whereabouts};
pub use self::apply::{apply, begin};
pub use self::check::{Caller, May, TalkError};
pub use self::command::{Order, TalkCommand};
pub use self::day::{Day, DayError};
pub use self::notice::{Notice, Why};
pub use self::play::Touched;

use crate::ids::{MessageId, OrderId, PersonId, ReviewId, ThreadId};

/// How large the talk about a map may become.
pub mod limits {
    /// The most characters of a comment.
    pub const TEXT_CHARS: usize = 8_000;
    /// The most threads about a map.
    pub const THREADS: usize = 5_000;
    /// The most messages in a thread, deleted ones included.
    pub const MESSAGES: usize = 1_000;
    /// The most people one comment mentions, or one review asks.
    pub const PEOPLE: usize = 30;
    /// The most requests for a review of a map.
    pub const REVIEWS: usize = 500;
    /// The most characters of what stood at a thread's place, and of each name on the way.
    pub const WORDS_CHARS: usize = 280;
    /// The most names on the way to a thread's place.
    pub const PATH: usize = 4;
    /// The most characters of a view in an address.
    pub const VIEW_CHARS: usize = 400;
    /// How many commands are remembered, so that none of them is done again.
    pub const REMEMBERED: usize = 512;
    /// A comment that arrives later than this after it was written says when that was, in
    /// milliseconds.
    pub const LATE_MS: u64 = 60_000;
}

crate::vocabulary::words! {
    /// What somebody answers without words.
    Reaction {
        Agree = "agree", "Agree";
        Disagree = "disagree", "Disagree";
        Love = "love", "Love";
        Laugh = "laugh", "Laugh";
        Celebrate = "celebrate", "Celebrate";
        Look = "look", "Looking into it";
        Question = "question", "Unclear";
    }
}

/// All that is said about a map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Talk {
    /// Threads, the oldest first.
    pub threads: Vec<Thread>,
    /// Requests for a review, the oldest first.
    pub reviews: Vec<Review>,
    /// The commands that were done last, and when.
    pub(crate) done: Vec<(OrderId, u64)>,
}

/// Who did something, and when by the server's clock in milliseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: u64,
}

/// Messages about one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Thread {
    /// Its id.
    pub id: ThreadId,
    /// What it is about.
    pub anchor: Anchor,
    /// Who began it.
    pub begun: Mark,
    /// Who called it resolved; `None` while it is open.
    pub resolved: Option<Mark>,
    /// Who is to see to it.
    pub assignee: Option<PersonId>,
    /// Until when.
    pub due: Option<Day>,
    /// What is said, the oldest first; never empty.
    pub messages: Vec<Message>,
}

/// One comment.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it, and when the server took it.
    pub said: Mark,
    /// When it was written, by its author's clock, if that was long before.
    pub written_at: Option<u64>,
    /// What it says, in the subset of Markdown that [`words`] reads; empty once deleted.
    pub text: String,
    /// When its author changed it last.
    pub edited_at: Option<u64>,
    /// Whether its author deleted it.
    pub deleted: bool,
    /// Who answers how, in the order of [`Reaction::ALL`].
    pub reactions: Vec<(Reaction, PersonId)>,
}

/// Somebody asks others to look at the map.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    /// Its id.
    pub id: ReviewId,
    /// Who asks, and when.
    pub asked: Mark,
    /// Whom.
    pub who: Vec<PersonId>,
    /// The view to look at, as the part of the map's address that begins with `?`; may be
    /// empty.
    pub view: String,
    /// Until when.
    pub until: Option<Day>,
    /// What they should look at, in Markdown; may be empty.
    pub questions: String,
    /// Who is done, and when.
    pub done: Vec<Mark>,
    /// Whether whoever asked took it back.
    pub withdrawn: bool,
}

impl Talk {
    /// A thread.
    pub fn thread(&self, id: &ThreadId) -> Option<&Thread> {
        self.threads.iter().find(|thread| thread.id == *id)
    }

    /// The thread and the message of this id.
    pub fn message(&self, id: &MessageId) -> Option<(&Thread, &Message)> {
        self.threads.iter().find_map(|thread| {
            let message = thread.messages.iter().find(|message| message.id == *id)?;
            Some((thread, message))
        })
    }

    /// A request for a review.
    pub fn review(&self, id: &ReviewId) -> Option<&Review> {
        self.reviews.iter().find(|review| review.id == *id)
    }

    /// Whether a command was done already, as far as that is remembered.
    pub fn has_done(&self, id: &OrderId) -> bool {
        self.done.iter().any(|(done, _)| done == id)
    }

    /// Everybody who wrote, or was asked for something; sorted.
    pub fn people(&self) -> Vec<PersonId> {
        let mut people = Vec::new();
        for thread in &self.threads {
            people.push(thread.begun.by.clone());
            people.extend(thread.assignee.clone());
            people.extend(thread.resolved.iter().map(|mark| mark.by.clone()));
            for message in &thread.messages {
                people.push(message.said.by.clone());
                people.extend(message.reactions.iter().map(|(_, by)| by.clone()));
                people.extend(words::mentions(&message.text));
            }
        }
        for review in &self.reviews {
            people.push(review.asked.by.clone());
            people.extend(review.who.iter().cloned());
        }
        people.sort_unstable();
        people.dedup();
        people
    }
}

impl Thread {
    /// Whether it waits for somebody.
    pub fn is_open(&self) -> bool {
        self.resolved.is_none()
    }

    /// When something was last said in it.
    pub fn last_at(&self) -> u64 {
        self.messages
            .last()
            .map_or(self.begun.at, |message| message.said.at)
    }

    /// Everybody who takes part: who wrote in it and who is to see to it; sorted.
    pub fn participants(&self) -> Vec<PersonId> {
        let mut people: Vec<PersonId> = self
            .messages
            .iter()
            .map(|message| message.said.by.clone())
            .chain(self.assignee.clone())
            .collect();
        people.sort_unstable();
        people.dedup();
        people
    }
}
