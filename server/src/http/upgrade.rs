//! From an HTTP request to a WebSocket connection.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::header::{
    CONNECTION, ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use hyper::upgrade::OnUpgrade;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use waymark_sync::DocumentId;

use super::{App, problem};
use crate::connection::{self, Purpose};
use crate::metrics::Refused;

/// A request that asks to become a WebSocket.
pub(super) struct Upgrade {
    upgrade: OnUpgrade,
    accept: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let headers = &parts.headers;
        let asks = parts.method == Method::GET
            && has_word(headers, &CONNECTION, "upgrade")
            && has_word(headers, &UPGRADE, "websocket");
        let key = headers.get(SEC_WEBSOCKET_KEY).filter(|_| asks).cloned();
        let Some(key) = key else {
            return Err(problem(
                StatusCode::UPGRADE_REQUIRED,
                "connect with a WebSocket",
            ));
        };
        if headers
            .get(SEC_WEBSOCKET_VERSION)
            .is_none_or(|version| version != "13")
        {
            let mut response = problem(StatusCode::BAD_REQUEST, "only WebSocket version 13");
            response
                .headers_mut()
                .insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
            return Err(response);
        }
        match parts.extensions.remove::<OnUpgrade>() {
            Some(upgrade) => Ok(Self {
                upgrade,
                accept: derive_accept_key(key.as_bytes()),
            }),
            None => Err(problem(
                StatusCode::BAD_REQUEST,
                "this connection cannot be upgraded",
            )),
        }
    }
}

fn has_word(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|part| part.trim().eq_ignore_ascii_case(word))
}

/// `GET /sync`: the Hocuspocus dialect.
pub(super) async fn many(State(app): State<App>, headers: HeaderMap, upgrade: Upgrade) -> Response {
    begin(app, upgrade, Purpose::Many, &headers).await
}

/// `GET /sync/{document}`: the plain dialect.
pub(super) async fn one(
    State(app): State<App>,
    Path(document): Path<String>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Response {
    let purpose = match DocumentId::parse(&document) {
        Ok(document) => Purpose::One(document),
        Err(_) => Purpose::Nothing,
    };
    begin(app, upgrade, purpose, &headers).await
}

async fn begin(
    app: App,
    Upgrade { upgrade, accept }: Upgrade,
    purpose: Purpose,
    headers: &HeaderMap,
) -> Response {
    let metrics = app.context.rooms.metrics().clone();
    let caller = match super::gate::caller(&app, headers).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    // A browser says from where it connects; only programs, which show a token, do not.
    if caller
        .as_ref()
        .is_some_and(|caller| caller.session().is_some())
        && !headers.contains_key(ORIGIN)
    {
        metrics.refused(Refused::Origin);
        return problem(StatusCode::FORBIDDEN, "say from which page you connect");
    }
    let Ok(permit) = app.connections.clone().try_acquire_owned() else {
        tracing::warn!("refused a connection: as many as the settings allow are open");
        metrics.refused(Refused::Full);
        return problem(StatusCode::SERVICE_UNAVAILABLE, "too many connections");
    };
    let Some(alive) = app.alive.upgrade() else {
        metrics.refused(Refused::Stopping);
        return problem(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping");
    };
    tokio::spawn(async move {
        match upgrade.await {
            Ok(stream) => match connection::upgrade(stream, &app.context.config).await {
                Some(upgrade) => {
                    let _open = metrics.connection();
                    connection::serve(upgrade, purpose, caller, app.context).await;
                }
                None => tracing::error!("a connection is not a TCP stream of ours"),
            },
            Err(error) => tracing::debug!(%error, "a connection was not upgraded"),
        }
        drop((permit, alive));
    });
    let headers = [
        (CONNECTION, HeaderValue::from_static("upgrade")),
        (UPGRADE, HeaderValue::from_static("websocket")),
        (
            SEC_WEBSOCKET_ACCEPT,
            HeaderValue::from_str(&accept).expect("base64 is a header value"),
        ),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}
