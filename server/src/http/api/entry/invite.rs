//! Taking an invitation to the workspace: from whom it is, and an account by it.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{
    JustSecret, Made, NewAccount, accounts_only, check_account, dead_link, let_in, make_account,
    passwords_only,
};
use crate::audit::Deed;
use crate::auth::Secret;
use crate::auth::permissions::Operation;
use crate::http::api::{ApiError, App, Said};
use crate::http::gate::{Asked, declare as route};
use crate::people::{Kind, WorkspaceId};

pub(super) fn declare(router: Router<App>, app: &App) -> Router<App> {
    let router = route(router, app, Operation::LookAtInvite, look);
    route(router, app, Operation::AcceptInvite, accept)
}

async fn look(
    State(app): State<App>,
    asked: Asked,
    Said(JustSecret { secret }): Said<JustSecret>,
) -> Result<Json<Value>, ApiError> {
    accounts_only(&app)?;
    let auth = &app.context.auth;
    let secret = Secret::parse(&secret).ok_or_else(dead_link)?;
    let invite = auth.links().invited(&secret, asked.now).await?;
    let invite = invite.ok_or_else(dead_link)?;
    let by = auth.people().person(&invite.by).await?;
    let workspace = auth.people().workspace(&WorkspaceId::first()).await?;
    Ok(Json(json!({
        "workspace": workspace.name,
        "by": by.map(|by| by.name),
        "email": invite.email,
    })))
}

async fn accept(
    State(app): State<App>,
    asked: Asked,
    headers: HeaderMap,
    Said(account): Said<NewAccount>,
) -> Result<Response, ApiError> {
    passwords_only(&app)?;
    let auth = &app.context.auth;
    let people = auth.people();
    let secret = Secret::parse(&account.secret).ok_or_else(dead_link)?;
    if auth.links().invited(&secret, asked.now).await?.is_none() {
        return Err(dead_link());
    }
    let (name, email) = check_account(&account)?;
    if people.by_email(&email).await?.is_some() {
        let error = "there is an account with this e-mail already; sign in with it";
        return Err(ApiError::new(StatusCode::CONFLICT, error).code("email"));
    }
    let hash = auth.passwords().hash(account.password).await?;
    let invite = auth.links().accept(&secret, asked.now).await?;
    let invite = invite.ok_or_else(dead_link)?;
    // Who was a guest stays the same person, with everything they did.
    let guest = asked
        .caller
        .as_ref()
        .filter(|caller| caller.kind == Kind::Guest);
    let guest = guest.map(|caller| caller.person.clone());
    let made = Made {
        guest,
        name,
        email,
        hash,
        place: invite.place,
    };
    let person = make_account(&app, &asked, made).await?;
    let by = Some(invite.by);
    let_in(&app, &asked, &headers, person, Deed::Joined, by).await
}
