//! What was cut moves when it is pasted: it stays the same card, lane or step, whoever
//! edits it meanwhile.

use waymark_model::Edit;
use waymark_model::edit::Place;
use waymark_model::grid::{CellId, Item};

use super::super::batch::{count_words, placed};
use super::super::board::Board;
use super::super::roving::cell_of;
use super::super::spot::Spot;
use super::paste::left_out;

impl Board {
    /// Moves what was cut to a place; `false` when it cannot go there.
    pub(super) fn move_cut(&self, to: &Spot, cut: &[Spot]) -> bool {
        match cut {
            [Spot::Lane(id)] => {
                let lane = match to {
                    Spot::Lane(lane) => Some(lane.clone()),
                    _ => self.cell_at(to).map(|cell| cell.lane),
                };
                let edit = lane.filter(|lane| lane != id).map(|lane| Edit::MoveLane {
                    id: id.clone(),
                    place: Place::After(lane),
                });
                self.moved(edit, Spot::Lane(id.clone()), "Moved the lane")
            }
            [Spot::Stage(id)] => {
                let stage = self.stage_at(to).filter(|stage| stage != id);
                let edit = stage.map(|stage| Edit::MoveStage {
                    id: id.clone(),
                    place: Place::After(stage),
                });
                self.moved(edit, Spot::Stage(id.clone()), "Moved the stage")
            }
            [Spot::Step(id)] => {
                let edit = self.stage_at(to).map(|stage| Edit::MoveStep {
                    id: id.clone(),
                    stage,
                    place: self.step_at(to).map_or(Place::Last, Place::After),
                });
                let elsewhere = self.step_at(to).as_ref() != Some(id);
                self.moved(
                    edit.filter(|_| elsewhere),
                    Spot::Step(id.clone()),
                    "Moved the step",
                )
            }
            _ => {
                let items = cut.iter().filter_map(|spot| match spot {
                    Spot::Item(item) => Some(item.clone()),
                    _ => None,
                });
                self.move_items(to, items.collect())
            }
        }
    }

    fn moved(&self, edit: Option<Edit>, spot: Spot, words: &str) -> bool {
        if let Some(edit) = edit
            && self.state.edit(edit).is_ok()
        {
            self.settle(spot, true);
            self.state.announce(words);
        }
        true
    }

    /// Items land as they stood to each other: the first where one pastes, the others as
    /// many steps and lanes from it as before. Going along its lane, each keeps its own.
    fn move_items(&self, to: &Spot, items: Vec<Item>) -> bool {
        let grid = self.grid();
        let there: Vec<(Item, CellId)> = items
            .into_iter()
            .filter_map(|item| cell_of(&grid, &item).map(|cell| (item, cell)))
            .collect();
        let row = |cell: &CellId| grid.rows.iter().position(|lane| *lane == cell.lane);
        let steps: Vec<_> = grid
            .columns
            .iter()
            .filter_map(|it| it.step.clone())
            .collect();
        let column = |cell: &CellId| steps.iter().position(|step| *step == cell.step);
        let top = there.iter().filter_map(|(_, cell)| row(cell)).min();
        let left = there.iter().filter_map(|(_, cell)| column(cell)).min();
        let (Some(top), Some(left)) = (top, left) else {
            self.state.toast("What was cut is no longer there.");
            return true;
        };
        let to = match (to, self.cell_at(to)) {
            (_, Some(cell)) => cell,
            (Spot::Step(step), None) => CellId {
                lane: grid.rows[top].clone(),
                step: step.clone(),
            },
            _ => return false,
        };
        let (Some(new_top), Some(new_left)) = (row(&to), column(&to)) else {
            return false;
        };
        let mut groups: Vec<(CellId, Vec<Item>)> = Vec::new();
        let mut lost = 0;
        for (item, cell) in there {
            let at = row(&cell).and_then(|at| grid.rows.get(at - top + new_top));
            let step = column(&cell).and_then(|at| steps.get(at - left + new_left));
            let (Some(lane), Some(step)) = (at, step) else {
                lost += 1;
                continue;
            };
            let target = CellId {
                lane: lane.clone(),
                step: step.clone(),
            };
            match groups.iter_mut().find(|(other, _)| *other == target) {
                Some((_, items)) => items.push(item),
                None => groups.push((target, vec![item])),
            }
        }
        let edits = groups
            .iter()
            .flat_map(|(cell, items)| placed(&grid, items, cell, usize::MAX))
            .collect();
        let moved: Vec<Item> = groups.into_iter().flat_map(|(_, items)| items).collect();
        let words = format!(
            "Moved {} to {}{}",
            count_words(moved.len()),
            self.say_cell(&to),
            left_out(lost)
        );
        self.finish_items(edits, moved, words, lost > 0);
        true
    }
}
