//! Who wrote a thing, and on which day.

use leptos::prelude::*;
use waymark_model::grid::Item;
use waymark_model::map::Written;

use super::super::board::Board;
use super::super::spot::Spot;
use crate::dom;
use crate::talk::me;

/// "Written by Ana, 3 Nov", where that is known.
#[component]
pub(super) fn Author(spot: Spot) -> impl IntoView {
    let board = Board::here();
    let state = board.state;
    let author: Signal<Option<Written>> = match spot {
        Spot::Item(Item::Card(id)) => {
            let card = state.card(&id);
            Signal::derive(move || card.with(|it| it.as_ref()?.author.clone()))
        }
        Spot::Item(Item::Pain(id)) => {
            let pain = state.pain(&id);
            Signal::derive(move || pain.with(|it| it.as_ref()?.author.clone()))
        }
        Spot::Item(Item::Opportunity(id)) => {
            let opportunity = state.opportunity(&id);
            Signal::derive(move || opportunity.with(|it| it.as_ref()?.author.clone()))
        }
        _ => Signal::stored(None),
    };
    let author = Memo::new(move |_| author.get());
    let voices = board.talk.voices;
    move || {
        let Written { by, at } = author.get()?;
        let is_me = me::person().as_str() == by;
        let name = if is_me {
            "you".to_owned()
        } else {
            voices.called(&by)
        };
        let day = (at > 0).then(|| {
            view! {
                ", "
                <time datetime=dom::timestamp(at) title=dom::clock(at)>{dom::day(at)}</time>
            }
        });
        Some(view! {
            <p class="drawer-written" data-testid="written">
                "Written by "
                <bdi>{name}</bdi>
                {day}
            </p>
        })
    }
}
