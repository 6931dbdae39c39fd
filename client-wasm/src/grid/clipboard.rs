//! The clipboard: what is copied and cut leaves as text for everybody and as data for
//! Waymark; what comes in is shown before it makes more than a few cards.
//!
//! Keys go through the browser's own events, which ask nobody for permission. What was
//! cut stays where it is until it is pasted, and then moves: nothing is ever only on the
//! clipboard.

mod cut;
mod duplicate;
mod held;
mod paste;
mod preview;
mod table;
mod wire;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::grid::Item;
use web_sys::{ClipboardEvent, Element, Event, HtmlDocument};

use self::held::Held;
pub(crate) use self::preview::{Pasting, Preview};
use super::board::Board;
use super::focus::is_inside;
use super::spot::Spot;
use crate::dom::{Listener, document};

/// What the board knows of the clipboard. `Copy`: hand it around freely.
#[derive(Clone, Copy)]
pub(crate) struct Clipboard {
    /// What was cut and waits to be pasted.
    cut: RwSignal<Option<Cut>>,
    /// The place that a button copies, while it does.
    asked: StoredValue<Option<Spot>>,
    /// Text and HTML that were copied last: some browsers keep only the text.
    last: StoredValue<Option<(String, String)>>,
}

/// What was cut: it stays where it is until it is pasted.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cut {
    token: String,
    spots: Vec<Spot>,
}

impl Clipboard {
    pub(crate) fn new() -> Self {
        Self {
            cut: RwSignal::new(None),
            asked: StoredValue::new(None),
            last: StoredValue::new(None),
        }
    }

    /// Whether an item waits to be pasted elsewhere; tracked.
    pub(crate) fn is_cut(&self, item: &Item) -> bool {
        let is_it = |spot: &Spot| matches!(spot, Spot::Item(it) if it == item);
        self.cut
            .with(|cut| cut.as_ref().is_some_and(|cut| cut.spots.iter().any(is_it)))
    }

    /// Whether anything waits to be pasted; not tracked.
    pub(crate) fn has_cut(&self) -> bool {
        self.cut.with_untracked(Option::is_some)
    }
}

/// Listens as long as the view that calls this is there.
pub(crate) fn listen(board: Board) {
    let listeners = ["copy", "cut", "paste"].map(|kind| {
        Listener::new(&document(), kind, move |event| {
            if !event.default_prevented() && on_clipboard(board, &event) {
                event.prevent_default();
            }
        })
    });
    StoredValue::new_local(listeners);
}

/// A copy, cut or paste event, from keys or the browser's own menu; whether it was ours.
fn on_clipboard(board: Board, event: &Event) -> bool {
    let Some(event) = event.dyn_ref::<ClipboardEvent>() else {
        return false;
    };
    let asked = board.clipboard.asked.get_value();
    let Some(spot) = asked.or_else(|| place_with_focus(board, event)) else {
        return false;
    };
    let Some(data) = event.clipboard_data() else {
        return false;
    };
    if event.type_() == "paste" {
        let html = data.get_data("text/html").unwrap_or_default();
        let text = data.get_data("text/plain").unwrap_or_default();
        return board.paste(&spot, &html, &text);
    }
    let Some(held) = board.held(&spot, event.type_() == "cut") else {
        return false;
    };
    let written = data.set_data("text/plain", &held.text).is_ok()
        && data.set_data("text/html", &held.html).is_ok();
    if written {
        board.was_held(held);
    }
    written
}

/// Where focus is in the map; `None` in a text, which has a clipboard of its own, in a
/// popup and outside.
fn place_with_focus(board: Board, event: &Event) -> Option<Spot> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let own = target.closest("input, textarea, select, [contenteditable], [data-own-undo]");
    let is_own = own.ok().flatten().is_some();
    (!is_own && is_inside() && board.popup.with_untracked(Option::is_none))
        .then(|| board.current())
        .flatten()
}

impl Board {
    /// Copies what is at a place, for buttons and menus.
    pub(crate) fn copy(&self, spot: &Spot) {
        self.run_clipboard(spot, "copy");
    }

    /// Cuts it: it moves when it is pasted.
    pub(crate) fn cut_out(&self, spot: &Spot) {
        self.run_clipboard(spot, "cut");
    }

    fn run_clipboard(&self, spot: &Spot, command: &str) {
        self.clipboard.asked.set_value(Some(spot.clone()));
        let done = document()
            .dyn_into::<HtmlDocument>()
            .ok()
            .and_then(|document| document.exec_command(command).ok())
            .unwrap_or(false);
        self.clipboard.asked.set_value(None);
        if !done {
            let keys = if command == "cut" { "X" } else { "C" };
            self.state.toast(format!(
                "The browser did not let the page {command}. Use {}.",
                with_mod(keys)
            ));
        }
    }

    fn was_held(&self, held: Held) {
        self.clipboard.last.set_value(Some((held.text, held.html)));
        self.clipboard.cut.set(held.cut);
        self.state.announce(held.words);
    }

    /// Forgets what was cut; whether there was anything.
    pub(crate) fn uncut(&self) -> bool {
        let had = self.clipboard.has_cut();
        if had {
            self.clipboard.cut.set(None);
            self.state.announce("Nothing is cut any more");
        }
        had
    }
}

/// "Ctrl+V" or "⌘V".
fn with_mod(key: &str) -> String {
    if crate::dom::is_mac() {
        format!("⌘{key}")
    } else {
        format!("Ctrl+{key}")
    }
}
