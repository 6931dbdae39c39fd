//! Oneself: name, password, devices, tokens.
//!
//! | request | answer |
//! |---|---|
//! | `GET /api/me` | `{"mode", "setup", "workspace", "person"?, "admin", "member", "oidc"?, "password"?, "mail"?, "connected"?}`; `person` is missing where nobody is signed in; `oidc` is `{"name"}` where one can go to `/api/oidc/start`, `password` is `false` where nobody signs in with one, `mail` is `true` where letters are sent, `connected` says whether the provider knows who is signed in |
//! | `PATCH /api/me` `{"name"?, "colour"?}` | the person |
//! | `POST /api/me/password` `{"current", "new"}` | 204, and a new cookie; other devices are signed out |
//! | `DELETE /api/me/oidc` | 204: not connected with the provider any more; 409 where that is the only way in |
//! | `GET /api/me/sessions` | `[{"id", "device", "made", "seen", "here"}]` |
//! | `DELETE /api/me/sessions/{session}` | 204 |
//! | `GET /api/me/tokens` | `[{"id", "label", "scope", "made", "until"}]` |
//! | `POST /api/me/tokens` `{"label", "scope", "days"?}` | 201 `{"id"`…`, "token"}`: the one time that it is shown |
//! | `DELETE /api/me/tokens/{token}` | 204 |
//! | `POST /api/tickets` | 201 `{"ticket"}`, good for one WebSocket within a minute |

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::entry::device;
use super::{ApiError, App, Said};
use crate::audit::{Deed, Note};
use crate::auth::caller::Credential;
use crate::auth::changes::Change;
use crate::auth::passwords::check_new;
use crate::auth::permissions::Operation;
use crate::auth::tokens::{Scope, Token};
use crate::http::gate::{Asked, declare as route};
use crate::people::{Kind, Person, PersonId, WorkspaceId, clean_name};

/// More tokens than anybody keeps apart.
const TOKENS: usize = 50;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

pub(super) fn declare(router: Router<App>, app: &App) -> Router<App> {
    let router = route(router, app, Operation::Me, me);
    let router = route(router, app, Operation::ChangeMe, change);
    let router = route(router, app, Operation::Password, password);
    let router = route(router, app, Operation::Sessions, sessions);
    let router = route(router, app, Operation::EndSession, end_session);
    let router = route(router, app, Operation::Tokens, tokens);
    let router = route(router, app, Operation::MakeToken, make_token);
    let router = route(router, app, Operation::EndToken, end_token);
    let router = route(router, app, Operation::Disconnect, disconnect);
    route(router, app, Operation::Ticket, ticket)
}

/// A person as the page is told.
pub(super) fn told(id: &PersonId, person: &Person) -> Value {
    json!({
        "id": id,
        "name": person.name,
        "email": person.email,
        "colour": person.colour,
        "kind": person.kind,
    })
}

async fn me(State(app): State<App>, asked: Asked) -> Result<Json<Value>, ApiError> {
    let auth = &app.context.auth;
    if auth.is_local() {
        return Ok(Json(json!({
            "mode": "local",
            "setup": false,
            "person": { "id": PersonId::local(), "name": "", "colour": 0, "kind": "local" },
            "admin": true,
            "member": true,
        })));
    }
    let people = auth.people();
    let first = WorkspaceId::first();
    let Some(caller) = &asked.caller else {
        let setup = !people.has_administrator(&first).await?;
        let told = json!({ "mode": "accounts", "setup": setup });
        return Ok(Json(with_ways(&app, told)));
    };
    let person = people.person(&caller.person).await?;
    let told = json!({
        "mode": "accounts",
        "setup": false,
        "workspace": people.workspace(&first).await?.name,
        "person": person.map(|person| told(&caller.person, &person)),
        "admin": caller.is_admin(),
        "member": caller.place.is_some(),
    });
    let mut told = with_ways(&app, told);
    if auth.oidc().is_some() && caller.kind == Kind::Account {
        told["connected"] = people.is_connected(&caller.person).await?.into();
    }
    Ok(Json(told))
}

/// Ends the connection with the provider; never the only way in.
async fn disconnect(State(app): State<App>, asked: Asked) -> Result<StatusCode, ApiError> {
    let (auth, person) = (&app.context.auth, &asked.who().person);
    let people = auth.people();
    if !auth.takes_passwords() || people.password(person).await?.is_none() {
        let error = "without a password this is the only way in; choose a password first";
        return Err(ApiError::new(StatusCode::CONFLICT, error).code("no_password"));
    }
    if people.is_connected(person).await? {
        people.forget_identities(person).await?;
        asked
            .note(&app, Deed::Disconnected, Note::default())
            .await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// And how people sign in.
fn with_ways(app: &App, mut told: Value) -> Value {
    let auth = &app.context.auth;
    if app.outward.has_mail() {
        told["mail"] = true.into();
    }
    if let Some(oidc) = auth.oidc() {
        told["oidc"] = json!({ "name": oidc.name() });
    }
    if !auth.takes_passwords() {
        told["password"] = false.into();
    }
    told
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    name: Option<String>,
    colour: Option<u8>,
}

async fn change(
    State(app): State<App>,
    asked: Asked,
    Said(shown): Said<Shown>,
) -> Result<Json<Value>, ApiError> {
    if app.context.auth.is_local() {
        return Err(super::entry::local());
    }
    let name = shown.name.as_deref().map(clean_name);
    if name == Some(None) {
        return Err(ApiError::wrong("a name has at least one letter"));
    }
    let person = &asked.who().person;
    let people = app.context.auth.people();
    let changed = people
        .rename(person, name.flatten().as_deref(), shown.colour)
        .await?;
    // What others are shown of them is part of what is granted.
    app.context
        .auth
        .changes()
        .rights_changed(Change::Person(person.clone()));
    Ok(Json(told(person, &changed)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    current: String,
    new: String,
}

async fn password(
    State(app): State<App>,
    asked: Asked,
    headers: axum::http::HeaderMap,
    Said(NewPassword { current, new }): Said<NewPassword>,
) -> Result<Response, ApiError> {
    let auth = &app.context.auth;
    if !auth.takes_passwords() {
        return Err(super::entry::password_off());
    }
    let (people, person) = (auth.people(), &asked.who().person);
    let attempt = auth
        .throttle()
        .take(asked.now, person.as_str(), asked.from)?;
    let kept = people.password(person).await?;
    if kept.is_none() {
        auth.throttle().give_back(attempt);
        let error = "you have no password here; an administrator can make a link to choose one";
        return Err(ApiError::wrong(error).code("no_password"));
    }
    if !auth.passwords().verify(current, kept).await? {
        return Err(ApiError::wrong("the current password is another one").code("password"));
    }
    auth.throttle().give_back(attempt);
    let me = people.person(person).await?;
    let (name, email) = me.map_or_else(Default::default, |me| (me.name, me.email));
    check_new(&new, &name, &email.unwrap_or_default()).map_err(ApiError::wrong)?;
    let hash = auth.passwords().hash(new).await?;
    people.set_password(person, hash, asked.now).await?;
    // Whoever knew the old one is out, and this device is signed in anew.
    for (id, _) in auth.sessions().list(person, asked.now).await? {
        auth.sessions().end(person, &id).await?;
        let change = Change::Credential(person.clone(), Credential::Session(id));
        auth.changes().rights_changed(change);
    }
    let begun = auth.sessions().begin(person, device(&headers), asked.now);
    let cookie = auth.cookie(person, &begun.await?);
    asked
        .note(&app, Deed::PasswordChanged, Note::default())
        .await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

async fn sessions(State(app): State<App>, asked: Asked) -> Result<Json<Vec<Value>>, ApiError> {
    let caller = asked.who();
    let sessions = app.context.auth.sessions();
    let list = sessions.list(&caller.person, asked.now).await?;
    let told = list.iter().map(|(id, session)| {
        json!({
            "id": id,
            "device": session.device,
            "made": session.made,
            "seen": session.seen,
            "here": caller.session() == Some(id),
        })
    });
    Ok(Json(told.collect()))
}

async fn end_session(
    State(app): State<App>,
    asked: Asked,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let (auth, person) = (&app.context.auth, &asked.who().person);
    if !auth.sessions().end(person, &id).await? {
        return Err(ApiError::missing("that device is signed out already"));
    }
    let change = Change::Credential(person.clone(), Credential::Session(id));
    auth.changes().rights_changed(change);
    asked
        .note(&app, Deed::SessionEnded, Note::default())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn told_token(id: &str, token: &Token) -> Value {
    json!({
        "id": id,
        "label": token.label,
        "scope": token.scope,
        "made": token.made,
        "until": token.until,
    })
}

async fn tokens(State(app): State<App>, asked: Asked) -> Result<Json<Vec<Value>>, ApiError> {
    let list = app.context.auth.tokens().list(&asked.who().person).await?;
    let told = list.iter().map(|(id, token)| told_token(id, token));
    Ok(Json(told.collect()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewToken {
    label: String,
    scope: Scope,
    days: Option<u32>,
}

async fn make_token(
    State(app): State<App>,
    asked: Asked,
    Said(wanted): Said<NewToken>,
) -> Result<Response, ApiError> {
    let (auth, person) = (&app.context.auth, &asked.who().person);
    let label =
        clean_name(&wanted.label).ok_or_else(|| ApiError::wrong("say what the token is for"))?;
    if auth.tokens().list(person).await?.len() >= TOKENS {
        return Err(ApiError::wrong(format!(
            "at most {TOKENS} tokens; end one first"
        )));
    }
    let token = Token {
        label,
        scope: wanted.scope,
        made: asked.now.0,
        until: wanted
            .days
            .map(|days| asked.now.0 + u64::from(days) * DAY_MS),
    };
    let (id, text) = auth.tokens().make(person, &token).await?;
    let note = Note {
        detail: token.scope.word().to_owned(),
        ..Note::default()
    };
    asked.note(&app, Deed::TokenMade, note).await?;
    let mut told = told_token(&id, &token);
    told["token"] = text.into();
    Ok((StatusCode::CREATED, Json(told)).into_response())
}

async fn end_token(
    State(app): State<App>,
    asked: Asked,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let (auth, person) = (&app.context.auth, &asked.who().person);
    if !auth.tokens().end(person, &id).await? {
        return Err(ApiError::missing("there is no such token"));
    }
    let change = Change::Credential(person.clone(), Credential::Token(id));
    auth.changes().rights_changed(change);
    asked.note(&app, Deed::TokenEnded, Note::default()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn ticket(State(app): State<App>, asked: Asked) -> Result<Response, ApiError> {
    let caller = asked.who().clone();
    let ticket = app.context.auth.tickets().make(caller, asked.now);
    let full = || ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "too many tickets are out");
    let ticket = ticket.ok_or_else(full)?;
    Ok((StatusCode::CREATED, Json(json!({ "ticket": ticket }))).into_response())
}
