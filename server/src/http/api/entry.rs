//! The ways in: setup, signing in, links, invitations, new passwords.
//!
//! | request | answer |
//! |---|---|
//! | `POST /api/setup` `{"secret", "name", "email", "password"}` | the person, and a cookie |
//! | `POST /api/sign-in` `{"email", "password"}` | the person, and a cookie; 401 for a wrong pair, whether or not there is such an account |
//! | `POST /api/sign-out` | 204, and no cookie any more |
//! | `POST /api/join/look` `{"secret"}` | `{"role", "title"?, "password"}`; the title only where no password is asked for |
//! | `POST /api/join` `{"secret", "name"?, "password"?}` | `{"map"}`, and a cookie for who had none |
//! | `POST /api/invite/look` `{"secret"}` | `{"workspace", "by", "email"?}` |
//! | `POST /api/invite` `{"secret", "name", "email", "password"}` | the person, and a cookie |
//! | `POST /api/reset` `{"secret", "password"}` | the person, and a cookie |

mod invite;
mod join;

use axum::extract::State;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::Value;

use super::me::told;
use super::{ApiError, App, Said};
use crate::audit::{Deed, Note};
use crate::auth::caller::Credential;
use crate::auth::changes::Change;
use crate::auth::passwords::check_new;
use crate::auth::permissions::Operation;
use crate::auth::sessions::device_words;
use crate::auth::{Secret, digest};
use crate::http::gate::{Asked, declare as route};
use crate::people::{PersonId, Place, WorkspaceId, clean_name, normalise_email};

pub(super) fn declare(router: Router<App>, app: &App) -> Router<App> {
    let router = route(router, app, Operation::Setup, setup);
    let router = route(router, app, Operation::SignIn, sign_in);
    let router = route(router, app, Operation::SignOut, sign_out);
    let router = route(router, app, Operation::Reset, reset);
    invite::declare(join::declare(router, app), app)
}

/// The browser that asks, in words.
pub(super) fn device(headers: &HeaderMap) -> String {
    let agent = headers
        .get(USER_AGENT)
        .and_then(|agent| agent.to_str().ok());
    device_words(agent.unwrap_or_default())
}

/// There is nothing to sign in to.
pub(super) fn local() -> ApiError {
    let error = "this server is in local mode: nobody signs in";
    ApiError::new(StatusCode::CONFLICT, error).code("local")
}

fn accounts_only(app: &App) -> Result<(), ApiError> {
    match app.context.auth.is_local() {
        true => Err(local()),
        false => Ok(()),
    }
}

/// Passwords are not asked for, where the settings say so.
pub(super) fn passwords_only(app: &App) -> Result<(), ApiError> {
    accounts_only(app)?;
    match app.context.auth.takes_passwords() {
        true => Ok(()),
        false => Err(password_off()),
    }
}

pub(super) fn password_off() -> ApiError {
    let error = "nobody signs in with a password here; use the sign-in service";
    ApiError::new(StatusCode::CONFLICT, error).code("password_off")
}

/// One text for used up, run out, withdrawn and never there.
fn dead_link() -> ApiError {
    ApiError::missing("this link does not work any more; ask for a new one").code("dead_link")
}

/// The session that the browser had ends with the beginning of the next, whose cookie this
/// is.
pub(super) async fn begin(
    app: &App,
    asked: &Asked,
    headers: &HeaderMap,
    person: &PersonId,
) -> Result<HeaderValue, ApiError> {
    let auth = &app.context.auth;
    end_current(app, asked).await?;
    let begun = auth.sessions().begin(person, device(headers), asked.now);
    Ok(auth.cookie(person, &begun.await?))
}

/// Somebody is let in, and told who they are.
async fn signed_in(
    app: &App,
    asked: &Asked,
    headers: &HeaderMap,
    person: &PersonId,
) -> Result<Response, ApiError> {
    let auth = &app.context.auth;
    let cookie = begin(app, asked, headers, person).await?;
    let who = auth.people().person(person).await?;
    let body = Json(who.map_or(Value::Null, |who| told(person, &who)));
    Ok(([(SET_COOKIE, cookie)], body).into_response())
}

async fn end_current(app: &App, asked: &Asked) -> Result<(), ApiError> {
    let auth = &app.context.auth;
    if let Some(caller) = &asked.caller
        && let Some(id) = caller.session()
    {
        auth.sessions().end(&caller.person, id).await?;
        let ended = Credential::Session(id.to_owned());
        let change = Change::Credential(caller.person.clone(), ended);
        auth.changes().rights_changed(change);
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    secret: String,
    name: String,
    email: String,
    password: String,
}

/// Name and e-mail in the form in which they are kept.
fn check_account(account: &NewAccount) -> Result<(String, String), ApiError> {
    let name = clean_name(&account.name)
        .ok_or_else(|| ApiError::wrong("a name has at least one letter").code("name"))?;
    let email = normalise_email(&account.email)
        .ok_or_else(|| ApiError::wrong("this is not an e-mail address").code("email"))?;
    check_new(&account.password, &name, &email)
        .map_err(|error| ApiError::wrong(error).code("password"))?;
    Ok((name, email))
}

/// An account that is about to be made; its password's hash, and what its person becomes.
struct Made {
    guest: Option<PersonId>,
    name: String,
    email: String,
    hash: String,
    place: Place,
}

async fn make_account(app: &App, asked: &Asked, made: Made) -> Result<PersonId, ApiError> {
    let people = app.context.auth.people();
    let person = people
        .add_account(made.guest, &made.name, &made.email, made.hash, asked.now)
        .await?;
    let place = Some(made.place);
    people
        .set_place(&WorkspaceId::first(), &person, place)
        .await?;
    Ok(person)
}

/// Lets somebody in who has just got an account or a new password, and writes down how.
async fn let_in(
    app: &App,
    asked: &Asked,
    headers: &HeaderMap,
    person: PersonId,
    deed: Deed,
    by: Option<PersonId>,
) -> Result<Response, ApiError> {
    app.context
        .auth
        .changes()
        .rights_changed(Change::Person(person.clone()));
    let note = Note {
        who: Some(person.clone()),
        person: by,
        ..Note::default()
    };
    asked.note(app, deed, note).await?;
    signed_in(app, asked, headers, &person).await
}

async fn setup(
    State(app): State<App>,
    asked: Asked,
    headers: HeaderMap,
    Said(account): Said<NewAccount>,
) -> Result<Response, ApiError> {
    passwords_only(&app)?;
    let auth = &app.context.auth;
    let secret = Secret::parse(&account.secret).ok_or_else(dead_link)?;
    if !auth.links().is_setup(&secret).await? {
        return Err(dead_link());
    }
    let (name, email) = check_account(&account)?;
    let hash = auth.passwords().hash(account.password).await?;
    if !auth.links().use_setup(&secret).await? {
        return Err(dead_link());
    }
    let made = Made {
        guest: None,
        name,
        email,
        hash,
        place: Place::Admin,
    };
    let person = make_account(&app, &asked, made).await?;
    let_in(&app, &asked, &headers, person, Deed::SetUp, None).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    email: String,
    password: String,
}

async fn sign_in(
    State(app): State<App>,
    asked: Asked,
    headers: HeaderMap,
    Said(Pair { email, password }): Said<Pair>,
) -> Result<Response, ApiError> {
    passwords_only(&app)?;
    let auth = &app.context.auth;
    let email = normalise_email(&email).unwrap_or_default();
    let attempt = auth
        .throttle()
        .take(asked.now, &digest(&email), asked.from)?;
    let (person, is_right) = auth.check_pair::<ApiError>(&email, password).await?;
    let whose = person.clone().unwrap_or_else(PersonId::random);
    let deed = match is_right {
        true => Deed::SignedIn,
        false => Deed::SignInFailed,
    };
    let note = Note {
        who: is_right.then(|| whose.clone()),
        person: person.filter(|_| !is_right),
        ..Note::default()
    };
    asked.note(&app, deed, note).await?;
    if !is_right {
        let error = "e-mail or password is wrong";
        return Err(ApiError::new(StatusCode::UNAUTHORIZED, error).code("wrong"));
    }
    auth.throttle().give_back(attempt);
    signed_in(&app, &asked, &headers, &whose).await
}

async fn sign_out(State(app): State<App>, asked: Asked) -> Result<Response, ApiError> {
    accounts_only(&app)?;
    if asked.caller.is_some() {
        end_current(&app, &asked).await?;
        asked.note(&app, Deed::SignedOut, Note::default()).await?;
    }
    let cookie = app.context.auth.no_cookie();
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JustSecret {
    secret: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResetTo {
    secret: String,
    password: String,
}

async fn reset(
    State(app): State<App>,
    asked: Asked,
    headers: HeaderMap,
    Said(ResetTo { secret, password }): Said<ResetTo>,
) -> Result<Response, ApiError> {
    passwords_only(&app)?;
    let auth = &app.context.auth;
    let people = auth.people();
    let secret = Secret::parse(&secret).ok_or_else(dead_link)?;
    check_new(&password, "", "").map_err(|error| ApiError::wrong(error).code("password"))?;
    let hash = auth.passwords().hash(password).await?;
    let person = auth.links().use_reset(&secret, asked.now).await?;
    let person = person.ok_or_else(dead_link)?;
    people.set_password(&person, hash, asked.now).await?;
    auth.links().forget_resets(&person).await?;
    for (id, _) in auth.sessions().list(&person, asked.now).await? {
        auth.sessions().end(&person, &id).await?;
    }
    let_in(&app, &asked, &headers, person, Deed::PasswordReset, None).await
}
