//! What the person at the terminal is told while they wait.

use std::time::{Duration, Instant};

/// Numbered phases of one command: `[2/4] building the client …`.
#[derive(Debug)]
pub(crate) struct Progress {
    total: usize,
    done: usize,
}

impl Progress {
    /// Announces `total` phases.
    pub(crate) fn new(total: usize) -> Self {
        Self { total, done: 0 }
    }

    /// Begins the next phase and says so.
    pub(crate) fn phase(&mut self, what: &str) {
        self.done += 1;
        println!("[{}/{}] {what}", self.done, self.total);
    }
}

/// One indented line below a phase.
pub(crate) fn detail(text: impl std::fmt::Display) {
    println!("      {text}");
}

/// Measures how long `work` takes.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = work();
    (value, start.elapsed())
}

/// A duration as a person says it: `7.4 s`, `2 min 05 s`.
pub(crate) fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

/// A number of bytes as a person says it: `812 KiB`.
pub(crate) fn size(bytes: u64) -> String {
    if bytes < 1024 {
        format!("{bytes} B")
    } else {
        format!("{} KiB", bytes.div_ceil(1024))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_a_person_says_them() {
        assert_eq!(spoken(Duration::from_millis(7_440)), "7.4 s");
        assert_eq!(spoken(Duration::from_secs(125)), "2 min 05 s");
    }

    #[test]
    fn sizes_round_up_to_whole_kibibytes() {
        assert_eq!(size(1023), "1023 B");
        assert_eq!(size(1025), "2 KiB");
    }
}
