//! What was done about people and rights.
//!
//! | request | answer |
//! |---|---|
//! | `GET /api/audit?before=` | `{"entries", "more"?}`, the newest first; `more` is the next `before` |
//! | `GET /api/maps/{map}/audit?before=` | the same, of one map |
//! | `GET /api/audit/check` | `{"entries"}`, or `{"broken"}` with the first entry that is not what was written |

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ApiError, App};
use crate::audit::Entry;
use crate::auth::permissions::Operation;
use crate::http::gate::{Asked, declare as route};
use crate::people::PersonId;

pub(super) fn declare(router: Router<App>, app: &App) -> Router<App> {
    let router = route(router, app, Operation::Audit, all);
    let router = route(router, app, Operation::CheckAudit, check);
    route(router, app, Operation::MapAudit, of_map)
}

#[derive(Deserialize)]
struct Page {
    before: Option<u64>,
}

async fn all(
    State(app): State<App>,
    Query(Page { before }): Query<Page>,
) -> Result<Json<Value>, ApiError> {
    let audit = app.context.auth.audit();
    let page = audit.read(before, |_| true).await?;
    told(&app, page).await
}

async fn of_map(
    State(app): State<App>,
    Path(map): Path<String>,
    Query(Page { before }): Query<Page>,
) -> Result<Json<Value>, ApiError> {
    let audit = app.context.auth.audit();
    let page = audit
        .read(before, |entry| entry.map.as_deref() == Some(&map))
        .await?;
    told(&app, page).await
}

async fn check(State(app): State<App>, _: Asked) -> Result<Json<Value>, ApiError> {
    Ok(Json(match app.context.auth.audit().check().await? {
        Ok(entries) => json!({ "entries": entries }),
        Err(broken) => json!({ "broken": broken.number }),
    }))
}

/// With the names that people have now.
async fn told(
    app: &App,
    (entries, more): (Vec<Entry>, Option<u64>),
) -> Result<Json<Value>, ApiError> {
    let people = app.context.auth.people();
    let mut names: HashMap<PersonId, String> = HashMap::new();
    for entry in &entries {
        for id in [&entry.who, &entry.person].into_iter().flatten() {
            if !names.contains_key(id)
                && let Some(person) = people.person(id).await?
            {
                names.insert(id.clone(), person.name);
            }
        }
    }
    let person = |id: &Option<PersonId>| {
        id.as_ref()
            .map(|id| json!({ "id": id, "name": names.get(id) }))
    };
    let entries = entries.iter().map(|entry| {
        json!({
            "number": entry.number,
            "at": entry.at,
            "who": person(&entry.who),
            "what": entry.what,
            "map": entry.map,
            "person": person(&entry.person),
            "detail": entry.detail,
            "from": entry.from,
        })
    });
    Ok(Json(
        json!({ "entries": entries.collect::<Vec<_>>(), "more": more }),
    ))
}
