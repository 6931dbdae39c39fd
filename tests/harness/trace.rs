//! What happened in a world, in order: its digest proves that a run can be repeated.

use std::collections::VecDeque;
use std::fmt;

use waymark_sync::Timestamp;

use crate::rng::mix;

/// How many of the last lines are kept to be shown with a failure.
const KEPT_LINES: usize = 400;

/// The running digest of everything that happened, and its last lines.
///
/// Words cost more than everything else in a world. A *terse* trace writes none: its
/// digest is made of moments and numbers only, and whoever wants to read what happened
/// runs the same seed again.
#[derive(Debug, Default)]
pub struct Trace {
    digest: u64,
    count: u64,
    terse: bool,
    lines: VecDeque<String>,
}

impl Trace {
    /// A trace without words.
    pub(crate) fn terse() -> Self {
        Self {
            terse: true,
            ..Self::default()
        }
    }

    /// Whether words are left out.
    pub(crate) fn is_terse(&self) -> bool {
        self.terse
    }

    /// Adds a number to the digest.
    pub(crate) fn number(&mut self, number: u64) {
        self.digest = mix(self.digest ^ number);
    }

    /// Adds one happening.
    pub(crate) fn record(&mut self, now: Timestamp, what: fmt::Arguments<'_>) {
        if self.terse {
            self.count += 1;
            self.number(now.0);
            return;
        }
        let line = format!("{:>8} {what}", now.0);
        self.digest = mix(self.digest ^ digest(line.as_bytes()));
        self.count += 1;
        if self.lines.len() == KEPT_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    /// Equal digests mean that the same things happened in the same order.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// How many things happened.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The last lines, oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// The last `count` lines as one text.
    pub fn tail(&self, count: usize) -> String {
        let skipped = self.lines.len().saturating_sub(count);
        self.lines
            .iter()
            .skip(skipped)
            .fold(String::new(), |mut text, line| {
                text.push_str(line);
                text.push('\n');
                text
            })
    }
}

/// FNV-1a: the digest of some bytes.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// A digest that does not depend on the order of the bytes: yrs keeps plain values with
/// several keys in hash maps, so that equal updates may name the keys in another order.
pub(crate) fn digest_of_all(bytes: &[u8]) -> u64 {
    let spread = |byte: &u8| mix(u64::from(*byte) + 1);
    bytes
        .iter()
        .map(spread)
        .fold(bytes.len() as u64, u64::wrapping_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_depends_on_what_happened_and_on_its_order() {
        let of = |lines: &[&str]| {
            let mut trace = Trace::default();
            for line in lines {
                trace.record(Timestamp(1), format_args!("{line}"));
            }
            trace.digest()
        };
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["b", "a"]));
        assert_ne!(of(&["a"]), of(&["a", "b"]));
    }
}
