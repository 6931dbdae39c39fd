//! A button and what it opens, on the browser's own popovers: they close on Escape and
//! on a click elsewhere, and give the focus back.

use leptos::ev::Event;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::dom;

/// The gap between a button and its popover, and between that and the window's edge.
const GAP: f64 = 6.0;
const EDGE: f64 = 8.0;

/// A button that opens `children` below itself.
#[component]
pub fn Popover(
    /// Unique in the page.
    id: &'static str,
    /// Says what the popover is, for screen readers.
    #[prop(into)]
    label: Signal<String>,
    /// The button's classes.
    #[prop(into)]
    class: String,
    /// Says what the button does, when its content does not.
    #[prop(optional, into)]
    button_label: Option<Signal<String>>,
    /// What is on the button.
    #[prop(into)]
    button: ViewFn,
    /// Told whether it is open.
    #[prop(optional)]
    open: Option<RwSignal<bool>>,
    children: Children,
) -> impl IntoView {
    let panel = NodeRef::<Div>::new();
    let button_label = move || button_label.map(|label| label.get());
    view! {
        <button class=class popovertarget=id aria-label=button_label title=button_label>
            {button.run()}
        </button>
        <div
            class="popover"
            id=id
            node_ref=panel
            popover="auto"
            role="dialog"
            aria-label=move || label.get()
            on:toggle=move |event| {
                if let (Some(open), Some(panel)) = (open, panel.get_untracked()) {
                    open.set(panel.matches(":popover-open").unwrap_or(false));
                }
                on_toggle(event);
            }
        >
            {children()}
        </div>
    }
}

/// Opens a popover, for example by a key.
pub fn show(id: &str) {
    if let Some(panel) = dom::document().get_element_by_id(id) {
        call(&panel, "showPopover");
    }
}

/// Closes a popover, for example after a choice was made in it.
pub fn close(id: &str) {
    if let Some(panel) = dom::document().get_element_by_id(id) {
        call(&panel, "hidePopover");
    }
}

// These methods are younger than the binding's stable part.
fn call(panel: &Element, method: &str) {
    if let Ok(function) = js_sys::Reflect::get(panel, &method.into())
        && let Ok(function) = function.dyn_into::<js_sys::Function>()
    {
        let _ = function.call0(panel);
    }
}

/// Puts an opened popover below its button, inside the window.
fn on_toggle(event: Event) {
    let Some(panel) = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    let Some(button) = panel.previous_element_sibling() else {
        return;
    };
    let window = dom::window();
    let width = window
        .inner_width()
        .ok()
        .and_then(|width| width.as_f64())
        .unwrap_or_default();
    let (from, size) = (
        button.get_bounding_client_rect(),
        panel.get_bounding_client_rect(),
    );
    let left = from.left().min(width - size.width() - EDGE).max(EDGE);
    let style = panel.style();
    let _ = style.set_property("left", &format!("{left}px"));
    let _ = style.set_property("top", &format!("{}px", from.bottom() + GAP));
}
