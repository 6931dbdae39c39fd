//! Where a popup is put, and what closes it from outside.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Node};

use super::super::board::Board;
use super::Popup;
use crate::dom::{Listener, document, window};

/// Closes what is open when somebody presses or scrolls elsewhere.
pub(super) fn close_on_press_outside(board: Board, node: NodeRef<Div>) {
    let on_press = move |event: web_sys::Event| {
        let inside = node.get_untracked().is_some_and(|panel| {
            let target = event
                .target()
                .and_then(|target| target.dyn_into::<Node>().ok());
            panel.contains(target.as_ref())
        });
        // The button that opened it closes it by its own click.
        let opener = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|target| {
                target
                    .closest("[data-action=more], [data-opens]")
                    .ok()
                    .flatten()
            });
        if !inside && opener.is_none() {
            board.popup.set(None);
        }
    };
    let scrolled = move |event: web_sys::Event| {
        let inside = node.get_untracked().is_some_and(|panel| {
            let target = event
                .target()
                .and_then(|target| target.dyn_into::<Node>().ok());
            panel.contains(target.as_ref())
        });
        let narrow = window()
            .inner_width()
            .ok()
            .and_then(|width| width.as_f64())
            .is_some_and(|width| width < 760.0);
        if !inside && !narrow {
            board.popup.set(None);
        }
    };
    StoredValue::new_local(vec![
        Listener::new(&document(), "pointerdown", on_press),
        Listener::new(&document(), "wheel", scrolled),
    ]);
}

/// Puts the panel under its anchor, or above or beside where there is room; the style
/// sheet makes it a sheet at the bottom on a phone.
pub(super) fn place(panel: &web_sys::HtmlElement, anchor: &Popup) {
    let size = |value: Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>| {
        value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0)
    };
    let (width, height) = (size(window().inner_width()), size(window().inner_height()));
    let rect = panel.get_bounding_client_rect();
    let (own_width, own_height) = (rect.width(), rect.height());
    const EDGE: f64 = 8.0;
    const AWAY: f64 = 4.0;
    let centred = anchor.left == anchor.right && panel.class_list().contains("wide");
    let left = if centred {
        anchor.left - own_width / 2.0
    } else if anchor.left + own_width + EDGE <= width {
        anchor.left
    } else {
        anchor.right - own_width
    };
    let below = anchor.bottom + AWAY;
    let top = if below + own_height + EDGE <= height {
        below
    } else {
        anchor.top - AWAY - own_height
    };
    let left = left.clamp(EDGE, (width - own_width - EDGE).max(EDGE));
    let top = top.clamp(EDGE, (height - own_height - EDGE).max(EDGE));
    let style = panel.style();
    let _ = style.set_property("left", &format!("{left}px"));
    let _ = style.set_property("top", &format!("{top}px"));
}
