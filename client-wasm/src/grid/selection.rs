//! Several items chosen at once, where each asks only about itself.

mod bar;

use std::collections::HashMap;

use leptos::prelude::*;
use waymark_model::Grid;
use waymark_model::grid::{CellId, Item};

pub(crate) use self::bar::SelectionBar;
use super::board::Board;
use super::moves::Direction;
use super::spot::Spot;

/// The chosen items. `Copy`: hand it around freely.
#[derive(Clone, Copy)]
pub(crate) struct Selection {
    items: RwSignal<Vec<Item>>,
    /// One signal for each item that was asked about.
    each: StoredValue<HashMap<Item, ArcRwSignal<bool>>>,
    /// Where a range begins.
    anchor: StoredValue<Option<Item>>,
    /// Whether a plain click or tap chooses too.
    choosing: RwSignal<bool>,
}

impl Selection {
    pub(crate) fn new() -> Self {
        Self {
            items: RwSignal::new(Vec::new()),
            each: StoredValue::new(HashMap::new()),
            anchor: StoredValue::new(None),
            choosing: RwSignal::new(false),
        }
    }

    /// Whether this item is chosen; tracked.
    pub(crate) fn has(&self, item: &Item) -> bool {
        let now = self.has_now(item);
        self.each
            .try_update_value(|each| {
                each.entry(item.clone())
                    .or_insert_with(|| ArcRwSignal::new(now))
                    .clone()
            })
            .is_some_and(|signal| signal.get())
    }

    /// Whether this item is chosen right now; not tracked.
    pub(crate) fn has_now(&self, item: &Item) -> bool {
        self.items
            .try_with_untracked(|items| items.contains(item))
            .unwrap_or(false)
    }

    /// How many are chosen; tracked.
    pub(crate) fn count(&self) -> usize {
        self.items.with(Vec::len)
    }

    /// The chosen ones right now, in the order they were chosen; not tracked.
    pub(crate) fn now(&self) -> Vec<Item> {
        self.items.try_get_untracked().unwrap_or_default()
    }

    pub(crate) fn is_empty_now(&self) -> bool {
        self.items.try_with_untracked(Vec::is_empty).unwrap_or(true)
    }

    /// Whether a plain click or tap chooses too; not tracked.
    pub(crate) fn is_choosing(&self) -> bool {
        self.choosing.try_get_untracked().unwrap_or(false)
    }

    fn set(&self, items: Vec<Item>) {
        let old = self.now();
        if old == items {
            return;
        }
        if items.is_empty() {
            self.choosing.set(false);
        }
        let changed: Vec<(ArcRwSignal<bool>, bool)> = self
            .each
            .try_with_value(|each| {
                let gone = old.iter().filter(|item| !items.contains(item));
                let new = items.iter().filter(|item| !old.contains(item));
                gone.map(|item| (item, false))
                    .chain(new.map(|item| (item, true)))
                    .filter_map(|(item, value)| Some((each.get(item)?.clone(), value)))
                    .collect()
            })
            .unwrap_or_default();
        self.items.set(items);
        for (signal, value) in changed {
            signal.set(value);
        }
    }
}

impl Board {
    /// The chosen items that are in the map, in reading order: step by step, top down.
    pub(crate) fn chosen(&self) -> Vec<Item> {
        let chosen = self.selection.now();
        if chosen.is_empty() {
            return chosen;
        }
        in_order(&self.grid(), |_, item| chosen.contains(item))
    }

    /// What an action on an item is about: all that is chosen if it is among them.
    pub(crate) fn meant(&self, item: &Item) -> Vec<Item> {
        if self.selection.has_now(item) {
            self.chosen()
        } else {
            vec![item.clone()]
        }
    }

    /// Chooses an item or no longer.
    pub(crate) fn toggle_chosen(&self, item: &Item) {
        if matches!(item, Item::Metric(_)) {
            return;
        }
        let mut items = self.selection.now();
        let before = items.len();
        items.retain(|other| other != item);
        if items.len() == before {
            items.push(item.clone());
            self.selection.anchor.set_value(Some(item.clone()));
        }
        self.choose(items);
    }

    /// Chooses an item; from now on a plain tap chooses further ones.
    pub(crate) fn begin_choosing(&self, item: &Item) {
        self.popup.set(None);
        if !self.selection.has_now(item) {
            self.toggle_chosen(item);
        }
        self.selection.choosing.set(true);
        self.settle(Spot::Item(item.clone()), false);
    }

    /// Chooses what is between where a range began (or the item with focus) and `to`.
    pub(crate) fn choose_up_to(&self, to: &Item) {
        let grid = self.grid();
        let from = self
            .selection
            .anchor
            .get_value()
            .unwrap_or_else(|| to.clone());
        self.selection.anchor.set_value(Some(from.clone()));
        self.choose(range(&grid, &from, to));
    }

    /// Remembers where the next range begins.
    pub(crate) fn begin_range(&self, from: &Item) {
        self.selection.anchor.set_value(Some(from.clone()));
    }

    /// Extends the range by the next item in a direction.
    pub(crate) fn choose_towards(&self, from: &Item, direction: Direction) {
        if self.selection.is_empty_now() {
            self.begin_range(from);
        }
        if let Some(next) = neighbour(&self.grid(), from, direction) {
            self.choose_up_to(&next);
            self.settle(Spot::Item(next), false);
        }
    }

    /// Chooses all items of a cell; once they are chosen, all of its lane.
    pub(crate) fn choose_all(&self, cell: &CellId) {
        let grid = self.grid();
        let here = in_order(&grid, |at, _| at == cell);
        let all = !here.is_empty() && here.iter().all(|item| self.selection.has_now(item));
        let items = if all || here.is_empty() {
            in_order(&grid, |at, _| at.lane == cell.lane)
        } else {
            here
        };
        self.choose(items);
    }

    /// Chooses nothing. Whether anything was chosen.
    pub(crate) fn choose_none(&self) -> bool {
        let had = !self.selection.is_empty_now();
        if had {
            self.choose(Vec::new());
        }
        had
    }

    /// Forgets the choice without a word: what was chosen has been dealt with.
    pub(crate) fn selection_done(&self) {
        self.selection.set(Vec::new());
    }

    pub(crate) fn choose(&self, items: Vec<Item>) {
        let words = if items.is_empty() {
            "Nothing selected".to_owned()
        } else {
            format!("{} selected", items.len())
        };
        if self.selection.now() != items {
            self.selection.set(items);
            self.state.announce(words);
        }
    }

    /// Lets go of what is no longer in the map.
    pub(crate) fn mend_selection(&self) {
        let chosen = self.selection.now();
        if chosen.is_empty() {
            return;
        }
        let there = self.chosen();
        self.selection.set(
            chosen
                .into_iter()
                .filter(|item| there.contains(item))
                .collect(),
        );
    }
}

/// The items that pass, step by step and top down; metrics are never chosen.
fn in_order(grid: &Grid, pass: impl Fn(&CellId, &Item) -> bool) -> Vec<Item> {
    cells(grid)
        .flat_map(|cell| {
            let items = grid.cells.get(&cell).map_or(&[][..], Vec::as_slice);
            items
                .iter()
                .filter(|item| !matches!(item, Item::Metric(_)) && pass(&cell, item))
                .cloned()
                .collect::<Vec<_>>()
        })
        .collect()
}

/// All cells in reading order.
fn cells(grid: &Grid) -> impl Iterator<Item = CellId> + '_ {
    grid.columns
        .iter()
        .filter_map(|column| column.step.clone())
        .flat_map(|step| {
            grid.rows.iter().map(move |lane| CellId {
                lane: lane.clone(),
                step: step.clone(),
            })
        })
}

/// The block of cells that two items span. In one row or column of cells, only what is
/// between the two.
pub(crate) fn range(grid: &Grid, from: &Item, to: &Item) -> Vec<Item> {
    let (Some(a), Some(b)) = (
        super::roving::cell_of(grid, from),
        super::roving::cell_of(grid, to),
    ) else {
        return vec![to.clone()];
    };
    let row = |cell: &CellId| grid.rows.iter().position(|lane| *lane == cell.lane);
    let column = |cell: &CellId| {
        grid.columns
            .iter()
            .position(|column| column.step.as_ref() == Some(&cell.step))
    };
    let between =
        |x: Option<usize>, a: Option<usize>, b: Option<usize>| a.min(b) <= x && x <= a.max(b);
    let items = in_order(grid, |cell, _| {
        between(row(cell), row(&a), row(&b)) && between(column(cell), column(&a), column(&b))
    });
    let at = |item: &Item| items.iter().position(|other| other == item);
    match (at(from), at(to)) {
        (Some(x), Some(y)) if a.lane == b.lane || a.step == b.step => {
            items[x.min(y)..=x.max(y)].to_vec()
        }
        _ => items,
    }
}

/// The next item in a direction: of the same step up and down, of the same lane sideways.
fn neighbour(grid: &Grid, from: &Item, direction: Direction) -> Option<Item> {
    let cell = super::roving::cell_of(grid, from)?;
    let place = grid
        .cells
        .get(&cell)?
        .iter()
        .position(|item| item == from)?;
    match direction {
        Direction::Up | Direction::Down => {
            let items = in_order(grid, |at, _| at.step == cell.step);
            let at = items.iter().position(|item| item == from)?;
            let to = if direction == Direction::Down {
                at + 1
            } else {
                at.checked_sub(1)?
            };
            items.get(to).cloned()
        }
        Direction::Left | Direction::Right => {
            let mut steps: Vec<_> = grid
                .columns
                .iter()
                .filter_map(|column| column.step.clone())
                .collect();
            if direction == Direction::Left {
                steps.reverse();
            }
            let at = steps.iter().position(|step| *step == cell.step)?;
            steps[at + 1..].iter().find_map(|step| {
                let there = CellId {
                    lane: cell.lane.clone(),
                    step: step.clone(),
                };
                let items = grid.cells.get(&there)?;
                items.get(place).or_else(|| items.last()).cloned()
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waymark_model::grid::Column;
    use waymark_model::ids::{CardId, LaneId, StageId, StepId};

    fn card(id: &str) -> Item {
        Item::Card(CardId::parse(id).unwrap())
    }

    /// Two lanes, three steps: a1 a2 in the first cell, then one each; b3 below the last.
    fn grid() -> Grid {
        let stage = StageId::parse("s").unwrap();
        let mut grid = Grid {
            rows: ["a", "b"].map(|lane| LaneId::parse(lane).unwrap()).into(),
            columns: ["1", "2", "3"]
                .map(|step| Column {
                    stage: stage.clone(),
                    step: Some(StepId::parse(step).unwrap()),
                })
                .into(),
            ..Grid::default()
        };
        for (lane, step, items) in [
            ("a", "1", vec!["a1", "a2"]),
            ("a", "2", vec!["a3"]),
            ("a", "3", vec!["a4"]),
            ("b", "1", vec!["b1"]),
            ("b", "3", vec!["b3"]),
        ] {
            let cell = CellId {
                lane: LaneId::parse(lane).unwrap(),
                step: StepId::parse(step).unwrap(),
            };
            grid.cells
                .insert(cell, items.into_iter().map(card).collect());
        }
        grid
    }

    #[test]
    fn a_range_in_one_lane_is_what_is_between() {
        let grid = grid();
        assert_eq!(
            range(&grid, &card("a2"), &card("a4")),
            ["a2", "a3", "a4"].map(card)
        );
        assert_eq!(
            range(&grid, &card("a2"), &card("a1")),
            ["a1", "a2"].map(card)
        );
    }

    #[test]
    fn a_range_over_lanes_and_steps_is_a_block_of_cells() {
        assert_eq!(
            range(&grid(), &card("a1"), &card("b3")),
            ["a1", "a2", "b1", "a3", "a4", "b3"].map(card)
        );
    }

    #[test]
    fn ranges_grow_to_the_next_item_and_pass_over_empty_cells() {
        let grid = grid();
        assert_eq!(
            neighbour(&grid, &card("b1"), Direction::Right),
            Some(card("b3"))
        );
        assert_eq!(
            neighbour(&grid, &card("a2"), Direction::Down),
            Some(card("b1"))
        );
        assert_eq!(neighbour(&grid, &card("a1"), Direction::Left), None);
    }
}
