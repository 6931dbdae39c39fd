//! The map's body: a table of lanes × steps, one step at a time on a phone, an outline, or
//! a story.
//!
//! Hooks for tests, stable: `data-stage`, `data-step`, `data-lane` on headers, sections
//! and rows, with the id; `data-cell="LANE/STEP"` on cells; `data-card`, `data-pain`,
//! `data-opportunity`, `data-metric` on items; `data-point="STEP"` on the emotion slider
//! with `data-value`, `data-level` with `data-for="STEP"` on the dots that set it and
//! alone on the faces of its popup; `data-flag="drop|trough|peak|sawtooth"` on pattern
//! labels; `data-spot="KIND:ID"` on everything that can have focus; `data-person` on name
//! tags; `data-continues` on what leads to a card from a step it only reaches, with the
//! card's id. Buttons carry `data-action`: `more`, `add`, `add-step`, `add-stage`, `add-lane`,
//! `level`, `levels`. `data-testid`: `grid`, `stage`, `step`, `lane`, `cell`, `item`,
//! `editor`, `point`, `popup`, `move-to`, `name-stages`, `add`, `add-stage`, `add-lane`,
//! `choices`, `choice`, `paste-preview`, `group`, `suggestions`, `pain-score`, `pain-rank`,
//! `hidden-lanes`, `names`, `curve-summary`, `phone`, `previous`, `next`, `add-here`,
//! `outline`, `excerpt`, `story`, `selection-bar`; of people `following`, `follow-again`, `follow-stop`,
//! `who-is-where`, `go-there`, `follow`, `read-out`.
//! In "Move to…" the selects have `data-field`: `stage`, `step`, `lane`, `position`.

#![expect(
    unreachable_pub,
    reason = "the component macro makes functions `pub` inside"
)]

mod batch;
mod board;
mod card;
mod cell;
mod choices;
mod clipboard;
mod columns;
mod commands;
mod connectors;
mod continued;
pub(crate) mod curve;
mod drafts;
mod drag;
mod drawer;
mod faces;
pub(crate) mod filters;
pub(crate) mod find;
pub(crate) mod focus;
mod follow;
mod groups;
mod handles;
mod header;
mod keys;
mod lane;
mod lens;
mod lifted;
mod link;
mod look;
mod looks;
pub(crate) mod lull;
mod more;
mod moves;
mod names;
mod outline;
mod people;
mod phone;
mod pins;
mod pointer;
mod popup;
mod question;
mod radios;
mod reading;
mod roving;
mod selection;
mod shown;
mod spans;
pub(crate) mod spot;
mod stages;
mod story;
mod structure;
mod suggest;
mod talk_mark;
pub(crate) mod text;
mod thumbs;
mod which;
mod window;

use leptos::leptos_dom::helpers::request_animation_frame;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, MediaQueryList};

pub(crate) use self::board::{Board, Role};
use self::continued::Continued;
use self::drag::{DropMark, Ghost};
pub(crate) use self::drawer::DrawerPanel;
use self::header::Header;
use self::lane::LaneRow;
pub(crate) use self::lens::Lens;
use self::outline::OutlineView;
use self::phone::PhoneView;
use self::popup::{Content, Popup, PopupHost};
use self::selection::SelectionBar;
use self::story::StoryView;
use self::thumbs::ThumbBar;
use crate::dom::{Listener, window};
use crate::icon::Icon;

/// Below this width the map is shown step by step.
const PHONE: &str = "(max-width: 759.98px)";

/// The grid of the open map; its board is provided by the page.
#[component]
pub fn GridView() -> impl IntoView {
    let board = Board::here();
    provide_context(Continued::new(board));
    watch_width(board);
    clipboard::listen(board);
    keys::listen(board);
    lens::keep_place(board);
    link::follow(board);
    drawer::follow(board);
    crate::talk::address::follow(board);
    curve::whose::follow(board);
    follow::listen(board);
    let hand = drag::listen(board);
    let selected = StoredValue::new(None);

    // Whatever is redrawn, focus stays, and exactly one place is the tab stop.
    Effect::new(move |_| {
        board.layout.track();
        board.narrow.track();
        board.lens.track();
        board.mend_soon();
        board.mend_selection();
    });

    view! {
        <div
            id=focus::ROOT
            class="map-grid"
            style=("--zoom", move || (f64::from(board.look.zoom()) / 100.0).to_string())
            data-density=move || if board.look.is_compact() { "compact" } else { "comfortable" }
            data-testid="grid"
            on:pointerover=move |event| board.on_pointed(&event)
            on:focusin=move |event| {
                if let Some(target) = target(&event) {
                    board.on_focus_in(&target);
                }
            }
            on:focusout=move |event| {
                if let Some(target) = target(&event) {
                    board.on_focus_out(&target);
                }
            }
            on:keydown=move |event| keys::handle(board, &event)
            on:wheel=move |_| board.follow.note_own()
            on:pointerdown=move |event| {
                board.follow.note_own();
                selected.set_value(pointer::was_selected(&event));
                pointer::on_press(board, &event);
                hand.with_value(|hand| hand.on_down(&event));
            }
            on:click=move |event| {
                if !hand.with_value(|hand| hand.take_spent()) {
                    pointer::on_click(board, &event, selected.get_value());
                }
            }
            on:dblclick=move |event| pointer::on_double_click(board, &event)
            on:contextmenu=move |event| {
                if hand.with_value(|hand| hand.is_dragging()) {
                    event.prevent_default();
                } else {
                    pointer::on_context_menu(board, &event);
                }
            }
            on:touchmove=move |event| {
                if hand.with_value(|hand| hand.is_dragging()) {
                    event.prevent_default();
                }
            }
        >
            {move || match board.lens.get() {
                Lens::Outline => view! { <Thumbed><OutlineView /></Thumbed> }.into_any(),
                Lens::Story => view! { <Thumbed><StoryView /></Thumbed> }.into_any(),
                Lens::Grid if board.narrow.get() => view! { <PhoneView /> }.into_any(),
                Lens::Grid => view! { <Table /> }.into_any(),
            }}
            <DropMark />
            <Ghost />
            <SelectionBar />
            <PopupHost />
        </div>
    }
    .into_any()
}

/// A view, and on a phone the bar for the thumb under it.
#[component]
fn Thumbed(children: Children) -> impl IntoView {
    let board = Board::here();
    view! {
        <div class="thumbed">
            {children()}
            {move || board.narrow.get().then(|| view! { <ThumbBar /> })}
        </div>
    }
    .into_any()
}

fn target(event: &web_sys::FocusEvent) -> Option<Element> {
    event.target().and_then(|target| target.dyn_into().ok())
}

fn watch_width(board: Board) {
    let Some(query) = window().match_media(PHONE).ok().flatten() else {
        return;
    };
    board.narrow.set(query.matches());
    let listener = Listener::new(&query, "change", move |event| {
        let query = event
            .target()
            .and_then(|target| target.dyn_into::<MediaQueryList>().ok());
        board.narrow.set(query.is_some_and(|query| query.matches()));
    });
    StoredValue::new_local(listener);
}

/// The table with its sticky headers.
#[component]
fn Table() -> impl IntoView {
    let board = Board::here();
    pins::watch(board);
    let title = board.state.frame();
    let rows = move || board.layout.with(|grid| grid.rows.clone());
    let places = Memo::new(move |_| {
        board.layout.with(|grid| {
            grid.rows
                .iter()
                .cloned()
                .enumerate()
                .map(|(index, lane)| (lane, index))
                .collect::<std::collections::HashMap<_, _>>()
        })
    });
    let columns = move || board.columns.count();
    Effect::new(move |_| {
        places.track();
        board.columns.all();
        // By then the new cells are in the page.
        request_animation_frame(move || board.window.watch());
    });
    view! {
        <div class="board">
            <div class="table" class:without-stages=move || columns() == 0 style=("--columns", move || columns().to_string())>
                <div
                    class="rows"
                    role="grid"
                    aria-label=move || title.with(|frame| format!("Journey map: {}", frame.title))
                    aria-rowcount=move || places.with(|places| places.len() + 2)
                    aria-colcount=move || columns() + 2
                >
                    <Header />
                    <div class="body" role="rowgroup">
                        <For each=rows key=Clone::clone let:lane>
                            {
                                let index = {
                                    let lane = lane.clone();
                                    Memo::new(move |_| places.with(|places| places.get(&lane).copied().unwrap_or_default()))
                                };
                                view! { <LaneRow lane=lane index=index /> }
                            }
                        </For>
                    </div>
                </div>
                <div class="table-foot">
                    <button
                        class="add-lane"
                        type="button"
                        data-action="add-lane"
                        data-testid="add-lane"
                    >
                        <Icon name="plus" />
                        "Lane"
                    </button>
                    <HiddenLanes />
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// How many lanes are hidden, and the way to show them again.
#[component]
fn HiddenLanes() -> impl IntoView {
    let board = Board::here();
    let count = Memo::new(move |_| board.layout.with(|grid| grid.hidden.len()));
    let words = move || match count.get() {
        1 => "1 hidden lane".to_owned(),
        more => format!("{more} hidden lanes"),
    };
    let open = move |event: web_sys::MouseEvent| {
        let button = event.current_target();
        if let Some(button) = button.and_then(|button| button.dyn_into::<Element>().ok()) {
            let popup = Popup::beside(Content::HiddenLanes, &button);
            board.popup.set(Some(popup));
        }
    };
    let button = move || {
        (count.get() > 0).then(|| {
            view! {
                <button class="hidden-lanes" type="button" data-opens="" data-testid="hidden-lanes" on:click=open>
                    <Icon name="eye-off" />
                    {words}
                </button>
            }
        })
    };
    button.into_any()
}
