//! A rich text to read.

use std::sync::Arc;

use leptos::html::Div;
use leptos::prelude::*;
use waymark_model::rich::Rich;

use super::dom;

/// What a rich text says, drawn as the editor draws it.
#[component]
pub(crate) fn RichText(rich: Signal<Arc<Rich>>) -> impl IntoView {
    let node = NodeRef::<Div>::new();
    Effect::new(move |drawn: Option<Arc<Rich>>| {
        let drawn = drawn.unwrap_or_default();
        let Some(root) = node.get() else { return drawn };
        let now = rich.get();
        dom::draw(&root, &drawn, &now, false);
        now
    });
    view! { <div class="details-text" node_ref=node></div> }.into_any()
}
