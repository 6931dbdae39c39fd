//! The keyboard: what each key does at each place.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::edit::Place;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::StepId;
use web_sys::Element;

use super::board::{Board, Role};
use super::focus::element;
use super::moves::{Direction, Moved};
use super::popup::Popup;
use super::roving::{Motion, go};
use super::spot::Spot;

/// How many lanes Page Up and Page Down go.
const PAGE: usize = 5;

/// Handles a key pressed somewhere in the grid.
pub(crate) fn handle(board: Board, event: &KeyboardEvent) {
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
        feel(board, event, step)
    } else {
        commands(board, event, &spot) || walk(board, event, &spot) || act(board, event, &spot)
    };
    if done {
        event.prevent_default();
        event.stop_propagation();
    }
}

/// Whether an element handles keys by itself.
fn is_control(target: &Element) -> bool {
    matches!(
        target.tag_name().as_str(),
        "INPUT" | "TEXTAREA" | "SELECT" | "BUTTON"
    )
}

/// Keys with Alt: move things, or go from stage to stage.
fn commands(board: Board, event: &KeyboardEvent, spot: &Spot) -> bool {
    if !event.alt_key() || event.ctrl_key() || event.meta_key() {
        return false;
    }
    let direction = match event.key().as_str() {
        "ArrowLeft" => Direction::Left,
        "ArrowRight" => Direction::Right,
        "ArrowUp" => Direction::Up,
        "ArrowDown" => Direction::Down,
        _ => return false,
    };
    if event.shift_key() {
        if let Some(moved) = Moved::at(spot) {
            board.nudge(&moved, direction);
        }
        return true;
    }
    let motion = match direction {
        Direction::Left => Motion::PreviousStage,
        Direction::Right => Motion::NextStage,
        Direction::Up | Direction::Down => return false,
    };
    step_to(board, go(&board.grid(), spot, motion));
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
    step_to(board, go(&board.grid(), spot, motion));
    true
}

fn step_to(board: Board, spot: Option<Spot>) {
    if let Some(spot) = spot {
        board.settle(spot, false);
    }
}

/// Keys that do something to the place.
fn act(board: Board, event: &KeyboardEvent, spot: &Spot) -> bool {
    if event.ctrl_key() || event.meta_key() {
        return false;
    }
    let key = event.key();
    match (key.as_str(), spot) {
        ("Enter" | "F2", Spot::Cell(cell)) => enter(board, cell),
        ("Enter" | "F2", Spot::Gap(stage)) => board.add_step(stage.clone(), Place::Last),
        ("Enter" | "F2", spot) => board.start_editing(spot),
        ("Escape", Spot::Item(item)) => match board.cell_of(item) {
            Some(cell) => board.settle(Spot::Cell(cell), false),
            None => return false,
        },
        ("Delete" | "Backspace", Spot::Cell(cell)) if board.role(&cell.lane) == Role::Curve => {
            board.set_emotion(&cell.step, None)
        }
        ("Delete" | "Backspace", spot) => board.delete(spot),
        ("ContextMenu", spot) => open_menu(board, spot),
        ("F10", spot) if event.shift_key() => open_menu(board, spot),
        (" ", spot) => return board.pick_up(spot),
        ("m" | "M", spot) if Moved::at(spot).is_some() => open_move(board, spot),
        ("n" | "N", Spot::Item(item)) => match board.cell_of(item) {
            Some(cell) => board.start_draft(cell, Some(item.clone())),
            None => return false,
        },
        (digit, Spot::Cell(cell)) if board.role(&cell.lane) == Role::Curve && is_level(digit) => {
            level(board, &cell.step, digit)
        }
        (typed, Spot::Cell(cell)) if starts_text(typed) => {
            // Not prevented: the letter itself lands in the box that opens.
            board.start_draft(cell.clone(), last_item(board, cell));
            return false;
        }
        _ => return false,
    }
    true
}

/// Into a cell: to its first item, its slider, or a new card.
fn enter(board: Board, cell: &CellId) {
    if board.role(&cell.lane) == Role::Curve {
        board.settle(Spot::Point(cell.step.clone()), false);
        return;
    }
    let first = board
        .grid()
        .cells
        .get(cell)
        .and_then(|items| items.first().cloned());
    match first {
        Some(item) => board.settle(Spot::Item(item), false),
        None => board.start_draft(cell.clone(), None),
    }
}

fn last_item(board: Board, cell: &CellId) -> Option<Item> {
    board
        .grid()
        .cells
        .get(cell)
        .and_then(|items| items.last().cloned())
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
    match event.key().as_str() {
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

fn open_move(board: Board, spot: &Spot) {
    if let Some(place) = element(spot) {
        board.popup.set(Some(Popup::move_to(spot.clone(), &place)));
    }
}

pub(crate) fn open_levels(board: Board, step: &StepId) {
    if let Some(place) = element(&Spot::Point(step.clone())) {
        board.popup.set(Some(Popup::levels(step.clone(), &place)));
    }
}
