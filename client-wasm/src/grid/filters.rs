//! Filters: what of the map somebody wants to see. Theirs alone, and kept in the address.

mod address;

use std::collections::HashSet;
use std::sync::Arc;

use leptos::prelude::*;
use waymark_model::Grid;
use waymark_model::filter::{Filter, Passed, Somebody};
use waymark_model::grid::Item;
use waymark_model::ids::PersonId;
use waymark_model::vocabulary::LaneKind;

use super::board::Board;
use super::lull::lull;
use super::spot::Spot;
use crate::profile;
use crate::state::MapState;
use crate::talk::me;

/// The filter of one map.
#[derive(Clone, Copy)]
pub(crate) struct Filters {
    /// What is asked for.
    pub(crate) asked: RwSignal<Filter>,
    /// Whether the rest is hidden, and not only dimmed.
    pub(crate) hides: RwSignal<bool>,
    /// What passes; nothing when everything does.
    pub(crate) passed: Memo<Option<Arc<Passed>>>,
    /// What was written since the filter was set: it does not vanish under one's hands.
    kept: RwSignal<HashSet<Item>>,
}

impl Filters {
    pub(crate) fn new(state: MapState) -> Self {
        let (filter, hide) = address::read();
        let asked = RwSignal::new(filter);
        let hides = RwSignal::new(hide);
        let is_on = Memo::new(move |_| asked.with(|filter| !filter.is_empty()));
        let changed = lull(state, is_on.into());
        let loaded = state.loaded();
        let passed = Memo::new(move |_| {
            changed.track();
            loaded.track();
            is_on.get().then(|| {
                asked.with(|filter| {
                    Arc::new(filter.pass(&state.map(), of_me(&my_name(), &me::person())))
                })
            })
        });
        // Also in the address of another view, whose link says nothing of it.
        let query = crate::route::query();
        Effect::new(move |_| {
            query.track();
            address::write(&asked.get(), hides.get());
        });
        Self {
            asked,
            hides,
            passed,
            kept: RwSignal::new(HashSet::new()),
        }
    }

    /// Whether anything is asked for; tracked.
    pub(crate) fn is_on(&self) -> bool {
        self.passed.with(Option::is_some)
    }

    /// Whether a thing is not among what is asked for; tracked.
    pub(crate) fn leaves_out(&self, item: &Item) -> bool {
        self.passed.with(|passed| {
            passed
                .as_ref()
                .is_some_and(|passed| !passed.items.contains(item))
        }) && !self.kept.with(|kept| kept.contains(item))
    }

    /// Whether a thing is shown, but dimmed; tracked.
    pub(crate) fn dims(&self, item: &Item) -> bool {
        self.leaves_out(item) && !self.hides.get()
    }

    /// Whether a thing is not shown; tracked.
    pub(crate) fn hides(&self, item: &Item) -> bool {
        self.hides.get() && self.leaves_out(item)
    }

    /// Keeps what is being written in view, whatever is asked for.
    pub(crate) fn keep(&self, item: &Item) {
        if self.passed.with_untracked(Option::is_some) {
            self.kept.update(|kept| {
                kept.insert(item.clone());
            });
        }
    }

    /// Asks for something else.
    pub(crate) fn ask(&self, change: impl FnOnce(&mut Filter)) {
        self.kept.update(HashSet::clear);
        self.asked.update(change);
    }

    /// Shows everything again.
    pub(crate) fn clear(&self) {
        self.ask(|filter| *filter = Filter::default());
    }

    /// What is shown of a layout: lanes that are asked for, with the things that are not
    /// hidden; tracked.
    pub(crate) fn of(&self, state: MapState, whole: Arc<Grid>) -> Arc<Grid> {
        if !self.is_on() {
            return whole;
        }
        let kinds: Vec<LaneKind> = self.asked.with(|filter| filter.kinds.clone());
        let hides = self.hides.get();
        if kinds.is_empty() && !hides {
            return whole;
        }
        let mut grid = Grid::clone(&whole);
        if !kinds.is_empty() {
            grid.rows.retain(|id| {
                let lane = state.lane(id);
                lane.with(|lane| lane.as_ref().is_some_and(|lane| kinds.contains(&lane.kind)))
            });
            let rows: HashSet<_> = grid.rows.iter().cloned().collect();
            grid.cells.retain(|cell, _| rows.contains(&cell.lane));
        }
        if hides {
            grid.cells.retain(|_, items| {
                items.retain(|item| !self.leaves_out(item));
                !items.is_empty()
            });
        }
        Arc::new(grid)
    }
}

/// What I am called, as far as that tells what is mine; empty for a guest. Tracked.
pub(crate) fn my_name() -> String {
    profile::me().with(|me| me.name.clone().unwrap_or_default())
}

/// Me, as filters ask for me.
pub(crate) fn of_me<'a>(name: &'a str, person: &'a PersonId) -> Somebody<'a> {
    Somebody {
        id: person.as_str(),
        name,
    }
}

impl Board {
    /// Shows only what is mine, or everything again.
    pub(crate) fn toggle_mine(&self) {
        if untrack(my_name).is_empty() {
            self.state
                .toast("Say what you are called first: click your initials at the top");
            return;
        }
        self.filters.ask(|filter| filter.mine = !filter.mine);
    }

    /// Makes sure that a place is shown; says so when the filter had to go for it.
    pub(crate) fn make_way(&self, spot: &Spot) {
        self.unfold(spot);
        let filters = self.filters;
        if !filters.passed.with_untracked(Option::is_some) {
            return;
        }
        let lane = match spot {
            Spot::Lane(lane) => Some(lane.clone()),
            Spot::Item(item) => super::roving::cell_of(&self.state.grid().get_untracked(), item)
                .map(|cell| cell.lane),
            Spot::Cell(cell) => Some(cell.lane.clone()),
            Spot::Stage(_) | Spot::Step(_) | Spot::Gap(_) | Spot::Point(_) => None,
        };
        let kept_out = lane.is_some_and(|lane| !self.grid().rows.contains(&lane));
        let hidden = matches!(spot, Spot::Item(item) if untrack(|| filters.hides(item)));
        if kept_out || hidden {
            filters.clear();
            self.state.toast("The filter was cleared to show this");
        }
    }
}

/// What is asked for, in words: `pain points, owner Billing`.
pub(crate) fn words(filter: &Filter) -> String {
    let mut parts: Vec<String> = filter
        .kinds
        .iter()
        .map(|kind| kind.label().to_lowercase())
        .collect();
    parts.extend(
        filter
            .owners
            .iter()
            .map(|owner| format!("owner {}", readable(owner))),
    );
    parts.extend(
        filter
            .statuses
            .iter()
            .map(|status| format!("status {}", readable(status).to_lowercase())),
    );
    if filter.mine {
        parts.push("mine".to_owned());
    }
    let text = filter.text.trim();
    if !text.is_empty() {
        parts.push(format!("“{text}”"));
    }
    parts.join(", ")
}

/// A word of a file as people write it: `data_backed`, `Customer success`.
pub(crate) fn readable(word: &str) -> String {
    let spaced = word.replace('_', " ");
    let mut letters = spaced.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{readable, words};
    use waymark_model::filter::Filter;
    use waymark_model::vocabulary::LaneKind;

    #[test]
    fn a_filter_is_said_in_words() {
        let filter = Filter {
            kinds: vec![LaneKind::PainPoints, LaneKind::Quotes],
            owners: vec!["Billing".to_owned()],
            statuses: vec!["data_backed".to_owned()],
            mine: true,
            text: " price ".to_owned(),
        };
        assert_eq!(
            words(&filter),
            "pain points, quotes, owner Billing, status data backed, mine, “price”"
        );
        assert_eq!(words(&Filter::default()), "");
        assert_eq!(readable("customer_success"), "Customer success");
    }
}
