//! A text of the map that is edited where it stands, while others may edit it too.

use leptos::ev;
use leptos::html::Textarea;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::Edit;
use waymark_model::edit::TextField;
use web_sys::{HtmlTextAreaElement, InputEvent, KeyboardEvent};

use super::carets::{self, TextCarets};
use crate::grid::text::caret::merge;
use crate::state::MapState;

/// An in-place text. Every keystroke is an edit; Enter and Escape leave it.
///
/// It is a text area also for single lines: it wraps, grows with its text, and pastes of
/// several lines become one.
#[component]
pub fn InPlace(
    field: TextField,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] label: String,
    #[prop(into)] placeholder: String,
    #[prop(into)] class: String,
    /// Unique in the page, when something needs to find it.
    #[prop(optional)]
    id: &'static str,
    /// Whether it may have several lines.
    #[prop(optional)]
    lines: bool,
    /// Whether all of it is selected at first, so that typing replaces it.
    #[prop(optional)]
    select_all: bool,
) -> impl IntoView {
    let map = expect_context::<MapState>();
    let area = NodeRef::<Textarea>::new();
    let composing = StoredValue::new(false);
    // What the map said when it and the box last agreed.
    let base = StoredValue::new(String::new());

    Effect::new(move |opened: Option<bool>| {
        let opened = opened.unwrap_or(false);
        let text = value.get();
        let Some(area) = area.get().filter(|_| !composing.get_value()) else {
            return opened;
        };
        show(&area, &text);
        base.set_value(text);
        if select_all && !opened {
            area.select();
        }
        true
    });
    let written_field = field.clone();
    let commit = move || {
        let Some(area) = area.get_untracked() else {
            return;
        };
        let text = area.value().replace("\r\n", "\n");
        let mine = if lines {
            text
        } else {
            text.replace(['\r', '\n'], " ")
        };
        // What was typed goes on top of what the map says by now, not a frame ago.
        map.catch_up();
        let theirs = value.get_untracked();
        let merged = base.with_value(|base| merge(base, &mine, &theirs));
        let written =
            merged == theirs || map.type_text(written_field.clone(), merged.clone()).is_ok();
        show(&area, &merged);
        base.set_value(if written { merged } else { theirs });
    };
    let (on_input, on_composed) = (commit.clone(), commit);
    let on_keydown = move |event: KeyboardEvent| {
        let leaves = match event.key().as_str() {
            "Enter" => !(lines && event.shift_key()),
            "Escape" => true,
            _ => false,
        };
        if leaves && !event.is_composing() {
            event.prevent_default();
            let _ = event_target::<HtmlTextAreaElement>(&event).blur();
        }
    };
    // The twin behind the text area holds the same text and gives it its size.
    let hint = placeholder.clone();
    let twin = move || {
        value.with(|text| {
            if text.is_empty() {
                placeholder.clone()
            } else {
                text.clone()
            }
        })
    };
    let (may, asked) = (
        map.may(),
        Edit::SetText {
            field: field.clone(),
            text: String::new(),
        },
    );
    let allowed = Memo::new(move |_| may.get().allows(&asked));
    let shown_field = field.clone();
    let told = StoredValue::new(field);
    let tell = move |_| {
        if let Some(area) = area.try_get_untracked().flatten() {
            told.with_value(|field| carets::tell(map, field, &area));
        }
    };
    view! {
        <span class=format!("grow-text {class}")>
            <span class="grow-twin" aria-hidden="true">{twin}</span>
            <textarea
                class="in-place"
                node_ref=area
                rows="1"
                id=(!id.is_empty()).then_some(id)
                aria-label=label
                placeholder=hint
                autocomplete="off"
                readonly=move || !allowed.get()
                spellcheck="true"
                on:input=move |_| {
                    if !composing.get_value() {
                        on_input();
                    }
                }
                on:keydown=on_keydown
                on:compositionstart=move |_| composing.set_value(true)
                on:compositionend=move |_| {
                    composing.set_value(false);
                    on_composed();
                }
                on:select=move |_| tell(())
                on:keyup=move |_| tell(())
                on:pointerup=move |_| tell(())
                on:blur=move |_| map.set_caret(None)
                on:beforeinput=move |event| steer_history(&event, map)
            ></textarea>
            <TextCarets field=shown_field value=value />
        </span>
    }
}

/// Undo and redo from the browser's menu or a shaken phone mean the map's history: the
/// text area's own does not know what others wrote meanwhile.
fn steer_history(event: &ev::Event, map: MapState) {
    let Some(event) = event.dyn_ref::<InputEvent>() else {
        return;
    };
    match event.input_type().as_str() {
        "historyUndo" => map.undo(),
        "historyRedo" => map.redo(),
        _ => return,
    }
    event.prevent_default();
}

/// Shows a text that may differ from what stands there; the caret stays at its words.
pub fn show(area: &HtmlTextAreaElement, text: &str) {
    let old = area.value();
    if old == text {
        return;
    }
    let selection = (
        area.selection_start().ok().flatten(),
        area.selection_end().ok().flatten(),
    );
    area.set_value(text);
    if let (Some(start), Some(end)) = selection
        && crate::dom::document().active_element().as_ref() == Some(area)
    {
        let old: Vec<u16> = old.encode_utf16().collect();
        let new: Vec<u16> = text.encode_utf16().collect();
        let _ = area.set_selection_range(moved(&old, &new, start), moved(&old, &new, end));
    }
}

/// Where a caret at `at` in `old` belongs in `new`: it stays between the same characters
/// when they are still there. Counted in UTF-16 units, as the browser does.
fn moved(old: &[u16], new: &[u16], at: u32) -> u32 {
    let at = at as usize;
    let shortest = old.len().min(new.len());
    let before = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let after = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let after = after.min(shortest - before);
    let moved = if at <= before {
        at
    } else if at >= old.len() - after {
        new.len() - (old.len() - at)
    } else {
        new.len() - after
    };
    moved as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stays_between_the_same_characters() {
        let at = |old: &str, new: &str, at: u32| {
            let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
            moved(&units(old), &units(new), at)
        };
        assert_eq!(
            at("hello", "hello world", 5),
            5,
            "text is added after the caret"
        );
        assert_eq!(
            at("world", "hello world", 2),
            8,
            "text is added before the caret"
        );
        assert_eq!(
            at("hello world", "hello", 8),
            5,
            "the text around the caret is gone"
        );
        assert_eq!(at("aaa", "aa", 3), 2, "repeated characters");
        assert_eq!(at("", "new", 0), 0, "an empty text");
        assert_eq!(at("😀b", "😀😀b", 2), 2, "pairs count two");
    }
}
