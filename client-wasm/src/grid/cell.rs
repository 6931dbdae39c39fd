//! A cell: the items of one lane at one step.

use leptos::prelude::*;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::LaneId;

use super::board::{Board, Role};
use super::card::ItemView;
use super::columns::Column;
use super::curve::Point;
use super::faces::{Face, noun};
use super::people::{self, Tags};
use super::spot::{Spot, cell_key};
use super::talk_mark;
use crate::icon::Icon;
use crate::state::item_key;

/// The items of a cell with the draft at its place.
pub(crate) fn items(board: Board, cell: &CellId) -> Memo<Vec<Item>> {
    let real = board.state.cell(cell);
    let cell = cell.clone();
    Memo::new(move |_| {
        let mut items = real.get();
        items.retain(|item| !board.filters.hides(item));
        board.groups.fold(board.state, &mut items);
        if board.drafting.is(&cell)
            && let Some(draft) = board.draft.get()
            && draft.cell == cell
            && !items.contains(&draft.item)
        {
            let after = draft
                .after
                .as_ref()
                .and_then(|after| items.iter().position(|item| item == after));
            items.insert(after.map_or(items.len(), |at| at + 1), draft.item);
        }
        items
    })
}

/// One gridcell of the table.
#[component]
pub(crate) fn CellView(cell: CellId) -> impl IntoView {
    let board = Board::here();
    let place = board.columns.place(Column::Step(cell.step.clone()));
    let key = cell_key(&cell);
    let spot = Spot::Cell(cell.clone()).key();
    let is_curve = is_curve(board, &cell.lane);
    let guest = {
        let cell = cell.clone();
        Memo::new(move |_| people::colour_of_cell(board, &cell))
    };
    let class = move || match (is_curve.get(), guest.with(Option::is_some)) {
        (false, false) => "cell",
        (false, true) => "cell occupied",
        (true, false) => "cell with-curve",
        (true, true) => "cell with-curve occupied",
    };
    let label = label(board, &cell);
    // What is said about a feeling is shown in its cell.
    let talked = [Spot::Cell(cell.clone()), Spot::Point(cell.step.clone())];
    let marks = move || {
        let [cell, point] = &talked;
        let spot = if is_curve.get() { point } else { cell };
        talk_mark::mark(board.talk.count(spot))
    };
    view! {
        <div
            class=class
            style=("--who", move || guest.get())
            style=("--at", move || (place.get().index + 2).to_string())
            role="gridcell"
            aria-colindex=move || place.get().index + 2
            aria-label=label
            tabindex="-1"
            data-spot=spot
            data-cell=key
            data-testid="cell"
        >
            <Content cell=cell is_curve=is_curve />
            {marks}
        </div>
    }
    .into_any()
}

/// Whether a lane is drawn as the curve.
fn is_curve(board: Board, lane: &LaneId) -> Memo<bool> {
    let lane = lane.clone();
    Memo::new(move |_| {
        board.lanes.with(|lanes| {
            lanes
                .get(&lane)
                .is_some_and(|(_, role)| *role == Role::Curve)
        })
    })
}

/// "Payment, Pain points, empty"; a cell with items is named by them.
fn label(board: Board, cell: &CellId) -> impl Fn() -> Option<String> + Send + Sync + use<> {
    let items = board.state.cell(cell);
    let cell = cell.clone();
    move || {
        let is_empty = items.with(|items| items.iter().all(|item| board.filters.hides(item)));
        if !is_empty || board.drafting.is(&cell) {
            return None;
        }
        let step = board.state.step(&cell.step);
        let lane = board.state.lane(&cell.lane);
        let step = step.with(|step| step.as_ref().map(|step| step.title.clone()));
        let lane = lane.with(|lane| lane.as_ref().map(|lane| lane.title.clone()));
        let (step, lane) = (step.unwrap_or_default(), lane.unwrap_or_default());
        Some(format!("{step}, {lane}, empty"))
    }
}

/// What is in a cell.
#[component]
fn Content(cell: CellId, is_curve: Memo<bool>) -> impl IntoView {
    let board = Board::here();
    let guests = people::in_cell(board, &cell);
    let (wide, narrow) = by_width(board, items(board, &cell));
    let wide_cell = cell.clone();
    let lane = cell.lane.clone();
    let flows = move || flows(board, &lane);
    let band = {
        let cell = cell.clone();
        Memo::new(move |_| {
            board
                .bands
                .with(|bands| bands.get(&cell).copied().unwrap_or(0))
        })
    };
    let add = {
        let (at_hand, cell) = (board.handles_in(&cell), cell.clone());
        move || at_hand().then(|| view! { <AddButton cell=cell.clone() /> })
    };
    let point = {
        let step = cell.step.clone();
        move || {
            is_curve
                .get()
                .then(|| view! { <Point step=step.clone() /> })
        }
    };
    view! {
        <Tags guests=guests />
        <For each=move || wide.get() key=item_key let:item>
            <WideItem item=item cell=wide_cell.clone() />
        </For>
        {point}
        <div class="items" class:flows=flows style=("--band", move || band.get().to_string())>
            <Items items=narrow cell=cell.clone() />
            {add}
        </div>
    }
    .into_any()
}

fn flows(board: Board, lane: &LaneId) -> bool {
    board.lanes.with(|lanes| {
        lanes
            .get(lane)
            .is_some_and(|(kind, _)| Face::of(*kind).flows())
    })
}

/// The items, keyed: an item that stays keeps its node.
#[component]
pub(crate) fn Items(items: Memo<Vec<Item>>, cell: CellId) -> impl IntoView {
    view! { <For each=move || items.get() key=item_key let:item><ItemView item=item cell=cell.clone() /></For> }.into_any()
}

/// Those items of a cell that cover several steps, and the others.
fn by_width(board: Board, items: Memo<Vec<Item>>) -> (Memo<Vec<Item>>, Memo<Vec<Item>>) {
    let of = move |wanted: bool| {
        Memo::new(move |_| {
            board.spans.with(|spans| {
                let is_wide =
                    |item: &Item| matches!(item, Item::Card(id) if spans.contains_key(id));
                items.with(|items| {
                    let wanted = items.iter().filter(|item| is_wide(item) == wanted);
                    wanted.cloned().collect::<Vec<_>>()
                })
            })
        })
    };
    (of(true), of(false))
}

/// A card that covers several steps, on its track above what else is in the cells.
#[component]
fn WideItem(item: Item, cell: CellId) -> impl IntoView {
    let board = Board::here();
    let id = item.clone();
    let span = Memo::new(move |_| match &id {
        Item::Card(id) => board.spans.with(|spans| spans.get(id).copied()),
        _ => None,
    });
    let track = move || span.get().map_or(0, |span| span.track).to_string();
    let columns = move || span.get().map_or(1, |span| span.columns).to_string();
    view! {
        <div class="wide-item" style=("--track", track) style=("--span", columns)>
            <ItemView item=item cell=cell />
        </div>
    }
    .into_any()
}

/// The "+" of a cell.
#[component]
fn AddButton(cell: CellId) -> impl IntoView {
    let board = Board::here();
    let noun = move || {
        let kind = board
            .lanes
            .with(|lanes| lanes.get(&cell.lane).map(|(kind, _)| *kind));
        kind.map_or("card", noun).to_lowercase()
    };
    view! {
        <button
            class="add-item"
            type="button"
            tabindex="-1"
            data-action="add"
            data-testid="add"
            aria-label=move || format!("Add {}", noun())
        >
            <Icon name="plus" />
        </button>
    }
    .into_any()
}
