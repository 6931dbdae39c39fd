//! The mark of an item that says more in its drawer.

use leptos::prelude::*;
use waymark_model::rich::DetailsOf;

use super::super::board::Board;
use crate::icon::Icon;

/// Lines of text, where there are details.
#[component]
pub(super) fn DetailsMark(of: DetailsOf) -> impl IntoView {
    let has = Board::here().state.has_details(&of);
    move || {
        has.get().then(|| {
            view! {
                <span class="card-details" role="img" aria-label="Has details" title="Has details">
                    <Icon name="text-align-start" />
                </span>
            }
        })
    }
}
