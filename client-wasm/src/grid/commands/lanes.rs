//! What can be done with a lane.

use waymark_model::edit::Place;
use waymark_model::ids::LaneId;

use super::super::popup::Content;
use super::super::spot::Spot;
use super::{At, Command, MENU, PICK_UP, Section, delete, down, edit, move_to, up};

pub(crate) const SECTIONS: &[Section] = &[
    &[Command::new("lane.rename", "pencil", "Rename", edit).keys(&["Enter", "F2"])],
    &[
        Command::new("lane.add-above", "plus", "Add lane above…", |at| {
            add(at, Place::Before);
        })
        .keys(&["Shift+N"]),
        Command::new("lane.add-below", "plus", "Add lane below…", |at| {
            add(at, Place::After);
        })
        .keys(&["N"]),
    ],
    &[
        Command::new("lane.up", "arrow-up", "Move up", up).keys(&["Alt+Shift+ArrowUp"]),
        Command::new("lane.down", "arrow-down", "Move down", down).keys(&["Alt+Shift+ArrowDown"]),
        Command::new("lane.move", "move", "Move to…", move_to).keys(&["M"]),
        PICK_UP.unlisted(),
    ],
    &[
        Command::new("lane.delete", "trash-2", "Delete lane", delete)
            .keys(&["Delete", "Backspace"])
            .danger(),
        MENU.unlisted(),
    ],
];

fn lane(at: &At) -> Option<&LaneId> {
    match &at.spot {
        Some(Spot::Lane(lane)) => Some(lane),
        _ => None,
    }
}

fn add(at: &At, place: fn(LaneId) -> Place<LaneId>) {
    if let Some(lane) = lane(at) {
        at.open(Content::LaneKinds(place(lane.clone())));
    }
}
