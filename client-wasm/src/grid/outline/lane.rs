//! A lane at a step: its heading and its items.

use leptos::prelude::*;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::{LaneId, StepId};

use super::super::board::{Board, Role};
use super::super::card::ItemView;
use super::super::cell::items;
use super::super::continued::Continues;
use super::super::drawer::details_of;
use super::super::faces::{self, Face, noun};
use super::super::lens::Lens;
use super::super::people::{self, Tags};
use super::super::reading::said;
use super::super::spot::{Spot, cell_key};
use super::excerpt::Excerpt;
use super::feeling::Feeling;
use crate::icon::Icon;
use crate::state::item_key;

#[component]
pub(crate) fn LaneSection(lane: LaneId, step: StepId) -> impl IntoView {
    let board = Board::here();
    let cell = CellId {
        lane: lane.clone(),
        step: step.clone(),
    };
    let data = board.state.lane(&lane);
    let title = said(data, |lane| &lane.title);
    let facts = Memo::new(move |_| board.lanes.with(|lanes| lanes.get(&lane).copied()));
    let curve = Memo::new(move |_| facts.get().is_some_and(|(_, role)| role == Role::Curve));
    let icon = move || {
        facts
            .get()
            .map(|(kind, _)| view! { <Icon name=faces::icon(kind) /> })
    };
    let flows = move || facts.get().is_some_and(|(kind, _)| Face::of(kind).flows());
    let add_label = move || {
        let noun = facts.get().map_or("card", |(kind, _)| noun(kind));
        format!("Add {}", noun.to_lowercase())
    };
    let items = items(board, &cell);
    let spoken = move || {
        let count = match items.with(Vec::len) {
            0 => String::new(),
            1 => ", 1 item".to_owned(),
            count => format!(", {count} items"),
        };
        title.get() + &count
    };
    let guests = people::in_cell(board, &cell);
    let feeling = {
        let step = step.clone();
        move || curve.get().then(|| view! { <Feeling step=step.clone() /> })
    };
    let home = cell.clone();
    view! {
        <section class="outline-lane" aria-label=title data-cell=cell_key(&cell) data-testid="cell">
            <div
                class="outline-lane-head"
                class:occupied=move || guests.with(|guests| !guests.is_empty())
                style=("--who", people::colour(guests))
                role="group"
                tabindex="-1"
                aria-label=spoken
                data-spot=Spot::Cell(cell.clone()).key()
            >
                <Tags guests=guests />
                {icon}
                <h4>{title}</h4>
                <button
                    class="outline-plus"
                    type="button"
                    tabindex="-1"
                    data-action="add"
                    data-testid="add"
                    aria-label=add_label
                >
                    <Icon name="plus" />
                </button>
            </div>
            <div class="outline-lane-body">
                {feeling}
                <Continues cell=cell.clone() />
                <ul class="items" class:flows=flows role="list" hidden=move || items.with(Vec::is_empty)>
                    <For each=move || items.get() key=item_key let:item>
                        <li>
                            <ItemView item=item.clone() cell=home.clone() />
                            {excerpt(board, item)}
                        </li>
                    </For>
                </ul>
            </div>
        </section>
    }
    .into_any()
}

/// What the details of an item say, in the outline; the story has no room for it.
fn excerpt(board: Board, item: Item) -> Option<impl IntoView> {
    let of = details_of(&Spot::Item(item))?;
    (board.lens.get_untracked() == Lens::Outline).then(|| view! { <Excerpt of=of /> })
}
