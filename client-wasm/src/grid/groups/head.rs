//! What stands above a stack: its name, how many cards it has, and whether it is open.

use leptos::prelude::*;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::{CardId, GroupId};

use super::super::board::Board;
use super::super::lens::Lens;
use super::super::spot::Spot;
use super::group_in;
use crate::icon::Icon;

/// The head above a card that is the first of a group in its cell; nothing above others.
#[component]
pub(crate) fn GroupHead(id: CardId, cell: CellId) -> impl IntoView {
    let board = Board::here();
    (move || {
        let (id, cell) = (id.clone(), cell.clone());
        board
            .groups
            .any()
            .then(|| view! { <Head id=id cell=cell /> })
    })
    .into_any()
}

/// A name and a count.
type Stack = (GroupId, String, usize);

#[component]
fn Head(id: CardId, cell: CellId) -> impl IntoView {
    let board = Board::here();
    let state = board.state;
    let own = Item::Card(id.clone());
    let groups = state.groups();
    let here = state.cell(&cell);
    let stack: Memo<Option<Stack>> = Memo::new(move |_| {
        let group = group_in(state, &own)?;
        let title = groups.with(|groups| {
            let group = groups.iter().find(|it| it.id == group)?;
            Some(group.title.clone())
        })?;
        let items = here.get();
        let in_it = |item: &&Item| group_in(state, item).as_ref() == Some(&group);
        let members: Vec<&Item> = items.iter().filter(in_it).collect();
        let count = members.len();
        (members.first() == Some(&&own)).then_some((group, title, count))
    });
    let item = Item::Card(id);
    let head = move || {
        let (group, title, count) = stack.get()?;
        let lead = Spot::Item(item.clone()).key();
        let open = {
            let group = group.clone();
            move || !board.groups.is_closed(&group)
        };
        let icon = {
            let open = open.clone();
            move || view! { <Icon name=if open() { "chevron-down" } else { "chevron-right" } /> }
        };
        let shown = if title.trim().is_empty() {
            "Group".to_owned()
        } else {
            title
        };
        let button = view! {
            <button
                class="group-fold"
                type="button"
                tabindex="-1"
                aria-expanded=move || open().to_string()
                data-testid="group"
                data-action="fold-group"
                title="Click to open or close, drag to move all its cards"
            >
                {icon}
                <span class="sr-only">"Group "</span>
                <span class="group-title">{shown}</span>
                <span class="group-count">{count}</span>
                <span class="sr-only">{if count == 1 { " card" } else { " cards" }}</span>
            </button>
        };
        Some(if board.lens.get() == Lens::Outline {
            view! { <h5 class="group-head" data-group=lead>{button}</h5> }.into_any()
        } else {
            view! { <div class="group-head" data-group=lead>{button}</div> }.into_any()
        })
    };
    head.into_any()
}
