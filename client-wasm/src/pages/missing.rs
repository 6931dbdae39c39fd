//! What an address shows that leads nowhere.

use leptos::prelude::*;

/// A whole page with one message.
#[component]
pub fn Message(#[prop(into)] title: String, #[prop(into)] text: String) -> impl IntoView {
    view! {
        <main class="message-page">
            <span class="logo" aria-hidden="true"></span>
            <h1 tabindex="-1">{title}</h1>
            <p>{text}</p>
            <a class="button primary" href="/">"All journeys"</a>
        </main>
    }
}
