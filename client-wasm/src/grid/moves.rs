//! Moving things: from "what" and "where to" to one edit.

use waymark_model::edit::Place;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::{GroupId, LaneId, StageId, StepId};
use waymark_model::{Edit, Grid};

use super::roving::cell_of;

/// Something that can be moved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Moved {
    Item(Item),
    /// All cards of a group in one cell, in order.
    Group(GroupId, Vec<Item>),
    Step(StepId),
    Stage(StageId),
    Lane(LaneId),
}

/// Where it goes. The index counts its new siblings without itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Landing {
    Cell { cell: CellId, index: usize },
    Step { stage: StageId, index: usize },
    Stage { index: usize },
    Lane { index: usize },
}

/// One place in a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Left,
    Right,
    Up,
    Down,
}

/// The edit that lands `moved` there; `None` when it is there already or cannot be.
pub(crate) fn edit(grid: &Grid, moved: &Moved, landing: &Landing) -> Option<Edit> {
    if here(grid, moved).as_ref() == Some(landing) {
        return None;
    }
    Some(match (moved, landing) {
        (Moved::Item(item), Landing::Cell { cell, index }) => {
            let siblings = siblings(grid, cell, std::slice::from_ref(item));
            match item {
                Item::Card(id) => {
                    let place = among(&siblings, *index, |item| match item {
                        Item::Card(id) => Some(id.clone()),
                        _ => None,
                    });
                    Edit::MoveCard {
                        id: id.clone(),
                        step: cell.step.clone(),
                        lane: cell.lane.clone(),
                        place,
                    }
                }
                Item::Pain(id) => {
                    let place = among(&siblings, *index, |item| match item {
                        Item::Pain(id) => Some(id.clone()),
                        _ => None,
                    });
                    Edit::MovePain {
                        id: id.clone(),
                        step: cell.step.clone(),
                        place,
                    }
                }
                Item::Opportunity(id) => {
                    let place = among(&siblings, *index, |item| match item {
                        Item::Opportunity(id) => Some(id.clone()),
                        _ => None,
                    });
                    Edit::MoveOpportunity {
                        id: id.clone(),
                        step: cell.step.clone(),
                        place,
                    }
                }
                Item::Metric(_) => return None,
            }
        }
        (Moved::Step(id), Landing::Step { stage, index }) => {
            let steps: Vec<StepId> = steps_of(grid, stage)
                .into_iter()
                .filter(|step| step != id)
                .collect();
            Edit::MoveStep {
                id: id.clone(),
                stage: stage.clone(),
                place: among(&steps, *index, |id| Some(id.clone())),
            }
        }
        (Moved::Stage(id), Landing::Stage { index }) => {
            let stages: Vec<StageId> = stages(grid)
                .into_iter()
                .filter(|stage| stage != id)
                .collect();
            Edit::MoveStage {
                id: id.clone(),
                place: among(&stages, *index, |id| Some(id.clone())),
            }
        }
        (Moved::Lane(id), Landing::Lane { index }) => {
            let lanes: Vec<LaneId> = grid
                .rows
                .iter()
                .filter(|lane| *lane != id)
                .cloned()
                .collect();
            Edit::MoveLane {
                id: id.clone(),
                place: among(&lanes, *index, |id| Some(id.clone())),
            }
        }
        _ => return None,
    })
}

/// Where something is now.
pub(crate) fn here(grid: &Grid, moved: &Moved) -> Option<Landing> {
    Some(match moved {
        Moved::Item(_) | Moved::Group(..) => {
            let items = moved.items();
            let cell = cell_of(grid, items.first()?)?;
            let mut here = grid.cells.get(&cell)?.iter();
            let index = here.position(|other| items.contains(other))?;
            Landing::Cell { cell, index }
        }
        Moved::Step(id) => {
            let stage = grid
                .columns
                .iter()
                .find(|column| column.step.as_ref() == Some(id))?
                .stage
                .clone();
            let index = steps_of(grid, &stage).iter().position(|step| step == id)?;
            Landing::Step { stage, index }
        }
        Moved::Stage(id) => Landing::Stage {
            index: grid.stages.iter().position(|span| span.stage == *id)?,
        },
        Moved::Lane(id) => Landing::Lane {
            index: grid.rows.iter().position(|lane| lane == id)?,
        },
    })
}

/// One place further from `from`, which need not be where it is now.
pub(crate) fn nudged(
    grid: &Grid,
    moved: &Moved,
    from: &Landing,
    direction: Direction,
) -> Option<Landing> {
    match (moved, from) {
        (Moved::Item(_) | Moved::Group(..), Landing::Cell { cell, index }) => {
            nudged_items(grid, moved.items(), cell, *index, direction)
        }
        (Moved::Step(id), Landing::Step { stage, index }) => {
            let others = |stage: &StageId| {
                steps_of(grid, stage)
                    .iter()
                    .filter(|step| *step != id)
                    .count()
            };
            let at = grid.stages.iter().position(|span| span.stage == *stage)?;
            match direction {
                Direction::Left if *index > 0 => Some(Landing::Step {
                    stage: stage.clone(),
                    index: index - 1,
                }),
                Direction::Right if *index < others(stage) => Some(Landing::Step {
                    stage: stage.clone(),
                    index: index + 1,
                }),
                Direction::Left => {
                    let stage = grid.stages.get(at.checked_sub(1)?)?.stage.clone();
                    Some(Landing::Step {
                        index: others(&stage),
                        stage,
                    })
                }
                Direction::Right => grid.stages.get(at + 1).map(|span| Landing::Step {
                    stage: span.stage.clone(),
                    index: 0,
                }),
                Direction::Up | Direction::Down => None,
            }
        }
        (Moved::Stage(_), Landing::Stage { index }) => match direction {
            Direction::Left => Some(Landing::Stage {
                index: index.checked_sub(1)?,
            }),
            Direction::Right if index + 1 < grid.stages.len() => {
                Some(Landing::Stage { index: index + 1 })
            }
            _ => None,
        },
        (Moved::Lane(_), Landing::Lane { index }) => match direction {
            Direction::Up => Some(Landing::Lane {
                index: index.checked_sub(1)?,
            }),
            Direction::Down if index + 1 < grid.rows.len() => {
                Some(Landing::Lane { index: index + 1 })
            }
            _ => None,
        },
        _ => None,
    }
}

fn nudged_items(
    grid: &Grid,
    items: &[Item],
    cell: &CellId,
    index: usize,
    direction: Direction,
) -> Option<Landing> {
    let count = |cell: &CellId| siblings(grid, cell, items).len();
    let any_lane = items.iter().all(|item| matches!(item, Item::Card(_)));
    let in_cell = |cell: CellId, index| Some(Landing::Cell { cell, index });
    let row = grid.rows.iter().position(|lane| *lane == cell.lane)?;
    let column = grid
        .columns
        .iter()
        .position(|column| column.step.as_ref() == Some(&cell.step))?;
    let other_lane = |lane: LaneId| CellId {
        lane,
        step: cell.step.clone(),
    };
    let other_step = |step: StepId| CellId {
        lane: cell.lane.clone(),
        step,
    };
    match direction {
        Direction::Up if index > 0 => in_cell(cell.clone(), index - 1),
        Direction::Down if index < count(cell) => in_cell(cell.clone(), index + 1),
        Direction::Up | Direction::Down if !any_lane => None,
        Direction::Up => {
            let cell = other_lane(grid.rows.get(row.checked_sub(1)?)?.clone());
            let last = count(&cell);
            in_cell(cell, last)
        }
        Direction::Down => in_cell(other_lane(grid.rows.get(row + 1)?.clone()), 0),
        Direction::Left => {
            let step = grid.columns[..column]
                .iter()
                .rev()
                .find_map(|column| column.step.clone())?;
            let cell = other_step(step);
            let index = index.min(count(&cell));
            in_cell(cell, index)
        }
        Direction::Right => {
            let step = grid.columns[column + 1..]
                .iter()
                .find_map(|column| column.step.clone())?;
            let cell = other_step(step);
            let index = index.min(count(&cell));
            in_cell(cell, index)
        }
    }
}

/// How many places there are at a landing, the moved thing included.
pub(crate) fn places(grid: &Grid, moved: &Moved, landing: &Landing) -> usize {
    1 + match (moved, landing) {
        (Moved::Item(_) | Moved::Group(..), Landing::Cell { cell, .. }) => {
            siblings(grid, cell, moved.items()).len()
        }
        (Moved::Step(id), Landing::Step { stage, .. }) => steps_of(grid, stage)
            .iter()
            .filter(|step| *step != id)
            .count(),
        (Moved::Stage(_), Landing::Stage { .. }) => grid.stages.len().saturating_sub(1),
        (Moved::Lane(_), Landing::Lane { .. }) => grid.rows.len().saturating_sub(1),
        _ => 0,
    }
}

/// The items of a cell without these.
pub(crate) fn siblings(grid: &Grid, cell: &CellId, items: &[Item]) -> Vec<Item> {
    grid.cells
        .get(cell)
        .into_iter()
        .flatten()
        .filter(|other| !items.contains(other))
        .cloned()
        .collect()
}

/// The steps of a stage, in order.
pub(crate) fn steps_of(grid: &Grid, stage: &StageId) -> Vec<StepId> {
    grid.columns
        .iter()
        .filter(|column| column.stage == *stage)
        .filter_map(|column| column.step.clone())
        .collect()
}

fn stages(grid: &Grid) -> Vec<StageId> {
    grid.stages.iter().map(|span| span.stage.clone()).collect()
}

/// The place at an index among siblings, of which only those with an id count: a card
/// between two pain points is ordered among cards.
pub(crate) fn among<T, Id>(
    siblings: &[T],
    index: usize,
    id: impl Fn(&T) -> Option<Id>,
) -> Place<Id> {
    let index = index.min(siblings.len());
    let before = siblings[..index].iter().rev().find_map(&id);
    let after = siblings[index..].iter().find_map(&id);
    match (before, after) {
        (Some(before), Some(_)) => Place::After(before),
        (_, None) => Place::Last,
        (None, Some(after)) => Place::Before(after),
    }
}

#[cfg(test)]
#[path = "moves_tests.rs"]
mod tests;
