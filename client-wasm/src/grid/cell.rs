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

/// One gridcell of the table. There are thousands of them in a large map: a cell that is
/// not drawn has its box, its name and its place, and asks for nothing else.
#[component]
pub(crate) fn CellView(cell: CellId) -> impl IntoView {
    let board = Board::here();
    let column = Column::Step(cell.step.clone());
    let near = nearness(board, &cell);
    let windowed = near.is_some();
    let items = board.state.cell(&cell);
    let shell = Shell {
        near,
        items,
        cell: cell.clone(),
    };
    let (room, label, class, colour) = (shell.clone(), shell.clone(), shell.clone(), shell.clone());
    let key = cell_key(&cell);
    let spot = Spot::Cell(cell.clone()).key();
    let content = move || {
        let drawn = shell.is_drawn() || shell.reaches_out(board);
        drawn.then(|| view! { <Content cell=cell.clone() /> })
    };
    view! {
        <div
            class=move || class.class(board)
            style=("--who", move || colour.colour(board))
            style=("min-height", move || room.room(board))
            role="gridcell"
            aria-colindex=move || board.columns.index(&column) + 2
            aria-label=move || label.label(board)
            tabindex="-1"
            data-spot=spot
            data-cell=key
            data-window=windowed
            data-testid="cell"
        >
            {content}
        </div>
    }
    .into_any()
}

/// What a cell knows about itself without what is in it. All of it is tracked.
#[derive(Clone)]
struct Shell {
    /// Whether it is drawn, in a large map.
    near: Option<ArcRwSignal<bool>>,
    items: Signal<Vec<Item>>,
    cell: CellId,
}

impl Shell {
    fn is_drawn(&self) -> bool {
        self.near.as_ref().is_none_or(|near| near.get())
    }

    /// Whether a card in it covers other cells too, which may be seen.
    fn reaches_out(&self, board: Board) -> bool {
        board.spans.with(|spans| {
            !spans.is_empty()
                && self.items.with(|items| {
                    let wide =
                        |item: &Item| matches!(item, Item::Card(id) if spans.contains_key(id));
                    items.iter().any(wide)
                })
        })
    }

    fn class(&self, board: Board) -> &'static str {
        let role = board
            .lanes
            .with(|lanes| lanes.get(&self.cell.lane).map(|(_, role)| *role));
        match (role == Some(Role::Curve), self.is_drawn()) {
            (curve, true) => match (curve, self.guest(board).is_some()) {
                (false, false) => "cell",
                (false, true) => "cell occupied",
                (true, false) => "cell with-curve",
                (true, true) => "cell with-curve occupied",
            },
            (false, false) => "cell far",
            (true, false) => "cell with-curve far",
        }
    }

    /// The colour of who is in it.
    fn colour(&self, board: Board) -> Option<String> {
        self.is_drawn().then(|| self.guest(board)).flatten()
    }

    fn guest(&self, board: Board) -> Option<String> {
        people::colour_of_cell(board, &self.cell)
    }

    /// The height it keeps while it is not drawn.
    fn room(&self, board: Board) -> Option<String> {
        if self.is_drawn() {
            return None;
        }
        let texts: Vec<String> = self.items.with(|items| {
            let texts = items.iter().filter_map(|item| board.text_of(item));
            texts.collect()
        });
        if texts.is_empty() {
            return None;
        }
        let texts = texts.iter().map(String::as_str);
        let height = window::height(texts, flows(board, &self.cell.lane));
        Some(format!("{height}px"))
    }

    /// "Payment, Pain points, empty", or how much is in it while that is not drawn; a cell
    /// whose items are drawn is named by them.
    fn label(&self, board: Board) -> Option<String> {
        let drawn = self.is_drawn();
        let count = self.items.with(|items| {
            let shown = items.iter().filter(|item| !board.filters.hides(item));
            shown.count()
        });
        let holds = match count {
            0 if drawn && board.drafting.is(&self.cell) => return None,
            0 => "empty".to_owned(),
            _ if drawn => return None,
            1 => "1 card".to_owned(),
            _ => format!("{count} cards"),
        };
        let step = board.state.step(&self.cell.step);
        let lane = board.state.lane(&self.cell.lane);
        let step = step.with(|step| step.as_ref().map(|step| step.title.clone()));
        let lane = lane.with(|lane| lane.as_ref().map(|lane| lane.title.clone()));
        let (step, lane) = (step.unwrap_or_default(), lane.unwrap_or_default());
        Some(format!("{step}, {lane}, {holds}"))
    }
}

/// What is in a cell.
#[component]
fn Content(cell: CellId) -> impl IntoView {
    let board = Board::here();
    let guests = people::in_cell(board, &cell);
    let (wide, narrow) = by_width(board, items(board, &cell));
    let wide_cell = cell.clone();
    let lane = cell.lane.clone();
    let curve = Memo::new(move |_| {
        board.lanes.with(|lanes| {
            lanes
                .get(&lane)
                .is_some_and(|(_, role)| *role == Role::Curve)
        })
    });
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
        <Tags guests=guests />
        <For each=move || wide.get() key=item_key let:item>
            <WideItem item=item cell=wide_cell.clone() />
        </For>
        {point}
        <div class="items" class:flows=flows style=("--band", move || band.get().to_string())>
            <Items items=narrow cell=cell.clone() />
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
    let column = untrack(|| board.columns.index(&Column::Step(cell.step.clone())));
    let row = grid.rows.iter().position(|lane| *lane == cell.lane)?;
    let weight = grid.items(cell).len();
    Some(board.window.enter(cell, column, row, weight))
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
