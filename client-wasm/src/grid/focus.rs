//! Focus in the grid: one tab stop, and focus that survives whatever is redrawn.

use leptos::leptos_dom::helpers::{queue_microtask, request_animation_frame, set_timeout};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use waymark_model::grid::CellId;
use web_sys::{Element, FocusOptions, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::board::{Board, Role};
use super::curve::Tip;
use super::roving;
use super::spot::{Spot, cell_key, parse_cell};
use crate::dom::document;
use crate::state::{CellRef, Focus, item_key};

/// The element all of the grid is in.
pub(crate) const ROOT: &str = "map-grid";
/// How many frames to wait for a place that is about to be drawn.
const PATIENCE: u8 = 6;
/// How long a place that just moved is lit, in milliseconds.
const FLASH_MS: u64 = 900;

/// Where focus is, kept outside the DOM so that redrawing cannot lose it.
#[derive(Default)]
pub(crate) struct Memory {
    /// The place that has focus or had it last: the tab stop.
    spot: Option<Spot>,
    /// Its cell, for when it is deleted.
    cell: Option<CellId>,
    /// Whether focus is in the grid.
    inside: bool,
    /// The selection in the text that is edited.
    caret: Option<(u32, u32)>,
}

impl Board {
    /// The place that is the tab stop.
    pub(crate) fn current(&self) -> Option<Spot> {
        self.memory
            .try_with_value(|memory| memory.spot.clone())
            .flatten()
    }

    pub(crate) fn remember_caret(&self, start: u32, end: u32) {
        let _ = self
            .memory
            .try_update_value(|memory| memory.caret = Some((start, end)));
    }

    pub(crate) fn forget_caret(&self) {
        let _ = self.memory.try_update_value(|memory| memory.caret = None);
    }

    /// The selection to restore in a text that was redrawn while edited.
    pub(crate) fn caret(&self) -> Option<(u32, u32)> {
        self.memory.try_with_value(|memory| memory.caret).flatten()
    }

    /// Something in the grid got focus.
    pub(crate) fn on_focus_in(&self, target: &Element) {
        let Some(place) = target.closest("[data-spot]").ok().flatten() else {
            return;
        };
        let Some(spot) = place
            .get_attribute("data-spot")
            .and_then(|key| Spot::parse(&key))
        else {
            return;
        };
        let cell = place.closest("[data-cell]").ok().flatten();
        let cell = cell.and_then(|cell| parse_cell(&cell.get_attribute("data-cell")?));
        make_tab_stop(&place);
        self.take_at_hand(target);
        let typing = self.editing.is_now(&spot);
        let tip = match &spot {
            Spot::Point(step) => Some(Tip::Step(step.clone())),
            _ => None,
        };
        if self.tip.with_untracked(|before| *before != tip) {
            self.tip.set(tip);
        }
        self.window.keep(cell.as_ref());
        let _ = self.memory.try_update_value(|memory| {
            memory.spot = Some(spot.clone());
            memory.cell = cell.clone();
            memory.inside = true;
        });
        self.follow_details(&spot);
        self.state.set_focus(shown_focus(
            &spot,
            cell.map(|cell| CellRef {
                lane: cell.lane.to_string(),
                step: cell.step.to_string(),
            }),
            typing,
        ));
    }

    /// Tells others that I am at a place, though focus is in the drawer about it.
    pub(super) fn tell_place(&self, spot: &Spot) {
        let cell = match spot {
            Spot::Item(item) => self.cell_of(item),
            _ => None,
        };
        let cell = cell.map(|cell| CellRef {
            lane: cell.lane.to_string(),
            step: cell.step.to_string(),
        });
        self.state.set_focus(shown_focus(spot, cell, false));
    }

    /// Something in the grid lost focus: to another place, to the outside, or because it
    /// was redrawn.
    pub(crate) fn on_focus_out(&self, target: &Element) {
        let board = *self;
        let target = target.clone();
        queue_microtask(move || {
            let active = document().active_element();
            let still_here = active
                .is_some_and(|active| root().is_some_and(|root| root.contains(Some(&active))));
            if target.is_connected()
                && !still_here
                && board
                    .popup
                    .try_with_untracked(Option::is_none)
                    .unwrap_or(false)
            {
                let _ = board
                    .memory
                    .try_update_value(|memory| memory.inside = false);
                if !super::drawer::has_focus() {
                    board.state.set_focus(None);
                }
            }
        });
    }

    /// After a redraw: gives focus back to where it was, or to what is nearest.
    pub(crate) fn mend(&self) {
        let Some((spot, cell, inside)) = self
            .memory
            .try_with_value(|memory| (memory.spot.clone(), memory.cell.clone(), memory.inside))
        else {
            return;
        };
        let lost = inside
            && document()
                .active_element()
                .is_none_or(|active| active.tag_name() == "BODY");
        let found = spot.as_ref().and_then(element);
        if let Some(place) = &found {
            make_tab_stop(place);
            if lost {
                focus(place);
            }
            return;
        }
        if let Some(spot) = &spot
            && let Some(cell) = self.cell_holding(spot)
            && self.window.demand(&cell)
        {
            // It is only not drawn where it is now.
            self.mend_soon();
            return;
        }
        if self.editing.now().is_some() && self.editing.now() == spot {
            self.editing.set(None);
        }
        let fallback = cell
            .map(Spot::Cell)
            .filter(|cell| element(cell).is_some())
            .or_else(|| roving::first(&self.grid()));
        let Some(place) = fallback.as_ref().and_then(element) else {
            return;
        };
        make_tab_stop(&place);
        if lost {
            focus(&place);
            if matches!(spot, Some(Spot::Item(_))) {
                self.state
                    .announce("The card you were on is gone. You are in its cell.");
            }
        }
    }

    /// Calls [`Board::mend`] once what is being redrawn is in the page.
    pub(crate) fn mend_soon(&self) {
        let board = *self;
        queue_microtask(move || {
            queue_microtask(move || board.mend());
            request_animation_frame(move || board.mend());
        });
    }

    /// Focuses a place, now or as soon as it is drawn; lights it up if asked to.
    pub(crate) fn settle(&self, spot: Spot, lit: bool) {
        self.bring_out(&spot);
        let _ = self.memory.try_update_value(|memory| {
            memory.spot = Some(spot.clone());
            memory.inside = true;
        });
        let board = *self;
        queue_microtask(move || settle(board, spot, lit, PATIENCE));
    }

    /// Shows a place and points at it; focus stays where it is.
    pub(crate) fn show(&self, spot: Spot) {
        self.turn_to(&spot);
        let board = *self;
        queue_microtask(move || show(board, spot, PATIENCE));
    }

    /// Draws the cell that a place is in, if it is not drawn.
    pub(super) fn draw(&self, spot: &Spot) {
        if let Some(cell) = self.cell_holding(spot) {
            self.window.demand(&cell);
        }
    }

    /// The cell that a place is in, as far as the map has it.
    fn cell_holding(&self, spot: &Spot) -> Option<CellId> {
        match spot {
            Spot::Item(item) => self.cell_of(item),
            Spot::Cell(cell) => Some(cell.clone()),
            Spot::Point(step) => {
                let curve = self.lanes.with_untracked(|lanes| {
                    let mut lanes = lanes.iter();
                    let curve = lanes.find(|(_, (_, role))| *role == Role::Curve);
                    curve.map(|(lane, _)| lane.clone())
                });
                Some(CellId {
                    lane: curve?,
                    step: step.clone(),
                })
            }
            Spot::Stage(_) | Spot::Step(_) | Spot::Lane(_) | Spot::Gap(_) => None,
        }
    }

    /// Goes to a place somebody else is at.
    pub(crate) fn visit(&self, place: &Focus) {
        let spots = places_of(place);
        if let Some(spot) = spots.first() {
            self.turn_to(spot);
        }
        self.arrive(spots, |board, spot| board.settle(spot, true));
    }

    /// Goes to a place and lights it up, in whichever view is shown.
    pub(crate) fn light_up(&self, spot: Spot) {
        self.turn_to(&spot);
        self.settle(spot, true);
    }

    /// Where not everything is shown at once, turns to what has a place.
    pub(crate) fn turn_to(&self, spot: &Spot) {
        if self.narrow.get_untracked() {
            self.show_place(spot);
        }
        self.bring_out(spot);
    }

    /// In a view that was just drawn: is at the place where one was, and has focus there
    /// if it was in the map.
    pub(crate) fn stay(&self, spot: Spot) {
        let inside = self.memory.try_with_value(|memory| memory.inside);
        if inside == Some(true) {
            self.settle(spot, false);
            return;
        }
        self.bring_out(&spot);
        let _ = self
            .memory
            .try_update_value(|memory| memory.spot = Some(spot.clone()));
        let board = *self;
        request_animation_frame(move || {
            board.draw(&spot);
            request_animation_frame(move || {
                if let Some(place) = element(&spot) {
                    make_tab_stop(&place);
                    reveal(&place);
                }
            });
        });
    }
}

fn show(board: Board, spot: Spot, patience: u8) {
    match element(&spot) {
        Some(place) => {
            reveal(&place);
            flash(&place);
            point_at(Some(&place));
        }
        None if patience > 0 => {
            board.draw(&spot);
            request_animation_frame(move || show(board, spot, patience - 1));
        }
        None => {}
    }
}

/// Points at one place, and at no other any more. An attribute of the page alone: what
/// the search shows is no state of the map.
pub(crate) fn point_at(place: Option<&Element>) {
    const POINTED: &str = "data-pointed";
    let Some(root) = root() else { return };
    if let Ok(Some(before)) = root.query_selector("[data-pointed]") {
        let _ = before.remove_attribute(POINTED);
    }
    if let Some(place) = place {
        let _ = place.set_attribute(POINTED, "");
    }
}

/// Whether focus is in the map.
pub(crate) fn is_inside() -> bool {
    let active = document().active_element();
    active.is_some_and(|active| root().is_some_and(|root| root.contains(Some(&active))))
}

fn settle(board: Board, spot: Spot, lit: bool, patience: u8) {
    match element(&spot) {
        Some(place) => {
            make_tab_stop(&place);
            if board.editing.now().as_ref() != Some(&spot) {
                focus(&place);
            }
            reveal(&place);
            if lit {
                flash(&place);
            }
        }
        None if patience > 0 => {
            board.draw(&spot);
            request_animation_frame(move || settle(board, spot, lit, patience - 1))
        }
        None => board.mend(),
    }
}

/// The grid's element.
pub(crate) fn root() -> Option<Element> {
    document().get_element_by_id(ROOT)
}

/// The element of a place.
pub(crate) fn element(spot: &Spot) -> Option<Element> {
    root()?
        .query_selector(&format!("[data-spot=\"{}\"]", spot.key()))
        .ok()
        .flatten()
}

/// Focuses without scrolling: whoever wants it seen says so.
pub(crate) fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

/// Scrolls a place into view, clear of the sticky headers (by its scroll margin).
pub(crate) fn reveal(element: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    options.set_inline(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Lights a place up for a moment.
pub(crate) fn flash(element: &Element) {
    let _ = element.class_list().add_1("flash");
    let element = element.clone();
    set_timeout(
        move || {
            let _ = element.class_list().remove_1("flash");
        },
        Duration::from_millis(FLASH_MS),
    );
}

fn make_tab_stop(place: &Element) {
    let Some(root) = root() else { return };
    if let Ok(stops) = root.query_selector_all("[data-spot][tabindex=\"0\"]") {
        for index in 0..stops.length() {
            if let Some(stop) = stops
                .get(index)
                .and_then(|stop| stop.dyn_into::<Element>().ok())
                && stop != *place
            {
                let _ = stop.set_attribute("tabindex", "-1");
            }
        }
    }
    let _ = place.set_attribute("tabindex", "0");
}

fn shown_focus(spot: &Spot, cell: Option<CellRef>, typing: bool) -> Option<Focus> {
    Some(match spot {
        Spot::Stage(id) | Spot::Gap(id) => Focus::Stage(id.to_string()),
        Spot::Step(id) => Focus::Step(id.to_string()),
        Spot::Lane(id) => Focus::Lane(id.to_string()),
        Spot::Item(item) => Focus::Item {
            cell: cell?,
            item: item_key(item),
            typing,
        },
        Spot::Cell(_) | Spot::Point(_) => Focus::Cell(cell?),
    })
}

/// Where somebody is, and what is nearest in a view that does not show it: an empty cell is
/// not in the story, its step is.
pub(super) fn places_of(focus: &Focus) -> Vec<Spot> {
    let near = |cell: &CellRef| {
        [
            Spot::parse(&format!("cell:{}/{}", cell.lane, cell.step)),
            Spot::parse(&format!("step:{}", cell.step)),
        ]
    };
    let places: Vec<Option<Spot>> = match focus {
        Focus::Stage(id) => vec![Spot::parse(&format!("stage:{id}"))],
        Focus::Step(id) => vec![Spot::parse(&format!("step:{id}"))],
        Focus::Lane(id) => vec![Spot::parse(&format!("lane:{id}"))],
        Focus::Cell(cell) => near(cell).into(),
        Focus::Item { cell, item, .. } => {
            let item = item.split_once('-');
            let item = item.and_then(|(kind, id)| Spot::parse(&format!("{kind}:{id}")));
            std::iter::once(item.filter(|spot| matches!(spot, Spot::Item(_))))
                .chain(near(cell))
                .collect()
        }
    };
    places.into_iter().flatten().collect()
}

/// The cell's element.
pub(crate) fn cell_element(cell: &CellId) -> Option<Element> {
    root()?
        .query_selector(&format!("[data-cell=\"{}\"]", cell_key(cell)))
        .ok()
        .flatten()
}
