//! Who wants to be written to about what they have not read, and how often.
//!
//! | record | says |
//! |---|---|
//! | `digest/{id}` | how often, when it was looked last, up to when was told |
//! | `digest-key` | what the addresses are signed with by which letters are stopped |
//!
//! Without a record nothing is sent.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use waymark_model::ids::PersonId as Spoken;
use waymark_sync::Timestamp;

use super::Outward;
use super::worker::Worker;
use crate::people::{Kind, PersonId};
use crate::records::{self, Next};
use crate::store::{Records, StoreError};
use crate::talk::{Shown, TalkProblem};

const DIGESTS: &str = "digest/";
const KEY: &str = "digest-key";
const HOUR_MS: u64 = 60 * 60 * 1000;

/// How often somebody is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Every {
    Off,
    Hourly,
    Daily,
}

impl Every {
    fn pause(self) -> Option<u64> {
        match self {
            Self::Off => None,
            Self::Hourly => Some(HOUR_MS),
            Self::Daily => Some(24 * HOUR_MS),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Off => "never",
            Self::Hourly => "once an hour",
            Self::Daily => "once a day",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Digest {
    every: Every,
    /// When it was looked whether there is something, in milliseconds since the Unix epoch.
    looked: u64,
    /// Entries up to then were told.
    told: u64,
}

impl Digest {
    fn is_due(&self, now: Timestamp) -> bool {
        let pause = self.every.pause();
        pause.is_some_and(|pause| now.0 >= self.looked.saturating_add(pause))
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct Key {
    key: String,
}

fn digest_key(person: &PersonId) -> String {
    format!("{DIGESTS}{person}")
}

impl Outward {
    /// How often somebody is written to.
    pub(crate) async fn digest_of(&self, person: &PersonId) -> Result<Every, StoreError> {
        let digest: Option<Digest> = records::get(&self.store, &digest_key(person)).await?;
        Ok(digest.map_or(Every::Off, |digest| digest.every))
    }

    /// Sets how often. Whoever turns it on is told at once what is unread.
    pub(crate) async fn set_digest(
        &self,
        person: &PersonId,
        every: Every,
    ) -> Result<(), StoreError> {
        let key = digest_key(person);
        if every == Every::Off {
            records::forget(&self.store, &key).await?;
            return Ok(());
        }
        records::change(&self.store, &key, |before: Option<Digest>| {
            let digest = match before {
                Some(before) => Digest { every, ..before },
                None => Digest {
                    every,
                    looked: 0,
                    told: 0,
                },
            };
            Ok::<_, StoreError>((Next::Write(digest), ()))
        })
        .await?;
        self.write.notify_one();
        Ok(())
    }

    async fn digest_secret(&self) -> Result<Vec<u8>, StoreError> {
        let fresh = Key {
            key: Base64UrlUnpadded::encode_string(
                &[
                    crate::random::bits128().to_be_bytes(),
                    crate::random::bits128().to_be_bytes(),
                ]
                .concat(),
            ),
        };
        let key = records::change(&self.store, KEY, |key: Option<Key>| {
            Ok::<_, StoreError>(match key {
                Some(key) => (Next::Keep, key),
                None => (Next::Write(fresh.clone()), fresh.clone()),
            })
        });
        Ok(key.await?.key.into_bytes())
    }

    async fn mac(&self, person: &PersonId) -> Result<Hmac<Sha256>, StoreError> {
        let key = self.digest_secret().await?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("keys of every length do");
        mac.update(format!("unsubscribe/{person}").as_bytes());
        Ok(mac)
    }

    /// What ends a person's letters without signing in, and can do nothing else.
    async fn unsubscribe_token(&self, person: &PersonId) -> Result<String, StoreError> {
        let mac = self.mac(person).await?.finalize().into_bytes();
        Ok(format!(
            "{person}.{}",
            Base64UrlUnpadded::encode_string(&mac)
        ))
    }

    /// Whose letters that ends.
    pub(crate) async fn unsubscribes(&self, token: &str) -> Result<Option<PersonId>, StoreError> {
        let parts = token.split_once('.');
        let Some((Some(person), mac)) = parts.map(|(id, mac)| (PersonId::parse(id), mac)) else {
            return Ok(None);
        };
        let Ok(said) = Base64UrlUnpadded::decode_vec(mac) else {
            return Ok(None);
        };
        let is_right = self.mac(&person).await?.verify_slice(&said).is_ok();
        Ok(is_right.then_some(person))
    }
}

impl Worker {
    /// Writes to everybody whose time it is.
    pub(super) async fn write_digests(&self) -> Result<(), StoreError> {
        if !self.outward.has_mail() {
            return Ok(());
        }
        let store = &self.outward.store;
        for key in store.keys(DIGESTS).await? {
            let digest: Option<Digest> = records::get(store, &key).await?;
            let person = PersonId::parse(&key[DIGESTS.len()..]);
            let (Some(digest), Some(person)) = (digest, person) else {
                continue;
            };
            if !digest.is_due(self.clock.now()) {
                continue;
            }
            match self.write_digest(&person, digest).await {
                Ok(told) => self.note(&key, told).await?,
                // Tried again at the next round.
                Err(error) => tracing::warn!(%error, "what is unread cannot be gathered"),
            }
        }
        Ok(())
    }

    /// Writes to one person: up to when they are told.
    async fn write_digest(&self, person: &PersonId, digest: Digest) -> Result<u64, TalkProblem> {
        let known = self.auth.people().person(person).await?;
        let known = known.filter(|it| it.kind == Kind::Account);
        let (Some(email), Ok(spoken)) = (
            known.and_then(|it| it.email),
            Spoken::parse(person.as_str()),
        ) else {
            return Ok(digest.told);
        };
        let page = self.talks.inbox(&spoken).await?;
        let unread: Vec<&Shown> = page
            .entries
            .iter()
            .filter(|it| !it.read && it.at > digest.told)
            .collect();
        let Some(newest) = unread.iter().map(|it| it.at).max() else {
            return Ok(digest.told);
        };
        let token = self.outward.unsubscribe_token(person).await?;
        let stop = format!("{}/unsubscribe/{token}", self.outward.base());
        let words = digest.every.words();
        match self.outward.digest(&email, &unread, words, stop).await {
            Ok(()) => Ok(newest),
            // It is in the next one.
            Err(_) => Ok(digest.told),
        }
    }

    async fn note(&self, key: &str, told: u64) -> Result<(), StoreError> {
        let now = self.clock.now().0;
        records::change(&self.outward.store, key, |before: Option<Digest>| {
            Ok::<_, StoreError>(match before {
                Some(before) => {
                    let looked = now;
                    (
                        Next::Write(Digest {
                            looked,
                            told,
                            ..before
                        }),
                        (),
                    )
                }
                // Turned off meanwhile.
                None => (Next::Keep, ()),
            })
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_written_to_more_often_than_they_chose() {
        let digest = |every| Digest {
            every,
            looked: 1_000,
            told: 0,
        };
        for (every, pause) in [(Every::Hourly, HOUR_MS), (Every::Daily, 24 * HOUR_MS)] {
            assert!(!digest(every).is_due(Timestamp(1_000 + pause - 1)));
            assert!(digest(every).is_due(Timestamp(1_000 + pause)));
        }
        assert!(!digest(Every::Off).is_due(Timestamp(u64::MAX)));
    }
}
