//! What was received, by whom, and how late.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::schedule::Schedule;

/// Times are counted in microseconds up to this; what is later counts as this.
const LONGEST: u64 = 120_000_000;
/// A state that is older than this when it arrives does not show where somebody is.
const FRESH: Duration = Duration::from_secs(1);

/// A histogram of times with three digits.
pub(crate) fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, LONGEST, 3).expect("the bounds are in order")
}

/// Counts a time.
pub(crate) fn record(histogram: &mut Histogram<u64>, time: Duration) {
    histogram.saturating_record(time.as_micros() as u64);
}

/// Milliseconds at a quantile; 0 when nothing was counted.
pub(crate) fn quantile_ms(histogram: &Histogram<u64>, quantile: f64) -> f64 {
    if histogram.is_empty() {
        return 0.0;
    }
    histogram.value_at_quantile(quantile) as f64 / 1000.0
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Every message counts: one that does not arrive is lost.
    Typing,
    /// Only the latest counts: a server may leave out what is overtaken.
    Cursors,
}

/// What one receiver has of one sender.
#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    /// Numbers below are behind the window of `seen`.
    base: u32,
    /// The last receipt, in milliseconds since the measured part began.
    at: u32,
    /// Which of the 63 numbers from `base` on have arrived; the top bit says whether a
    /// fresh state ever has.
    seen: u64,
}

const WINDOW: u32 = 63;
const WAS_FRESH: u64 = 1 << WINDOW;

impl Pair {
    /// Whether this number is here for the first time.
    fn see(&mut self, number: u32) -> bool {
        if number < self.base {
            return false;
        }
        let mut at = number - self.base;
        if at >= WINDOW {
            let by = at - WINDOW + 1;
            let flag = self.seen & WAS_FRESH;
            self.seen = (self.seen & !WAS_FRESH).checked_shr(by).unwrap_or(0) | flag;
            self.base += by;
            at = WINDOW - 1;
        }
        let bit = 1 << at;
        let new = self.seen & bit == 0;
        self.seen |= bit;
        new
    }
}

/// One person as a receiver: they are owed what the others of their document send.
#[derive(Debug)]
pub(crate) struct Receiver {
    me: u32,
    /// The first person of the document; the others follow.
    first: u32,
    pairs: Vec<Pair>,
}

impl Receiver {
    pub(crate) fn new(me: u32, first: u32, people: u32) -> Self {
        Self {
            me,
            first,
            pairs: vec![Pair::default(); people as usize],
        }
    }

    /// How many messages (or, for cursors, last states) this receiver waits for.
    /// `measured` is how many measured messages each person sends.
    pub(crate) fn awaits(&self, kind: Kind, measured: u32) -> u64 {
        let others = self.pairs.len() as u64 - 1;
        match kind {
            Kind::Typing => others * u64::from(measured),
            Kind::Cursors => others,
        }
    }
}

/// What a thread's receivers have counted.
#[derive(Debug)]
pub(crate) struct Tally {
    kind: Kind,
    /// From the intended time to the receipt, of measured messages that are new.
    pub(crate) latency: Histogram<u64>,
    /// Between two receipts of the same sender's states.
    pub(crate) gaps: Histogram<u64>,
    /// Measured messages, each counted once a receiver.
    pub(crate) unique: u64,
    /// Measured messages that had arrived before.
    pub(crate) duplicates: u64,
    /// All that came from others, in the warm-up too.
    pub(crate) deliveries: u64,
    /// Markers of another document: must stay 0.
    pub(crate) foreign: u64,
    /// Statuses of our own changes that say stored, and refused.
    pub(crate) stored: u64,
    pub(crate) refused: u64,
    /// Connections that ended before we ended them.
    pub(crate) closed: u64,
    /// What is still awaited.
    pub(crate) missing: u64,
    /// Pairs that never had a fresh state.
    pub(crate) starved: u64,
}

impl Tally {
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            latency: histogram(),
            gaps: histogram(),
            unique: 0,
            duplicates: 0,
            deliveries: 0,
            foreign: 0,
            stored: 0,
            refused: 0,
            closed: 0,
            missing: 0,
            starved: 0,
        }
    }

    /// Counts one marker that a receiver has read at `now`.
    pub(crate) fn receive(
        &mut self,
        schedule: &Schedule,
        receiver: &mut Receiver,
        now: Instant,
        sender: u32,
        number: u32,
    ) {
        if sender == receiver.me {
            return; // some servers send everybody their own
        }
        let place = sender.wrapping_sub(receiver.first) as usize;
        let Some(pair) = receiver.pairs.get_mut(place) else {
            self.foreign += 1;
            return;
        };
        self.deliveries += 1;
        let new = pair.see(number);
        if !schedule.is_measured(number) {
            return;
        }
        if !new {
            self.duplicates += 1;
            return;
        }
        let age = now.saturating_duration_since(schedule.intended(sender, number));
        record(&mut self.latency, age);
        self.unique += 1;
        match self.kind {
            Kind::Typing => self.missing -= 1,
            Kind::Cursors => {
                let since = now.saturating_duration_since(schedule.measure_from());
                let since = since.as_millis() as u32;
                let gap = since.saturating_sub(pair.at);
                record(&mut self.gaps, Duration::from_millis(gap.into()));
                pair.at = since;
                if age < FRESH {
                    pair.seen |= WAS_FRESH;
                }
                if schedule.is_last(number) {
                    self.missing -= 1;
                }
            }
        }
    }

    /// Counts what a receiver has not been given at the end.
    pub(crate) fn finish(&mut self, receiver: &Receiver) {
        if self.kind == Kind::Cursors {
            let others = (receiver.first..).zip(&receiver.pairs);
            self.starved += others
                .filter(|(sender, pair)| *sender != receiver.me && pair.seen & WAS_FRESH == 0)
                .count() as u64;
        }
    }

    /// Adds another thread's.
    pub(crate) fn add(&mut self, other: &Self) {
        let same = "histograms of the same bounds";
        self.latency.add(&other.latency).expect(same);
        self.gaps.add(&other.gaps).expect(same);
        self.unique += other.unique;
        self.duplicates += other.duplicates;
        self.deliveries += other.deliveries;
        self.foreign += other.foreign;
        self.stored += other.stored;
        self.refused += other.refused;
        self.closed += other.closed;
        self.missing += other.missing;
        self.starved += other.starved;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Three people; person 0 receives; warm-up is number 0, measured are 1 to 4.
    fn scene(kind: Kind) -> (Schedule, Receiver, Tally) {
        let schedule = Schedule::new(Instant::now(), 3, SECOND, SECOND, SECOND * 4);
        let receiver = Receiver::new(0, 0, 3);
        let mut tally = Tally::new(kind);
        tally.missing = receiver.awaits(kind, schedule.measured());
        (schedule, receiver, tally)
    }

    #[test]
    fn latency_counts_from_the_intended_time_and_without_the_warm_up() {
        let (schedule, mut receiver, mut tally) = scene(Kind::Typing);
        let late = schedule.intended(1, 0) + SECOND * 60;
        tally.receive(&schedule, &mut receiver, late, 1, 0);
        assert!(tally.latency.is_empty());
        let late = schedule.intended(1, 1) + Duration::from_millis(250);
        tally.receive(&schedule, &mut receiver, late, 1, 1);
        let p50 = quantile_ms(&tally.latency, 0.5);
        assert!((249.0..251.0).contains(&p50), "{p50}");
        assert_eq!((tally.unique, tally.deliveries), (1, 2));
    }

    #[test]
    fn what_never_arrives_is_missing_and_what_comes_twice_a_duplicate() {
        let (schedule, mut receiver, mut tally) = scene(Kind::Typing);
        assert_eq!(tally.missing, 2 * 4);
        for number in [0, 1, 2, 2, 4] {
            let now = schedule.intended(2, number);
            tally.receive(&schedule, &mut receiver, now, 2, number);
        }
        assert_eq!((tally.unique, tally.duplicates, tally.missing), (3, 1, 5));
        // Late, but it arrives; one's own and another document's do not count.
        tally.receive(&schedule, &mut receiver, schedule.until(), 2, 3);
        tally.receive(&schedule, &mut receiver, schedule.until(), 0, 3);
        tally.receive(&schedule, &mut receiver, schedule.until(), 9, 3);
        assert_eq!((tally.unique, tally.missing, tally.foreign), (4, 4, 1));
    }

    #[test]
    fn a_number_is_new_once_however_long_the_run() {
        let mut pair = Pair::default();
        for number in 0..1_000 {
            assert!(pair.see(number), "{number}");
            assert!(!pair.see(number), "{number}");
        }
        assert!(pair.see(5_000) && pair.see(4_990) && !pair.see(4_990));
        assert!(!pair.see(3));
    }

    #[test]
    fn a_sender_whose_states_are_always_old_is_starved() {
        let (schedule, mut receiver, mut tally) = scene(Kind::Cursors);
        for number in 1..5 {
            let fresh = schedule.intended(1, number) + Duration::from_millis(40);
            tally.receive(&schedule, &mut receiver, fresh, 1, number);
            let old = schedule.intended(2, number) + SECOND * 2;
            tally.receive(&schedule, &mut receiver, old, 2, number);
        }
        tally.finish(&receiver);
        assert_eq!((tally.starved, tally.missing), (1, 0));
        assert!(quantile_ms(&tally.gaps, 0.5) >= 990.0);
    }
}
