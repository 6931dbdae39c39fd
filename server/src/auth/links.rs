//! Links that let people in: to a map as a guest, to the workspace, to a new password, and
//! the first one to an empty server.
//!
//! A link's secret is in the fragment of its address, which browsers send nowhere; the page
//! exchanges it once. What is kept is its hash.

use serde::{Deserialize, Serialize};
use waymark_model::ids::MapId;
use waymark_sync::{Role, Timestamp};

use super::secret::{Secret, is_digest, is_same};
use crate::people::{PersonId, Place, role_as_word};
use crate::records::{self, Next};
use crate::store::{Records, Revision, Store, StoreError};

/// Where the hash of the one setup link is.
const SETUP: &str = "setup";
const HOUR_MS: u64 = 60 * 60 * 1000;
/// How long an invitation is good, in milliseconds.
pub(crate) const INVITE_MS: u64 = 7 * 24 * HOUR_MS;
/// How long an administrator's link to a new password is good, in hours.
pub(crate) const RESET_HOURS: u64 = 24;

/// A way onto one map, for whoever has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShareLink {
    #[serde(with = "role_as_word")]
    pub(crate) role: Role,
    /// What the owner calls it.
    #[serde(default)]
    pub(crate) label: String,
    /// The hash of its password, in PHC form.
    #[serde(default)]
    pub(crate) password: Option<Hidden>,
    /// In milliseconds since the Unix epoch, like all times here.
    #[serde(default)]
    pub(crate) until: Option<u64>,
    /// How many people may come through it.
    #[serde(default)]
    pub(crate) most: Option<u32>,
    /// How many have.
    #[serde(default)]
    pub(crate) used: u32,
    pub(crate) by: PersonId,
    pub(crate) made: u64,
}

/// Something that `Debug` must not show.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Hidden(pub(crate) String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl ShareLink {
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| now.0 >= until)
    }

    pub(crate) fn is_used_up(&self) -> bool {
        self.most.is_some_and(|most| self.used >= most)
    }
}

/// A way into the workspace, for one person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Invite {
    pub(crate) place: Place,
    /// Who it is meant for, to recognise it by in the list; gone with the invitation.
    #[serde(default)]
    pub(crate) email: Option<String>,
    pub(crate) by: PersonId,
    pub(crate) made: u64,
    pub(crate) until: u64,
}

/// A way to a new password.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Reset {
    person: PersonId,
    until: u64,
}

#[derive(Serialize, Deserialize)]
struct Setup {
    secret: String,
}

/// All links of a store.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    store: Store,
}

fn share_key(map: &MapId, id: &str) -> String {
    format!("link/{map}/{id}")
}

fn invite_key(id: &str) -> String {
    format!("invite/{id}")
}

fn reset_key(id: &str) -> String {
    format!("reset/{id}")
}

impl Links {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    /// Makes a link to a map: its id, and what goes into the address.
    pub(crate) async fn share(
        &self,
        map: &MapId,
        link: &ShareLink,
    ) -> Result<(String, String), StoreError> {
        let secret = Secret::random();
        let id = secret.digest();
        records::put(&self.store, &share_key(map, &id), Revision(0), link).await?;
        Ok((id, format!("{map}.{}", secret.reveal())))
    }

    /// Which link an address means; nothing is looked up.
    pub(crate) fn parse_share(text: &str) -> Option<(MapId, String)> {
        let (map, secret) = text.rsplit_once('.')?;
        Some((MapId::parse(map).ok()?, Secret::parse(secret)?.digest()))
    }

    pub(crate) async fn shared(
        &self,
        map: &MapId,
        id: &str,
    ) -> Result<Option<ShareLink>, StoreError> {
        records::get(&self.store, &share_key(map, id)).await
    }

    /// Counts one more person through a link; `None` if it does not let anybody through.
    pub(crate) async fn pass(
        &self,
        map: &MapId,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<Role>, StoreError> {
        records::change(
            &self.store,
            &share_key(map, id),
            |link: Option<ShareLink>| {
                Ok(match link {
                    Some(link) if !link.is_over(now) && !link.is_used_up() => {
                        let role = link.role;
                        let used = link.used + 1;
                        (Next::Write(ShareLink { used, ..link }), Some(role))
                    }
                    _ => (Next::Keep, None),
                })
            },
        )
        .await
    }

    /// The links of a map, the newest first.
    pub(crate) async fn of_map(&self, map: &MapId) -> Result<Vec<(String, ShareLink)>, StoreError> {
        let prefix = format!("link/{map}/");
        let mut links = Vec::new();
        for key in self.store.keys(&prefix).await? {
            if let Some(link) = records::get(&self.store, &key).await? {
                links.push((key[prefix.len()..].to_owned(), link));
            }
        }
        links.sort_by_key(|(_, link): &(String, ShareLink)| std::cmp::Reverse(link.made));
        Ok(links)
    }

    /// Ends a link; whether there was one.
    pub(crate) async fn revoke(&self, map: &MapId, id: &str) -> Result<bool, StoreError> {
        if !is_digest(id) {
            return Ok(false);
        }
        records::forget(&self.store, &share_key(map, id)).await
    }

    /// Makes an invitation: its id and its secret.
    pub(crate) async fn invite(&self, invite: &Invite) -> Result<(String, Secret), StoreError> {
        let secret = Secret::random();
        let id = secret.digest();
        records::put(&self.store, &invite_key(&id), Revision(0), invite).await?;
        Ok((id, secret))
    }

    /// The invitation of this secret, if it holds.
    pub(crate) async fn invited(
        &self,
        secret: &Secret,
        now: Timestamp,
    ) -> Result<Option<Invite>, StoreError> {
        let found: Option<Invite> =
            records::get(&self.store, &invite_key(&secret.digest())).await?;
        Ok(found.filter(|invite| now.0 < invite.until))
    }

    /// Uses an invitation up: of two who try at once, one gets it.
    pub(crate) async fn accept(
        &self,
        secret: &Secret,
        now: Timestamp,
    ) -> Result<Option<Invite>, StoreError> {
        let key = invite_key(&secret.digest());
        records::change(&self.store, &key, |invite: Option<Invite>| {
            Ok(match invite {
                Some(invite) if now.0 < invite.until => (Next::Forget, Some(invite)),
                Some(_) => (Next::Forget, None),
                None => (Next::Keep, None),
            })
        })
        .await
    }

    /// The invitations that are out, the newest first; what has run out is forgotten.
    pub(crate) async fn invites(
        &self,
        now: Timestamp,
    ) -> Result<Vec<(String, Invite)>, StoreError> {
        let mut invites = Vec::new();
        for key in self.store.keys("invite/").await? {
            match records::get::<Invite>(&self.store, &key).await? {
                Some(invite) if now.0 < invite.until => {
                    invites.push((key["invite/".len()..].to_owned(), invite));
                }
                Some(_) => drop(records::forget(&self.store, &key).await?),
                None => {}
            }
        }
        invites.sort_by_key(|(_, invite)| std::cmp::Reverse(invite.made));
        Ok(invites)
    }

    pub(crate) async fn withdraw(&self, id: &str) -> Result<bool, StoreError> {
        if !is_digest(id) {
            return Ok(false);
        }
        records::forget(&self.store, &invite_key(id)).await
    }

    /// Makes a link to a new password.
    pub(crate) async fn reset(
        &self,
        person: &PersonId,
        now: Timestamp,
    ) -> Result<Secret, StoreError> {
        self.reset_within(person, RESET_HOURS, now).await
    }

    /// The same that is good for so many hours.
    pub(crate) async fn reset_within(
        &self,
        person: &PersonId,
        hours: u64,
        now: Timestamp,
    ) -> Result<Secret, StoreError> {
        let secret = Secret::random();
        let reset = Reset {
            person: person.clone(),
            until: now.0 + hours * HOUR_MS,
        };
        let key = reset_key(&secret.digest());
        records::put(&self.store, &key, Revision(0), &reset).await?;
        Ok(secret)
    }

    /// Uses a link to a new password up: whose it is.
    pub(crate) async fn use_reset(
        &self,
        secret: &Secret,
        now: Timestamp,
    ) -> Result<Option<PersonId>, StoreError> {
        let key = reset_key(&secret.digest());
        records::change(&self.store, &key, |reset: Option<Reset>| {
            Ok(match reset {
                Some(reset) if now.0 < reset.until => (Next::Forget, Some(reset.person)),
                Some(_) => (Next::Forget, None),
                None => (Next::Keep, None),
            })
        })
        .await
    }

    /// Forgets what could still give a person a new password.
    pub(crate) async fn forget_resets(&self, person: &PersonId) -> Result<(), StoreError> {
        for key in self.store.keys("reset/").await? {
            let reset: Option<Reset> = records::get(&self.store, &key).await?;
            if reset.is_some_and(|reset| reset.person == *person) {
                records::forget(&self.store, &key).await?;
            }
        }
        Ok(())
    }

    /// Makes the setup link anew; the one before is void.
    pub(crate) async fn setup(&self) -> Result<Secret, StoreError> {
        let secret = Secret::random();
        records::change(&self.store, SETUP, |_: Option<Setup>| {
            let setup = Setup {
                secret: secret.digest(),
            };
            Ok::<_, StoreError>((Next::Write(setup), ()))
        })
        .await?;
        Ok(secret)
    }

    /// Whether this is the secret of the setup link.
    pub(crate) async fn is_setup(&self, secret: &Secret) -> Result<bool, StoreError> {
        let setup: Option<Setup> = records::get(&self.store, SETUP).await?;
        Ok(setup.is_some_and(|setup| is_same(&setup.secret, &secret.digest())))
    }

    /// Uses the setup link up; of two who try at once, one may.
    pub(crate) async fn use_setup(&self, secret: &Secret) -> Result<bool, StoreError> {
        let said = secret.digest();
        records::change(&self.store, SETUP, |setup: Option<Setup>| {
            Ok(match setup {
                Some(setup) if is_same(&setup.secret, &said) => (Next::Forget, true),
                _ => (Next::Keep, false),
            })
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    fn links() -> Links {
        Links::new(Store::Memory(MemoryStore::default()))
    }

    #[tokio::test]
    async fn a_link_lets_as_many_people_through_as_it_says_and_no_longer() {
        let links = links();
        let map = MapId::parse("m1").unwrap();
        let link = ShareLink {
            role: Role::Editor,
            label: String::new(),
            password: None,
            until: Some(100),
            most: Some(2),
            used: 0,
            by: PersonId::local(),
            made: 0,
        };
        let (id, text) = links.share(&map, &link).await.unwrap();
        assert_eq!(Links::parse_share(&text), Some((map.clone(), id.clone())));
        let pass = |now| links.pass(&map, &id, Timestamp(now));
        let (one, two, three) = tokio::join!(pass(1), pass(2), pass(3));
        let through = [one, two, three].map(Result::unwrap);
        assert_eq!(through.iter().flatten().count(), 2);

        let (id, _) = links.share(&map, &link).await.unwrap();
        assert_eq!(links.pass(&map, &id, Timestamp(100)).await, Ok(None));
        assert_eq!(
            links.pass(&map, &id, Timestamp(99)).await,
            Ok(Some(Role::Editor))
        );
        assert_eq!(links.revoke(&map, &id).await, Ok(true));
        assert_eq!(links.pass(&map, &id, Timestamp(99)).await, Ok(None));
    }

    #[tokio::test]
    async fn nothing_that_is_kept_lets_anybody_in() {
        let store = Store::Memory(MemoryStore::default());
        let links = Links::new(store.clone());
        let setup = links.setup().await.unwrap();
        let reset = links
            .reset(&PersonId::random(), Timestamp(0))
            .await
            .unwrap();
        for key in store.keys("").await.unwrap() {
            let value = store.get(&key).await.unwrap().unwrap().value;
            let kept = format!("{key} {}", String::from_utf8_lossy(&value));
            for secret in [&setup, &reset] {
                assert!(!kept.contains(secret.reveal()), "{kept}");
            }
        }
    }

    #[tokio::test]
    async fn links_for_one_person_work_once_and_in_time() {
        let links = links();
        let ana = PersonId::random();
        let reset = links.reset(&ana, Timestamp(0)).await.unwrap();
        assert_eq!(
            links.use_reset(&reset, Timestamp(1)).await,
            Ok(Some(ana.clone()))
        );
        assert_eq!(links.use_reset(&reset, Timestamp(1)).await, Ok(None));
        let late = links.reset(&ana, Timestamp(0)).await.unwrap();
        let over = Timestamp(RESET_HOURS * HOUR_MS);
        assert_eq!(links.use_reset(&late, over).await, Ok(None));
        let setup = links.setup().await.unwrap();
        let newer = links.setup().await.unwrap();
        assert_eq!(links.use_setup(&setup).await, Ok(false));
        assert_eq!(links.is_setup(&newer).await, Ok(true));
        assert_eq!(links.use_setup(&newer).await, Ok(true));
        assert_eq!(links.use_setup(&newer).await, Ok(false));
    }
}
