//! The outline in reading order, and where the arrow keys lead in it.

use std::collections::HashSet;

use waymark_model::Grid;
use waymark_model::grid::{CellId, StageSpan};
use waymark_model::ids::{LaneId, StageId, StepId};

use super::super::roving::{Motion, cell_of};
use super::super::spot::Spot;

/// What decides, besides the map itself, which places there are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape {
    /// Stages shown without their steps.
    pub(crate) folded: HashSet<StageId>,
    /// The lane with the curve, which has something to show at every step.
    pub(crate) curve: Option<LaneId>,
    /// The cell a new card is being written in.
    pub(crate) drafting: Option<CellId>,
    /// The cells that cards reach from earlier steps.
    pub(crate) continued: HashSet<CellId>,
}

impl Shape {
    /// Whether a lane has something to show at a step; the others are only offered.
    pub(crate) fn is_filled(&self, grid: &Grid, cell: &CellId) -> bool {
        self.curve.as_ref() == Some(&cell.lane)
            || self.drafting.as_ref() == Some(cell)
            || self.continued.contains(cell)
            || !grid.items(cell).is_empty()
    }
}

/// All places from top to bottom: the lanes, then each stage with its steps, and the
/// line that adds a step.
pub(crate) fn all(grid: &Grid, shape: &Shape) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    if !grid.stages.is_empty() {
        spots.extend(grid.rows.iter().cloned().map(Spot::Lane));
    }
    for span in &grid.stages {
        spots.push(Spot::Stage(span.stage.clone()));
        if shape.folded.contains(&span.stage) {
            continue;
        }
        for step in steps(grid, span) {
            spots.extend(of_step(grid, shape, step));
        }
        spots.push(Spot::Gap(span.stage.clone()));
    }
    spots
}

/// The places of one step: its name, the lanes with something in them and what that is,
/// then the lanes that have nothing here.
pub(crate) fn of_step(grid: &Grid, shape: &Shape, step: &StepId) -> Vec<Spot> {
    let mut spots = vec![Spot::Step(step.clone())];
    let mut offered = Vec::new();
    for lane in &grid.rows {
        let cell = CellId {
            lane: lane.clone(),
            step: step.clone(),
        };
        if !shape.is_filled(grid, &cell) {
            offered.push(Spot::Cell(cell));
            continue;
        }
        spots.push(Spot::Cell(cell.clone()));
        if shape.curve.as_ref() == Some(lane) {
            spots.push(Spot::Point(step.clone()));
        }
        spots.extend(grid.items(&cell).iter().cloned().map(Spot::Item));
    }
    spots.extend(offered);
    spots
}

/// The steps of a stage.
pub(crate) fn steps<'a>(
    grid: &'a Grid,
    span: &StageSpan,
) -> impl Iterator<Item = &'a StepId> + use<'a> {
    let columns = span.first_column..span.first_column + span.columns;
    grid.columns
        .get(columns)
        .unwrap_or_default()
        .iter()
        .filter_map(|column| column.step.as_ref())
}

/// The step a place belongs to.
pub(crate) fn step_of(grid: &Grid, spot: &Spot) -> Option<StepId> {
    match spot {
        Spot::Step(step) | Spot::Point(step) => Some(step.clone()),
        Spot::Cell(cell) => Some(cell.step.clone()),
        Spot::Item(item) => cell_of(grid, item).map(|cell| cell.step),
        Spot::Stage(_) | Spot::Gap(_) | Spot::Lane(_) => None,
    }
}

/// The stage a place belongs to.
pub(crate) fn stage_of(grid: &Grid, spot: &Spot) -> Option<StageId> {
    if let Spot::Stage(stage) | Spot::Gap(stage) = spot {
        return Some(stage.clone());
    }
    let step = step_of(grid, spot)?;
    grid.columns
        .iter()
        .find(|column| column.step.as_ref() == Some(&step))
        .map(|column| column.stage.clone())
}

/// How deep a place is: what it is in is less deep.
fn depth(spot: &Spot) -> usize {
    match spot {
        Spot::Stage(_) | Spot::Lane(_) => 0,
        Spot::Step(_) | Spot::Gap(_) => 1,
        Spot::Cell(_) => 2,
        Spot::Point(_) | Spot::Item(_) => 3,
    }
}

/// The place reached from `from` in this order, if there is one. Left leads out, right
/// leads in.
pub(crate) fn go(order: &[Spot], from: &Spot, motion: Motion) -> Option<Spot> {
    let at = order.iter().position(|spot| spot == from)?;
    let before = || order[..at].iter().rev();
    let after = || order[at + 1..].iter();
    let is_stage = |spot: &&Spot| matches!(spot, Spot::Stage(_));
    let is_step = |spot: &&Spot| matches!(spot, Spot::Step(_));
    match motion {
        Motion::Up => before().next(),
        Motion::Down => after().next(),
        Motion::Left => before().find(|spot| depth(spot) < depth(from)),
        Motion::Right => after().next().filter(|spot| depth(spot) > depth(from)),
        Motion::Home if depth(from) == 0 => order.first(),
        Motion::End if depth(from) == 0 => order.iter().rfind(is_stage),
        Motion::Home => before().find(is_step).filter(|_| depth(from) > 1),
        Motion::End => after().take_while(|spot| depth(spot) > 1).last(),
        Motion::First => order.first(),
        Motion::Last => order.last(),
        Motion::PageUp(_) => before().find(is_step),
        Motion::PageDown(_) => after().find(is_step),
        // The own stage is not the one before.
        Motion::PreviousStage => before().filter(is_stage).nth(usize::from(depth(from) > 0)),
        Motion::NextStage => after().find(is_stage),
    }
    .filter(|spot| *spot != from)
    .cloned()
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
