//! The colours a card can have, each with its name.

use leptos::prelude::*;
use waymark_model::grid::Item;
use waymark_model::vocabulary::Colour;

use super::super::board::Board;
use crate::icon::Icon;

/// One button for each colour, and one for none.
#[component]
pub(crate) fn Colours(item: Item) -> impl IntoView {
    let board = Board::here();
    let card = match &item {
        Item::Card(id) => board.state.card(id),
        _ => Signal::stored(None),
    };
    let now = Memo::new(move |_| card.with(|card| card.as_ref()?.colour));
    let choices = std::iter::once(None).chain(Colour::ALL.iter().copied().map(Some));
    let buttons = choices
        .map(|colour| {
            let item = item.clone();
            let run = move |_| {
                board.recolour(&board.meant(&item), colour);
                board.close_popup();
            };
            let checked = move || now.get() == colour;
            view! {
                <button
                    class="swatch"
                    type="button"
                    role="radio"
                    aria-checked=move || checked().to_string()
                    on:click=run
                >
                    <span class=format!("swatch-dot {}", class(colour)) aria-hidden="true">
                        {move || checked().then(|| view! { <Icon name="check" /> })}
                    </span>
                    {colour.map_or("As its lane", Colour::label)}
                </button>
            }
        })
        .collect_view();
    view! { <div class="swatches" role="radiogroup" aria-label="Colour">{buttons}</div> }.into_any()
}

/// The class that gives a card its colour.
pub(crate) fn class(colour: Option<Colour>) -> &'static str {
    match colour {
        None => "",
        Some(Colour::Blue) => "colour-blue",
        Some(Colour::Teal) => "colour-teal",
        Some(Colour::Green) => "colour-green",
        Some(Colour::Ochre) => "colour-ochre",
        Some(Colour::Rose) => "colour-rose",
        Some(Colour::Plum) => "colour-plum",
        Some(Colour::Grey) => "colour-grey",
    }
}
