//! The bar that says how many are selected and what can be done with them.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::grid::Item;
use web_sys::Element;

use super::super::batch::count_words;
use super::super::board::Board;
use super::super::popup::Popup;
use super::super::spot::Spot;
use crate::icon::Icon;

/// Shown while anything is selected.
#[component]
pub(crate) fn SelectionBar() -> impl IntoView {
    let board = Board::here();
    let any = Memo::new(move |_| board.selection.count() > 0);
    (move || any.get().then(|| view! { <Bar /> })).into_any()
}

#[component]
fn Bar() -> impl IntoView {
    let board = Board::here();
    let words = move || format!("{} selected", count_words(board.selection.count()));
    let on_keydown = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            event.stop_propagation();
            leave(board);
        }
    };
    let open = move |event: &MouseEvent, popup: fn(Item, &Element) -> Popup| {
        let anchor = event
            .current_target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        if let (Some(first), Some(anchor)) = (board.chosen().first(), anchor) {
            board.popup.set(Some(popup(first.clone(), &anchor)));
        }
    };
    let move_to = move |event: &MouseEvent| {
        open(event, |item, anchor| {
            Popup::move_to(Spot::Item(item), anchor)
        })
    };
    let colour = move |event: &MouseEvent| open(event, Popup::colours);
    let status = move |event: &MouseEvent| open(event, Popup::statuses);
    let can_group = move || {
        board.selection.count();
        let first = board.chosen().into_iter().next()?;
        board.can_group(&first).then(|| {
            let run = Callback::new(move |_| board.group(&first));
            view! { <Tool icon="layers" text="Group" run=run /> }
        })
    };
    let duplicate = move || {
        if let Some(first) = board.chosen().first() {
            board.duplicate(&Spot::Item(first.clone()));
        }
    };
    view! {
        <div
            class="selection-bar"
            role="toolbar"
            aria-label=words
            data-testid="selection-bar"
            on:keydown=on_keydown
        >
            <span class="selection-count">{words}</span>
            <Tool icon="move" text="Move to…" run=Callback::new(move |event| move_to(&event)) />
            {can_group}
            <Tool icon="palette" text="Colour" run=Callback::new(move |event| colour(&event)) />
            <Tool icon="microscope" text="Status" run=Callback::new(move |event| status(&event)) />
            <Tool icon="copy-plus" text="Duplicate" run=Callback::new(move |_| duplicate()) />
            <Tool
                icon="trash-2"
                text="Delete"
                run=Callback::new(move |_| board.delete_items(&board.chosen()))
            />
            <Tool icon="x" text="Done" run=Callback::new(move |_| leave(board)) />
        </div>
    }
    .into_any()
}

/// Chooses nothing and goes back to the grid.
fn leave(board: Board) {
    board.choose_none();
    if let Some(spot) = board.current() {
        board.settle(spot, false);
    }
}

#[component]
fn Tool(icon: &'static str, text: &'static str, run: Callback<MouseEvent>) -> impl IntoView {
    view! {
        <button class="selection-tool" type="button" on:click=move |event| run.run(event)>
            <Icon name=icon />
            <span>{text}</span>
        </button>
    }
    .into_any()
}
