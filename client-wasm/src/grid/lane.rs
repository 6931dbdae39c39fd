//! A lane: its header and its cells.

mod collapsed;

use leptos::prelude::*;
use waymark_model::grid::CellId;
use waymark_model::ids::{LaneId, StepId};

use self::collapsed::CountCell;
use super::board::{Board, Role};
use super::cell::CellView;
use super::columns::Column;
use super::curve::CurveLayer;
use super::curve::whose::Whose;
use super::faces;
use super::header::HeaderText;
use super::lifted::lifted;
use super::more::More;
use super::moves::Moved;
use super::people::{self, Tags};
use super::popup::colours;
use super::reading::said;
use super::spot::Spot;
use super::talk_mark;
use super::window::{self, Shown};
use crate::icon::Icon;
use crate::state::Focus;

/// One row of the table.
#[component]
pub(crate) fn LaneRow(lane: LaneId, index: Memo<usize>) -> impl IntoView {
    let board = Board::here();
    let data = board.state.lane(&lane);
    let role = {
        let lane = lane.clone();
        Memo::new(move |_| {
            board
                .lanes
                .with(|lanes| lanes.get(&lane).map_or(Role::Cards, |(_, role)| *role))
        })
    };
    let line = Memo::new(move |_| data.with(|lane| lane.as_ref().and_then(|lane| lane.line_above)));
    let collapsed = is_collapsed(board, &lane);
    let tracks = tracks(board, &lane);
    let pinned =
        Memo::new(move |_| data.with(|lane| lane.as_ref().is_some_and(|lane| lane.pinned)));
    let layer =
        move || (role.get() == Role::Curve && !collapsed.get()).then(|| view! { <CurveLayer /> });
    let empty = empty_hint(board, &lane);
    let id = lane.clone();
    let row_lane = lane.clone();
    let things = board.state.counts().with_untracked(|counts| counts.cards);
    let shown = board.window.enter(&lane, things);
    let windowed = shown.is_some();
    if let Some(shown) = shown.clone() {
        let lane = lane.clone();
        on_cleanup(move || board.window.leave(&lane, &shown));
    }
    let room = {
        let lane = lane.clone();
        move || {
            if !windowed || collapsed.get() {
                return None;
            }
            let room = board.rooms.with(|rooms| rooms.get(&lane).copied());
            room.map(|room| format!("{room}px"))
        }
    };
    let columns = columns(board, &lane, shown);
    view! {
        <div
            class="row"
            class:row-curve=move || role.get() == Role::Curve
            class:collapsed=collapsed
            class:windowed=windowed
            style=("min-height", room)
            class:pinned=pinned
            class:with-spans=move || tracks.get() != 0
            style=("--tracks", move || tracks.get().max(1).to_string())
            class:with-line=move || line.get().is_some()
            role="row"
            aria-rowindex=move || index.get() + 3
            data-lane=id.to_string()
            data-testid="lane"
        >
            <LaneHeader lane=lane />
            {layer}
            <For each=columns key=Clone::clone let:column>
                {cell_at(board, &row_lane, column, collapsed)}
            </For>
            {move || empty.get().map(|hint| view! { <Hint hint=hint /> })}
            {move || line.get().map(|line| view! { <p class="blueprint-line"><span>{line.label()}</span></p> })}
        </div>
    }
    .into_any()
}

/// How many tracks of cards that cover several steps a lane has.
fn tracks(board: Board, lane: &LaneId) -> Memo<usize> {
    let lane = lane.clone();
    Memo::new(move |_| {
        board.bands.with(|bands| {
            let here = bands.iter().filter(|(cell, _)| cell.lane == lane);
            here.map(|(_, band)| *band).max().unwrap_or(0)
        })
    })
}

fn is_collapsed(board: Board, lane: &LaneId) -> Memo<bool> {
    let lane = lane.clone();
    Memo::new(move |_| board.layout.with(|grid| grid.collapsed.contains(&lane)))
}

/// The columns at which a row has its cells in the page.
fn columns(
    board: Board,
    lane: &LaneId,
    shown: Option<Shown>,
) -> impl Fn() -> Vec<Column> + Send + Sync + use<> {
    let lane = lane.clone();
    move || {
        let all = board.columns.all();
        let Some(shown) = &shown else {
            return all;
        };
        let reaches = |step: &StepId| {
            board.bands.with(|bands| {
                let cell = || CellId {
                    lane: lane.clone(),
                    step: step.clone(),
                };
                !bands.is_empty() && bands.contains_key(&cell())
            })
        };
        shown.with(|shown| window::columns(all, shown, reaches))
    }
}

fn cell_at(board: Board, lane: &LaneId, column: Column, collapsed: Memo<bool>) -> AnyView {
    match column {
        Column::Step(step) => {
            let cell = CellId {
                lane: lane.clone(),
                step,
            };
            (move || {
                let cell = cell.clone();
                if collapsed.get() {
                    view! { <CountCell cell=cell /> }.into_any()
                } else {
                    view! { <CellView cell=cell /> }.into_any()
                }
            })
            .into_any()
        }
        Column::Gap(_) => {
            let place = board.columns.place(column);
            view! {
                <div
                    class="cell gap"
                    role="gridcell"
                    style=("--at", move || (place.get().index + 2).to_string())
                    aria-colindex=move || place.get().index + 2
                    aria-label="No step yet"
                ></div>
            }
            .into_any()
        }
    }
}

/// What belongs in a lane that has nothing yet.
fn empty_hint(board: Board, lane: &LaneId) -> Memo<Option<&'static str>> {
    let lane = lane.clone();
    Memo::new(move |_| {
        let (kind, role) = board.lanes.with(|lanes| lanes.get(&lane).copied())?;
        let collapsed = board.layout.with(|grid| grid.collapsed.contains(&lane));
        if collapsed
            || role == Role::Curve
            || board.drafting.get().is_some_and(|cell| cell.lane == lane)
        {
            return None;
        }
        board.layout.with(|grid| {
            let has_steps = grid.columns.iter().any(|column| column.step.is_some());
            let filled = grid.cells.keys().any(|cell| cell.lane == lane);
            (has_steps && !filled).then(|| faces::hint(kind))
        })
    })
}

/// What belongs in an empty lane, and how to add it.
#[component]
fn Hint(hint: &'static str) -> impl IntoView {
    view! {
        <p class="lane-hint" aria-hidden="true">
            {hint}
            <button type="button" tabindex="-1" data-action="add-first"><Icon name="plus" />"Add"</button>
        </p>
    }
    .into_any()
}

/// The header of a lane.
#[component]
fn LaneHeader(lane: LaneId) -> impl IntoView {
    let board = Board::here();
    let data = board.state.lane(&lane);
    let spot = Spot::Lane(lane.clone());
    let (spot_key, talked) = (spot.key(), spot.clone());
    let at_hand = board.handles(&spot);
    let title = said(data, |lane| &lane.title);
    let kind = {
        let lane = lane.clone();
        Memo::new(move |_| board.lanes.with(|lanes| lanes.get(&lane).copied()))
    };
    let collapsed = is_collapsed(board, &lane);
    let colour = move || {
        let colour = data.with(|lane| lane.as_ref().and_then(|lane| lane.colour));
        colours::class(colour)
    };
    let pin = move || {
        let pinned = data.with(|lane| lane.as_ref().is_some_and(|lane| lane.pinned));
        pinned.then(|| view! { <span class="lane-pin" title="Pinned"><Icon name="pin" /></span> })
    };
    let more = {
        let at_hand = at_hand.clone();
        let of = Signal::derive(move || format!("lane {}", title.get()));
        let spot = talked.clone();
        move || {
            let mark = talk_mark::mark(board.talk.count(&spot));
            (mark, at_hand().then(|| view! { <More of=of /> }))
        }
    };
    let folded = lane.clone();
    let toggle = move || {
        let lane = folded.clone();
        let toggle = move |event: web_sys::MouseEvent| {
            event.stop_propagation();
            board.collapse_lane(&lane, !collapsed.get_untracked());
        };
        (collapsed.get() || at_hand()).then(|| {
            view! {
                <button
                    class="lane-toggle"
                    type="button"
                    tabindex="-1"
                    aria-expanded=move || (!collapsed.get()).to_string()
                    aria-label=move || format!("{} lane {}", if collapsed.get() { "Open" } else { "Collapse" }, title.get())
                    on:click=toggle
                >
                    <Icon name="chevron-down" />
                </button>
            }
        })
    };
    let icon = move || {
        kind.get().map(|(kind, _)| view! { <span class="lane-icon" title=kind.label()><Icon name=faces::icon(kind) /></span> })
    };
    let (personas, whose) = (board.state.personas(), board.state.whose());
    let persona = move || {
        let curve = kind.get().is_some_and(|(_, role)| role == Role::Curve);
        if !curve {
            return None;
        }
        if personas.with(|all| all.len() > 1) {
            return Some(view! { <Whose /> }.into_any());
        }
        let name = whose.with(|whose| whose.as_ref().map(|it| it.name.clone()));
        name.filter(|name| !name.is_empty())
            .map(|name| view! { <small class="lane-persona">{name}</small> }.into_any())
    };
    let spoken = move || {
        kind.get().map(|(kind, _)| {
            let pinned = data.with(|lane| lane.as_ref().is_some_and(|lane| lane.pinned));
            let looks = [(collapsed.get(), ", collapsed"), (pinned, ", pinned")];
            let looks: String = looks.iter().filter(|it| it.0).map(|it| it.1).collect();
            format!("{}, {} lane{looks}", title.get(), kind.label())
        })
    };
    let guests = people::on_header(board, Focus::Lane(lane.to_string()));
    let lifted = lifted(board, Moved::Lane(lane.clone()));
    view! {
        <div
            class=move || format!("lane-head {}", colour())
            class:occupied=move || guests.with(|guests| !guests.is_empty())
            class:lifted=lifted
            style=("--who", people::colour(guests))
            role="rowheader"
            aria-colindex="1"
            aria-label=spoken
            tabindex="-1"
            data-spot=spot_key
        >
            <Tags guests=guests />
            {icon}
            <div class="lane-names">
                <HeaderText spot=spot title=title placeholder="Name this lane" />
                {persona}
            </div>
            {pin}
            {toggle}
            {more}
        </div>
    }
    .into_any()
}
