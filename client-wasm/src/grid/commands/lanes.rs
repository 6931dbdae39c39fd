//! What can be done with a lane.

use waymark_model::edit::Place;
use waymark_model::ids::LaneId;
use waymark_model::map::Lane;

use super::super::popup::Content;
use super::super::spot::Spot;
use super::{
    At, COMMENT, COPY, CUT, Command, DETAILS, DUPLICATE, LINK, MENU, PASTE, PICK_UP, Section,
    UNCUT, delete, down, edit, is_in_outline, move_to, up,
};

pub(crate) const SECTIONS: &[Section] = &[
    &[
        Command::new("lane.rename", "pencil", "Rename", edit).keys(&["Enter", "F2"]),
        DETAILS,
        COMMENT,
    ],
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
        Command::new("lane.collapse", "chevrons-down-up", "Collapsed", |at| {
            if let Some(lane) = lane(at) {
                at.board.collapse_lane(lane, !is(at, |lane| lane.collapsed));
            }
        })
        .keys(&["E"])
        .checked(|at| is(at, |lane| lane.collapsed)),
        Command::new("lane.pin", "pin", "Pinned under the steps", |at| {
            if let Some(lane) = lane(at) {
                at.board.pin_lane(lane, !is(at, |lane| lane.pinned));
            }
        })
        .keys(&["P"])
        .checked(|at| is(at, |lane| lane.pinned)),
        Command::new("lane.hide", "eye-off", "Hide", |at| {
            if let Some(lane) = lane(at) {
                at.board.hide_lane(lane);
            }
        })
        .keys(&["H"]),
        Command::new("lane.colour", "palette", "Colour…", |at| {
            if let Some(lane) = lane(at) {
                at.open(Content::LaneColour(lane.clone()));
            }
        })
        .keys(&["O"]),
        Command::new("lane.line", "separator-horizontal", "Line above…", |at| {
            if let Some(lane) = lane(at) {
                at.open(Content::LaneLine(lane.clone()));
            }
        })
        .keys(&["L"]),
    ],
    &[
        Command::new("lane.up", "arrow-up", "Move up", up).keys(&["Alt+Shift+ArrowUp"]),
        Command::new("lane.down", "arrow-down", "Move down", down).keys(&["Alt+Shift+ArrowDown"]),
        Command::new("lane.move", "move", "Move to…", move_to).keys(&["M"]),
        PICK_UP.unlisted(),
        LINK,
        // In the outline lanes stand side by side.
        Command::new("lane.left", "arrow-left", "Move left", up)
            .keys(&["Alt+Shift+ArrowLeft"])
            .when(is_in_outline)
            .unlisted(),
        Command::new("lane.right", "arrow-right", "Move right", down)
            .keys(&["Alt+Shift+ArrowRight"])
            .when(is_in_outline)
            .unlisted(),
    ],
    &[UNCUT, COPY, CUT, PASTE, DUPLICATE],
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

fn is(at: &At, what: fn(&Lane) -> bool) -> bool {
    let present = lane(at).and_then(|lane| at.board.lane_now(lane));
    present.is_some_and(|lane| what(&lane))
}

fn add(at: &At, place: fn(LaneId) -> Place<LaneId>) {
    if let Some(lane) = lane(at) {
        at.open(Content::LaneKinds(place(lane.clone())));
    }
}
