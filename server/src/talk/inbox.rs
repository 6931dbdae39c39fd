//! What people should hear.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use waymark_model::ids::{MapId, PersonId};
use waymark_model::talk::Talk;
use waymark_model::talk::inbox::{self, Entry, Inbox};

use super::{TalkProblem, Talks, Voice, begin, inbox_of};

/// The longest excerpt of a comment, in characters.
const EXCERPT: usize = 160;
/// How many entries are told at once.
const TOLD: usize = 100;

/// What is asked of one's own inbox.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Errand {
    /// These were seen, or are to be seen again.
    Mark { entries: Vec<String>, read: bool },
    /// Nothing more of a map, or again.
    Mute { map: MapId, muted: bool },
}

/// An inbox as it is shown.
#[derive(Debug, Serialize)]
pub(crate) struct InboxPage {
    pub(crate) entries: Vec<Shown>,
    muted: Vec<MapId>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    pub(crate) id: String,
    why: &'static str,
    /// The same as words after a name.
    #[serde(skip)]
    pub(crate) phrase: &'static str,
    pub(crate) map: MapId,
    /// What the map is called.
    pub(crate) title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<String>,
    pub(crate) by: Voice,
    pub(crate) at: u64,
    pub(crate) read: bool,
    /// What was said, as plain words.
    pub(crate) words: String,
}

impl Shown {
    /// Where it leads, after the address of the server. Ids need no quoting.
    pub(crate) fn path(&self) -> String {
        match (&self.thread, &self.review) {
            (Some(thread), _) => format!("/map/{}?thread={thread}", self.map),
            (None, Some(review)) => format!("/map/{}?review={review}", self.map),
            (None, None) => format!("/map/{}", self.map),
        }
    }
}

impl Talks {
    /// One's own inbox.
    pub(crate) async fn inbox(&self, person: &PersonId) -> Result<InboxPage, TalkProblem> {
        let document = inbox_of(person);
        begin(&self.store, &document, self.clock.now()).await?;
        let read = |txn: &mut yrs::TransactionMut<'_>| Inbox::read(txn);
        let Inbox { entries, muted } = self.desk.change(&document, "", read).await?;
        let now = self.clock.now();
        let mut shown = Vec::new();
        let mut maps: HashMap<MapId, Option<(String, Talk)>> = HashMap::new();
        for entry in entries.into_iter().take(TOLD) {
            if !maps.contains_key(&entry.map) {
                let spoken_of = match self.sees(person, &entry.map, now).await? {
                    true => self.maps.title(&entry.map).await.unwrap_or_default(),
                    false => None,
                };
                let known = match spoken_of {
                    Some(title) => Some((title, self.read(&entry.map).await?.unwrap_or_default())),
                    None => None,
                };
                maps.insert(entry.map.clone(), known);
            }
            // A map that is gone, or may no longer be seen, is not spoken of.
            let Some((title, talk)) = &maps[&entry.map] else {
                continue;
            };
            let by = self.voice(&entry.by).await?;
            let words = self.excerpt(talk, &entry).await?;
            shown.push(Shown {
                title: title.clone(),
                words,
                by,
                id: entry.id,
                why: entry.why.word(),
                phrase: entry.why.label(),
                map: entry.map,
                thread: entry.thread.map(|it| it.to_string()),
                review: entry.review.map(|it| it.to_string()),
                at: entry.at,
                read: entry.read,
            });
        }
        Ok(InboxPage {
            entries: shown,
            muted: muted.into_iter().collect(),
        })
    }

    /// The beginning of what an entry is about.
    async fn excerpt(&self, talk: &Talk, entry: &Entry) -> Result<String, TalkProblem> {
        let thread = entry.thread.as_ref().and_then(|id| talk.thread(id));
        let message = entry.message.as_ref().and_then(|id| talk.message(id));
        let review = entry.review.as_ref().and_then(|id| talk.review(id));
        let text = match (message, thread, review) {
            (Some((_, message)), _, _) => &message.text,
            (None, Some(thread), _) => &thread.messages[0].text,
            (None, None, Some(review)) => &review.questions,
            (None, None, None) => return Ok(String::new()),
        };
        let plain = self.spelt_out(text).await?.replace('\n', " ");
        let mut excerpt: String = plain.chars().take(EXCERPT).collect();
        if excerpt.len() < plain.len() {
            excerpt.push('…');
        }
        Ok(excerpt)
    }

    /// Does something with one's own inbox.
    pub(crate) async fn run_errand(
        &self,
        person: &PersonId,
        errand: Errand,
    ) -> Result<(), TalkProblem> {
        let (document, now) = (inbox_of(person), self.clock.now());
        begin(&self.store, &document, now).await?;
        let change = move |txn: &mut yrs::TransactionMut<'_>| match errand {
            Errand::Mark { entries, read } => inbox::mark(txn, &entries, read, now.0),
            Errand::Mute { map, muted } => inbox::mute(txn, &map, muted, now.0),
        };
        let subject = person.as_str().to_owned();
        Ok(self.desk.change(&document, &subject, change).await?)
    }
}
