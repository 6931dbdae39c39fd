//! Links to places: `/map/KEY?card=ID`, and the same with `stage`, `step`, `lane`, `pain`,
//! `opportunity`, `metric` and `cell=LANE/STEP`. They open in the view that `view=` names,
//! or in the grid.

use leptos::prelude::*;
use waymark_model::Grid;
use waymark_model::grid::Item;

use super::board::Board;
use super::roving::cell_of;
use super::spot::Spot;
use crate::dom;
use crate::route::{self, Query, Route};

/// The place a query asks for.
pub(crate) fn place(query: &Query) -> Option<Spot> {
    query
        .pairs()
        .find_map(|(kind, id)| Spot::parse(&format!("{kind}:{id}")))
        .filter(|spot| !matches!(spot, Spot::Gap(_) | Spot::Point(_)))
}

/// The query that asks for a place.
fn query_of(spot: &Spot) -> String {
    spot.key().replacen(':', "=", 1)
}

/// Whether a place is on the map.
fn is_there(grid: &Grid, spot: &Spot) -> bool {
    let has_step = |id| {
        grid.columns
            .iter()
            .any(|column| column.step.as_ref() == Some(id))
    };
    match spot {
        Spot::Stage(id) | Spot::Gap(id) => grid.stages.iter().any(|span| span.stage == *id),
        Spot::Step(id) | Spot::Point(id) => has_step(id),
        Spot::Lane(id) => grid.rows.contains(id),
        Spot::Cell(cell) => grid.rows.contains(&cell.lane) && has_step(&cell.step),
        Spot::Item(item) => cell_of(grid, item).is_some(),
    }
}

/// What a place is called when it is gone.
fn noun(spot: &Spot) -> &'static str {
    match spot {
        Spot::Stage(_) | Spot::Gap(_) => "stage",
        Spot::Step(_) | Spot::Point(_) => "step",
        Spot::Lane(_) => "lane",
        Spot::Cell(_) => "cell",
        Spot::Item(Item::Card(_)) => "card",
        Spot::Item(Item::Pain(_)) => "pain point",
        Spot::Item(Item::Opportunity(_)) => "opportunity",
        Spot::Item(Item::Metric(_)) => "metric",
    }
}

/// Goes where the address says, now and whenever Back, Forward or a link changes it.
pub(super) fn follow(board: Board) {
    let (query, route) = (route::query(), route::route());
    let own = Route::Map(board.state.key());
    let place = Memo::new(move |_| query.with(place));
    Effect::new(move |_| {
        let spot = place.get();
        // While the page changes to another map, its address is not about this one.
        if route.get_untracked() != own {
            return;
        }
        let Some(spot) = spot else { return };
        if is_there(&board.grid(), &spot) {
            board.light_up(spot);
        } else {
            let noun = noun(&spot);
            board.state.toast(format!(
                "The {noun} this link leads to is not on the map any more."
            ));
        }
    });
}

impl Board {
    /// The address of a place, for others.
    fn link_to(&self, spot: &Spot) -> String {
        let origin = dom::window().location().origin().unwrap_or_default();
        format!("{origin}/map/{}?{}", self.state.key(), query_of(spot))
    }

    /// Puts the address of a place on the clipboard and says so.
    pub(crate) fn copy_link(&self, spot: &Spot) {
        self.copy_address(self.link_to(spot), noun(spot));
    }

    /// Puts an address on the clipboard and says what it leads to.
    pub(super) fn copy_address(&self, link: String, noun: &'static str) {
        let state = self.state;
        leptos::task::spawn_local(async move {
            if dom::copy(&link).await {
                state.toast(if noun == "details" {
                    "Copied the link to these details".to_owned()
                } else {
                    format!("Copied the link to this {noun}")
                });
            } else {
                // Browsers refuse it without a secure address or a permission.
                state.toast(format!(
                    "This browser does not let pages copy. The link is {link}"
                ));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waymark_model::ids::{CardId, LaneId, StageId, StepId};

    #[test]
    fn the_link_to_a_place_leads_there() {
        let spots = [
            Spot::Stage(StageId::parse("s1").unwrap()),
            Spot::Step(StepId::parse("a_0-1").unwrap()),
            Spot::Lane(LaneId::parse("pains").unwrap()),
            Spot::Item(Item::Card(CardId::parse("c1").unwrap())),
            Spot::parse("cell:pains/a_0-1").unwrap(),
        ];
        for spot in spots {
            let query = Query::new(&format!("view=outline&{}", query_of(&spot)));
            assert_eq!(place(&query), Some(spot));
        }
    }

    #[test]
    fn an_address_without_a_place_leads_nowhere() {
        for query in ["", "view=story", "card=", "moon=1", "gap=s1", "point=a"] {
            assert_eq!(place(&Query::new(query)), None, "{query}");
        }
    }
}
