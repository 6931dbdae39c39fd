//! How often somebody may guess.
//!
//! Every attempt takes from three allowances, which come back with time: of the account
//! together with the network it is tried from, of the account, and of the network. What
//! succeeds is given back. So an office behind one address signs in undisturbed, a guesser
//! is slowed, and nobody can lock somebody else out from afar without many addresses.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use waymark_sync::Timestamp;

/// In so many milliseconds a whole allowance comes back.
const PERIOD_MS: f64 = 15.0 * 60.0 * 1000.0;
/// Failed attempts in that time, of an account from one network, of an account from
/// everywhere, and of a network.
const PAIR: f64 = 10.0;
const ACCOUNT: f64 = 100.0;
const NETWORK: f64 = 200.0;
/// Guests who come through links in that time, from a network: a hall full of people, and no
/// program that fills the disk with guests.
const GUESTS: f64 = 500.0;
/// Letters to one address in that time, and letters that one network asks for.
const LETTERS: f64 = 3.0;
const ASKED: f64 = 30.0;
/// How many allowances are remembered. Full ones are forgotten first; when all are in use,
/// nobody new may try.
const REMEMBERED: usize = 20_000;

/// Who wants to try what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Pair(String, IpAddr),
    Account(String),
    Network(IpAddr),
    Guests(IpAddr),
    Letters(String),
    Asked(IpAddr),
}

/// What was taken: given back on success.
#[derive(Debug)]
pub(crate) struct Attempt(Vec<Key>);

/// Too often: when to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts; try again in {} minutes", .seconds.div_ceil(60))]
pub(crate) struct TooOften {
    /// From now.
    pub(crate) seconds: u64,
}

#[derive(Clone, Copy, Debug)]
struct Used {
    attempts: f64,
    at: Timestamp,
}

impl Used {
    fn at(self, now: Timestamp, limit: f64) -> f64 {
        let passed = now.0.saturating_sub(self.at.0) as f64;
        (self.attempts - limit * passed / PERIOD_MS).max(0.0)
    }
}

/// The allowances.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    used: Mutex<HashMap<Key, Used>>,
}

impl Throttle {
    /// Takes one attempt at `account` (anything that names what is guessed at).
    pub(crate) fn take(
        &self,
        now: Timestamp,
        account: &str,
        from: IpAddr,
    ) -> Result<Attempt, TooOften> {
        let from = network(from);
        let keys = vec![
            Key::Pair(account.to_owned(), from),
            Key::Account(account.to_owned()),
            Key::Network(from),
        ];
        self.take_of(now, keys)
    }

    /// Takes one guest's coming through a link.
    pub(crate) fn take_guest(&self, now: Timestamp, from: IpAddr) -> Result<(), TooOften> {
        let keys = vec![Key::Guests(network(from))];
        self.take_of(now, keys).map(drop)
    }

    /// Takes one letter to `address` (anything that names it) that somebody asks for.
    pub(crate) fn take_letter(
        &self,
        now: Timestamp,
        address: &str,
        from: IpAddr,
    ) -> Result<(), TooOften> {
        let keys = vec![Key::Letters(address.to_owned()), Key::Asked(network(from))];
        self.take_of(now, keys).map(drop)
    }

    fn take_of(&self, now: Timestamp, keys: Vec<Key>) -> Result<Attempt, TooOften> {
        let mut used = self.used();
        if used.len() + keys.len() > REMEMBERED {
            used.retain(|key, used| used.at(now, limit(key)) > 0.0);
            if used.len() + keys.len() > REMEMBERED {
                return Err(TooOften { seconds: 60 });
            }
        }
        for key in &keys {
            let limit = limit(key);
            let attempts = used.get(key).map_or(0.0, |used| used.at(now, limit));
            if attempts + 1.0 > limit {
                let wait = (attempts + 1.0 - limit) * PERIOD_MS / limit;
                return Err(TooOften {
                    seconds: (wait / 1000.0).ceil() as u64,
                });
            }
        }
        for key in &keys {
            let attempts = used.get(key).map_or(0.0, |used| used.at(now, limit(key)));
            let now = Used {
                attempts: attempts + 1.0,
                at: now,
            };
            used.insert(key.clone(), now);
        }
        Ok(Attempt(keys))
    }

    /// It was no guess.
    pub(crate) fn give_back(&self, Attempt(keys): Attempt) {
        let mut used = self.used();
        for key in &keys {
            if let Some(used) = used.get_mut(key) {
                used.attempts = (used.attempts - 1.0).max(0.0);
            }
        }
    }

    fn used(&self) -> MutexGuard<'_, HashMap<Key, Used>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn limit(key: &Key) -> f64 {
    match key {
        Key::Pair(..) => PAIR,
        Key::Account(_) => ACCOUNT,
        Key::Network(_) => NETWORK,
        Key::Guests(_) => GUESTS,
        Key::Letters(_) => LETTERS,
        Key::Asked(_) => ASKED,
    }
}

/// Whoever has one IPv6 address has 2⁶⁴ of them.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & (u128::MAX << 64)).into()),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "192.0.2.1";

    fn at(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    #[test]
    fn a_guesser_is_slowed_and_may_try_again_later() {
        let throttle = Throttle::default();
        for _ in 0..10 {
            throttle.take(Timestamp(0), "ana", at(HERE)).unwrap();
        }
        let refused = throttle.take(Timestamp(0), "ana", at(HERE)).unwrap_err();
        assert_eq!(refused.seconds, 90);
        let later = Timestamp(refused.seconds * 1000);
        assert!(throttle.take(later, "ana", at(HERE)).is_ok());
        assert!(throttle.take(later, "ana", at(HERE)).is_err());
    }

    #[test]
    fn the_guessed_at_gets_in_from_elsewhere() {
        let throttle = Throttle::default();
        for _ in 0..20 {
            let _ = throttle.take(Timestamp(0), "ana", at(HERE));
        }
        assert!(throttle.take(Timestamp(0), "ana", at("192.0.2.9")).is_ok());
    }

    #[test]
    fn two_hundred_people_behind_one_address_sign_in_at_once() {
        let throttle = Throttle::default();
        for person in 0..1000 {
            let attempt = throttle.take(Timestamp(0), &person.to_string(), at(HERE));
            throttle.give_back(attempt.unwrap());
        }
    }

    #[test]
    fn a_hall_full_of_guests_comes_in_and_a_flood_does_not() {
        let throttle = Throttle::default();
        let came = (0..2000).filter(|_| throttle.take_guest(Timestamp(0), at(HERE)).is_ok());
        assert_eq!(came.count(), 500);
        assert!(throttle.take(Timestamp(0), "ana", at(HERE)).is_ok());
    }

    #[test]
    fn one_network_cannot_try_many_accounts() {
        let throttle = Throttle::default();
        let tried = (0..1000).filter(|account| {
            // Another address of the same network each time.
            let from = at(&format!("2001:db8::{account:x}"));
            throttle
                .take(Timestamp(0), &account.to_string(), from)
                .is_ok()
        });
        assert_eq!(tried.count(), 200);
    }
}
