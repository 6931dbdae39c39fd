//! Webhooks: of one map for its owners, of all maps for administrators.
//!
//! | request, after `/api` or `/api/maps/{map}` | answer |
//! |---|---|
//! | `GET /webhooks` | `[{"id", "url", "events", "by"?, "made", "off"?, "waiting", "failed", "last"?}]` |
//! | `POST /webhooks` `{"url", "events"}` | 201 the webhook, with its `"secret"`: the one time that it is shown |
//! | `POST /webhooks/{hook}` `{"do": "test"`, `"again"`, `"off"` or `"on"}` | the webhook |
//! | `DELETE /webhooks/{hook}` | 204; what still waited is not sent |
//!
//! What is sent is `{"type", "timestamp", "data"}`, signed as the Standard Webhooks
//! specification says.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use openidconnect::url::Url;
use serde::Deserialize;
use serde_json::{Value, json};
use waymark_model::ids::MapId;

use super::{ApiError, App, Said};
use crate::audit::{Deed, Note};
use crate::auth::permissions::Operation;
use crate::http::gate::{Asked, declare as route};
use crate::maps::MapError;
use crate::outward::{EventKind, HookView, MOST_HOOKS};

pub(super) fn declare(router: Router<App>, app: &App) -> Router<App> {
    let router = route(router, app, Operation::MapHooks, list_of_map);
    let router = route(router, app, Operation::AddMapHook, add_to_map);
    let router = route(router, app, Operation::ChangeMapHook, change_of_map);
    let router = route(router, app, Operation::RemoveMapHook, remove_of_map);
    let router = route(router, app, Operation::Hooks, list_of_all);
    let router = route(router, app, Operation::AddHook, add_to_all);
    let router = route(router, app, Operation::ChangeHook, change_of_all);
    route(router, app, Operation::RemoveHook, remove_of_all)
}

/// The gate has read it before.
fn map_of(text: String) -> Result<Option<MapId>, ApiError> {
    match MapId::parse(&text) {
        Ok(map) => Ok(Some(map)),
        Err(_) => Err(MapError::Missing(text).into()),
    }
}

fn no_hook() -> ApiError {
    ApiError::missing("there is no such webhook any more")
}

/// A webhook as its owner is told.
async fn told(app: &App, view: &HookView) -> Result<Value, ApiError> {
    let by = app.context.auth.people().person(&view.hook.by).await?;
    let last = view.state.as_ref().filter(|state| state.at > 0);
    Ok(json!({
        "id": view.id,
        "url": view.hook.url,
        "events": view.hook.events,
        "by": by.map(|by| by.name),
        "made": view.hook.made,
        "off": view.hook.off,
        "waiting": view.waiting,
        "failed": view.failed,
        "lost": view.state.as_ref().map_or(0, |state| state.lost),
        "last": last.map(|state| json!({
            "at": state.at,
            "event": state.event,
            "problem": state.problem,
            "failing_since": state.failing_since,
        })),
    }))
}

async fn list(app: &App, map: Option<&MapId>) -> Result<Json<Vec<Value>>, ApiError> {
    let mut list = Vec::new();
    for view in app.outward.list(map).await? {
        list.push(told(app, &view).await?);
    }
    Ok(Json(list))
}

async fn list_of_map(
    State(app): State<App>,
    Path(map): Path<String>,
) -> Result<Json<Vec<Value>>, ApiError> {
    list(&app, map_of(map)?.as_ref()).await
}

async fn list_of_all(State(app): State<App>) -> Result<Json<Vec<Value>>, ApiError> {
    list(&app, None).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewHook {
    url: String,
    events: BTreeSet<EventKind>,
}

async fn add(
    app: &App,
    asked: &Asked,
    map: Option<MapId>,
    wanted: NewHook,
) -> Result<Response, ApiError> {
    let url = app.outward.check_url(&wanted.url);
    let url = url.map_err(|error| ApiError::wrong(error).code("url"))?;
    let mut events = wanted.events;
    events.remove(&EventKind::Test);
    if map.is_some() {
        // Made before anybody could ask.
        events.remove(&EventKind::MapCreated);
    }
    if events.is_empty() {
        return Err(ApiError::wrong("choose what is to be sent").code("events"));
    }
    if app.outward.list(map.as_ref()).await?.len() >= MOST_HOOKS {
        let error = format!("at most {MOST_HOOKS} webhooks; end one first");
        return Err(ApiError::wrong(error));
    }
    let by = asked.who().person.clone();
    let note = note(map.as_ref(), &url);
    let (view, secret) = app
        .outward
        .add_hook(map, url, events, by, asked.now)
        .await?;
    asked.note(app, Deed::WebhookAdded, note).await?;
    let mut told = told(app, &view).await?;
    told["secret"] = secret.into();
    Ok((StatusCode::CREATED, Json(told)).into_response())
}

/// Which map, and the host alone: an address may have a secret in it.
fn note(map: Option<&MapId>, url: &str) -> Note {
    let url = Url::parse(url).ok();
    let host = url.and_then(|url| url.host_str().map(ToOwned::to_owned));
    Note {
        map: map.map(ToString::to_string),
        detail: host.unwrap_or_default(),
        ..Note::default()
    }
}

async fn add_to_map(
    State(app): State<App>,
    asked: Asked,
    Path(map): Path<String>,
    Said(wanted): Said<NewHook>,
) -> Result<Response, ApiError> {
    add(&app, &asked, map_of(map)?, wanted).await
}

async fn add_to_all(
    State(app): State<App>,
    asked: Asked,
    Said(wanted): Said<NewHook>,
) -> Result<Response, ApiError> {
    add(&app, &asked, None, wanted).await
}

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
enum Wish {
    /// Send a message that says nothing.
    Test,
    /// Send everything that waits or failed now.
    Again,
    Off,
    On,
}

async fn change(
    app: &App,
    asked: &Asked,
    map: Option<&MapId>,
    id: &str,
    wish: Wish,
) -> Result<Json<Value>, ApiError> {
    let outward = &app.outward;
    outward.find(map, id).await?.ok_or_else(no_hook)?;
    match wish {
        Wish::Test => outward.test_hook(id, map, asked.now).await?,
        Wish::Again => outward.try_again(id, asked.now).await?,
        Wish::Off => outward.turn_hook(id, false, &asked.who().person).await?,
        Wish::On => outward.turn_hook(id, true, &asked.who().person).await?,
    }
    let view = outward.find(map, id).await?.ok_or_else(no_hook)?;
    Ok(Json(told(app, &view).await?))
}

async fn change_of_map(
    State(app): State<App>,
    asked: Asked,
    Path((map, hook)): Path<(String, String)>,
    Said(wish): Said<Wish>,
) -> Result<Json<Value>, ApiError> {
    change(&app, &asked, map_of(map)?.as_ref(), &hook, wish).await
}

async fn change_of_all(
    State(app): State<App>,
    asked: Asked,
    Path(hook): Path<String>,
    Said(wish): Said<Wish>,
) -> Result<Json<Value>, ApiError> {
    change(&app, &asked, None, &hook, wish).await
}

async fn remove(
    app: &App,
    asked: &Asked,
    map: Option<&MapId>,
    id: &str,
) -> Result<StatusCode, ApiError> {
    let found = app.outward.find(map, id).await?.ok_or_else(no_hook)?;
    app.outward.remove_hook(id).await?;
    let note = note(map, &found.hook.url);
    asked.note(app, Deed::WebhookRemoved, note).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove_of_map(
    State(app): State<App>,
    asked: Asked,
    Path((map, hook)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    remove(&app, &asked, map_of(map)?.as_ref(), &hook).await
}

async fn remove_of_all(
    State(app): State<App>,
    asked: Asked,
    Path(hook): Path<String>,
) -> Result<StatusCode, ApiError> {
    remove(&app, &asked, None, &hook).await
}
