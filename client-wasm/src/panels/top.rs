//! The bar at the top of pages that are no map.

use leptos::prelude::*;

use crate::icon::Icon;
use crate::panels::profile_form::OwnAvatar;

/// The way home, and who one is.
#[component]
pub fn TopBar() -> impl IntoView {
    view! {
        <header class="top">
            <a class="brand" href="/">
                <span class="logo" aria-hidden="true"></span>
                "Waymark"
            </a>
            <span class="grow"></span>
            <a class="button" href="/">
                <Icon name="arrow-left" />
                "Journeys"
            </a>
            <OwnAvatar />
        </header>
    }
}
