//! When everybody means to send, fixed before the first message: a slow server cannot make
//! the load wait for it, and its slowness counts from the intended time.

use std::time::{Duration, Instant};

/// The plan of one run: every person sends once a period, at a place in it of their own.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    start: Instant,
    period: Duration,
    /// When in the period each person sends.
    phases: Vec<Duration>,
    /// The first number that is measured; those before warm up.
    first: u32,
    /// The number after the last.
    end: u32,
}

impl Schedule {
    /// `warm_up` and `measure` are rounded to whole periods, at least one.
    pub(crate) fn new(
        start: Instant,
        people: usize,
        period: Duration,
        warm_up: Duration,
        measure: Duration,
    ) -> Self {
        let periods =
            |time: Duration| (time.as_secs_f64() / period.as_secs_f64()).round().max(1.0) as u32;
        let first = periods(warm_up);
        Self {
            start,
            period,
            phases: (0..people).map(|person| phase(person, period)).collect(),
            first,
            end: first + periods(measure),
        }
    }

    /// When a person means to send their `number`-th message.
    pub(crate) fn intended(&self, person: u32, number: u32) -> Instant {
        self.start + self.phases[person as usize] + self.period * number
    }

    /// Whether a message is measured: neither part of the warm-up nor of another run.
    pub(crate) fn is_measured(&self, number: u32) -> bool {
        (self.first..self.end).contains(&number)
    }

    /// Whether it is the last of its sender.
    pub(crate) fn is_last(&self, number: u32) -> bool {
        number + 1 == self.end
    }

    /// Measured messages of one person.
    pub(crate) fn measured(&self) -> u32 {
        self.end - self.first
    }

    /// When the measured part begins.
    pub(crate) fn measure_from(&self) -> Instant {
        self.start + self.period * self.first
    }

    /// When the last message is due at the latest.
    pub(crate) fn until(&self) -> Instant {
        self.start + self.period * self.end
    }

    /// Every message with its intended time, in that order.
    pub(crate) fn messages(&self) -> impl Iterator<Item = (Instant, u32, u32)> {
        let mut order: Vec<u32> = (0..self.phases.len() as u32).collect();
        order.sort_by_key(|person| self.phases[*person as usize]);
        (0..self.end).flat_map(move |number| {
            order
                .clone()
                .into_iter()
                .map(move |person| (self.intended(person, number), person, number))
        })
    }
}

/// Spread over the period without a pattern, as people are, and the same in every run.
fn phase(person: usize, period: Duration) -> Duration {
    let mixed = (person as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    period.mul_f64((mixed >> 11) as f64 / (1_u64 << 53) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule() -> Schedule {
        let second = Duration::from_secs(1);
        Schedule::new(Instant::now(), 100, second / 2, second, second * 3)
    }

    #[test]
    fn everybody_sends_once_a_period_in_the_order_of_time() {
        let schedule = schedule();
        let all: Vec<_> = schedule.messages().collect();
        assert_eq!(all.len(), 100 * 8);
        assert!(all.is_sorted_by_key(|(at, ..)| *at));
        assert!(all.iter().all(|(at, ..)| *at < schedule.until()));
        let measured = all.iter().filter(|m| schedule.is_measured(m.2)).count();
        assert_eq!(measured, 100 * schedule.measured() as usize);
        let warm = all.iter().filter(|m| m.0 < schedule.measure_from()).count();
        assert_eq!(warm, 200);
    }

    #[test]
    fn people_are_spread_over_the_period() {
        let schedule = schedule();
        let early = schedule.phases.iter().filter(|p| **p < schedule.period / 2);
        assert!((30..70).contains(&early.count()));
    }
}
