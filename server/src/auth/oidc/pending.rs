//! Who is on the way to the provider and back.
//!
//! Kept in memory, by the hash of the state: a restart costs those who are on the way a
//! second attempt, and nothing that is secret gets onto a disk.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use openidconnect::{Nonce, PkceCodeVerifier};
use waymark_sync::Timestamp;

use super::Problem;
use crate::auth::secret::{Secret, digest, is_same};
use crate::auth::throttle::network;
use crate::people::PersonId;

/// How long somebody may take at the provider.
pub(super) const MINUTES: u64 = 10;
/// How many may be on the way, from one network and in all. Of those from one network the
/// oldest gives way, so that nobody can keep others from signing in by beginning without
/// end; what all networks together fill is about 10 MiB.
const OF_NETWORK: usize = 200;
const IN_ALL: usize = 10_000;

/// What somebody has in hand who goes to the provider.
#[derive(Debug)]
pub(crate) enum Carried {
    Nothing,
    /// An invitation to the workspace.
    Invite(Secret),
    /// The first administrator's link.
    Setup(Secret),
    /// A link from an administrator to get into one's account again.
    Reset(Secret),
}

/// What a sign-in is for.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// A path of ours.
    pub(crate) back: String,
    pub(crate) carried: Carried,
    /// Who was signed in when it began.
    pub(crate) person: Option<PersonId>,
}

/// One sign-in that was begun.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(super) nonce: Nonce,
    pub(super) verifier: PkceCodeVerifier,
    /// The hash of what the browser keeps: only where it was begun can it be finished, or a
    /// stranger could sign somebody in as himself (login CSRF).
    pub(super) browser: String,
    pub(crate) wanted: Wanted,
}

#[derive(Debug)]
struct Waiting {
    pending: Pending,
    network: IpAddr,
    until: Timestamp,
    /// Counts up: which was first.
    order: u64,
}

/// All that were begun.
#[derive(Debug, Default)]
pub(super) struct Logins(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    waiting: HashMap<String, Waiting>,
    begun: u64,
}

impl Logins {
    pub(super) fn add(&self, state: &str, pending: Pending, from: IpAddr, now: Timestamp) {
        let network = network(from);
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.waiting.retain(|_, it| now < it.until);
        let of_network = |it: &&Waiting| it.network == network;
        let is_full = inner.waiting.values().filter(of_network).count() >= OF_NETWORK;
        let all = inner.waiting.iter();
        let oldest = all
            .filter(|(_, it)| !is_full || it.network == network)
            .min_by_key(|(_, it)| it.order)
            .map(|(key, _)| key.clone());
        if (is_full || inner.waiting.len() >= IN_ALL)
            && let Some(key) = oldest
        {
            inner.waiting.remove(&key);
        }
        inner.begun += 1;
        let waiting = Waiting {
            pending,
            network,
            until: Timestamp(now.0 + MINUTES * 60 * 1000),
            order: inner.begun,
        };
        inner.waiting.insert(digest(state), waiting);
    }

    /// Takes one out: it can be finished once. One of another browser stays, for that one.
    pub(super) fn take(
        &self,
        state: &str,
        browser: Option<&Secret>,
        now: Timestamp,
    ) -> Result<Pending, Problem> {
        let key = digest(state);
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = inner.waiting.get(&key).filter(|it| now < it.until);
        let found = found.ok_or(Problem::Expired)?;
        let said = browser.map(Secret::digest).unwrap_or_default();
        if !is_same(&found.pending.browser, &said) {
            return Err(Problem::Browser);
        }
        let taken = inner.waiting.remove(&key).ok_or(Problem::Expired)?;
        Ok(taken.pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(browser: &Secret) -> Pending {
        Pending {
            nonce: Nonce::new("nonce".to_owned()),
            verifier: PkceCodeVerifier::new("v".repeat(43)),
            browser: browser.digest(),
            wanted: Wanted {
                back: "/".to_owned(),
                carried: Carried::Nothing,
                person: None,
            },
        }
    }

    fn at(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_sign_in_is_finished_once_in_ten_minutes_where_it_was_begun() {
        let logins = Logins::default();
        let (here, there) = (Secret::random(), Secret::random());
        let add = |state: &str| logins.add(state, pending(&here), at("192.0.2.1"), Timestamp(0));
        let take = |state: &str, browser: Option<&Secret>, now| {
            let taken = logins.take(state, browser, Timestamp(now));
            taken.map(drop).err()
        };
        add("a");
        assert_eq!(take("b", Some(&here), 1), Some(Problem::Expired));
        assert_eq!(take("a", Some(&there), 1), Some(Problem::Browser));
        assert_eq!(take("a", None, 1), Some(Problem::Browser));
        assert_eq!(take("a", Some(&here), 1), None);
        assert_eq!(take("a", Some(&here), 1), Some(Problem::Expired));
        add("a");
        assert_eq!(take("a", Some(&here), 600_000), Some(Problem::Expired));
    }

    #[test]
    fn whoever_begins_without_end_is_in_the_way_of_nobody_else() {
        let logins = Logins::default();
        let here = Secret::random();
        logins.add("mine", pending(&here), at("192.0.2.1"), Timestamp(0));
        for number in 0..1_000 {
            let state = number.to_string();
            logins.add(&state, pending(&here), at("192.0.2.9"), Timestamp(1));
        }
        let kept = logins.0.lock().unwrap().waiting.len();
        assert_eq!(kept, OF_NETWORK + 1);
        assert!(logins.take("mine", Some(&here), Timestamp(2)).is_ok());
        assert!(logins.take("0", Some(&here), Timestamp(2)).is_err());
        assert!(logins.take("999", Some(&here), Timestamp(2)).is_ok());
    }

    #[test]
    fn nothing_of_it_can_be_read_in_a_log() {
        let secret = Secret::random();
        let mut pending = pending(&secret);
        pending.wanted.carried = Carried::Invite(secret.clone());
        let text = format!("{pending:?}");
        assert!(!text.contains(secret.reveal()), "{text}");
        assert!(
            !text.contains("vvvv") && !text.contains("\"nonce\""),
            "{text}"
        );
    }
}
