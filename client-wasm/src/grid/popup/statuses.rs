//! How what a card says is known, or how far an opportunity has got.

use leptos::prelude::*;
use waymark_model::grid::Item;
use waymark_model::scalar::{Scalar, ScalarField};
use waymark_model::vocabulary::{ClaimStatus, OpportunityStatus};

use super::super::board::Board;
use crate::icon::Icon;

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
    let now = board.status_of(&item);
    let none = std::iter::once(("", "None"));
    let buttons = none
        .chain(known(&item))
        .map(|(word, label)| {
            let item = item.clone();
            let run = move |_| {
                let value = (!word.is_empty()).then(|| Scalar::from(word));
                board.restate(&board.meant(&item), value, label);
                board.close_popup();
            };
            let checked = now == word;
            view! {
                <button
                    class="swatch"
                    type="button"
                    role="radio"
                    aria-checked=checked.to_string()
                    on:click=run
                >
                    <span class="swatch-dot" aria-hidden="true">
                        {checked.then(|| view! { <Icon name="check" /> })}
                    </span>
                    {label}
                </button>
            }
        })
        .collect_view();
    view! { <div class="swatches" role="radiogroup" aria-label="Status">{buttons}</div> }.into_any()
}
