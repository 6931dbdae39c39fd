//! The bar at the bottom of a phone: the way to the other views, and what is done most,
//! within the thumb's reach.

use leptos::prelude::*;
use waymark_model::ids::StepId;

use super::board::Board;
use super::lens::Lens;
use super::outline::order;
use super::popup::Popup;
use super::shown::Shown;
use crate::icon::Icon;
use crate::state::May;

/// The same bar in every view.
#[component]
pub(crate) fn ThumbBar() -> impl IntoView {
    let board = Board::here();
    let shown = Shown::new(board);
    let can_undo = board.state.can_undo();
    let people = board.state.people();
    let add = move |event: leptos::ev::MouseEvent| {
        use wasm_bindgen::JsCast;
        let button = event
            .current_target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if let (Some(step), Some(button)) = (step_here(board, shown), button) {
            board.popup.set(Some(Popup::add_to(step, &button)));
        }
    };
    let others = move || match people.with(Vec::len) {
        0 => None,
        count => Some(view! { <b class="thumb-count">{count}</b> }),
    };
    let other_view = move || match board.lens.get() {
        Lens::Outline => view! { <ThumbButton icon="table-2" word="Steps" command="map.grid" /> },
        _ => view! { <ThumbButton icon="list-tree" word="Outline" command="map.outline" /> },
    };
    let may = board.state.may();
    let reads = Memo::new(move |_| may.get() < May::Cards);
    // Whoever only reads has nothing to add and to take back, and may have something to say.
    let write = move || {
        if reads.get() {
            return view! { <ThumbButton icon="messages-square" word="Comments" command="map.talk" /> }
                .into_any();
        }
        view! {
            <button
                class="thumb-add"
                type="button"
                data-testid="add-here"
                aria-label="Add to this step"
                aria-haspopup="menu"
                disabled=move || shown.step.with(Option::is_none)
                on:click=add
            >
                <Icon name="plus" />
            </button>
            <button
                class="thumb"
                type="button"
                disabled=move || !can_undo.get()
                on:click=move |_| board.state.undo()
            >
                <Icon name="undo-2" />
                <span>"Undo"</span>
            </button>
        }
        .into_any()
    };
    view! {
        <nav class="thumb-bar" class:thumb-bar-reads=reads aria-label="Map">
            {other_view}
            <ThumbButton icon="search" word="Search" command="map.find" />
            {write}
            <button
                class="thumb"
                type="button"
                data-command="map.who"
                on:click=move |_| board.command("map.who")
            >
                <Icon name="users-round" />
                <span>"People" {others}</span>
            </button>
        </nav>
    }
    .into_any()
}

/// The step that something is added to: the one that is shown; in the outline, which shows
/// all, the one where one was last.
fn step_here(board: Board, shown: Shown) -> Option<StepId> {
    let last = || {
        let spot = board.current()?;
        order::step_of(&board.grid(), &spot)
    };
    let in_outline = board.lens.get_untracked() == Lens::Outline;
    let last = in_outline.then(last).flatten();
    last.or_else(|| shown.step.get_untracked())
}

/// A command of the bar.
#[component]
fn ThumbButton(icon: &'static str, word: &'static str, command: &'static str) -> impl IntoView {
    let board = Board::here();
    view! {
        <button
            class="thumb"
            type="button"
            data-command=command
            on:click=move |_| board.command(command)
        >
            <Icon name=icon />
            <span>{word}</span>
        </button>
    }
    .into_any()
}
