//! The switch between the views of a map.

use leptos::prelude::*;

use crate::grid::{Board, Lens};
use crate::icon::Icon;
use crate::panels::popover;

/// The views side by side, in the bar.
#[component]
pub fn Views() -> impl IntoView {
    let board = expect_context::<Board>();
    let shown = Lens::here();
    let link = move |lens: Lens| {
        view! {
            <a
                class="view-link"
                href=move || board.address_in(lens)
                aria-current=move || (shown.get() == lens).then_some("true")
                title=lens.hint()
                data-view=lens.word()
            >
                <Icon name=lens.icon() />
                <span class="view-word">{lens.word()}</span>
            </a>
        }
    };
    view! { <nav class="views" aria-label="Views">{Lens::ALL.map(link)}</nav> }
}

/// The views as items of a menu.
#[component]
pub fn ViewItems(
    /// The popover they are in.
    popover: &'static str,
) -> impl IntoView {
    let board = expect_context::<Board>();
    let shown = Lens::here();
    let item = move |lens: Lens| {
        view! {
            <li>
                <a
                    class="menu-item"
                    href=move || board.address_in(lens)
                    aria-current=move || (shown.get() == lens).then_some("true")
                    on:click=move |_| popover::close(popover)
                >
                    <Icon name=lens.icon() />
                    <span>{lens.word()}</span>
                    <small>{lens.hint()}</small>
                </a>
            </li>
        }
    };
    Lens::ALL.map(item)
}
