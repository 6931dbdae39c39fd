//! The "…" button: everything one can do with a thing, without keys and without aim.

use leptos::prelude::*;

use crate::icon::Icon;

/// Opens the menu of the place it is in; the click is handled by the grid.
#[component]
pub(crate) fn More(of: Signal<String>) -> impl IntoView {
    view! {
        <button
            class="more"
            type="button"
            tabindex="-1"
            data-action="more"
            aria-haspopup="menu"
            aria-label=move || of.with(|of| format!("Actions for {of}"))
        >
            <Icon name="ellipsis" />
        </button>
    }
    .into_any()
}
