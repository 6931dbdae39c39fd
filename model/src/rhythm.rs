//! The rhythm of a journey: patterns on the sentiment line (`model.md` section 5).

mod labels;

use std::fmt;

pub use self::labels::{Label, Pattern, labels};
use crate::ids::{PersonaId, StepId};
use crate::map::JourneyMap;

/// A run of neighbouring steps, first and last (equal for a single step).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its first step.
    pub first: StepId,
    /// Its last step.
    pub last: StepId,
}

/// What the sentiment line shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rhythm {
    /// Mean of all values; `None` without values.
    pub mean: Option<f64>,
    /// The steps with the lowest value.
    pub lowest: Vec<StepId>,
    /// The steps with the highest value.
    pub highest: Vec<StepId>,
    /// Steps at least 2 points below the step before them.
    pub rapid_drops: Vec<StepId>,
    /// Runs at −1 or lower that are lower than both neighbours.
    pub troughs: Vec<Run>,
    /// Runs at +1 or higher that are higher than both neighbours.
    pub peaks: Vec<Run>,
    /// Runs of at least four consecutive changes with alternating sign.
    pub sawtooth: Vec<Run>,
    /// The last value.
    pub end: Option<f64>,
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first == self.last {
            true => write!(f, "{}", self.first),
            false => write!(f, "{}-{}", self.first, self.last),
        }
    }
}

/// A step at least this many points below the one before is a rapid drop.
pub const RAPID_DROP: f64 = 2.0;
/// A trough is at this value or lower.
pub const TROUGH: f64 = -1.0;
/// A peak is at this value or higher.
pub const PEAK: f64 = 1.0;
/// A sawtooth has at least this many changes in turn up and down.
pub const SAWTOOTH_CHANGES: usize = 4;

/// Analyses the settled values of one persona, in step order.
pub fn of(map: &JourneyMap, persona: &PersonaId) -> Rhythm {
    of_values(&values(map, persona))
}

/// The settled values of one persona in step order; steps without a value are passed
/// over, so that neighbours are those that have one.
pub(crate) fn values(map: &JourneyMap, persona: &PersonaId) -> Vec<(StepId, f64)> {
    map.steps
        .iter()
        .filter_map(|step| {
            let value = *map.emotions.get(&(step.id.clone(), persona.clone()))?;
            Some((step.id.clone(), value))
        })
        .collect()
}

/// Analyses values in step order.
pub fn of_values(values: &[(StepId, f64)]) -> Rhythm {
    let Some((_, end)) = values.last() else {
        return Rhythm::default();
    };
    let sum: f64 = values.iter().map(|(_, value)| value).sum();
    let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
    for (_, value) in values {
        (min, max) = (min.min(*value), max.max(*value));
    }
    let at = |wanted: f64| {
        values
            .iter()
            .filter(|(_, value)| *value == wanted)
            .map(|(id, _)| id.clone())
            .collect()
    };
    Rhythm {
        mean: Some(sum / values.len() as f64),
        lowest: at(min),
        highest: at(max),
        rapid_drops: values
            .windows(2)
            .filter(|pair| pair[1].1 - pair[0].1 <= -RAPID_DROP)
            .map(|pair| pair[1].0.clone())
            .collect(),
        troughs: extremes(values, |value| -value, -TROUGH),
        peaks: extremes(values, |value| value, PEAK),
        sawtooth: sawtooth(values),
        end: Some(*end),
    }
}

/// Runs of equal values, at `least` or higher, that are higher than what is beside
/// them. At an end there is only one neighbour; a line that never changes has none,
/// and no extreme.
fn extremes(values: &[(StepId, f64)], height: impl Fn(f64) -> f64, least: f64) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut rest = values.chunk_by(|a, b| a.1 == b.1).peekable();
    let mut before: Option<f64> = None;
    while let Some(run) = rest.next() {
        let here = height(run[0].1);
        let after = rest.peek().map(|next| height(next[0].1));
        let neighbours = [before, after];
        if here >= least
            && neighbours.iter().any(Option::is_some)
            && neighbours.iter().flatten().all(|beside| *beside < here)
        {
            runs.push(Run {
                first: run[0].0.clone(),
                last: run[run.len() - 1].0.clone(),
            });
        }
        before = Some(here);
    }
    runs
}

fn sawtooth(values: &[(StepId, f64)]) -> Vec<Run> {
    let changes: Vec<f64> = values
        .windows(2)
        .map(|pair| pair[1].1 - pair[0].1)
        .collect();
    let turns = |a: f64, b: f64| (a > 0.0 && b < 0.0) || (a < 0.0 && b > 0.0);
    let mut runs = Vec::new();
    let mut start = 0;
    for end in 1..=changes.len() {
        if end < changes.len() && turns(changes[end - 1], changes[end]) {
            continue;
        }
        if end - start >= SAWTOOTH_CHANGES {
            runs.push(Run {
                first: values[start].0.clone(),
                last: values[end].0.clone(),
            });
        }
        start = end;
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::{Label, Pattern, Rhythm, Run, labels, of, of_values};
    use crate::edit::tests::{demo, step};
    use crate::ids::StepId;

    fn line(values: &[f64]) -> Vec<(StepId, f64)> {
        values
            .iter()
            .enumerate()
            .map(|(i, value)| (step(&format!("s{i}")), *value))
            .collect()
    }

    fn runs(runs: &[Run]) -> Vec<String> {
        runs.iter().map(Run::to_string).collect()
    }

    #[test]
    fn a_line_without_values_shows_nothing() {
        assert_eq!(of_values(&[]), Rhythm::default());
    }

    #[test]
    fn a_line_that_never_changes_has_neither_trough_nor_peak() {
        for level in [-2.0, 2.0] {
            let rhythm = of_values(&line(&[level; 3]));
            assert_eq!((rhythm.troughs, rhythm.peaks), (vec![], vec![]));
            assert_eq!((rhythm.mean, rhythm.end), (Some(level), Some(level)));
            assert_eq!(rhythm.lowest.len(), 3);
        }
    }

    #[test]
    fn equal_neighbours_are_one_run_and_an_end_counts_against_its_one_neighbour() {
        let rhythm = of_values(&line(&[-1.0, -1.0, 0.0, 1.0, 1.0, 0.0, -1.0]));
        assert_eq!(runs(&rhythm.troughs), ["s0-s1", "s6"]);
        assert_eq!(runs(&rhythm.peaks), ["s3-s4"]);
        // Not low enough, not high enough, and a step on the way down.
        let rhythm = of_values(&line(&[0.5, -0.5, 0.5, -1.0, -2.0]));
        assert_eq!(runs(&rhythm.troughs), ["s4"]);
        assert!(rhythm.peaks.is_empty());
    }

    #[test]
    fn a_sawtooth_needs_four_changes_in_turn() {
        assert!(of_values(&line(&[0.0, 1.0, 0.0, 1.0])).sawtooth.is_empty());
        assert_eq!(
            runs(&of_values(&line(&[0.0, 1.0, 0.0, 1.0, 0.0])).sawtooth),
            ["s0-s4"]
        );
        assert!(
            of_values(&line(&[0.0, 1.0, 0.0, 0.0, 1.0, 0.0]))
                .sawtooth
                .is_empty()
        );
        // Two runs around a double step down.
        let zigzag = [0.0, 2.0, 1.0, 2.0, 1.0, 0.0, 1.0, 0.0, 1.0];
        assert_eq!(
            runs(&of_values(&line(&zigzag)).sawtooth),
            ["s0-s4", "s4-s8"]
        );
    }

    #[test]
    fn a_step_without_a_value_is_passed_over() {
        let mut map = demo("saas-evaluation");
        let persona = map.personas[0].id.clone();
        // a06 drops by three from a05; without a05 it drops by one from a04.
        assert!(of(&map, &persona).rapid_drops.contains(&step("a06")));
        map.emotions.remove(&(step("a05"), persona.clone()));
        assert!(!of(&map, &persona).rapid_drops.contains(&step("a06")));
    }

    #[test]
    fn labels_stand_at_the_first_step_of_what_they_point_out() {
        let map = demo("saas-evaluation");
        let labels = labels(&map, &map.personas[0].id);
        let at = |id: &str| -> Vec<String> {
            labels
                .iter()
                .filter(|it| it.step == step(id))
                .map(Label::text)
                .collect()
        };
        assert_eq!(at("a01"), ["Sawtooth", "Peak"]);
        assert_eq!(at("a06"), ["Drop −3", "Trough"]);
        assert_eq!(at("a11"), ["Drop −3", "Trough"]);
        assert!(at("a12").is_empty());
        let long = labels
            .iter()
            .find(|it| it.step == step("a11") && it.run().is_some())
            .unwrap();
        assert_eq!(
            long.pattern,
            Pattern::Trough(Run {
                first: step("a11"),
                last: step("a12")
            })
        );
        assert!(labels.iter().all(|label| label.rule().ends_with('.')));
    }
}
