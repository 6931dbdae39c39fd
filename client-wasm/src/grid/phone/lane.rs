//! A lane of the step the phone shows.

use leptos::prelude::*;
use waymark_model::grid::CellId;
use waymark_model::ids::{LaneId, StepId};

use super::super::board::{Board, Role};
use super::super::cell::{Items, items};
use super::super::continued::{Continued, Continues};
use super::super::curve::Levels;
use super::super::faces::{self, Face, noun};
use super::super::header::HeaderText;
use super::super::more::More;
use super::super::people::{self, Tags};
use super::super::reading::said;
use super::super::spot::{Spot, cell_key};
use super::super::talk_mark::TalkMark;
use crate::icon::Icon;

#[component]
pub(crate) fn LaneSection(lane: LaneId, step: StepId) -> impl IntoView {
    let board = Board::here();
    let cell = CellId {
        lane: lane.clone(),
        step: step.clone(),
    };
    let data = board.state.lane(&lane);
    let title = said(data, |lane| &lane.title);
    let facts = {
        let lane = lane.clone();
        Memo::new(move |_| board.lanes.with(|lanes| lanes.get(&lane).copied()))
    };
    let curve = Memo::new(move |_| facts.get().is_some_and(|(_, role)| role == Role::Curve));
    let icon = move || {
        facts
            .get()
            .map(|(kind, _)| view! { <Icon name=faces::icon(kind) /> })
    };
    let flows = move || facts.get().is_some_and(|(kind, _)| Face::of(kind).flows());
    let add_label = move || {
        format!(
            "Add {}",
            facts
                .get()
                .map_or("card", |(kind, _)| noun(kind))
                .to_lowercase()
        )
    };
    let items = items(board, &cell);
    let continues = {
        let (cell, continued) = (cell.clone(), expect_context::<Continued>());
        Memo::new(move |_| continued.reach(&cell))
    };
    let hint = move || {
        facts
            .get()
            .filter(|_| !curve.get() && items.with(Vec::is_empty) && !continues.get())
            .map(|(kind, _)| view! { <p class="phone-hint">{faces::hint(kind)}</p> })
    };
    let guests = people::in_cell(board, &cell);
    let spot = Spot::Lane(lane.clone());
    let spot_key = spot.key();
    view! {
        <section
            class="phone-lane"
            class:occupied=move || guests.with(|guests| !guests.is_empty())
            style=("--who", people::colour(guests))
            tabindex="-1"
            aria-label=title
            data-spot=Spot::Cell(cell.clone()).key()
            data-cell=cell_key(&cell)
            data-lane=lane.to_string()
            data-testid="cell"
        >
            <Tags guests=guests />
            <div class="phone-lane-head" tabindex="-1" data-spot=spot_key role="group" aria-label=title>
                <h3>{icon}<HeaderText spot=spot title=title placeholder="Name this lane" /></h3>
                <TalkMark spot=Spot::Lane(lane.clone()) />
                <More of=title.into() />
                <button
                    class="phone-add"
                    type="button"
                    data-action="add"
                    data-testid="add"
                    aria-label=add_label
                >
                    <Icon name="plus" />
                </button>
            </div>
            {move || curve.get().then(|| view! { <Levels step=step.clone() /> })}
            <Continues cell=cell.clone() />
            <div class="items" class:flows=flows><Items items=items cell=cell.clone() /></div>
            {hint}
        </section>
    }
    .into_any()
}
