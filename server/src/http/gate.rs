//! The gate before every handler: who asks, and whether they may.
//!
//! A route is declared with an [`Operation`], whose line in the table says its address and
//! who may come through; there is no other way to declare one.

use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::handler::Handler;
use axum::http::header::ORIGIN;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use serde_json::json;
use waymark_model::ids::MapId;
use waymark_sync::Timestamp;

use super::{App, problem};
use crate::audit::{Deed, Note};
use crate::auth::Caller;
use crate::auth::address::Peer;
use crate::auth::permissions::{Operation, Verdict, Who};
use crate::maps::MapError;
use crate::store::StoreError;

/// Who asks, when and from where. Only what came through the gate has one.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) caller: Option<Caller>,
    pub(super) from: IpAddr,
    pub(super) now: Timestamp,
}

impl Asked {
    /// Who asks, where the gate lets nobody unknown through.
    pub(super) fn who(&self) -> &Caller {
        self.caller.as_ref().expect("the gate asked who it is")
    }

    /// Writes down what they did.
    pub(super) async fn note(&self, app: &App, what: Deed, note: Note) -> Result<(), StoreError> {
        let who = self.caller.as_ref().map(|caller| caller.person.clone());
        let note = Note {
            who: note.who.clone().or(who),
            ..note
        };
        let audit = app.context.auth.audit();
        audit.write(what, note, self.from, self.now).await
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let asked = parts.extensions.get::<Self>().cloned();
        asked.ok_or_else(|| {
            problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "nobody was asked who it is",
            )
        })
    }
}

/// Adds a route. Who may ask for it is in the operation's line of the table.
pub(super) fn declare<H, T>(
    router: Router<App>,
    app: &App,
    operation: Operation,
    handler: H,
) -> Router<App>
where
    H: Handler<T, App>,
    T: 'static,
{
    let row = operation.row();
    let method = Method::from_bytes(row.method.as_bytes()).ok();
    let method = method.and_then(|method| MethodFilter::try_from(method).ok());
    let method = method.expect("what is declared is asked for over HTTP");
    let gate = middleware::from_fn_with_state((app.clone(), operation), gate);
    router.route(row.path, on(method, handler).layer(gate))
}

/// Who sends this; an answer when that cannot be found out.
pub(super) async fn caller(app: &App, headers: &HeaderMap) -> Result<Option<Caller>, Response> {
    let now = app.context.rooms.clock().now();
    let auth = &app.context.auth;
    let unavailable = |error: StoreError| {
        tracing::error!(%error, "it cannot be looked up who asks");
        problem(StatusCode::SERVICE_UNAVAILABLE, error.for_people())
    };
    let caller = auth.identify(headers, now).await.map_err(unavailable)?;
    if let Some(caller) = &caller
        && let Some(id) = caller.session()
    {
        // Not worth failing for.
        let touched = async {
            if let Some(session) = auth.sessions().live(&caller.person, id, now).await? {
                auth.sessions()
                    .touch(&caller.person, id, &session, now)
                    .await?;
            }
            Ok::<_, StoreError>(())
        };
        if let Err(error) = touched.await {
            tracing::warn!(%error, "a session's last use is not written down");
        }
    }
    Ok(caller)
}

async fn gate(
    State((app, operation)): State<(App, Operation)>,
    params: RawPathParams,
    mut request: Request,
    next: Next,
) -> Response {
    let now = app.context.rooms.clock().now();
    let caller = match caller(&app, request.headers()).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    // Browsers name the page with everything that changes something; whose page it is was
    // checked already.
    let by_cookie = caller.as_ref().is_some_and(|it| it.session().is_some());
    let is_reading = [Method::GET, Method::HEAD].contains(request.method());
    if by_cookie && !is_reading && !request.headers().contains_key(ORIGIN) {
        return problem(StatusCode::FORBIDDEN, "say from which page you ask");
    }
    let said = params.iter().find(|(name, _)| *name == "map");
    let said = said.map(|(_, text)| text.to_owned());
    let map = said.as_deref().and_then(|text| MapId::parse(text).ok());
    let auth = &app.context.auth;
    let verdict = auth.decide(caller.as_ref(), operation, map.as_ref(), now);
    let verdict = match verdict.await {
        Ok(Verdict::Allowed) => exists(&app, operation, map.as_ref()).await,
        other => other.map_err(MapError::Store),
    };
    match verdict {
        Ok(Verdict::Allowed) => {}
        Ok(refusal) => return refuse(refusal, said.unwrap_or_default()),
        Err(error) => return super::api::ApiError::from(error).into_response(),
    }
    let peer = request.extensions().get::<Peer>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0);
    let from = auth.proxies().origin(peer, request.headers());
    request.extensions_mut().insert(Asked { caller, from, now });
    next.run(request).await
}

/// Administrators own every map, but only those that there are.
async fn exists(app: &App, operation: Operation, map: Option<&MapId>) -> Result<Verdict, MapError> {
    if !matches!(operation.row().who, Who::OnMap(_)) {
        return Ok(Verdict::Allowed);
    }
    match map {
        Some(map) if app.maps.exists(map).await? => Ok(Verdict::Allowed),
        _ => Ok(Verdict::Hidden),
    }
}

/// The answer to who may not. The `code` is for the page, the rest for people.
fn refuse(verdict: Verdict, map: String) -> Response {
    let (status, error, code) = match verdict {
        Verdict::SignIn => (StatusCode::UNAUTHORIZED, "sign in first", "sign_in"),
        Verdict::Hidden | Verdict::Allowed => {
            return super::api::ApiError::from(MapError::Missing(map)).into_response();
        }
        Verdict::Forbidden => (StatusCode::FORBIDDEN, "you may not do this", "forbidden"),
    };
    (status, axum::Json(json!({ "error": error, "code": code }))).into_response()
}
