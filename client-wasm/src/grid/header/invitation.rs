//! The first thing on a map without stages: one line that makes them all.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::super::board::Board;
use super::super::names::stage_names;
use crate::icon::Icon;

/// A field for the names of all stages.
#[component]
pub(crate) fn NameStages() -> impl IntoView {
    let board = Board::here();
    let line = RwSignal::new(String::new());
    let names = Memo::new(move |_| line.with(|line| stage_names(line)));
    let make = move || {
        let names = names.get_untracked();
        if !names.is_empty() {
            board.make_stages(&names);
        }
    };
    let on_keydown = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            make();
        }
    };
    let button = move || match names.with(Vec::len) {
        0 => "Make stages".to_owned(),
        1 => "Make 1 stage".to_owned(),
        count => format!("Make {count} stages"),
    };
    view! {
        <form
            class="name-stages"
            aria-label="Name the stages"
            data-own-undo=""
            on:submit=move |event| {
                event.prevent_default();
                make();
            }
        >
            <label class="name-stages-label" for="name-stages">"Start with the stages of the journey"</label>
            <span class="name-stages-field">
                <textarea
                    id="name-stages"
                    class="name-stages-input"
                    rows="1"
                    placeholder="Name your stages: Discover, Compare, Buy"
                    autocomplete="off"
                    data-testid="name-stages"
                    prop:value=move || line.get()
                    on:input=move |event| line.set(event_target_value(&event))
                    on:keydown=on_keydown
                ></textarea>
                <button
                    class="name-stages-go"
                    type="submit"
                    disabled=move || names.with(Vec::is_empty)
                >
                    {button}
                    <Icon name="arrow-right" />
                </button>
            </span>
            <small class="name-stages-hint">"Type or paste one line: commas, arrows, tabs and line breaks all work."</small>
        </form>
    }
    .into_any()
}
