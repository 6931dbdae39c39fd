//! What is done to several items at once, each time as one undo step.

use leptos::prelude::*;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::{LaneId, StepId};
use waymark_model::scalar::{Scalar, ScalarField};
use waymark_model::vocabulary::Colour;
use waymark_model::{Edit, Grid};

use super::board::{Board, target_of};
use super::moves::{Direction, among};
use super::popup::status_field;
use super::roving::cell_of;
use super::spot::Spot;

/// The edits that put items one after the other into a cell, at an index that counts only
/// what else is there.
pub(crate) fn placed(grid: &Grid, items: &[Item], cell: &CellId, index: usize) -> Vec<Edit> {
    let others = others(grid, items, cell);
    let (mut card, mut pain, mut opportunity) = (None, None, None);
    let mut edits = Vec::new();
    for item in items {
        let step = cell.step.clone();
        match item {
            Item::Card(id) => {
                let place = after(&mut card, id, || {
                    among(&others, index, |item| match item {
                        Item::Card(id) => Some(id.clone()),
                        _ => None,
                    })
                });
                edits.push(Edit::MoveCard {
                    id: id.clone(),
                    step,
                    lane: cell.lane.clone(),
                    place,
                });
            }
            Item::Pain(id) => {
                let place = after(&mut pain, id, || {
                    among(&others, index, |item| match item {
                        Item::Pain(id) => Some(id.clone()),
                        _ => None,
                    })
                });
                edits.push(Edit::MovePain {
                    id: id.clone(),
                    step,
                    place,
                });
            }
            Item::Opportunity(id) => {
                let place = after(&mut opportunity, id, || {
                    among(&others, index, |item| match item {
                        Item::Opportunity(id) => Some(id.clone()),
                        _ => None,
                    })
                });
                edits.push(Edit::MoveOpportunity {
                    id: id.clone(),
                    step,
                    place,
                });
            }
            Item::Metric(_) => {}
        }
    }
    edits
}

/// After the one placed before it, or for the first one at its own place.
fn after<Id: Clone>(
    last: &mut Option<Id>,
    id: &Id,
    first: impl FnOnce() -> waymark_model::edit::Place<Id>,
) -> waymark_model::edit::Place<Id> {
    last.replace(id.clone())
        .map_or_else(first, waymark_model::edit::Place::After)
}

fn others(grid: &Grid, items: &[Item], cell: &CellId) -> Vec<Item> {
    let here = grid.cells.get(cell).map_or(&[][..], Vec::as_slice);
    here.iter()
        .filter(|item| !items.contains(item))
        .cloned()
        .collect()
}

/// The edits that move items one place in a direction; `None` when one of them cannot go.
pub(crate) fn nudged(grid: &Grid, items: &[Item], direction: Direction) -> Option<Vec<Edit>> {
    let mut groups: Vec<(CellId, Vec<Item>)> = Vec::new();
    for item in items {
        let cell = cell_of(grid, item)?;
        match groups.iter_mut().find(|(other, _)| *other == cell) {
            Some((_, items)) => items.push(item.clone()),
            None => groups.push((cell, vec![item.clone()])),
        }
    }
    let alone = groups.len() == 1;
    let mut edits = Vec::new();
    for (cell, group) in groups {
        let (to, index) = next(grid, items, &cell, &group, direction, alone)?;
        edits.extend(placed(grid, &group, &to, index));
    }
    Some(edits)
}

/// Where the chosen items of one cell go.
fn next(
    grid: &Grid,
    all: &[Item],
    cell: &CellId,
    group: &[Item],
    direction: Direction,
    alone: bool,
) -> Option<(CellId, usize)> {
    let here = grid.cells.get(cell)?;
    let first = here.iter().position(|item| group.contains(item))?;
    let before = here[..first]
        .iter()
        .filter(|item| !all.contains(item))
        .count();
    let count = |cell: &CellId| others(grid, all, cell).len();
    let only_cards = group.iter().all(|item| matches!(item, Item::Card(_)));
    match direction {
        Direction::Left | Direction::Right => {
            let step = beside(grid, &cell.step, direction)?;
            let to = CellId {
                lane: cell.lane.clone(),
                step,
            };
            let index = before.min(count(&to));
            Some((to, index))
        }
        Direction::Up if alone && before > 0 => Some((cell.clone(), before - 1)),
        Direction::Down if alone && before < count(cell) => Some((cell.clone(), before + 1)),
        Direction::Up | Direction::Down => {
            let row = grid.rows.iter().position(|lane| *lane == cell.lane)?;
            let row = if direction == Direction::Up {
                row.checked_sub(1)?
            } else {
                row + 1
            };
            let lane: LaneId = grid.rows.get(row).filter(|_| only_cards)?.clone();
            let to = CellId {
                lane,
                step: cell.step.clone(),
            };
            let index = if direction == Direction::Up {
                count(&to)
            } else {
                0
            };
            Some((to, index))
        }
    }
}

fn beside(grid: &Grid, step: &StepId, direction: Direction) -> Option<StepId> {
    let steps: Vec<&StepId> = grid
        .columns
        .iter()
        .filter_map(|column| column.step.as_ref())
        .collect();
    let at = steps.iter().position(|other| *other == step)?;
    let to = if direction == Direction::Left {
        at.checked_sub(1)?
    } else {
        at + 1
    };
    steps.get(to).map(|step| (*step).clone())
}

/// "3 cards", or "1 card".
pub(crate) fn count_words(count: usize) -> String {
    match count {
        1 => "1 card".to_owned(),
        _ => format!("{count} cards"),
    }
}

impl Board {
    /// Moves all chosen items to where one of them lands. Whether anything changed.
    pub(crate) fn land_chosen(&self, lead: &Item, cell: &CellId, index: usize) -> bool {
        let grid = self.grid();
        let items = self.chosen();
        let here = grid.cells.get(cell).map_or(&[][..], Vec::as_slice);
        let before = here
            .iter()
            .filter(|item| *item != lead)
            .take(index)
            .filter(|item| !items.contains(item))
            .count();
        let edits = placed(&grid, &items, cell, before);
        if self.state.edit_all(edits).is_err() {
            return false;
        }
        self.settle(Spot::Item(lead.clone()), true);
        let place = self.say_cell(cell);
        self.state
            .announce(format!("Moved {} to {place}", count_words(items.len())));
        true
    }

    /// Moves all chosen items one place in a direction.
    pub(crate) fn nudge_chosen(&self, direction: Direction) {
        let items = self.chosen();
        let Some(edits) = nudged(&self.grid(), &items, direction) else {
            self.state.announce("They cannot go further that way");
            return;
        };
        if self.state.edit_all(edits).is_ok() {
            if let Some(spot) = self.current() {
                self.settle(spot, true);
            }
            self.state
                .announce(format!("Moved {}", count_words(items.len())));
        }
    }

    /// Gives the cards among these items a colour, or that of their lane.
    pub(crate) fn recolour(&self, items: &[Item], colour: Option<Colour>) {
        let edits: Vec<Edit> = items
            .iter()
            .filter_map(|item| match item {
                Item::Card(id) => Some(Edit::SetScalar {
                    field: ScalarField::CardColour(id.clone()),
                    value: colour.map(|colour| colour.word().into()),
                }),
                _ => None,
            })
            .collect();
        let count = edits.len();
        if count > 0 && self.state.edit_all(edits).is_ok() {
            let name = colour.map_or("the colour of its lane", Colour::label);
            self.state
                .announce(format!("{}: {name}", count_words(count)));
        }
    }

    /// The status of an item right now; empty when it has none.
    pub(crate) fn status_of(&self, item: &Item) -> String {
        let map = self.state.map();
        match item {
            Item::Card(id) => {
                let card = map.cards.iter().find(|card| card.id == *id);
                let status = card.and_then(|card| card.status);
                status.map_or_else(String::new, |status| status.word().to_owned())
            }
            Item::Pain(id) => {
                let pain = map.pains.iter().find(|pain| pain.id == *id);
                pain.map_or_else(String::new, |pain| pain.status.clone())
            }
            Item::Opportunity(id) => {
                let it = map.opportunities.iter().find(|it| it.id == *id);
                it.map_or_else(String::new, |it| it.status.clone())
            }
            Item::Metric(_) => String::new(),
        }
    }

    /// Gives those of these items a status that can have it, or takes it away.
    pub(crate) fn restate(&self, items: &[Item], value: Option<Scalar>, label: &str) {
        let scale = self.state.map().frame.scale;
        let fields = items.iter().filter_map(status_field);
        let edits: Vec<Edit> = fields
            .filter(|field| field.accepts(value.as_ref(), scale))
            .map(|field| Edit::SetScalar {
                field,
                value: value.clone(),
            })
            .collect();
        let count = edits.len();
        if count > 0 && self.state.edit_all(edits).is_ok() {
            let left = match items.len() - count {
                0 => String::new(),
                left => format!(". {} cannot have that status", count_words(left)),
            };
            self.state
                .announce(format!("{}: status {label}{left}", count_words(count)));
        }
    }

    /// Deletes items, with an offer to undo, and goes to what was beside them.
    pub(crate) fn delete_items(&self, items: &[Item]) {
        let grid = self.grid();
        let targets: Vec<_> = items
            .iter()
            .filter_map(|item| target_of(&Spot::Item(item.clone())))
            .collect();
        let next = items.last().and_then(|last| {
            let cell = cell_of(&grid, last)?;
            let here = grid.cells.get(&cell)?;
            let at = here.iter().position(|item| item == last)?;
            let left = |item: &&Item| !items.contains(item);
            let next = here[at..].iter().find(left);
            let next = next.or_else(|| here[..at].iter().rfind(left));
            Some(next.cloned().map_or(Spot::Cell(cell), Spot::Item))
        });
        self.popup.set(None);
        self.editing.set(None);
        self.selection_done();
        self.state.delete_all(targets);
        if let Some(next) = next {
            self.settle(next, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waymark_model::edit::Place;
    use waymark_model::grid::Column;
    use waymark_model::ids::{CardId, StageId};

    fn card(id: &str) -> CardId {
        CardId::parse(id).unwrap()
    }

    fn cell(lane: &str, step: &str) -> CellId {
        CellId {
            lane: LaneId::parse(lane).unwrap(),
            step: StepId::parse(step).unwrap(),
        }
    }

    fn items(ids: &[&str]) -> Vec<Item> {
        ids.iter().map(|id| Item::Card(card(id))).collect()
    }

    fn grid() -> Grid {
        let stage = StageId::parse("s").unwrap();
        let mut grid = Grid {
            rows: ["a", "b"].map(|lane| LaneId::parse(lane).unwrap()).into(),
            columns: ["1", "2"]
                .map(|step| Column {
                    stage: stage.clone(),
                    step: Some(StepId::parse(step).unwrap()),
                })
                .into(),
            ..Grid::default()
        };
        grid.cells
            .insert(cell("a", "1"), items(&["one", "two", "three"]));
        grid.cells.insert(cell("a", "2"), items(&["four"]));
        grid
    }

    fn moved(id: &str, to: &CellId, place: Place<CardId>) -> Edit {
        Edit::MoveCard {
            id: card(id),
            step: to.step.clone(),
            lane: to.lane.clone(),
            place,
        }
    }

    #[test]
    fn items_that_move_together_keep_their_order() {
        let to = cell("a", "2");
        assert_eq!(
            placed(&grid(), &items(&["one", "three"]), &to, 0),
            [
                moved("one", &to, Place::Before(card("four"))),
                moved("three", &to, Place::After(card("one"))),
            ]
        );
    }

    #[test]
    fn a_block_goes_up_and_down_in_its_cell_and_then_to_the_next_lane() {
        let grid = grid();
        let here = cell("a", "1");
        assert_eq!(
            nudged(&grid, &items(&["two", "three"]), Direction::Up).unwrap(),
            [
                moved("two", &here, Place::Before(card("one"))),
                moved("three", &here, Place::After(card("two"))),
            ]
        );
        let below = cell("b", "1");
        assert_eq!(
            nudged(&grid, &items(&["three"]), Direction::Down).unwrap(),
            [moved("three", &below, Place::Last)]
        );
    }

    #[test]
    fn all_go_or_none() {
        assert_eq!(
            nudged(&grid(), &items(&["one", "four"]), Direction::Right),
            None
        );
    }
}
