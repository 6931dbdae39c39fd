//! Groups: cards of a cell that people stacked under a name. Each stays the card it is;
//! a group only says so on it. Whether a stack is open is everybody's own business.

mod head;
mod moving;

use std::collections::HashSet;

use leptos::prelude::*;
use waymark_model::edit::{Place, Target};
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::{CardId, GroupId};
use waymark_model::map::Card;
use waymark_model::{Edit, Grid};

pub(crate) use self::head::GroupHead;
use super::batch::count_words;
use super::board::Board;
use super::popup::{Content, Popup};
use super::roving::cell_of;
use super::spot::Spot;
use crate::dom;
use crate::state::MapState;
use crate::talk::me;

/// What a new group is called until somebody says better.
const NEW_GROUP: &str = "New group";

/// The stacks that are closed here, and whether there are groups at all. `Copy`.
#[derive(Clone, Copy)]
pub(crate) struct Groups {
    closed: RwSignal<HashSet<GroupId>>,
    any: Memo<bool>,
}

impl Groups {
    pub(crate) fn new(state: MapState) -> Self {
        let groups = state.groups();
        Self {
            closed: RwSignal::new(HashSet::new()),
            any: Memo::new(move |_| groups.with(|groups| !groups.is_empty())),
        }
    }

    /// Whether the map has groups; tracked. Most have none, and pay only for asking.
    pub(crate) fn any(&self) -> bool {
        self.any.get()
    }

    /// Whether a stack is closed; tracked.
    pub(crate) fn is_closed(&self, group: &GroupId) -> bool {
        self.closed.with(|closed| closed.contains(group))
    }

    fn close(&self, group: &GroupId, close: bool) {
        self.closed.update(|closed| {
            if close {
                closed.insert(group.clone());
            } else {
                closed.remove(group);
            }
        });
    }

    /// Leaves of a cell's closed stacks only the card on top; tracked.
    pub(crate) fn fold(&self, state: MapState, items: &mut Vec<Item>) {
        if !self.any() || self.closed.with(HashSet::is_empty) {
            return;
        }
        let live: HashSet<GroupId> = state
            .groups()
            .with(|groups| groups.iter().map(|group| group.id.clone()).collect());
        let mut seen = HashSet::new();
        items.retain(|item| match group_in(state, item) {
            Some(group) if live.contains(&group) && self.is_closed(&group) => seen.insert(group),
            _ => true,
        });
    }

    /// The layout with its closed stacks; tracked.
    pub(crate) fn of(&self, state: MapState, whole: std::sync::Arc<Grid>) -> std::sync::Arc<Grid> {
        if !self.any() || self.closed.with(HashSet::is_empty) {
            return whole;
        }
        let mut grid = Grid::clone(&whole);
        for items in grid.cells.values_mut() {
            self.fold(state, items);
        }
        std::sync::Arc::new(grid)
    }
}

/// Puts a card into a group or out of its own, and behind another of its cell.
fn regrouped(
    id: &CardId,
    group: Option<&GroupId>,
    cell: &CellId,
    behind: Option<&CardId>,
) -> Vec<Edit> {
    let behind = behind.map(|behind| Edit::MoveCard {
        id: id.clone(),
        step: cell.step.clone(),
        lane: cell.lane.clone(),
        place: Place::After(behind.clone()),
    });
    let regroup = Edit::GroupCard {
        id: id.clone(),
        group: group.cloned(),
    };
    behind.into_iter().chain([regroup]).collect()
}

/// The group an item was put into; tracked.
fn group_in(state: MapState, item: &Item) -> Option<GroupId> {
    let Item::Card(id) = item else { return None };
    state.card(id).with(|card| card.as_ref()?.group.clone())
}

impl Board {
    /// The group a card is in right now; not tracked.
    pub(crate) fn group_of(&self, item: &Item) -> Option<GroupId> {
        let Item::Card(id) = item else { return None };
        let map = self.state.map();
        let card = map.cards.iter().find(|card| card.id == *id)?;
        map.group_of(card).map(|group| group.id.clone())
    }

    /// The cards of a group in a cell, in order, those of a closed stack too.
    fn members(&self, group: &GroupId, cell: &CellId) -> Vec<CardId> {
        let map = self.state.map();
        let is_in = |card: &&Card| {
            card.group.as_ref() == Some(group) && card.lane == cell.lane && card.step == cell.step
        };
        let cards = map.cards.iter().filter(is_in);
        cards.map(|card| card.id.clone()).collect()
    }

    /// The cards that grouping at an item is about, and their cell: at least two of one.
    fn groupable(&self, item: &Item) -> Option<(CellId, Vec<CardId>)> {
        let grid = self.grid();
        let cell = cell_of(&grid, item)?;
        let items = self.meant(item);
        let alike = |it: &Item| cell_of(&grid, it).as_ref() == Some(&cell);
        if items.len() < 2 || !items.iter().all(alike) {
            return None;
        }
        let cards = items.into_iter().map(|item| match item {
            Item::Card(id) => Some(id),
            _ => None,
        });
        Some((cell, cards.collect::<Option<_>>()?))
    }

    /// Whether what is selected at an item can be a group.
    pub(crate) fn can_group(&self, item: &Item) -> bool {
        self.groupable(item).is_some_and(|(_, cards)| {
            let mut groups = cards.into_iter().map(|id| self.group_of(&Item::Card(id)));
            let first = groups.next().flatten();
            first.is_none() || groups.any(|group| group != first)
        })
    }

    /// Stacks the selected cards of a cell: into the group that some of them are in, or
    /// into a new one, which asks for its name.
    pub(crate) fn group(&self, item: &Item) {
        self.state.catch_up();
        let Some((cell, cards)) = self.groupable(item) else {
            return;
        };
        let present = cards
            .iter()
            .find_map(|id| self.group_of(&Item::Card(id.clone())));
        let (group, mut edits, mut together) = match &present {
            Some(group) => (group.clone(), Vec::new(), self.members(group, &cell)),
            None => {
                let id = GroupId::from_random(self.state.random());
                let add = Edit::AddGroup {
                    id: id.clone(),
                    title: NEW_GROUP.to_owned(),
                };
                (id, vec![add], Vec::new())
            }
        };
        let count = cards.len();
        for id in cards {
            if together.contains(&id) {
                continue;
            }
            // A stack lies together.
            edits.extend(regrouped(&id, Some(&group), &cell, together.last()));
            together.push(id);
        }
        let Some(first) = together.first().cloned() else {
            return;
        };
        if self.state.edit_all(edits).is_err() {
            return;
        }
        self.selection_done();
        self.state
            .announce(format!("Grouped {}", count_words(count)));
        let spot = Spot::Item(Item::Card(first));
        if present.is_some() {
            self.settle(spot, true);
        } else {
            // Focus goes to the name at once, and back to the card from there.
            self.rename_group(&spot, group);
        }
    }

    /// Asks for the name of a group, at one of its cards.
    pub(crate) fn rename_group(&self, spot: &Spot, group: GroupId) {
        let content = Content::GroupName(spot.clone(), group);
        let popup = match super::focus::element(spot) {
            Some(place) => Popup::beside(content, &place),
            None => Popup::on_top(content),
        };
        self.popup.set(Some(popup));
    }

    /// Takes cards out of their groups; they go behind them.
    pub(crate) fn leave_groups(&self, items: &[Item]) {
        self.state.catch_up();
        let grid = self.state.grid().get_untracked();
        let mut edits = Vec::new();
        let mut count = 0;
        for item in items {
            let (Item::Card(id), Some(group), Some(cell)) =
                (item, self.group_of(item), cell_of(&grid, item))
            else {
                continue;
            };
            let members = self.members(&group, &cell);
            let stays = |other: &&CardId| !items.contains(&Item::Card((*other).clone()));
            edits.extend(regrouped(id, None, &cell, members.iter().rfind(stays)));
            count += 1;
        }
        if count > 0 && self.state.edit_all(edits).is_ok() {
            if let Some(first) = items.first() {
                self.settle(Spot::Item(first.clone()), true);
            }
            self.state
                .announce(format!("Took {} out of the group", count_words(count)));
        }
    }

    /// Dissolves a group: its cards stay where they are.
    pub(crate) fn ungroup(&self, group: GroupId) {
        let delete = Edit::Delete {
            target: Target::Group(group),
            by: me::person().to_string(),
            at: dom::unix_now(),
        };
        if self.state.edit(delete).is_ok() {
            self.state.announce("Ungrouped: the cards stay in the cell");
            if let Some(spot) = self.current() {
                self.settle(spot, true);
            }
        }
    }

    /// Opens or closes a stack; focus goes to the card on top of it.
    pub(crate) fn fold_group(&self, group: &GroupId, at: &Item) {
        let closes = !self.is_folded(group);
        let cell = cell_of(&self.grid(), at);
        self.groups.close(group, closes);
        self.state.announce(if closes { "Closed" } else { "Open" });
        if let Some(top) = cell.and_then(|cell| self.members(group, &cell).into_iter().next()) {
            self.settle(Spot::Item(Item::Card(top)), false);
        }
    }

    /// Opens the stack that hides a place.
    pub(crate) fn unfold(&self, spot: &Spot) {
        if let Spot::Item(item) = spot
            && let Some(group) = self.group_of(item)
            && self.is_folded(&group)
            && cell_of(&self.grid(), item).is_none()
        {
            self.groups.close(&group, false);
        }
    }

    /// Whether a group's stack is closed here; not tracked.
    pub(crate) fn is_folded(&self, group: &GroupId) -> bool {
        untrack(|| self.groups.is_closed(group))
    }
}
