//! What is above the stages: how the journey feels, and its lanes.

use leptos::prelude::*;
use waymark_model::ids::LaneId;

use super::super::board::Board;
use super::super::curve::summary;
use super::super::faces;
use super::super::header::HeaderText;
use super::super::lifted::lifted;
use super::super::more::More;
use super::super::moves::Moved;
use super::super::people::{self, Tags};
use super::super::phone::CurveStrip;
use super::super::reading::said;
use super::super::spot::Spot;
use super::super::talk_mark::TalkMark;
use crate::icon::Icon;
use crate::state::Focus;

#[component]
pub(super) fn Overview() -> impl IntoView {
    let board = Board::here();
    let lanes = move || board.layout.with(|grid| grid.rows.clone());
    let words = summary(board);
    let any = move || words.with(|words| !words.is_empty());
    let go = Callback::new(move |step| board.settle(Spot::Step(step), true));
    view! {
        <section class="outline-head" aria-label="Overview">
            <div class="outline-curve" hidden=move || !any()>
                <CurveStrip step=Memo::new(|_| None) on_choose=go />
                <details class="outline-words">
                    <summary>"The curve in words"</summary>
                    <p class="outline-summary" data-testid="curve-summary">{words}</p>
                </details>
            </div>
            <h2 class="outline-lanes-title">"Lanes"</h2>
            <ul class="outline-lanes" role="list">
                <For each=lanes key=Clone::clone let:lane>
                    <LaneChip lane=lane />
                </For>
                <li>
                    <button
                        class="outline-add"
                        type="button"
                        data-action="add-lane"
                        data-testid="add-lane"
                    >
                        <Icon name="plus" />
                        "Lane"
                    </button>
                </li>
            </ul>
        </section>
    }
    .into_any()
}

/// A lane by itself: to rename, move or delete it.
#[component]
fn LaneChip(lane: LaneId) -> impl IntoView {
    let board = Board::here();
    let data = board.state.lane(&lane);
    let title = said(data, |lane| &lane.title);
    let kind = Memo::new(move |_| data.with(|lane| lane.as_ref().map(|lane| lane.kind)));
    let icon = move || {
        kind.get()
            .map(|kind| view! { <Icon name=faces::icon(kind) /> })
    };
    let spoken = move || {
        kind.get()
            .map(|kind| format!("{}, {} lane", title.get(), kind.label()))
    };
    let guests = people::on_header(board, Focus::Lane(lane.to_string()));
    let lifted = lifted(board, Moved::Lane(lane.clone()));
    let spot = Spot::Lane(lane.clone());
    let spot_key = spot.key();
    view! {
        <li data-lane=lane.to_string() data-testid="lane">
            <div
                class="outline-lane-chip"
                class:occupied=move || guests.with(|guests| !guests.is_empty())
                class:lifted=lifted
                style=("--who", people::colour(guests))
                role="group"
                tabindex="-1"
                aria-label=spoken
                data-spot=spot_key
            >
                <Tags guests=guests />
                {icon}
                <HeaderText spot=spot title=title placeholder="Name this lane" />
                <TalkMark spot=Spot::Lane(lane.clone()) />
                <More of=Signal::derive(move || format!("lane {}", title.get())) />
            </div>
        </li>
    }
    .into_any()
}
