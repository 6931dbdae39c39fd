//! Which page an address shows. Two routes need no router library.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, MouseEvent};

use crate::dom::{self, Listener};

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/`
    Home,
    /// `/map/{key}`
    Map(String),
    /// Anything else.
    Missing,
}

impl Route {
    fn of(path: &str) -> Self {
        match path
            .strip_prefix("/map/")
            .map(|key| key.trim_end_matches('/'))
        {
            Some(key) if !key.is_empty() && !key.contains('/') => Self::Map(key.to_owned()),
            _ if path == "/" => Self::Home,
            _ => Self::Missing,
        }
    }

    fn here() -> Self {
        Self::of(&dom::window().location().pathname().unwrap_or_default())
    }
}

thread_local! {
    static ROUTE: ArcRwSignal<Route> = ArcRwSignal::new(Route::here());
}

/// The page shown now.
pub fn route() -> ArcRwSignal<Route> {
    ROUTE.with(Clone::clone)
}

fn arrive() {
    let (route, here) = (route(), Route::here());
    if route.get_untracked() != here {
        route.set(here);
        // A new page begins at its heading, also for those who cannot see that it is new.
        set_timeout(
            || {
                dom::window().scroll_to_with_x_and_y(0.0, 0.0);
                let heading = dom::document()
                    .query_selector("h1[tabindex]")
                    .ok()
                    .flatten();
                if let Some(heading) =
                    heading.and_then(|heading| heading.dyn_into::<HtmlElement>().ok())
                {
                    let _ = heading.focus();
                }
            },
            std::time::Duration::ZERO,
        );
    }
}

/// Goes to a page of this program.
pub fn go(path: &str) {
    if let Ok(history) = dom::window().history() {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(path));
    }
    arrive();
}

/// Follows Back, Forward and links inside the page without loading it anew.
pub fn start() {
    Listener::new(&dom::window(), "popstate", |_| arrive()).forever();
    Listener::new(&dom::document(), "click", |event| {
        let click = event.unchecked_ref::<MouseEvent>();
        let plain = click.button() == 0
            && !(click.meta_key() || click.ctrl_key() || click.shift_key() || click.alt_key());
        if !plain || event.default_prevented() {
            return;
        }
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a[href]").ok().flatten());
        let Some(link) =
            link.filter(|link| !link.has_attribute("download") && !link.has_attribute("target"))
        else {
            return;
        };
        let path = link.get_attribute("href").unwrap_or_default();
        if Route::of(&path) != Route::Missing {
            event.prevent_default();
            go(&path);
        }
    })
    .forever();
}
