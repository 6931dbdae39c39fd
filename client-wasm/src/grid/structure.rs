//! Adding and renaming stages, steps and lanes; moving anything.

use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::edit::Place;
use waymark_model::grid::CellId;
use waymark_model::ids::{LaneId, StageId, StepId};
use waymark_model::map::Lane;
use waymark_model::vocabulary::LaneKind;

use super::board::Board;
use super::looks::crossed;
use super::moves::{self, Direction, Landing, Moved};
use super::roving::{Motion, go};
use super::spot::Spot;

pub(super) const NEW_STAGE: &str = "New stage";
pub(super) const NEW_STEP: &str = "New step";

impl Board {
    /// Makes stages of these names, each with one step, as one undo step.
    pub(crate) fn make_stages(&self, names: &[String]) {
        let mut edits = Vec::new();
        let mut first = None;
        for name in names {
            let stage = StageId::from_random(self.state.random());
            let step = StepId::from_random(self.state.random());
            first.get_or_insert(step.clone());
            edits.push(Edit::AddStage {
                id: stage.clone(),
                title: name.clone(),
                place: Place::Last,
            });
            edits.push(Edit::AddStep {
                id: step,
                stage,
                title: NEW_STEP.to_owned(),
                place: Place::Last,
            });
        }
        if self.state.edit_all(edits).is_ok() {
            let count = if names.len() == 1 {
                "1 stage".to_owned()
            } else {
                format!("{} stages", names.len())
            };
            self.state
                .announce(format!("Made {count}, each with one step"));
            if let Some(step) = first {
                self.name_new(Spot::Step(step));
            }
        }
    }

    /// Adds a stage with one step and asks for its name.
    pub(crate) fn add_stage(&self, place: Place<StageId>) {
        let id = StageId::from_random(self.state.random());
        let step = StepId::from_random(self.state.random());
        let stage = Edit::AddStage {
            id: id.clone(),
            title: NEW_STAGE.to_owned(),
            place,
        };
        let step = Edit::AddStep {
            id: step,
            stage: id.clone(),
            title: NEW_STEP.to_owned(),
            place: Place::Last,
        };
        if self.state.edit_all(vec![stage, step]).is_ok() {
            self.name_new(Spot::Stage(id));
        }
    }

    /// Adds a step and asks for its name.
    pub(crate) fn add_step(&self, stage: StageId, place: Place<StepId>) {
        let id = StepId::from_random(self.state.random());
        let edit = Edit::AddStep {
            id: id.clone(),
            stage,
            title: NEW_STEP.to_owned(),
            place,
        };
        if self.state.edit(edit).is_ok() {
            self.shown.set(Some(id.clone()));
            self.name_new(Spot::Step(id));
        }
    }

    /// Adds a lane, named after its kind, and asks for a better name.
    pub(crate) fn add_lane(&self, kind: LaneKind, place: Place<LaneId>) {
        let id = LaneId::from_random(self.state.random());
        let edit = Edit::AddLane {
            id: id.clone(),
            kind,
            title: kind.label().to_owned(),
            place,
        };
        if self.state.edit(edit).is_ok() {
            self.name_new(Spot::Lane(id));
        }
    }

    pub(super) fn name_new(&self, spot: Spot) {
        self.popup.set(None);
        self.settle(spot.clone(), false);
        self.start_editing(&spot);
    }

    /// The stage of a step.
    pub(crate) fn stage_of(&self, step: &StepId) -> Option<StageId> {
        let grid = self.grid();
        grid.columns
            .iter()
            .find(|column| column.step.as_ref() == Some(step))
            .map(|column| column.stage.clone())
    }

    /// The header beside a header, for Tab.
    pub(crate) fn beside_header(&self, spot: &Spot, back: bool) -> Option<Spot> {
        let (before, after) = if matches!(spot, Spot::Lane(_)) {
            (Motion::Up, Motion::Down)
        } else {
            (Motion::Left, Motion::Right)
        };
        go(&self.grid(), spot, if back { before } else { after })
            .filter(|next| !matches!(next, Spot::Cell(_)))
    }

    /// Moves something; focus stays on it, it lights up, and the new place is said.
    /// Whether anything changed.
    pub(crate) fn land(&self, moved: &Moved, landing: &Landing) -> bool {
        if let (Moved::Item(item), Landing::Cell { cell, index }) = (moved, landing)
            && self.selection.has_now(item)
            && self.chosen().len() > 1
        {
            return self.land_chosen(item, cell, *index);
        }
        if let (Moved::Group(group, _), Landing::Cell { .. }) = (moved, landing) {
            return self.land_group(group, moved, landing);
        }
        let grid = self.grid();
        let Some(edit) = moves::edit(&grid, moved, landing) else {
            return false;
        };
        let places = moves::places(&grid, moved, landing);
        let before = self.state.map();
        if self.state.edit(edit).is_err() {
            return false;
        }
        self.settle(moved.spot(), true);
        self.state
            .announce(format!("Moved to {}", self.say_place(landing, places)));
        if let Moved::Lane(id) = moved {
            self.warn_of_lines(id, &before.lanes);
        }
        true
    }

    /// What stands on which side of a blueprint line is a claim of the map: say when a
    /// move changed it.
    fn warn_of_lines(&self, id: &LaneId, before: &[Lane]) {
        let map = self.state.map();
        for line in crossed(id, before, &map.lanes) {
            let title = self
                .lane_now(id)
                .map_or_else(String::new, |lane| lane.title);
            let line = line.label().to_lowercase();
            self.state.toast(format!(
                "Lane “{title}” is now on the other side of the {line}"
            ));
        }
    }

    /// Moves something one place in a direction.
    pub(crate) fn nudge(&self, moved: &Moved, direction: Direction) {
        if let Moved::Item(item) = moved
            && self.selection.has_now(item)
            && self.chosen().len() > 1
        {
            self.nudge_chosen(direction);
            return;
        }
        let grid = self.grid();
        let landing = moves::here(&grid, moved)
            .and_then(|here| moves::nudged(&grid, moved, &here, direction));
        match landing {
            Some(landing) => {
                self.land(moved, &landing);
            }
            None => self.state.announce("It cannot go further that way"),
        }
    }

    /// "Payment, Pain points".
    pub(crate) fn say_cell(&self, cell: &CellId) -> String {
        let map = self.state.map();
        let step = map
            .steps
            .iter()
            .find(|step| step.id == cell.step)
            .map_or("", |step| step.title.as_str());
        let lane = map
            .lanes
            .iter()
            .find(|lane| lane.id == cell.lane)
            .map_or("", |lane| lane.title.as_str());
        format!("{step}, {lane}")
    }

    /// "Payment, Pain points, 2 of 5".
    pub(crate) fn say_place(&self, landing: &Landing, places: usize) -> String {
        let map = self.state.map();
        let nth = |index: &usize| format!("{} of {places}", (index + 1).min(places));
        match landing {
            Landing::Cell { cell, index } => format!("{}, {}", self.say_cell(cell), nth(index)),
            Landing::Step { stage, index } => {
                let stage = map
                    .stages
                    .iter()
                    .find(|other| other.id == *stage)
                    .map_or("", |stage| stage.title.as_str());
                format!("{stage}, step {}", nth(index))
            }
            Landing::Stage { index } => format!("stage {}", nth(index)),
            Landing::Lane { index } => format!("lane {}", nth(index)),
        }
    }
}

impl Moved {
    /// What is at a place, if it can be moved.
    pub(crate) fn at(spot: &Spot) -> Option<Self> {
        Some(match spot {
            Spot::Item(waymark_model::grid::Item::Metric(_))
            | Spot::Gap(_)
            | Spot::Cell(_)
            | Spot::Point(_) => return None,
            Spot::Item(item) => Self::Item(item.clone()),
            Spot::Step(id) => Self::Step(id.clone()),
            Spot::Stage(id) => Self::Stage(id.clone()),
            Spot::Lane(id) => Self::Lane(id.clone()),
        })
    }

    /// The place of the thing itself.
    pub(crate) fn spot(&self) -> Spot {
        match self {
            Self::Item(item) => Spot::Item(item.clone()),
            Self::Group(_, items) => {
                let first = items.first().cloned();
                Spot::Item(first.expect("a group that is moved has cards"))
            }
            Self::Step(id) => Spot::Step(id.clone()),
            Self::Stage(id) => Spot::Stage(id.clone()),
            Self::Lane(id) => Spot::Lane(id.clone()),
        }
    }

    /// The items it is, if it is any.
    pub(crate) fn items(&self) -> &[waymark_model::grid::Item] {
        match self {
            Self::Item(item) => std::slice::from_ref(item),
            Self::Group(_, items) => items,
            Self::Step(_) | Self::Stage(_) | Self::Lane(_) => &[],
        }
    }
}
