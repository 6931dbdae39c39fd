//! What the letters say.

use super::Outward;
use super::mail::{Letter, NotSent, Part};
use crate::talk::Shown;

/// How many entries of an inbox are in one letter.
const ENTRIES: usize = 20;

impl Outward {
    /// Whether letters can be sent.
    pub(crate) fn has_mail(&self) -> bool {
        self.mail.is_some()
    }

    async fn post(&self, letter: Letter) -> Result<(), NotSent> {
        let mail = self.mail.as_ref().ok_or(NotSent::Unreachable)?;
        let sent = mail.send(&letter).await;
        if let Err(error) = &sent {
            tracing::warn!(%error, "a letter was not sent");
        }
        sent
    }

    /// An invitation: `by` is who invites, `path` leads to it.
    pub(crate) async fn invite(
        &self,
        to: &str,
        by: &str,
        workspace: &str,
        path: &str,
    ) -> Result<(), NotSent> {
        let place = match workspace {
            "" => "Waymark",
            name => name,
        };
        self.post(Letter {
            to: to.to_owned(),
            subject: format!("{by} invites you to {place}"),
            parts: vec![
                Part::Words(format!(
                    "{by} invites you to work on journey maps in {place}."
                )),
                self.link("Accept the invitation", path),
                Part::Small(
                    "The link works once, for seven days. If you do not know what this is about, \
                     you need not do anything."
                        .to_owned(),
                ),
            ],
            unsubscribe: None,
        })
        .await
    }

    /// A link to a new password.
    pub(crate) async fn new_password(
        &self,
        to: &str,
        path: &str,
        hours: u64,
    ) -> Result<(), NotSent> {
        let within = match hours {
            1 => "an hour".to_owned(),
            hours => format!("{hours} hours"),
        };
        self.post(Letter {
            to: to.to_owned(),
            subject: "Choose a new password".to_owned(),
            parts: vec![
                Part::Words("With this link you choose a new password for Waymark.".to_owned()),
                self.link("Choose a new password", path),
                Part::Small(format!(
                    "The link works once, within {within}. If you did not ask for it, you need \
                     not do anything: your password stays as it is."
                )),
            ],
            unsubscribe: None,
        })
        .await
    }

    /// The answer to who wants a new password and has none.
    pub(crate) async fn no_password(&self, to: &str, service: &str) -> Result<(), NotSent> {
        self.post(Letter {
            to: to.to_owned(),
            subject: "How you sign in to Waymark".to_owned(),
            parts: vec![
                Part::Words(format!(
                    "Somebody, probably you, asked for a new password. Your account has none: \
                     you sign in with {service}."
                )),
                self.link("Sign in", "/sign-in"),
            ],
            unsubscribe: None,
        })
        .await
    }

    /// What is unread in somebody's inbox.
    pub(super) async fn digest(
        &self,
        to: &str,
        unread: &[&Shown],
        every: &str,
        unsubscribe: String,
    ) -> Result<(), NotSent> {
        let count = match unread.len() {
            1 => "One thing".to_owned(),
            many => format!("{many} things"),
        };
        let mut parts = vec![Part::Words(format!("{count} in your inbox:"))];
        parts.extend(unread.iter().take(ENTRIES).map(|it| Part::Item {
            title: format!("{} {} · {}", it.by.name, it.phrase, it.title),
            words: it.words.clone(),
            url: format!("{}{}", self.base(), it.path()),
        }));
        if unread.len() > ENTRIES {
            let more = unread.len() - ENTRIES;
            parts.push(Part::Words(format!("And {more} more.")));
        }
        parts.push(Part::Small(format!(
            "You get this at most {every}. Change that at {}/account, or stop it here: {unsubscribe}",
            self.base()
        )));
        self.post(Letter {
            to: to.to_owned(),
            subject: match unread {
                [only] => format!("{} {} · {}", only.by.name, only.phrase, only.title),
                _ => format!("{count} in your Waymark inbox"),
            },
            parts,
            unsubscribe: Some(unsubscribe),
        })
        .await
    }

    fn link(&self, label: &str, path: &str) -> Part {
        Part::Link {
            label: label.to_owned(),
            url: format!("{}{path}", self.base()),
        }
    }
}
