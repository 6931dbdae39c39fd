//! The JSON API. Every request, and who may send it, is in `docs/permissions.md`; each file
//! here says what goes in and out.
//!
//! Errors are `{"error"}`, with a `"place"` where a file is wrong, and a `"code"` where the
//! page does something about it.

mod audit;
mod entry;
pub(super) mod feeds;
mod mail;
mod maps;
mod me;
mod oidc;
mod people;
mod share;
mod talk;
mod webhooks;

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde_json::json;
use waymark_model::interchange::FileError;

use super::{App, problem};
use crate::auth::passwords::Busy;
use crate::auth::throttle::TooOften;
use crate::maps::MapError;
use crate::people::PeopleError;
use crate::store::StoreError;

/// The largest request, other than a file.
const REQUEST_BYTES: usize = 16 << 10;

pub(super) fn router(app: &App) -> Router<App> {
    let mut router = Router::new().route("/api/{*rest}", any(nothing));
    for topic in [
        me::declare,
        feeds::declare,
        mail::declare,
        entry::declare,
        oidc::declare,
        people::declare,
        share::declare,
        audit::declare,
        maps::declare,
        webhooks::declare,
    ] {
        router = topic(router, app);
    }
    router
        .layer(DefaultBodyLimit::max(REQUEST_BYTES))
        .merge(maps::declare_import(app))
        .merge(talk::declare(app))
        .layer(map_response(not_kept))
}

async fn nothing() -> Response {
    problem(StatusCode::NOT_FOUND, "no such address")
}

/// No answer may be shown to whoever uses the browser next.
async fn not_kept(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What a request says, as JSON.
pub(super) struct Said<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Said<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let read = Json::from_request(request, state).await;
        let Json(said) =
            read.map_err(|error: JsonRejection| ApiError::new(error.status(), error.body_text()))?;
        Ok(Self(said))
    }
}

/// Status, text for people, the place in a file, a word for the page, seconds to wait.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    error: String,
    place: Option<String>,
    code: Option<&'static str>,
    wait: Option<u64>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            error: error.into(),
            place: None,
            code: None,
            wait: None,
        }
    }

    /// What was said cannot be used.
    pub(super) fn wrong(error: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error)
    }

    /// There is no such thing, other than a map.
    pub(super) fn missing(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    pub(super) fn code(self, code: &'static str) -> Self {
        Self {
            code: Some(code),
            ..self
        }
    }
}

impl From<MapError> for ApiError {
    fn from(error: MapError) -> Self {
        let status = match &error {
            MapError::File(FileError::Content { place, problem }) => {
                return Self {
                    place: Some(place.clone()),
                    ..Self::wrong(problem.clone())
                };
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
        Self::new(status, error.to_string())
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        MapError::Store(error).into()
    }
}

impl From<PeopleError> for ApiError {
    fn from(error: PeopleError) -> Self {
        let status = match error {
            PeopleError::Store(error) => return error.into(),
            PeopleError::EmailTaken
            | PeopleError::IdentityTaken
            | PeopleError::LastAdministrator => StatusCode::CONFLICT,
            PeopleError::Nobody => StatusCode::NOT_FOUND,
        };
        Self::new(status, error.to_string())
    }
}

impl From<Busy> for ApiError {
    fn from(error: Busy) -> Self {
        Self {
            wait: Some(5),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
        }
    }
}

impl From<TooOften> for ApiError {
    fn from(error: TooOften) -> Self {
        Self {
            wait: Some(error.seconds),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, error.to_string())
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut body = json!({ "error": self.error });
        if let Some(place) = self.place {
            body["place"] = place.into();
        }
        if let Some(code) = self.code {
            body["code"] = code.into();
        }
        let mut response = (self.status, Json(body)).into_response();
        if let Some(wait) = self.wait {
            response.headers_mut().insert(RETRY_AFTER, wait.into());
        }
        response
    }
}
