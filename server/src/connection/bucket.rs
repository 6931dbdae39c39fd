//! How fast a connection may send.

use std::time::Duration;

use tokio::time::Instant;
use waymark_sync::CloseReason;

use crate::config::Config;

/// A token bucket that slows down by waiting: while we do not read, TCP slows the sender.
#[derive(Debug)]
pub(super) struct Bucket {
    per_second: f64,
    burst: f64,
    patience: Duration,
    tokens: f64,
    filled_at: Instant,
    held_back_since: Option<Instant>,
}

impl Bucket {
    pub(super) fn new(config: &Config) -> Self {
        let burst = f64::from(config.frames_burst);
        Self {
            per_second: f64::from(config.frames_per_second),
            burst,
            patience: Duration::from_secs(config.frames_patience_seconds.into()),
            tokens: burst,
            filled_at: Instant::now(),
            held_back_since: None,
        }
    }

    /// Waits until one more message may be taken.
    pub(super) async fn take(&mut self) -> Result<(), CloseReason> {
        self.fill();
        if self.tokens >= self.burst / 2.0 {
            self.held_back_since = None;
        }
        if self.tokens < 1.0 {
            let since = *self.held_back_since.get_or_insert(self.filled_at);
            if since.elapsed() > self.patience {
                return Err(CloseReason::TooFast);
            }
            let missing = (1.0 - self.tokens) / self.per_second;
            tokio::time::sleep(Duration::from_secs_f64(missing)).await;
            self.fill();
        }
        self.tokens -= 1.0;
        Ok(())
    }

    fn fill(&mut self) {
        let now = Instant::now();
        let passed = now.duration_since(self.filled_at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second).min(self.burst);
        self.filled_at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket() -> Bucket {
        Bucket::new(&Config {
            frames_per_second: 10,
            frames_burst: 20,
            frames_patience_seconds: 30,
            ..Config::default()
        })
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_at_once_and_what_follows_at_the_rate() {
        let mut bucket = bucket();
        let start = Instant::now();
        for _ in 0..20 {
            bucket.take().await.unwrap();
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        for _ in 0..10 {
            bucket.take().await.unwrap();
        }
        let took = start.elapsed();
        assert!(
            took >= Duration::from_millis(990) && took <= Duration::from_millis(1100),
            "{took:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_sender_that_never_pauses_is_closed_and_one_that_pauses_is_not() {
        let mut bucket = bucket();
        let mut taken = 0;
        while bucket.take().await.is_ok() {
            taken += 1;
            assert!(taken < 1_000, "never closed");
        }
        assert!(taken >= 300, "closed too early: {taken}");
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(bucket.take().await, Ok(()));
    }
}
