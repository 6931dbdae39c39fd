//! Somebody who gets webhooks, and checks signatures with other code than ours.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64ct::{Base64, Encoding};
use ring::hmac;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::soon;

/// One message that came.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) id: String,
    timestamp: String,
    signature: String,
    bytes: Bytes,
}

impl Got {
    pub(crate) fn body(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(crate) fn kind(&self) -> String {
        self.body()["type"].as_str().unwrap().to_owned()
    }

    /// Whether it was signed with this secret, by the specification.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let key = Base64::decode_vec(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let text = [
            format!("{}.{}.", self.id, self.timestamp).as_bytes(),
            &self.bytes,
        ]
        .concat();
        let signatures = self.signature.split(' ');
        let mut known = signatures.filter_map(|it| it.strip_prefix("v1,"));
        known.any(|it| hmac::verify(&key, &text, &Base64::decode_vec(it).unwrap()).is_ok())
    }
}

#[derive(Clone)]
struct Shared {
    came: mpsc::UnboundedSender<Got>,
    answer: Arc<Mutex<u16>>,
}

pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    came: mpsc::UnboundedReceiver<Got>,
    answer: Arc<Mutex<u16>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap()).await
    }

    pub(crate) async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, came) = mpsc::unbounded_channel();
        let answer = Arc::new(Mutex::new(200));
        let shared = Shared {
            came: sender,
            answer: answer.clone(),
        };
        let router = Router::new().route("/hook", post(take)).with_state(shared);
        tokio::spawn(async { axum::serve(listener, router).await });
        Self {
            address,
            came,
            answer,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// What it answers from now on; 0 for nothing, ever.
    pub(crate) fn answers(&self, status: u16) {
        *self.answer.lock().unwrap() = status;
    }

    pub(crate) async fn next(&mut self) -> Got {
        soon("a webhook", self.came.recv()).await.unwrap()
    }

    /// What has come and was not looked at.
    pub(crate) fn rest(&mut self) -> Vec<Got> {
        std::iter::from_fn(|| self.came.try_recv().ok()).collect()
    }
}

async fn take(State(shared): State<Shared>, headers: HeaderMap, bytes: Bytes) -> StatusCode {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/json");
    let _ = shared.came.send(Got {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        bytes,
    });
    let answer = *shared.answer.lock().unwrap();
    match answer {
        0 => std::future::pending().await,
        status => StatusCode::from_u16(status).unwrap(),
    }
}
