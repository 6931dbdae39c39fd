//! The one decision: may this caller do this operation, on this map?
//!
//! HTTP asks through the gate of `http/api`, WebSockets through [`Auth::grant`]. Everything
//! that is not said to be allowed is refused.

use waymark_model::ids::MapId;
use waymark_sync::{CloseReason, DocumentId, Grant, Role, Timestamp};

use super::Auth;
use super::caller::{Caller, Credential};
use super::permissions::{Facts, Operation, Verdict, Who};
use super::tokens::Scope;
use crate::people::{Kind, PersonId, Place, WorkspaceId};
use crate::store::StoreError;

/// A role on a map, and the first moment at which it no longer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) role: Role,
    pub(crate) until: Option<Timestamp>,
}

impl Standing {
    /// The better of two: the higher role, of equal ones what lasts longer.
    fn or(self, other: Self) -> Self {
        let key = |it: Self| (it.role, it.until.is_none(), it.until);
        if key(other) > key(self) { other } else { self }
    }
}

impl Auth {
    /// Decides about one operation. `map` is the map that it is about.
    pub(crate) async fn decide(
        &self,
        caller: Option<&Caller>,
        operation: Operation,
        map: Option<&MapId>,
        now: Timestamp,
    ) -> Result<Verdict, StoreError> {
        let row = operation.row();
        let facts = match caller {
            None => None,
            Some(caller) => {
                let role = match (row.who, map) {
                    (Who::OnMap(_), Some(map)) => self.standing(caller, map, now).await?,
                    _ => None,
                };
                Some(facts(caller, role.map(|standing| standing.role)))
            }
        };
        Ok(row.judge(facts))
    }

    /// What somebody may do on a map: the most of what they were given themselves, what
    /// members may, and what the links allow that they came through; an administrator
    /// everything. `None` is nothing, whether the map exists or not.
    pub(crate) async fn standing(
        &self,
        caller: &Caller,
        map: &MapId,
        now: Timestamp,
    ) -> Result<Option<Standing>, StoreError> {
        let for_ever = |role| Standing { role, until: None };
        let people = self.people();
        let mut best = None;
        let mut add = |standing: Standing| {
            best = Some(best.map_or(standing, |best: Standing| best.or(standing)));
        };
        let workspace = people.workspace_of(map).await?;
        if caller.credential == Credential::Local {
            add(for_ever(Role::Owner));
        } else {
            match people.place(&workspace, &caller.person).await? {
                Some(Place::Admin) => add(for_ever(Role::Owner)),
                Some(Place::Member) => {
                    if let Some(role) = people.workspace(&workspace).await?.members_may {
                        add(for_ever(role));
                    }
                }
                None => {}
            }
            let access = people.access(&caller.person, map).await?;
            if let Some(role) = access.own {
                add(for_ever(role));
            }
            for id in &access.links {
                match self.links().shared(map, id).await? {
                    Some(link) if !link.is_over(now) => add(Standing {
                        role: link.role,
                        until: link.until.map(Timestamp),
                    }),
                    _ => {}
                }
            }
        }
        // A token may do no more than its scope says.
        let capped = best.map(|standing| Standing {
            role: standing.role.min(caller.scope.role()),
            ..standing
        });
        Ok(capped)
    }

    /// Decides about one document: what a session of it may do, until when. Asked again,
    /// with the same caller, whenever rights change: also whether the credential still holds.
    ///
    /// # Errors
    /// The reason to close with. Unknown and forbidden look alike.
    pub(crate) async fn grant(
        &self,
        caller: &Caller,
        document: &DocumentId,
        now: Timestamp,
    ) -> Result<Grant, CloseReason> {
        let wrong = |error: StoreError| {
            tracing::error!(%error, "rights cannot be looked up");
            CloseReason::Internal
        };
        let (is_talk, map) = match document.kind() {
            "inbox" => return self.grant_inbox(caller, document, now).await,
            "map" => (false, document.key()),
            "talk" => (true, document.key()),
            _ => return Err(CloseReason::Unknown),
        };
        let map = MapId::parse(map).map_err(|_| CloseReason::Unknown)?;
        let caller = self.still(caller, now).await.map_err(wrong)?;
        let caller = caller.ok_or(CloseReason::Unauthenticated)?;
        let standing = self.standing(&caller, &map, now).await.map_err(wrong)?;
        let operation = if is_talk {
            Operation::ReadTalk
        } else {
            Operation::ReadMap
        };
        let facts = facts(&caller, standing.map(|standing| standing.role));
        let (Verdict::Allowed, Some(Standing { role, until })) =
            (operation.row().judge(Some(facts)), standing)
        else {
            return Err(CloseReason::Unknown);
        };
        let until = match (until, caller.until) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        // What is said about a map is written by the server alone.
        let role = if is_talk {
            role.min(Role::Viewer)
        } else {
            role
        };
        let grant = Grant::new(caller.person.as_str(), document.clone(), role, until);
        if caller.credential == Credential::Local {
            // Everybody is one person there, and says what to be called.
            return Ok(grant);
        }
        let person = self.people().person(&caller.person).await.map_err(wrong)?;
        let person = person.ok_or(CloseReason::Unauthenticated)?;
        Ok(grant.shown_as(person.shown()))
    }
}

impl Auth {
    /// An inbox is its person's alone; where nobody signs in, everybody is one person.
    async fn grant_inbox(
        &self,
        caller: &Caller,
        document: &DocumentId,
        now: Timestamp,
    ) -> Result<Grant, CloseReason> {
        let still = self.still(caller, now).await.map_err(|error| {
            tracing::error!(%error, "rights cannot be looked up");
            CloseReason::Internal
        })?;
        let caller = still.ok_or(CloseReason::Unauthenticated)?;
        let is_own =
            caller.credential == Credential::Local || document.key() == caller.person.as_str();
        let row = Operation::ReadInbox.row();
        if !is_own || row.judge(Some(facts(&caller, None))) != Verdict::Allowed {
            return Err(CloseReason::Unknown);
        }
        let subject = caller.person.as_str();
        Ok(Grant::new(
            subject,
            document.clone(),
            Role::Viewer,
            caller.until,
        ))
    }

    /// Whether a person is an administrator, as everybody is where nobody signs in.
    pub(crate) async fn is_administrator(&self, person: &PersonId) -> Result<bool, StoreError> {
        if self.is_local() {
            return Ok(true);
        }
        let place = self.people().place(&WorkspaceId::first(), person).await?;
        Ok(place == Some(Place::Admin))
    }

    /// What a person could do on a map if they came now.
    pub(crate) async fn role_of(
        &self,
        person: &PersonId,
        map: &MapId,
        now: Timestamp,
    ) -> Result<Option<Role>, StoreError> {
        let Some(known) = self.people().person(person).await? else {
            // Everybody who came before their name was noted.
            return Ok((self.is_local() && *person == PersonId::local()).then_some(Role::Owner));
        };
        if self.is_local() {
            return Ok((known.kind == Kind::Local).then_some(Role::Owner));
        }
        let as_if_here = Caller {
            person: person.clone(),
            kind: known.kind,
            credential: Credential::Session(String::new()),
            scope: Scope::Admin,
            place: None,
            until: None,
        };
        let standing = self.standing(&as_if_here, map, now).await?;
        Ok(standing.map(|standing| standing.role))
    }

    /// Whether a person could see a map if they came now.
    pub(crate) async fn may_see(
        &self,
        person: &PersonId,
        map: &MapId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.role_of(person, map, now).await?.is_some())
    }
}

fn facts(caller: &Caller, role: Option<Role>) -> Facts {
    Facts {
        kind: caller.kind,
        place: caller.place,
        scope: caller.scope,
        by_token: matches!(caller.credential, Credential::Token(_)),
        role,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{House, house};
    use super::*;
    use crate::auth::links::ShareLink;
    use crate::auth::tokens::Scope;
    use crate::people::Workspace;

    const NOW: Timestamp = Timestamp(1_000);

    fn map() -> MapId {
        MapId::parse("m1").unwrap()
    }

    async fn role(house: &House, caller: &Caller) -> Option<Role> {
        let standing = house.auth.standing(caller, &map(), NOW).await.unwrap();
        standing.map(|standing| standing.role)
    }

    #[tokio::test]
    async fn nobody_may_anything_that_nothing_says() {
        let house = house().await;
        let ana = house.member("ana").await;
        assert_eq!(role(&house, &ana).await, None);
        let document = DocumentId::parse("map/m1").unwrap();
        let refused = house.auth.grant(&ana, &document, NOW).await;
        assert_eq!(refused, Err(CloseReason::Unknown));
        for name in ["home/a", "map/a/b", "private/u/s"] {
            let document = DocumentId::parse(name).unwrap();
            let refused = house.auth.grant(&house.admin, &document, NOW).await;
            assert_eq!(refused, Err(CloseReason::Unknown), "{name}");
        }
    }

    #[tokio::test]
    async fn of_several_roles_the_highest_counts_and_a_token_is_capped() {
        let house = house().await;
        let ana = house.member("ana").await;
        let people = house.auth.people();
        let workspace = Workspace {
            members_may: Some(Role::Commenter),
            ..Workspace::default()
        };
        let first = WorkspaceId::first();
        people.set_workspace(&first, &workspace).await.unwrap();
        assert_eq!(role(&house, &ana).await, Some(Role::Commenter));
        let link = ShareLink {
            role: Role::Editor,
            label: String::new(),
            password: None,
            until: Some(NOW.0 + 1),
            most: None,
            used: 0,
            by: ana.person.clone(),
            made: 0,
        };
        let (id, _) = house.auth.links().share(&map(), &link).await.unwrap();
        people.came_through(&ana.person, &map(), &id).await.unwrap();
        assert_eq!(role(&house, &ana).await, Some(Role::Editor));
        let capped = Caller {
            scope: Scope::Read,
            ..ana.clone()
        };
        assert_eq!(role(&house, &capped).await, Some(Role::Viewer));
        house.auth.links().revoke(&map(), &id).await.unwrap();
        assert_eq!(role(&house, &ana).await, Some(Role::Commenter));
        assert_eq!(role(&house, &house.admin).await, Some(Role::Owner));
        // What somebody chose for her is not changed by a link.
        let viewer = Some(Role::Viewer);
        people.set_role(&ana.person, &map(), viewer).await.unwrap();
        let (id, _) = house.auth.links().share(&map(), &link).await.unwrap();
        people.came_through(&ana.person, &map(), &id).await.unwrap();
        assert_eq!(role(&house, &ana).await, Some(Role::Commenter));
    }

    #[tokio::test]
    async fn talk_is_read_only_for_everybody() {
        let house = house().await;
        let document = DocumentId::parse("talk/m1").unwrap();
        let grant = house
            .auth
            .grant(&house.admin, &document, NOW)
            .await
            .unwrap();
        assert_eq!(grant.role(), Role::Viewer);
    }

    #[tokio::test]
    async fn a_session_that_was_ended_grants_nothing_any_more() {
        let house = house().await;
        let document = DocumentId::parse("map/m1").unwrap();
        let admin = &house.admin;
        assert!(house.auth.grant(admin, &document, NOW).await.is_ok());
        let id = admin.session().unwrap();
        house.auth.sessions().end(&admin.person, id).await.unwrap();
        let refused = house.auth.grant(admin, &document, NOW).await;
        assert_eq!(refused, Err(CloseReason::Unauthenticated));
    }
}
