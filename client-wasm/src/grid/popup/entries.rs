//! What the menus of cards, steps, stages and lanes offer.

use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::edit::Place;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::{LaneId, StageId, StepId};

use super::super::board::Board;
use super::super::faces;
use super::super::moves::{Direction, Moved};
use super::super::spot::Spot;
use super::menu::Entry;
use super::{Content, Popup};

/// The menu of a place.
pub(crate) fn entries(board: Board, spot: &Spot, popup: &Popup) -> Vec<Entry> {
    match spot {
        Spot::Item(item) => of_item(board, item, popup),
        Spot::Step(id) => of_step(board, id, popup),
        Spot::Stage(id) => of_stage(board, id, popup),
        Spot::Lane(id) => of_lane(board, id, popup),
        Spot::Gap(_) | Spot::Cell(_) | Spot::Point(_) => Vec::new(),
    }
}

fn edit(board: Board, spot: Spot, text: &str) -> Entry {
    Entry::new("pencil", text, move || board.start_editing(&spot)).keys("Enter")
}

fn move_to(board: Board, spot: Spot, popup: &Popup) -> Entry {
    let popup = popup.clone();
    Entry::new("move", "Move to…", move || {
        board
            .popup
            .set(Some(popup.instead(Content::MoveTo(spot.clone()))))
    })
    .keys("M")
}

fn nudge(board: Board, moved: Moved, direction: Direction) -> Entry {
    let (icon, text, keys) = match direction {
        Direction::Left => ("arrow-left", "Move left", "Alt+Shift+←"),
        Direction::Right => ("arrow-right", "Move right", "Alt+Shift+→"),
        Direction::Up => ("arrow-up", "Move up", "Alt+Shift+↑"),
        Direction::Down => ("arrow-down", "Move down", "Alt+Shift+↓"),
    };
    let run = move || {
        board.close_popup();
        board.nudge(&moved, direction);
    };
    Entry::new(icon, text, run).keys(keys)
}

fn delete(board: Board, spot: Spot, text: &str) -> Entry {
    Entry::new("trash-2", text, move || board.delete(&spot))
        .keys("Del")
        .danger()
}

fn of_item(board: Board, item: &Item, popup: &Popup) -> Vec<Entry> {
    let spot = Spot::Item(item.clone());
    if matches!(item, Item::Metric(_)) {
        return Vec::new();
    }
    let moved = Moved::Item(item.clone());
    vec![
        edit(board, spot.clone(), "Edit"),
        move_to(board, spot.clone(), popup),
        nudge(board, moved.clone(), Direction::Left),
        nudge(board, moved, Direction::Right),
        Entry::Line,
        delete(board, spot, "Delete"),
    ]
}

fn of_step(board: Board, id: &StepId, popup: &Popup) -> Vec<Entry> {
    let spot = Spot::Step(id.clone());
    let moved = Moved::Step(id.clone());
    let truth = board
        .state
        .map()
        .steps
        .iter()
        .any(|step| step.id == *id && step.moment_of_truth);
    let add = |icon, text: &str, place: fn(StepId) -> Place<StepId>| {
        let id = id.clone();
        Entry::new(icon, text, move || {
            if let Some(stage) = board.stage_of(&id) {
                board.add_step(stage, place(id.clone()));
            }
        })
    };
    let mark = {
        let id = id.clone();
        Entry::new("star", "Moment of truth", move || {
            let _ = board.state.edit(Edit::SetMomentOfTruth {
                id: id.clone(),
                value: !truth,
            });
            board.close_popup();
        })
        .checked(truth)
    };
    let mut entries = vec![
        edit(board, spot.clone(), "Rename"),
        mark,
        Entry::Line,
        add("plus", "Add step before", Place::Before),
        add("plus", "Add step after", Place::After),
        Entry::Line,
        nudge(board, moved.clone(), Direction::Left),
        nudge(board, moved, Direction::Right),
        move_to(board, spot.clone(), popup),
        Entry::Line,
        delete(board, spot, "Delete step"),
    ];
    // On a phone the step is at hand and its stage only a chip.
    if board.narrow.get_untracked()
        && let Some(stage) = board.stage_of(id)
    {
        let popup = popup.clone();
        let spot = Spot::Stage(stage);
        let open = move || {
            board
                .popup
                .set(Some(popup.instead(Content::Menu(spot.clone()))));
        };
        entries.push(Entry::new("ellipsis", "Its stage…", open));
    }
    entries
}

fn of_stage(board: Board, id: &StageId, popup: &Popup) -> Vec<Entry> {
    let spot = Spot::Stage(id.clone());
    let moved = Moved::Stage(id.clone());
    let add = |text: &str, place: Place<StageId>| {
        Entry::new("plus", text, move || board.add_stage(place.clone()))
    };
    let step = {
        let id = id.clone();
        Entry::new("plus", "Add step", move || {
            board.add_step(id.clone(), Place::Last)
        })
    };
    vec![
        edit(board, spot.clone(), "Rename"),
        Entry::Line,
        step,
        add("Add stage before", Place::Before(id.clone())),
        add("Add stage after", Place::After(id.clone())),
        Entry::Line,
        nudge(board, moved.clone(), Direction::Left),
        nudge(board, moved, Direction::Right),
        move_to(board, spot.clone(), popup),
        Entry::Line,
        delete(board, spot, "Delete stage"),
    ]
}

fn of_lane(board: Board, id: &LaneId, popup: &Popup) -> Vec<Entry> {
    let spot = Spot::Lane(id.clone());
    let moved = Moved::Lane(id.clone());
    let add = |text: &str, place: Place<LaneId>| {
        let popup = popup.clone();
        Entry::new("plus", text, move || {
            board
                .popup
                .set(Some(popup.instead(Content::LaneKinds(place.clone()))))
        })
    };
    vec![
        edit(board, spot.clone(), "Rename"),
        Entry::Line,
        add("Add lane above…", Place::Before(id.clone())),
        add("Add lane below…", Place::After(id.clone())),
        Entry::Line,
        nudge(board, moved.clone(), Direction::Up),
        nudge(board, moved, Direction::Down),
        move_to(board, spot.clone(), popup),
        Entry::Line,
        delete(board, spot, "Delete lane"),
    ]
}

/// One line for each lane a card can be added to.
pub(crate) fn of_lanes(board: Board, step: &StepId) -> Vec<Entry> {
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
