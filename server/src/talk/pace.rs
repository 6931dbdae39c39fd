//! How much somebody may say in a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use waymark_model::ids::PersonId;
use waymark_sync::Timestamp;

/// How many people are remembered; those who have said nothing for longest go first.
const REMEMBERED: usize = 10_000;

/// A bucket for each person: so many commands at once, as many again within a minute.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    per_minute: f64,
    buckets: Arc<Mutex<HashMap<PersonId, Bucket>>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Pace {
    pub(super) fn new(per_minute: u32) -> Self {
        Self {
            per_minute: f64::from(per_minute),
            buckets: Arc::default(),
        }
    }

    /// Takes one command; else in how many seconds the next may come.
    pub(super) fn take(&self, person: &PersonId, now: Timestamp) -> Result<(), u64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= REMEMBERED && !buckets.contains_key(person) {
            // Whoever was silent for a minute has a full bucket anyway.
            buckets.retain(|_, bucket| now.0.saturating_sub(bucket.at.0) < 60_000);
            if buckets.len() >= REMEMBERED {
                return Err(60);
            }
        }
        let full = Bucket {
            left: self.per_minute,
            at: now,
        };
        let bucket = buckets.entry(person.clone()).or_insert(full);
        let passed = now.0.saturating_sub(bucket.at.0) as f64 / 60_000.0;
        bucket.left = (bucket.left + passed * self.per_minute).min(self.per_minute);
        bucket.at = now;
        if bucket.left < 1.0 {
            let seconds = (1.0 - bucket.left) * 60.0 / self.per_minute;
            return Err((seconds.ceil() as u64).max(1));
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_too_much_waits_and_nobody_else_does() {
        let pace = Pace::new(60);
        let [ana, ben] = ["ana", "ben"].map(|id| PersonId::parse(id).unwrap());
        let start = Timestamp(1_000_000);
        for _ in 0..60 {
            assert_eq!(pace.take(&ana, start), Ok(()));
        }
        assert_eq!(pace.take(&ana, start), Err(1));
        assert_eq!(pace.take(&ben, start), Ok(()));
        assert_eq!(pace.take(&ana, Timestamp(start.0 + 1_000)), Ok(()));
        assert_eq!(pace.take(&ana, Timestamp(start.0 + 1_500)), Err(1));
    }
}
