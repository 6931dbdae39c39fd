//! What can be done with a stage.

use waymark_model::edit::Place;
use waymark_model::ids::StageId;

use super::super::popup::Content;
use super::super::spot::Spot;
use super::{
    At, COMMENT, COPY, CUT, Command, DETAILS, DUPLICATE, EARLIER, LATER, LINK, MENU, PASTE,
    PICK_UP, Section, UNCUT, delete, edit, left, move_to, right,
};

pub(crate) const SECTIONS: &[Section] = &[
    &[
        Command::new("stage.rename", "pencil", "Rename", edit).keys(&["Enter", "F2"]),
        DETAILS,
        COMMENT,
    ],
    &[
        Command::new("stage.add-step", "plus", "Add step", |at| {
            if let Some(stage) = stage(at) {
                at.board.add_step(stage.clone(), Place::Last);
            }
        }),
        Command::new("stage.add-before", "plus", "Add stage before", |at| {
            add(at, Place::Before);
        })
        .keys(&["Shift+N"]),
        Command::new("stage.add-after", "plus", "Add stage after", |at| {
            add(at, Place::After);
        })
        .keys(&["N"]),
        Command::new(
            "stage.names",
            "list-plus",
            "Make stages from names…",
            |at| {
                if let Some(spot) = at.spot.clone() {
                    let text = String::new();
                    at.open(Content::Names { spot, text });
                }
            },
        )
        .keys(&["Shift+V"]),
    ],
    &[
        Command::new("stage.goal", "target", "Goal…", |at| {
            if let Some(stage) = stage(at) {
                at.open(Content::Goal(stage.clone()));
            }
        })
        .keys(&["Shift+Enter"]),
        Command::new(
            "stage.merge-next",
            "merge",
            "Merge with the next stage",
            |at| {
                merge(at, true);
            },
        )
        .keys(&["Shift+M"])
        .when(|at| has_neighbour(at, true)),
        Command::new(
            "stage.merge-previous",
            "merge",
            "Merge with the stage before",
            |at| {
                merge(at, false);
            },
        )
        .keys(&["Alt+Shift+M"])
        .when(|at| has_neighbour(at, false)),
    ],
    &[
        Command::new("stage.left", "arrow-left", "Move left", left).keys(&["Alt+Shift+ArrowLeft"]),
        Command::new("stage.right", "arrow-right", "Move right", right)
            .keys(&["Alt+Shift+ArrowRight"]),
        Command::new("stage.move", "move", "Move to…", move_to).keys(&["M"]),
        PICK_UP.unlisted(),
        EARLIER,
        LATER,
        LINK,
    ],
    &[UNCUT, COPY, CUT, PASTE, DUPLICATE],
    &[
        Command::new("stage.delete", "trash-2", "Delete stage", delete)
            .keys(&["Delete", "Backspace"])
            .danger(),
        MENU.unlisted(),
    ],
];

fn stage(at: &At) -> Option<&StageId> {
    match &at.spot {
        Some(Spot::Stage(stage)) => Some(stage),
        _ => None,
    }
}

fn has_neighbour(at: &At, next: bool) -> bool {
    stage(at).is_some_and(|stage| at.board.stage_beside(stage, next).is_some())
}

fn merge(at: &At, next: bool) {
    if let Some(stage) = stage(at) {
        at.board.merge_stage(stage, next);
    }
}

fn add(at: &At, place: fn(StageId) -> Place<StageId>) {
    if let Some(stage) = stage(at) {
        at.board.add_stage(place(stage.clone()));
    }
}
