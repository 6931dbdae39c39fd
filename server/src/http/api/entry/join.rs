//! Coming in through a link to a map: what it is for, and through it.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use waymark_model::ids::MapId;

use super::{JustSecret, accounts_only, dead_link, device};
use crate::audit::{Deed, Note};
use crate::auth::changes::Change;
use crate::auth::links::{Links, ShareLink};
use crate::auth::permissions::Operation;
use crate::http::api::{ApiError, App, Said};
use crate::http::gate::{Asked, declare as route};
use crate::people::{clean_name, word_of};

pub(super) fn declare(router: Router<App>, app: &App) -> Router<App> {
    let router = route(router, app, Operation::LookAtLink, look);
    route(router, app, Operation::Join, join)
}

/// A link that would let somebody through, who has not come through it yet.
async fn find_link(
    app: &App,
    asked: &Asked,
    secret: &str,
) -> Result<(MapId, String, ShareLink), ApiError> {
    accounts_only(app)?;
    let (map, id) = Links::parse_share(secret).ok_or_else(dead_link)?;
    let link = app.context.auth.links().shared(&map, &id).await?;
    let link = link.filter(|link| !link.is_over(asked.now));
    Ok((map, id, link.ok_or_else(dead_link)?))
}

/// Whether whoever asks has come through this link before.
async fn came_before(app: &App, asked: &Asked, map: &MapId, id: &String) -> Result<bool, ApiError> {
    let Some(caller) = &asked.caller else {
        return Ok(false);
    };
    let access = app
        .context
        .auth
        .people()
        .access(&caller.person, map)
        .await?;
    Ok(access.chosen || access.links.contains(id))
}

async fn look(
    State(app): State<App>,
    asked: Asked,
    Said(JustSecret { secret }): Said<JustSecret>,
) -> Result<Json<Value>, ApiError> {
    let (map, id, link) = find_link(&app, &asked, &secret).await?;
    let before = came_before(&app, &asked, &map, &id).await?;
    if link.is_used_up() && !before {
        return Err(dead_link());
    }
    let asks = link.password.is_some() && !before;
    let title = match asks {
        true => None,
        false => app.maps.title(&map).await?,
    };
    let role = word_of(link.role);
    Ok(Json(
        json!({ "role": role, "title": title, "password": asks }),
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JoinWith {
    secret: String,
    name: Option<String>,
    password: Option<String>,
}

async fn join(
    State(app): State<App>,
    asked: Asked,
    headers: HeaderMap,
    Said(said): Said<JoinWith>,
) -> Result<Response, ApiError> {
    let (map, id, link) = find_link(&app, &asked, &said.secret).await?;
    let auth = &app.context.auth;
    let there = json!({ "map": map });
    if came_before(&app, &asked, &map, &id).await? {
        return Ok(Json(there).into_response());
    }
    if link.is_used_up() {
        return Err(dead_link());
    }
    let name = match &asked.caller {
        Some(_) => None,
        None => {
            let name = said.name.as_deref().and_then(clean_name);
            let name = name.ok_or_else(|| ApiError::wrong("say what you are called").code("name"));
            Some(name?)
        }
    };
    if let Some(kept) = link.password {
        let attempt = auth.throttle().take(asked.now, &id, asked.from)?;
        let password = said.password.unwrap_or_default();
        if !auth.passwords().verify(password, Some(kept.0)).await? {
            let error = "the password of this link is another one";
            return Err(ApiError::new(StatusCode::UNAUTHORIZED, error).code("password"));
        }
        auth.throttle().give_back(attempt);
    }
    if asked.caller.is_none() {
        auth.throttle().take_guest(asked.now, asked.from)?;
    }
    let role = auth.links().pass(&map, &id, asked.now).await?;
    let role = role.ok_or_else(dead_link)?;
    let people = auth.people();
    let person = match (&asked.caller, name) {
        (Some(caller), _) => caller.person.clone(),
        (None, name) => people.add_guest(&name.unwrap_or_default()).await?,
    };
    people.came_through(&person, &map, &id).await?;
    auth.changes()
        .rights_changed(Change::Access(person.clone(), map.clone()));
    let note = Note {
        who: Some(person.clone()),
        map: Some(map.to_string()),
        detail: word_of(role).to_owned(),
        ..Note::default()
    };
    asked.note(&app, Deed::CameByLink, note).await?;
    if asked.caller.is_some() {
        return Ok(Json(there).into_response());
    }
    let secret = auth
        .sessions()
        .begin(&person, device(&headers), asked.now)
        .await?;
    let cookie = auth.cookie(&person, &secret);
    Ok(([(SET_COOKIE, cookie)], Json(there)).into_response())
}
