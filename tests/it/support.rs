//! A real server and real connections, for tests that need a clock and a network.

pub(crate) mod person;
pub(crate) mod plain;
pub(crate) mod postbox;
pub(crate) mod provider;
pub(crate) mod receiver;
pub(crate) mod server;
pub(crate) mod tls;
pub(crate) mod visitor;

use std::future::Future;
use std::time::Duration;

use waymark_sync::DocumentId;

/// How long anything here may take before a test is told that it hangs: long, because many
/// tests share a small machine that may have other work.
const PATIENCE: Duration = Duration::from_secs(90);

/// The demo map that most tests use.
pub(crate) const DEMO: &str = "map-saas-eval";

pub(crate) fn demo() -> DocumentId {
    document(DEMO)
}

pub(crate) fn document(map: &str) -> DocumentId {
    DocumentId::parse(&format!("map/{map}")).unwrap()
}

/// Waits for something that must happen.
pub(crate) async fn soon<T>(what: &str, happening: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, happening).await {
        Ok(result) => result,
        Err(_) => panic!("still waiting for {what}"),
    }
}
