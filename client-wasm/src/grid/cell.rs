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
use super::window;
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
    let column = Column::Step(cell.step.clone());
    let near = nearness(board, &cell);
    let lane = cell.lane.clone();
    let curve = Memo::new(move |_| {
        board.lanes.with(|lanes| {
            lanes
                .get(&lane)
                .is_some_and(|(_, role)| *role == Role::Curve)
        })
    });
    let items = items(board, &cell);
    let (wide, narrow) = by_width(board, items);
    let wide_cell = cell.clone();
    let guests = people::in_cell(board, &cell);
    let label = label(board, &cell, items, near.clone());
    let place = board.columns.place(column);
    let key = cell_key(&cell);
    let spot = Spot::Cell(cell.clone()).key();
    let room = near.clone().map(|near| room(board, &cell, near));
    let windowed = near.is_some();
    let content = move || match &near {
        Some(near) if !near.get() => None,
        _ => Some(view! { <Content cell=cell.clone() curve=curve items=narrow /> }),
    };
    view! {
        <div
            class="cell"
            class:with-curve=curve
            class:occupied=move || guests.with(|guests| !guests.is_empty())
            style=("--who", people::colour(guests))
            style=("min-height", move || room.as_ref().map(|room| room.get()))
            role="gridcell"
            aria-colindex=move || place.get().index + 2
            aria-label=label
            tabindex="-1"
            data-spot=spot
            data-cell=key
            data-window=windowed
            data-testid="cell"
        >
            <Tags guests=guests />
            <For each=move || wide.get() key=item_key let:item>
                <WideItem item=item cell=wide_cell.clone() />
            </For>
            {content}
        </div>
    }
    .into_any()
}

/// What is in a cell.
#[component]
fn Content(cell: CellId, curve: Memo<bool>, items: Memo<Vec<Item>>) -> impl IntoView {
    let board = Board::here();
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
    let point = {
        let step = cell.step.clone();
        move || curve.get().then(|| view! { <Point step=step.clone() /> })
    };
    view! {
        {point}
        <div class="items" class:flows=flows style=("--band", move || band.get().to_string())>
            <Items items=items cell=cell.clone() />
            <AddButton cell=cell />
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

/// Whether what is in a cell of a large map is drawn; `None` in a small one, which is
/// drawn whole. The curve's cells are: it runs through them.
fn nearness(board: Board, cell: &CellId) -> Option<ArcRwSignal<bool>> {
    let grid = board.grid();
    let things = board.state.counts().with_untracked(|counts| counts.cards);
    if !window::is_large(grid.rows.len() * grid.columns.len(), things)
        || board.role(&cell.lane) == Role::Curve
    {
        return None;
    }
    let column = board
        .columns
        .place(Column::Step(cell.step.clone()))
        .get_untracked()
        .index;
    let row = grid.rows.iter().position(|lane| *lane == cell.lane)?;
    let weight = grid.items(cell).len();
    Some(board.window.enter(cell, column, row, weight))
}

/// The height of a cell that is not drawn.
fn room(board: Board, cell: &CellId, near: ArcRwSignal<bool>) -> Memo<String> {
    let items = board.state.cell(cell);
    let cell = cell.clone();
    Memo::new(move |_| {
        if near.get() || items.with(Vec::is_empty) {
            return String::new();
        }
        let texts: Vec<String> = items.with(|items| {
            let texts = items.iter().filter_map(|item| board.text_of(item));
            texts.collect()
        });
        let texts = texts.iter().map(String::as_str);
        format!("{}px", window::height(texts, flows(board, &cell.lane)))
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

/// "Payment, Pain points, empty", or how much is in it while that is not drawn; a cell
/// whose items are drawn is named by them.
fn label(
    board: Board,
    cell: &CellId,
    items: Memo<Vec<Item>>,
    near: Option<ArcRwSignal<bool>>,
) -> Signal<Option<String>> {
    let step = board.state.step(&cell.step);
    let lane = board.state.lane(&cell.lane);
    Signal::derive(move || {
        let count = items.with(Vec::len);
        let drawn = near.as_ref().is_none_or(|near| near.get());
        let holds = match count {
            0 => "empty".to_owned(),
            _ if drawn => return None,
            1 => "1 card".to_owned(),
            _ => format!("{count} cards"),
        };
        let step = step.with(|step| step.as_ref().map(|step| step.title.clone()));
        let lane = lane.with(|lane| lane.as_ref().map(|lane| lane.title.clone()));
        Some(format!(
            "{}, {}, {holds}",
            step.unwrap_or_default(),
            lane.unwrap_or_default()
        ))
    })
}
