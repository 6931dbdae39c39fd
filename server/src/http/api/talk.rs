//! Comments and inboxes.
//!
//! | request | answer |
//! |---|---|
//! | `POST /api/maps/{map}/talk` `{"me"?, "commands": […]}` | `{"answers": [{"id", "ok", "error"?, "retry_after"?}]}`, 429 when none could be taken for now |
//! | `GET /api/maps/{map}/talk/people` | an array of `{"id", "name", "colour"}` |
//! | `PUT /api/talk/me` `{"id", "name", "colour"}` | 204; where nobody signs in, what a browser wants to be called |
//! | `POST /api/inbox` `{"me"?, "errand"?}` | `{"entries", "muted"}`, after the errand |

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use waymark_model::ids::MapId;

use super::super::{App, problem};
use crate::auth::permissions::Operation;
use crate::http::gate::{Asked, declare as route};
use crate::talk::{Answer, Claim, Errand, MOST_ORDERS, Outcome, TalkProblem};

/// The largest request: a queue of commands that gathered offline.
const REQUEST_BYTES: usize = 1 << 20;

pub(super) fn declare(app: &App) -> Router<App> {
    let router = route(Router::new(), app, Operation::Talk, command);
    let router = route(router, app, Operation::Voices, people);
    let router = route(router, app, Operation::Introduce, introduce);
    let router = route(router, app, Operation::Inbox, inbox);
    router.layer(DefaultBodyLimit::max(REQUEST_BYTES))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Commands {
    me: Option<Claim>,
    commands: Vec<Value>,
}

async fn command(
    State(app): State<App>,
    Path(id): Path<String>,
    asked: Asked,
    request: Result<Json<Commands>, JsonRejection>,
) -> Result<Response, TalkProblem> {
    let map = MapId::parse(&id).map_err(|_| TalkProblem::Missing(id))?;
    let Commands { me, commands } = match request {
        Ok(Json(request)) => request,
        Err(error) => return Ok(refusal(&error)),
    };
    let who = app.talks.who(&map, asked.who(), me.as_ref()).await?;
    if commands.len() > MOST_ORDERS {
        let error = format!("send at most {MOST_ORDERS} commands at once");
        return Ok(problem(StatusCode::PAYLOAD_TOO_LARGE, error));
    }
    let answers = app.talks.command(&map, who, commands).await?;
    let wait = answers.iter().filter_map(|answer| match answer.outcome {
        Outcome::Later(seconds) => Some(seconds),
        _ => None,
    });
    let wait = wait.max();
    let all_wait = answers
        .iter()
        .all(|answer| matches!(answer.outcome, Outcome::Later(_)));
    let status = match wait {
        Some(_) if all_wait => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::OK,
    };
    let answers: Vec<Value> = answers.into_iter().map(tell).collect();
    let mut response = (status, Json(json!({ "answers": answers }))).into_response();
    if let Some(seconds) = wait {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

fn tell(answer: Answer) -> Value {
    let id = answer.id;
    match answer.outcome {
        Outcome::Done => json!({ "id": id, "ok": true }),
        Outcome::Refused(error) => json!({ "id": id, "ok": false, "error": error }),
        Outcome::Later(seconds) => json!({
            "id": id,
            "ok": false,
            "error": "too many comments at once",
            "retry_after": seconds,
        }),
    }
}

async fn people(State(app): State<App>, Path(id): Path<String>) -> Result<Response, TalkProblem> {
    let map = MapId::parse(&id).map_err(|_| TalkProblem::Missing(id))?;
    let voices = app.talks.voices(&map).await?;
    Ok(Json(voices).into_response())
}

async fn introduce(
    State(app): State<App>,
    asked: Asked,
    request: Result<Json<Claim>, JsonRejection>,
) -> Result<Response, TalkProblem> {
    let claim = match request {
        Ok(Json(claim)) => claim,
        Err(error) => return Ok(refusal(&error)),
    };
    app.talks.oneself(asked.who(), Some(&claim)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    me: Option<Claim>,
    errand: Option<Errand>,
}

async fn inbox(
    State(app): State<App>,
    asked: Asked,
    request: Result<Json<Ask>, JsonRejection>,
) -> Result<Response, TalkProblem> {
    let Ask { me, errand } = match request {
        Ok(Json(ask)) => ask,
        Err(error) => return Ok(refusal(&error)),
    };
    let person = app.talks.oneself(asked.who(), me.as_ref()).await?;
    if let Some(errand) = errand {
        app.talks.run_errand(&person, errand).await?;
    }
    let page = app.talks.inbox(&person).await?;
    Ok(Json(page).into_response())
}

/// What is wrong with a request, without repeating what was written in it.
fn refusal(error: &JsonRejection) -> Response {
    problem(error.status(), "this request is not understood")
}

impl IntoResponse for TalkProblem {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Missing(_) => StatusCode::NOT_FOUND,
            Self::Unclear(_) => StatusCode::FORBIDDEN,
            Self::NotNow | Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        let mut response = problem(status, self.to_string());
        if let Self::NotNow | Self::Store(_) = self {
            tracing::error!(error = %self, "a request about comments failed");
            response.headers_mut().insert(RETRY_AFTER, 5.into());
        }
        response
    }
}
