//! The Waymark client: runs in the browser, thin over `model` and `sync`.

pub mod api;
pub mod app;
pub mod dom;
mod driver;
pub mod grid;
pub mod icon;
pub mod pages;
pub mod panels;
pub mod presence;
pub mod profile;
pub mod route;
pub mod state;
pub mod status;
pub mod theme;
pub mod toast;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlElement;

/// Starts the client in the page.
#[wasm_bindgen(start)]
pub fn start() {
    app::report_panics();
    theme::start();
    app::start();
    route::start();
    let root = dom::document().get_element_by_id("app");
    if let Some(root) = root.and_then(|root| root.dyn_into::<HtmlElement>().ok()) {
        root.set_inner_html("");
        leptos::mount::mount_to(root, app::App).forget();
    }
}
