//! Maps as a list, new maps, maps as files.
//!
//! | request | answer |
//! |---|---|
//! | `GET /api/maps` | an array of summaries, the map changed last first |
//! | `POST /api/maps` `{"from": "blank"` or a template's key`, "title"?}` | 201 `{"id"}` |
//! | `POST /api/maps/import` with a file as body (YAML or JSON) | 201 `{"id"}`, or 422 `{"error", "place"}` |
//! | `GET /api/maps/{map}/export?format=yaml` or `json` | the file |
//! | `GET /api/templates` | an array of `{"key", "title", "kind", …}` |

use std::collections::HashSet;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use waymark_model::ids::MapId;
use waymark_model::interchange::{FileError, MapFile};
use waymark_model::templates;
use waymark_sync::Role;

use super::{ApiError, App, Said};
use crate::audit::{Deed, Note};
use crate::auth::Caller;
use crate::auth::caller::Credential;
use crate::auth::permissions::Operation;
use crate::http::gate::{Asked, declare as route};
use crate::maps::{MapError, document_of};
use crate::people::{Place, WorkspaceId};
use crate::store::StoreError;

/// The largest map file. A map of ten thousand cards has about four MiB.
const FILE_BYTES: usize = 8 << 20;
/// The longest title that can be asked for, in characters.
const TITLE_CHARACTERS: usize = 300;
const UNTITLED: &str = "Untitled journey";

pub(super) fn declare(router: Router<App>, app: &App) -> Router<App> {
    let router = route(router, app, Operation::ListMaps, list);
    let router = route(router, app, Operation::MakeMap, create);
    let router = route(router, app, Operation::Templates, list_templates);
    route(router, app, Operation::Export, export)
}

/// Files are larger than everything else.
pub(super) fn declare_import(app: &App) -> Router<App> {
    let router = route(Router::new(), app, Operation::ImportMap, import);
    router.layer(DefaultBodyLimit::max(FILE_BYTES))
}

async fn list(State(app): State<App>, asked: Asked) -> Result<Response, ApiError> {
    let mut maps = app.maps.list().await?;
    if let Some(seen) = seen(&app, &asked).await? {
        maps.retain(|map| seen.contains(&map.id));
    }
    for map in &mut maps {
        if let Ok(id) = MapId::parse(&map.id) {
            map.people = app.context.rooms.people(&document_of(&id));
        }
    }
    Ok(Json(maps).into_response())
}

/// The maps that somebody may see; `None` for all of them.
async fn seen(app: &App, asked: &Asked) -> Result<Option<HashSet<String>>, StoreError> {
    let (auth, caller) = (&app.context.auth, asked.who());
    let people = auth.people();
    if caller.credential == Credential::Local || caller.place == Some(Place::Admin) {
        return Ok(None);
    }
    if caller.place.is_some()
        && people
            .workspace(&WorkspaceId::first())
            .await?
            .members_may
            .is_some()
    {
        return Ok(None);
    }
    let mut seen = HashSet::new();
    for map in people.maps_of(&caller.person).await? {
        if auth.standing(caller, &map, asked.now).await?.is_some() {
            seen.insert(map.to_string());
        }
    }
    Ok(Some(seen))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    from: String,
    title: Option<String>,
}

async fn create(
    State(app): State<App>,
    asked: Asked,
    Said(request): Said<Create>,
) -> Result<Response, ApiError> {
    let now = asked.now;
    let id = MapId::from_random(crate::random::bits128());
    if request.from == "blank" {
        let title = request
            .title
            .as_deref()
            .map(str::trim)
            .filter(|title| !title.is_empty());
        let title = title.unwrap_or(UNTITLED);
        if title.chars().count() > TITLE_CHARACTERS {
            let error = format!("a title has at most {TITLE_CHARACTERS} characters");
            return Err(ApiError::wrong(error));
        }
        own(&app, asked.who(), &id).await?;
        app.maps.create_blank(&id, title, now).await?;
    } else {
        let text = templates::DEMO_MAPS
            .iter()
            .find(|(key, _)| *key == request.from);
        let Some((_, text)) = text else {
            let error = format!("there is no template {:?}", request.from);
            return Err(ApiError::wrong(error));
        };
        let file = MapFile::parse(text).map_err(MapError::File)?;
        own(&app, asked.who(), &id).await?;
        app.maps.create_from_file(&id, file, now).await?;
    }
    made(&app, &asked, &id).await?;
    Ok(created(&id))
}

/// Makes somebody the owner of a map that is about to be made: there is no moment in which
/// it is nobody's.
async fn own(app: &App, caller: &Caller, map: &MapId) -> Result<(), StoreError> {
    if caller.credential == Credential::Local {
        return Ok(());
    }
    let people = app.context.auth.people();
    people.put_map_into(&WorkspaceId::first(), map).await?;
    people
        .set_role(&caller.person, map, Some(Role::Owner))
        .await
}

async fn made(app: &App, asked: &Asked, map: &MapId) -> Result<(), StoreError> {
    let note = Note {
        map: Some(map.to_string()),
        ..Note::default()
    };
    asked.note(app, Deed::MapMade, note).await?;
    let by = &asked.who().person;
    app.outward.map_made(&app.maps, map, by, asked.now).await
}

async fn import(
    State(app): State<App>,
    asked: Asked,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let body = body.map_err(|error| ApiError::new(error.status(), error.body_text()))?;
    // Large files take a while to parse.
    let parsed = tokio::task::spawn_blocking(move || match std::str::from_utf8(&body) {
        Ok(text) => MapFile::parse(text),
        Err(_) => Err(FileError::Syntax("it is not UTF-8 text".to_owned())),
    });
    let failed = |_| {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        ApiError::new(status, "the file cannot be read")
    };
    let file = parsed.await.map_err(failed)?.map_err(MapError::File)?;
    // A new id: importing a file twice makes two maps and never changes one.
    let id = MapId::from_random(crate::random::bits128());
    own(&app, asked.who(), &id).await?;
    app.maps.create_from_file(&id, file, asked.now).await?;
    made(&app, &asked, &id).await?;
    Ok(created(&id))
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Format {
    #[default]
    Yaml,
    Json,
}

#[derive(Debug, Deserialize)]
struct Export {
    #[serde(default)]
    format: Format,
}

async fn export(
    State(app): State<App>,
    asked: Asked,
    Path(id): Path<String>,
    Query(Export { format }): Query<Export>,
) -> Result<Response, ApiError> {
    let id = MapId::parse(&id).map_err(|_| MapError::Missing(id))?;
    let file = app.maps.export(&id).await?;
    let note = Note {
        map: Some(id.to_string()),
        ..Note::default()
    };
    asked.note(&app, Deed::Exported, note).await?;
    let (kind, ending, text) = match format {
        Format::Yaml => ("application/yaml; charset=utf-8", "yaml", file.to_yaml()),
        Format::Json => ("application/json", "json", file.to_json()),
    };
    let headers = [
        (CONTENT_TYPE, kind.to_owned()),
        // An id holds nothing that would need quoting.
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{id}.{ending}\""),
        ),
    ];
    Ok((headers, text).into_response())
}

async fn list_templates() -> Result<Json<Vec<Value>>, ApiError> {
    let mut list = Vec::new();
    for (key, text) in templates::DEMO_MAPS {
        let file = MapFile::parse(text).map_err(MapError::File)?;
        let map = &file.value()["map"];
        let steps = file.value()["steps"].as_array().map_or(0, Vec::len);
        list.push(json!({
            "key": key,
            "title": map["title"],
            "kind": map["type"],
            "description": map["scope"]["statement"],
            "steps": steps,
        }));
    }
    Ok(Json(list))
}

fn created(id: &MapId) -> Response {
    (StatusCode::CREATED, Json(json!({ "id": id.as_str() }))).into_response()
}
