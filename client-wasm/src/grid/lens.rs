//! The views of a map: the same board, looked at in different ways. The address says which,
//! so that Back works and a link opens it.

use leptos::prelude::*;

use super::board::Board;
use super::spot::Spot;
use crate::route::{self, Query};

/// A way to look at the map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lens {
    /// Lanes × steps; one step at a time where there is no room for it.
    #[default]
    Grid,
    /// Everything as headings and lists in one column.
    Outline,
    /// One step a screen, to tell the journey to others.
    Story,
}

impl Lens {
    pub(crate) const ALL: [Self; 3] = [Self::Grid, Self::Outline, Self::Story];

    /// The view an address asks for.
    pub(crate) fn of(query: &Query) -> Self {
        match query.get("view") {
            Some("outline") => Self::Outline,
            Some("story") => Self::Story,
            _ => Self::Grid,
        }
    }

    /// The view the page's address asks for, now and later.
    pub(crate) fn here() -> Memo<Self> {
        let query = route::query();
        Memo::new(move |_| query.with(Self::of))
    }

    /// The address of a map in this view.
    pub(crate) fn address(self, key: &str) -> String {
        match self {
            Self::Grid => format!("/map/{key}"),
            Self::Outline => format!("/map/{key}?view=outline"),
            Self::Story => format!("/map/{key}?view=story"),
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Grid => "Grid",
            Self::Outline => "Outline",
            Self::Story => "Story",
        }
    }

    pub(crate) fn icon(self) -> &'static str {
        match self {
            Self::Grid => "table-2",
            Self::Outline => "list-tree",
            Self::Story => "presentation",
        }
    }

    /// What it is good for, in a few words.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::Grid => "Lanes and steps at a glance",
            Self::Outline => "Everything as headings and lists",
            Self::Story => "One step a screen",
        }
    }
}

impl Board {
    /// Shows the map in another view.
    pub(crate) fn see_as(&self, lens: Lens) {
        if self.lens.get_untracked() != lens {
            route::go(&untrack(|| self.address_in(lens)));
        }
    }
}

/// In another view one is at the same place.
pub(super) fn keep_place(board: Board) {
    Effect::new(move |before: Option<Lens>| {
        let lens = board.lens.get();
        if before.is_none_or(|before| before == lens) {
            return lens;
        }
        board.popup.set(None);
        let told = || board.shown.get_untracked().map(Spot::Step);
        let spot = match before {
            Some(Lens::Story) => told().or_else(|| board.current()),
            _ => board.current().or_else(told),
        };
        if let Some(spot) = spot {
            board.show_place(&spot);
            match lens {
                Lens::Story => board.stay(told().unwrap_or(spot)),
                _ => board.stay(spot),
            }
        }
        lens
    });
}
