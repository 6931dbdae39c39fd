//! Who asks, and what they may do: the only place that makes a [`Grant`](waymark_sync::Grant).
//!
//! A credential ([`sessions`], [`tokens`]) becomes a [`Caller`]; [`decide`] says what a caller
//! may do, by the table in [`permissions`]. In local mode everybody is one person who owns
//! everything, and the server listens on loopback only.

pub(crate) mod address;
pub(crate) mod caller;
pub(crate) mod changes;
pub(crate) mod decide;
pub(crate) mod feeds;
pub(crate) mod links;
pub(crate) mod oidc;
pub(crate) mod passwords;
pub(crate) mod permissions;
mod secret;
pub(crate) mod sessions;
pub(crate) mod throttle;
pub(crate) mod tokens;

use std::sync::Arc;

use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use waymark_sync::Timestamp;

use self::address::Proxies;
pub(crate) use self::caller::Caller;
use self::caller::Credential;
use self::changes::Changes;
use self::feeds::Feeds;
use self::links::Links;
use self::oidc::Oidc;
use self::passwords::Passwords;
pub(crate) use self::secret::{Secret, digest};
use self::sessions::{Lifetimes, Sessions};
use self::throttle::Throttle;
use self::tokens::{Scope, Tickets, Tokens};
use crate::audit::Audit;
use crate::config::{Config, SignIn};
use crate::people::{Kind, People, PersonId, WorkspaceId};
use crate::store::{Store, StoreError};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Everything about who asks; clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Auth(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    mode: SignIn,
    /// Whether people reach us over https.
    secure: bool,
    proxies: Proxies,
    oidc: Option<Oidc>,
    /// Whether people can sign in with e-mail and password.
    takes_passwords: bool,
    people: People,
    links: Links,
    feeds: Feeds,
    sessions: Sessions,
    tokens: Tokens,
    tickets: Tickets,
    passwords: Passwords,
    throttle: Throttle,
    changes: Changes,
    audit: Audit,
}

impl Auth {
    pub(crate) fn new(store: &Store, config: &Config) -> Self {
        let lifetimes = Lifetimes {
            idle: u64::from(config.session_idle_days) * DAY_MS,
            whole: u64::from(config.session_days) * DAY_MS,
        };
        Self(Arc::new(Inner {
            mode: config.sign_in,
            secure: config.public_url.starts_with("https://"),
            proxies: config.proxies(),
            oidc: Oidc::new(config),
            takes_passwords: config.password_sign_in,
            people: People::new(store.clone()),
            links: Links::new(store.clone()),
            feeds: Feeds::new(store.clone()),
            sessions: Sessions::new(store.clone(), lifetimes),
            tokens: Tokens::new(store.clone()),
            tickets: Tickets::default(),
            passwords: Passwords::default(),
            throttle: Throttle::default(),
            changes: Changes::default(),
            audit: Audit::new(store.clone()),
        }))
    }

    pub(crate) fn is_local(&self) -> bool {
        self.0.mode == SignIn::Local
    }

    /// The provider that people can sign in with.
    pub(crate) fn oidc(&self) -> Option<&Oidc> {
        self.0.oidc.as_ref()
    }

    pub(crate) fn takes_passwords(&self) -> bool {
        self.0.takes_passwords
    }

    pub(crate) fn people(&self) -> &People {
        &self.0.people
    }

    pub(crate) fn links(&self) -> &Links {
        &self.0.links
    }

    pub(crate) fn feeds(&self) -> &Feeds {
        &self.0.feeds
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    pub(crate) fn tickets(&self) -> &Tickets {
        &self.0.tickets
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    pub(crate) fn throttle(&self) -> &Throttle {
        &self.0.throttle
    }

    pub(crate) fn changes(&self) -> &Changes {
        &self.0.changes
    }

    pub(crate) fn audit(&self) -> &Audit {
        &self.0.audit
    }

    pub(crate) fn proxies(&self) -> &Proxies {
        &self.0.proxies
    }

    /// Who sends this request; `None` for somebody unknown, also when what they show is
    /// no longer good.
    pub(crate) async fn identify(
        &self,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Option<Caller>, StoreError> {
        if self.is_local() {
            return Ok(Some(Caller::local()));
        }
        if let Some(header) = headers.get(AUTHORIZATION) {
            // A wrong token is not made up for by a cookie that came along.
            let token = header
                .to_str()
                .ok()
                .and_then(|text| text.strip_prefix("Bearer "));
            return match token {
                Some(token) => self.by_text(token.trim(), now).await,
                None => Ok(None),
            };
        }
        let Some((person, id)) = self.cookie_of(headers) else {
            return Ok(None);
        };
        self.by_credential(person, Credential::Session(id), now)
            .await
    }

    /// Who shows this token or ticket.
    pub(crate) async fn by_text(
        &self,
        text: &str,
        now: Timestamp,
    ) -> Result<Option<Caller>, StoreError> {
        if self.is_local() {
            return Ok(Some(Caller::local()));
        }
        if let Some((person, id)) = Tokens::parse(text) {
            return self.by_credential(person, Credential::Token(id), now).await;
        }
        match self.0.tickets.redeem(text, now) {
            Some(caller) => self.still(&caller, now).await,
            None => Ok(None),
        }
    }

    /// The caller as they are now; `None` if what they came in with no longer holds.
    pub(crate) async fn still(
        &self,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Option<Caller>, StoreError> {
        self.by_credential(caller.person.clone(), caller.credential.clone(), now)
            .await
    }

    async fn by_credential(
        &self,
        person: PersonId,
        credential: Credential,
        now: Timestamp,
    ) -> Result<Option<Caller>, StoreError> {
        let (scope, until) = match &credential {
            Credential::Local => return Ok(self.is_local().then(Caller::local)),
            Credential::Session(id) => match self.0.sessions.live(&person, id, now).await? {
                Some(session) => {
                    // Unused it ends sooner, but a session that is open uses it.
                    (Scope::Admin, Some(Timestamp(session.until)))
                }
                None => return Ok(None),
            },
            Credential::Token(id) => match self.0.tokens.live(&person, id, now).await? {
                Some(token) => (token.scope, token.until.map(Timestamp)),
                None => return Ok(None),
            },
        };
        let known = self.0.people.person(&person).await?;
        let kind = match known.map(|person| person.kind) {
            Some(kind @ (Kind::Account | Kind::Guest)) => kind,
            Some(Kind::Local | Kind::Former) | None => return Ok(None),
        };
        let place = self.0.people.place(&WorkspaceId::first(), &person).await?;
        Ok(Some(Caller {
            person,
            kind,
            credential,
            scope,
            place,
            until,
        }))
    }

    /// With https the browser keeps the cookie from other hosts and from plain http.
    fn cookie_name(&self) -> &'static str {
        match self.0.secure {
            true => "__Host-waymark",
            false => "waymark",
        }
    }

    fn cookie_of(&self, headers: &HeaderMap) -> Option<(PersonId, String)> {
        let value = cookie_named(headers, self.cookie_name())?;
        let (person, secret) = value.split_once('.')?;
        Some((PersonId::parse(person)?, Secret::parse(secret)?.digest()))
    }

    /// What this browser kept of a sign-in with the provider.
    pub(crate) fn pending_cookie_of(&self, headers: &HeaderMap, suffix: &str) -> Option<Secret> {
        let name = format!("{}-oidc-{suffix}", self.cookie_name());
        Secret::parse(cookie_named(headers, &name)?)
    }

    /// The header by which a browser keeps that, or with `None` forgets it. It comes along
    /// when the provider sends the browser back: `SameSite=Lax` lets it for links.
    pub(crate) fn pending_cookie(&self, suffix: &str, secret: Option<&Secret>) -> HeaderValue {
        let name = format!("{}-oidc-{suffix}", self.cookie_name());
        match secret {
            Some(secret) => self.cookie_header(&name, secret.reveal(), oidc::COOKIE_SECONDS),
            None => self.cookie_header(&name, "", 0),
        }
    }

    /// The header that signs a browser in.
    pub(crate) fn cookie(&self, person: &PersonId, secret: &Secret) -> HeaderValue {
        let seconds = self.0.sessions.lifetimes().whole / 1000;
        let value = format!("{person}.{}", secret.reveal());
        self.cookie_header(self.cookie_name(), &value, seconds)
    }

    /// The header that signs a browser out.
    pub(crate) fn no_cookie(&self) -> HeaderValue {
        self.cookie_header(self.cookie_name(), "", 0)
    }

    fn cookie_header(&self, name: &str, value: &str, seconds: u64) -> HeaderValue {
        let secure = if self.0.secure { "; Secure" } else { "" };
        let text =
            format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        let mut header = HeaderValue::from_str(&text).expect("a cookie of ours is plain text");
        header.set_sensitive(true);
        header
    }
}

fn cookie_named<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(COOKIE).iter();
    let mut pairs = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(is, _)| *is == name).map(|(_, value)| value)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::people::Place;
    use crate::store::MemoryStore;

    /// A server with an administrator.
    pub(crate) struct House {
        pub(crate) auth: Auth,
        pub(crate) admin: Caller,
    }

    impl House {
        /// Somebody with a session.
        pub(crate) async fn person(&self, name: &str, place: Option<Place>) -> (Caller, HeaderMap) {
            person(&self.auth, name, place).await
        }

        pub(crate) async fn member(&self, name: &str) -> Caller {
            self.person(name, Some(Place::Member)).await.0
        }
    }

    async fn person(auth: &Auth, name: &str, place: Option<Place>) -> (Caller, HeaderMap) {
        let people = auth.people();
        let email = format!("{name}@example.com");
        let id = people
            .add_account(None, name, &email, "none".to_owned(), Timestamp(0))
            .await
            .unwrap();
        people
            .set_place(&WorkspaceId::first(), &id, place)
            .await
            .unwrap();
        let begun = auth
            .sessions()
            .begin(&id, "Firefox".to_owned(), Timestamp(0));
        let cookie = auth.cookie(&id, &begun.await.unwrap());
        let pair = cookie
            .to_str()
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        let headers = HeaderMap::from_iter([(COOKIE, pair.parse().unwrap())]);
        let caller = auth
            .identify(&headers, Timestamp(0))
            .await
            .unwrap()
            .unwrap();
        (caller, headers)
    }

    /// A grant for tests of what is behind it.
    pub(crate) fn owner(document: &waymark_sync::DocumentId) -> waymark_sync::Grant {
        let role = waymark_sync::Role::Owner;
        waymark_sync::Grant::new("ana", document.clone(), role, None)
    }

    pub(crate) async fn house() -> House {
        let store = Store::Memory(MemoryStore::default());
        let config = Config {
            sign_in: SignIn::Accounts,
            ..Config::default()
        };
        let auth = Auth::new(&store, &config);
        let (admin, _) = person(&auth, "admin", Some(Place::Admin)).await;
        House { auth, admin }
    }

    #[tokio::test]
    async fn only_what_we_gave_out_identifies_somebody() {
        let house = house().await;
        let (ana, headers) = house.person("ana", None).await;
        let cookie = headers[COOKIE].to_str().unwrap().to_owned();
        let identify = |name: axum::http::HeaderName, text: String| {
            let headers = HeaderMap::from_iter([(name, text.parse().unwrap())]);
            let auth = house.auth.clone();
            async move { auth.identify(&headers, Timestamp(0)).await.unwrap() }
        };
        assert_eq!(
            identify(COOKIE, format!("a=b; {cookie}")).await,
            Some(ana.clone())
        );
        let other = cookie.replace(ana.person.as_str(), house.admin.person.as_str());
        for wrong in [
            String::new(),
            "waymark=".to_owned(),
            format!("{cookie}x"),
            other,
        ] {
            assert_eq!(identify(COOKIE, wrong.clone()).await, None, "{wrong}");
        }
        let token = tokens::Token {
            label: String::new(),
            scope: Scope::Read,
            made: 0,
            until: None,
        };
        let (_, text) = house.auth.tokens().make(&ana.person, &token).await.unwrap();
        let by_token = identify(AUTHORIZATION, format!("Bearer {text}"))
            .await
            .unwrap();
        assert_eq!(
            (by_token.person, by_token.scope),
            (ana.person.clone(), Scope::Read)
        );
        assert_eq!(
            identify(AUTHORIZATION, format!("Bearer {text}x")).await,
            None
        );
        house.auth.people().erase(&ana.person).await.unwrap();
        assert_eq!(identify(COOKIE, cookie).await, None);
        assert_eq!(
            identify(AUTHORIZATION, format!("Bearer {text}")).await,
            None
        );
    }

    #[tokio::test]
    async fn a_ticket_is_good_once_and_for_a_minute() {
        let house = house().await;
        let ticket = || {
            house
                .auth
                .tickets()
                .make(house.admin.clone(), Timestamp(0))
                .unwrap()
        };
        let once = ticket();
        let redeem = |text: &str, now| {
            let (auth, text) = (house.auth.clone(), text.to_owned());
            async move { auth.by_text(&text, Timestamp(now)).await.unwrap() }
        };
        assert!(redeem(&once, 59_999).await.is_some());
        assert!(redeem(&once, 59_999).await.is_none());
        assert!(redeem(&ticket(), 60_000).await.is_none());
    }

    #[test]
    fn the_cookie_is_kept_from_scripts_and_other_sites() {
        let store = Store::Memory(MemoryStore::default());
        let config = Config {
            sign_in: SignIn::Accounts,
            public_url: "https://maps.example".to_owned(),
            ..Config::default()
        };
        let auth = Auth::new(&store, &config);
        let cookie = auth.cookie(&PersonId::random(), &Secret::random());
        let text = cookie.to_str().unwrap();
        assert!(text.starts_with("__Host-waymark=p_"), "{text}");
        for part in ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(!format!("{cookie:?}").contains("p_"));
    }
}
