//! The line of headings above a table.

use leptos::prelude::*;

/// One heading for each column.
#[component]
pub fn Heads(words: &'static [&'static str]) -> impl IntoView {
    let words = words
        .iter()
        .map(|word| view! { <th scope="col">{*word}</th> });
    view! {
        <thead>
            <tr>{words.collect_view()}</tr>
        </thead>
    }
}
