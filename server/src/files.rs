//! How many files this process may have open: each connection is one.

use crate::config::Config;

/// What is open besides connections: the store's files, the log, the runtime's own, and
/// requests for files of the web client.
const OTHERS: u64 = 64;

/// Lets the process open as many files as the system allows it to, and warns when that is
/// too few for the connections that the settings allow.
pub fn raise_limit(config: &Config) {
    let wanted = needed(config);
    let Some(limit) = raise() else { return };
    if limit < wanted {
        tracing::warn!(
            limit,
            wanted,
            "fewer files may be open than the connections in the settings need: those that \
             come last will have to wait; raise the limit (ulimit -n, LimitNOFILE) or set \
             fewer connections"
        );
    }
}

/// Files that the settings' connections need.
fn needed(config: &Config) -> u64 {
    u64::from(config.connections) + u64::from(config.waiting_connections) + OTHERS
}

/// Raises the soft limit to the hard one; what it is now, if there is one.
#[cfg(unix)]
fn raise() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let before = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: before.maximum,
        maximum: before.maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files stays as it is");
            before.current
        }
    }
}

/// Other systems have no such limit.
#[cfg(not(unix))]
fn raise() -> Option<u64> {
    None
}
