//! The names of the patterns on the curve, and where they are written.

use std::collections::HashMap;

use waymark_model::ids::StepId;
use waymark_model::rhythm::{Rhythm, Run};

use super::plot::{BRACKET, FACE, FLAGS, Plot, signed};

/// A pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pattern {
    Drop,
    Trough,
    Peak,
    Sawtooth,
}

impl Pattern {
    pub(crate) fn icon(self) -> &'static str {
        match self {
            Self::Drop => "trending-down",
            Self::Trough => "arrow-down-to-dot",
            Self::Peak => "mountain",
            Self::Sawtooth => "activity",
        }
    }

    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Drop => "flag flag-drop",
            Self::Trough => "flag flag-trough",
            Self::Peak => "flag flag-peak",
            Self::Sawtooth => "flag flag-sawtooth",
        }
    }

    /// The rule behind it, in words.
    pub(crate) fn rule(self) -> &'static str {
        match self {
            Self::Drop => "Sharp drop: at least 2 points lower than the step before.",
            Self::Trough => "Trough: −1 or lower, and lower than the steps on both sides.",
            Self::Peak => "Peak: +1 or higher, and higher than the steps on both sides.",
            Self::Sawtooth => {
                "Sawtooth: the feeling goes up and down at least four times in a row."
            }
        }
    }
}

/// One label on the curve. Its middle is at `x`, its top at `y`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Flag {
    pub(crate) pattern: Pattern,
    pub(crate) text: String,
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// The stretch a sawtooth's bracket spans.
    pub(crate) span: Option<(f64, f64)>,
    /// The steps it is about.
    pub(crate) steps: Vec<StepId>,
    /// Whether there is room for the words; the icon alone is shown otherwise.
    pub(crate) words: bool,
}

impl Flag {
    /// A guess of its width that is never too small.
    fn width(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "labels are short")]
        let letters = self.text.chars().count() as f64;
        if self.words {
            letters * 6.4 + 34.0
        } else {
            26.0
        }
    }

    fn meets(&self, other: &Self) -> bool {
        let apart = (self.width() + other.width()) / 2.0 + 4.0;
        (self.x - other.x).abs() < apart && (self.y - other.y).abs() < FLAGS
    }
}

/// The flags of a line. `columns` says where each step is.
///
/// Drops stand in the row above the highest level, because the line comes down beside
/// them; peaks right above their face, troughs right below. Where two would meet, the
/// peak or trough shows its icon only.
pub(crate) fn flags(
    rhythm: &Rhythm,
    values: &[(StepId, Option<f64>)],
    columns: &HashMap<StepId, usize>,
    plot: &Plot,
) -> Vec<Flag> {
    let value = |step: &StepId| {
        values
            .iter()
            .find(|(id, _)| id == step)
            .and_then(|(_, value)| *value)
    };
    let middle = |run: &Run| {
        Some((plot.x(*columns.get(&run.first)?) + plot.x(*columns.get(&run.last)?)) / 2.0)
    };
    let of_run = |run: &Run| vec![run.first.clone(), run.last.clone()];
    let new = |pattern, text: String, x, y, steps| Flag {
        steps,
        pattern,
        text,
        x,
        y,
        span: None,
        words: true,
    };
    let mut flags = Vec::new();
    for run in &rhythm.sawtooth {
        let (Some(first), Some(last)) = (columns.get(&run.first), columns.get(&run.last)) else {
            continue;
        };
        let span = (plot.x(*first), plot.x(*last));
        let flag = new(
            Pattern::Sawtooth,
            "Sawtooth".to_owned(),
            (span.0 + span.1) / 2.0,
            2.0,
            vec![run.first.clone()],
        );
        flags.push(Flag {
            span: Some(span),
            ..flag
        });
    }
    for step in &rhythm.rapid_drops {
        let (Some(column), Some(fall)) = (columns.get(step), fall(values, step)) else {
            continue;
        };
        let y = plot.top - FACE - FLAGS - 3.0;
        flags.push(new(
            Pattern::Drop,
            format!("Sharp drop {}", signed(fall)),
            plot.x(*column),
            y,
            vec![step.clone()],
        ));
    }
    for run in &rhythm.peaks {
        let (Some(x), Some(value)) = (middle(run), value(&run.first)) else {
            continue;
        };
        flags.push(new(
            Pattern::Peak,
            "Peak".to_owned(),
            x,
            plot.y(value) - FACE - FLAGS - 3.0,
            of_run(run),
        ));
    }
    for run in &rhythm.troughs {
        let (Some(x), Some(value)) = (middle(run), value(&run.first)) else {
            continue;
        };
        flags.push(new(
            Pattern::Trough,
            "Trough".to_owned(),
            x,
            plot.y(value) + FACE + 3.0,
            of_run(run),
        ));
    }
    make_room(&mut flags);
    flags
}

/// Earlier flags matter more: a later one that meets an earlier one loses its words, and
/// goes altogether when even its icon has no room.
fn make_room(flags: &mut Vec<Flag>) {
    let mut placed: Vec<Flag> = Vec::new();
    for mut flag in flags.drain(..) {
        if placed.iter().any(|other| flag.meets(other)) {
            flag.words = false;
        }
        if !placed.iter().any(|other| flag.meets(other)) {
            placed.push(flag);
        }
    }
    *flags = placed;
}

/// How far the line falls to a step from the value before it.
fn fall(values: &[(StepId, Option<f64>)], step: &StepId) -> Option<f64> {
    let at = values.iter().position(|(id, _)| id == step)?;
    let before = values[..at].iter().rev().find_map(|(_, value)| *value)?;
    Some(values[at].1? - before)
}

/// The curve in sentences, for those who do not see it. `name` gives a step's title.
pub(crate) fn summary(
    rhythm: &Rhythm,
    values: &[(StepId, Option<f64>)],
    name: impl Fn(&StepId) -> String,
) -> String {
    let value = |step: &StepId| {
        values
            .iter()
            .find(|(id, _)| id == step)
            .and_then(|(_, value)| *value)
    };
    let known = values.iter().filter(|(_, value)| value.is_some()).count();
    if known == 0 {
        return "No feelings set yet.".to_owned();
    }
    let list = |steps: &[StepId]| steps.iter().map(&name).collect::<Vec<_>>().join("; ");
    let runs = |runs: &[Run]| {
        let named = runs.iter().map(|run| {
            if run.first == run.last {
                name(&run.first)
            } else {
                format!("{} to {}", name(&run.first), name(&run.last))
            }
        });
        named.collect::<Vec<_>>().join("; ")
    };
    let mut lines = vec![format!(
        "Feelings set at {known} of {} steps.",
        values.len()
    )];
    let extreme = |label: &str, steps: &[StepId]| {
        let number = steps.first().and_then(value)?;
        Some(format!("{label}, {}: {}.", signed(number), list(steps)))
    };
    lines.extend(extreme("Lowest", &rhythm.lowest));
    lines.extend(extreme("Highest", &rhythm.highest));
    let mut tell = |label: &str, names: String| {
        if !names.is_empty() {
            lines.push(format!("{label}: {names}."));
        }
    };
    tell("Sharp drops", list(&rhythm.rapid_drops));
    tell("Troughs", runs(&rhythm.troughs));
    tell("Peaks", runs(&rhythm.peaks));
    tell("Sawtooth", runs(&rhythm.sawtooth));
    if let Some(end) = rhythm.end {
        lines.push(format!("It ends at {}.", signed(end)));
    }
    lines.join(" ")
}

/// The room brackets need, if there are any.
pub(crate) fn needs_bracket(rhythm: &Rhythm) -> bool {
    !rhythm.sawtooth.is_empty() && BRACKET > 0.0
}

#[cfg(test)]
#[path = "flags_tests.rs"]
mod tests;
