//! What can be done with a card, a pain point or an opportunity.

use waymark_model::grid::Item;

use super::super::popup::Content;
use super::super::spot::Spot;
use super::{
    At, Command, MENU, PICK_UP, Section, delete, down, edit, is_movable, left, move_to, right, up,
};

pub(crate) const SECTIONS: &[Section] = &[
    &[
        Command::new("card.edit", "pencil", "Edit", edit)
            .keys(&["Enter", "F2"])
            .when(is_movable),
        Command::new("card.add", "plus", "Add another after it", add_after)
            .keys(&["N"])
            .when(is_movable),
    ],
    &[
        Command::new("card.move", "move", "Move to…", move_to)
            .keys(&["M"])
            .when(is_movable),
        Command::new("card.left", "arrow-left", "Move left", left)
            .keys(&["Alt+Shift+ArrowLeft"])
            .when(is_movable),
        Command::new("card.right", "arrow-right", "Move right", right)
            .keys(&["Alt+Shift+ArrowRight"])
            .when(is_movable),
        Command::new("card.up", "arrow-up", "Move up", up)
            .keys(&["Alt+Shift+ArrowUp"])
            .when(is_movable)
            .unlisted(),
        Command::new("card.down", "arrow-down", "Move down", down)
            .keys(&["Alt+Shift+ArrowDown"])
            .when(is_movable)
            .unlisted(),
        PICK_UP.unlisted(),
    ],
    &[
        Command::new(
            "card.wider",
            "arrow-right-from-line",
            "Cover one step more",
            |at| {
                reach(at, true);
            },
        )
        .keys(&[">"])
        .when(is_card),
        Command::new(
            "card.narrower",
            "arrow-left-from-line",
            "Cover one step less",
            |at| {
                reach(at, false);
            },
        )
        .keys(&["<"])
        .when(is_card),
        Command::new(
            "card.reach-to",
            "move-horizontal",
            "Reach to step…",
            |at| {
                if let Some(Item::Card(id)) = at.item() {
                    at.open(Content::ReachTo(id.clone()));
                }
            },
        )
        .keys(&["W"])
        .when(is_card),
    ],
    &[Command::new("card.delete", "trash-2", "Delete", delete)
        .keys(&["Delete", "Backspace"])
        .when(is_movable)
        .named(name_delete)
        .danger()],
    &[
        MENU.unlisted(),
        Command::new("card.leave", "arrow-up", "Back to its cell", leave)
            .keys(&["Escape"])
            .unlisted(),
    ],
];

fn cell_of(at: &At, item: &Item) -> Option<waymark_model::grid::CellId> {
    at.board.cell_of(item)
}

fn is_card(at: &At) -> bool {
    matches!(at.item(), Some(Item::Card(_)))
}

fn reach(at: &At, wider: bool) {
    if let Some(Item::Card(id)) = at.item() {
        at.board.reach_on(id, wider);
    }
}

fn add_after(at: &At) {
    if let Some(item) = at.item()
        && let Some(cell) = cell_of(at, item)
    {
        at.board.start_draft(cell, Some(item.clone()));
    }
}

fn leave(at: &At) {
    if let Some(cell) = at.item().and_then(|item| cell_of(at, item)) {
        at.board.settle(Spot::Cell(cell), false);
    }
}

fn name_delete(at: &At) -> String {
    match at.item() {
        Some(Item::Pain(_)) => "Delete pain point",
        Some(Item::Opportunity(_)) => "Delete opportunity",
        _ => "Delete card",
    }
    .to_owned()
}
