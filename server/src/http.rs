//! Everything that is asked for over HTTP: the page, the JSON API, health and the upgrade
//! to a WebSocket.

mod api;
mod files;
mod gate;
mod metrics;
mod origin;
mod serve;
mod upgrade;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use serde_json::json;
use tokio::sync::{Semaphore, mpsc};

use crate::auth::permissions::Operation;
use crate::connection::Context;
use crate::maps::Maps;
use crate::metrics::Refused;
use crate::outward::Outward;
use crate::talk::Talks;

pub(crate) use self::serve::serve;

/// What a page of ours may do. `wasm-unsafe-eval` compiles WebAssembly and nothing else.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; \
    frame-ancestors 'none'; form-action 'self'";

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) context: Context,
    pub(crate) maps: Maps,
    pub(crate) talks: Talks,
    pub(crate) outward: Outward,
    pub(crate) connections: Arc<Semaphore>,
    /// Held by every connection, so that stopping can wait for the last.
    pub(crate) alive: mpsc::WeakSender<std::convert::Infallible>,
}

impl FromRef<App> for Maps {
    fn from_ref(app: &App) -> Self {
        app.maps.clone()
    }
}

/// All routes.
pub(crate) fn router(app: App) -> Router {
    let config = app.context.config.clone();
    Router::new()
        .route("/health/live", get(|| async { "live\n" }))
        .route("/health/ready", get(ready))
        .route("/sync", any(upgrade::many))
        .route("/sync/{*document}", any(upgrade::one))
        .merge(api::router(&app))
        .merge(api::feeds::declare_feed(&app))
        .merge(gate::declare(
            Router::new(),
            &app,
            Operation::Metrics,
            metrics::show,
        ))
        .merge(files::router(&config))
        .layer(middleware::from_fn_with_state(app.clone(), guard))
        .with_state(app)
}

/// An error of the API.
pub(crate) fn problem(status: StatusCode, error: impl Into<String>) -> Response {
    let error: String = error.into();
    (status, axum::Json(json!({ "error": error }))).into_response()
}

async fn ready(State(app): State<App>) -> Response {
    match app.context.rooms.store().check_ready() {
        Ok(()) => "ready\n".into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
    }
}

/// Turns away what comes from foreign pages, and tells browsers to be strict.
async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let config = &app.context.config;
    let mut response = match origin::check(request.headers(), request.uri(), config) {
        Ok(()) => {
            let patience = Duration::from_secs(config.request_seconds.into());
            match tokio::time::timeout(patience, next.run(request)).await {
                Ok(response) => response,
                Err(_) => problem(StatusCode::REQUEST_TIMEOUT, "the request took too long"),
            }
        }
        Err(refusal) => {
            tracing::warn!(%refusal, "refused a request");
            app.context.rooms.metrics().refused(Refused::Origin);
            problem(StatusCode::FORBIDDEN, refusal.to_string())
        }
    };
    let headers = response.headers_mut();
    let fixed = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
