//! Takes a message to an address that somebody chose, and never anywhere inside.
//!
//! A name is resolved here, each address is checked, and the connection goes to exactly a
//! checked one: what the name means a moment later does not matter (DNS rebinding). No
//! redirect is followed and no proxy is asked.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use openidconnect::url::Url;
use tokio::net::TcpStream;
use tower_service::Service;

use super::address::is_public;

/// How long one delivery may take, from the question for the name to the end of the answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// How much of an answer is read: nobody looks at it.
const ANSWER_BYTES: usize = 64 << 10;
/// The longest address that is taken, in bytes.
const URL_BYTES: usize = 1000;
/// Says in an error of the connector that its words are ours.
const INSIDE: &str = "it leads into a private network, where nothing is sent";

/// Why something was not delivered, in words for whoever chose the address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotDelivered {
    #[error("no answer within {} seconds", PATIENCE.as_secs())]
    Slow,
    #[error("it answered {0}")]
    Status(u16),
    #[error("{INSIDE}")]
    Inside,
    #[error("it cannot be reached: {0}")]
    Connection(String),
    #[error("this server's certificates cannot be read, so nobody can be trusted")]
    Certificates,
}

/// What to send.
#[derive(Debug)]
pub(super) struct Parcel<'a> {
    pub(super) url: &'a str,
    pub(super) headers: [(&'static str, String); 3],
    pub(super) body: Bytes,
}

type Sender = Client<HttpsConnector<Careful>, Full<Bytes>>;

/// Clones share what they know of certificates.
#[derive(Clone, Debug)]
pub(super) struct Courier {
    sender: Option<Sender>,
    to_private: bool,
    patience: Duration,
}

impl Courier {
    pub(super) fn new(to_private: bool) -> Self {
        let roots = HttpsConnectorBuilder::new().with_native_roots();
        if let Err(error) = &roots {
            tracing::error!(%error, "no webhook can be sent: the certificates cannot be read");
        }
        let sender = roots.ok().map(|builder| {
            let connector = builder
                .https_or_http()
                .enable_http1()
                .wrap_connector(Careful { to_private });
            Client::builder(TokioExecutor::new())
                .pool_max_idle_per_host(0)
                .build(connector)
        });
        Self {
            sender,
            to_private,
            patience: PATIENCE,
        }
    }

    /// Checks an address as it was typed, and says it in the form in which it is kept.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub(super) fn check(&self, text: &str) -> Result<String, &'static str> {
        let text = text.trim();
        let unclear = "this is not an address like https://example.com/hook";
        if text.len() > URL_BYTES {
            return Err("this address is too long");
        }
        let url = Url::parse(text).map_err(|_| unclear)?;
        match url.scheme() {
            "https" => {}
            "http" if self.to_private => {}
            "http" => return Err("use https: what is sent must not be readable on the way"),
            _ => return Err(unclear),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("leave name and password out of the address: everything is signed");
        }
        if url.fragment().is_some() {
            return Err("leave out what comes after #: it would not be sent");
        }
        if url.as_str().len() > URL_BYTES {
            return Err("this address is too long");
        }
        let literal: Option<IpAddr> = url.host_str().and_then(literal);
        if !self.to_private && literal.is_some_and(|address| !is_public(address)) {
            return Err("this address is in a private network, where nothing is sent");
        }
        Ok(url.into())
    }

    /// Sends it once. Whatever begins with 2 is an answer that it has arrived.
    pub(super) async fn deliver(&self, parcel: Parcel<'_>) -> Result<(), NotDelivered> {
        let sender = self.sender.as_ref().ok_or(NotDelivered::Certificates)?;
        let mut request = Request::post(parcel.url)
            .header("content-type", "application/json")
            .header("user-agent", concat!("Waymark/", env!("CARGO_PKG_VERSION")));
        for (name, value) in parcel.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Full::new(parcel.body))
            .map_err(|_| NotDelivered::Connection("the address cannot be used".to_owned()))?;
        let exchange = async {
            let response = sender.request(request).await.map_err(|error| why(&error))?;
            let status = response.status();
            // Read to its end, or to its limit, so that whoever answers can.
            let _ = Limited::new(response.into_body(), ANSWER_BYTES)
                .collect()
                .await;
            match status.is_success() {
                true => Ok(()),
                false => Err(NotDelivered::Status(status.as_u16())),
            }
        };
        let answered = tokio::time::timeout(self.patience, exchange).await;
        answered.unwrap_or(Err(NotDelivered::Slow))
    }
}

/// The innermost cause says what somebody can do something about.
fn why(error: &dyn std::error::Error) -> NotDelivered {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let words = cause.to_string();
    match words.contains(INSIDE) {
        true => NotDelivered::Inside,
        false => NotDelivered::Connection(words.chars().take(200).collect()),
    }
}

/// The host of an address where it is a number.
fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .ok()
}

/// Those of a name's addresses that may be connected to.
fn allowed(found: impl Iterator<Item = SocketAddr>, to_private: bool) -> Vec<SocketAddr> {
    found
        .filter(|address| to_private || is_public(address.ip()))
        .collect()
}

/// Connects to checked addresses only.
#[derive(Clone, Copy, Debug)]
struct Careful {
    to_private: bool,
}

impl Careful {
    async fn connect(self, uri: Uri) -> io::Result<TokioIo<TcpStream>> {
        let host = uri.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let usual = if uri.scheme_str() == Some("https") {
            443
        } else {
            80
        };
        let port = uri.port_u16().unwrap_or(usual);
        let found = tokio::net::lookup_host((host, port)).await;
        let found = found.map_err(|_| io::Error::other("there is nobody of this name"))?;
        let mut last = io::Error::other(INSIDE);
        for address in allowed(found, self.to_private).into_iter().take(4) {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(TokioIo::new(stream)),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

impl Service<Uri> for Careful {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.connect(uri))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::response::Redirect;
    use axum::routing::post;
    use tokio::net::TcpListener;

    use super::*;

    async fn server(asked: Arc<AtomicUsize>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let count = move || {
            let asked = asked.clone();
            async move {
                asked.fetch_add(1, Ordering::Relaxed);
            }
        };
        let router = Router::new()
            .route("/good", post(count.clone()))
            .route("/away", post(async || Redirect::temporary("/good")))
            .route("/endless", post(async || "x".repeat(ANSWER_BYTES * 4)))
            .route("/never", post(std::future::pending::<()>));
        tokio::spawn(async { axum::serve(listener, router).await });
        address
    }

    async fn send(courier: &Courier, url: &str) -> Result<(), NotDelivered> {
        let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"];
        let parcel = Parcel {
            url,
            headers: headers.map(|name| (name, "x".to_owned())),
            body: Bytes::from_static(b"{}"),
        };
        courier.deliver(parcel).await
    }

    #[tokio::test]
    async fn nothing_inside_is_connected_to_by_number_or_by_name() {
        let asked = Arc::new(AtomicUsize::new(0));
        let port = server(asked.clone()).await.port();
        let careful = Courier::new(false);
        for host in [
            "127.0.0.1",
            "localhost",
            "[::ffff:127.0.0.1]",
            "2130706433",
            "0x7f.1",
            "127.1",
        ] {
            let typed = format!("https://{host}:{port}/good");
            if host != "localhost" {
                assert!(careful.check(&typed).is_err(), "{typed}");
            }
            // Also where it was not checked, as when a name means something else by now.
            let url = Url::parse(&format!("http://{host}:{port}/good")).unwrap();
            let sent = send(&careful, url.as_str()).await;
            assert_eq!(sent, Err(NotDelivered::Inside), "{url}");
        }
        assert_eq!(asked.load(Ordering::Relaxed), 0);
        let open = Courier::new(true);
        let url = format!("http://127.0.0.1:{port}/good");
        assert_eq!(send(&open, &url).await, Ok(()));
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn of_a_name_with_addresses_inside_and_outside_only_those_outside_are_used() {
        let both = ["10.0.0.1:443", "1.1.1.1:443", "[::1]:443"].map(|it| it.parse().unwrap());
        assert_eq!(allowed(both.into_iter(), false), vec![both[1]]);
    }

    #[tokio::test]
    async fn redirects_are_no_answer_and_slow_ones_are_given_up() {
        let asked = Arc::new(AtomicUsize::new(0));
        let address = server(asked.clone()).await;
        let mut courier = Courier::new(true);
        let url = |path: &str| format!("http://{address}/{path}");
        let away = send(&courier, &url("away")).await;
        assert_eq!(away, Err(NotDelivered::Status(307)));
        assert_eq!(asked.load(Ordering::Relaxed), 0);
        assert_eq!(send(&courier, &url("endless")).await, Ok(()));
        courier.patience = Duration::from_millis(50);
        let never = send(&courier, &url("never")).await;
        assert_eq!(never, Err(NotDelivered::Slow));
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nobody = format!("http://{}/", closed.local_addr().unwrap());
        drop(closed);
        courier.patience = PATIENCE;
        let error = send(&courier, &nobody).await.unwrap_err();
        assert!(matches!(error, NotDelivered::Connection(_)), "{error}");
    }

    #[test]
    fn addresses_that_cannot_be_meant_are_told_why() {
        let courier = Courier::new(false);
        for (text, why) in [
            ("example.com/hook", "like https"),
            ("ftp://example.com", "like https"),
            ("http://example.com", "use https"),
            ("https://ana:word@example.com", "leave name"),
            ("https://example.com/#x", "after #"),
            ("https://10.0.0.1/", "private"),
        ] {
            let told = courier.check(text).unwrap_err();
            assert!(told.contains(why), "{text}: {told}");
        }
        let kept = courier.check(" https://Example.com/Hook?a=b ");
        assert_eq!(kept, Ok("https://example.com/Hook?a=b".to_owned()));
    }
}
