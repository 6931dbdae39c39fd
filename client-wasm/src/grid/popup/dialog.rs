//! A small form in a popup: Enter does what it asks, Escape (of the popup) does not.

use leptos::prelude::*;

use super::super::board::Board;

/// A title, the fields, and the way out.
#[component]
pub(crate) fn Dialog(
    title: String,
    /// What tests know it by.
    hook: &'static str,
    /// What is done, on the button that does it.
    #[prop(into)]
    does: Signal<String>,
    on_submit: Callback<()>,
    /// Whether the button that does it has focus at first.
    #[prop(optional)]
    ready: bool,
    children: Children,
) -> impl IntoView {
    let board = Board::here();
    view! {
        <form
            class="dialog"
            data-testid=hook
            on:submit=move |event| {
                event.prevent_default();
                on_submit.run(());
            }
        >
            <h2>{title}</h2>
            {children()}
            <div class="dialog-buttons">
                <button class="popup-quiet" type="button" on:click=move |_| board.close_popup()>
                    "Cancel"
                </button>
                <button class="popup-go" type="submit" data-first=ready.then_some("")>
                    {does}
                </button>
            </div>
        </form>
    }
    .into_any()
}
