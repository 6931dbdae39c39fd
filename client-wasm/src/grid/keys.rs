//! The keyboard: what each key does at each place.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::grid::CellId;
use waymark_model::ids::StepId;
use web_sys::Element;

use super::board::{Board, Role};
use super::commands;
use super::focus::element;
use super::lens::Lens;
use super::moves::Direction;
use super::popup::Popup;
use super::roving::Motion;
use super::spot::Spot;
use crate::dom::{Listener, document};

/// How many lanes Page Up and Page Down go.
const PAGE: usize = 5;

/// Listens, until the page is left, for the keys that work wherever one is.
pub(crate) fn listen(board: Board) {
    let listener = Listener::new(&document(), "keydown", move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
            return;
        };
        if !event.default_prevented() && !event.is_composing() && anywhere(board, event) {
            event.prevent_default();
        }
        board.chords().note(event);
    });
    StoredValue::new_local(listener);
}

/// Does what a key means everywhere.
fn anywhere(board: Board, event: &KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let within = |selector: &str| {
        target
            .as_ref()
            .is_some_and(|target| target.closest(selector).ok().flatten().is_some())
    };
    // Fields that are not part of the map have their own history and their own keys.
    if within("[data-own-undo]") {
        return false;
    }
    let in_text = within("input, textarea, select, [contenteditable]");
    commands::press_anywhere(board, event, in_text)
}

/// Handles a key pressed somewhere in the grid.
pub(crate) fn handle(board: Board, event: &KeyboardEvent) {
    if follows(board, event) {
        event.prevent_default();
        event.stop_propagation();
        return;
    }
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let Some(target) = target.filter(|target| !is_control(target)) else {
        return;
    };
    let place = target.closest("[data-spot]").ok().flatten();
    let Some(spot) = place.and_then(|place| Spot::parse(&place.get_attribute("data-spot")?)) else {
        return;
    };
    // While the pointer carries something, its own listener has the keys.
    if event.is_composing() || board.is_carrying_by_pointer() {
        return;
    }
    let done = if board.is_carrying_by_keys() {
        carry(board, event)
    } else if let Spot::Point(step) = &spot {
        feel(board, event, step) || commands::press(board, event, &spot)
    } else {
        let was_drafting = board.drafting.now();
        stages(board, event, &spot)
            || walk(board, event, &spot)
            || typed(board, event, &spot)
            || (board.drafting.now() == was_drafting && commands::press(board, event, &spot))
    };
    if done {
        event.prevent_default();
        event.stop_propagation();
    }
}

/// While one follows somebody: Escape ends that, and doing something oneself lets it rest.
fn follows(board: Board, event: &KeyboardEvent) -> bool {
    let key = event.key();
    if key == "Escape" && board.hide_tip() {
        return true;
    }
    let is_modifier = matches!(key.as_str(), "Shift" | "Control" | "Alt" | "Meta");
    if key == "Escape" && untrack(|| board.follow.is_on()) && board.is_idle() {
        board.stop_following();
        return true;
    }
    if !is_modifier && key != "Escape" && !key.eq_ignore_ascii_case("f") {
        board.follow.note_own();
    }
    false
}

/// Whether an element handles keys by itself.
fn is_control(target: &Element) -> bool {
    matches!(
        target.tag_name().as_str(),
        "INPUT" | "TEXTAREA" | "SELECT" | "BUTTON"
    )
}

/// Alt with an arrow: from stage to stage.
fn stages(board: Board, event: &KeyboardEvent, spot: &Spot) -> bool {
    if !event.alt_key() || event.ctrl_key() || event.meta_key() || event.shift_key() {
        return false;
    }
    let motion = match event.key().as_str() {
        "ArrowLeft" => Motion::PreviousStage,
        "ArrowRight" => Motion::NextStage,
        _ => return false,
    };
    step_to(board, board.go(spot, motion));
    true
}

/// Keys that go somewhere.
fn walk(board: Board, event: &KeyboardEvent, spot: &Spot) -> bool {
    if event.alt_key() || event.shift_key() {
        return false;
    }
    let control = event.ctrl_key() || event.meta_key();
    let motion = match (event.key().as_str(), control) {
        ("ArrowLeft", false) => Motion::Left,
        ("ArrowRight", false) => Motion::Right,
        ("ArrowUp", false) => Motion::Up,
        ("ArrowDown", false) => Motion::Down,
        ("Home", false) => Motion::Home,
        ("End", false) => Motion::End,
        ("Home", true) => Motion::First,
        ("End", true) => Motion::Last,
        ("PageUp", false) => Motion::PageUp(PAGE),
        ("PageDown", false) => Motion::PageDown(PAGE),
        _ => return false,
    };
    step_to(board, board.go(spot, motion));
    true
}

fn step_to(board: Board, spot: Option<Spot>) {
    if let Some(spot) = spot {
        board.settle(spot, false);
    }
}

/// Typing on a cell: a level on the curve, a new card elsewhere.
fn typed(board: Board, event: &KeyboardEvent, spot: &Spot) -> bool {
    let Spot::Cell(cell) = spot else {
        return false;
    };
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return false;
    }
    let key = event.key();
    if board.role(&cell.lane) == Role::Curve && is_level(&key) {
        level(board, &cell.step, &key);
        return true;
    }
    // Shift+1 fits the map to the window.
    let fits = key == "!" && event.shift_key();
    if board.typing_starts() && starts_text(&key) && !fits {
        // Not prevented: the letter itself lands in the box that opens.
        board.start_draft(cell.clone(), None);
        event.stop_propagation();
    }
    false
}

/// One printable character that starts a card. "?" opens the key list of the page.
fn starts_text(key: &str) -> bool {
    let mut letters = key.chars();
    let one = letters
        .next()
        .is_some_and(|letter| !letter.is_control() && letter != ' ')
        && letters.next().is_none();
    (one && key != "?") || key == "Dead" || key == "Process"
}

fn is_level(key: &str) -> bool {
    matches!(
        key,
        "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "0" | "-" | "−" | "+" | "="
    )
}

fn level(board: Board, step: &StepId, key: &str) {
    match key {
        "-" | "−" => board.shift_emotion(step, -1.0),
        "+" | "=" => board.shift_emotion(step, 1.0),
        "0" => {
            let scale = board.state.map().frame.scale;
            board.set_emotion(step, Some(f64::midpoint(scale.min, scale.max)));
        }
        number => board.choose_level(step, number.parse().unwrap_or_default()),
    }
}

/// Keys on an emotion slider.
fn feel(board: Board, event: &KeyboardEvent, step: &StepId) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return false;
    }
    let scale = board.state.map().frame.scale;
    // On the curve up is better; among faces in a row the right one is, and up leads on.
    let in_a_row = board.lens.get_untracked() != Lens::Grid;
    match event.key().as_str() {
        "ArrowLeft" if in_a_row => board.shift_emotion(step, -1.0),
        "ArrowRight" if in_a_row => board.shift_emotion(step, 1.0),
        "ArrowUp" if in_a_row => {
            step_to(board, board.go(&Spot::Point(step.clone()), Motion::Up));
        }
        "ArrowDown" if in_a_row => {
            step_to(board, board.go(&Spot::Point(step.clone()), Motion::Down));
        }
        "ArrowUp" => board.shift_emotion(step, 1.0),
        "ArrowDown" => board.shift_emotion(step, -1.0),
        "Home" => board.set_emotion(step, Some(scale.min)),
        "End" => board.set_emotion(step, Some(scale.max)),
        "ArrowLeft" | "ArrowRight" => {
            let right = event.key() == "ArrowRight";
            let steps: Vec<StepId> = board
                .grid()
                .columns
                .iter()
                .filter_map(|column| column.step.clone())
                .collect();
            let at = steps.iter().position(|other| other == step);
            let next = at.and_then(|at| {
                if right {
                    steps.get(at + 1)
                } else {
                    steps.get(at.checked_sub(1)?)
                }
            });
            step_to(board, next.cloned().map(Spot::Point));
        }
        "Delete" | "Backspace" => board.set_emotion(step, None),
        "Enter" | " " | "F2" => open_levels(board, step),
        "Escape" => step_to(board, cell_of_point(board, step)),
        key if is_level(key) => level(board, step, key),
        _ => return false,
    }
    true
}

fn cell_of_point(board: Board, step: &StepId) -> Option<Spot> {
    let grid = board.grid();
    let lane = grid
        .rows
        .iter()
        .find(|lane| board.role(lane) == Role::Curve)?;
    Some(Spot::Cell(CellId {
        lane: lane.clone(),
        step: step.clone(),
    }))
}

/// Keys while something is carried.
fn carry(board: Board, event: &KeyboardEvent) -> bool {
    match event.key().as_str() {
        "ArrowLeft" => board.carry_on(Direction::Left),
        "ArrowRight" => board.carry_on(Direction::Right),
        "ArrowUp" => board.carry_on(Direction::Up),
        "ArrowDown" => board.carry_on(Direction::Down),
        " " | "Enter" => board.put_down(),
        "Escape" => board.let_go(),
        _ => return false,
    }
    true
}

/// Opens the menu of a place under it.
pub(crate) fn open_menu(board: Board, spot: &Spot) {
    if let Some(place) = element(spot) {
        let anchor = place
            .query_selector("[data-action=more]")
            .ok()
            .flatten()
            .unwrap_or(place);
        board.popup.set(Some(Popup::menu(spot.clone(), &anchor)));
    }
}

pub(crate) fn open_levels(board: Board, step: &StepId) {
    if let Some(place) = element(&Spot::Point(step.clone())) {
        board.popup.set(Some(Popup::levels(step.clone(), &place)));
    }
}
