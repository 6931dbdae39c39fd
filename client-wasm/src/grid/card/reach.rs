//! The right edge of a card, which the pointer pulls over several steps. The menu and
//! the keys of a card do the same.

use leptos::ev::PointerEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::ids::{CardId, StepId};
use web_sys::{Element, HtmlElement};

use super::super::board::Board;
use crate::dom::document;

/// The handle at the right edge.
#[component]
pub(super) fn ReachHandle(id: CardId) -> impl IntoView {
    let board = Board::here();
    let pulled = StoredValue::new(false);
    let on_down = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        // The card itself stays where it is.
        event.stop_propagation();
        event.prevent_default();
        if let Some(handle) = element_of(&event) {
            let _ = handle.set_pointer_capture(event.pointer_id());
            pulled.set_value(true);
        }
    };
    let on_move = move |event: PointerEvent| {
        if pulled.get_value()
            && let (Some(card), Some((_, right))) =
                (card_of(&event), step_at(f64::from(event.client_x())))
        {
            let left = card.get_bounding_client_rect().left();
            let width = (right - left - 8.0).max(60.0);
            let _ = card.style().set_property("width", &format!("{width}px"));
        }
    };
    let end = move |event: &PointerEvent| {
        if let Some(card) = card_of(event) {
            let _ = card.style().remove_property("width");
        }
        pulled.try_update_value(|pulled| std::mem::replace(pulled, false)) == Some(true)
    };
    let on_up = move |event: PointerEvent| {
        if end(&event)
            && let Some((step, _)) = step_at(f64::from(event.client_x()))
        {
            board.reach_to(&id, &step);
        }
    };
    view! {
        <span
            class="reach-handle"
            aria-hidden="true"
            data-testid="reach"
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=on_up
            on:pointercancel=move |event| {
                end(&event);
            }
            on:click=|event| event.stop_propagation()
        ></span>
    }
    .into_any()
}

fn element_of(event: &PointerEvent) -> Option<Element> {
    event.current_target()?.dyn_into().ok()
}

fn card_of(event: &PointerEvent) -> Option<HtmlElement> {
    let card = element_of(event)?.closest("[data-card]").ok().flatten()?;
    card.dyn_into().ok()
}

/// The step whose column is at this place in the window, or the nearest to its left; and
/// its right edge.
fn step_at(x: f64) -> Option<(StepId, f64)> {
    let headers = document().query_selector_all(".step[data-step]").ok()?;
    (0..headers.length())
        .filter_map(|index| headers.get(index)?.dyn_into::<Element>().ok())
        .filter_map(|header| {
            let rect = header.get_bounding_client_rect();
            let id = StepId::parse(&header.get_attribute("data-step")?).ok()?;
            (rect.left() <= x).then(|| (id, rect.right()))
        })
        .max_by(|a, b| a.1.total_cmp(&b.1))
}
