//! The JSON API: maps as a list, new maps, maps as files.
//!
//! | request | answer |
//! |---|---|
//! | `GET /api/maps` | an array of summaries, the map changed last first |
//! | `POST /api/maps` `{"from": "blank"` or a template's key`, "title"?}` | 201 `{"id"}` |
//! | `POST /api/maps/import` with a file as body (YAML or JSON) | 201 `{"id"}`, or 422 `{"error", "place"}` |
//! | `GET /api/maps/{id}/export?format=yaml` or `json` | the file |
//! | `GET /api/templates` | an array of `{"key", "title", "kind", …}` |
//!
//! Errors are `{"error"}`.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use waymark_model::ids::MapId;
use waymark_model::interchange::{FileError, MapFile};
use waymark_model::templates;

use super::{App, problem};
use crate::maps::{MapError, Maps, document_of};
use crate::store::StoreError;

/// The largest map file. A map of ten thousand cards has about four MiB.
const FILE_BYTES: usize = 8 << 20;
/// The largest other request.
const REQUEST_BYTES: usize = 16 << 10;
/// The longest title that can be asked for, in characters.
const TITLE_CHARACTERS: usize = 300;
const UNTITLED: &str = "Untitled journey";

pub(super) fn router() -> Router<App> {
    let import = post(import).layer(DefaultBodyLimit::max(FILE_BYTES));
    Router::new()
        .route("/maps", get(list).post(create))
        .route("/templates", get(list_templates))
        .route("/maps/{id}/export", get(export))
        .layer(DefaultBodyLimit::max(REQUEST_BYTES))
        .route("/maps/import", import)
        .fallback(|| async { problem(StatusCode::NOT_FOUND, "no such address") })
}

async fn list(State(app): State<App>) -> Result<Response, ApiError> {
    let mut maps = app.maps.list().await?;
    for map in &mut maps {
        if let Ok(id) = MapId::parse(&map.id) {
            map.people = app.context.rooms.people(&document_of(&id));
        }
    }
    Ok(([(CACHE_CONTROL, "no-store")], Json(maps)).into_response())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    from: String,
    title: Option<String>,
}

async fn create(
    State(app): State<App>,
    request: Result<Json<Create>, JsonRejection>,
) -> Result<Response, ApiError> {
    let Json(request) =
        request.map_err(|error| ApiError(error.status(), error.body_text(), None))?;
    let now = app.context.rooms.clock().now();
    let id = if request.from == "blank" {
        let title = request
            .title
            .as_deref()
            .map(str::trim)
            .filter(|title| !title.is_empty());
        let title = title.unwrap_or(UNTITLED);
        if title.chars().count() > TITLE_CHARACTERS {
            let error = format!("a title has at most {TITLE_CHARACTERS} characters");
            return Err(ApiError(StatusCode::UNPROCESSABLE_ENTITY, error, None));
        }
        app.maps.create_blank(title, now).await?
    } else {
        let text = templates::DEMO_MAPS
            .iter()
            .find(|(key, _)| *key == request.from);
        let Some((_, text)) = text else {
            let error = format!("there is no template {:?}", request.from);
            return Err(ApiError(StatusCode::UNPROCESSABLE_ENTITY, error, None));
        };
        let file = MapFile::parse(text).map_err(MapError::File)?;
        let id = MapId::from_random(crate::random::bits128());
        app.maps.create_from_file(&id, file, now).await?;
        id
    };
    Ok(created(&id))
}

async fn import(
    State(app): State<App>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let body = body.map_err(|error| ApiError(error.status(), error.body_text(), None))?;
    // Large files take a while to parse.
    let parsed = tokio::task::spawn_blocking(move || match std::str::from_utf8(&body) {
        Ok(text) => MapFile::parse(text),
        Err(_) => Err(FileError::Syntax("it is not UTF-8 text".to_owned())),
    });
    let failed = |_| {
        ApiError(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the file cannot be read".into(),
            None,
        )
    };
    let file = parsed.await.map_err(failed)?.map_err(MapError::File)?;
    // A new id: importing a file twice makes two maps and never changes one.
    let id = MapId::from_random(crate::random::bits128());
    app.maps
        .create_from_file(&id, file, app.context.rooms.clock().now())
        .await?;
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
    State(maps): State<Maps>,
    Path(id): Path<String>,
    Query(Export { format }): Query<Export>,
) -> Result<Response, ApiError> {
    let id = MapId::parse(&id).map_err(|_| MapError::Missing(id))?;
    let file = maps.export(&id).await?;
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
        (CACHE_CONTROL, "no-store".to_owned()),
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

/// Status, text for people, and the place in a file.
#[derive(Debug)]
struct ApiError(StatusCode, String, Option<String>);

impl From<MapError> for ApiError {
    fn from(error: MapError) -> Self {
        let status = match &error {
            MapError::File(FileError::Content { place, problem }) => {
                let place = Some(place.clone());
                return Self(StatusCode::UNPROCESSABLE_ENTITY, problem.clone(), place);
            }
            MapError::File(FileError::Syntax(_)) => StatusCode::UNPROCESSABLE_ENTITY,
            MapError::Missing(_) => StatusCode::NOT_FOUND,
            MapError::Store(StoreError::Exists { .. }) => StatusCode::CONFLICT,
            MapError::Store(StoreError::Full) => StatusCode::INSUFFICIENT_STORAGE,
            MapError::Store(StoreError::Unavailable { .. }) => StatusCode::SERVICE_UNAVAILABLE,
            MapError::Store(_) | MapError::Unreadable(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status.is_server_error() {
            tracing::error!(%error, "a request failed");
        }
        Self(status, error.to_string(), None)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self(status, error, place) = self;
        let body = match place {
            Some(place) => json!({ "error": error, "place": place }),
            None => json!({ "error": error }),
        };
        (status, Json(body)).into_response()
    }
}
