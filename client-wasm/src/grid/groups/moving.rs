//! Moving a whole group: all its cards, which stay together and in the group.

use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::edit::Place;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::{CardId, GroupId};

use super::super::batch::placed;
use super::super::board::Board;
use super::super::moves::{Landing, Moved, here, places};
use super::super::spot::Spot;

impl Board {
    /// The group at one of its cards, to be moved: those of its cards that are in that cell.
    pub(crate) fn group_at(&self, spot: &Spot) -> Option<Moved> {
        let Spot::Item(item) = spot else { return None };
        let group = self.group_of(item)?;
        let cell = self.cell_of(item)?;
        let members = self.members(&group, &cell);
        let items: Vec<Item> = members.into_iter().map(Item::Card).collect();
        (!items.is_empty()).then_some(Moved::Group(group, items))
    }

    /// Picks up the group of a card, to be moved with the arrow keys.
    pub(crate) fn pick_up_group(&self, spot: &Spot) {
        if let Some(moved) = self.group_at(spot) {
            // Focus is where all of it is.
            self.settle(moved.spot(), false);
            self.carry(moved);
        }
    }

    /// Moves a group as one undo step; its cards stay in it and in their order. Whether
    /// anything changed.
    pub(crate) fn land_group(&self, group: &GroupId, moved: &Moved, landing: &Landing) -> bool {
        let Landing::Cell { cell, index } = landing else {
            return false;
        };
        self.state.catch_up();
        let grid = self.grid();
        // Others may have put a card into it, or taken one out, while it was in the air.
        let Some(now) = self
            .group_at(&moved.spot())
            .filter(|now| matches!(now, Moved::Group(id, _) if id == group))
        else {
            self.state
                .toast("The group was changed by somebody else: nothing was moved");
            return false;
        };
        if here(&grid, &now).as_ref() == Some(landing) {
            return false;
        }
        let items = now.items();
        let mut edits = placed(&grid, items, cell, *index);
        self.past_stacks(&mut edits, items, cell);
        edits.extend(items.iter().filter_map(|item| match item {
            // Who leaves a cell leaves the group: this one goes along.
            Item::Card(id) => Some(Edit::GroupCard {
                id: id.clone(),
                group: Some(group.clone()),
            }),
            _ => None,
        }));
        let places = places(&grid, &now, landing);
        if self.state.edit_all(edits).is_err() {
            return false;
        }
        self.settle(now.spot(), true);
        self.state.announce(format!(
            "Moved {} to {}",
            self.words_of(&now),
            self.say_place(landing, places)
        ));
        true
    }

    /// What goes behind a card of another stack goes behind all of that stack.
    fn past_stacks(&self, edits: &mut [Edit], moved: &[Item], cell: &CellId) {
        for edit in edits {
            if let Edit::MoveCard { place, .. } = edit
                && let Place::After(before) = place
                && !moved.contains(&Item::Card(before.clone()))
                && let Some(last) = self.last_of_stack(before, cell)
            {
                *place = Place::After(last);
            }
        }
    }

    /// The last card of the stack that a card of a cell is in.
    fn last_of_stack(&self, card: &CardId, cell: &CellId) -> Option<CardId> {
        let group = self.group_of(&Item::Card(card.clone()))?;
        self.members(&group, cell).pop()
    }

    /// The group that a card typed after another one joins: that of the other, while it is
    /// in the same cell.
    pub(crate) fn joined_group(&self, after: Option<&Item>, cell: &CellId) -> Option<GroupId> {
        let Item::Card(id) = after? else { return None };
        let group = self.group_of(after?)?;
        self.members(&group, cell).contains(id).then_some(group)
    }

    /// Opens a stack, so that what is typed into it can be seen.
    pub(crate) fn open_group(&self, group: &GroupId) {
        if self.is_folded(group) {
            self.groups.closed.update(|closed| {
                closed.remove(group);
            });
        }
    }
}
