//! What a person does to the text: keys, input of every sort, composition and paste.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::rich::{Mark, Marks, is_link};
use web_sys::{ClipboardEvent, Event, InputEvent, StaticRange};

use super::{Editor, dom};
use crate::grid::Board;
use crate::grid::commands;
use crate::grid::text::caret::Change;

/// Keys of the text's own commands; all others are the browser's or the page's.
pub(super) fn on_key(board: Board, editor: Editor, event: &KeyboardEvent) {
    if event.is_composing() || editor.composing.get_value() {
        return;
    }
    if commands::press_writing(board, event) {
        event.prevent_default();
        event.stop_propagation();
    }
}

/// Before the browser changes the elements: the map is changed instead.
pub(super) fn before(editor: Editor, event: &Event) {
    let Some(event) = event.dyn_ref::<InputEvent>() else {
        return;
    };
    let kind = event.input_type();
    if editor.composing.get_value() || kind.contains("omposition") {
        // The browser composes in its own elements; `absorb` takes over what it wrote.
        return;
    }
    let (from, to) = target(editor, event).unwrap_or_else(|| editor.stretch());
    match kind.as_str() {
        "insertText" | "insertReplacementText" => {
            let Some(text) = text_of(event) else { return };
            editor.replace(from, to, &text, None);
        }
        "insertParagraph" | "insertLineBreak" => new_line(editor, from, to),
        "deleteContentBackward" if leaves_list(editor, from, to) => {
            let (at, _) = editor.stretch();
            editor.mark(at, at, Mark::List(None));
        }
        "historyUndo" => editor.state.undo(),
        "historyRedo" => editor.state.redo(),
        "formatBold" => editor.toggle(super::Style::Bold),
        "formatItalic" => editor.toggle(super::Style::Italic),
        kind if kind.starts_with("delete") && from != to => {
            editor.replace(from, to, "", None);
        }
        // Pasted text comes with its own event; nothing else belongs in a text.
        _ => {}
    }
    event.prevent_default();
}

/// What the browser is about to change, in offsets of what is shown.
fn target(editor: Editor, event: &InputEvent) -> Option<(usize, usize)> {
    let node = editor.node.get_untracked()?;
    let range: StaticRange = event.get_target_ranges().get(0).dyn_into().ok()?;
    let from = dom::offset_of(&node, &range.start_container(), range.start_offset())?;
    let to = dom::offset_of(&node, &range.end_container(), range.end_offset())?;
    Some((from.min(to), from.max(to)))
}

fn text_of(event: &InputEvent) -> Option<String> {
    event.data().or_else(|| {
        let data = event.data_transfer()?;
        data.get_data("text/plain").ok()
    })
}

/// Enter on an empty line of a list ends the list.
fn new_line(editor: Editor, from: usize, to: usize) {
    let rich = editor.shown.get_untracked();
    let ends_list = from == to
        && rich.locate(from).is_some_and(|(line, _)| {
            rich.lines[line].list.is_some() && rich.lines[line].units() == 0
        });
    if ends_list {
        editor.mark(from, to, Mark::List(None));
    } else {
        editor.replace(from, to, "\n", None);
    }
}

/// Whether Backspace stands at the start of a line of a list: it leaves the list first.
fn leaves_list(editor: Editor, from: usize, to: usize) -> bool {
    let (at, end) = editor.stretch();
    let rich = editor.shown.get_untracked();
    at == end
        && to <= at.max(from)
        && rich
            .locate(at)
            .is_some_and(|(line, inside)| inside == 0 && rich.lines[line].list.is_some())
}

/// Takes over what the browser wrote into the elements by itself.
pub(super) fn absorb(editor: Editor) {
    let Some(node) = editor.node.try_get_untracked().flatten() else {
        return;
    };
    if editor.composing.get_value() {
        return;
    }
    let shown = editor.shown.get_untracked();
    let (before, after): (Vec<u16>, Vec<u16>) = (
        shown.plain().encode_utf16().collect(),
        dom::plain(&node).encode_utf16().collect(),
    );
    editor.touched.set_value(true);
    if before == after {
        editor.show();
        return;
    }
    let (at, removed, inserted) = Change::between(&before, &after).parts();
    editor.replace(at, at + removed, &inserted, None);
}

/// Only letters are pasted, never markup; an address alone becomes a link.
pub(super) fn on_paste(editor: Editor, event: &Event) {
    let Some(event) = event.dyn_ref::<ClipboardEvent>() else {
        return;
    };
    event.prevent_default();
    event.stop_propagation();
    let text = event
        .clipboard_data()
        .and_then(|data| data.get_data("text/plain").ok())
        .unwrap_or_default();
    let text = text.replace("\r\n", "\n");
    let text = text.trim_end_matches('\n');
    if text.is_empty() {
        return;
    }
    let (from, to) = editor.stretch();
    if is_link(text) && from < to {
        editor.mark(from, to, Mark::Link(Some(text.to_owned())));
        return;
    }
    let link = is_link(text).then(|| Marks {
        link: Some(text.to_owned()),
        ..Marks::default()
    });
    editor.replace(from, to, text, link);
}
