//! The Waymark client: runs in the browser, thin over `model` and `sync`.

pub mod account;
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
pub mod talk;
pub mod theme;
pub mod toast;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlElement;

/// Starts the client in the page.
#[wasm_bindgen(start)]
pub fn start() {
    reserve_memory();
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

/// Takes memory for a map of usual size in one step and gives it back to the allocator.
///
/// Otherwise it would grow 64 KiB at a time while a map opens, more than a hundred times,
/// and each time costs the browser more than the page's own work in between. Memory that
/// is not written to is not taken from the machine.
fn reserve_memory() {
    /// Bytes that a map of a few thousand cards needs.
    const USUAL: usize = 16 << 20;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(USUAL)));
}
