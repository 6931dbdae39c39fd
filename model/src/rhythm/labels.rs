//! The words drawn on the sentiment line.

use super::{RAPID_DROP, Rhythm, Run, SAWTOOTH_CHANGES, of_values, values};
use crate::ids::{PersonaId, StepId};
use crate::map::JourneyMap;

/// What a label on the sentiment line points out.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// A rapid drop, by this much below the value before (negative).
    Drop(f64),
    /// A run that is lower than what is beside it.
    Trough(Run),
    /// A run that is higher than what is beside it.
    Peak(Run),
    /// A run that goes up and down in turn.
    Sawtooth(Run),
}

/// A label at a step of the sentiment line.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// The step it stands at: for a run, its first.
    pub step: StepId,
    /// What it points out.
    pub pattern: Pattern,
}

impl Label {
    /// What is drawn: "Drop −3", "Trough", "Peak", "Sawtooth".
    pub fn text(&self) -> String {
        match &self.pattern {
            Pattern::Drop(delta) => format!("Drop −{}", delta.abs()),
            Pattern::Trough(_) => "Trough".to_owned(),
            Pattern::Peak(_) => "Peak".to_owned(),
            Pattern::Sawtooth(_) => "Sawtooth".to_owned(),
        }
    }

    /// The rule behind it, as one sentence.
    pub fn rule(&self) -> String {
        match &self.pattern {
            Pattern::Drop(_) => format!("At least {RAPID_DROP} points below the step before."),
            Pattern::Trough(_) => "At −1 or lower, and lower than what is beside it.".to_owned(),
            Pattern::Peak(_) => "At +1 or higher, and higher than what is beside it.".to_owned(),
            Pattern::Sawtooth(_) => {
                format!("At least {SAWTOOTH_CHANGES} changes in a row, up and down in turn.")
            }
        }
    }

    /// The run it is about; a drop is about its own step only.
    pub fn run(&self) -> Option<&Run> {
        match &self.pattern {
            Pattern::Drop(_) => None,
            Pattern::Trough(run) | Pattern::Peak(run) | Pattern::Sawtooth(run) => Some(run),
        }
    }
}

/// The labels of one persona's sentiment line, in step order.
pub fn labels(map: &JourneyMap, persona: &PersonaId) -> Vec<Label> {
    let values = values(map, persona);
    let Rhythm {
        rapid_drops,
        troughs,
        peaks,
        sawtooth,
        ..
    } = of_values(&values);
    let mut labels = Vec::new();
    for (i, (step, value)) in values.iter().enumerate() {
        let mut label = |pattern| {
            labels.push(Label {
                step: step.clone(),
                pattern,
            })
        };
        let starting = |runs: &[Run]| runs.iter().find(|run| run.first == *step).cloned();
        if let Some(run) = starting(&sawtooth) {
            label(Pattern::Sawtooth(run));
        }
        if let Some(before) = i.checked_sub(1).filter(|_| rapid_drops.contains(step)) {
            label(Pattern::Drop(value - values[before].1));
        }
        if let Some(run) = starting(&troughs) {
            label(Pattern::Trough(run));
        }
        if let Some(run) = starting(&peaks) {
            label(Pattern::Peak(run));
        }
    }
    labels
}
