//! What a place is on the clipboard: its words as a table, and itself as data.

use std::collections::HashSet;

use waymark_model::Grid;
use waymark_model::clip::Clip;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::{LaneId, StepId};

use super::super::batch::count_words;
use super::super::board::Board;
use super::super::moves::steps_of;
use super::super::roving::cell_of;
use super::super::spot::Spot;
use super::Cut;
use super::table::{self, Table};
use super::wire::{self, Ours, What};

/// What is on its way to the clipboard.
pub(super) struct Held {
    pub(super) text: String,
    pub(super) html: String,
    /// What to say once it is there.
    pub(super) words: String,
    pub(super) cut: Option<Cut>,
}

impl Board {
    /// What a place means on the clipboard; `None` when there is nothing, or too much.
    pub(super) fn held(&self, spot: &Spot, cut: bool) -> Option<Held> {
        let Some((what, clip)) = self.clip_at(spot) else {
            self.state.announce("There is nothing to copy here");
            return None;
        };
        let file = match clip.to_file() {
            Ok(file) => file,
            Err(error) => {
                self.state.toast(crate::api::sentence(&error.to_string()));
                return None;
            }
        };
        let spots: Vec<Spot> = match what {
            What::Cards => self.items_at(spot).into_iter().map(Spot::Item).collect(),
            What::Lane | What::Steps | What::Stage => vec![spot.clone()],
        };
        let named = match what {
            What::Cards => count_words(spots.len()),
            What::Lane => "the lane".to_owned(),
            What::Steps => "the step".to_owned(),
            What::Stage => "the stage".to_owned(),
        };
        let cut = cut.then(|| Cut {
            token: format!("{:032x}", self.state.random()),
            spots,
        });
        let table = match what {
            What::Cards => cells(&clip),
            What::Lane | What::Steps | What::Stage => with_names(&clip),
        };
        let words = match &cut {
            Some(_) => format!("Cut {named}. Paste moves it, Escape leaves it where it is."),
            None => format!("Copied {named}"),
        };
        let ours = Ours {
            what,
            file,
            cut: cut.as_ref().map(|cut| cut.token.clone()),
        };
        Some(Held {
            text: table::print(&table),
            html: wire::html(&table, &ours),
            words,
            cut,
        })
    }

    /// The part of the map that a place stands for.
    pub(super) fn clip_at(&self, spot: &Spot) -> Option<(What, Clip)> {
        let grid = self.grid();
        let steps = || -> Vec<StepId> {
            let columns = grid.columns.iter();
            columns.filter_map(|column| column.step.clone()).collect()
        };
        let all = |_: &Item| true;
        Some(match spot {
            Spot::Lane(lane) => {
                let clip = self.state.clip(std::slice::from_ref(lane), &steps(), &all);
                (What::Lane, clip)
            }
            Spot::Step(step) => {
                let clip = self
                    .state
                    .clip(&grid.rows, std::slice::from_ref(step), &all);
                (What::Steps, clip)
            }
            Spot::Stage(stage) => {
                let clip = self.state.clip(&grid.rows, &steps_of(&grid, stage), &all);
                (!clip.map.stages.is_empty()).then_some((What::Stage, clip))?
            }
            Spot::Item(_) | Spot::Cell(_) => {
                let items = self.items_at(spot);
                (!items.is_empty()).then(|| (What::Cards, self.clip_of(&items)))?
            }
            Spot::Gap(_) | Spot::Point(_) => return None,
        })
    }

    /// These items with the block of cells they are in.
    pub(super) fn clip_of(&self, items: &[Item]) -> Clip {
        let items: HashSet<Item> = items.iter().cloned().collect();
        let (lanes, steps) = block(&self.grid(), &items);
        let clip = self
            .state
            .clip(&lanes, &steps, &|item| items.contains(item));
        clip.without_emotions()
    }

    /// The items that a place stands for: itself, all that is selected, or all of a cell.
    pub(super) fn items_at(&self, spot: &Spot) -> Vec<Item> {
        let items = match spot {
            Spot::Item(item) => self.meant(item),
            Spot::Cell(_) if !self.selection.is_empty_now() => self.chosen(),
            Spot::Cell(cell) => self.grid().items(cell).to_vec(),
            _ => Vec::new(),
        };
        let known = |item: &Item| !matches!(item, Item::Metric(_));
        items.into_iter().filter(known).collect()
    }
}

/// The lanes and steps of the smallest block of cells with these items, so that what is
/// between them stays between them; cards that cover several steps bring those.
fn block(grid: &Grid, items: &HashSet<Item>) -> (Vec<LaneId>, Vec<StepId>) {
    let cells: Vec<CellId> = items
        .iter()
        .filter_map(|item| cell_of(grid, item))
        .collect();
    let has_lane = |lane: &LaneId| cells.iter().any(|cell| cell.lane == *lane);
    let steps: Vec<&StepId> = grid
        .columns
        .iter()
        .filter_map(|it| it.step.as_ref())
        .collect();
    let has_step = |step: &StepId| cells.iter().any(|cell| cell.step == *step);
    let rows = between(&grid.rows, has_lane);
    let mut columns = between(&steps, |step| has_step(step));
    if let [only] = cells.as_slice()
        && let Some(at) = steps.iter().position(|step| **step == only.step)
        && let Some(Item::Card(card)) = items.iter().next()
        && let Some(span) = grid.spans.get(card)
    {
        columns = at..(at + span.columns).min(steps.len());
    }
    (
        grid.rows[rows].to_vec(),
        steps[columns].iter().map(|step| (*step).clone()).collect(),
    )
}

/// From the first that passes to the last.
fn between<T>(all: &[T], pass: impl Fn(&T) -> bool) -> std::ops::Range<usize> {
    let first = all.iter().position(&pass).unwrap_or(0);
    let last = all.iter().rposition(&pass).map_or(0, |last| last + 1);
    first..last.max(first)
}

/// The texts of a clip. Those of a single cell are a row each, as a list is.
fn cells(clip: &Clip) -> Table {
    let table = clip.table();
    let filled = table.iter().flatten().filter(|texts| !texts.is_empty());
    if filled.count() == 1 {
        return table
            .into_iter()
            .flatten()
            .flatten()
            .map(|text| vec![text])
            .collect();
    }
    let row = |row: Vec<Vec<String>>| row.into_iter().map(|texts| texts.join("\n")).collect();
    table.into_iter().map(row).collect()
}

/// The same with the names of steps above and of lanes before it.
fn with_names(clip: &Clip) -> Table {
    let steps = clip.map.steps.iter().map(|step| step.title.clone());
    let mut whole: Table = vec![std::iter::once(String::new()).chain(steps).collect()];
    for (lane, row) in clip.map.lanes.iter().zip(clip.table()) {
        let texts = row.into_iter().map(|texts| texts.join("\n"));
        whole.push(std::iter::once(lane.title.clone()).chain(texts).collect());
    }
    whole
}
