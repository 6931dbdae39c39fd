//! Pasting names on a header: a row or a column of a spreadsheet, or one line, makes
//! stages or steps after it. What will be made is shown first.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Element, Event};

use super::board::Board;
use super::focus::{ROOT, element};
use super::names::stage_names;
use super::popup::{Content, Popup};
use super::spot::Spot;
use crate::dom::{Listener, document};

/// Listens as long as the view that calls this is there.
pub(crate) fn listen(board: Board) {
    let listener = Listener::new(&document(), "paste", move |event| {
        if on_paste(board, &event) {
            event.prevent_default();
            event.stop_propagation();
        }
    });
    StoredValue::new_local(listener);
}

fn on_paste(board: Board, event: &Event) -> bool {
    if event.default_prevented() || board.popup.with_untracked(Option::is_some) {
        return false;
    }
    let Some(spot) = header_with_focus() else {
        return false;
    };
    let text = event
        .dyn_ref::<ClipboardEvent>()
        .and_then(ClipboardEvent::clipboard_data)
        .and_then(|data| data.get_data("text/plain").ok())
        .unwrap_or_default();
    let (false, Some(place)) = (stage_names(&text).is_empty(), element(&spot)) else {
        return false;
    };
    let content = Content::Names { spot, text };
    board.popup.set(Some(Popup::beside(content, &place)));
    true
}

/// The header that has focus itself: a text that is edited in it takes pastes as text.
fn header_with_focus() -> Option<Spot> {
    let active: Element = document().active_element()?;
    active.closest(&format!("#{ROOT}")).ok().flatten()?;
    let spot = Spot::parse(&active.get_attribute("data-spot")?)?;
    matches!(spot, Spot::Stage(_) | Spot::Step(_) | Spot::Gap(_)).then_some(spot)
}
