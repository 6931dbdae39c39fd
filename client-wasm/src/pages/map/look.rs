//! Zoom and density, at the foot of the map.

use leptos::prelude::*;

use crate::grid::Board;
use crate::icon::Icon;

#[component]
pub fn LookControls() -> impl IntoView {
    let board = expect_context::<Board>();
    let look = board.look;
    view! {
        <div class="look" role="group" aria-label="Size of the map">
            <button
                type="button"
                aria-label="Compact"
                title="Compact: closer together, the first lines of each card"
                aria-pressed=move || look.is_compact().to_string()
                data-testid="compact"
                on:click=move |_| board.set_compact(!look.is_compact())
            >
                {move || match look.is_compact() {
                    true => view! { <Icon name="rows-4" /> }.into_any(),
                    false => view! { <Icon name="rows-3" /> }.into_any(),
                }}
            </button>
            <button
                type="button"
                aria-label="Fit all steps"
                title="Fit all steps (Shift+1)"
                data-command="map.zoom-fit"
                data-testid="zoom-fit"
                on:click=move |_| board.zoom_to_fit()
            >
                <Icon name="move-horizontal" />
            </button>
            <button
                type="button"
                aria-label="Smaller"
                title="Smaller (Ctrl+−)"
                data-testid="zoom-out"
                disabled=move || !look.can_zoom(false)
                on:click=move |_| board.zoom_by(false)
            >
                <Icon name="minus" />
            </button>
            <button
                class="look-percent"
                type="button"
                aria-label=move || format!("Zoom {} %, back to 100 %", look.zoom())
                title="Back to 100 % (Ctrl+0)"
                data-testid="zoom"
                on:click=move |_| board.zoom_to_normal()
            >
                {move || format!("{} %", look.zoom())}
            </button>
            <button
                type="button"
                aria-label="Larger"
                title="Larger (Ctrl++)"
                data-testid="zoom-in"
                disabled=move || !look.can_zoom(true)
                on:click=move |_| board.zoom_by(true)
            >
                <Icon name="plus" />
            </button>
        </div>
    }
}
