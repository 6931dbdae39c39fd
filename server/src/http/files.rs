//! The web client's files, compressed when they were built.

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get_service;
use tower_http::services::{ServeDir, ServeFile};

use super::App;
use crate::config::Config;

/// File names in `assets` carry a hash of their content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// What people see who start the server without the client.
const NOT_BUILT: &str = "<!doctype html><meta charset=utf-8><title>Waymark</title>\
    <h1>The web client is not here</h1>\
    <p>Build and start everything with <code>cargo xtask run</code>, or name the folder of a \
    built client with <code>--web</code>.\n";

pub(super) fn router(config: &Config) -> Router<App> {
    let web = &config.web;
    let page = ServeFile::new(web.join("index.html"))
        .precompressed_br()
        .precompressed_gzip();
    let assets = ServeDir::new(web.join("assets"))
        .precompressed_br()
        .precompressed_gzip();
    let others = ServeDir::new(web)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip();
    let page = || get_service(page.clone()).layer(middleware::from_fn(or_not_built));
    Router::new()
        .route("/", page())
        .route("/index.html", page())
        .route("/map/{id}", page())
        .route("/setup", page())
        .route("/sign-in", page())
        .route("/join", page())
        .route("/invite", page())
        .route("/reset", page())
        .route("/forgot", page())
        .route("/unsubscribe", page())
        .route("/account", page())
        .route("/people", page())
        .nest_service(
            "/assets",
            get_service(assets).layer(middleware::map_response(|response| {
                cached(response, FOR_EVER)
            })),
        )
        .fallback_service(
            get_service(others).layer(middleware::map_response(|response| {
                cached(response, ASK_AGAIN)
            })),
        )
}

async fn cached(mut response: Response, how: HeaderValue) -> Response {
    let lasting = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let how = if lasting {
        how
    } else {
        HeaderValue::from_static("no-store")
    };
    response.headers_mut().insert(CACHE_CONTROL, how);
    response
}

/// The page, or what to do when it is not there.
async fn or_not_built(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status() != StatusCode::NOT_FOUND {
        return cached(response, ASK_AGAIN).await;
    }
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    let headers = [
        (CONTENT_TYPE, html),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, headers, NOT_BUILT).into_response()
}
