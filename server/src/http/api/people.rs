//! The people of the workspace, for administrators.
//!
//! | request | answer |
//! |---|---|
//! | `GET /api/people` | `{"workspace": {"name", "members_may"}, "people", "guests", "invites"}` |
//! | `POST /api/people/invites` `{"email"?, "place"}` | 201 `{"id", "secret", "mailed"?, "mail_problem"?}` |
//! | `DELETE /api/people/invites/{invite}` | 204 |
//! | `PATCH /api/people/{person}` `{"place"}` | 204 |
//! | `DELETE /api/people/{person}` | 204: out, and erased; what they did stays |
//! | `POST /api/people/{person}/reset` | 201 `{"secret", "mailed"?, "mail_problem"?}` for a link to a new password |
//! | `PATCH /api/workspace` `{"name"?, "members_may"?}` | the workspace; `members_may` is a role or `null` |

use std::collections::HashMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use waymark_sync::Role;

use super::me::told;
use super::{ApiError, App, Said};
use crate::audit::{Deed, Note};
use crate::auth::changes::Change;
use crate::auth::links::{INVITE_MS, Invite, RESET_HOURS};
use crate::auth::permissions::Operation;
use crate::http::gate::{Asked, declare as route};
use crate::outward::{Every, NotSent};
use crate::people::{
    Kind, PeopleError, PersonId, Place, Workspace, WorkspaceId, clean_name, normalise_email,
    role_of, word_of,
};

/// More invitations than that are no list any more.
const INVITES: usize = 500;

pub(super) fn declare(router: Router<App>, app: &App) -> Router<App> {
    let router = route(router, app, Operation::People, list);
    let router = route(router, app, Operation::Invite, invite);
    let router = route(router, app, Operation::Withdraw, withdraw);
    let router = route(router, app, Operation::ChangePlace, change_place);
    let router = route(router, app, Operation::Remove, remove);
    let router = route(router, app, Operation::ResetOther, make_reset);
    route(router, app, Operation::Workspace, change_workspace)
}

fn person_of(text: &str) -> Result<PersonId, ApiError> {
    PersonId::parse(text).ok_or_else(|| PeopleError::Nobody.into())
}

fn told_workspace(workspace: &Workspace) -> Value {
    json!({
        "name": workspace.name,
        "members_may": workspace.members_may.map(word_of),
    })
}

async fn list(State(app): State<App>, asked: Asked) -> Result<Json<Value>, ApiError> {
    let auth = &app.context.auth;
    let people = auth.people();
    let first = WorkspaceId::first();
    let places: HashMap<_, _> = people.members(&first).await?.into_iter().collect();
    let (mut members, mut guests) = (Vec::new(), Vec::new());
    for id in people.everybody().await? {
        let Some(person) = people.person(&id).await? else {
            continue;
        };
        let mut it = told(&id, &person);
        match (places.get(&id), person.kind) {
            (Some(place), _) => {
                it["place"] = json!(place);
                let sessions = auth.sessions().list(&id, asked.now).await?;
                it["seen"] = json!(sessions.first().map(|(_, session)| session.seen));
                members.push((person.name.to_lowercase(), it));
            }
            (None, Kind::Guest) => {
                it["maps"] = people.maps_of(&id).await?.len().into();
                guests.push((person.name.to_lowercase(), it));
            }
            _ => {}
        }
    }
    let in_order = |mut list: Vec<(String, Value)>| {
        list.sort_by(|(a, _), (b, _)| a.cmp(b));
        list.into_iter().map(|(_, it)| it).collect::<Vec<_>>()
    };
    let mut invites = Vec::new();
    for (id, invite) in auth.links().invites(asked.now).await? {
        let by = people.person(&invite.by).await?;
        invites.push(json!({
            "id": id,
            "email": invite.email,
            "place": invite.place,
            "by": by.map(|by| by.name),
            "made": invite.made,
            "until": invite.until,
        }));
    }
    Ok(Json(json!({
        "workspace": told_workspace(&people.workspace(&first).await?),
        "people": in_order(members),
        "guests": in_order(guests),
        "invites": invites,
    })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewInvite {
    email: Option<String>,
    place: Place,
}

async fn invite(
    State(app): State<App>,
    asked: Asked,
    Said(wanted): Said<NewInvite>,
) -> Result<Response, ApiError> {
    accounts_only(&app)?;
    let auth = &app.context.auth;
    let said = wanted.email.filter(|email| !email.trim().is_empty());
    let email = said.as_deref().map(normalise_email);
    if email == Some(None) {
        return Err(ApiError::wrong("this is not an e-mail address").code("email"));
    }
    let email = email.flatten();
    if let Some(email) = &email
        && auth.people().by_email(email).await?.is_some()
    {
        return Err(PeopleError::EmailTaken.into());
    }
    if auth.links().invites(asked.now).await?.len() >= INVITES {
        return Err(ApiError::wrong(
            "too many invitations are out; withdraw some",
        ));
    }
    let invite = Invite {
        place: wanted.place,
        email,
        by: asked.who().person.clone(),
        made: asked.now.0,
        until: asked.now.0 + INVITE_MS,
    };
    let (id, secret) = auth.links().invite(&invite).await?;
    let note = Note {
        detail: place_word(wanted.place).to_owned(),
        ..Note::default()
    };
    asked.note(&app, Deed::Invited, note).await?;
    let mut body = json!({ "id": id, "secret": secret.reveal() });
    if let Some(email) = &invite.email
        && app.outward.has_mail()
    {
        let by = auth.people().person(&invite.by).await?;
        let by = by.map_or_else(|| "Somebody".to_owned(), |by| by.name);
        let workspace = auth.people().workspace(&WorkspaceId::first()).await?.name;
        let path = format!("/invite#{}", secret.reveal());
        let sent = app.outward.invite(email, &by, &workspace, &path).await;
        told_letter(&mut body, email, sent);
    }
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

async fn withdraw(
    State(app): State<App>,
    asked: Asked,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    if !app.context.auth.links().withdraw(&id).await? {
        return Err(ApiError::missing("there is no such invitation any more"));
    }
    asked
        .note(&app, Deed::InviteWithdrawn, Note::default())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPlace {
    place: Place,
}

async fn change_place(
    State(app): State<App>,
    asked: Asked,
    Path(person): Path<String>,
    Said(NewPlace { place }): Said<NewPlace>,
) -> Result<StatusCode, ApiError> {
    let auth = &app.context.auth;
    let person = person_of(&person)?;
    let first = WorkspaceId::first();
    if auth.people().place(&first, &person).await?.is_none() {
        return Err(PeopleError::Nobody.into());
    }
    auth.people()
        .set_place(&first, &person, Some(place))
        .await?;
    auth.changes()
        .rights_changed(Change::Person(person.clone()));
    let note = Note {
        person: Some(person),
        detail: place_word(place).to_owned(),
        ..Note::default()
    };
    asked.note(&app, Deed::PlaceChanged, note).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(
    State(app): State<App>,
    asked: Asked,
    Path(person): Path<String>,
) -> Result<StatusCode, ApiError> {
    let auth = &app.context.auth;
    let person = person_of(&person)?;
    let known = auth.people().person(&person).await?;
    if !known.is_some_and(|it| matches!(it.kind, Kind::Account | Kind::Guest)) {
        return Err(PeopleError::Nobody.into());
    }
    auth.people()
        .set_place(&WorkspaceId::first(), &person, None)
        .await?;
    auth.links().forget_resets(&person).await?;
    auth.feeds().end(&person).await?;
    app.outward.set_digest(&person, Every::Off).await?;
    auth.people().erase(&person).await?;
    auth.changes()
        .rights_changed(Change::Person(person.clone()));
    let note = Note {
        person: Some(person),
        ..Note::default()
    };
    asked.note(&app, Deed::PersonRemoved, note).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn make_reset(
    State(app): State<App>,
    asked: Asked,
    Path(person): Path<String>,
) -> Result<Response, ApiError> {
    let auth = &app.context.auth;
    let person = person_of(&person)?;
    let known = auth.people().person(&person).await?;
    if !known.as_ref().is_some_and(|it| it.kind == Kind::Account) {
        return Err(PeopleError::Nobody.into());
    }
    let secret = auth.links().reset(&person, asked.now).await?;
    let note = Note {
        person: Some(person),
        ..Note::default()
    };
    asked.note(&app, Deed::ResetMade, note).await?;
    let mut body = json!({ "secret": secret.reveal() });
    if let Some(email) = known.and_then(|it| it.email)
        && app.outward.has_mail()
    {
        let path = format!("/reset#{}", secret.reveal());
        let sent = app.outward.new_password(&email, &path, RESET_HOURS).await;
        told_letter(&mut body, &email, sent);
    }
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkspaceChange {
    name: Option<String>,
    /// Not there: as it was. `null`: no role.
    #[serde(default, deserialize_with = "said")]
    members_may: Option<Option<String>>,
}

fn said<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(from).map(Some)
}

async fn change_workspace(
    State(app): State<App>,
    asked: Asked,
    Said(change): Said<WorkspaceChange>,
) -> Result<Json<Value>, ApiError> {
    accounts_only(&app)?;
    let auth = &app.context.auth;
    let first = WorkspaceId::first();
    let mut workspace = auth.people().workspace(&first).await?;
    if let Some(name) = change.name {
        let name = clean_name(&name);
        workspace.name = name.ok_or_else(|| ApiError::wrong("a name has at least one letter"))?;
    }
    if let Some(word) = change.members_may {
        let role = word.as_deref().map(role_of);
        if matches!(role, Some(None | Some(Role::Owner))) {
            return Err(ApiError::wrong("all members can be viewers up to editors"));
        }
        workspace.members_may = role.flatten();
    }
    auth.people().set_workspace(&first, &workspace).await?;
    auth.changes().rights_changed(Change::Everybody);
    let note = Note {
        detail: workspace.members_may.map_or("", word_of).to_owned(),
        ..Note::default()
    };
    asked.note(&app, Deed::WorkspaceChanged, note).await?;
    Ok(Json(told_workspace(&workspace)))
}

/// Whether the link went by e-mail too: it can be copied in any case.
fn told_letter(body: &mut Value, email: &str, sent: Result<(), NotSent>) {
    match sent {
        Ok(()) => body["mailed"] = email.into(),
        Err(problem) => body["mail_problem"] = problem.to_string().into(),
    }
}

fn accounts_only(app: &App) -> Result<(), ApiError> {
    match app.context.auth.is_local() {
        true => Err(super::entry::local()),
        false => Ok(()),
    }
}

fn place_word(place: Place) -> &'static str {
    match place {
        Place::Admin => "admin",
        Place::Member => "member",
    }
}
