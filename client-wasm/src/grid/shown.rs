//! The step that is shown where one is shown at a time: on a phone and in the story.

use leptos::prelude::*;
use waymark_model::ids::StepId;

use super::board::Board;

/// The steps in the order of the journey, and the one that is shown. `Copy`.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    pub(crate) steps: Memo<Vec<StepId>>,
    /// The chosen step, or the first when it is gone.
    pub(crate) step: Memo<Option<StepId>>,
}

impl Shown {
    pub(crate) fn new(board: Board) -> Self {
        let steps = Memo::new(move |_| {
            board.layout.with(|grid| {
                let steps = grid.columns.iter().filter_map(|column| column.step.clone());
                steps.collect::<Vec<_>>()
            })
        });
        let step = Memo::new(move |_| {
            let chosen = board.shown.get();
            steps.with(|steps| {
                let chosen = chosen.filter(|step| steps.contains(step));
                chosen.or_else(|| steps.first().cloned())
            })
        });
        Self { steps, step }
    }
}

/// Where a step is among the steps; the first when it is gone.
pub(crate) fn place_of(steps: Memo<Vec<StepId>>, step: &StepId) -> usize {
    steps.with(|steps| steps.iter().position(|other| other == step).unwrap_or(0))
}

impl Board {
    /// The step so many places further than the one that is shown.
    pub(crate) fn step_beside(&self, steps: &[StepId], by: isize) -> Option<StepId> {
        let shown = self.shown.get_untracked();
        let now = shown.and_then(|step| steps.iter().position(|other| *other == step));
        let next = now.unwrap_or(0).checked_add_signed(by)?;
        steps.get(next).cloned()
    }
}
