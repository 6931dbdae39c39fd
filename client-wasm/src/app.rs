//! The whole client: which page is shown, and what is true on all of them.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use waymark_sync::ReplicaInput;

use crate::dom::{self, Listener};
use crate::pages::home::HomePage;
use crate::pages::map::MapPage;
use crate::pages::missing::Message;
use crate::panels::profile_form::Welcome;
use crate::route::{self, Route};
use crate::state::Shared;

/// The root of the view.
#[component]
pub fn App() -> impl IntoView {
    let route = route::route();
    view! {
        {move || match route.get() {
            Route::Home => view! { <HomePage /> }.into_any(),
            Route::Map(key) => view! { <MapPage key=key /> }.into_any(),
            Route::Missing => {
                view! { <Message title="Nothing here" text="This address leads nowhere." /> }.into_any()
            }
        }}
        <Welcome />
    }
}

/// Listens for what the browser tells all open maps.
pub fn start() {
    let window = dom::window();
    Listener::new(&window, "online", |_| {
        Shared::feed_all(&ReplicaInput::NetworkHint(true))
    })
    .forever();
    Listener::new(&window, "offline", |_| {
        Shared::feed_all(&ReplicaInput::NetworkHint(false))
    })
    .forever();
    Listener::new(&window, "beforeunload", |event| {
        if Shared::unsaved_anywhere() > 0 {
            event.prevent_default();
            // Older browsers ask only when this is set.
            let _ = js_sys::Reflect::set(&event, &"returnValue".into(), &JsValue::TRUE);
        }
    })
    .forever();
    // The last chance to send what was written in this frame.
    Listener::new(&window, "pagehide", |_| Shared::flush_all()).forever();
    Listener::new(&dom::document(), "visibilitychange", |_| {
        Shared::feed_all(&ReplicaInput::Tick)
    })
    .forever();
}

/// Shows that the program broke, instead of a page that silently does nothing.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        web_sys::console::error_1(&panic.to_string().into());
        let bar = dom::document().get_element_by_id("broken");
        if let Some(bar) = bar.and_then(|bar| bar.dyn_into::<web_sys::HtmlElement>().ok()) {
            bar.set_hidden(false);
        }
    }));
}
