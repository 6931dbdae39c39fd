//! What is listened for on the whole page of a map: undo, redo, and whether anybody is there.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, KeyboardEvent};

use crate::dom::{self, Listener, Timer};
use crate::state::MapState;

/// Without a key or a pointer for this long, somebody is away.
const AWAY_MS: f64 = 120_000.0;
/// Activity is noted at most this often, in milliseconds.
const NOTE_MS: f64 = 2_000.0;

/// Listens until the page is left.
pub(super) fn start(map: MapState) {
    let document = dom::document();
    let away = Timer::new(move || map.set_idle(true));
    away.set(AWAY_MS);
    let mut noted = dom::now();
    let on_activity = move |_: Event| {
        let now = dom::now();
        if now - noted > NOTE_MS {
            noted = now;
            map.set_idle(false);
            away.set(AWAY_MS);
        }
    };
    let activity = Rc::new(RefCell::new(on_activity));
    let listen = |event: &'static str| {
        let activity = Rc::clone(&activity);
        Listener::new(&document, event, move |event| {
            (activity.borrow_mut())(event)
        })
    };
    let listeners = vec![
        listen("pointermove"),
        listen("pointerdown"),
        listen("keydown"),
        Listener::new(&document, "keydown", move |event| on_keydown(map, &event)),
    ];
    // Kept by the page's owner.
    StoredValue::new_local(listeners);
}

fn on_keydown(map: MapState, event: &Event) {
    let Some(key) = event.dyn_ref::<KeyboardEvent>() else {
        return;
    };
    if !(key.ctrl_key() || key.meta_key()) || key.alt_key() || event.default_prevented() {
        return;
    }
    // Fields that are not part of the map have their own history.
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    if target.is_some_and(|target| target.closest("[data-own-undo]").ok().flatten().is_some()) {
        return;
    }
    match (key.key().as_str(), key.shift_key()) {
        ("z" | "Z", false) => map.undo(),
        ("z" | "Z", true) | ("y" | "Y", false) => map.redo(),
        _ => return,
    }
    event.prevent_default();
}
