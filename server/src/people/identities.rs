//! Who it is that a provider of OpenID Connect knows.
//!
//! The key is a hash of issuer and subject, so the store does not say what somebody is
//! called there.

use serde::{Deserialize, Serialize};

use super::{Kind, People, PeopleError, PersonId};
use crate::records::{self, Next};
use crate::store::{Records, Revision, StoreError};

#[derive(Serialize, Deserialize)]
struct Whose {
    person: PersonId,
}

fn key(identity: &str) -> String {
    format!("oidc/{identity}")
}

impl People {
    /// Whose account this is; `None` also for somebody who was removed.
    pub(crate) async fn by_identity(&self, identity: &str) -> Result<Option<PersonId>, StoreError> {
        let whose: Option<Whose> = records::get(self.store(), &key(identity)).await?;
        match whose {
            Some(Whose { person }) if self.is_account(&person).await? => Ok(Some(person)),
            _ => Ok(None),
        }
    }

    /// Connects what the provider knows with an account. `false` if it is connected with
    /// another one already.
    pub(crate) async fn connect(
        &self,
        identity: &str,
        person: &PersonId,
    ) -> Result<bool, StoreError> {
        loop {
            let found = records::read::<Whose>(self.store(), &key(identity)).await?;
            let revision = match found {
                Some((_, whose)) if whose.person == *person => return Ok(true),
                Some((_, whose)) if self.is_account(&whose.person).await? => return Ok(false),
                // Left over from somebody who was removed, or from half an account.
                Some((revision, _)) => revision,
                None => Revision(0),
            };
            let whose = Whose {
                person: person.clone(),
            };
            if records::put(self.store(), &key(identity), revision, &whose).await? {
                return Ok(true);
            }
        }
    }

    /// Makes an account for somebody whom the provider knows. A guest stays the same person.
    /// One at a time: half an account can be overtaken by the next.
    pub(crate) async fn add_known(
        &self,
        identity: &str,
        guest: Option<PersonId>,
        name: &str,
        email: Option<&str>,
    ) -> Result<PersonId, PeopleError> {
        let person = guest.unwrap_or_else(PersonId::random);
        // The identity first: if a crash comes between, it leads nowhere and can be taken
        // again, while an account without a way in could not.
        if !self.connect(identity, &person).await? {
            return Err(PeopleError::IdentityTaken);
        }
        self.make_account(&person, name, email).await?;
        Ok(person)
    }

    /// Whether the provider knows this person.
    pub(crate) async fn is_connected(&self, person: &PersonId) -> Result<bool, StoreError> {
        for key in self.store().keys("oidc/").await? {
            let whose: Option<Whose> = records::get(self.store(), &key).await?;
            if whose.is_some_and(|whose| whose.person == *person) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Forgets whom the provider knows as this person.
    pub(crate) async fn forget_identities(&self, person: &PersonId) -> Result<(), StoreError> {
        for key in self.store().keys("oidc/").await? {
            records::change(self.store(), &key, |whose: Option<Whose>| {
                let next = match whose {
                    Some(whose) if whose.person == *person => Next::Forget,
                    _ => Next::Keep,
                };
                Ok::<_, StoreError>((next, ()))
            })
            .await?;
        }
        Ok(())
    }

    async fn is_account(&self, person: &PersonId) -> Result<bool, StoreError> {
        let person = self.person(person).await?;
        Ok(person.is_some_and(|person| person.kind == Kind::Account))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MemoryStore, Store};

    #[tokio::test]
    async fn an_identity_is_one_persons_until_they_are_removed() {
        let store = Store::Memory(MemoryStore::default());
        let people = People::new(store.clone());
        let add = |identity: &'static str, name: &'static str| {
            let people = people.clone();
            async move { people.add_known(identity, None, name, None).await }
        };
        let ana = add("a", "Ana").await.unwrap();
        let ben = add("b", "Ben").await.unwrap();
        assert_eq!(people.by_identity("a").await, Ok(Some(ana.clone())));
        assert_eq!(people.connect("a", &ben).await, Ok(false));
        assert_eq!(people.connect("a", &ana).await, Ok(true));
        assert_eq!(add("a", "Ana again").await, Err(PeopleError::IdentityTaken));
        assert_eq!(people.by_identity("a").await, Ok(Some(ana.clone())));
        people.erase(&ana).await.unwrap();
        assert_eq!(people.by_identity("a").await, Ok(None));
        assert_eq!(store.keys("oidc/").await.unwrap(), ["oidc/b"]);
        let other = add("a", "Ana Two").await.unwrap();
        assert_ne!(other, ana);
    }
}
