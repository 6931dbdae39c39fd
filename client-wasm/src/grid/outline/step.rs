//! A step of the outline: its name, the lanes with something in them, and the others.

use leptos::prelude::*;
use waymark_model::grid::CellId;
use waymark_model::ids::{LaneId, StepId};
use waymark_model::rich::DetailsOf;

use super::super::board::{Board, Role};
use super::super::continued::Continued;
use super::super::curve::plot::mood;
use super::super::faces::{mood_icon, mood_words, noun};
use super::super::header::{HeaderText, Truth};
use super::super::lifted::lifted;
use super::super::more::More;
use super::super::moves::Moved;
use super::super::people::{self, Tags};
use super::super::reading::said;
use super::super::spot::{Spot, cell_key};
use super::super::talk_mark::{self, TalkMark};
use super::excerpt::Excerpt;
use super::lane::LaneSection;
use crate::icon::Icon;
use crate::state::Focus;

#[component]
pub(super) fn StepArticle(step: StepId) -> impl IntoView {
    let board = Board::here();
    let data = board.state.step(&step);
    let title = said(data, |step| &step.title);
    let duration = said(data, |step| &step.duration);
    let truth = Memo::new(move |_| {
        data.with(|step| step.as_ref().is_some_and(|step| step.moment_of_truth))
    });
    let talked = Spot::Step(step.clone());
    let spoken = move || {
        let truth = if truth.get() { ", moment of truth" } else { "" };
        let talk = talk_mark::said(board.talk.count(&talked));
        format!("Step {}{truth}{talk}", title.get())
    };
    let lasts = move || {
        let duration = duration.get();
        (!duration.is_empty()).then(|| view! { <small class="step-duration">{duration}</small> })
    };
    let guests = people::on_header(board, Focus::Step(step.to_string()));
    let lifted = lifted(board, Moved::Step(step.clone()));
    let id = step.clone();
    let awake = Memo::new(move |_| board.outline.awake.with(|awake| awake.contains(&id)));
    let inside = step.clone();
    let body = move || {
        awake
            .get()
            .then(|| view! { <StepBody step=inside.clone() title=title /> })
    };
    let spot = Spot::Step(step.clone());
    let spot_key = spot.key();
    let face = step.clone();
    view! {
        <article class="outline-step" aria-label=title data-step=step.to_string()>
            <div
                class="outline-step-head"
                class:occupied=move || guests.with(|guests| !guests.is_empty())
                class:lifted=lifted
                style=("--who", people::colour(guests))
                role="group"
                tabindex="-1"
                aria-label=spoken
                data-spot=spot_key
                data-testid="step"
            >
                <Tags guests=guests />
                <StepFace step=face />
                <h3><HeaderText spot=spot title=title placeholder="Name this step" /></h3>
                {move || truth.get().then(|| view! { <Truth /> })}
                {lasts}
                <TalkMark spot=Spot::Step(step.clone()) />
                <More of=Signal::derive(move || format!("step {}", title.get())) />
            </div>
            <Excerpt of=DetailsOf::Step(step.clone()) />
            {body}
        </article>
    }
    .into_any()
}

/// How a step feels, as a face; nothing when nobody said.
#[component]
pub(crate) fn StepFace(step: StepId) -> impl IntoView {
    let board = Board::here();
    let value = super::super::curve::value_at(board, &step);
    let frame = board.state.frame();
    let face = move || {
        let value = value.get()?;
        let scale = frame.with(|frame| frame.scale);
        let mood = mood(value, scale.min, scale.max);
        Some(view! {
            <span class=format!("phone-face mood-{mood}") role="img" aria-label=mood_words(mood)>
                <Icon name=mood_icon(mood) />
            </span>
        })
    };
    face.into_any()
}

/// The lanes of a step.
#[component]
fn StepBody(step: StepId, title: Memo<String>) -> impl IntoView {
    let board = Board::here();
    let (filled, offered) = lanes(board, &step);
    let section = step.clone();
    view! {
        <For each=move || filled.get() key=Clone::clone let:lane>
            <LaneSection lane=lane step=section.clone() />
        </For>
        <div class="outline-offers" hidden=move || offered.with(Vec::is_empty)>
            <For each=move || offered.get() key=Clone::clone let:lane>
                <Offer cell=CellId { lane, step: step.clone() } step_title=title />
            </For>
        </div>
    }
    .into_any()
}

/// The lanes with something at a step.
pub(crate) fn filled_lanes(board: Board, step: &StepId) -> Memo<Vec<LaneId>> {
    lanes(board, step).0
}

/// The lanes with something at a step, and those without.
fn lanes(board: Board, step: &StepId) -> (Memo<Vec<LaneId>>, Memo<Vec<LaneId>>) {
    let step = step.clone();
    let continued: Continued = expect_context();
    let split = Memo::new(move |_| {
        let drafting = board.drafting.get();
        board.lanes.with(|lanes| {
            board.layout.with(|grid| {
                grid.rows.iter().cloned().partition::<Vec<_>, _>(|lane| {
                    let cell = CellId {
                        lane: lane.clone(),
                        step: step.clone(),
                    };
                    let curve = lanes
                        .get(lane)
                        .is_some_and(|(_, role)| *role == Role::Curve);
                    curve
                        || drafting.as_ref() == Some(&cell)
                        || continued.reach(&cell)
                        || !grid.items(&cell).is_empty()
                })
            })
        })
    });
    (
        Memo::new(move |_| split.with(|split| split.0.clone())),
        Memo::new(move |_| split.with(|split| split.1.clone())),
    )
}

/// A lane that has nothing at this step yet: a cell like any other, only quieter.
#[component]
fn Offer(cell: CellId, step_title: Memo<String>) -> impl IntoView {
    let board = Board::here();
    let data = board.state.lane(&cell.lane);
    let title = said(data, |lane| &lane.title);
    let label = move || {
        let noun = data.with(|lane| lane.as_ref().map_or("Card", |lane| noun(lane.kind)));
        format!(
            "{}, {}, empty: add {}",
            step_title.get(),
            title.get(),
            noun.to_lowercase()
        )
    };
    let guests = people::in_cell(board, &cell);
    view! {
        <div
            class="outline-offer"
            class:occupied=move || guests.with(|guests| !guests.is_empty())
            style=("--who", people::colour(guests))
            role="button"
            tabindex="-1"
            aria-label=label
            data-action="add"
            data-spot=Spot::Cell(cell.clone()).key()
            data-cell=cell_key(&cell)
            data-testid="cell"
        >
            <Tags guests=guests />
            <Icon name="plus" />
            {title}
        </div>
    }
    .into_any()
}
