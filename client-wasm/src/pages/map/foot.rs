//! The foot: how much is on the map, and how well it is known.

use leptos::prelude::*;

use super::look::LookControls;
use crate::grid::Board;
use crate::panels::own_menu::LocalLabel;
use crate::state::MapState;

#[component]
pub fn Foot() -> impl IntoView {
    let counts = expect_context::<MapState>().counts();
    let count =
        move |of: fn(&crate::state::Counts) -> usize, one: &'static str, many: &'static str| {
            let count = Memo::new(move |_| counts.with(of));
            view! {
                <span>
                    <b>{count}</b>
                    " "
                    {move || if count.get() == 1 { one } else { many }}
                </span>
            }
        };
    let evidence = move || {
        counts
            .get()
            .evidence
            .map(|percent| format!("{percent} % backed by evidence"))
    };
    view! {
        <footer class="foot">
            <span class="counts">
                {count(|c| c.steps, "step", "steps")}
                {count(|c| c.lanes, "lane", "lanes")}
                {count(|c| c.cards, "card", "cards")}
            </span>
            <span>{evidence}</span>
            <LocalLabel />
            <span class="grow"></span>
            <FootButton of="map.commands" words="Commands" />
            <FootButton of="map.keys" words="Keys" />
            <LookControls />
        </footer>
    }
}

/// A command that those who do not know its keys find here.
#[component]
fn FootButton(
    /// The command's name.
    of: &'static str,
    words: &'static str,
) -> impl IntoView {
    let board = expect_context::<Board>();
    let keys = board.keys_of(of);
    view! {
        <button
            class="foot-button"
            type="button"
            data-opens=""
            data-command=of
            on:click=move |_| board.command(of)
        >
            {words}
            <kbd aria-hidden="true">{keys}</kbd>
        </button>
    }
}
