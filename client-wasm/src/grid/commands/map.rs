//! What can be done wherever one is in a map.

use leptos::prelude::{GetUntracked, Set, WithUntracked, untrack};
use waymark_model::edit::Place;

use super::super::focus::is_inside;
use super::super::lens::Lens;
use super::super::popup::{Content, Popup};
use super::{At, Command, Section};
use crate::panels::{filters, people, popover};
use crate::talk::View;

pub(crate) const SECTIONS: &[Section] = &[
    &[
        Command::new("map.commands", "search", "All commands", |at| {
            at.board.popup.set(Some(Popup::on_top(Content::Commands)));
        })
        .keys(&["Mod+K"])
        .in_text()
        .unlisted(),
        Command::new("map.keys", "circle-question-mark", "List of keys", |at| {
            at.board.popup.set(Some(Popup::on_top(Content::Keys)));
        })
        .keys(&["?", "F1"]),
    ],
    &[
        Command::new("map.undo", "undo-2", "Undo", |at| at.board.state.undo())
            .keys(&["Mod+Z"])
            .in_text(),
        Command::new("map.redo", "redo-2", "Redo", |at| at.board.state.redo())
            .keys(&["Mod+Shift+Z", "Mod+Y"])
            .in_text(),
    ],
    &[
        Command::new(
            "map.find",
            "search",
            "Search in the map; once more: the browser’s own search",
            |at| at.board.open_find(),
        )
        .keys(&["Mod+F"])
        .in_text(),
        Command::new("map.find-next", "arrow-down", "Next place found", |at| {
            at.board.find_next(false);
        })
        .keys(&["F3", "Mod+G"])
        .in_text()
        .when(is_searching),
        Command::new(
            "map.find-previous",
            "arrow-up",
            "Previous place found",
            |at| at.board.find_next(true),
        )
        .keys(&["Shift+F3", "Mod+Shift+G"])
        .in_text()
        .when(is_searching),
        Command::new("map.filter", "funnel", "Filter…", |_| {
            popover::show(filters::POPOVER);
        })
        .keys(&["Mod+Shift+F"]),
        Command::new("map.mine", "user-round", "Only what is mine", |at| {
            at.board.toggle_mine();
        })
        .keys(&["G M"])
        .checked(|at| at.board.filters.asked.with_untracked(|it| it.mine)),
        Command::new("map.filter-clear", "x", "Clear the filter", |at| {
            at.board.filters.clear();
        })
        .when(|at| at.board.filters.asked.with_untracked(|it| !it.is_empty())),
    ],
    &[
        Command::new("map.zoom-in", "zoom-in", "Zoom in", |at| {
            at.board.zoom_by(true);
        })
        .keys(&["Mod++", "Mod+="])
        .in_text()
        .when(|at| can_zoom(at, true)),
        Command::new("map.zoom-out", "zoom-out", "Zoom out", |at| {
            at.board.zoom_by(false);
        })
        .keys(&["Mod+-", "Mod+−"])
        .in_text()
        .when(|at| can_zoom(at, false)),
        Command::new("map.zoom-normal", "search", "Zoom to 100 %", |at| {
            at.board.zoom_to_normal();
        })
        .keys(&["Mod+0"])
        .in_text()
        .when(|at| has_table(at) && is_inside()),
        Command::new(
            "map.zoom-fit",
            "move-horizontal",
            "Zoom to fit all steps",
            |at| {
                at.board.zoom_to_fit();
            },
        )
        .keys(&["Shift+!"])
        .when(|at| has_table(at) && is_inside()),
        Command::new("map.curve-table", "table-2", "The curve as a table", |at| {
            at.board.popup.set(Some(Popup::on_top(Content::CurveTable)));
        })
        .keys(&["G E"]),
        Command::new("map.whose", "user-round", "Whose curve…", |at| {
            at.board.popup.set(Some(Popup::on_top(Content::Whose)));
        })
        .keys(&["G W"])
        .when(|at| at.board.has_personas()),
        Command::new("map.hide-tip", "x", "Hide the rule", |at| {
            at.board.hide_tip();
        })
        .keys(&["Escape"])
        .when(|at| at.board.tip.with_untracked(Option::is_some))
        .unlisted(),
        Command::new("map.compact", "rows-4", "Compact", |at| {
            at.board
                .set_compact(!untrack(|| at.board.look.is_compact()));
        })
        .checked(|at| untrack(|| at.board.look.is_compact())),
    ],
    &[
        Command::new("map.grid", "table-2", "Show as a grid", |at| {
            at.board.see_as(Lens::Grid);
        })
        .keys(&["G G"])
        .checked(|at| is_seen_as(at, Lens::Grid)),
        Command::new("map.outline", "list-tree", "Show as an outline", |at| {
            at.board.see_as(Lens::Outline);
        })
        .keys(&["G O"])
        .checked(|at| is_seen_as(at, Lens::Outline)),
        Command::new("map.story", "presentation", "Tell as a story", |at| {
            at.board.see_as(Lens::Story);
        })
        .keys(&["G T"])
        .checked(|at| is_seen_as(at, Lens::Story)),
    ],
    &[
        Command::new("map.talk", "messages-square", "Comments", |at| {
            at.board.toggle_talk();
        })
        .keys(&["G C"])
        .checked(|at| {
            at.board
                .talk
                .view
                .with_untracked(|view| *view != View::Closed)
        }),
        Command::new(
            "map.comment",
            "message-circle",
            "Comment on the whole map",
            |at| at.board.comment_on_map(),
        ),
        Command::new("map.talk-next", "arrow-down", "Next comment", |at| {
            at.board.next_thread(false);
        })
        .keys(&["F8"])
        .in_text(),
        Command::new("map.talk-previous", "arrow-up", "Previous comment", |at| {
            at.board.next_thread(true);
        })
        .keys(&["Shift+F8"])
        .in_text(),
        Command::new("map.reviews", "eye", "Reviews…", |at| {
            at.board.open_reviews();
        })
        .keys(&["G R"]),
    ],
    &[
        Command::new("map.follow", "footprints", "Follow somebody…", follow)
            .keys(&["F"])
            .named(follow_words)
            .when(|at| is_following(at) || is_anybody_here(at)),
        Command::new("map.follow-stop", "x", "Stop following", |at| {
            at.board.stop_following();
        })
        .keys(&["Escape"])
        .when(|at| is_following(at) && at.board.is_idle())
        .unlisted(),
        Command::new("map.who", "users-round", "Who is where…", |_| {
            popover::show(people::list::POPOVER);
        })
        .keys(&["G P"]),
    ],
    &[
        Command::new("map.add-stage", "plus", "Add stage", |at| {
            at.board.add_stage(Place::Last);
        }),
        Command::new("map.add-lane", "plus", "Add lane…", add_lane),
        Command::new("map.hidden-lanes", "eye", "Hidden lanes…", |at| {
            at.board
                .popup
                .set(Some(Popup::on_top(Content::HiddenLanes)));
        })
        .when(|at| !at.board.grid().hidden.is_empty()),
        Command::new(
            "map.typing",
            "pencil",
            "Typing on a cell starts a card",
            |at| at.board.set_typing_starts(!at.board.typing_starts()),
        )
        .checked(|at| at.board.typing_starts()),
    ],
];

fn is_searching(at: &At) -> bool {
    at.board.find.open.get_untracked()
}

fn has_table(at: &At) -> bool {
    !at.board.is_narrow() && at.board.lens.get_untracked() == Lens::Grid
}

/// With focus outside of the map, and at either end of the map's own zoom, the keys are
/// the browser's.
fn can_zoom(at: &At, closer: bool) -> bool {
    has_table(at) && is_inside() && untrack(|| at.board.look.can_zoom(closer))
}

fn is_following(at: &At) -> bool {
    untrack(|| at.board.follow.is_on())
}

fn is_anybody_here(at: &At) -> bool {
    at.board
        .state
        .people()
        .with_untracked(|people| !people.is_empty())
}

/// Follows whom it can only mean, or asks; or ends it.
fn follow(at: &At) {
    if is_following(at) {
        at.board.stop_following();
    } else if let Some(person) = at.board.follow.obvious() {
        at.board.follow_person(person.client_id);
    } else {
        popover::show(people::list::POPOVER);
    }
}

fn follow_words(at: &At) -> String {
    if let Some(name) = untrack(|| at.board.follow.name()) {
        return format!("Stop following {name}");
    }
    let person = at.board.follow.obvious();
    person.map_or_else(
        || "Follow somebody…".to_owned(),
        |person| format!("Follow {}", person.name),
    )
}

fn is_seen_as(at: &At, lens: Lens) -> bool {
    at.board.lens.get_untracked() == lens
}

fn add_lane(at: &At) {
    at.board
        .popup
        .set(Some(Popup::on_top(Content::LaneKinds(Place::Last))));
}
