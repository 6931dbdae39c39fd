//! Icons from the page's sprite.

use leptos::prelude::*;

/// The icon `web/icons/{name}.svg`, decorative: a word beside it or a label says what it means.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    let href = String::from("#icon-") + name;
    view! {
        <svg class="i" aria-hidden="true">
            <use href=href></use>
        </svg>
    }
}
