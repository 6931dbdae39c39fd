//! Letters: to who forgot the password, and about what is unread.
//!
//! | request | answer |
//! |---|---|
//! | `POST /api/forgot` `{"email"}` | 204, whether or not there is such an account |
//! | `GET /api/me/digest` | `{"every", "mail"}`; `every` is `off`, `hourly` or `daily`, `mail` whether letters can be sent |
//! | `PUT /api/me/digest` `{"every"}` | the same |
//! | `GET /unsubscribe/{token}` | the page that asks whether letters are to stop |
//! | `POST /unsubscribe/{token}` | 204: they are stopped (RFC 8058) |

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::entry::passwords_only;
use super::{ApiError, App, Said};
use crate::audit::{Deed, Note};
use crate::auth::digest;
use crate::auth::permissions::Operation;
use crate::http::gate::{Asked, declare as route};
use crate::outward::Every;
use crate::people::{Kind, normalise_email};

/// How long a link is good that somebody asked for themselves, in hours.
const OWN_HOURS: u64 = 1;

pub(super) fn declare(router: Router<App>, app: &App) -> Router<App> {
    let router = route(router, app, Operation::Forgot, forgot);
    let router = route(router, app, Operation::OwnDigest, own);
    let router = route(router, app, Operation::ChangeDigest, change);
    let router = route(router, app, Operation::LookUnsubscribe, look);
    route(router, app, Operation::Unsubscribe, unsubscribe)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forgot {
    email: String,
}

async fn forgot(
    State(app): State<App>,
    asked: Asked,
    Said(Forgot { email }): Said<Forgot>,
) -> Result<StatusCode, ApiError> {
    passwords_only(&app)?;
    if !app.outward.has_mail() {
        let error = "this server sends no e-mail; ask an administrator for a link";
        return Err(ApiError::new(StatusCode::CONFLICT, error).code("mail_off"));
    }
    let email = normalise_email(&email)
        .ok_or_else(|| ApiError::wrong("this is not an e-mail address").code("email"))?;
    let throttle = app.context.auth.throttle();
    throttle.take_letter(asked.now, &digest(&email), asked.from)?;
    // Nobody can tell by how long it takes whether there is such an account.
    tokio::spawn(async move {
        if let Err(error) = send_link(&app, &asked, &email).await {
            tracing::error!(?error, "somebody who forgot the password gets no letter");
        }
    });
    Ok(StatusCode::NO_CONTENT)
}

async fn send_link(app: &App, asked: &Asked, email: &str) -> Result<(), ApiError> {
    let auth = &app.context.auth;
    let people = auth.people();
    let Some(person) = people.by_email(email).await? else {
        return Ok(());
    };
    let known = people.person(&person).await?;
    if !known.is_some_and(|it| it.kind == Kind::Account) {
        return Ok(());
    }
    if people.password(&person).await?.is_none() {
        let service = auth.oidc().map_or("the sign-in service", |it| it.name());
        let _ = app.outward.no_password(email, service).await;
        return Ok(());
    }
    let links = auth.links();
    let secret = links.reset_within(&person, OWN_HOURS, asked.now).await?;
    let note = Note {
        person: Some(person),
        ..Note::default()
    };
    asked.note(app, Deed::ResetAsked, note).await?;
    let path = format!("/reset#{}", secret.reveal());
    // What went wrong is in the log.
    let _ = app.outward.new_password(email, &path, OWN_HOURS).await;
    Ok(())
}

fn told(app: &App, every: Every) -> Json<Value> {
    Json(json!({ "every": every, "mail": app.outward.has_mail() }))
}

async fn own(State(app): State<App>, asked: Asked) -> Result<Json<Value>, ApiError> {
    let every = app.outward.digest_of(&asked.who().person).await?;
    Ok(told(&app, every))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Often {
    every: Every,
}

async fn change(
    State(app): State<App>,
    asked: Asked,
    Said(Often { every }): Said<Often>,
) -> Result<Json<Value>, ApiError> {
    let person = &asked.who().person;
    app.outward.set_digest(person, every).await?;
    Ok(told(&app, every))
}

/// The page has the token in its fragment, like every secret of an address.
async fn look(Path(token): Path<String>) -> Redirect {
    let usual = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let token: String = token.chars().filter(|c| usual(*c)).collect();
    Redirect::to(&format!("/unsubscribe#{token}"))
}

async fn unsubscribe(
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<StatusCode, ApiError> {
    let person = app.outward.unsubscribes(&token).await?;
    let dead = || ApiError::missing("this link does not stop anything").code("dead_link");
    let person = person.ok_or_else(dead)?;
    app.outward.set_digest(&person, Every::Off).await?;
    Ok(StatusCode::NO_CONTENT)
}
