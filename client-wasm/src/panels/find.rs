//! The search panel: beside the map, never over it, and never in the way of it.

mod excerpt;

use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use waymark_model::search::{Field, Hit, Query};

use self::excerpt::{Part, excerpt};
use crate::grid::Board;
use crate::grid::find::{FIELD, words_of};
use crate::icon::Icon;

/// How many hits are listed at a time.
const PAGE: usize = 100;
const LIST: &str = "find-hits";

/// The panel, while it is open.
#[component]
pub fn FindPanel() -> impl IntoView {
    let board = expect_context::<Board>();
    let open = board.find.open;
    move || open.get().then(|| view! { <Panel /> })
}

#[component]
fn Panel() -> impl IntoView {
    let board = expect_context::<Board>();
    let find = board.find;
    let at = Memo::new(move |_| find.at());
    let count = Memo::new(move |_| find.hits.with(|hits| hits.len()));
    let asked = Memo::new(move |_| find.typed.with(|typed| Query::parse(typed).is_some()));
    let none = move || count.get() == 0;
    let words = move || match (asked.get(), count.get(), at.get()) {
        (false, _, _) => String::new(),
        (true, 0, _) => "Nothing found".to_owned(),
        (true, count, None) => format!("{count} found"),
        (true, count, Some(at)) => format!("{} of {count}", at + 1),
    };
    let active = move || at.get().map(|at| format!("find-hit-{at}"));
    let on_input = move |event| {
        find.typed.set(event_target_value(&event));
        find.chosen.set(None);
        find.tell();
    };
    view! {
        <aside class="side find-panel" aria-label="Search in the map" data-testid="find" data-own-undo="" on:keydown=move |event| on_keydown(board, &event)>
            <div class="side-bar find-bar" role="search">
                <Icon name="search" />
                <input
                    id=FIELD
                    class="find-field"
                    type="text"
                    role="combobox"
                    aria-label="Search in the map"
                    aria-autocomplete="list"
                    aria-expanded=move || (!none()).to_string()
                    aria-controls=LIST
                    aria-activedescendant=active
                    placeholder="Search in the map"
                    autocomplete="off"
                    spellcheck="false"
                    enterkeyhint="search"
                    prop:value=find.typed
                    on:input=on_input
                />
                <span class="find-count" data-testid="find-count">{words}</span>
                <button class="icon-button" type="button" aria-label="Previous place" title="Previous (Shift+Enter)" disabled=none on:click=move |_| board.find_next(true)>
                    <Icon name="arrow-up" />
                </button>
                <button class="icon-button" type="button" aria-label="Next place" title="Next (Enter)" disabled=none on:click=move |_| board.find_next(false)>
                    <Icon name="arrow-down" />
                </button>
                <button class="icon-button" type="button" aria-label="Close search" title="Close (Escape)" on:click=move |_| board.close_find()>
                    <Icon name="x" />
                </button>
            </div>
            <Hits at=at />
            <p class="find-hint">
                {move || match (asked.get(), none()) {
                    (true, true) => "Every word must be there, in any order. Case and accents make no difference.",
                    _ => "Enter shows the next place, Ctrl+Enter goes there, Escape goes back.",
                }}
            </p>
        </aside>
    }
}

/// The page of the list that has the hit shown.
#[component]
fn Hits(at: Memo<Option<usize>>) -> impl IntoView {
    let board = expect_context::<Board>();
    let find = board.find;
    let page = Memo::new(move |_| at.get().unwrap_or(0) / PAGE);
    let rows = move || {
        let map = board.state.map();
        let first = page.get() * PAGE;
        let hits = find.hits.get();
        let shown = hits.iter().enumerate().skip(first).take(PAGE);
        shown
            .map(|(index, hit)| {
                let place = words_of(&map, &hit.place);
                view! { <Row index=index hits=Arc::clone(&hits) place=place at=at /> }
            })
            .collect_view()
    };
    let beyond = move || {
        let (count, first) = (find.hits.with(|hits| hits.len()), page.get() * PAGE);
        let rest = count.saturating_sub(first + PAGE);
        (rest > 0).then(|| view! { <p class="find-more">{format!("and {rest} more")}</p> })
    };
    Effect::new(move |_| {
        if let Some(at) = at.get() {
            request_animation_frame(move || reveal(at));
        }
    });
    view! {
        <div class="side-body find-list" tabindex="-1">
            <ul id=LIST role="listbox" aria-label="Places found">{rows}</ul>
            {beyond}
        </div>
    }
}

#[component]
fn Row(index: usize, hits: Arc<Vec<Hit>>, place: String, at: Memo<Option<usize>>) -> impl IntoView {
    let board = expect_context::<Board>();
    let lines = hits.get(index).map(|hit| {
        hit.lines
            .iter()
            .map(|line| {
                let parts = excerpt(&line.text, &line.marks).into_iter().map(|part| match part {
                    Part::Plain(text) => text.into_any(),
                    Part::Marked(text) => view! { <mark>{text}</mark> }.into_any(),
                });
                view! { <span class="find-text">{label_of(line.field)}{parts.collect_view()}</span> }
            })
            .collect_view()
    });
    let go = move |_| {
        if let Some(hit) = hits.get(index) {
            board.show_hit(hit, true);
        }
    };
    view! {
        <li
            class="find-hit"
            role="option"
            id=format!("find-hit-{index}")
            aria-selected=move || (at.get() == Some(index)).to_string()
            data-testid="find-hit"
            on:click=go
        >
            <span class="find-place">{place}</span>
            {lines}
        </li>
    }
}

/// What a text is when it is not what the thing says itself.
fn label_of(field: Field) -> Option<&'static str> {
    match field {
        Field::Text => None,
        Field::Goal => Some("Goal: "),
        Field::Duration => Some("Duration: "),
        Field::Source => Some("Source: "),
    }
}

fn on_keydown(board: Board, event: &KeyboardEvent) {
    if event.is_composing() || event.alt_key() {
        return;
    }
    let control = event.ctrl_key() || event.meta_key();
    let in_field = crate::dom::document()
        .active_element()
        .is_some_and(|active| active.id() == FIELD);
    match (event.key().as_str(), control) {
        ("Escape", false) => board.close_find(),
        ("Enter", true) => board.go_to_hit(),
        ("Enter", false) if in_field => board.find_next(event.shift_key()),
        ("ArrowDown", false) if in_field => board.find_next(false),
        ("ArrowUp", false) if in_field => board.find_next(true),
        ("F3", false) | ("g" | "G", true) => board.find_next(event.shift_key()),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

/// Scrolls the list, and nothing else, to a hit.
fn reveal(index: usize) {
    let row = crate::dom::document().get_element_by_id(&format!("find-hit-{index}"));
    let list = row
        .as_ref()
        .and_then(|row| row.closest(".find-list").ok().flatten());
    if let (Some(row), Some(list)) = (row, list) {
        let (row, view) = (
            row.get_bounding_client_rect(),
            list.get_bounding_client_rect(),
        );
        let over = (row.top() - view.top()).min(0.0) + (row.bottom() - view.bottom()).max(0.0);
        list.set_scroll_top(list.scroll_top() + over as i32);
    }
}
