//! The buttons above a rich text.

use leptos::prelude::*;

use super::{Editor, Style};
use crate::grid::Board;
use crate::icon::Icon;

/// Bold, italic, link and lists; pressed where the selection has them.
#[component]
pub(super) fn Toolbar(editor: Editor) -> impl IntoView {
    let button = move |style: Style, id: &'static str, icon: &'static str, name: &'static str| {
        let keys = Board::here().keys_of(id);
        view! {
            <button
                class="icon-button details-tool"
                type="button"
                aria-label=name
                aria-pressed=move || editor.has(style).to_string()
                title=format!("{name} ({keys})")
                data-mark=id
                // The selection stays in the text.
                on:pointerdown=|event| event.prevent_default()
                on:mousedown=|event| event.prevent_default()
                on:click=move |_| editor.toggle(style)
            >
                <Icon name=icon />
            </button>
        }
    };
    let keys = Board::here().keys_of("text.link");
    view! {
        <div class="details-tools" role="toolbar" aria-label="Formatting">
            {button(Style::Bold, "text.bold", "bold", "Bold")}
            {button(Style::Italic, "text.italic", "italic", "Italic")}
            <button
                class="icon-button details-tool"
                type="button"
                aria-label="Link"
                aria-pressed=move || editor.link_here().is_some().to_string()
                title=format!("Link ({keys})")
                data-mark="text.link"
                on:pointerdown=|event| event.prevent_default()
                on:mousedown=|event| event.prevent_default()
                on:click=move |_| editor.begin_link()
            >
                <Icon name="link" />
            </button>
            <span class="details-gap" aria-hidden="true"></span>
            {button(Style::Bullets, "text.bullets", "list", "Bulleted list")}
            {button(Style::Numbers, "text.numbers", "list-ordered", "Numbered list")}
            <span class="details-gap" aria-hidden="true"></span>
            <CommentButton editor=editor />
        </div>
    }
    .into_any()
}

/// Comments on the selected words.
#[component]
pub(super) fn CommentButton(editor: Editor) -> impl IntoView {
    let board = Board::here();
    let keys = board.keys_of("text.comment");
    let any = move || {
        let (anchor, head) = editor.selection.get();
        anchor != head
    };
    view! {
        <button
            class="icon-button details-tool"
            type="button"
            aria-label="Comment on the selected words"
            title=format!("Comment on the selected words ({keys})")
            data-command="text.comment"
            disabled=move || !any()
            on:pointerdown=|event| event.prevent_default()
            on:mousedown=|event| event.prevent_default()
            on:click=move |_| board.command("text.comment")
        >
            <Icon name="message-circle" />
        </button>
    }
    .into_any()
}
