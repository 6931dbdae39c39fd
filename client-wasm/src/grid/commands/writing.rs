//! What can be done with a rich text while one writes in it.

use leptos::prelude::GetUntracked;

use super::super::drawer::rich::{Editor, Style};
use super::{At, Command, Section};

pub(crate) const SECTIONS: &[Section] = &[&[
    Command::new("text.bold", "bold", "Bold", |at| toggle(at, Style::Bold)).keys(&["Mod+B"]),
    Command::new("text.italic", "italic", "Italic", |at| {
        toggle(at, Style::Italic)
    })
    .keys(&["Mod+I"]),
    Command::new("text.link", "link", "Link…", |at| {
        if let Some(editor) = editor(at) {
            editor.begin_link();
        }
    })
    .keys(&["Mod+Shift+K"]),
    Command::new(
        "text.comment",
        "message-circle",
        "Comment on the selected words",
        |at| {
            if let Some(place) = editor(at).and_then(|editor| editor.quoted()) {
                at.board.comment_at(place);
            }
        },
    )
    .keys(&["Mod+Alt+M"]),
    Command::new("text.bullets", "list", "Bulleted list", |at| {
        toggle(at, Style::Bullets);
    })
    .keys(&["Mod+Shift+8", "Mod+Shift+*"]),
    Command::new("text.numbers", "list-ordered", "Numbered list", |at| {
        toggle(at, Style::Numbers);
    })
    .keys(&["Mod+Shift+7", "Mod+Shift+&"]),
]];

fn editor(at: &At) -> Option<Editor> {
    at.board.drawer.editor.get_untracked()
}

fn toggle(at: &At, style: Style) {
    if let Some(editor) = editor(at) {
        editor.toggle(style);
    }
}
