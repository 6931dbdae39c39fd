//! A strict provider of OpenID Connect, written from the specifications and from nothing
//! of ours; it can be told to lie.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use rsa::pkcs1v15::SigningKey;
use rsa::signature::{SignatureEncoding, Signer};
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use super::visitor::Visitor;

/// What it knows its client as.
pub(crate) const CLIENT: &str = "waymark-client";
pub(crate) const SECRET: &str = "the-clients-secret";
/// The one address that it sends people back to.
pub(crate) const CALLBACK: &str = "https://maps.example/api/oidc/callback";

type Fields = HashMap<String, String>;

fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Something to sign with.
pub(crate) enum Key {
    Elliptic { id: String, pair: EcdsaKeyPair },
    Rsa { id: String, key: rsa::RsaPrivateKey },
}

impl Key {
    pub(crate) fn elliptic(id: &str) -> Self {
        let (random, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        Self::Elliptic {
            id: id.to_owned(),
            pair: EcdsaKeyPair::from_pkcs8(kind, document.as_ref(), &random).unwrap(),
        }
    }

    pub(crate) fn rsa(id: &str) -> Self {
        let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
        let id = id.to_owned();
        Self::Rsa { id, key }
    }

    fn id(&self) -> &str {
        match self {
            Self::Elliptic { id, .. } | Self::Rsa { id, .. } => id,
        }
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Elliptic { .. } => "ES256",
            Self::Rsa { .. } => "RS256",
        }
    }

    /// As everybody may see it (RFC 7517).
    fn public(&self) -> Value {
        match self {
            Self::Elliptic { id, pair } => {
                let point = pair.public_key().as_ref();
                json!({
                    "kty": "EC", "use": "sig", "crv": "P-256", "kid": id, "alg": "ES256",
                    "x": base64url(&point[1..33]), "y": base64url(&point[33..]),
                })
            }
            Self::Rsa { id, key } => json!({
                "kty": "RSA", "use": "sig", "kid": id, "alg": "RS256",
                "n": base64url(&key.n().to_bytes_be()), "e": base64url(&key.e().to_bytes_be()),
            }),
        }
    }

    fn sign(&self, text: &str) -> Vec<u8> {
        match self {
            Self::Elliptic { pair, .. } => {
                let signed = pair.sign(&SystemRandom::new(), text.as_bytes());
                signed.unwrap().as_ref().to_vec()
            }
            Self::Rsa { key, .. } => {
                let key = SigningKey::<Sha256>::new(key.clone());
                key.sign(text.as_bytes()).to_vec()
            }
        }
    }
}

/// How it signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Signs {
    #[default]
    Honestly,
    /// `alg: none`
    Not,
    /// With the public key as if it were a shared secret.
    WithThePublicKey,
    /// With the client's secret.
    WithTheSecret,
    /// With a key of its own under the id of the right one.
    WithAnotherKey,
    /// Rightly, and then somebody changed the content.
    ThenChanges,
}

/// How it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Answers {
    #[default]
    Well,
    /// More than anybody wants to read.
    Endlessly,
    /// From elsewhere.
    Elsewhere,
    Nonsense,
}

/// A code that is out.
struct Given {
    challenge: String,
    redirect: String,
    nonce: String,
}

#[derive(Default)]
pub(crate) struct Inside {
    issuer: String,
    /// Those that everybody can see; the last signs.
    pub(crate) keys: Vec<Key>,
    /// What signs instead, without being shown.
    pub(crate) hidden: Option<Key>,
    pub(crate) signs: Signs,
    pub(crate) answers: Answers,
    /// Who is signed in there: what it says of them.
    pub(crate) claims: Value,
    /// What it says besides, or otherwise; `null` leaves a claim out.
    pub(crate) lies: Value,
    codes: HashMap<String, Given>,
    given: usize,
    /// How often its keys were asked for.
    pub(crate) asked_for_keys: usize,
}

/// It, on a free port.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let inside = Inside {
            issuer: format!("http://{address}"),
            keys: vec![Key::elliptic("first")],
            ..Inside::default()
        };
        let provider = Self {
            address,
            inside: Arc::new(Mutex::new(inside)),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        provider
    }

    pub(crate) fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }

    pub(crate) fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Somebody signs in there.
    pub(crate) fn is_visited_by(&self, subject: &str, email: &str, verified: bool) {
        self.inside().claims = json!({
            "sub": subject, "name": format!("{subject} of the provider"),
            "email": email, "email_verified": verified,
        });
    }

    /// A browser is sent to it; where it sends the browser, or the error.
    pub(crate) async fn visit(&self, url: &str) -> Result<String, String> {
        let path = url.strip_prefix(&self.issuer()).unwrap_or(url);
        let mut browser = Visitor::of(self.address, &self.issuer());
        let reply = browser.follow(path).await;
        match reply.status {
            302 | 303 => Ok(reply.location().to_owned()),
            status => Err(format!("{status} {}", reply.body)),
        }
    }
}

async fn metadata(State(provider): State<Provider>) -> Response {
    let issuer = provider.issuer();
    let answers = provider.inside().answers;
    match answers {
        Answers::Well => {}
        Answers::Endlessly => return "[".repeat(10 << 20).into_response(),
        Answers::Elsewhere => {
            return (StatusCode::FOUND, [(header::LOCATION, "/keys")]).into_response();
        }
        Answers::Nonsense => return "good morning".into_response(),
    }
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // Also what is asked for in the tests and must not be taken.
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
    }))
    .into_response()
}

async fn keys(State(provider): State<Provider>) -> Json<Value> {
    let mut inside = provider.inside();
    inside.asked_for_keys += 1;
    let keys: Vec<Value> = inside.keys.iter().map(Key::public).collect();
    Json(json!({ "keys": keys }))
}

fn wrong(error: &str, why: &str) -> Response {
    let body = Json(json!({ "error": error, "error_description": why }));
    (StatusCode::BAD_REQUEST, body).into_response()
}

async fn authorize(State(provider): State<Provider>, Query(said): Query<Fields>) -> Response {
    let say = |key: &str| said.get(key).cloned().unwrap_or_default();
    let checks = [
        (say("response_type") == "code", "response_type"),
        (say("client_id") == CLIENT, "client_id"),
        (say("redirect_uri") == CALLBACK, "redirect_uri"),
        (say("scope").split(' ').any(|it| it == "openid"), "scope"),
        (
            say("code_challenge_method") == "S256",
            "code_challenge_method",
        ),
        (say("code_challenge").len() == 43, "code_challenge"),
        (say("state").len() >= 22, "state"),
        (say("nonce").len() >= 22, "nonce"),
    ];
    if let Some((_, why)) = checks.iter().find(|(good, _)| !good) {
        return wrong("invalid_request", why);
    }
    let mut inside = provider.inside();
    inside.given += 1;
    let code = format!("code-{}", inside.given);
    let given = Given {
        challenge: say("code_challenge"),
        redirect: say("redirect_uri"),
        nonce: say("nonce"),
    };
    inside.codes.insert(code.clone(), given);
    let back = format!("{CALLBACK}?code={code}&state={}", say("state"));
    (StatusCode::FOUND, [(header::LOCATION, back)]).into_response()
}

async fn token(
    State(provider): State<Provider>,
    headers: HeaderMap,
    Form(said): Form<Fields>,
) -> Response {
    let say = |key: &str| said.get(key).cloned().unwrap_or_default();
    let pair = format!("{CLIENT}:{SECRET}");
    let right = format!("Basic {}", Base64::encode_string(pair.as_bytes()));
    let shown = headers.get(header::AUTHORIZATION);
    if shown.and_then(|it| it.to_str().ok()) != Some(right.as_str()) {
        return wrong("invalid_client", "authorization");
    }
    if say("grant_type") != "authorization_code" {
        return wrong("unsupported_grant_type", "grant_type");
    }
    let mut inside = provider.inside();
    // Out of the list, whatever comes of it: once.
    let Some(given) = inside.codes.remove(&say("code")) else {
        return wrong("invalid_grant", "code");
    };
    if say("redirect_uri") != given.redirect {
        return wrong("invalid_grant", "redirect_uri");
    }
    if base64url(&Sha256::digest(say("code_verifier"))) != given.challenge {
        return wrong("invalid_grant", "code_verifier");
    }
    Json(json!({
        "access_token": "not-used",
        "token_type": "Bearer",
        "expires_in": 300,
        "id_token": id_token(&inside, &given.nonce),
    }))
    .into_response()
}

pub(crate) fn seconds() -> u64 {
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

fn id_token(inside: &Inside, nonce: &str) -> String {
    let mut claims = json!({
        "iss": inside.issuer, "aud": CLIENT, "nonce": nonce,
        "iat": seconds(), "exp": seconds() + 300,
    });
    for said in [&inside.claims, &inside.lies] {
        for (name, value) in said.as_object().into_iter().flatten() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                value => claims[name.as_str()] = value.clone(),
            }
        }
    }
    let key = inside.hidden.as_ref().or(inside.keys.last()).unwrap();
    let algorithm = match inside.signs {
        Signs::Not => "none",
        Signs::WithThePublicKey | Signs::WithTheSecret => "HS256",
        _ => key.algorithm(),
    };
    let header = json!({ "alg": algorithm, "kid": key.id(), "typ": "JWT" });
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    let text = format!("{}.{}", part(&header), part(&claims));
    let mac = |secret: &[u8]| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
    };
    let signature = match inside.signs {
        Signs::Not => Vec::new(),
        Signs::WithThePublicKey => mac(key.public().to_string().as_bytes()),
        Signs::WithTheSecret => mac(SECRET.as_bytes()),
        Signs::WithAnotherKey => Key::elliptic("first").sign(&text),
        Signs::Honestly | Signs::ThenChanges => key.sign(&text),
    };
    let text = match inside.signs {
        Signs::ThenChanges => {
            claims["sub"] = "somebody else".into();
            format!("{}.{}", part(&header), part(&claims))
        }
        _ => text,
    };
    format!("{text}.{}", base64url(&signature))
}
