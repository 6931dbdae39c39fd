//! The workspace, and who belongs to it as what.

use serde::{Deserialize, Serialize};
use waymark_model::ids::MapId;
use waymark_sync::Role;

use super::role::as_optional_word;
use super::{People, PeopleError, PersonId, WorkspaceId};
use crate::records::{self, Next};
use crate::store::{Records, Revision, StoreError};

/// What somebody is in a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Place {
    /// Owner of every map; lets people in.
    Admin,
    /// Makes maps, and sees what is shared with them or with all members.
    Member,
}

/// What is said of a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Workspace {
    pub(crate) name: String,
    /// What every member may do on every map; `None` where maps are shared one by one.
    #[serde(default, with = "as_optional_word")]
    pub(crate) members_may: Option<Role>,
}

impl Default for Workspace {
    fn default() -> Self {
        Self {
            name: "Waymark".to_owned(),
            members_may: None,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Member {
    place: Place,
}

#[derive(Serialize, Deserialize)]
struct MapOf {
    workspace: WorkspaceId,
}

fn members_key(workspace: &WorkspaceId) -> String {
    format!("member/{}/", workspace.as_str())
}

fn member_key(workspace: &WorkspaceId, person: &PersonId) -> String {
    format!("{}{person}", members_key(workspace))
}

fn workspace_key(workspace: &WorkspaceId) -> String {
    format!("workspace/{}", workspace.as_str())
}

impl People {
    pub(crate) async fn workspace(&self, id: &WorkspaceId) -> Result<Workspace, StoreError> {
        let found = records::get(self.store(), &workspace_key(id)).await?;
        Ok(found.unwrap_or_default())
    }

    pub(crate) async fn set_workspace(
        &self,
        id: &WorkspaceId,
        workspace: &Workspace,
    ) -> Result<(), StoreError> {
        records::change(self.store(), &workspace_key(id), |_: Option<Workspace>| {
            Ok((Next::Write(workspace.clone()), ()))
        })
        .await
    }

    /// Which workspace a map belongs to.
    pub(crate) async fn workspace_of(&self, map: &MapId) -> Result<WorkspaceId, StoreError> {
        let found: Option<MapOf> = records::get(self.store(), &format!("mapof/{map}")).await?;
        Ok(found.map_or_else(WorkspaceId::first, |found| found.workspace))
    }

    /// Says which workspace a new map belongs to.
    pub(crate) async fn put_map_into(
        &self,
        workspace: &WorkspaceId,
        map: &MapId,
    ) -> Result<(), StoreError> {
        let of = MapOf {
            workspace: workspace.clone(),
        };
        records::put(self.store(), &format!("mapof/{map}"), Revision(0), &of).await?;
        Ok(())
    }

    /// What somebody is in a workspace; `None` for who does not belong to it.
    pub(crate) async fn place(
        &self,
        workspace: &WorkspaceId,
        person: &PersonId,
    ) -> Result<Option<Place>, StoreError> {
        let member: Option<Member> =
            records::get(self.store(), &member_key(workspace, person)).await?;
        Ok(member.map(|member| member.place))
    }

    /// Everybody who belongs to a workspace.
    pub(crate) async fn members(
        &self,
        workspace: &WorkspaceId,
    ) -> Result<Vec<(PersonId, Place)>, StoreError> {
        let prefix = members_key(workspace);
        let mut members = Vec::new();
        for key in self.store().keys(&prefix).await? {
            let Some(person) = key.strip_prefix(&prefix).and_then(PersonId::parse) else {
                continue;
            };
            if let Some(place) = self.place(workspace, &person).await? {
                members.push((person, place));
            }
        }
        Ok(members)
    }

    pub(crate) async fn has_administrator(
        &self,
        workspace: &WorkspaceId,
    ) -> Result<bool, StoreError> {
        let members = self.members(workspace).await?;
        Ok(members.iter().any(|(_, place)| *place == Place::Admin))
    }

    /// Gives somebody a place, or none. There is always an administrator.
    pub(crate) async fn set_place(
        &self,
        workspace: &WorkspaceId,
        person: &PersonId,
        place: Option<Place>,
    ) -> Result<(), PeopleError> {
        if place != Some(Place::Admin) {
            let members = self.members(workspace).await?;
            let others = members
                .iter()
                .any(|(id, place)| *place == Place::Admin && id != person);
            let is_one = members.contains(&(person.clone(), Place::Admin));
            if is_one && !others {
                return Err(PeopleError::LastAdministrator);
            }
        }
        let key = member_key(workspace, person);
        records::change(self.store(), &key, |_: Option<Member>| {
            let next = match place {
                Some(place) => Next::Write(Member { place }),
                None => Next::Forget,
            };
            Ok((next, ()))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MemoryStore, Store};

    #[tokio::test]
    async fn the_last_administrator_stays_one() {
        let people = People::new(Store::Memory(MemoryStore::default()));
        let first = WorkspaceId::first();
        let (ana, ben) = (PersonId::random(), PersonId::random());
        let set = |person: &PersonId, place| {
            let (people, person) = (people.clone(), person.clone());
            async move {
                people
                    .set_place(&WorkspaceId::first(), &person, place)
                    .await
            }
        };
        set(&ana, Some(Place::Admin)).await.unwrap();
        set(&ben, Some(Place::Member)).await.unwrap();
        let last = Err(PeopleError::LastAdministrator);
        assert_eq!(set(&ana, Some(Place::Member)).await, last);
        assert_eq!(set(&ana, None).await, last);
        set(&ben, Some(Place::Admin)).await.unwrap();
        assert_eq!(set(&ana, None).await, Ok(()));
        assert_eq!(people.place(&first, &ana).await, Ok(None));
    }
}
