//! How far it is, and the line that remains of it.

use std::process::Command;
use std::time::{Duration, Instant};

use waymark_tests::{Outcome, Tally};

/// So often a line tells how far it is.
const EVERY: Duration = Duration::from_secs(10);

/// Counts of what was run.
pub(crate) struct Progress {
    wanted: u64,
    done: u64,
    failures: u64,
    happenings: u64,
    faults: Tally,
    begun: Instant,
    told: Instant,
}

impl Progress {
    pub(crate) fn new(wanted: u64) -> Self {
        let now = Instant::now();
        Self {
            wanted,
            done: 0,
            failures: 0,
            happenings: 0,
            faults: Tally::default(),
            begun: now,
            told: now,
        }
    }

    /// A seed kept every promise.
    pub(crate) fn kept(&mut self, outcome: &Outcome) {
        self.happenings += outcome.happenings;
        self.faults.add(&outcome.faults);
        self.done();
    }

    /// A seed did not.
    pub(crate) fn broken(&mut self) {
        self.failures += 1;
        self.done();
    }

    pub(crate) fn failures(&self) -> u64 {
        self.failures
    }

    fn done(&mut self) {
        self.done += 1;
        if self.told.elapsed() >= EVERY {
            self.told = Instant::now();
            println!(
                "{} of {} seeds, {:.0} a second, {} failed",
                self.done,
                self.wanted,
                self.rate(),
                self.failures
            );
        }
    }

    fn rate(&self) -> f64 {
        self.done as f64 / self.begun.elapsed().as_secs_f64().max(0.001)
    }

    /// The line for `docs/evidence.md`.
    pub(crate) fn summary(&self, from: u64, commit: &str) -> String {
        format!(
            "sim: {} seeds from {from}, commit {commit}, {:.0} s, {:.0} a second, {} happenings; \
             faults: {}; failures: {}",
            self.done,
            self.begun.elapsed().as_secs_f64(),
            self.rate(),
            self.happenings,
            self.faults,
            self.failures
        )
    }
}

/// The commit that is checked out, as far as git knows.
pub(crate) fn commit() -> String {
    let output = Command::new("git")
        .args(["describe", "--always", "--dirty"])
        .output();
    match output {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        }
        _ => "unknown".to_owned(),
    }
}
