//! Who else is at a place: their colour around it, their name on it.

use leptos::prelude::*;
use waymark_model::grid::{CellId, Item};

use super::board::Board;
use crate::state::{CellRef, Focus, Person, item_key};

/// Somebody at a place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Guest {
    id: u64,
    name: String,
    colour: String,
    typing: bool,
}

impl Guest {
    fn of(person: &Person) -> Self {
        let typing = matches!(person.focus, Some(Focus::Item { typing: true, .. }));
        Self {
            id: person.client_id,
            name: person.name.clone(),
            colour: person.colour.clone(),
            typing,
        }
    }
}

/// Who else is on an item.
pub(crate) fn on_item(board: Board, cell: &CellId, item: &Item) -> Memo<Vec<Guest>> {
    let here = people_at(board, cell);
    let key = item_key(item);
    Memo::new(move |_| {
        let on_it = |person: &&Person| matches!(&person.focus, Some(Focus::Item { item, .. }) if *item == key);
        here.with(|people| people.iter().filter(on_it).map(Guest::of).collect())
    })
}

/// Who else is in a cell, on none of its items.
pub(crate) fn in_cell(board: Board, cell: &CellId) -> Memo<Vec<Guest>> {
    let here = people_at(board, cell);
    Memo::new(move |_| {
        let on_none = |person: &&Person| matches!(&person.focus, Some(Focus::Cell(_)));
        here.with(|people| people.iter().filter(on_none).map(Guest::of).collect())
    })
}

/// The colour of who is in a cell, on none of its items; tracked.
pub(crate) fn colour_of_cell(board: Board, cell: &CellId) -> Option<String> {
    people_at(board, cell).with(|people| {
        let here = |person: &&Person| matches!(&person.focus, Some(Focus::Cell(_)));
        people.iter().find(here).map(|person| person.colour.clone())
    })
}

/// Who else is on a header.
pub(crate) fn on_header(board: Board, place: Focus) -> Memo<Vec<Guest>> {
    let here = board.state.people_at(&place);
    Memo::new(move |_| here.with(|people| people.iter().map(Guest::of).collect()))
}

fn people_at(board: Board, cell: &CellId) -> Signal<Vec<Person>> {
    board.state.people_at(&Focus::Cell(CellRef::of(cell)))
}

/// The colour around a place: that of the first who came.
pub(crate) fn colour(
    guests: Memo<Vec<Guest>>,
) -> impl Fn() -> String + Send + Sync + Clone + 'static {
    move || {
        guests.with(|guests| {
            guests
                .first()
                .map(|guest| guest.colour.clone())
                .unwrap_or_default()
        })
    }
}

/// The name tags of the guests.
#[component]
pub(crate) fn Tags(guests: Memo<Vec<Guest>>) -> impl IntoView {
    let shown = move || {
        guests.with(|guests| {
            if guests.is_empty() {
                return None;
            }
            let tags = guests.iter().map(|guest| {
                let typing = guest
                    .typing
                    .then(|| view! { <span class="who-typing">" types"</span> });
                view! {
                    <span
                        class="who"
                        style=("--who", guest.colour.clone())
                        data-person=guest.id.to_string()
                    >
                        {guest.name.clone()}
                        {typing}
                    </span>
                }
            });
            Some(view! { <span class="whos">{tags.collect_view()}</span> })
        })
    };
    shown.into_any()
}
