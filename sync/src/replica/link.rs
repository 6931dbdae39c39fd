//! The connection of a replica: when to try, when to give it up.

use crate::time::{Millis, Timestamp};

/// The first wait after a lost connection; it doubles up to [`LAST_WAIT`].
const FIRST_WAIT: u64 = 250;
const LAST_WAIT: u64 = 10_000;
/// Silence after which the server is asked whether it is there.
const QUIET: Millis = Millis(10_000);
/// Silence after which it is not.
const DEAD: Millis = Millis(20_000);
/// How long without a connection until people are told that they work offline.
const OFFLINE: Millis = Millis(5_000);
/// How long a connection has to work before the next wait is short again.
const STEADY: Millis = Millis(5_000);

/// The connection of a replica.
pub(super) struct Link {
    state: State,
    /// Tries since it last worked for a while.
    tries: u32,
    live_since: Option<Timestamp>,
    /// Since when it does not work; `None` while it does.
    lost: Option<Timestamp>,
    offline: bool,
    /// The server answered last that it cannot serve the document.
    failing: bool,
    random: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Waiting {
        until: Timestamp,
    },
    Connecting {
        since: Timestamp,
    },
    Open {
        heard: Timestamp,
        pinged: bool,
        step: Step,
    },
    Closed {
        reason: String,
    },
}

/// How far the handshake is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Authenticating,
    /// The server has said which incarnation it holds.
    Greeted,
    /// Its state has arrived.
    Live,
}

/// What is due because time went by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Connect,
    Ping,
    /// The connection is given up.
    Dead,
}

impl Link {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            state: State::Waiting {
                until: Timestamp(0),
            },
            tries: 0,
            live_since: None,
            lost: None,
            offline: false,
            failing: false,
            random: seed,
        }
    }

    /// The connection asked for is open; false when none was asked for.
    pub(super) fn opened(&mut self, now: Timestamp) -> bool {
        let expected = matches!(self.state, State::Connecting { .. });
        if expected {
            self.state = State::Open {
                heard: now,
                pinged: false,
                step: Step::Authenticating,
            };
        }
        expected
    }

    /// Something arrived; false when there is no connection it could come from.
    pub(super) fn received(&mut self, now: Timestamp) -> bool {
        if let State::Open { heard, pinged, .. } = &mut self.state {
            *heard = now;
            *pinged = false;
            return true;
        }
        false
    }

    pub(super) fn greeted(&mut self) {
        self.reach(Step::Greeted);
    }

    /// The server's state has arrived: the connection works.
    pub(super) fn live(&mut self, now: Timestamp) {
        self.reach(Step::Live);
        self.live_since.get_or_insert(now);
        self.lost = None;
        self.offline = false;
        self.failing = false;
    }

    fn reach(&mut self, reached: Step) {
        if let State::Open { step, .. } = &mut self.state {
            *step = reached.max(*step);
        }
    }

    pub(super) fn is_greeted(&self) -> bool {
        matches!(self.state, State::Open { step, .. } if step >= Step::Greeted)
    }

    pub(super) fn is_live(&self) -> bool {
        matches!(self.state, State::Open { step, .. } if step == Step::Live)
    }

    /// It is lost (or given up): it is tried again after a while.
    pub(super) fn lose(&mut self, now: Timestamp) {
        self.failing = false;
        if matches!(self.state, State::Closed { .. } | State::Waiting { .. }) {
            return;
        }
        // A server that takes us in and throws us out again is not one that works.
        let lived = self.live_since.take();
        if lived.is_some_and(|since| since + STEADY <= now) {
            self.tries = 0;
        }
        let wait = (FIRST_WAIT << self.tries.min(16)).min(LAST_WAIT);
        self.tries += 1;
        // Spread over half of the wait, so that not everybody comes back at once.
        let wait = wait * 3 / 4 + self.next_random() % (wait / 2).max(1);
        self.state = State::Waiting {
            until: now + Millis(wait.min(LAST_WAIT)),
        };
        self.lost.get_or_insert(now);
    }

    /// The server ended it because something fails there: it is tried again after a while.
    pub(super) fn lose_to_failure(&mut self, now: Timestamp) {
        self.lose(now);
        self.failing = true;
    }

    /// Whether the server was there the last time and could not serve the document.
    pub(super) fn is_failing(&self) -> bool {
        self.failing
    }

    /// It will not work again by itself.
    pub(super) fn close(&mut self, reason: impl Into<String>) {
        if self.closed().is_none() {
            self.state = State::Closed {
                reason: reason.into(),
            };
        }
    }

    pub(super) fn closed(&self) -> Option<&str> {
        match &self.state {
            State::Closed { reason } => Some(reason),
            _ => None,
        }
    }

    /// What the device says; true when the connection has to be dropped.
    pub(super) fn hint(&mut self, now: Timestamp, online: bool) -> bool {
        if online {
            if let State::Waiting { until } = &mut self.state {
                *until = now;
                self.tries = 0;
            }
            return false;
        }
        let had = matches!(self.state, State::Connecting { .. } | State::Open { .. });
        self.lose(now);
        self.lost.get_or_insert(now);
        self.offline = self.closed().is_none();
        had
    }

    /// What is due at `now`.
    pub(super) fn due(&mut self, now: Timestamp) -> Option<Due> {
        let due = match &mut self.state {
            State::Closed { .. } => return None,
            State::Waiting { until } if *until <= now => {
                self.state = State::Connecting { since: now };
                self.lost.get_or_insert(now);
                Some(Due::Connect)
            }
            State::Connecting { since } if *since + DEAD <= now => {
                self.lose(now);
                Some(Due::Dead)
            }
            State::Open { heard, .. } if *heard + DEAD <= now => {
                self.lose(now);
                Some(Due::Dead)
            }
            State::Open { heard, pinged, .. } if !*pinged && *heard + QUIET <= now => {
                *pinged = true;
                Some(Due::Ping)
            }
            _ => None,
        };
        if self.lost.is_some_and(|lost| lost + OFFLINE <= now) {
            self.offline = true;
        }
        due
    }

    /// Since when people have worked offline.
    pub(super) fn offline_since(&self) -> Option<Timestamp> {
        self.lost.filter(|_| self.offline)
    }

    pub(super) fn retry_at(&self) -> Option<Timestamp> {
        match &self.state {
            State::Waiting { until } => Some(*until),
            _ => None,
        }
    }

    pub(super) fn deadline(&self) -> Option<Timestamp> {
        let next = match &self.state {
            State::Closed { .. } => return None,
            State::Waiting { until } => *until,
            State::Connecting { since } => *since + DEAD,
            State::Open { heard, pinged, .. } => *heard + if *pinged { DEAD } else { QUIET },
        };
        let offline = self
            .lost
            .filter(|_| !self.offline)
            .map(|lost| lost + OFFLINE);
        Some(offline.map_or(next, |offline| offline.min(next)))
    }

    /// SplitMix64.
    fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
