//! The provider: what it says of itself, and what it says of people, checked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims,
    CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::url::Url;
use openidconnect::{
    AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, SignatureVerificationError,
    TokenResponse,
};
use tokio::sync::Mutex;
use waymark_sync::Timestamp;

use super::fetch::Fetch;
use super::{Pending, Problem};
use crate::auth::digest;
use crate::config::{Config, is_loopback};
use crate::people::{clean_name, normalise_email};

/// How long what the provider says of itself is believed. Keys that we do not know are
/// looked for at once.
const KEPT_MS: u64 = 60 * 60 * 1000;
/// How far the provider's clock may be ahead of ours.
const AHEAD_SECONDS: i64 = 5 * 60;
/// The longest subject there may be (OpenID Connect Core 1.0 §2), in bytes.
const SUBJECT_BYTES: usize = 255;

/// Signatures that only the provider can make. Not among them: `none`, and those of a
/// shared secret, which whoever knows a public key could make with that.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

type KnownClient = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A person as the provider knows them.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The hash of issuer and subject: the same for the same person for ever.
    pub(crate) key: String,
    /// Only if the provider has checked that it is theirs.
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
}

/// What a browser is sent away with.
pub(super) struct Asked {
    pub(super) url: Url,
    pub(super) state: String,
    pub(super) nonce: Nonce,
    pub(super) verifier: PkceCodeVerifier,
}

/// What the provider says of itself.
#[derive(Debug)]
struct Known {
    metadata: CoreProviderMetadata,
    until: Timestamp,
}

#[derive(Debug)]
pub(super) struct Provider {
    issuer: IssuerUrl,
    client: ClientId,
    secret: Option<ClientSecret>,
    /// Where it sends people back to, exactly.
    redirect: RedirectUrl,
    scopes: Vec<Scope>,
    fetch: Fetch,
    known: Mutex<Option<Arc<Known>>>,
    /// How often asking it about itself has failed.
    failures: AtomicU64,
}

impl Provider {
    /// `None` where none is set; [`Config::gather`] has checked what is.
    pub(super) fn new(config: &Config) -> Option<Self> {
        let issuer = IssuerUrl::new(config.oidc_issuer.clone()).ok()?;
        let back = format!("{}/api/oidc/callback", config.public_url);
        let secret = &config.oidc_client_secret.0;
        let scopes = config.oidc_scopes.iter();
        Some(Self {
            fetch: Fetch::new(is_loopback(issuer.url())),
            issuer,
            client: ClientId::new(config.oidc_client_id.clone()),
            secret: (!secret.is_empty()).then(|| ClientSecret::new(secret.clone())),
            redirect: RedirectUrl::new(back).ok()?,
            scopes: scopes
                .filter(|scope| *scope != "openid")
                .map(|scope| Scope::new(scope.clone()))
                .collect(),
            known: Mutex::default(),
            failures: AtomicU64::new(0),
        })
    }

    /// Makes the address that a browser is sent to.
    pub(super) async fn ask(&self, now: Timestamp) -> Result<Asked, Problem> {
        let known = self.known(now).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = self
            .client(&known.metadata)
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(challenge)
            .url();
        Ok(Asked {
            url,
            state: state.into_secret(),
            nonce,
            verifier,
        })
    }

    /// Exchanges the code, and checks what comes for it.
    pub(super) async fn identify(
        &self,
        code: String,
        issuer: Option<&str>,
        pending: &mut Pending,
        now: Timestamp,
    ) -> Result<Identity, Problem> {
        if issuer.is_some_and(|issuer| issuer != self.issuer.as_str()) {
            tracing::warn!("an answer to a sign-in says that it is of another provider");
            return Err(Problem::Unproven);
        }
        let known = self.known(now).await?;
        let token = self.exchange(&known.metadata, code, pending).await?;
        let keys = known.metadata.jwks();
        let claims = match self.check(&token, keys, &pending.nonce, now) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                // A key that was not there when we asked last.
                let known = self.refresh(&known, now).await?;
                let keys = known.metadata.jwks();
                self.check(&token, keys, &pending.nonce, now).cloned()
            }
            checked => checked.cloned(),
        };
        let claims = claims.map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            let cause = cause.unwrap_or_default();
            tracing::warn!(%error, %cause, "what the provider says of somebody is refused");
            Problem::Unproven
        })?;
        self.identity(&claims)
    }

    async fn exchange(
        &self,
        metadata: &CoreProviderMetadata,
        code: String,
        pending: &mut Pending,
    ) -> Result<CoreIdToken, Problem> {
        // Used once: what is left in its place opens nothing.
        let spent = PkceCodeVerifier::new(String::new());
        let verifier = std::mem::replace(&mut pending.verifier, spent);
        let client = self.client(metadata);
        let request = client.exchange_code(AuthorizationCode::new(code));
        let request = request.map_err(|_| Problem::Provider)?;
        let answer = request
            .set_pkce_verifier(verifier)
            .request_async(&self.fetch)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(said) => {
                    // Its first word; what follows may be about the person.
                    let word = said.error().as_ref().escape_debug().to_string();
                    tracing::warn!(error = %word, "the provider does not take a sign-in's code");
                    match word.as_str() {
                        "invalid_grant" => Problem::Unproven,
                        _ => Problem::Provider,
                    }
                }
                error => unanswered(&error),
            })?;
        answer.id_token().cloned().ok_or_else(|| {
            tracing::warn!("the provider does not say who it is; is \"openid\" allowed there?");
            Problem::Provider
        })
    }

    /// Signature, issuer, audience, times and nonce.
    fn check<'a>(
        &self,
        token: &'a CoreIdToken,
        keys: &CoreJsonWebKeySet,
        nonce: &Nonce,
        now: Timestamp,
    ) -> Result<&'a CoreIdTokenClaims, ClaimsVerificationError> {
        // As of a client without a secret: with one, a signature made with it would do.
        let verifier = CoreIdTokenVerifier::new_public_client(
            self.client.clone(),
            self.issuer.clone(),
            keys.clone(),
        );
        let latest = i64::try_from(now.0 / 1000).unwrap_or(i64::MAX) + AHEAD_SECONDS;
        let verifier = verifier
            .set_allowed_algs(SIGNATURES)
            .set_issue_time_verifier_fn(move |made| match made.timestamp() <= latest {
                true => Ok(()),
                false => Err("it was made in the future".to_owned()),
            });
        let claims = token.claims(&verifier, nonce)?;
        // Issued on behalf of another client (OpenID Connect Core 1.0 §3.1.3.7, 5).
        if let Some(party) = claims.authorized_party()
            && *party != self.client
        {
            let problem = "it was issued to another client".to_owned();
            return Err(ClaimsVerificationError::InvalidAudience(problem));
        }
        Ok(claims)
    }

    fn identity(&self, claims: &CoreIdTokenClaims) -> Result<Identity, Problem> {
        let subject = claims.subject().as_str();
        if subject.is_empty() || subject.len() > SUBJECT_BYTES {
            return Err(Problem::Unproven);
        }
        let verified = claims.email_verified() == Some(true);
        let email = claims.email().filter(|_| verified);
        let name = claims.name().and_then(|names| {
            // Without a language, or in whatever there is.
            let name = names.get(None).or_else(|| Some(names.iter().next()?.1));
            name.map(|name| name.as_str().to_owned())
        });
        let name = name.or_else(|| Some(claims.preferred_username()?.as_str().to_owned()));
        Ok(Identity {
            key: identity_key(self.issuer.as_str(), subject),
            email: email.and_then(|email| normalise_email(email.as_str())),
            name: name.and_then(|name| clean_name(&name)),
        })
    }

    /// What the provider says of itself; asked when nobody has for an hour.
    async fn known(&self, now: Timestamp) -> Result<Arc<Known>, Problem> {
        let failures = self.failures.load(Ordering::SeqCst);
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| now < known.until) {
            return Ok(known.clone());
        }
        self.discover(&mut known, failures, now).await
    }

    /// The same, newer than `old`.
    async fn refresh(&self, old: &Arc<Known>, now: Timestamp) -> Result<Arc<Known>, Problem> {
        let failures = self.failures.load(Ordering::SeqCst);
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| !Arc::ptr_eq(known, old)) {
            return Ok(known.clone());
        }
        self.discover(&mut known, failures, now).await
    }

    async fn discover(
        &self,
        known: &mut Option<Arc<Known>>,
        failures: u64,
        now: Timestamp,
    ) -> Result<Arc<Known>, Problem> {
        // Whoever waited while somebody else asked in vain does not ask as well: all would
        // stand in line for seconds each.
        if self.failures.load(Ordering::SeqCst) != failures {
            return Err(Problem::Provider);
        }
        let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.fetch).await;
        let found = found.map_err(|error| unanswered(&error));
        let metadata = found.and_then(|found| self.check_addresses(found));
        let metadata = metadata.inspect_err(|_| {
            self.failures.fetch_add(1, Ordering::SeqCst);
        })?;
        let until = Timestamp(now.0 + KEPT_MS);
        let found = Arc::new(Known { metadata, until });
        *known = Some(found.clone());
        Ok(found)
    }

    /// A provider that is reached safely does not send people and secrets elsewhere in the
    /// clear.
    fn check_addresses(
        &self,
        found: CoreProviderMetadata,
    ) -> Result<CoreProviderMetadata, Problem> {
        let plain = self.issuer.url().scheme() == "http";
        let is_safe = |url: &Url| match url.scheme() {
            "https" => true,
            "http" => plain && is_loopback(url),
            _ => false,
        };
        let token = found.token_endpoint().map(|it| it.url());
        let all = [
            Some(found.authorization_endpoint().url()),
            Some(found.jwks_uri().url()),
            token,
        ];
        if all.iter().all(|url| url.is_some_and(is_safe)) {
            return Ok(found);
        }
        tracing::error!("the provider names an address that is missing or not https");
        Err(Problem::Provider)
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> KnownClient {
        let methods = metadata.token_endpoint_auth_methods_supported();
        let has = |method| methods.is_some_and(|methods| methods.contains(&method));
        let by_post = has(CoreClientAuthMethod::ClientSecretPost)
            && !has(CoreClientAuthMethod::ClientSecretBasic);
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            self.client.clone(),
            self.secret.clone(),
        );
        client
            .set_redirect_uri(self.redirect.clone())
            .set_auth_type(match by_post {
                true => AuthType::RequestBody,
                // What a provider takes that does not say.
                false => AuthType::BasicAuth,
            })
    }
}

/// The provider does not answer as it should: why, in the log.
fn unanswered(error: &(dyn std::error::Error + 'static)) -> Problem {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    tracing::warn!(%error, %cause, "the provider does not answer as it should");
    Problem::Provider
}

/// Issuer and subject, each with its length, so that no two pairs are alike.
fn identity_key(issuer: &str, subject: &str) -> String {
    digest(&format!(
        "{}:{issuer}{}:{subject}",
        issuer.len(),
        subject.len()
    ))
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_subject_of_another_issuer_is_somebody_else() {
        let one = identity_key("https://a.example", "1");
        assert_eq!(one, identity_key("https://a.example", "1"));
        for (issuer, subject) in [
            ("https://a.example", "2"),
            ("https://a.example/", "1"),
            ("https://a.example1", ""),
        ] {
            assert_ne!(one, identity_key(issuer, subject));
        }
    }
}
