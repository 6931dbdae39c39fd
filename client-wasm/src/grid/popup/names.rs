//! Names that become stages or steps, with a preview of what will be made.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::super::board::Board;
use super::super::moves::Moved;
use super::super::names::stage_names;
use super::super::spot::Spot;
use super::super::stages::counted;

/// A field for names, prefilled with what was pasted. Enter makes them, Escape (of the
/// popup) makes nothing.
#[component]
pub(super) fn Names(spot: Spot, text: String) -> impl IntoView {
    let board = Board::here();
    let text = RwSignal::new(text.trim().to_owned());
    let names = Memo::new(move |_| text.with(|text| stage_names(text)));
    let after = spot.clone();
    let make = move || {
        let names = names.get_untracked();
        if !names.is_empty() {
            board.make_after(&after, &names);
        }
    };
    let by_key = make.clone();
    let on_keydown = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            by_key();
        }
    };
    let counted = {
        let spot = spot.clone();
        move || counted(&spot, names.with(Vec::len))
    };
    let button = {
        let counted = counted.clone();
        move || format!("Make {}", counted())
    };
    let after = Moved::at(&spot).map_or_else(String::new, |moved| board.words_of(&moved));
    let hint = move || match names.with(Vec::is_empty) {
        true => "Type or paste names: commas, arrows, tabs and line breaks all work.".to_owned(),
        false if after.is_empty() => counted(),
        false => format!("{} after “{after}”:", counted()),
    };
    view! {
        <form
            class="names"
            data-testid="names"
            on:submit=move |event| {
                event.prevent_default();
                make();
            }
        >
            <textarea
                class="names-text"
                rows="3"
                data-first=""
                aria-label="Names"
                autocomplete="off"
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
                on:keydown=on_keydown
            ></textarea>
            <p class="names-hint" role="status">{hint}</p>
            <ol class="names-preview">
                {move || names.get().into_iter().map(|name| view! { <li>{name}</li> }).collect::<Vec<_>>()}
            </ol>
            <button class="names-go" type="submit" disabled=move || names.with(Vec::is_empty)>{button}</button>
        </form>
    }
    .into_any()
}
