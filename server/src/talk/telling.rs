//! What is told outside of something that happened, as it is now: who is gone has no name
//! any more, and what was deleted no words.

use serde_json::{Value, json};
use waymark_model::ids::PersonId;
use waymark_model::talk::words;

use super::{TalkProblem, Talks};
use crate::outward::Event;

/// The longest text of a comment that is told, in characters.
const WORDS: usize = 2_000;

impl Talks {
    /// An event as JSON. `base` is how people reach this server.
    pub(crate) async fn describe(&self, event: &Event, base: &str) -> Result<Value, TalkProblem> {
        let Some(map) = &event.map else {
            return Ok(json!({}));
        };
        let title = self.maps.title(map).await.unwrap_or_default();
        let page = format!("{base}/map/{map}");
        let mut data = json!({ "map": { "id": map, "title": title, "url": page } });
        if let Some(before) = &event.before {
            data["map"]["title_before"] = before.as_str().into();
        }
        if let Some(by) = &event.by {
            data["by"] = self.called(by).await?;
        }
        if !event.to.is_empty() {
            let mut to = Vec::new();
            for person in &event.to {
                to.push(self.called(person).await?);
            }
            data["to"] = to.into();
        }
        if event.thread.is_none() && event.review.is_none() {
            return Ok(data);
        }
        let talk = self.read(map).await?.unwrap_or_default();
        if let Some(id) = &event.thread {
            let found = talk.thread(id);
            data["thread"] = json!({
                "id": id,
                "url": format!("{page}?thread={id}"),
                "about": found.map(|it| it.anchor.words.clone()),
                "open": found.map(|it| it.is_open()),
                "due": found.and_then(|it| it.due.as_ref().map(|day| day.to_string())),
            });
        }
        if let Some(id) = &event.message {
            let text = talk.message(id).map(|(_, message)| message.text.as_str());
            let text = self.spelt_out(text.unwrap_or_default()).await?;
            data["message"] = json!({ "id": id, "text": text });
        }
        if let Some(id) = &event.review {
            let found = talk.review(id);
            let questions = found.map_or("", |it| it.questions.as_str());
            data["review"] = json!({
                "id": id,
                "url": format!("{page}?review={id}"),
                "until": found.and_then(|it| it.until.as_ref().map(|day| day.to_string())),
                "questions": self.spelt_out(questions).await?,
            });
        }
        Ok(data)
    }

    async fn called(&self, person: &PersonId) -> Result<Value, TalkProblem> {
        let voice = self.voice(person).await?;
        Ok(json!({ "id": voice.id, "name": voice.name }))
    }

    /// A comment as plain words, with names for mentions.
    pub(super) async fn spelt_out(&self, text: &str) -> Result<String, TalkProblem> {
        let mut names = std::collections::HashMap::new();
        for person in words::mentions(text) {
            let name = self.voice(&person).await?.name;
            names.insert(person, name);
        }
        let name = |person: &PersonId| names.get(person).cloned().unwrap_or_default();
        Ok(words::plain(text, &name).chars().take(WORDS).collect())
    }
}
