//! Buttons and edges by which things are taken with the pointer: "…", "+", the edge of a card.
//! In a large map only the thing that was pointed at or had focus last has them in the page;
//! they would be most of it. In a small one, and where nothing hovers, they are there always.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::grid::CellId;
use web_sys::{Element, Event};

use super::board::Board;
use super::lens::Lens;
use super::spot::{Spot, parse_cell};
use super::which::Which;
use super::window::is_large;
use crate::dom::window;

/// What is at hand: pointed at, or in focus, whichever came last.
#[derive(Clone, Copy)]
pub(crate) struct Handles {
    spot: Which<Spot>,
    cell: Which<CellId>,
    hovers: bool,
}

impl Handles {
    pub(crate) fn new() -> Self {
        let hovers = window().match_media("(hover: hover)").ok().flatten();
        Self {
            spot: Which::new(),
            cell: Which::new(),
            hovers: hovers.is_some_and(|query| query.matches()),
        }
    }
}

impl Board {
    /// Whether only what is at hand has handles; not tracked.
    fn spares_handles(&self) -> bool {
        let counts = self.state.counts().get_untracked();
        self.handles.hovers
            && !self.is_narrow()
            && self.lens.get_untracked() == Lens::Grid
            && is_large(counts.steps * counts.lanes, counts.cards)
    }

    /// Whether a thing has handles, now (tracked) and as long as it is drawn.
    pub(crate) fn handles(&self, spot: &Spot) -> impl Fn() -> bool + Clone + Send + Sync + use<> {
        let spared = self.spares_handles().then(|| spot.clone());
        let at_hand = self.handles.spot;
        move || spared.as_ref().is_none_or(|spot| at_hand.is(spot))
    }

    /// The same for a cell.
    pub(crate) fn handles_in(
        &self,
        cell: &CellId,
    ) -> impl Fn() -> bool + Clone + Send + Sync + use<> {
        let spared = self.spares_handles().then(|| cell.clone());
        let at_hand = self.handles.cell;
        move || spared.as_ref().is_none_or(|cell| at_hand.is(cell))
    }

    /// Something in the grid was pointed at.
    pub(crate) fn on_pointed(&self, event: &Event) {
        let target = event.target().and_then(|target| target.dyn_into().ok());
        if let Some(target) = target.filter(|_| self.spares_handles()) {
            self.take_at_hand(&target);
        }
    }

    /// Something in the grid was pointed at or got focus: it has its handles now.
    pub(super) fn take_at_hand(&self, target: &Element) {
        let of = |attribute: &str| {
            let place = target.closest(&format!("[{attribute}]")).ok().flatten()?;
            place.get_attribute(attribute)
        };
        self.handles
            .cell
            .set(of("data-cell").and_then(|key| parse_cell(&key)));
        self.handles
            .spot
            .set(of("data-spot").and_then(|key| Spot::parse(&key)));
    }
}
