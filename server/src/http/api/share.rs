//! Who has access to a map, and the links to it.
//!
//! | request | answer |
//! |---|---|
//! | `GET /api/maps/{map}/access` | `{"role"}`; for owners also `"people"`, `"others"` (members without access), `"links"`, `"members_may"` |
//! | `POST /api/maps/{map}/access` `{"person", "role"}` | 204 |
//! | `PATCH /api/maps/{map}/access/{person}` `{"role"}` | 204 |
//! | `DELETE /api/maps/{map}/access/{person}` | 204 |
//! | `POST /api/maps/{map}/links` `{"role", "label"?, "password"?, "hours"?, "most"?}` | 201 the link, with its `"secret"`: the one time that it is shown |
//! | `DELETE /api/maps/{map}/links/{link}` | 204 |

use std::collections::{BTreeSet, HashMap};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use waymark_model::ids::MapId;
use waymark_sync::{Role, Timestamp};

use super::me::told;
use super::{ApiError, App, Said};
use crate::audit::{Deed, Note};
use crate::auth::changes::Change;
use crate::auth::links::{Hidden, ShareLink};
use crate::auth::permissions::Operation;
use crate::auth::tokens::Scope;
use crate::http::gate::{Asked, declare as route};
use crate::maps::MapError;
use crate::people::{Kind, PeopleError, PersonId, Place, clean_name, role_of, word_of};

/// More links than that nobody oversees.
const LINKS: usize = 100;
const HOUR_MS: u64 = 60 * 60 * 1000;
/// Ten years.
const LONGEST_HOURS: u32 = 10 * 366 * 24;
/// The shortest password of a link, in characters: the link itself is the secret.
const PASSWORD: std::ops::RangeInclusive<usize> = 4..=200;

pub(super) fn declare(router: Router<App>, app: &App) -> Router<App> {
    let router = route(router, app, Operation::Access, access);
    let router = route(router, app, Operation::Give, give);
    let router = route(router, app, Operation::ChangeRole, change_role);
    let router = route(router, app, Operation::TakeRole, take_role);
    let router = route(router, app, Operation::MakeLink, make_link);
    route(router, app, Operation::RevokeLink, revoke)
}

/// The gate has read it before.
fn map_of(text: &str) -> Result<MapId, ApiError> {
    MapId::parse(text).map_err(|_| MapError::Missing(text.to_owned()).into())
}

/// A role that can be given; guests are no owners.
fn role_for(word: &str, kind: Kind) -> Result<Role, ApiError> {
    let role = role_of(word).ok_or_else(|| ApiError::wrong("there is no such role"))?;
    if role == Role::Owner && kind != Kind::Account {
        return Err(ApiError::wrong("a guest cannot be an owner"));
    }
    Ok(role)
}

async fn access(
    State(app): State<App>,
    asked: Asked,
    Path(map): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let map = map_of(&map)?;
    let auth = &app.context.auth;
    let (people, caller) = (auth.people(), asked.who());
    let role = auth.standing(caller, &map, asked.now).await?;
    let role = role.map_or(Role::Viewer, |standing| standing.role);
    let mut answer = json!({ "role": word_of(role) });
    if role < Role::Owner || caller.scope < Scope::Admin || auth.is_local() {
        return Ok(Json(answer));
    }
    let workspace = people.workspace_of(&map).await?;
    let places: HashMap<_, _> = people.members(&workspace).await?.into_iter().collect();
    let links: Vec<(String, ShareLink)> = auth.links().of_map(&map).await?;
    let mut with: BTreeSet<PersonId> = people.people_of(&map).await?.into_iter().collect();
    with.extend(
        places
            .iter()
            .filter(|(_, place)| **place == Place::Admin)
            .map(|(id, _)| id.clone()),
    );
    let mut list = Vec::new();
    for id in &with {
        let Some(person) = people.person(id).await? else {
            continue;
        };
        let its = people.access(id, &map).await?;
        let live =
            |link: &&(String, ShareLink)| !link.1.is_over(asked.now) && its.links.contains(&link.0);
        let by_link = links.iter().filter(live).map(|(_, link)| link.role).max();
        let is_admin = places.get(id) == Some(&Place::Admin);
        let role = match is_admin {
            true => Some(Role::Owner),
            false => its.own.max(by_link),
        };
        let Some(role) = role else { continue };
        let mut it = told(id, &person);
        it["role"] = word_of(role).into();
        it["admin"] = is_admin.into();
        it["by_link"] = (its.own < by_link && !is_admin).into();
        it["you"] = (*id == caller.person).into();
        list.push((std::cmp::Reverse(role), person.name.to_lowercase(), it));
    }
    list.sort_by(|(r, n, _), (s, m, _)| (r, n).cmp(&(s, m)));
    let mut others = Vec::new();
    for id in places.keys().filter(|id| !with.contains(*id)) {
        if let Some(person) = people.person(id).await? {
            others.push((person.name.to_lowercase(), told(id, &person)));
        }
    }
    others.sort_by(|(a, _), (b, _)| a.cmp(b));
    let told_links = links
        .iter()
        .map(|(id, link)| told_link(id, link, asked.now));
    answer["people"] = list.into_iter().map(|(_, _, it)| it).collect();
    answer["others"] = others.into_iter().map(|(_, it)| it).collect();
    answer["links"] = told_links.collect();
    answer["members_may"] = json!(people.workspace(&workspace).await?.members_may.map(word_of));
    Ok(Json(answer))
}

fn told_link(id: &str, link: &ShareLink, now: Timestamp) -> Value {
    json!({
        "id": id,
        "label": link.label,
        "role": word_of(link.role),
        "password": link.password.is_some(),
        "until": link.until,
        "most": link.most,
        "used": link.used,
        "made": link.made,
        "over": link.is_over(now) || link.is_used_up(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gift {
    person: PersonId,
    role: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRole {
    role: String,
}

async fn give(
    State(app): State<App>,
    asked: Asked,
    Path(map): Path<String>,
    Said(Gift { person, role }): Said<Gift>,
) -> Result<StatusCode, ApiError> {
    let map = map_of(&map)?;
    let people = app.context.auth.people();
    let workspace = people.workspace_of(&map).await?;
    if people.place(&workspace, &person).await?.is_none() {
        return Err(PeopleError::Nobody.into());
    }
    set_role(&app, &asked, &map, person, Some(&role)).await
}

async fn change_role(
    State(app): State<App>,
    asked: Asked,
    Path((map, person)): Path<(String, String)>,
    Said(NewRole { role }): Said<NewRole>,
) -> Result<StatusCode, ApiError> {
    let (map, person) = on_map(&app, &map, &person).await?;
    set_role(&app, &asked, &map, person, Some(&role)).await
}

async fn take_role(
    State(app): State<App>,
    asked: Asked,
    Path((map, person)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let (map, person) = on_map(&app, &map, &person).await?;
    set_role(&app, &asked, &map, person, None).await
}

/// Somebody who has anything to do with the map.
async fn on_map(app: &App, map: &str, person: &str) -> Result<(MapId, PersonId), ApiError> {
    let map = map_of(map)?;
    let person = PersonId::parse(person).ok_or(PeopleError::Nobody)?;
    let access = app.context.auth.people().access(&person, &map).await?;
    if access.own.is_none() && access.links.is_empty() {
        return Err(PeopleError::Nobody.into());
    }
    Ok((map, person))
}

async fn set_role(
    app: &App,
    asked: &Asked,
    map: &MapId,
    person: PersonId,
    word: Option<&str>,
) -> Result<StatusCode, ApiError> {
    let auth = &app.context.auth;
    let known = auth
        .people()
        .person(&person)
        .await?
        .ok_or(PeopleError::Nobody)?;
    let role = word.map(|word| role_for(word, known.kind)).transpose()?;
    auth.people().set_role(&person, map, role).await?;
    auth.changes()
        .rights_changed(Change::Access(person.clone(), map.clone()));
    let note = Note {
        map: Some(map.to_string()),
        person: Some(person),
        detail: role.map_or("none", word_of).to_owned(),
        ..Note::default()
    };
    asked.note(app, Deed::RoleChanged, note).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewLink {
    role: String,
    #[serde(default)]
    label: String,
    password: Option<String>,
    hours: Option<u32>,
    most: Option<u32>,
}

async fn make_link(
    State(app): State<App>,
    asked: Asked,
    Path(map): Path<String>,
    Said(wanted): Said<NewLink>,
) -> Result<Response, ApiError> {
    if app.context.auth.is_local() {
        return Err(super::entry::local());
    }
    let map = map_of(&map)?;
    let auth = &app.context.auth;
    let role = role_for(&wanted.role, Kind::Guest)?;
    let password = wanted.password.filter(|password| !password.is_empty());
    let fits = |password: &String| PASSWORD.contains(&password.chars().count());
    if !password.iter().all(fits) {
        let error = "the password of a link has at least 4 characters";
        return Err(ApiError::wrong(error).code("password"));
    }
    if wanted
        .hours
        .is_some_and(|hours| !(1..=LONGEST_HOURS).contains(&hours))
    {
        return Err(ApiError::wrong("a link is good for an hour at least").code("hours"));
    }
    if wanted.most == Some(0) {
        return Err(ApiError::wrong("a link lets one person in at least").code("most"));
    }
    if auth.links().of_map(&map).await?.len() >= LINKS {
        return Err(ApiError::wrong("too many links; revoke some"));
    }
    let password = match password {
        Some(password) => Some(Hidden(auth.passwords().hash(password).await?)),
        None => None,
    };
    let link = ShareLink {
        role,
        label: clean_name(&wanted.label).unwrap_or_default(),
        password,
        until: wanted
            .hours
            .map(|hours| asked.now.0 + u64::from(hours) * HOUR_MS),
        most: wanted.most,
        used: 0,
        by: asked.who().person.clone(),
        made: asked.now.0,
    };
    let (id, secret) = auth.links().share(&map, &link).await?;
    let note = Note {
        map: Some(map.to_string()),
        detail: word_of(role).to_owned(),
        ..Note::default()
    };
    asked.note(&app, Deed::LinkMade, note).await?;
    let mut told = told_link(&id, &link, asked.now);
    told["secret"] = secret.into();
    Ok((StatusCode::CREATED, Json(told)).into_response())
}

async fn revoke(
    State(app): State<App>,
    asked: Asked,
    Path((map, link)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let map = map_of(&map)?;
    let auth = &app.context.auth;
    if !auth.links().revoke(&map, &link).await? {
        return Err(ApiError::missing("there is no such link any more"));
    }
    auth.changes().rights_changed(Change::Map(map.clone()));
    let note = Note {
        map: Some(map.to_string()),
        ..Note::default()
    };
    asked.note(&app, Deed::LinkRevoked, note).await?;
    Ok(StatusCode::NO_CONTENT)
}
