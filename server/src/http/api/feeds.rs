//! One's own inbox as a feed, under a secret address.
//!
//! | request | answer |
//! |---|---|
//! | `GET /api/me/feed` | `{"made"}`: since when there is an address, or `null` |
//! | `POST /api/me/feed` | 201 `{"url", "made"}`: the one time that it is shown; the address before ends |
//! | `DELETE /api/me/feed` | 204 |
//! | `GET /feeds/{feed}` with a secret and `.atom`, `?map=` for one map | the feed; 304 if it is as it was |

use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use waymark_model::ids::PersonId;

use super::{ApiError, App};
use crate::audit::{Deed, Note};
use crate::auth::permissions::Operation;
use crate::auth::{Secret, digest};
use crate::http::gate::{Asked, declare as route};
use crate::outward::feed::{Address, atom};
use crate::people::Kind;

pub(super) fn declare(router: Router<App>, app: &App) -> Router<App> {
    let router = route(router, app, Operation::OwnFeed, own);
    let router = route(router, app, Operation::MakeFeed, make);
    route(router, app, Operation::EndFeed, end)
}

/// The feed itself may be kept by who reads it, to ask whether it is still the same.
pub(crate) fn declare_feed(app: &App) -> Router<App> {
    route(Router::new(), app, Operation::Feed, feed)
}

async fn own(State(app): State<App>, asked: Asked) -> Result<Json<Value>, ApiError> {
    let made = app.context.auth.feeds().made(&asked.who().person).await?;
    Ok(Json(json!({ "made": made })))
}

async fn make(State(app): State<App>, asked: Asked) -> Result<Response, ApiError> {
    let feeds = app.context.auth.feeds();
    let secret = feeds.make(&asked.who().person, asked.now).await?;
    asked.note(&app, Deed::FeedMade, Note::default()).await?;
    let url = address_of(&app, &secret);
    let body = Json(json!({ "url": url, "made": asked.now.0 }));
    Ok((StatusCode::CREATED, body).into_response())
}

fn address_of(app: &App, secret: &Secret) -> String {
    format!("{}/feeds/{}.atom", app.outward.base(), secret.reveal())
}

async fn end(State(app): State<App>, asked: Asked) -> Result<StatusCode, ApiError> {
    if app.context.auth.feeds().end(&asked.who().person).await? {
        asked.note(&app, Deed::FeedEnded, Note::default()).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Only {
    map: Option<String>,
}

/// Never there, ended and not an address at all are one answer.
fn nothing() -> ApiError {
    ApiError::missing("there is no such feed")
}

async fn feed(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(Only { map }): Query<Only>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let auth = &app.context.auth;
    let secret = name.strip_suffix(".atom").and_then(Secret::parse);
    let secret = secret.ok_or_else(nothing)?;
    let person = auth.feeds().whose(&secret).await?.ok_or_else(nothing)?;
    let known = auth.people().person(&person).await?;
    if !known.is_some_and(|it| it.kind == Kind::Account) {
        return Err(nothing());
    }
    let made = auth.feeds().made(&person).await?.unwrap_or_default();
    let spoken = PersonId::parse(person.as_str()).map_err(|_| nothing())?;
    let page = app.talks.inbox(&spoken).await;
    let mut page = page.map_err(|error| {
        tracing::error!(%error, "a feed cannot be made");
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "try again later")
    })?;
    let mut own = address_of(&app, &secret);
    if let Some(map) = &map {
        page.entries.retain(|it| it.map.as_str() == map);
        // Only an id of a map is let through, which needs no quoting.
        if waymark_model::ids::MapId::parse(map).is_ok() {
            own = format!("{own}?map={map}");
        }
    }
    let body = atom(
        &Address {
            base: app.outward.base(),
            own: &own,
            person: person.as_str(),
            made,
        },
        &page,
    );
    let tag = format!("\"{}\"", &digest(&body)[..32]);
    let kept = [
        (CACHE_CONTROL, "private, no-cache".to_owned()),
        (ETAG, tag.clone()),
    ];
    let known = headers.get_all(IF_NONE_MATCH).iter();
    let known = known
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','));
    let mut known = known.map(|it| it.trim().trim_start_matches("W/"));
    if known.any(|it| it == tag || it == "*") {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    let kind = (CONTENT_TYPE, "application/atom+xml; charset=utf-8");
    Ok((kept, [kind], body).into_response())
}
