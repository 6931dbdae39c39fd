//! The secret address under which a person's inbox can be read as a feed.
//!
//! | record | says |
//! |---|---|
//! | `feed/{hash}` | whose inbox it is |
//! | `feedof/{id}` | the hash of the one address that a person has, and since when |

use serde::{Deserialize, Serialize};
use waymark_sync::Timestamp;

use super::secret::{Secret, is_same};
use crate::people::PersonId;
use crate::records::{self, Next};
use crate::store::{Revision, Store, StoreError};

#[derive(Serialize, Deserialize)]
struct Whose {
    person: PersonId,
}

#[derive(Serialize, Deserialize)]
struct Own {
    feed: String,
    made: u64,
}

/// All addresses of feeds.
#[derive(Clone, Debug)]
pub(crate) struct Feeds {
    store: Store,
}

fn feed_key(feed: &str) -> String {
    format!("feed/{feed}")
}

fn own_key(person: &PersonId) -> String {
    format!("feedof/{person}")
}

impl Feeds {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    /// Makes a new address; the one before leads nowhere any more.
    pub(crate) async fn make(
        &self,
        person: &PersonId,
        now: Timestamp,
    ) -> Result<Secret, StoreError> {
        let secret = Secret::random();
        let whose = Whose {
            person: person.clone(),
        };
        let key = feed_key(&secret.digest());
        records::put(&self.store, &key, Revision(0), &whose).await?;
        // From here on the former one is not theirs.
        let key = own_key(person);
        let before = records::change(&self.store, &key, |before: Option<Own>| {
            let own = Own {
                feed: secret.digest(),
                made: now.0,
            };
            Ok::<_, StoreError>((Next::Write(own), before.map(|own| own.feed)))
        });
        if let Some(before) = before.await? {
            records::forget(&self.store, &feed_key(&before)).await?;
        }
        Ok(secret)
    }

    /// Since when a person has an address, if they have one.
    pub(crate) async fn made(&self, person: &PersonId) -> Result<Option<u64>, StoreError> {
        let own: Option<Own> = records::get(&self.store, &own_key(person)).await?;
        Ok(own.map(|own| own.made))
    }

    /// Ends a person's address; whether there was one.
    pub(crate) async fn end(&self, person: &PersonId) -> Result<bool, StoreError> {
        let own: Option<Own> = records::get(&self.store, &own_key(person)).await?;
        let Some(own) = own else {
            return Ok(false);
        };
        records::forget(&self.store, &feed_key(&own.feed)).await?;
        records::forget(&self.store, &own_key(person)).await
    }

    /// Whose feed is at this address.
    pub(crate) async fn whose(&self, secret: &Secret) -> Result<Option<PersonId>, StoreError> {
        let feed = secret.digest();
        let whose: Option<Whose> = records::get(&self.store, &feed_key(&feed)).await?;
        let Some(Whose { person }) = whose else {
            return Ok(None);
        };
        let own: Option<Own> = records::get(&self.store, &own_key(&person)).await?;
        Ok(own
            .is_some_and(|own| is_same(&own.feed, &feed))
            .then_some(person))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MemoryStore, Records};

    #[tokio::test]
    async fn one_address_a_person_is_good_and_what_is_kept_is_none() {
        let store = Store::Memory(MemoryStore::default());
        let feeds = Feeds::new(store.clone());
        let ana = PersonId::random();
        let first = feeds.make(&ana, Timestamp(1)).await.unwrap();
        assert_eq!(feeds.whose(&first).await, Ok(Some(ana.clone())));
        let second = feeds.make(&ana, Timestamp(2)).await.unwrap();
        assert_eq!(feeds.whose(&first).await, Ok(None));
        assert_eq!(feeds.whose(&second).await, Ok(Some(ana.clone())));
        assert_eq!(feeds.made(&ana).await, Ok(Some(2)));
        for key in store.keys("").await.unwrap() {
            let value = store.get(&key).await.unwrap().unwrap().value;
            let kept = format!("{key} {}", String::from_utf8_lossy(&value));
            assert!(!kept.contains(second.reveal()), "{kept}");
        }
        assert_eq!(feeds.end(&ana).await, Ok(true));
        assert_eq!(feeds.end(&ana).await, Ok(false));
        assert_eq!(feeds.whose(&second).await, Ok(None));
        assert_eq!(store.keys("feed").await, Ok(Vec::new()));
    }
}
