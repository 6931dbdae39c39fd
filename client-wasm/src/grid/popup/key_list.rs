//! The list of keys, made from the tables of commands.

use leptos::prelude::*;

use super::super::board::Board;
use super::super::commands::{At, Section, TABLES, shown};
use crate::dom::is_mac;
use crate::icon::Icon;

/// Keys that go somewhere; they are no commands.
const WALKING: &[(&str, &str)] = &[
    ("Tab", "Into the map, and out again"),
    ("ArrowLeft ArrowRight", "From cell to cell"),
    ("ArrowUp ArrowDown", "From lane to lane, from card to card"),
    ("Home", "First step of the lane"),
    ("End", "Last step of the lane"),
    ("Mod+Home", "First cell"),
    ("Mod+End", "Last cell"),
    ("PageUp PageDown", "Some lanes up or down"),
    ("Alt+ArrowLeft Alt+ArrowRight", "Stage before or after"),
];

/// Keys while a text is edited.
const WRITING: &[(&str, &str)] = &[
    ("Enter", "Done, and on to the next card"),
    ("Shift+Enter", "New line"),
    ("Tab", "Done, and on to the next cell"),
    ("Escape", "Done, stay on the card"),
];

/// Keys on the curve.
const FEELING: &[(&str, &str)] = &[
    ("1…5", "Set the emotion, from lowest to highest"),
    ("ArrowUp ArrowDown", "One level up or down"),
    ("Delete", "Clear it"),
];

/// All keys, by where they work.
#[component]
pub(crate) fn KeyList() -> impl IntoView {
    let board = Board::here();
    let fixed = [
        ("Going around", WALKING),
        ("While writing", WRITING),
        ("On the curve", FEELING),
    ];
    let of_table = |(title, sections): &(&'static str, &'static [Section])| {
        let at = At::here(board);
        let commands = sections.iter().copied().flatten();
        let lines = commands
            .filter(|command| !command.keys.is_empty())
            .map(|command| line(command.keys, command.words(&at)))
            .collect_view();
        view! { <section><h3>{*title}</h3><dl>{lines}</dl></section> }
    };
    let of_list = |(title, keys): (&'static str, &'static [(&'static str, &'static str)])| {
        let lines = keys
            .iter()
            .map(|(keys, words)| {
                let keys: Vec<&str> = keys.split(' ').collect();
                line(&keys, (*words).to_owned())
            })
            .collect_view();
        view! { <section><h3>{title}</h3><dl>{lines}</dl></section> }
    };
    view! {
        <div class="key-list">
            <header>
                <h2>"Keys"</h2>
                <button
                    class="icon-button"
                    type="button"
                    data-first=""
                    aria-label="Close"
                    on:click=move |_| board.close_popup()
                >
                    <Icon name="x" />
                </button>
            </header>
            <div class="key-columns">
                {fixed.into_iter().map(of_list).collect_view()}
                {TABLES.iter().map(of_table).collect_view()}
            </div>
        </div>
    }
    .into_any()
}

fn line(keys: &[&str], words: String) -> AnyView {
    let keys = keys
        .iter()
        .map(|keys| view! { <kbd>{shown(keys, is_mac())}</kbd> })
        .collect_view();
    view! { <div class="key-line"><dt>{words}</dt><dd>{keys}</dd></div> }.into_any()
}
