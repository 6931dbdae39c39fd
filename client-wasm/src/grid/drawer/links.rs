//! What an opportunity is about: the pain points it answers and its other steps, each the
//! way there.

use leptos::prelude::*;
use waymark_model::grid::Item;
use waymark_model::ids::OpportunityId;
use waymark_model::map::label_of;

use super::super::board::{Board, target_of};
use super::super::spot::Spot;

/// A place and what it is called.
type Link = (Spot, String);

#[component]
pub(super) fn Links(id: OpportunityId) -> impl IntoView {
    let board = Board::here();
    let revision = board.state.revision();
    let links = Memo::new(move |_| {
        revision.track();
        let map = board.state.map();
        let said = |spot: Spot| {
            let label = label_of(&map, &target_of(&spot)?)?;
            Some((spot, label))
        };
        let Some(it) = map.opportunities.iter().find(|it| it.id == id) else {
            return (Vec::new(), Vec::new());
        };
        let pains = it.pains.iter().cloned().map(Item::Pain).map(Spot::Item);
        let steps = it.steps.iter().skip(1).cloned().map(Spot::Step);
        (
            pains.filter_map(said).collect::<Vec<Link>>(),
            steps.filter_map(said).collect::<Vec<Link>>(),
        )
    });
    let list = move |label: &'static str, links: Vec<Link>| {
        let link = move |(spot, said): Link| {
            let go = move |_| {
                board.make_way(&spot);
                board.settle(spot.clone(), true);
            };
            view! { <li><button class="drawer-link" type="button" on:click=go>{said}</button></li> }
        };
        (!links.is_empty()).then(|| {
            view! {
                <div class="drawer-field">
                    <span class="drawer-label">{label}</span>
                    <ul class="drawer-links" aria-label=label>{links.into_iter().map(link).collect_view()}</ul>
                </div>
            }
        })
    };
    move || {
        let (pains, steps) = links.get();
        (list("Answers", pains), list("Also about", steps)).into_view()
    }
}
