//! Clicks and taps, handled once for the whole grid by `data-action` and `data-spot`.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::edit::Place;
use waymark_model::grid::CellId;
use waymark_model::ids::{LaneId, StepId};
use web_sys::{Element, Event};

use super::board::Board;
use super::keys;
use super::popup::Popup;
use super::spot::{Spot, parse_cell};
use crate::dom::document;

/// Remembers, at a press, whether the place had focus already: a second click edits.
pub(crate) fn was_selected(event: &Event) -> Option<Spot> {
    let place = spot_element(event)?;
    let active = document().active_element()?;
    (active == place)
        .then(|| Spot::parse(&place.get_attribute("data-spot")?))
        .flatten()
}

/// A press with a key that selects: what has focus before the press takes it is where a
/// range begins, or the first of what is chosen.
pub(crate) fn on_press(board: Board, event: &web_sys::PointerEvent) {
    let adds = event.ctrl_key() || event.meta_key();
    if !(adds || event.shift_key()) || !board.selection.is_empty_now() {
        return;
    }
    let spot = |place: &Element| Spot::parse(&place.get_attribute("data-spot")?);
    let focused = document().active_element().as_ref().and_then(spot);
    let Some(Spot::Item(item)) = focused else {
        return;
    };
    let pressed = spot_element(event).as_ref().and_then(spot);
    if adds && pressed != Some(Spot::Item(item.clone())) {
        board.toggle_chosen(&item);
    } else {
        board.begin_range(&item);
    }
}

/// A click; `selected` is what had focus before the press.
pub(crate) fn on_click(board: Board, event: &MouseEvent, selected: Option<Spot>) {
    let Some(target) = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
    else {
        return;
    };
    if let Some(button) = target.closest("[data-action]").ok().flatten() {
        act(board, &button);
        return;
    }
    let Some(spot) =
        spot_element(event).and_then(|place| Spot::parse(&place.get_attribute("data-spot")?))
    else {
        return;
    };
    if let Spot::Item(item) = &spot
        && !board.editing.is_now(&spot)
    {
        if event.shift_key() {
            board.choose_up_to(item);
            return;
        }
        if event.ctrl_key() || event.meta_key() || board.selection.is_choosing() {
            board.toggle_chosen(item);
            return;
        }
    }
    board.choose_none();
    if matches!(spot, Spot::Item(_))
        && selected.as_ref() == Some(&spot)
        && !board.editing.is_now(&spot)
    {
        board.start_editing(&spot);
    }
}

/// A double click: edits a text, or adds a card to a cell.
pub(crate) fn on_double_click(board: Board, event: &MouseEvent) {
    let Some(target) = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
    else {
        return;
    };
    if target
        .closest("button, [data-action]")
        .ok()
        .flatten()
        .is_some()
    {
        return;
    }
    let Some(spot) =
        spot_element(event).and_then(|place| Spot::parse(&place.get_attribute("data-spot")?))
    else {
        return;
    };
    match spot {
        Spot::Cell(cell) => board.start_draft(cell, None),
        spot if !board.editing.is_now(&spot) => board.start_editing(&spot),
        _ => {}
    }
}

/// A right click or long press: the menu of the place, at the pointer.
pub(crate) fn on_context_menu(board: Board, event: &MouseEvent) {
    let place = target_of(event)
        .and_then(|target| target.closest("[data-group], [data-spot]").ok().flatten());
    let spot = place.and_then(|place| {
        // On the head of a stack it is that of its first card, which has all of the group.
        let name = match place.has_attribute("data-group") {
            true => "data-group",
            false => "data-spot",
        };
        Spot::parse(&place.get_attribute(name)?)
    });
    let Some(spot) = spot else { return };
    if board.editing.is_now(&spot) || matches!(spot, Spot::Cell(_) | Spot::Gap(_) | Spot::Point(_))
    {
        return;
    }
    event.prevent_default();
    board.popup.set(Some(Popup::menu_at(
        spot,
        f64::from(event.client_x()),
        f64::from(event.client_y()),
    )));
}

fn act(board: Board, button: &Element) {
    let spot = || {
        button
            .closest("[data-spot]")
            .ok()
            .flatten()
            .and_then(|place| Spot::parse(&place.get_attribute("data-spot")?))
    };
    match button.get_attribute("data-action").as_deref() {
        Some("more") => {
            let Some(spot) = spot() else { return };
            let open = board.popup.with_untracked(|popup| {
                popup.as_ref().is_some_and(|popup| popup.is_menu_of(&spot))
            });
            board.popup.set((!open).then(|| Popup::menu(spot, button)));
        }
        Some("comments") => {
            if let Some(spot) = spot() {
                board.read_comments(&spot);
            }
        }
        Some("add") => {
            let cell = button
                .closest("[data-cell]")
                .ok()
                .flatten()
                .and_then(|cell| parse_cell(&cell.get_attribute("data-cell")?));
            if let Some(cell) = cell {
                board.start_draft(cell, None);
            }
        }
        Some("add-first") => {
            let lane = button
                .closest("[data-lane]")
                .ok()
                .flatten()
                .and_then(|row| LaneId::parse(&row.get_attribute("data-lane")?).ok());
            let step = board
                .grid()
                .columns
                .iter()
                .find_map(|column| column.step.clone());
            if let (Some(lane), Some(step)) = (lane, step) {
                board.start_draft(CellId { lane, step }, None);
            }
        }
        Some("add-step") => {
            if let Some(Spot::Gap(stage)) = spot() {
                board.add_step(stage, Place::Last);
            }
        }
        Some("add-stage") => board.add_stage(Place::Last),
        Some("add-lane") => board
            .popup
            .set(Some(Popup::lane_kinds(Place::Last, button))),
        Some("level") => {
            let step = button
                .get_attribute("data-for")
                .and_then(|id| StepId::parse(&id).ok());
            let level = button
                .get_attribute("data-level")
                .and_then(|level| level.parse().ok());
            if let (Some(step), Some(level)) = (step, level) {
                board.set_emotion(&step, Some(level));
                board.settle(Spot::Point(step), false);
            }
        }
        Some("fold-group") => {
            let lead = button.closest("[data-group]").ok().flatten();
            let lead = lead.and_then(|head| Spot::parse(&head.get_attribute("data-group")?));
            if let Some(Spot::Item(item)) = lead
                && let Some(group) = board.group_of(&item)
            {
                board.fold_group(&group, &item);
            }
        }
        Some("levels") => {
            if let Some(Spot::Point(step)) = spot() {
                keys::open_levels(board, &step);
            }
        }
        _ => {}
    }
}

fn target_of(event: &Event) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()
}

fn spot_element(event: &Event) -> Option<Element> {
    target_of(event)?.closest("[data-spot]").ok().flatten()
}
