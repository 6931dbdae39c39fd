//! What is said about maps: commands that are checked and written, and who hears of them.
//!
//! `talk/{map}` and `inbox/{person}` are documents like any other, except that every grant
//! for them only reads: the server alone writes them, here, through their rooms. So author
//! and time are true, everybody sees a comment at once, and who sent it hears when it is
//! durable.

mod desk;
mod inbox;
mod news;
mod pace;
mod telling;
mod voices;

use std::collections::HashSet;

use serde_json::Value;
use waymark_model::ids::{MapId, OrderId, PersonId};
use waymark_model::talk::words;
use waymark_model::talk::{self, Caller, May, Order, Talk, TalkCommand};
use waymark_sync::{BatchId, CloseReason, DocumentId, Incarnation, Record, Role, Timestamp};
use yrs::Transact;

use self::desk::{Desk, DeskError};
pub(crate) use self::inbox::{Errand, InboxPage, Shown};
use self::news::News;
use self::pace::Pace;
pub(crate) use self::voices::{Claim, Voice};
use crate::auth::Auth;
use crate::clock::Clock;
use crate::maps::{Maps, document_of};
use crate::outward::{Event, Outward};
use crate::people::{self, People};
use crate::rooms::Rooms;
use crate::store::{DocumentStore, Store, StoreError};

/// The most commands of one request.
pub(crate) const MOST_ORDERS: usize = 200;

/// Why nothing of a request was done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TalkProblem {
    /// No such map, or not for them.
    #[error("there is no map {0}")]
    Missing(String),
    /// It does not say who asks, or says it wrongly.
    #[error("{0}")]
    Unclear(&'static str),
    /// The store or the room cannot do it now; the same may be sent again.
    #[error("comments cannot be saved right now")]
    NotNow,
    /// The store cannot do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<DeskError> for TalkProblem {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Store(error) => Self::Store(error),
            DeskError::NotWritten | DeskError::Failed => Self::NotNow,
        }
    }
}

/// Who asks, and what they may do with the map.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub(crate) person: PersonId,
    pub(crate) role: Role,
}

/// What became of one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    Refused(String),
    /// Too many at once; the rest may come after so many seconds.
    Later(u64),
}

/// One command's outcome, by its id where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) id: Option<String>,
    pub(crate) outcome: Outcome,
}

/// Everything that is said; clones are the same.
#[derive(Clone)]
pub(crate) struct Talks {
    store: Store,
    auth: Auth,
    maps: Maps,
    desk: Desk,
    pace: Pace,
    clock: Clock,
    outward: Outward,
}

/// The document of what is said about a map.
pub(crate) fn talk_of(map: &MapId) -> DocumentId {
    DocumentId::parse(&format!("talk/{map}")).expect("the id of a map is a part of a document name")
}

/// The document of what a person should hear.
pub(crate) fn inbox_of(person: &PersonId) -> DocumentId {
    DocumentId::parse(&format!("inbox/{person}"))
        .expect("the id of a person is a part of a document name")
}

/// Begins a document that belongs to a map or a person and is not there yet. The map or the
/// person must be there: connecting to an unknown name makes nothing.
///
/// # Errors
/// The reason to close with.
pub(crate) async fn prepare(
    store: &Store,
    document: &DocumentId,
    now: Timestamp,
) -> Result<(), CloseReason> {
    let owner = match document.kind() {
        "talk" => match MapId::parse(document.key()) {
            Ok(map) => store.head(&document_of(&map)).await.map(|it| it.is_some()),
            Err(_) => Ok(false),
        },
        "inbox" => match PersonId::parse(document.key()) {
            Ok(person) => is_person(store, &person).await,
            Err(_) => Ok(false),
        },
        _ => return Ok(()),
    };
    let begun = match owner {
        Ok(true) => begin(store, document, now).await,
        Ok(false) => return Err(CloseReason::Unknown),
        Err(error) => Err(error),
    };
    begun.map_err(|error| {
        tracing::error!(%error, "a document of comments cannot be opened");
        CloseReason::Internal
    })
}

async fn is_person(store: &Store, person: &PersonId) -> Result<bool, StoreError> {
    match people::PersonId::parse(person.as_str()) {
        Some(person) => Ok(People::new(store.clone()).person(&person).await?.is_some()),
        None => Ok(false),
    }
}

async fn begin(store: &Store, document: &DocumentId, at: Timestamp) -> Result<(), StoreError> {
    if store.head(document).await?.is_some() {
        return Ok(());
    }
    let update = {
        let doc = desk::new_doc();
        let mut txn = doc.transact_mut();
        talk::begin(&mut txn);
        txn.encode_update_v1().into()
    };
    let record = Record {
        update,
        author: crate::maps::AUTHOR.to_owned(),
        at,
    };
    let incarnation = Incarnation(crate::random::bits128());
    let batch = BatchId(crate::random::bits128());
    match store.create(document, incarnation, batch, record).await {
        // Somebody else has just begun it.
        Ok(_) | Err(StoreError::Exists { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

impl Talks {
    pub(crate) fn new(
        rooms: Rooms<Store>,
        maps: Maps,
        auth: Auth,
        outward: Outward,
        per_minute: u32,
    ) -> Self {
        Self {
            auth,
            store: rooms.store().clone(),
            clock: rooms.clock(),
            pace: Pace::new(per_minute),
            desk: Desk::new(rooms),
            maps,
            outward,
        }
    }

    /// Does commands in their order, each for itself. What is answered as done is durable.
    pub(crate) async fn command(
        &self,
        map: &MapId,
        who: Who,
        orders: Vec<Value>,
    ) -> Result<Vec<Answer>, TalkProblem> {
        if self.store.head(&document_of(map)).await?.is_none() {
            return Err(TalkProblem::Missing(map.to_string()));
        }
        let now = self.clock.now();
        begin(&self.store, &talk_of(map), now).await?;
        let (mut answers, orders) = self.sort_out(&who.person, orders, now);
        let known = self.who_sees(map, &orders, now).await?;
        // Not ended with the request: somebody who leaves has said it all the same.
        let this = self.clone();
        let map = map.clone();
        let doing = tokio::spawn(async move { this.carry_out(&map, who, orders, known).await });
        let done = doing.await.map_err(|_| TalkProblem::NotNow)??;
        for (at, outcome) in done {
            answers[at].outcome = outcome;
        }
        Ok(answers)
    }

    /// Reads the commands, and lets no more of them through than somebody may send.
    fn sort_out(
        &self,
        person: &PersonId,
        orders: Vec<Value>,
        now: Timestamp,
    ) -> (Vec<Answer>, Vec<(usize, Order)>) {
        let mut good = Vec::new();
        let mut answers = Vec::with_capacity(orders.len());
        for (at, value) in orders.into_iter().enumerate() {
            let id = value.get("id").and_then(Value::as_str).unwrap_or_default();
            let id = OrderId::parse(id).ok().map(|id| id.to_string());
            let outcome = match self.pace.take(person, now) {
                Err(seconds) => Outcome::Later(seconds),
                Ok(()) => match serde_json::from_value::<Order>(value) {
                    Ok(order) => {
                        good.push((at, order));
                        Outcome::Done
                    }
                    // What serde says may repeat what somebody wrote.
                    Err(_) => Outcome::Refused("this is not understood".to_owned()),
                },
            };
            answers.push(Answer { id, outcome });
        }
        (answers, good)
    }

    /// Those of the people named in commands who can see the map.
    async fn who_sees(
        &self,
        map: &MapId,
        orders: &[(usize, Order)],
        now: Timestamp,
    ) -> Result<HashSet<PersonId>, StoreError> {
        let mut known = HashSet::new();
        for (_, order) in orders {
            for person in named(&order.command) {
                if !known.contains(&person) && self.sees(&person, map, now).await? {
                    known.insert(person);
                }
            }
        }
        Ok(known)
    }

    async fn carry_out(
        &self,
        map: &MapId,
        who: Who,
        orders: Vec<(usize, Order)>,
        known: HashSet<PersonId>,
    ) -> Result<Vec<(usize, Outcome)>, TalkProblem> {
        let now = self.clock.now();
        let subject = who.person.as_str().to_owned();
        let (of, outward) = (map.clone(), self.outward.clone());
        let change = move |txn: &mut yrs::TransactionMut<'_>| {
            let mut talk = Talk::read(txn);
            let caller = Caller {
                person: &who.person,
                may: match who.role >= Role::Commenter {
                    true => May::Comment,
                    false => May::Read,
                },
                knows: &|person| known.contains(person),
            };
            let mut outcomes = Vec::new();
            let mut news = Vec::new();
            for (at, order) in orders {
                let outcome = match order.check(&talk, &caller) {
                    Ok(()) => {
                        let heard = order.notices(&talk, caller.person);
                        let event = Event::of_order(&order, &talk, &of, caller.person, now);
                        let event = event.filter(|it| outward.is_wanted(it.kind, &of));
                        talk::apply(txn, &mut talk, &order, caller.person, now.0);
                        let by = caller.person;
                        news.extend(News::of(&of, &order.id, by, now, heard, event));
                        Outcome::Done
                    }
                    Err(error) => Outcome::Refused(error.to_string()),
                };
                outcomes.push((at, outcome));
            }
            (outcomes, news)
        };
        let document = talk_of(map);
        let done = self.desk.change_with_news(&document, &subject, change);
        let (outcomes, news) = done.await?;
        self.spread(&news).await;
        Ok(outcomes)
    }

    /// What is said about a map, as it is now.
    async fn read(&self, map: &MapId) -> Result<Option<Talk>, TalkProblem> {
        let document = talk_of(map);
        if self.store.head(&document).await?.is_none() {
            return Ok(None);
        }
        let read = |txn: &mut yrs::TransactionMut<'_>| Talk::read(txn);
        Ok(Some(self.desk.change(&document, "", read).await?))
    }
}

/// Everybody whom a command names.
fn named(command: &TalkCommand) -> Vec<PersonId> {
    match command {
        TalkCommand::Start { text, .. }
        | TalkCommand::Reply { text, .. }
        | TalkCommand::Edit { text, .. } => words::mentions(text),
        TalkCommand::Assign { to, .. } => to.iter().cloned().collect(),
        TalkCommand::RequestReview { who, questions, .. } => {
            let mut people = words::mentions(questions);
            people.extend(who.iter().take(talk::limits::PEOPLE + 1).cloned());
            people
        }
        _ => Vec::new(),
    }
}
