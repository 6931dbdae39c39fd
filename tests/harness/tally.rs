//! How often each fault really happened: a plan that names a fault may never reach it.

use std::collections::BTreeMap;
use std::fmt;

/// Counts by the name of what happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    counts: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// It happened once more.
    pub(crate) fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// Adds the counts of another world.
    pub fn add(&mut self, other: &Self) {
        for (what, count) in &other.counts {
            *self.counts.entry(what).or_default() += count;
        }
    }

    /// How often it happened.
    pub fn of(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or_default()
    }
}

/// `name 12, other name 3`.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (what, count)) in self.counts.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{what} {count}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_several_worlds_are_added() {
        let mut one = Tally::default();
        one.count("cut");
        let mut two = one.clone();
        two.count("crash");
        two.count("cut");
        one.add(&two);
        assert_eq!((one.of("cut"), one.of("crash"), one.of("flood")), (3, 1, 0));
        assert_eq!(one.to_string(), "crash 1, cut 3");
    }
}
