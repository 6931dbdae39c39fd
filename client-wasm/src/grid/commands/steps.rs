//! What can be done with a step.

use waymark_model::Edit;
use waymark_model::edit::Place;
use waymark_model::ids::StepId;

use super::super::popup::Content;
use super::super::spot::Spot;
use super::{
    At, CHOOSE, COMMENT, COPY, CUT, Command, DETAILS, DUPLICATE, EARLIER, LATER, LINK, MENU, PASTE,
    PICK_UP, Section, UNCUT, delete, edit, left, move_to, right,
};

pub(crate) const SECTIONS: &[Section] = &[
    &[
        Command::new("step.rename", "pencil", "Rename", edit).keys(&["Enter", "F2"]),
        DETAILS,
        COMMENT,
        Command::new("step.truth", "star", "Moment of truth", toggle_truth)
            .keys(&["T"])
            .checked(is_truth),
        CHOOSE,
    ],
    &[
        Command::new("step.add-before", "plus", "Add step before", |at| {
            add(at, Place::Before);
        })
        .keys(&["Shift+N"]),
        Command::new("step.add-after", "plus", "Add step after", |at| {
            add(at, Place::After);
        })
        .keys(&["N"]),
        Command::new("step.names", "list-plus", "Make steps from names…", |at| {
            if let Some(spot) = at.spot.clone() {
                let text = String::new();
                at.open(Content::Names { spot, text });
            }
        })
        .keys(&["Shift+V"]),
        Command::new("step.split", "split", "Start a new stage here", |at| {
            if let Some(step) = step(at) {
                at.board.split_stage(step);
            }
        })
        .keys(&["Shift+S"])
        .when(|at| step(at).is_some_and(|step| at.board.can_split(step))),
        Command::new("step.connect", "spline", "Connect to…", |at| {
            if let Some(step) = step(at) {
                at.open(Content::ConnectTo(step.clone()));
            }
        })
        .keys(&["Shift+C"]),
        Command::new("step.connections", "route", "Connections…", |at| {
            if let Some(step) = step(at) {
                at.open(Content::Connections(step.clone()));
            }
        })
        .keys(&["Shift+L"]),
    ],
    &[
        Command::new("step.left", "arrow-left", "Move left", left).keys(&["Alt+Shift+ArrowLeft"]),
        Command::new("step.right", "arrow-right", "Move right", right)
            .keys(&["Alt+Shift+ArrowRight"]),
        Command::new("step.move", "move", "Move to…", move_to).keys(&["M"]),
        PICK_UP.unlisted(),
        EARLIER,
        LATER,
        LINK,
    ],
    &[UNCUT, COPY, CUT, PASTE, DUPLICATE],
    &[
        Command::new("step.delete", "trash-2", "Delete step", delete)
            .keys(&["Delete", "Backspace"])
            .danger(),
    ],
    &[
        // On a phone the step is at hand and its stage only a chip.
        Command::new("step.stage", "ellipsis", "Its stage…", |at| {
            if let Some(stage) = step(at).and_then(|step| at.board.stage_of(step)) {
                at.open(Content::Menu(Spot::Stage(stage)));
            }
        })
        .when(|at| at.board.is_narrow()),
        MENU.unlisted(),
    ],
];

fn step(at: &At) -> Option<&StepId> {
    match &at.spot {
        Some(Spot::Step(step)) => Some(step),
        _ => None,
    }
}

fn add(at: &At, place: fn(StepId) -> Place<StepId>) {
    if let Some(step) = step(at)
        && let Some(stage) = at.board.stage_of(step)
    {
        at.board.add_step(stage, place(step.clone()));
    }
}

fn is_truth(at: &At) -> bool {
    let map = at.board.state.map();
    map.steps
        .iter()
        .any(|it| Some(&it.id) == step(at) && it.moment_of_truth)
}

fn toggle_truth(at: &At) {
    if let Some(step) = step(at) {
        let _ = at.board.state.edit(Edit::SetMomentOfTruth {
            id: step.clone(),
            value: !is_truth(at),
        });
    }
}
