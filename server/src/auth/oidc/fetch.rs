//! Asks the provider over HTTP: briefly, and for little.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

/// How long the provider may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest answer; keys and metadata of large providers have some ten KiB.
const ANSWER_BYTES: usize = 256 << 10;

/// Why there is no answer. Nothing of what was sent is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FetchError {
    #[error("no answer within {} seconds", .0.as_secs())]
    Slow(Duration),
    #[error("the answer has more than {ANSWER_BYTES} bytes, or broke off")]
    Body,
    #[error("{0}")]
    Connection(String),
    #[error("this system's certificates cannot be read, so nobody can be trusted: {0}")]
    Certificates(String),
}

/// A client that follows no redirects: an answer comes from where it was asked for, or not
/// at all.
#[derive(Debug)]
pub(super) struct Fetch {
    client: Result<Client<HttpsConnector<HttpConnector>, Full<Bytes>>, FetchError>,
    patience: Duration,
}

impl Fetch {
    /// Plain http only where the provider is on this machine.
    pub(super) fn new(plain: bool) -> Self {
        let roots = HttpsConnectorBuilder::new().with_native_roots();
        let roots = roots.map_err(|error| FetchError::Certificates(error.to_string()));
        let client = roots.map(|builder| {
            let builder = match plain {
                true => builder.https_or_http(),
                false => builder.https_only(),
            };
            let connector = builder.enable_http1().build();
            // People sign in now and then: a kept connection is mostly a dead one.
            Client::builder(TokioExecutor::new())
                .pool_max_idle_per_host(0)
                .build(connector)
        });
        if let Err(error) = &client {
            tracing::error!(%error, "nobody can sign in with the provider");
        }
        Self {
            client,
            patience: PATIENCE,
        }
    }

    /// One request.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let client = self.client.as_ref().map_err(Clone::clone)?;
        let exchange = async {
            let request = request.map(|body| Full::new(Bytes::from(body)));
            let response = client.request(request).await.map_err(|error| {
                // Its cause says what people can do something about.
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                FetchError::Connection(cause.unwrap_or_else(|| error.to_string()))
            })?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, ANSWER_BYTES).collect().await;
            let body = body.map_err(|_| FetchError::Body)?.to_bytes();
            Ok(HttpResponse::from_parts(head, body.to_vec()))
        };
        let answered = tokio::time::timeout(self.patience, exchange).await;
        answered.unwrap_or(Err(FetchError::Slow(self.patience)))
    }
}

impl<'c> AsyncHttpClient<'c> for Fetch {
    type Error = FetchError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, FetchError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::response::Redirect;
    use axum::routing::get;
    use tokio::net::TcpListener;

    use super::*;

    async fn server() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/small", get(async || "hello"))
            .route("/huge", get(async || "x".repeat(ANSWER_BYTES + 1)))
            .route("/away", get(async || Redirect::to("/small")))
            .route("/never", get(std::future::pending::<()>));
        tokio::spawn(async { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    fn ask(url: String) -> HttpRequest {
        openidconnect::http::Request::get(url)
            .body(Vec::new())
            .unwrap()
    }

    #[tokio::test]
    async fn what_is_slow_huge_elsewhere_or_not_there_is_no_answer() {
        let base = server().await;
        let mut fetch = Fetch::new(true);
        let small = fetch.send(ask(format!("{base}/small"))).await.unwrap();
        assert_eq!(small.body(), b"hello");
        let huge = fetch.send(ask(format!("{base}/huge"))).await;
        assert_eq!(huge.unwrap_err(), FetchError::Body);
        let away = fetch.send(ask(format!("{base}/away"))).await.unwrap();
        assert_eq!(away.status().as_u16(), 303);
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nobody = format!("http://{}", closed.local_addr().unwrap());
        drop(closed);
        let error = fetch.send(ask(nobody)).await.unwrap_err();
        assert!(matches!(error, FetchError::Connection(_)), "{error}");
        fetch.patience = Duration::from_millis(50);
        let never = fetch.send(ask(format!("{base}/never"))).await;
        assert!(matches!(never, Err(FetchError::Slow(_))));
    }

    #[tokio::test]
    async fn plain_http_is_spoken_on_this_machine_only() {
        let base = server().await;
        let refused = Fetch::new(false).send(ask(format!("{base}/small"))).await;
        assert!(refused.is_err());
    }
}
