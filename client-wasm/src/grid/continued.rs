//! Cards that cover several steps, at those of them where they do not begin: where one
//! step is read at a time, such a card would be missing there.

use std::collections::HashMap;

use leptos::prelude::*;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::CardId;

use super::board::Board;
use super::reading::said;
use super::spot::Spot;
use crate::icon::Icon;

/// The cards that reach each cell from an earlier step; in the context of the map's views.
#[derive(Clone, Copy)]
pub(crate) struct Continued(Memo<HashMap<CellId, Vec<CardId>>>);

impl Continued {
    pub(super) fn new(board: Board) -> Self {
        Self(Memo::new(move |_| board.continued()))
    }

    /// Whether a card reaches a cell from an earlier step; tracked.
    pub(crate) fn reach(&self, cell: &CellId) -> bool {
        self.0.with(|all| all.contains_key(cell))
    }
}

impl Board {
    /// The cards that reach each cell from an earlier step, top to bottom; tracked.
    pub(crate) fn continued(&self) -> HashMap<CellId, Vec<CardId>> {
        let mut all: HashMap<CellId, Vec<CardId>> = HashMap::new();
        if self.spans.with(HashMap::is_empty) {
            return all;
        }
        self.layout.with(|grid| {
            let mut spans: Vec<_> = grid.spans.iter().collect();
            spans.sort_by_key(|(id, span)| (span.track, (*id).clone()));
            for (id, span) in spans {
                let item = Item::Card(id.clone());
                let card = self.state.card(id);
                let home = card.with(|card| {
                    let card = card.as_ref()?;
                    let (lane, step) = (card.lane.clone(), card.step.clone());
                    Some(CellId { lane, step })
                });
                // One that is filtered out, or in a closed stack, is not there either.
                let Some(home) = home.filter(|home| grid.items(home).contains(&item)) else {
                    continue;
                };
                let columns = grid.columns.iter();
                let from = columns.skip_while(|column| column.step.as_ref() != Some(&home.step));
                for column in from.take(span.columns).skip(1) {
                    if let Some(step) = column.step.clone() {
                        let lane = home.lane.clone();
                        let cards = all.entry(CellId { lane, step }).or_default();
                        cards.push(id.clone());
                    }
                }
            }
        });
        all
    }
}

/// The cards that reach a cell from an earlier step, each leading to itself.
#[component]
pub(crate) fn Continues(cell: CellId) -> impl IntoView {
    let Continued(all) = expect_context();
    let cards = Memo::new(move |_| all.with(|all| all.get(&cell).cloned().unwrap_or_default()));
    let list = move || {
        cards.with(|cards| !cards.is_empty()).then(|| {
            view! {
                <ul class="continues" role="list">
                    <For each=move || cards.get() key=Clone::clone let:id>
                        <li><Continuing id=id /></li>
                    </For>
                </ul>
            }
        })
    };
    list.into_any()
}

#[component]
fn Continuing(id: CardId) -> impl IntoView {
    let board = Board::here();
    let card = board.state.card(&id);
    let text = said(card, |card| &card.text);
    let from = move || {
        let step = card.with(|card| card.as_ref().map(|card| card.step.clone()))?;
        let step = board.state.step(&step);
        step.with(|step| Some(format!("continues from {}", step.as_ref()?.title)))
    };
    let hook = id.to_string();
    view! {
        <button
            class="continuing"
            type="button"
            data-continues=hook
            on:click=move |_| board.light_up(Spot::Item(Item::Card(id.clone())))
        >
            <Icon name="arrow-right" />
            <span class="continuing-text">{text}</span>
            " "
            <small>{from}</small>
        </button>
    }
    .into_any()
}
