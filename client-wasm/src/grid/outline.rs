//! The outline: the same map as headings and lists in one column, equal to the grid in
//! all that can be done.

mod excerpt;
mod feeling;
mod head;
mod lane;
pub(crate) mod order;
mod stage;
mod step;

use std::collections::HashSet;

use leptos::leptos_dom::helpers::request_animation_frame;
use leptos::prelude::*;
use waymark_model::Grid;
use waymark_model::grid::CellId;
use waymark_model::ids::{StageId, StepId};

use self::head::Overview;
pub(crate) use self::lane::LaneSection;
use self::order::Shape;
use self::stage::StageSection;
pub(crate) use self::step::{StepFace, filled_lanes};
use super::board::{Board, Role};
use super::header::NameStages;
use super::lens::Lens;
use super::roving::{self, Motion};
use super::spot::Spot;
use crate::icon::Icon;

/// How many items are drawn at once when the outline opens; the steps behind them follow,
/// one in a frame, so that a large map can be used at once.
const AT_ONCE: usize = 150;

/// What the outline shows.
#[derive(Clone, Copy)]
pub(crate) struct Outline {
    /// Stages shown without their steps.
    folded: RwSignal<HashSet<StageId>>,
    /// Steps that are drawn.
    awake: RwSignal<HashSet<StepId>>,
}

impl Outline {
    pub(crate) fn new() -> Self {
        Self {
            folded: RwSignal::new(HashSet::new()),
            awake: RwSignal::new(HashSet::new()),
        }
    }

    fn wake(&self, step: &StepId) {
        if !self.awake.with_untracked(|awake| awake.contains(step)) {
            self.awake.update(|awake| {
                awake.insert(step.clone());
            });
        }
    }

    fn is_folded(&self, stage: &StageId) -> bool {
        self.folded.with(|folded| folded.contains(stage))
    }

    fn fold(&self, stage: &StageId, fold: bool) {
        self.folded.update(|folded| {
            if fold {
                folded.insert(stage.clone());
            } else {
                folded.remove(stage);
            }
        });
    }
}

impl Board {
    /// Where a key leads from a place, in the view that is shown.
    pub(crate) fn go(&self, from: &Spot, motion: Motion) -> Option<Spot> {
        let grid = self.grid();
        match self.lens.get_untracked() {
            Lens::Grid => roving::go(&grid, from, motion),
            Lens::Outline => {
                if let Spot::Stage(stage) = from
                    && self.turn_in(stage, motion)
                {
                    return None;
                }
                order::go(&order::all(&grid, &self.shape()), from, motion)
            }
            Lens::Story => {
                let step = order::step_of(&grid, from)?;
                order::go(&self.told(&grid, &step), from, motion)
            }
        }
    }

    /// The cell before or after one, for Tab: in the same lane, or in reading order.
    pub(crate) fn beside_cell(&self, cell: &CellId, back: bool) -> Option<Spot> {
        let here = Spot::Cell(cell.clone());
        let motion = match (self.lens.get_untracked(), back) {
            (Lens::Grid, true) => return self.go(&here, Motion::Left),
            (Lens::Grid, false) => return self.go(&here, Motion::Right),
            (_, true) => Motion::Up,
            (_, false) => Motion::Down,
        };
        std::iter::successors(self.go(&here, motion), |spot| self.go(spot, motion))
            .find(|spot| matches!(spot, Spot::Cell(_)))
    }

    /// Folds or unfolds a stage by the arrow keys; whether that was it.
    fn turn_in(&self, stage: &StageId, motion: Motion) -> bool {
        let folded = untrack(|| self.outline.is_folded(stage));
        match motion {
            Motion::Left if !folded => self.fold(stage),
            Motion::Right if folded => self.fold(stage),
            _ => return false,
        }
        true
    }

    /// Folds a stage of the outline, or unfolds it, and says which.
    pub(crate) fn fold(&self, stage: &StageId) {
        let fold = !untrack(|| self.outline.is_folded(stage));
        self.outline.fold(stage, fold);
        self.state
            .announce(if fold { "Folded" } else { "Unfolded" });
    }

    /// What decides which places the outline and the story have, right now.
    pub(crate) fn shape(&self) -> Shape {
        let curve = self.lanes.with_untracked(|lanes| {
            lanes
                .iter()
                .find(|(_, (_, role))| *role == Role::Curve)
                .map(|(lane, _)| lane.clone())
        });
        Shape {
            folded: self.outline.folded.get_untracked(),
            curve,
            drafting: self.drafting.now(),
            continued: untrack(|| self.continued()).into_keys().collect(),
        }
    }

    /// Makes sure that a place is drawn in a view that does not show everything at once.
    pub(crate) fn bring_out(&self, spot: &Spot) {
        let grid = self.grid();
        match self.lens.get_untracked() {
            Lens::Grid => {}
            Lens::Outline => {
                let stage = order::stage_of(&grid, spot);
                if let Some(stage) = stage.filter(|_| !matches!(spot, Spot::Stage(_)))
                    && untrack(|| self.outline.is_folded(&stage))
                {
                    self.outline.fold(&stage, false);
                }
                if let Some(step) = order::step_of(&grid, spot) {
                    self.outline.wake(&step);
                }
            }
            Lens::Story => self.show_place(spot),
        }
    }

    /// Shows the step of a place where one step is shown at a time.
    pub(crate) fn show_place(&self, spot: &Spot) {
        let grid = self.grid();
        let first_of = |stage: &StageId| {
            grid.columns
                .iter()
                .find(|column| column.stage == *stage)
                .and_then(|column| column.step.clone())
        };
        let step = match spot {
            Spot::Stage(stage) | Spot::Gap(stage) => first_of(stage),
            Spot::Item(item) => self.cell_of(item).map(|cell| cell.step),
            spot => order::step_of(&grid, spot),
        };
        if let Some(step) = step
            && self
                .shown
                .with_untracked(|shown| shown.as_ref() != Some(&step))
        {
            self.shown.set(Some(step));
        }
    }
}

/// The whole outline.
#[component]
pub(crate) fn OutlineView() -> impl IntoView {
    let board = Board::here();
    draw_in_parts(board);
    let stages = Memo::new(move |_| {
        board.layout.with(|grid| {
            grid.stages
                .iter()
                .map(|span| span.stage.clone())
                .collect::<Vec<_>>()
        })
    });
    let none = Memo::new(move |_| stages.with(Vec::is_empty));
    let frame = board.state.frame();
    view! {
        <div class="outline" data-testid="outline">
            <div class="outline-column" role="group" aria-label=move || frame.with(|frame| format!("Outline: {}", frame.title))>
                {move || match none.get() {
                    true => view! { <div class="outline-start"><NameStages /></div> }.into_any(),
                    false => view! { <Overview /> }.into_any(),
                }}
                <For each=move || stages.get() key=Clone::clone let:stage>
                    <StageSection stage=stage stages=stages />
                </For>
                <button
                    class="outline-add"
                    type="button"
                    data-action="add-stage"
                    data-testid="add-stage"
                    hidden=move || none.get()
                >
                    <Icon name="plus" />
                    "Stage"
                </button>
            </div>
        </div>
    }
    .into_any()
}

/// Draws the first steps at once and the others with the next frames.
fn draw_in_parts(board: Board) {
    let outline = board.outline;
    let first = board.layout.with_untracked(|grid| first_steps(grid));
    outline.awake.update(|awake| awake.extend(first));
    Effect::new(move |_| {
        let asleep = board.layout.with(|grid| {
            outline.awake.with(|awake| {
                grid.columns
                    .iter()
                    .filter_map(|column| column.step.as_ref())
                    .find(|step| !awake.contains(*step))
                    .cloned()
            })
        });
        if let Some(step) = asleep {
            request_animation_frame(move || outline.wake(&step));
        }
    });
}

/// The steps that together hold as many items as are drawn at once.
fn first_steps(grid: &Grid) -> Vec<StepId> {
    let mut items = 0;
    let mut first = Vec::new();
    for step in grid
        .columns
        .iter()
        .filter_map(|column| column.step.as_ref())
    {
        if items >= AT_ONCE {
            break;
        }
        let of_step = |(cell, items): (&CellId, &Vec<_>)| {
            if cell.step == *step { items.len() } else { 0 }
        };
        items += 1 + grid.cells.iter().map(of_step).sum::<usize>();
        first.push(step.clone());
    }
    first
}
