//! Signing in with a provider of OpenID Connect, and who that is here.
//!
//! | request | answer |
//! |---|---|
//! | `GET /api/oidc/start?return=/map/…` | 303 to the provider, and a cookie that binds the sign-in to this browser |
//! | `POST /api/oidc/start` `{"return"?, "invite"?, "reset"?, "setup"?}` | `{"url"}`, where the page goes next, and the cookie; with at most one secret, which so is in no address |
//! | `GET /api/oidc/callback` | 303 to the path that was asked for, signed in; or to the sign-in page |
//!
//! What goes wrong is told to the page as `/sign-in?problem=CODE&return=PATH`:
//!
//! | code | |
//! |---|---|
//! | `provider` | it cannot be reached, is slow, or does not answer as it should |
//! | `refused` | the person or the provider said no |
//! | `expired` | begun more than ten minutes ago, finished already, or never begun |
//! | `browser` | begun in another browser |
//! | `unproven` | what the provider says does not stand up to the checks |
//! | `unknown` | no account, and new people need an invitation |
//! | `connect` | there is an account with this e-mail: sign in with its password, then go to `/api/oidc/start?return=PATH` |
//! | `other_account` | signed in here with another e-mail: sign out first |
//! | `dead_link` | the invitation or link that was carried is over |
//! | `often` | too many attempts that failed |
//! | `server` | we cannot look it up or write it down |

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use openidconnect::url::form_urlencoded;
use serde::Deserialize;
use serde_json::json;

use super::entry::begin;
use super::{ApiError, App, Said};
use crate::audit::{Deed, Note};
use crate::auth::Secret;
use crate::auth::changes::Change;
use crate::auth::oidc::{
    Carried, Identity, Oidc, Pending, Problem, Started, Wanted, cookie_suffix, own_path,
};
use crate::auth::permissions::Operation;
use crate::config::NewPeople;
use crate::http::gate::{Asked, declare as route};
use crate::people::{Kind, PeopleError, PersonId, Place, WorkspaceId};
use crate::store::StoreError;

/// What entries of the audit log say of how somebody came.
const BY: &str = "oidc";
/// What somebody is called of whom the provider tells no name; they can change it.
const NAMELESS: &str = "New member";

pub(super) fn declare(router: Router<App>, app: &App) -> Router<App> {
    let router = route(router, app, Operation::OidcStart, start);
    let router = route(router, app, Operation::OidcContinue, carry_on);
    route(router, app, Operation::OidcCallback, callback)
}

fn provider(app: &App) -> Result<&Oidc, ApiError> {
    let none = || ApiError::missing("nobody signs in with a provider here").code("no_oidc");
    app.context.auth.oidc().ok_or_else(none)
}

/// To another page, which is asked for with GET.
fn go(to: &str) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response()
}

fn go_to_problem(problem: Problem, back: &str) -> Response {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("problem", problem.code());
    if back != "/" {
        query.append_pair("return", back);
    }
    go(&format!("/sign-in?{}", query.finish()))
}

#[derive(Default, Deserialize)]
struct Start {
    #[serde(rename = "return")]
    back: Option<String>,
}

async fn start(
    State(app): State<App>,
    asked: Asked,
    query: Result<Query<Start>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(said) = query.unwrap_or_default();
    let back = own_path(said.back.as_deref());
    Ok(
        match begun(&app, &asked, back.clone(), Carried::Nothing).await? {
            Ok(started) => {
                let cookie = kept(&app, &started);
                ([(SET_COOKIE, cookie)], go(started.url.as_str())).into_response()
            }
            Err(problem) => go_to_problem(problem, &back),
        },
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CarryOn {
    #[serde(rename = "return")]
    back: Option<String>,
    invite: Option<String>,
    reset: Option<String>,
    setup: Option<String>,
}

async fn carry_on(
    State(app): State<App>,
    asked: Asked,
    Said(said): Said<CarryOn>,
) -> Result<Response, ApiError> {
    let secret = |text: &str| {
        let dead = || ApiError::missing(Problem::DeadLink.to_string()).code("dead_link");
        Secret::parse(text).ok_or_else(dead)
    };
    let carried = match (said.invite, said.reset, said.setup) {
        (None, None, None) => Carried::Nothing,
        (Some(text), None, None) => Carried::Invite(secret(&text)?),
        (None, Some(text), None) => Carried::Reset(secret(&text)?),
        (None, None, Some(text)) => Carried::Setup(secret(&text)?),
        _ => return Err(ApiError::wrong("one link at a time")),
    };
    let back = own_path(said.back.as_deref());
    let started = begun(&app, &asked, back, carried).await?;
    let started = started.map_err(|problem| {
        ApiError::new(StatusCode::BAD_GATEWAY, problem.to_string()).code(problem.code())
    })?;
    let cookie = kept(&app, &started);
    let body = Json(json!({ "url": started.url.as_str() }));
    Ok(([(SET_COOKIE, cookie)], body).into_response())
}

async fn begun(
    app: &App,
    asked: &Asked,
    back: String,
    carried: Carried,
) -> Result<Result<Started, Problem>, ApiError> {
    let caller = asked.caller.as_ref().filter(|it| it.session().is_some());
    let wanted = Wanted {
        back,
        carried,
        person: caller.map(|caller| caller.person.clone()),
    };
    Ok(provider(app)?.start(wanted, asked.from, asked.now).await)
}

fn kept(app: &App, started: &Started) -> HeaderValue {
    let secret = Some(&started.secret);
    app.context.auth.pending_cookie(&started.cookie, secret)
}

/// What the provider sends a browser back with.
#[derive(Default, Deserialize)]
struct Reply {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

async fn callback(
    State(app): State<App>,
    asked: Asked,
    headers: HeaderMap,
    query: Result<Query<Reply>, QueryRejection>,
) -> Result<Response, ApiError> {
    let oidc = provider(&app)?;
    let Query(reply) = query.unwrap_or_default();
    let auth = &app.context.auth;
    let state = reply.state.clone().unwrap_or_default();
    let suffix = cookie_suffix(&state);
    let browser = auth.pending_cookie_of(&headers, &suffix);
    let mut pending = match oidc.come_back(&state, browser.as_ref(), asked.now) {
        Ok(pending) => pending,
        Err(problem) => return Ok(go_to_problem(problem, "/")),
    };
    let back = pending.wanted.back.clone();
    let gone = auth.pending_cookie(&suffix, None);
    let mut response = match arrive(&app, oidc, &asked, reply, &mut pending).await {
        Ok(person) => match begin(&app, &asked, &headers, &person).await {
            Ok(cookie) => ([(SET_COOKIE, cookie)], go(&back)).into_response(),
            Err(_) => go_to_problem(Problem::Server, &back),
        },
        Err(problem) => {
            tracing::info!(%problem, "somebody is not let in by the provider");
            go_to_problem(problem, &back)
        }
    };
    response.headers_mut().append(SET_COOKIE, gone);
    Ok(response)
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "somebody cannot be signed in");
        Self::Server
    }
}

impl From<PeopleError> for Problem {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::EmailTaken => Self::Connect,
            error => {
                tracing::error!(%error, "somebody cannot be signed in");
                Self::Server
            }
        }
    }
}

/// Who came back from the provider, with everything written down.
async fn arrive(
    app: &App,
    oidc: &Oidc,
    asked: &Asked,
    reply: Reply,
    pending: &mut Pending,
) -> Result<PersonId, Problem> {
    let code = match (reply.code, reply.error.as_deref()) {
        (Some(code), None) => code,
        (_, Some("server_error" | "temporarily_unavailable")) => return Err(Problem::Provider),
        _ => return Err(Problem::Refused),
    };
    // Codes can be made up, and each costs the provider and us work. Of one network, so
    // that nobody can use up what others have.
    let throttle = app.context.auth.throttle();
    let whose = format!("{BY} {}", asked.from);
    let attempt = throttle.take(asked.now, &whose, asked.from);
    let attempt = attempt.map_err(|_| Problem::Often)?;
    let issuer = reply.iss.as_deref();
    let identity = match oidc.finish(code, issuer, pending, asked.now).await {
        Ok(identity) => identity,
        Err(problem) => {
            if problem == Problem::Unproven {
                let note = Note {
                    detail: BY.to_owned(),
                    ..Note::default()
                };
                asked.note(app, Deed::SignInFailed, note).await?;
            } else {
                throttle.give_back(attempt);
            }
            return Err(problem);
        }
    };
    throttle.give_back(attempt);
    let _turn = oidc.turn().await;
    let known = app.context.auth.people().by_identity(&identity.key).await?;
    let door = Door {
        app,
        asked,
        identity: &identity,
        was: pending.wanted.person.as_ref(),
    };
    let person = match known {
        Some(person) => person,
        None => {
            door.open(&pending.wanted.carried, oidc.new_people())
                .await?
        }
    };
    door.note(Deed::SignedIn, &person, None).await?;
    Ok(person)
}

/// Somebody whom the provider knows, and we do not yet.
///
/// An account that is there is never given to whoever has its e-mail at the provider. The
/// provider may let people choose an address without looking, check it once and never
/// again, or give it to the next person; and an account may have been made here with an
/// address that is not its owner's, by somebody who waits for that one to sign in. Each is
/// a way to take over an account, so its owner has to show both sides: by being signed in
/// here in the browser that comes back, or with a link that an administrator made for
/// them.
struct Door<'a> {
    app: &'a App,
    asked: &'a Asked,
    identity: &'a Identity,
    /// Who was signed in here when it began.
    was: Option<&'a PersonId>,
}

impl Door<'_> {
    async fn open(&self, carried: &Carried, new: NewPeople) -> Result<PersonId, Problem> {
        match carried {
            Carried::Setup(secret) => self.set_up(secret).await,
            Carried::Reset(secret) => self.recover(secret).await,
            Carried::Invite(secret) => self.accept(secret).await,
            Carried::Nothing => {
                if let Some(person) = self.connect_own().await? {
                    return Ok(person);
                }
                if self.holder().await?.is_some() {
                    return Err(Problem::Connect);
                }
                match new {
                    NewPeople::Nobody => Err(Problem::Unknown),
                    NewPeople::Member => self.add(Place::Member, None).await,
                }
            }
        }
    }

    /// Who has the e-mail that the provider says is theirs.
    async fn holder(&self) -> Result<Option<PersonId>, Problem> {
        Ok(match &self.identity.email {
            Some(email) => self.app.context.auth.people().by_email(email).await?,
            None => None,
        })
    }

    /// Who was signed in here from beginning to end, and is of this kind.
    fn signed_in(&self, kind: Kind) -> Option<&PersonId> {
        let caller = self.asked.caller.as_ref();
        let caller = caller.filter(|it| it.kind == kind && it.session().is_some())?;
        Some(&caller.person).filter(|person| Some(*person) == self.was)
    }

    /// Connects the account that is signed in here. The e-mail has to be the same on both
    /// sides: else whoever gets somebody's browser signed in at the provider as himself
    /// would be connected with that one's account.
    async fn connect_own(&self) -> Result<Option<PersonId>, Problem> {
        let Some(person) = self.signed_in(Kind::Account) else {
            return Ok(None);
        };
        if self.holder().await?.as_ref() != Some(person) {
            return Err(Problem::OtherAccount);
        }
        self.connect(person).await?;
        Ok(Some(person.clone()))
    }

    async fn connect(&self, person: &PersonId) -> Result<(), Problem> {
        let people = self.app.context.auth.people();
        if !people.connect(&self.identity.key, person).await? {
            return Err(PeopleError::IdentityTaken.into());
        }
        self.note(Deed::Connected, person, None).await
    }

    async fn set_up(&self, secret: &Secret) -> Result<PersonId, Problem> {
        if !self.app.context.auth.links().use_setup(secret).await? {
            return Err(Problem::DeadLink);
        }
        let person = self.make(Place::Admin).await?;
        self.note(Deed::SetUp, &person, None).await?;
        Ok(person)
    }

    /// An administrator has said whose account it is.
    async fn recover(&self, secret: &Secret) -> Result<PersonId, Problem> {
        let links = self.app.context.auth.links();
        let person = links.use_reset(secret, self.asked.now).await?;
        let person = person.ok_or(Problem::DeadLink)?;
        self.connect(&person).await?;
        Ok(person)
    }

    async fn accept(&self, secret: &Secret) -> Result<PersonId, Problem> {
        let links = self.app.context.auth.links();
        let invite = links.invited(secret, self.asked.now).await?;
        let invite = invite.ok_or(Problem::DeadLink)?;
        let Some(holder) = self.holder().await? else {
            let invite = links.accept(secret, self.asked.now).await?;
            let invite = invite.ok_or(Problem::DeadLink)?;
            return self.add(invite.place, Some(invite.by)).await;
        };
        // There is an account with this e-mail. The invitation is a proof only if the
        // administrator made it for this very address; a link can be passed on.
        if self.signed_in(Kind::Account) != Some(&holder) {
            if invite.email.is_none() || invite.email != self.identity.email {
                return Err(Problem::Connect);
            }
            let used = links.accept(secret, self.asked.now).await?;
            used.ok_or(Problem::DeadLink)?;
        }
        self.connect(&holder).await?;
        Ok(holder)
    }

    async fn add(&self, place: Place, by: Option<PersonId>) -> Result<PersonId, Problem> {
        let person = self.make(place).await?;
        self.note(Deed::Joined, &person, by).await?;
        Ok(person)
    }

    async fn make(&self, place: Place) -> Result<PersonId, Problem> {
        let auth = &self.app.context.auth;
        let identity = self.identity;
        // Who was a guest stays the same person, with everything they did.
        let guest = self.signed_in(Kind::Guest).cloned();
        let name = identity.name.as_deref().unwrap_or(NAMELESS);
        let email = identity.email.as_deref();
        let people = auth.people();
        let person = people.add_known(&identity.key, guest, name, email).await?;
        people
            .set_place(&WorkspaceId::first(), &person, Some(place))
            .await?;
        auth.changes()
            .rights_changed(Change::Person(person.clone()));
        Ok(person)
    }

    async fn note(
        &self,
        deed: Deed,
        who: &PersonId,
        about: Option<PersonId>,
    ) -> Result<(), Problem> {
        let note = Note {
            who: Some(who.clone()),
            person: about,
            detail: BY.to_owned(),
            ..Note::default()
        };
        Ok(self.asked.note(self.app, deed, note).await?)
    }
}
