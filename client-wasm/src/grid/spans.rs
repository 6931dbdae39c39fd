//! Cards that cover several steps: made wider and narrower.

use waymark_model::Edit;
use waymark_model::grid::Item;
use waymark_model::ids::{CardId, StepId};
use waymark_model::map::Step;

use super::board::Board;
use super::spot::Spot;

impl Board {
    /// The steps from a card's own to the map's last, and how many of them it covers.
    pub(crate) fn reach(&self, id: &CardId) -> Option<(Vec<Step>, usize)> {
        let map = self.state.map();
        let card = map.cards.iter().find(|card| card.id == *id)?;
        let first = map.steps.iter().position(|step| step.id == card.step)?;
        let last = card.span_to.as_ref();
        let last = last.and_then(|end| map.steps.iter().position(|step| step.id == *end));
        let covered = last.map_or(1, |last| last + 1 - first);
        Some((map.steps[first..].to_vec(), covered))
    }

    /// Lets a card cover one step more or less.
    pub(crate) fn reach_on(&self, id: &CardId, wider: bool) {
        let Some((steps, covered)) = self.reach(id) else {
            return;
        };
        let wanted = if wider { covered + 1 } else { covered - 1 };
        match wanted.checked_sub(1).and_then(|last| steps.get(last)) {
            Some(step) => self.reach_to(id, &step.id),
            None if wider => self.state.announce("There is no step after it"),
            None => self.state.announce("It covers one step"),
        }
    }

    /// Lets a card cover all steps from its own to this one.
    pub(crate) fn reach_to(&self, id: &CardId, to: &StepId) {
        let Some((steps, _)) = self.reach(id) else {
            return;
        };
        let own = steps.first().is_some_and(|step| step.id == *to);
        let edit = Edit::SpanCard {
            id: id.clone(),
            to: (!own).then(|| to.clone()),
        };
        if self.state.edit(edit).is_err() {
            return;
        }
        let count = steps.iter().position(|step| step.id == *to);
        let title = |step: Option<&Step>| step.map_or_else(String::new, |step| step.title.clone());
        if let Some(last) = count {
            let (from, to) = (title(steps.first()), title(steps.get(last)));
            self.state.announce(match last {
                0 => format!("Covers {from}"),
                more => format!("Covers {} steps, {from} to {to}", more + 1),
            });
        }
        self.settle(Spot::Item(Item::Card(id.clone())), false);
    }
}
