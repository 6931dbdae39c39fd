//! Signing in with a provider that speaks OpenID Connect: the authorization code flow with
//! PKCE (OpenID Connect Core 1.0 §3.1, RFC 7636).
//!
//! [`Oidc::start`] sends a browser to the provider and remembers that it did
//! ([`pending`]); [`Oidc::finish`] takes it back: state, browser and time are checked
//! against what is remembered, the code is exchanged, and what the provider says of the
//! person is checked in full ([`provider`]). Who that is here, `http/api/oidc.rs` decides.

mod fetch;
mod pending;
mod provider;

use std::net::IpAddr;

use openidconnect::url::Url;
use tokio::sync::{Mutex, MutexGuard};
use waymark_sync::Timestamp;

pub(crate) use self::pending::{Carried, Pending, Wanted};
use self::pending::{Logins, MINUTES};
pub(crate) use self::provider::Identity;
use self::provider::Provider;
use super::Secret;
use crate::config::{Config, NewPeople};

/// How long a browser keeps what binds a sign-in to it, in seconds.
pub(crate) const COOKIE_SECONDS: u64 = MINUTES * 60;

/// Why somebody does not get in, as the page is told: `/sign-in?problem=CODE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Problem {
    /// `provider`: it cannot be reached, is too slow, or talks nonsense.
    #[error("the sign-in service does not answer as it should; try again in a moment")]
    Provider,
    /// `refused`: the person or the provider said no.
    #[error("the sign-in service did not let you in")]
    Refused,
    /// `expired`: begun too long ago, finished already, or never.
    #[error("this sign-in took too long or is over already; begin again")]
    Expired,
    /// `browser`: begun in another browser.
    #[error("this sign-in was begun in another browser; begin again in this one")]
    Browser,
    /// `unproven`: what the provider says does not stand up to the checks.
    #[error("the sign-in service's answer cannot be trusted; tell your administrator")]
    Unproven,
    /// `unknown`: nobody here is that, and nobody said that they may come in.
    #[error("you have no account here; ask an administrator for an invitation")]
    Unknown,
    /// `connect`: there is an account with this e-mail, which they have not shown to be theirs.
    #[error(
        "there is an account with your e-mail; sign in with its password once to connect the two"
    )]
    Connect,
    /// `other_account`: signed in here as somebody with another e-mail.
    #[error("you are signed in here with another e-mail; sign out first")]
    OtherAccount,
    /// `dead_link`: the invitation or link that they came with is over.
    #[error("this link does not work any more; ask for a new one")]
    DeadLink,
    /// `often`: too many attempts that failed.
    #[error("too many attempts; try again in some minutes")]
    Often,
    /// `server`: we cannot look it up or write it down.
    #[error("Waymark cannot do this at the moment; try again later")]
    Server,
}

impl Problem {
    /// The word for the page.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Browser => "browser",
            Self::Unproven => "unproven",
            Self::Unknown => "unknown",
            Self::Connect => "connect",
            Self::OtherAccount => "other_account",
            Self::DeadLink => "dead_link",
            Self::Often => "often",
            Self::Server => "server",
        }
    }
}

/// The provider, and who is on the way to it.
#[derive(Debug)]
pub(crate) struct Oidc {
    name: String,
    new_people: NewPeople,
    provider: Provider,
    logins: Logins,
    arriving: Mutex<()>,
}

/// Where a browser is sent, and what it keeps until it comes back.
pub(crate) struct Started {
    pub(crate) url: Url,
    pub(crate) cookie: String,
    pub(crate) secret: Secret,
}

impl Oidc {
    /// `None` where no provider is set.
    pub(crate) fn new(config: &Config) -> Option<Self> {
        let provider = Provider::new(config)?;
        Some(Self {
            name: config.oidc_name.trim().to_owned(),
            new_people: config.oidc_new_people,
            provider,
            logins: Logins::default(),
            arriving: Mutex::default(),
        })
    }

    /// What the provider is called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn new_people(&self) -> NewPeople {
        self.new_people
    }

    /// Waits until nobody else is being let in: who comes twice at once is one person.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.arriving.lock().await
    }

    /// Sends a browser to the provider.
    pub(crate) async fn start(
        &self,
        wanted: Wanted,
        from: IpAddr,
        now: Timestamp,
    ) -> Result<Started, Problem> {
        let asked = self.provider.ask(now).await?;
        let secret = Secret::random();
        let cookie = cookie_suffix(&asked.state);
        let pending = Pending {
            nonce: asked.nonce,
            verifier: asked.verifier,
            browser: secret.digest(),
            wanted,
        };
        self.logins.add(&asked.state, pending, from, now);
        Ok(Started {
            url: asked.url,
            cookie,
            secret,
        })
    }

    /// What was begun with this state, once. `browser` is what the browser kept of it.
    pub(crate) fn come_back(
        &self,
        state: &str,
        browser: Option<&Secret>,
        now: Timestamp,
    ) -> Result<Pending, Problem> {
        self.logins.take(state, browser, now)
    }

    /// Who the provider says that it is, checked. `issuer` is who the answer says it is of
    /// (RFC 9207), where it says so.
    pub(crate) async fn finish(
        &self,
        code: String,
        issuer: Option<&str>,
        pending: &mut Pending,
        now: Timestamp,
    ) -> Result<Identity, Problem> {
        self.provider.identify(code, issuer, pending, now).await
    }
}

/// Each sign-in has a cookie of its own, so that two tabs do not disturb each other. The
/// state is in the address anyway: a part of it in the name tells nothing.
pub(crate) fn cookie_suffix(state: &str) -> String {
    let usual = |c: &char| c.is_ascii_alphanumeric();
    state.chars().filter(usual).take(12).collect()
}

/// A path of ours to go on to; anything that a browser could take for another site's
/// address becomes the start page.
pub(crate) fn own_path(text: Option<&str>) -> String {
    const LONGEST: usize = 1024;
    let is_own = |text: &&str| {
        let mut bytes = text.bytes();
        // `//host` and `/\host` are other hosts.
        bytes.next() == Some(b'/')
            && !matches!(bytes.next(), Some(b'/' | b'\\'))
            && text.len() <= LONGEST
            && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
            && !text.starts_with("/api/")
    };
    text.filter(is_own).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_go_on_to_paths_of_ours_only() {
        for own in ["/", "/map/abc?x=1#card", "/maps//x"] {
            assert_eq!(own_path(Some(own)), own);
        }
        for other in [
            "",
            "map",
            "//evil.example",
            "/\\evil.example",
            "/x\\y",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/a\r\nset-cookie: x",
            "/é",
            "/api/oidc/start",
        ] {
            assert_eq!(own_path(Some(other)), "/", "{other:?}");
        }
        assert_eq!(own_path(None), "/");
        assert_eq!(own_path(Some(&format!("/{}", "x".repeat(2000)))), "/");
    }
}
