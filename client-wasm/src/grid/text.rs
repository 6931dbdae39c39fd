//! A text that people edit in place, together.

pub(crate) mod caret;

use leptos::ev::KeyboardEvent;
use leptos::html::Textarea;
use leptos::leptos_dom::helpers::queue_microtask;
use leptos::prelude::*;
use web_sys::HtmlTextAreaElement;

use super::board::{Board, text_field};
use super::spot::Spot;
use super::suggest::{Suggest, Suggestions};
use crate::dom::document;
use crate::panels::carets::{self, TextCarets};

/// How editing ended, when it was by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// Enter: done, and on to the next.
    Next,
    /// Escape: done, stay here.
    Stay,
    /// Tab, forwards or backwards.
    Tab { back: bool },
}

/// What the text last agreed on: what the map said and the box shows.
#[derive(Clone, Default)]
struct Shared {
    base: String,
    composing: bool,
}

/// The box somebody types in. `value` is what the map says; whatever others type arrives
/// through it and leaves the caret where it belongs.
#[component]
pub(crate) fn TextEditor(
    spot: Spot,
    value: Signal<String>,
    label: String,
    placeholder: &'static str,
    /// Whether a line break may be typed.
    lines: bool,
    /// Selects all of the text at first, so that typing replaces it.
    select_all: bool,
    /// The item and the cell whose words may be offered.
    #[prop(optional)]
    words_of: Option<(waymark_model::grid::Item, waymark_model::grid::CellId)>,
    on_leave: Callback<Leave>,
) -> impl IntoView {
    let board = Board::here();
    let node = NodeRef::<Textarea>::new();
    let mirror = RwSignal::new(value.get_untracked());
    // The text that the box is as large as: see `show_size`.
    let fitted = RwSignal::new(value.get_untracked());
    let shared = StoredValue::new(Shared {
        base: value.get_untracked(),
        composing: false,
    });

    let opened = StoredValue::new(false);
    Effect::new(move |_| {
        let Some(area) = node.get() else { return };
        if opened.get_value() {
            return;
        }
        opened.set_value(true);
        open(board, &area, &value.get_untracked(), select_all);
    });
    Effect::new(move |_| {
        let theirs = value.get();
        let Some(area) = node.get() else { return };
        take(board, &area, shared, theirs);
        show_size(&area, mirror, fitted);
    });

    let written = StoredValue::new(spot.clone());
    let commit = move || {
        let Some(area) = node.try_get_untracked().flatten() else {
            return;
        };
        let spot = written.get_value();
        // What was typed goes on top of what the map says by now, not a frame ago.
        board.state.catch_up();
        give(board, &area, shared, &spot, &value.get_untracked());
        show_size(&area, mirror, fitted);
        keep_caret(board, &area);
    };
    let suggest = Suggest::new(board, words_of);
    let take_word = move |word: String| {
        let Some(area) = node.try_get_untracked().flatten() else {
            return;
        };
        area.set_value(&word);
        let end = caret::length(&word);
        let _ = area.set_selection_range(end, end);
        commit();
    };
    let leave = move |how: Leave| {
        suggest.dismiss();
        commit();
        board.state.set_caret(None);
        board.stop_editing(&written.get_value());
        on_leave.run(how);
    };
    let on_keydown = move |event: KeyboardEvent| {
        let composing = event.is_composing() || shared.with_value(|shared| shared.composing);
        if composing {
            return;
        }
        if suggest.is_on() && is_for_suggestions(&event, suggest, node, take_word) {
            event.prevent_default();
            event.stop_propagation();
            return;
        }
        let how = match event.key().as_str() {
            "Enter" if lines && event.shift_key() => return,
            "Enter" => Leave::Next,
            "Escape" => Leave::Stay,
            "Tab" => Leave::Tab {
                back: event.shift_key(),
            },
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        leave(how);
    };
    let on_blur = move |_| {
        let Some(area) = node.try_get_untracked().flatten() else {
            return;
        };
        queue_microtask(move || {
            // Redrawn elsewhere, or only the window lost focus: editing goes on.
            let active = document().active_element();
            let still = active.is_some_and(|active| *active == ***area);
            if area.is_connected() && !still {
                suggest.dismiss();
                commit();
                board.state.set_caret(None);
                board.stop_editing(&written.get_value());
            }
        });
    };

    view! {
        <span class="editor" data-text=move || fitted.get() + "\u{200b}">
            <textarea
                node_ref=node
                class="editor-text"
                rows="1"
                aria-label=label
                placeholder=placeholder
                spellcheck="true"
                autocomplete="off"
                enterkeyhint=if lines { "next" } else { "done" }
                data-testid="editor"
                aria-autocomplete=suggest.is_on().then_some("list")
                aria-controls=move || suggest.list()
                aria-activedescendant=move || suggest.active()
                prop:value=value.get_untracked()
                on:input=move |_| {
                    if let Some(area) = node.try_get_untracked().flatten() {
                        show_size(&area, mirror, fitted);
                    }
                    if !shared.with_value(|shared| shared.composing) {
                        commit();
                        if let Some(area) = node.try_get_untracked().flatten() {
                            suggest.typed(&area.value());
                        }
                    }
                }
                on:compositionstart=move |_| shared.update_value(|shared| shared.composing = true)
                on:compositionend=move |_| {
                    shared.update_value(|shared| shared.composing = false);
                    commit();
                }
                on:keydown=on_keydown
                on:keyup=move |_| if let Some(area) = node.try_get_untracked().flatten() { keep_caret(board, &area); }
                on:select=move |_| if let Some(area) = node.try_get_untracked().flatten() { keep_caret(board, &area); }
                on:pointerup=move |_| if let Some(area) = node.try_get_untracked().flatten() { keep_caret(board, &area); }
                on:pointerdown=|event| event.stop_propagation()
                on:click=|event| event.stop_propagation()
                on:dblclick=|event| event.stop_propagation()
                on:paste=move |event| {
                    if !lines {
                        paste_on_one_line(&event);
                    }
                }
                on:blur=on_blur
            ></textarea>
            {text_field(&spot).map(|field| view! { <TextCarets field=field value=mirror /> })}
            {suggest
                .is_on()
                .then(|| view! { <Suggestions suggest=suggest text=node take=Callback::new(take_word) /> })}
        </span>
    }
    .into_any()
}

/// Keys that mean the words offered below the text: the arrows while there are any, Enter
/// on the word they went to, and Escape, which leaves the text alone.
fn is_for_suggestions(
    event: &KeyboardEvent,
    suggest: Suggest,
    node: NodeRef<Textarea>,
    take: impl Fn(String),
) -> bool {
    if event.shift_key() || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return false;
    }
    let key = event.key();
    match key.as_str() {
        "ArrowDown" | "ArrowUp" => {
            let text = node.try_get_untracked().flatten();
            text.is_some_and(|area| suggest.walk(key == "ArrowDown", &area.value()))
        }
        "Enter" => match suggest.take() {
            Some(word) => {
                take(word);
                true
            }
            None => false,
        },
        "Escape" => suggest.dismiss(),
        _ => false,
    }
}

/// Tells what the box holds now, and makes it larger or smaller when it must be: the cell,
/// the row and all that is below move with it, which is far more work than a letter. A
/// letter that finds room leaves the size alone.
fn show_size(area: &HtmlTextAreaElement, mirror: RwSignal<String>, fitted: RwSignal<String>) {
    let text = area.value();
    let longer = fitted.with_untracked(|fitted| text.len() > fitted.len());
    let finds_room = longer
        && area.scroll_height() <= area.client_height()
        && area.scroll_width() <= area.client_width();
    if !finds_room && fitted.with_untracked(|fitted| *fitted != text) {
        fitted.set(text.clone());
    }
    if mirror.with_untracked(|mirror| *mirror != text) {
        mirror.set(text);
    }
}

/// Takes focus; a text that was redrawn while edited gets its selection back.
fn open(board: Board, area: &HtmlTextAreaElement, text: &str, select_all: bool) {
    area.set_value(text);
    super::focus::focus(area);
    let end = caret::length(text);
    let (start, end) = board
        .caret()
        .unwrap_or((if select_all { 0 } else { end }, end));
    let _ = area.set_selection_range(start, end);
    keep_caret(board, area);
    super::focus::reveal(area);
}

/// Shows what the map says now. While a character is being composed the box is left
/// alone; [`give`] brings both together afterwards.
fn take(board: Board, area: &HtmlTextAreaElement, shared: StoredValue<Shared>, theirs: String) {
    let Some(Shared { base, composing }) = shared.try_get_value() else {
        return;
    };
    if composing || theirs == base {
        return;
    }
    if area.value() != theirs {
        show(area, &theirs);
        keep_caret(board, area);
    }
    let _ = shared.try_update_value(|shared| shared.base = theirs);
}

/// Writes what was typed since the text last agreed, on top of what the map says now.
fn give(
    board: Board,
    area: &HtmlTextAreaElement,
    shared: StoredValue<Shared>,
    spot: &Spot,
    theirs: &str,
) {
    let Some(Shared { base, .. }) = shared.try_get_value() else {
        return;
    };
    let mine = area.value().replace("\r\n", "\n");
    if mine == base {
        return;
    }
    let merged = caret::merge(&base, &mine, theirs);
    if merged != theirs && !board.write(spot, merged.clone()) {
        // Not taken (too long, say): it stays in the box and is tried again.
        let _ = shared.try_update_value(|shared| shared.base = theirs.to_owned());
        return;
    }
    if merged != mine {
        show(area, &merged);
    }
    let _ = shared.try_update_value(|shared| shared.base = merged);
}

/// Replaces the text and keeps caret and selection with their letters.
fn show(area: &HtmlTextAreaElement, text: &str) {
    let old = area.value();
    let start = area.selection_start().ok().flatten().unwrap_or(0);
    let end = area.selection_end().ok().flatten().unwrap_or(start);
    area.set_value(text);
    let _ = area.set_selection_range(
        caret::moved(&old, text, start),
        caret::moved(&old, text, end),
    );
}

fn keep_caret(board: Board, area: &HtmlTextAreaElement) {
    if let Some(field) = board.editing.now().as_ref().and_then(text_field) {
        carets::tell(board.state, &field, area);
    }
    if let (Ok(Some(start)), Ok(Some(end))) = (area.selection_start(), area.selection_end()) {
        board.remember_caret(start, end);
    }
}

/// Line breaks in what is pasted into a one-line text become blanks.
fn paste_on_one_line(event: &web_sys::Event) {
    use wasm_bindgen::JsCast;
    let Some(event) = event.dyn_ref::<web_sys::ClipboardEvent>() else {
        return;
    };
    let Some(text) = event
        .clipboard_data()
        .and_then(|data| data.get_data("text/plain").ok())
    else {
        return;
    };
    if !text.contains(['\n', '\r']) {
        return;
    }
    event.prevent_default();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some(area) = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok())
    else {
        return;
    };
    let _ = area.set_range_text(&line);
    let end = area.selection_end().ok().flatten().unwrap_or(0);
    let _ = area.set_selection_range(end, end);
    if let Ok(input) = web_sys::Event::new("input") {
        let _ = area.dispatch_event(&input);
    }
}
