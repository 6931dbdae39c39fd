//! What somebody may do on a map: a role of their own, or through a link.

use serde::{Deserialize, Serialize};
use waymark_model::ids::MapId;
use waymark_sync::Role;

use super::role::as_optional_word;
use super::{People, PersonId};
use crate::records::{self, Next};
use crate::store::{Records, StoreError};

/// Where somebody's access to a map comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Access {
    /// What they were given by somebody, or made the map with.
    #[serde(default, with = "as_optional_word")]
    pub(crate) own: Option<Role>,
    /// The links they came through. What these allow is asked of the links themselves, so
    /// that changing or revoking one reaches everybody who used it.
    #[serde(default)]
    pub(crate) links: Vec<String>,
    /// Somebody chose their role: no link changes it any more.
    #[serde(default)]
    pub(crate) chosen: bool,
}

/// More links than that say nothing new about somebody.
const LINKS: usize = 8;

/// Keys begin with the person: the list of maps asks this far more often than the dialog
/// that shares one.
fn access_key(person: &PersonId, map: &MapId) -> String {
    format!("access/{person}/{map}")
}

impl People {
    pub(crate) async fn access(
        &self,
        person: &PersonId,
        map: &MapId,
    ) -> Result<Access, StoreError> {
        let found = records::get(self.store(), &access_key(person, map)).await?;
        Ok(found.unwrap_or_default())
    }

    /// Gives somebody a role of their own on a map, in place of what links allow, or takes
    /// all access: they may come through a link again.
    pub(crate) async fn set_role(
        &self,
        person: &PersonId,
        map: &MapId,
        role: Option<Role>,
    ) -> Result<(), StoreError> {
        self.change_access(person, map, |access| {
            access.links.clear();
            access.own = role;
            access.chosen = role.is_some();
        })
        .await
    }

    /// Remembers that somebody came through a link.
    pub(crate) async fn came_through(
        &self,
        person: &PersonId,
        map: &MapId,
        link: &str,
    ) -> Result<(), StoreError> {
        self.change_access(person, map, |access| {
            if !access.chosen && !access.links.iter().any(|it| it == link) {
                access.links.push(link.to_owned());
                if access.links.len() > LINKS {
                    access.links.remove(0);
                }
            }
        })
        .await
    }

    async fn change_access(
        &self,
        person: &PersonId,
        map: &MapId,
        change: impl Fn(&mut Access),
    ) -> Result<(), StoreError> {
        records::change(self.store(), &access_key(person, map), |before| {
            let mut access: Access = before.unwrap_or_default();
            change(&mut access);
            let next = if access == Access::default() {
                Next::Forget
            } else {
                Next::Write(access)
            };
            Ok((next, ()))
        })
        .await
    }

    /// The maps that somebody has anything to do with.
    pub(crate) async fn maps_of(&self, person: &PersonId) -> Result<Vec<MapId>, StoreError> {
        let prefix = format!("access/{person}/");
        let keys = self.store().keys(&prefix).await?;
        let map = |key: &String| MapId::parse(key.strip_prefix(&prefix)?).ok();
        Ok(keys.iter().filter_map(map).collect())
    }

    /// The people who have anything to do with a map.
    pub(crate) async fn people_of(&self, map: &MapId) -> Result<Vec<PersonId>, StoreError> {
        let keys = self.store().keys("access/").await?;
        let person = |key: &String| {
            let (person, on) = key.strip_prefix("access/")?.split_once('/')?;
            (on == map.as_str()).then(|| PersonId::parse(person))?
        };
        Ok(keys.iter().filter_map(person).collect())
    }
}
