//! Carrying things: by pointer, by a long press, or by keys. All end in one landing.

mod hit;
mod pointer;

use leptos::prelude::*;
use waymark_model::grid::Item;

use super::batch::count_words;
use super::board::Board;
use super::moves::{self, Direction, Landing, Moved};
use super::spot::Spot;

pub(crate) use self::hit::{DropMark, Ghost};
pub(crate) use self::pointer::listen;

/// Something in the air.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Carried {
    pub(crate) moved: Moved,
    /// Where it would land; `None` over nothing.
    pub(crate) landing: Option<Landing>,
    /// Where the pointer is; `None` when carried by keys.
    pub(crate) pointer: Option<(f64, f64)>,
    /// What the ghost says.
    pub(crate) words: String,
}

impl Board {
    /// Whether something is carried by keys.
    pub(crate) fn is_carrying_by_keys(&self) -> bool {
        self.carried.with_untracked(|carried| {
            carried
                .as_ref()
                .is_some_and(|carried| carried.pointer.is_none())
        })
    }

    /// Whether something is dragged.
    pub(crate) fn is_carrying_by_pointer(&self) -> bool {
        self.carried.with_untracked(|carried| {
            carried
                .as_ref()
                .is_some_and(|carried| carried.pointer.is_some())
        })
    }

    /// Whether an item is in the air, by itself, with its group or among the chosen ones;
    /// tracked.
    pub(crate) fn lifts(&self, item: &Item) -> bool {
        self.lifted.with(|lifted| match lifted {
            Some(Moved::Item(lifted)) if self.selection.has_now(lifted) => self.selection.has(item),
            Some(moved) => moved.items().contains(item),
            None => false,
        })
    }

    /// Picks up what is at a place, to be moved with the arrow keys.
    pub(crate) fn pick_up(&self, spot: &Spot) -> bool {
        Moved::at(spot).is_some_and(|moved| self.carry(moved))
    }

    /// Picks something up, to be moved with the arrow keys.
    pub(crate) fn carry(&self, moved: Moved) -> bool {
        if !self.check_may_change(&moved.spot()) {
            return false;
        }
        let landing = moves::here(&self.grid(), &moved);
        let words = self.words_of(&moved);
        self.state.announce(format!(
            "Picked up {words}. Arrow keys move it, Space drops it, Escape cancels."
        ));
        self.carried.set(Some(Carried {
            moved,
            landing,
            pointer: None,
            words,
        }));
        true
    }

    /// Carries it one place further and says where it would land.
    pub(crate) fn carry_on(&self, direction: Direction) {
        let Some(carried) = self.carried.get_untracked() else {
            return;
        };
        let grid = self.grid();
        let next = carried
            .landing
            .as_ref()
            .and_then(|landing| moves::nudged(&grid, &carried.moved, landing, direction));
        let Some(next) = next else {
            self.state.announce("It cannot go further that way");
            return;
        };
        let places = moves::places(&grid, &carried.moved, &next);
        self.state.announce(self.say_place(&next, places));
        if let Landing::Cell { cell, .. } = &next {
            // Keys may be quicker than what is drawn: the mark needs its cell.
            self.window.demand(cell);
        }
        self.carried.set(Some(Carried {
            landing: Some(next),
            ..carried
        }));
        hit::reveal_mark(*self);
    }

    /// Drops it where it is.
    pub(crate) fn put_down(&self) {
        let Some(carried) = self.carried.get_untracked() else {
            return;
        };
        self.carried.set(None);
        let landed = carried
            .landing
            .as_ref()
            .is_some_and(|landing| self.land(&carried.moved, landing));
        if !landed {
            self.state.announce("Dropped where it was");
            self.settle(carried.moved.spot(), false);
        }
    }

    /// Leaves it where it was.
    pub(crate) fn let_go(&self) {
        let Some(carried) = self.carried.get_untracked() else {
            return;
        };
        self.carried.set(None);
        self.state.announce("Move cancelled");
        self.settle(carried.moved.spot(), false);
    }

    /// What something is called.
    pub(crate) fn words_of(&self, moved: &Moved) -> String {
        let map = self.state.map();
        match moved {
            Moved::Item(item) if self.selection.has_now(item) && self.chosen().len() > 1 => {
                count_words(self.chosen().len())
            }
            Moved::Item(item) => self.text_of(item).unwrap_or_default(),
            Moved::Group(id, items) => {
                let group = map.groups.iter().find(|group| group.id == *id);
                let title = group.map_or("", |group| group.title.trim());
                format!("group {title}, {}", count_words(items.len()))
            }
            Moved::Step(id) => self.step_title(id),
            Moved::Stage(id) => map
                .stages
                .iter()
                .find(|stage| stage.id == *id)
                .map(|stage| stage.title.clone())
                .unwrap_or_default(),
            Moved::Lane(id) => self
                .lane_now(id)
                .map_or_else(String::new, |lane| lane.title),
        }
    }
}
