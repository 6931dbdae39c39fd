//! Writing: the text being edited, and cards that are not in the map before their first letter.

use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::edit::Place;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::{CardId, GroupId, OpportunityId, PainId};

use super::board::{Board, Role, target_of, text_field};
use super::spot::Spot;

/// A card that is not in the map yet: it gets there with its first letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) cell: CellId,
    pub(crate) item: Item,
    pub(crate) after: Option<Item>,
}

impl Board {
    /// Opens an empty card in a cell, after another or last.
    pub(crate) fn start_draft(&self, cell: CellId, after: Option<Item>) {
        if !self.check_may_change(&Spot::Cell(cell.clone())) {
            return;
        }
        let random = self.state.random();
        let item = match self.role(&cell.lane) {
            Role::Pains => Item::Pain(PainId::from_random(random)),
            Role::Opportunities => Item::Opportunity(OpportunityId::from_random(random)),
            Role::Cards | Role::Curve => Item::Card(CardId::from_random(random)),
        };
        if self.grid().collapsed.contains(&cell.lane) {
            self.collapse_lane(&cell.lane, false);
        }
        if let Some(group) = self.joined_group(after.as_ref(), &cell) {
            self.open_group(&group);
        }
        self.popup.set(None);
        self.filters.keep(&item);
        self.forget_caret();
        self.draft.set(Some(Draft {
            cell: cell.clone(),
            item: item.clone(),
            after,
        }));
        self.drafting.set(Some(cell));
        self.editing.set(Some(Spot::Item(item)));
    }

    /// Starts editing the text of a place, with the caret at its end.
    pub(crate) fn start_editing(&self, spot: &Spot) {
        if !self.check_may_change(spot) {
            return;
        }
        let editable = match spot {
            Spot::Item(item) => !matches!(item, Item::Metric(_)),
            Spot::Stage(_) | Spot::Step(_) | Spot::Lane(_) => true,
            Spot::Gap(_) | Spot::Cell(_) | Spot::Point(_) => false,
        };
        if editable {
            if let Spot::Item(item) = spot {
                self.filters.keep(item);
            }
            self.popup.set(None);
            self.forget_caret();
            self.editing.set(Some(spot.clone()));
        }
    }

    /// Ends what somebody was doing who may not do it any more.
    pub(crate) fn leave_what_may_not_change(&self) {
        let Some(spot) = self.editing.now() else {
            return;
        };
        if !self.may_change(&spot) {
            self.drafting.set(None);
            self.draft.set(None);
            self.editing.set(None);
            // Others are told that nobody types here any more.
            self.settle(spot, false);
        }
    }

    /// Ends editing of a place; a card that stayed empty goes away.
    pub(crate) fn stop_editing(&self, spot: &Spot) {
        if self.editing.is_now(spot) {
            self.editing.set(None);
            self.end_draft();
        }
    }

    fn end_draft(&self) {
        let Some(draft) = self.draft.get_untracked() else {
            return;
        };
        self.drafting.set(None);
        self.draft.set(None);
        // It was written to and emptied again: it goes as silently as it came.
        if self
            .text_of(&draft.item)
            .is_some_and(|text| text.trim().is_empty())
            && let Some(target) = target_of(&Spot::Item(draft.item))
        {
            let at = crate::dom::unix_now();
            let _ = self.state.edit(Edit::Delete {
                target,
                by: String::new(),
                at,
            });
        }
    }

    /// The draft if it is this item.
    pub(crate) fn draft_of(&self, item: &Item) -> Option<Draft> {
        self.draft
            .get_untracked()
            .filter(|draft| draft.item == *item)
    }

    /// Writes a text; a draft becomes a real card with its first letters. Whether it is
    /// in the map now.
    pub(crate) fn write(&self, spot: &Spot, text: String) -> bool {
        if let Spot::Item(item) = spot
            && let Some(draft) = self.draft_of(item)
            && self.text_of(item).is_none()
        {
            let group = self.joined_group(draft.after.as_ref(), &draft.cell);
            let edits = added(&draft, text, group);
            return edits.is_empty() || self.state.edit_all(edits).is_ok();
        }
        text_field(spot).is_some_and(|field| self.state.type_text(field, text).is_ok())
    }
}

/// What makes a draft a card; nothing while it says nothing.
fn added(draft: &Draft, text: String, group: Option<GroupId>) -> Vec<Edit> {
    if text.is_empty() {
        return Vec::new();
    }
    let step = draft.cell.step.clone();
    let lane = draft.cell.lane.clone();
    let add = match &draft.item {
        Item::Pain(id) => {
            let place = match &draft.after {
                Some(Item::Pain(after)) => Place::After(after.clone()),
                _ => Place::Last,
            };
            Edit::AddPain {
                id: id.clone(),
                step,
                text,
                place,
            }
        }
        Item::Opportunity(id) => {
            let place = match &draft.after {
                Some(Item::Opportunity(after)) => Place::After(after.clone()),
                _ => Place::Last,
            };
            Edit::AddOpportunity {
                id: id.clone(),
                step,
                title: text,
                place,
            }
        }
        Item::Card(id) => {
            let place = match &draft.after {
                Some(Item::Card(after)) => Place::After(after.clone()),
                _ => Place::Last,
            };
            Edit::AddCard {
                id: id.clone(),
                step,
                lane,
                text,
                place,
            }
        }
        Item::Metric(_) => unreachable!("nobody drafts a metric"),
    };
    let joins = match (&draft.item, group) {
        (Item::Card(id), Some(group)) => Some(Edit::GroupCard {
            id: id.clone(),
            group: Some(group),
        }),
        _ => None,
    };
    std::iter::once(add).chain(joins).collect()
}
