//! The whole client: which page is shown, and what is true on all of them.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use waymark_sync::ReplicaInput;

use crate::account::{self, Mode};
use crate::dom::{self, Listener};
use crate::pages::account::AccountPage;
use crate::pages::entry::forgot::ForgotPage;
use crate::pages::entry::{invite, join, reset, setup, sign_in};
use crate::pages::home::HomePage;
use crate::pages::map::MapPage;
use crate::pages::missing::Message;
use crate::pages::people::PeoplePage;
use crate::pages::unsubscribe::UnsubscribePage;
use crate::panels::profile_form::Welcome;
use crate::route::{self, Route};
use crate::state::Shared;

/// The root of the view.
#[component]
pub fn App() -> impl IntoView {
    account::start();
    let route = route::route();
    let known = Memo::new(|_| account::signal().with(Option::is_some));
    let unknown = Memo::new(|_| {
        account::signal()
            .with(|account| account.is_some() && !account.as_ref().is_some_and(|it| it.is_in()))
    });
    let on = route.clone();
    Effect::new(move || {
        if unknown.get() && on.with(Route::is_private) {
            let next = js_sys::encode_uri_component(&route::address());
            let query = if route::address() == "/" {
                String::new()
            } else {
                format!("?next={next}")
            };
            route::redirect(&format!("/sign-in{query}"));
        }
    });
    view! {
        {move || match route.get() {
            _ if !known.get() => view! { <Beginning /> }.into_any(),
            route if unknown.get() && route.is_private() => view! { <Beginning /> }.into_any(),
            Route::Home => view! { <HomePage /> }.into_any(),
            Route::Map(key) => view! { <MapPage key=key /> }.into_any(),
            Route::Setup => view! { <setup::SetupPage /> }.into_any(),
            Route::SignIn => view! { <sign_in::SignInPage /> }.into_any(),
            Route::Join => view! { <join::JoinPage /> }.into_any(),
            Route::Invite => view! { <invite::InvitePage /> }.into_any(),
            Route::Reset => view! { <reset::ResetPage /> }.into_any(),
            Route::Forgot => view! { <ForgotPage /> }.into_any(),
            Route::Unsubscribe => view! { <UnsubscribePage /> }.into_any(),
            Route::Account => view! { <AccountPage /> }.into_any(),
            Route::People => view! { <PeoplePage /> }.into_any(),
            Route::Missing => {
                view! { <Message title="Nothing here" text="This address leads nowhere." /> }.into_any()
            }
        }}
        {move || (account::signal().with(|it| it.as_ref().is_some_and(|it| it.mode == Mode::Local))).then(|| view! { <Welcome /> })}
    }
}

/// Until it is known who one is.
#[component]
fn Beginning() -> impl IntoView {
    let trouble = account::trouble();
    view! {
        <main class="boot" role="status">
            <span class="logo" aria-hidden="true"></span>
            {move || match trouble.get() {
                None => view! { <p class="boot-wait">"Opening Waymark"</p> }.into_any(),
                Some(text) => view! { <p>{text}" It is being tried again."</p> }.into_any(),
            }}
        </main>
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
