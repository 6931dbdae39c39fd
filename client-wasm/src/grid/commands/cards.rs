//! What can be done with a card, a pain point or an opportunity.

use waymark_model::grid::Item;
use waymark_model::ids::GroupId;

use super::super::moves::Direction;
use super::super::popup::Content;
use super::super::spot::Spot;
use super::{
    At, CHOOSE, COMMENT, COPY, CUT, Command, DETAILS, DUPLICATE, LINK, MENU, PASTE, PICK_UP,
    SELECT_NONE, Section, UNCUT, delete, down, edit, is_movable, left, move_to, right, up,
};

pub(crate) const SECTIONS: &[Section] = &[
    &[
        Command::new("card.edit", "pencil", "Edit", edit)
            .keys(&["Enter", "F2"])
            .when(is_movable),
        DETAILS,
        COMMENT,
        CHOOSE,
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
        LINK,
    ],
    &[
        Command::new("card.group", "layers", "Group the selected cards", |at| {
            if let Some(item) = at.item() {
                at.board.group(item);
            }
        })
        .keys(&["Shift+G"])
        .when(|at| at.item().is_some_and(|item| at.board.can_group(item))),
        Command::new(
            "card.group-fold",
            "chevrons-down-up",
            "Close its group",
            |at| {
                if let (Some(item), Some(group)) = (at.item(), group(at)) {
                    at.board.fold_group(&group, item);
                }
            },
        )
        .keys(&["E"])
        .when(|at| group(at).is_some())
        .checked(|at| group(at).is_some_and(|group| at.board.is_folded(&group))),
        Command::new("card.group-rename", "pencil", "Rename its group…", |at| {
            if let (Some(spot), Some(group)) = (&at.spot, group(at)) {
                at.board.rename_group(spot, group);
            }
        })
        .keys(&["Shift+R"])
        .when(|at| group(at).is_some()),
        Command::new("card.group-move", "move", "Move its group to…", |at| {
            if let Some(spot) = &at.spot {
                at.open(Content::MoveGroup(spot.clone()));
            }
        })
        .keys(&["Shift+M"])
        .when(|at| group(at).is_some()),
        Command::new(
            "card.group-pick-up",
            "move",
            "Pick up its group, then move with arrow keys",
            |at| {
                if let Some(spot) = &at.spot {
                    at.board.pick_up_group(spot);
                }
            },
        )
        .keys(&["Shift+P"])
        .when(|at| group(at).is_some()),
        Command::new(
            "card.group-leave",
            "log-out",
            "Take out of its group",
            |at| {
                if let Some(item) = at.item() {
                    at.board.leave_groups(&at.board.meant(item));
                }
            },
        )
        .keys(&["Shift+O"])
        .when(|at| group(at).is_some()),
        Command::new("card.ungroup", "x", "Ungroup", |at| {
            if let Some(group) = group(at) {
                at.board.ungroup(group);
            }
        })
        .keys(&["Shift+U"])
        .when(|at| group(at).is_some()),
    ],
    &[UNCUT, COPY, CUT, PASTE, DUPLICATE],
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
    &[
        Command::new("card.colour", "palette", "Colour…", colour)
            .when(|at| matches!(at.item(), Some(Item::Card(_)))),
        Command::new("card.status", "microscope", "Status…", |at| {
            if let Some(item) = at.item() {
                at.open(Content::Statuses(item.clone()));
            }
        })
        .keys(&["S"])
        .when(is_movable),
        Command::new("card.select", "square-check", "Select", select)
            .keys(&["Shift+Space"])
            .when(is_movable),
        Command::new(
            "card.select-all",
            "square-check",
            "Select all in its cell",
            select_all,
        )
        .keys(&["Mod+A"])
        .unlisted(),
        Command::new(
            "card.select-left",
            "arrow-left",
            "Select to the left",
            |at| {
                extend(at, Direction::Left);
            },
        )
        .keys(&["Shift+ArrowLeft"])
        .unlisted(),
        Command::new(
            "card.select-right",
            "arrow-right",
            "Select to the right",
            |at| {
                extend(at, Direction::Right);
            },
        )
        .keys(&["Shift+ArrowRight"])
        .unlisted(),
        Command::new("card.select-up", "arrow-up", "Select upwards", |at| {
            extend(at, Direction::Up);
        })
        .keys(&["Shift+ArrowUp"])
        .unlisted(),
        Command::new("card.select-down", "arrow-down", "Select downwards", |at| {
            extend(at, Direction::Down);
        })
        .keys(&["Shift+ArrowDown"])
        .unlisted(),
        SELECT_NONE,
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

fn group(at: &At) -> Option<GroupId> {
    at.item().and_then(|item| at.board.group_of(item))
}

fn is_card(at: &At) -> bool {
    matches!(at.item(), Some(Item::Card(_)))
}

fn reach(at: &At, wider: bool) {
    if let Some(Item::Card(id)) = at.item() {
        at.board.reach_on(id, wider);
    }
}

fn colour(at: &At) {
    if let Some(item) = at.item() {
        at.open(Content::Colours(item.clone()));
    }
}

/// From a menu it begins a choice by single taps, by keys it chooses this one.
fn select(at: &At) {
    match at.item() {
        Some(item) if at.popup.is_some() => at.board.begin_choosing(item),
        Some(item) => at.board.toggle_chosen(item),
        None => {}
    }
}

fn select_all(at: &At) {
    if let Some(cell) = at.item().and_then(|item| cell_of(at, item)) {
        at.board.choose_all(&cell);
    }
}

fn extend(at: &At, direction: Direction) {
    if let Some(item) = at.item() {
        at.board.choose_towards(item, direction);
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
