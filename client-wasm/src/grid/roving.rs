//! Where the arrow keys lead: one tab stop, then from place to place.

use waymark_model::Grid;
use waymark_model::grid::{CellId, Item};

use super::spot::Spot;

/// A way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Motion {
    Left,
    Right,
    Up,
    Down,
    /// First step of the row.
    Home,
    /// Last step of the row.
    End,
    /// First cell of the map.
    First,
    /// Last cell of the map.
    Last,
    /// So many lanes up.
    PageUp(usize),
    /// So many lanes down.
    PageDown(usize),
    PreviousStage,
    NextStage,
}

const STAGES: usize = 0;
const STEPS: usize = 1;
const LANES: usize = 2;

/// Row and column; no column is the lane's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position {
    row: usize,
    column: Option<usize>,
}

/// The place reached from `from`, if there is one.
pub(crate) fn go(grid: &Grid, from: &Spot, motion: Motion) -> Option<Spot> {
    if let (Spot::Item(item), Motion::Up | Motion::Down) = (from, motion)
        && let Some(sibling) = sibling(grid, item, motion == Motion::Down)
    {
        return Some(Spot::Item(sibling));
    }
    let at = position(grid, from)?;
    let last_row = LANES + grid.rows.len() - 1;
    let to = match motion {
        Motion::Left => return sideways(grid, at, false),
        Motion::Right => return sideways(grid, at, true),
        Motion::Up => next_row(grid, at, false)?,
        Motion::Down => next_row(grid, at, true)?,
        Motion::PageUp(lanes) if at.row >= LANES => Position {
            row: at.row.saturating_sub(lanes.max(1)).max(LANES),
            ..at
        },
        Motion::PageUp(_) => return None,
        Motion::PageDown(lanes) => Position {
            row: (at.row + lanes.max(1)).min(last_row),
            ..at
        },
        Motion::Home => return nearest(grid, at.row, (0..grid.columns.len()).collect()),
        Motion::End => return nearest(grid, at.row, (0..grid.columns.len()).rev().collect()),
        Motion::First => return nearest(grid, LANES, (0..grid.columns.len()).collect()),
        Motion::Last => return nearest(grid, last_row, (0..grid.columns.len()).rev().collect()),
        Motion::PreviousStage => return other_stage(grid, at, false),
        Motion::NextStage => return other_stage(grid, at, true),
    };
    spot_at(grid, to)
}

/// One row up or down; in a column, collapsed lanes are passed over.
fn next_row(grid: &Grid, at: Position, down: bool) -> Option<Position> {
    let mut row = at.row;
    loop {
        row = if down { row + 1 } else { row.checked_sub(1)? };
        let lane = row.checked_sub(LANES).and_then(|lane| grid.rows.get(lane));
        let is_passed = lane.is_some_and(|lane| grid.collapsed.contains(lane));
        if at.column.is_none() || !is_passed {
            return Some(Position { row, ..at });
        }
    }
}

/// The cell an item is in.
pub(crate) fn cell_of(grid: &Grid, item: &Item) -> Option<CellId> {
    grid.cells
        .iter()
        .find(|(_, items)| items.contains(item))
        .map(|(cell, _)| cell.clone())
}

/// The place nearest to one that is gone: its row or column, or any.
pub(crate) fn first(grid: &Grid) -> Option<Spot> {
    nearest(grid, LANES, (0..grid.columns.len()).collect())
        .or_else(|| grid.rows.first().map(|lane| Spot::Lane(lane.clone())))
        .or_else(|| {
            grid.stages
                .first()
                .map(|span| Spot::Stage(span.stage.clone()))
        })
}

fn sibling(grid: &Grid, item: &Item, down: bool) -> Option<Item> {
    let cell = cell_of(grid, item)?;
    let items = grid.cells.get(&cell)?;
    let at = items.iter().position(|other| other == item)?;
    let to = if down { at + 1 } else { at.checked_sub(1)? };
    items.get(to).cloned()
}

fn position(grid: &Grid, spot: &Spot) -> Option<Position> {
    let in_cell = |cell: &CellId| {
        let row = LANES + grid.rows.iter().position(|lane| *lane == cell.lane)?;
        Some(Position {
            row,
            column: Some(column_of(grid, cell)?),
        })
    };
    match spot {
        Spot::Stage(id) => {
            let span = grid.stages.iter().find(|span| span.stage == *id)?;
            Some(Position {
                row: STAGES,
                column: Some(span.first_column),
            })
        }
        Spot::Step(id) => {
            let column = grid
                .columns
                .iter()
                .position(|column| column.step.as_ref() == Some(id))?;
            Some(Position {
                row: STEPS,
                column: Some(column),
            })
        }
        Spot::Gap(id) => {
            let column = grid.columns.iter().position(|column| column.stage == *id)?;
            Some(Position {
                row: STEPS,
                column: Some(column),
            })
        }
        Spot::Lane(id) => {
            let row = LANES + grid.rows.iter().position(|lane| lane == id)?;
            Some(Position { row, column: None })
        }
        Spot::Cell(cell) => in_cell(cell),
        Spot::Item(item) => in_cell(&cell_of(grid, item)?),
        Spot::Point(_) => None,
    }
}

fn column_of(grid: &Grid, cell: &CellId) -> Option<usize> {
    grid.columns
        .iter()
        .position(|column| column.step.as_ref() == Some(&cell.step))
}

fn spot_at(grid: &Grid, at: Position) -> Option<Spot> {
    let Some(column) = at.column else {
        return grid
            .rows
            .get(at.row.checked_sub(LANES)?)
            .map(|lane| Spot::Lane(lane.clone()));
    };
    match at.row {
        STAGES => {
            let span = grid.stages.iter().find(|span| {
                (span.first_column..span.first_column + span.columns).contains(&column)
            })?;
            Some(Spot::Stage(span.stage.clone()))
        }
        STEPS => {
            let column = grid.columns.get(column)?;
            Some(
                column
                    .step
                    .clone()
                    .map_or_else(|| Spot::Gap(column.stage.clone()), Spot::Step),
            )
        }
        row => {
            let lane = grid.rows.get(row - LANES)?.clone();
            let step = grid.columns.get(column)?.step.clone()?;
            Some(Spot::Cell(CellId { lane, step }))
        }
    }
}

/// The first of these columns that has a place in this row.
fn nearest(grid: &Grid, row: usize, columns: Vec<usize>) -> Option<Spot> {
    columns.into_iter().find_map(|column| {
        spot_at(
            grid,
            Position {
                row,
                column: Some(column),
            },
        )
    })
}

fn sideways(grid: &Grid, at: Position, right: bool) -> Option<Spot> {
    let columns = grid.columns.len();
    match (at.row, at.column) {
        (STAGES, Some(column)) => {
            let index = grid
                .stages
                .iter()
                .position(|span| span.first_column == column)?;
            let to = if right {
                index + 1
            } else {
                index.checked_sub(1)?
            };
            grid.stages
                .get(to)
                .map(|span| Spot::Stage(span.stage.clone()))
        }
        (row, None) if right => nearest(grid, row, (0..columns).collect()),
        (_, None) => None,
        (row, Some(column)) if right => nearest(grid, row, (column + 1..columns).collect()),
        (row, Some(column)) => nearest(grid, row, (0..column).rev().collect())
            .or_else(|| spot_at(grid, Position { row, column: None })),
    }
}

fn other_stage(grid: &Grid, at: Position, next: bool) -> Option<Spot> {
    let column = at.column.unwrap_or(0);
    let here = grid
        .stages
        .iter()
        .position(|span| (span.first_column..span.first_column + span.columns).contains(&column))?;
    let order: Vec<usize> = if next {
        (here + 1..grid.stages.len()).collect()
    } else {
        (0..here).rev().collect()
    };
    order.into_iter().find_map(|index| {
        spot_at(
            grid,
            Position {
                row: at.row,
                column: Some(grid.stages[index].first_column),
            },
        )
    })
}

#[cfg(test)]
#[path = "roving_tests.rs"]
mod tests;
