//! Whether anybody is at the keyboard of a map's page.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use web_sys::Event;

use crate::dom::{self, Listener, Timer};
use crate::state::MapState;

/// Without a key or a pointer for this long, somebody is away.
const AWAY_MS: f64 = 120_000.0;
/// Activity is noted at most this often, in milliseconds.
const NOTE_MS: f64 = 2_000.0;

/// Listens until the page is left.
pub(super) fn start(map: MapState) {
    let document = dom::document();
    let away =
        Timer::new(move || map.set_idle(Some(dom::unix_now().saturating_sub(AWAY_MS as u64))));
    away.set(AWAY_MS);
    let mut noted = dom::now();
    let on_activity = move |_: Event| {
        let now = dom::now();
        if now - noted > NOTE_MS {
            noted = now;
            map.set_idle(None);
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
    ];
    // Kept by the page's owner.
    StoredValue::new_local(listeners);
}
