//! The columns of the table, each known by what it is and not by where it is, so that
//! a new step redraws one column and not all behind it.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::prelude::*;
use waymark_model::Grid;
use waymark_model::ids::{StageId, StepId};

/// A column: a step, or the empty column of a stage.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Column {
    Step(StepId),
    Gap(StageId),
}

/// Where a column is, and the place of its stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spread {
    pub(crate) index: usize,
    pub(crate) stage: usize,
}

/// All columns of the map.
#[derive(Clone, Copy)]
pub(crate) struct Columns {
    order: Memo<Arc<Vec<Column>>>,
    places: Memo<Arc<HashMap<Column, Spread>>>,
}

impl Columns {
    pub(crate) fn new(layout: Signal<Arc<Grid>>) -> Self {
        let order = Memo::new(move |_| {
            Arc::new(layout.with(|grid| grid.columns.iter().map(key).collect()))
        });
        let places = Memo::new(move |_| Arc::new(layout.with(|grid| places(grid))));
        Self { order, places }
    }

    /// Left to right; tracked.
    pub(crate) fn all(&self) -> Vec<Column> {
        self.order.with(|order| order.as_ref().clone())
    }

    /// How many there are; tracked.
    pub(crate) fn count(&self) -> usize {
        self.order.with(|order| order.len())
    }

    /// Where one is.
    pub(crate) fn place(&self, column: Column) -> Memo<Spread> {
        let places = self.places;
        Memo::new(move |_| places.with(|places| places.get(&column).copied().unwrap_or_default()))
    }

    /// Where each step is; tracked.
    pub(crate) fn steps(&self) -> HashMap<StepId, usize> {
        let step = |(column, place): (&Column, &Spread)| match column {
            Column::Step(step) => Some((step.clone(), place.index)),
            Column::Gap(_) => None,
        };
        self.places
            .with(|places| places.iter().filter_map(step).collect())
    }
}

fn key(column: &waymark_model::grid::Column) -> Column {
    column
        .step
        .clone()
        .map_or_else(|| Column::Gap(column.stage.clone()), Column::Step)
}

fn places(grid: &Grid) -> HashMap<Column, Spread> {
    let stage = |column: &waymark_model::grid::Column| {
        grid.stages
            .iter()
            .position(|span| span.stage == column.stage)
            .unwrap_or(0)
    };
    let place = |(index, column): (usize, &waymark_model::grid::Column)| {
        (
            key(column),
            Spread {
                index,
                stage: stage(column),
            },
        )
    };
    grid.columns.iter().enumerate().map(place).collect()
}
