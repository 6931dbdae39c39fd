//! The picker of a new lane's kind.

use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::edit::Place;
use waymark_model::ids::LaneId;
use waymark_model::vocabulary::LaneKind;
use web_sys::HtmlElement;

use super::super::board::Board;
use super::super::faces;
use crate::dom::document;
use crate::icon::Icon;

/// All kinds, narrowed by typing.
#[component]
pub(crate) fn LaneKinds(place: Place<LaneId>) -> impl IntoView {
    let board = Board::here();
    let wanted = RwSignal::new(String::new());
    let node = NodeRef::<Div>::new();
    let matching = move || {
        let wanted = wanted.get().trim().to_lowercase();
        let fits = |kind: &&LaneKind| {
            kind.label().to_lowercase().contains(&wanted)
                || faces::hint(**kind).to_lowercase().contains(&wanted)
        };
        LaneKind::ALL
            .iter()
            .filter(fits)
            .copied()
            .collect::<Vec<_>>()
    };
    let choose = Callback::new(move |kind: LaneKind| board.add_lane(kind, place.clone()));
    let on_keydown = move |event: KeyboardEvent| {
        let key = event.key();
        let Some(list) = node.get_untracked() else {
            return;
        };
        if key == "Enter" {
            let typing = event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok())
                .is_some();
            if let (true, Some(kind)) = (typing, untrack(matching).first()) {
                event.prevent_default();
                choose.run(*kind);
            }
            return;
        }
        if key != "ArrowDown" && key != "ArrowUp" {
            return;
        }
        event.prevent_default();
        let Ok(found) = list.query_selector_all("input, button") else {
            return;
        };
        let stops: Vec<HtmlElement> = (0..found.length())
            .filter_map(|index| found.get(index)?.dyn_into().ok())
            .collect();
        let at = document()
            .active_element()
            .and_then(|active| stops.iter().position(|stop| **stop == active))
            .unwrap_or(0);
        let to = if key == "ArrowDown" {
            (at + 1).min(stops.len().saturating_sub(1))
        } else {
            at.saturating_sub(1)
        };
        if let Some(stop) = stops.get(to) {
            let _ = stop.focus();
        }
    };
    view! {
        <div class="kinds" node_ref=node on:keydown=on_keydown>
            <input
                class="kinds-find"
                type="text"
                data-first=""
                placeholder="What should the lane hold?"
                aria-label="Find a kind of lane"
                prop:value=move || wanted.get()
                on:input=move |event| wanted.set(event_target_value(&event))
            />
            <div class="kinds-list" role="group" aria-label="Kinds of lanes">
                <For each=matching key=|kind| *kind let:kind>
                    <button class="kind" type="button" data-kind=kind.word() on:click=move |_| choose.run(kind)>
                        <Icon name=faces::icon(kind) />
                        <span><b>{kind.label()}</b><small>{faces::hint(kind)}</small></span>
                    </button>
                </For>
            </div>
        </div>
    }
    .into_any()
}
