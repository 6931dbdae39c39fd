//! The lanes of a step, to add a card to.

use waymark_model::edit::Place;
use waymark_model::grid::CellId;
use waymark_model::ids::StepId;

use super::super::board::Board;
use super::super::faces;
use super::menu::Entry;

/// One line for each lane a card can be added to.
pub(crate) fn of_step(board: Board, step: &StepId) -> Vec<Entry> {
    let map = board.state.map();
    let entry = |lane: &waymark_model::map::Lane| {
        let cell = CellId {
            lane: lane.id.clone(),
            step: step.clone(),
        };
        Entry::new(faces::icon(lane.kind), lane.title.clone(), move || {
            board.start_draft(cell.clone(), None)
        })
    };
    let lanes = map.lanes.iter().map(entry);
    let after = step.clone();
    let another = Entry::new("plus", "Step after this one", move || {
        if let Some(stage) = board.stage_of(&after) {
            board.add_step(stage, Place::After(after.clone()));
        }
    });
    lanes.chain([Entry::Line, another]).collect()
}
