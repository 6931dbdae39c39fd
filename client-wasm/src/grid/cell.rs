//! A cell: the items of one lane at one step.

use leptos::prelude::*;
use waymark_model::grid::{CellId, Item};

use super::board::{Board, Role};
use super::card::ItemView;
use super::columns::Column;
use super::curve::Point;
use super::faces::{Face, noun};
use super::people::{self, Tags};
use super::spot::{Spot, cell_key};
use crate::icon::Icon;
use crate::state::item_key;

/// The items of a cell with the draft at its place.
pub(crate) fn items(board: Board, cell: &CellId) -> Memo<Vec<Item>> {
    let real = board.state.cell(cell);
    let cell = cell.clone();
    Memo::new(move |_| {
        let mut items = real.get();
        items.retain(|item| !board.filters.hides(item));
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
    let lane = cell.lane.clone();
    let facts = Memo::new(move |_| board.lanes.with(|lanes| lanes.get(&lane).copied()));
    let curve = Memo::new(move |_| facts.get().is_some_and(|(_, role)| role == Role::Curve));
    let flows = move || facts.get().is_some_and(|(kind, _)| Face::of(kind).flows());
    let items = items(board, &cell);
    let (wide, narrow) = by_width(board, items);
    let band = {
        let cell = cell.clone();
        Memo::new(move |_| {
            board
                .layout
                .with(|grid| grid.bands.get(&cell).copied().unwrap_or(0))
        })
    };
    let wide_cell = cell.clone();
    let guests = people::in_cell(board, &cell);
    let label = label(board, &cell, items);
    let point = {
        let step = cell.step.clone();
        move || curve.get().then(|| view! { <Point step=step.clone() /> })
    };
    let place = board.columns.place(Column::Step(cell.step.clone()));
    let key = cell_key(&cell);
    let spot = Spot::Cell(cell.clone()).key();
    view! {
        <div
            class="cell"
            class:with-curve=curve
            class:occupied=move || guests.with(|guests| !guests.is_empty())
            style=("--who", people::colour(guests))
            role="gridcell"
            aria-colindex=move || place.get().index + 2
            aria-label=label
            tabindex="-1"
            data-spot=spot
            data-cell=key
            data-testid="cell"
        >
            <Tags guests=guests />
            {point}
            <For each=move || wide.get() key=item_key let:item>
                <WideItem item=item cell=wide_cell.clone() />
            </For>
            <div class="items" class:flows=flows style=("--band", move || band.get().to_string())>
                <Items items=narrow cell=cell.clone() />
                <AddButton cell=cell />
            </div>
        </div>
    }
    .into_any()
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
            board.layout.with(|grid| {
                let is_wide =
                    |item: &Item| matches!(item, Item::Card(id) if grid.spans.contains_key(id));
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
        Item::Card(id) => board.layout.with(|grid| grid.spans.get(id).copied()),
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

/// "Payment, Pain points, empty"; a cell with items is named by them.
fn label(board: Board, cell: &CellId, items: Memo<Vec<Item>>) -> Signal<Option<String>> {
    let step = board.state.step(&cell.step);
    let lane = board.state.lane(&cell.lane);
    let says = move || {
        let step = step.with(|step| {
            step.as_ref()
                .map(|step| step.title.clone())
                .unwrap_or_default()
        });
        let lane = lane.with(|lane| {
            lane.as_ref()
                .map(|lane| lane.title.clone())
                .unwrap_or_default()
        });
        format!("{step}, {lane}, empty")
    };
    Signal::derive(move || items.with(Vec::is_empty).then(says))
}
