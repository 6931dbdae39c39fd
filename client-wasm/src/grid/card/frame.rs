//! What all items share: the box, its text, who is on it, its "…" button.

use leptos::prelude::*;
use waymark_model::grid::{CellId, Item};
use waymark_model::vocabulary::Colour;

use super::super::board::Board;
use super::super::faces::Face;
use super::super::more::More;
use super::super::people::{self, Tags};
use super::super::popup::colours;
use super::super::spot::Spot;
use super::super::talk_mark;
use super::super::text::{Leave, TextEditor};
use super::reach::ReachHandle;
use crate::icon::Icon;

/// The box of an item. Clicks and keys are handled once for the whole grid, by
/// `data-spot` and `data-action`.
#[component]
pub(crate) fn Frame(
    item: Item,
    cell: CellId,
    face: Signal<Face>,
    /// The colour somebody gave it.
    #[prop(optional)]
    colour: Option<Signal<Option<Colour>>>,
    /// What stands before its text.
    #[prop(optional)]
    icon: Option<Memo<Option<&'static str>>>,
    text: Memo<String>,
    shown: Signal<String>,
    label: Signal<String>,
    children: Children,
) -> impl IntoView {
    let board = Board::here();
    let spot = Spot::Item(item.clone());
    let guests = people::on_item(board, &cell, &item);
    let editing = {
        let spot = spot.clone();
        Memo::new(move |_| board.editing.is(&spot))
    };
    let (card, pain, opportunity) = names(&item);
    let handles = {
        let (at_hand, item, spot) = (board.handles(&spot), item.clone(), spot.clone());
        // One effect for both: there are thousands of cards, and few are talked about.
        move || {
            let mark = talk_mark::mark(board.talk.count(&spot));
            let buttons = at_hand().then(|| {
                let edge = match &item {
                    Item::Card(id) => Some(view! { <ReachHandle id=id.clone() /> }),
                    _ => None,
                };
                view! { {edge}<More of=label /> }
            });
            (mark, buttons)
        }
    };
    let group = group_name(board, &item);
    let said = {
        let (item, group, spot) = (item.clone(), group.clone(), spot.clone());
        move || {
            let word = |is: bool, word: &'static str| if is { word } else { "" };
            let selected = word(board.selection.has(&item), "Selected. ");
            let out = word(board.filters.dims(&item), ", filtered out");
            let cut = word(board.clipboard.is_cut(&item), ", cut");
            let group = group().map_or_else(String::new, |(name, _)| format!(", in group {name}"));
            let talk = talk_mark::said(board.talk.count(&spot));
            label.with(|label| format!("{selected}{label}{out}{cut}{group}{talk}"))
        }
    };
    // One effect for all of them: there are thousands of cards.
    let class = {
        let item = item.clone();
        move || {
            let colour = colours::class(colour.and_then(|colour| colour.get()));
            let group = group().map(|(_, closed)| closed);
            let looks = [
                (guests.with(|guests| !guests.is_empty()), " occupied"),
                (editing.get(), " editing"),
                (board.lifts(&item), " lifted"),
                (board.filters.dims(&item), " dimmed"),
                (board.selection.has(&item), " chosen"),
                (board.clipboard.is_cut(&item), " cut"),
                (group.is_some(), " grouped"),
                (group == Some(true), " stacked"),
            ];
            let looks = looks.iter().filter(|(is, _)| *is).map(|(_, class)| *class);
            let face = face.get().class();
            [face, " ", colour]
                .into_iter()
                .chain(looks)
                .collect::<String>()
        }
    };
    let body = {
        let (spot, item, cell) = (spot.clone(), item.clone(), cell.clone());
        move || {
            if editing.get() {
                view! { <ItemEditor spot=spot.clone() item=item.clone() cell=cell.clone() text=text label=label /> }.into_any()
            } else {
                let text = view! { <p class="card-text">{move || words(&shown.get())}</p> };
                match icon.and_then(|icon| icon.get()) {
                    Some(icon) => {
                        view! { <span class="card-lead"><Icon name=icon />{text}</span> }.into_any()
                    }
                    None => text.into_any(),
                }
            }
        }
    };
    view! {
        <div
            class=class
            style=("--who", people::colour(guests))
            role="group"
            tabindex="-1"
            aria-label=said
            data-spot=spot.key()
            data-testid="item"
            data-card=card
            data-pain=pain
            data-opportunity=opportunity
        >
            <Tags guests=guests />
            {body}
            <span class="card-foot">{children()}</span>
            {handles}
        </div>
    }
    .into_any()
}

/// The text box of an item, and where its keys lead.
#[component]
fn ItemEditor(
    spot: Spot,
    item: Item,
    cell: CellId,
    text: Memo<String>,
    label: Signal<String>,
) -> impl IntoView {
    let board = Board::here();
    let placeholder = match &item {
        Item::Pain(_) => "What hurts?",
        Item::Opportunity(_) => "How might we…",
        _ => "Write…",
    };
    let words_of = (item.clone(), cell.clone());
    let on_leave = {
        let (spot, item) = (spot.clone(), item.clone());
        move |how: Leave| {
            let written = board
                .text_of(&item)
                .is_some_and(|text| !text.trim().is_empty());
            match how {
                Leave::Next if written => board.start_draft(cell.clone(), Some(item.clone())),
                Leave::Next | Leave::Stay if !written && board.text_of(&item).is_none() => {
                    board.settle(Spot::Cell(cell.clone()), false)
                }
                Leave::Next | Leave::Stay => board.settle(spot.clone(), false),
                Leave::Tab { back } => {
                    let next = board.beside_cell(&cell, back);
                    board.settle(next.unwrap_or_else(|| Spot::Cell(cell.clone())), false);
                }
            }
        }
    };
    view! {
        <TextEditor
            spot=spot
            value=text.into()
            label=label.get_untracked()
            placeholder=placeholder
            lines=true
            select_all=false
            words_of=words_of
            on_leave=Callback::new(on_leave)
        />
    }
    .into_any()
}

/// The name of the group a card is in, and whether its stack is closed; tracked.
fn group_name(board: Board, item: &Item) -> impl Fn() -> Option<(String, bool)> + Clone + use<> {
    let id = match item {
        Item::Card(id) => Some(id.clone()),
        _ => None,
    };
    move || {
        let id = id.as_ref().filter(|_| board.groups.any())?;
        let group = board
            .state
            .card(id)
            .with(|card| card.as_ref()?.group.clone())?;
        let closed = board.groups.is_closed(&group);
        let groups = board.state.groups();
        groups.with(|groups| {
            let group = groups.iter().find(|it| it.id == group)?;
            Some((group.title.clone(), closed))
        })
    }
}

/// A card without words must still be seen.
fn words(text: &str) -> AnyView {
    if text.trim().is_empty() {
        view! { <span class="card-empty">"Empty"</span> }.into_any()
    } else {
        text.to_owned().into_any()
    }
}

/// The ids tests find items by: card, pain point, opportunity.
fn names(item: &Item) -> (Option<String>, Option<String>, Option<String>) {
    match item {
        Item::Card(id) => (Some(id.to_string()), None, None),
        Item::Pain(id) => (None, Some(id.to_string()), None),
        Item::Opportunity(id) => (None, None, Some(id.to_string())),
        Item::Metric(_) => (None, None, None),
    }
}
