//! `GET /metrics`: what the server counts, for Prometheus.

use std::path::{Path, PathBuf};

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::{App, problem};
use crate::config::Engine;

/// Version 0.0.4 of the text format.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) async fn show(State(app): State<App>) -> Response {
    let config = &app.context.config;
    let store_bytes = match config.store {
        Engine::Memory => 0,
        Engine::Sled => {
            let folder = config.data.clone();
            // A folder that cannot be read is reported by /health/ready.
            let size = tokio::task::spawn_blocking(move || size_of(&folder));
            size.await.unwrap_or_default()
        }
    };
    let rooms = &app.context.rooms;
    match rooms.metrics().text(rooms.overview(), store_bytes) {
        Ok(text) => ([(CONTENT_TYPE, FORMAT), (CACHE_CONTROL, "no-store")], text).into_response(),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

/// Bytes of all files below a folder; what vanishes meanwhile counts as nothing.
fn size_of(folder: &Path) -> u64 {
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    let mut bytes = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(data) if data.is_dir() => folders.push(entry.path()),
                Ok(data) => bytes += data.len(),
                Err(_) => {}
            }
        }
    }
    bytes
}
