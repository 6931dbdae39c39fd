//! The colours a card or a lane can have, each with its name.

use leptos::prelude::*;
use waymark_model::grid::Item;
use waymark_model::ids::LaneId;
use waymark_model::vocabulary::Colour;

use super::super::board::Board;
use super::swatches::{Swatch, Swatches};

/// The colours of a card.
#[component]
pub(crate) fn Colours(item: Item) -> impl IntoView {
    let board = Board::here();
    let card = match &item {
        Item::Card(id) => board.state.card(id),
        _ => Signal::stored(None),
    };
    let now = Memo::new(move |_| card.with(|card| card.as_ref()?.colour));
    let choose = Callback::new(move |colour| {
        board.recolour(&board.meant(&item), colour);
        board.close_popup();
    });
    let swatches = swatches("As its lane");
    view! { <Swatches label="Colour" swatches=swatches now=now.into() on_choose=choose /> }
}

/// The colours of a lane.
#[component]
pub(crate) fn LaneColours(id: LaneId) -> impl IntoView {
    let board = Board::here();
    let lane = board.state.lane(&id);
    let now = Memo::new(move |_| lane.with(|lane| lane.as_ref()?.colour));
    let choose = Callback::new(move |colour| {
        board.set_lane_colour(&id, colour);
        board.close_popup();
    });
    let swatches = swatches("None");
    view! { <Swatches label="Colour" swatches=swatches now=now.into() on_choose=choose /> }
}

/// No colour, then all.
fn swatches(none: &'static str) -> Vec<Swatch<Option<Colour>>> {
    let choices = std::iter::once(None).chain(Colour::ALL.iter().copied().map(Some));
    let swatch = |colour: Option<Colour>| Swatch {
        value: colour,
        words: colour.map_or(none, Colour::label),
        class: class(colour),
    };
    choices.map(swatch).collect()
}

/// The class that gives a card or a lane its colour.
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
