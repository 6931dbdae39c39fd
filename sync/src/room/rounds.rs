//! When what has gathered goes out.

use crate::time::{Millis, Timestamp};

/// The window of one kind of news: what comes first goes at once, what follows within the
/// window goes together, to everybody in the same moment and therefore in the same bytes.
#[derive(Default)]
pub(super) struct Round {
    /// Up to which number news have gone out.
    released: u64,
    /// When the window ends.
    next: Timestamp,
}

impl Round {
    /// Up to which number sessions may be sent news.
    pub(super) fn released(&self) -> u64 {
        self.released
    }

    /// When the next news go out, if there are any.
    pub(super) fn due(&self, newest: u64) -> Option<Timestamp> {
        (newest > self.released).then_some(self.next)
    }

    /// Lets everything out up to `newest` and begins a window.
    pub(super) fn release(&mut self, newest: u64, now: Timestamp, window: Millis) {
        self.released = newest;
        self.next = now + window;
    }
}
