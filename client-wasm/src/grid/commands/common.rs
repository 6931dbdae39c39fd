//! What can be done at places of several kinds, with the same words and keys at each.

use leptos::prelude::GetUntracked;
use waymark_model::grid::Item;

use super::super::lens::Lens;
use super::super::moves::{Direction, Moved};
use super::super::popup::Content;
use super::super::spot::Spot;
use super::super::{choices, keys};
use super::{At, Command};

/// Moves what is at the place one place further.
fn nudge(at: &At, direction: Direction) {
    if let Some(moved) = at.spot.as_ref().and_then(Moved::at) {
        at.board.nudge(&moved, direction);
    }
}

pub(super) fn left(at: &At) {
    nudge(at, Direction::Left);
}

pub(super) fn right(at: &At) {
    nudge(at, Direction::Right);
}

pub(super) fn up(at: &At) {
    nudge(at, Direction::Up);
}

pub(super) fn down(at: &At) {
    nudge(at, Direction::Down);
}

pub(super) fn is_movable(at: &At) -> bool {
    at.spot.as_ref().and_then(Moved::at).is_some()
}

pub(super) fn edit(at: &At) {
    if let Some(spot) = &at.spot {
        at.board.start_editing(spot);
    }
}

pub(super) fn delete(at: &At) {
    // A key means what is selected, a menu what it was opened on.
    let by_key = at.popup.is_none() && !at.board.selection.is_empty_now();
    if by_key && at.item().is_some() {
        at.board.delete_items(&at.board.chosen());
    } else if let Some(spot) = &at.spot {
        at.board.delete(spot);
    }
}

pub(super) fn move_to(at: &At) {
    if let Some(spot) = &at.spot {
        at.open(Content::MoveTo(spot.clone()));
    }
}

fn pick_up(at: &At) {
    if let Some(spot) = &at.spot {
        at.board.pick_up(spot);
    }
}

fn open_menu(at: &At) {
    if let Some(spot) = &at.spot {
        keys::open_menu(at.board, spot);
    }
}

/// Copies the address of the place, for others.
pub(super) const LINK: Command = Command::new("place.link", "link", "Copy link", |at| {
    if let Some(spot) = &at.spot {
        at.board.copy_link(spot);
    }
});

/// In the outline what comes before is above, also where the grid has it on the left.
pub(super) const EARLIER: Command = Command::new("place.earlier", "arrow-up", "Move up", left)
    .keys(&["Alt+Shift+ArrowUp"])
    .when(is_in_outline)
    .unlisted();
pub(super) const LATER: Command = Command::new("place.later", "arrow-down", "Move down", right)
    .keys(&["Alt+Shift+ArrowDown"])
    .when(is_in_outline)
    .unlisted();

pub(super) fn is_in_outline(at: &At) -> bool {
    at.board.lens.get_untracked() == Lens::Outline
}

fn choose(at: &At) {
    if let Some(spot) = &at.spot {
        at.open(Content::Choices(spot.clone()));
    }
}

/// Everything about the place, in the drawer beside the map.
pub(super) const DETAILS: Command = Command::new("place.details", "panel-right", "Details", |at| {
    if let Some(spot) = &at.spot {
        at.board.open_details(spot);
    }
})
.keys(&["I"])
.when(|at| {
    at.spot
        .as_ref()
        .is_some_and(|spot| at.board.has_details(spot))
});

/// Settling what people set differently at the same time, wherever that can be.
pub(super) const CHOOSE: Command =
    Command::new("place.choose", "split", "Choose one of the values…", choose)
        .keys(&["Alt+Enter"])
        .when(|at| {
            at.spot
                .as_ref()
                .is_some_and(|spot| choices::are_at(at.board, spot))
        });

/// The menu of the place by keys, the same everywhere.
pub(super) const MENU: Command =
    Command::new("place.menu", "ellipsis", "Menu", open_menu).keys(&["ContextMenu", "Shift+F10"]);

fn can_copy(at: &At) -> bool {
    match &at.spot {
        Some(Spot::Item(item)) => !matches!(item, Item::Metric(_)),
        Some(Spot::Cell(cell)) => {
            !at.board.selection.is_empty_now() || !at.board.grid().items(cell).is_empty()
        }
        Some(Spot::Stage(_) | Spot::Step(_) | Spot::Lane(_)) => true,
        Some(Spot::Gap(_) | Spot::Point(_)) | None => false,
    }
}

/// Saying something about the place; with what was said there before.
pub(super) const COMMENT: Command =
    Command::new("place.comment", "message-circle", "Comment", |at| {
        if let Some(spot) = &at.spot {
            at.board.comment_on(spot);
        }
    })
    .keys(&["C", "Mod+Alt+M"]);

/// The clipboard, the same wherever something can be copied.
pub(super) const COPY: Command = Command::new("place.copy", "copy", "Copy", |at| {
    if let Some(spot) = &at.spot {
        at.board.copy(spot);
    }
})
.keys(&["Mod+C"])
.when(can_copy)
.told();
pub(super) const CUT: Command = Command::new("place.cut", "scissors", "Cut", |at| {
    if let Some(spot) = &at.spot {
        at.board.cut_out(spot);
    }
})
.keys(&["Mod+X"])
.when(can_copy)
.told();
pub(super) const PASTE: Command = Command::new("place.paste", "clipboard-paste", "Paste", |at| {
    if let Some(spot) = &at.spot {
        at.board.paste_at(spot);
    }
})
.keys(&["Mod+V"])
.told();
pub(super) const DUPLICATE: Command =
    Command::new("place.duplicate", "copy-plus", "Duplicate", |at| {
        if let Some(spot) = &at.spot {
            at.board.duplicate(spot);
        }
    })
    .keys(&["Mod+D"])
    .when(can_copy);
/// What was cut stays where it is.
pub(super) const UNCUT: Command = Command::new("place.uncut", "x", "Leave what was cut", |at| {
    at.board.uncut();
})
.keys(&["Escape"])
.when(|at| at.board.clipboard.has_cut())
.unlisted();

/// Letting go of what is selected, before Escape leads anywhere else.
pub(super) const SELECT_NONE: Command =
    Command::new("place.select-none", "x", "Select nothing", |at| {
        at.board.choose_none();
    })
    .keys(&["Escape"])
    .when(|at| !at.board.selection.is_empty_now())
    .unlisted();

/// Carrying by keys, the same for everything that can be moved.
pub(super) const PICK_UP: Command = Command::new(
    "place.pick-up",
    "move",
    "Pick up, then move with arrow keys",
    pick_up,
)
.keys(&["Space"])
.when(is_movable);
