//! What the drawer shows of a lane.

use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::edit::LaneFlag;
use waymark_model::ids::LaneId;
use waymark_model::map::Lane;
use waymark_model::vocabulary::{LaneKind, LaneLine};

use super::super::board::Board;
use super::super::faces;
use super::super::popup::colours::LaneColours;
use super::super::radios::{Radio, Radios};
use crate::icon::Icon;

/// What belongs in it, how it looks, and whether it is shown.
#[component]
pub(super) fn LaneFields(id: LaneId) -> impl IntoView {
    let board = Board::here();
    let lane = board.state.lane(&id);
    let kind = Memo::new(move |_| lane.with(|lane| lane.as_ref().map(|lane| lane.kind)));
    let label = move || kind.get().map(LaneKind::label);
    let hint = move || kind.get().map(faces::hint);
    let line = Signal::derive(move || lane.with(|lane| lane.as_ref()?.line_above));
    let set_line = {
        let id = id.clone();
        Callback::new(move |line: Option<LaneLine>| board.set_lane_line(&id, line))
    };
    let lines = LaneLine::ALL.iter();
    let lines = lines.map(|line| Radio::word(*line, line.word(), line.label()));
    view! {
        <div class="drawer-field">
            <span class="drawer-label">"Type"</span>
            <p class="drawer-value">{label}</p>
            <p class="drawer-hint">{hint}</p>
        </div>
        <div class="drawer-field">
            <span class="drawer-label">"Colour"</span>
            <LaneColours id=id.clone() />
        </div>
        <div class="drawer-field">
            <span class="drawer-label">"Line above"</span>
            <Radios label="Line above" radios=lines.collect() now=line on_choose=set_line words=true />
        </div>
        <div>
            <Flag id=id.clone() flag=LaneFlag::Pinned icon="pin" words="Pinned under the steps" is=|lane| lane.pinned />
            <Flag id=id.clone() flag=LaneFlag::Collapsed icon="chevrons-down-up" words="Collapsed" is=|lane| lane.collapsed />
            <Flag id=id flag=LaneFlag::Hidden icon="eye-off" words="Hidden" is=|lane| lane.hidden />
        </div>
    }
    .into_any()
}

/// Something a lane is or is not.
#[component]
fn Flag(
    id: LaneId,
    flag: LaneFlag,
    icon: &'static str,
    words: &'static str,
    is: fn(&Lane) -> bool,
) -> impl IntoView {
    let board = Board::here();
    let lane = board.state.lane(&id);
    let checked = Memo::new(move |_| lane.with(|lane| lane.as_ref().is_some_and(is)));
    let set = move |event: leptos::ev::Event| {
        let (id, value) = (id.clone(), event_target_checked(&event));
        let _ = board.state.edit(Edit::SetLaneFlag { id, flag, value });
    };
    view! {
        <label class="drawer-check">
            <input type="checkbox" prop:checked=checked on:change=set />
            <Icon name=icon />
            {words}
        </label>
    }
    .into_any()
}
