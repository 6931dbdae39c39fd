//! How what a card says is known, or how far an opportunity has got.

use leptos::prelude::*;
use waymark_model::grid::Item;
use waymark_model::scalar::{Scalar, ScalarField};
use waymark_model::vocabulary::{ClaimStatus, OpportunityStatus};

use super::super::board::Board;
use super::swatches::{Swatch, Swatches};

/// The statuses an item can have: their words and names.
fn known(item: &Item) -> Vec<(&'static str, &'static str)> {
    match item {
        Item::Opportunity(_) => OpportunityStatus::ALL
            .iter()
            .map(|status| (status.word(), status.label()))
            .collect(),
        _ => ClaimStatus::ALL
            .iter()
            .map(|status| (status.word(), status.label()))
            .collect(),
    }
}

/// The field an item keeps its status in.
pub(crate) fn field(item: &Item) -> Option<ScalarField> {
    Some(match item {
        Item::Card(id) => ScalarField::CardStatus(id.clone()),
        Item::Pain(id) => ScalarField::PainStatus(id.clone()),
        Item::Opportunity(id) => ScalarField::OpportunityStatus(id.clone()),
        Item::Metric(_) => return None,
    })
}

/// One button for each status, and one for none.
#[component]
pub(crate) fn Statuses(item: Item) -> impl IntoView {
    let board = Board::here();
    let status = board.status_of(&item);
    let mut all = known(&item);
    all.insert(0, ("", "None"));
    let now = all.iter().find(|(word, _)| status == *word);
    let now = Signal::stored(now.map_or("", |(word, _)| *word));
    let swatches = all.iter().map(|(word, label)| Swatch {
        value: *word,
        words: label,
        class: "",
    });
    let swatches = swatches.collect();
    let choose = Callback::new(move |word: &'static str| {
        let label = all.iter().find(|(other, _)| *other == word);
        let label = label.map_or("", |(_, label)| *label);
        let value = (!word.is_empty()).then(|| Scalar::from(word));
        board.restate(&board.meant(&item), value, label);
        board.close_popup();
    });
    view! { <Swatches label="Status" swatches=swatches now=now on_choose=choose /> }
}
