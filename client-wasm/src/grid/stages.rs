//! Splitting and merging stages, and making several stages or steps from names.

use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::edit::Place;
use waymark_model::ids::{StageId, StepId};

use super::board::Board;
use super::spot::Spot;
use super::structure::{NEW_STAGE, NEW_STEP};
use crate::dom;
use crate::talk::me;

impl Board {
    /// Whether a step stands after another of its stage, so that the stage can be split
    /// there.
    pub(crate) fn can_split(&self, at: &StepId) -> bool {
        let grid = self.grid();
        let place = |column: &waymark_model::grid::Column| column.step.as_ref() == Some(at);
        let column = grid.columns.iter().position(place);
        column.is_some_and(|column| grid.stages.iter().all(|stage| stage.first_column != column))
    }

    /// The step and those after it become a stage of their own, which asks for its name.
    pub(crate) fn split_stage(&self, at: &StepId) {
        let id = StageId::from_random(self.state.random());
        let edit = Edit::SplitStage {
            at: at.clone(),
            id: id.clone(),
            title: NEW_STAGE.to_owned(),
        };
        if self.state.edit(edit).is_ok() {
            self.name_new(Spot::Stage(id));
        }
    }

    /// The stage beside a stage.
    pub(crate) fn stage_beside(&self, id: &StageId, next: bool) -> Option<StageId> {
        let grid = self.grid();
        let at = grid.stages.iter().position(|span| span.stage == *id)?;
        let to = if next { at + 1 } else { at.checked_sub(1)? };
        grid.stages.get(to).map(|span| span.stage.clone())
    }

    /// Merges a stage with the one after it, or the one before: both names that people
    /// know stay where they are, so the earlier stage takes the steps of the later.
    pub(crate) fn merge_stage(&self, id: &StageId, next: bool) {
        let Some(other) = self.stage_beside(id, next) else {
            return;
        };
        let (into, from) = if next { (id, &other) } else { (&other, id) };
        let map = self.state.map();
        let title = |id: &StageId| {
            let stage = map.stages.iter().find(|stage| stage.id == *id);
            stage.map_or_else(String::new, |stage| stage.title.clone())
        };
        let edit = Edit::MergeStage {
            id: from.clone(),
            into: into.clone(),
            by: me::person().to_string(),
            at: dom::unix_now(),
        };
        if self.state.edit(edit).is_ok() {
            let said = format!("Merged stage “{}” into “{}”", title(from), title(into));
            self.settle(Spot::Stage(into.clone()), true);
            self.state.toast(said);
        }
    }

    /// Makes stages or steps of these names after a header, as one undo step.
    pub(crate) fn make_after(&self, spot: &Spot, names: &[String]) {
        let mut edits = Vec::new();
        let mut first = None;
        match spot {
            Spot::Stage(after) => {
                let mut place = Place::After(after.clone());
                for name in names {
                    let id = StageId::from_random(self.state.random());
                    edits.push(Edit::AddStage {
                        id: id.clone(),
                        title: name.clone(),
                        place,
                    });
                    edits.push(Edit::AddStep {
                        id: StepId::from_random(self.state.random()),
                        stage: id.clone(),
                        title: NEW_STEP.to_owned(),
                        place: Place::Last,
                    });
                    first.get_or_insert(Spot::Stage(id.clone()));
                    place = Place::After(id);
                }
            }
            Spot::Step(_) | Spot::Gap(_) => {
                let (stage, mut place) = match spot {
                    Spot::Step(after) => match self.stage_of(after) {
                        Some(stage) => (stage, Place::After(after.clone())),
                        None => return,
                    },
                    Spot::Gap(stage) => (stage.clone(), Place::First),
                    _ => return,
                };
                for name in names {
                    let id = StepId::from_random(self.state.random());
                    edits.push(Edit::AddStep {
                        id: id.clone(),
                        stage: stage.clone(),
                        title: name.clone(),
                        place,
                    });
                    first.get_or_insert(Spot::Step(id.clone()));
                    place = Place::After(id);
                }
            }
            _ => return,
        }
        self.popup.set(None);
        if self.state.edit_all(edits).is_ok()
            && let Some(first) = first
        {
            self.state
                .announce(format!("Made {}", counted(spot, names.len())));
            self.settle(first, true);
        }
    }
}

/// "3 steps" or "1 stage": what names make after a header.
pub(crate) fn counted(spot: &Spot, count: usize) -> String {
    let noun = if matches!(spot, Spot::Stage(_)) {
        "stage"
    } else {
        "step"
    };
    match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}
