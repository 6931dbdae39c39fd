//! What can be done with a cell, and with the empty column of a stage.

use waymark_model::edit::Place;
use waymark_model::grid::CellId;

use super::super::board::Role;
use super::super::spot::Spot;
use super::{
    At, CHOOSE, COMMENT, COPY, CUT, Command, DUPLICATE, PASTE, SELECT_NONE, Section, UNCUT,
};

pub(crate) const SECTIONS: &[Section] = &[
    &[
        Command::new("cell.enter", "pencil", "Go in", enter)
            .keys(&["Enter", "F2"])
            .when(|at| cell(at).is_some())
            .unlisted(),
        Command::new("cell.add", "plus", "Add a card", add)
            .keys(&["Mod+Enter"])
            .when(|at| cell(at).is_some()),
    ],
    &[
        Command::new(
            "cell.select-all",
            "square-check",
            "Select its cards",
            |at| {
                if let Some(cell) = cell(at) {
                    at.board.choose_all(cell);
                }
            },
        )
        .keys(&["Mod+A"])
        .when(|at| cell(at).is_some()),
        SELECT_NONE,
    ],
    &[COMMENT],
    &[UNCUT, COPY, CUT, PASTE, DUPLICATE],
    &[Command::new("gap.add-step", "plus", "Add step", add_step)
        .keys(&["Enter", "F2", "N"])
        .when(|at| matches!(at.spot, Some(Spot::Gap(_))))],
    &[Command::new(
        "cell.clear-emotion",
        "x",
        "Clear the emotion",
        clear_emotion,
    )
    .keys(&["Delete", "Backspace"])
    .when(|at| emotion_cell(at).is_some())],
    &[Command::new(
        "cell.next-persona",
        "user-round",
        "The next persona’s curve",
        |at| at.board.show_next_curve(),
    )
    .keys(&["P"])
    .when(|at| is_on_curve(at) && at.board.has_personas())],
    &[CHOOSE],
];

fn cell(at: &At) -> Option<&CellId> {
    match &at.spot {
        Some(Spot::Cell(cell)) => Some(cell),
        _ => None,
    }
}

fn emotion_cell(at: &At) -> Option<&CellId> {
    cell(at).filter(|cell| at.board.role(&cell.lane) == Role::Curve)
}

fn is_on_curve(at: &At) -> bool {
    matches!(at.spot, Some(Spot::Point(_))) || emotion_cell(at).is_some()
}

/// Into a cell: to its first item, its slider, or a new card.
fn enter(at: &At) {
    let Some(cell) = cell(at) else { return };
    if at.board.role(&cell.lane) == Role::Curve {
        at.board.settle(Spot::Point(cell.step.clone()), false);
        return;
    }
    match at.board.grid().items(cell).first() {
        Some(item) => at.board.settle(Spot::Item(item.clone()), false),
        None => at.board.start_draft(cell.clone(), None),
    }
}

fn add(at: &At) {
    if let Some(cell) = cell(at) {
        at.board.start_draft(cell.clone(), None);
    }
}

fn add_step(at: &At) {
    if let Some(Spot::Gap(stage)) = &at.spot {
        at.board.add_step(stage.clone(), Place::Last);
    }
}

fn clear_emotion(at: &At) {
    if let Some(cell) = emotion_cell(at) {
        at.board.set_emotion(&cell.step, None);
    }
}
