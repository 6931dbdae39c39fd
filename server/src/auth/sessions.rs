//! Who is signed in: one record for each browser.

use serde::{Deserialize, Serialize};
use waymark_sync::Timestamp;

use super::secret::{Secret, is_digest};
use crate::people::PersonId;
use crate::records::{self, Next};
use crate::store::{Records, Revision, Store, StoreError};

/// `last seen` is written again after so many milliseconds: each time costs a flush.
const SEEN_EVERY_MS: u64 = 5 * 60 * 1000;

/// How long somebody stays signed in, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetimes {
    /// Without using it.
    pub(crate) idle: u64,
    /// At most.
    pub(crate) whole: u64,
}

/// One browser that is signed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    /// When it began, in milliseconds since the Unix epoch, like all times here.
    pub(crate) made: u64,
    pub(crate) seen: u64,
    /// When it ends, used or not.
    pub(crate) until: u64,
    /// The device, as people say it.
    pub(crate) device: String,
}

impl Session {
    /// The first moment at which it no longer holds, if it is not used again.
    pub(crate) fn ends(&self, lifetimes: Lifetimes) -> Timestamp {
        Timestamp(self.until.min(self.seen + lifetimes.idle))
    }
}

/// All sessions of a store.
#[derive(Clone, Debug)]
pub(crate) struct Sessions {
    store: Store,
    lifetimes: Lifetimes,
}

fn key(person: &PersonId, id: &str) -> String {
    format!("session/{person}/{id}")
}

impl Sessions {
    pub(crate) fn new(store: Store, lifetimes: Lifetimes) -> Self {
        Self { store, lifetimes }
    }

    pub(crate) fn lifetimes(&self) -> Lifetimes {
        self.lifetimes
    }

    /// Signs a browser in; what its cookie says.
    pub(crate) async fn begin(
        &self,
        person: &PersonId,
        device: String,
        now: Timestamp,
    ) -> Result<Secret, StoreError> {
        let secret = Secret::random();
        let session = Session {
            made: now.0,
            seen: now.0,
            until: now.0 + self.lifetimes.whole,
            device,
        };
        let key = key(person, &secret.digest());
        records::put(&self.store, &key, Revision(0), &session).await?;
        Ok(secret)
    }

    /// The session of this id, if it holds.
    pub(crate) async fn live(
        &self,
        person: &PersonId,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let found: Option<Session> = records::get(&self.store, &key(person, id)).await?;
        let Some(session) = found else {
            return Ok(None);
        };
        if now >= session.ends(self.lifetimes) {
            records::forget(&self.store, &key(person, id)).await?;
            return Ok(None);
        }
        Ok(Some(session))
    }

    /// Says that it was used just now.
    pub(crate) async fn touch(
        &self,
        person: &PersonId,
        id: &str,
        session: &Session,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if now.0.saturating_sub(session.seen) < SEEN_EVERY_MS.min(self.lifetimes.idle / 4) {
            return Ok(());
        }
        records::change(&self.store, &key(person, id), |found: Option<Session>| {
            // Revoked meanwhile, it does not come back.
            let next = found.map_or(Next::Keep, |session| {
                Next::Write(Session {
                    seen: now.0.max(session.seen),
                    ..session
                })
            });
            Ok((next, ()))
        })
        .await
    }

    /// Ends one; whether there was one.
    pub(crate) async fn end(&self, person: &PersonId, id: &str) -> Result<bool, StoreError> {
        if !is_digest(id) {
            return Ok(false);
        }
        records::forget(&self.store, &key(person, id)).await
    }

    /// The ids of somebody's sessions and what is known of them, used last first.
    pub(crate) async fn list(
        &self,
        person: &PersonId,
        now: Timestamp,
    ) -> Result<Vec<(String, Session)>, StoreError> {
        let prefix = format!("session/{person}/");
        let mut sessions = Vec::new();
        for key in self.store.keys(&prefix).await? {
            let id = &key[prefix.len()..];
            if let Some(session) = self.live(person, id, now).await? {
                sessions.push((id.to_owned(), session));
            }
        }
        sessions.sort_by_key(|(_, session)| std::cmp::Reverse(session.seen));
        Ok(sessions)
    }
}

/// A browser and its system in words, from what it says of itself. Only to recognise one's
/// own devices by; nothing is decided by it.
pub(crate) fn device_words(agent: &str) -> String {
    let first = |words: &[(&str, &'static str)]| {
        let found = words.iter().find(|(mark, _)| agent.contains(mark));
        found.map(|(_, name)| *name)
    };
    // Most name others before themselves, so the order matters.
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = first(&[
        ("iPhone", "an iPhone"),
        ("iPad", "an iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "a Mac"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "An unknown device".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    const LIFETIMES: Lifetimes = Lifetimes {
        idle: 1_000,
        whole: 5_000,
    };

    #[tokio::test]
    async fn a_session_ends_unused_or_when_its_whole_time_is_over() {
        let store = Store::Memory(MemoryStore::default());
        let sessions = Sessions::new(store.clone(), LIFETIMES);
        let ana = PersonId::random();
        let begin = || sessions.begin(&ana, "Firefox".to_owned(), Timestamp(0));
        let id = begin().await.unwrap().digest();
        assert!(
            sessions
                .live(&ana, &id, Timestamp(999))
                .await
                .unwrap()
                .is_some()
        );
        assert!(
            sessions
                .live(&ana, &id, Timestamp(1_000))
                .await
                .unwrap()
                .is_none()
        );

        let id = begin().await.unwrap().digest();
        for now in (0..5_000).step_by(500) {
            let session = sessions
                .live(&ana, &id, Timestamp(now))
                .await
                .unwrap()
                .unwrap();
            sessions
                .touch(&ana, &id, &session, Timestamp(now))
                .await
                .unwrap();
        }
        assert!(
            sessions
                .live(&ana, &id, Timestamp(5_000))
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(store.keys("session/").await.unwrap(), [""; 0]);
    }

    #[tokio::test]
    async fn a_session_that_was_ended_does_not_come_back_by_being_used() {
        let sessions = Sessions::new(Store::Memory(MemoryStore::default()), LIFETIMES);
        let ana = PersonId::random();
        let begun = sessions.begin(&ana, String::new(), Timestamp(0)).await;
        let id = begun.unwrap().digest();
        let session = sessions
            .live(&ana, &id, Timestamp(1))
            .await
            .unwrap()
            .unwrap();
        assert!(sessions.end(&ana, &id).await.unwrap());
        sessions
            .touch(&ana, &id, &session, Timestamp(900))
            .await
            .unwrap();
        assert!(
            sessions
                .live(&ana, &id, Timestamp(901))
                .await
                .unwrap()
                .is_none()
        );
        assert!(!sessions.end(&ana, &id).await.unwrap());
    }

    #[test]
    fn devices_are_told_in_words() {
        for (agent, words) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) Version/18.0 Mobile Safari/604.1",
                "Safari on an iPhone",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
                "Firefox on Linux",
            ),
            ("", "An unknown device"),
        ] {
            assert_eq!(device_words(agent), words);
        }
    }
}
