//! A stage of the outline with its steps.

use leptos::prelude::*;
use waymark_model::ids::StageId;
use waymark_model::rich::DetailsOf;

use super::super::board::Board;
use super::super::faces::tone;
use super::super::header::HeaderText;
use super::super::lifted::lifted;
use super::super::more::More;
use super::super::moves::Moved;
use super::super::people::{self, Tags};
use super::super::reading::said;
use super::super::spot::Spot;
use super::super::talk_mark::TalkMark;
use super::excerpt::Excerpt;
use super::order;
use super::step::StepArticle;
use crate::icon::Icon;
use crate::state::Focus;

#[component]
pub(super) fn StageSection(stage: StageId, stages: Memo<Vec<StageId>>) -> impl IntoView {
    let board = Board::here();
    let data = board.state.stage(&stage);
    let title = said(data, |stage| &stage.title);
    let goal = move || {
        data.with(|stage| {
            stage
                .as_ref()
                .map(|stage| stage.goal.clone())
                .filter(|goal| !goal.is_empty())
        })
    };
    let id = stage.clone();
    let index = Memo::new(move |_| {
        stages.with(|stages| stages.iter().position(|other| *other == id).unwrap_or(0))
    });
    let id = stage.clone();
    let steps = Memo::new(move |_| {
        board.layout.with(|grid| {
            let span = grid.stages.iter().find(|span| span.stage == id);
            span.map(|span| order::steps(grid, span).cloned().collect::<Vec<_>>())
                .unwrap_or_default()
        })
    });
    let count = move || match steps.with(Vec::len) {
        1 => "1 step".to_owned(),
        count => format!("{count} steps"),
    };
    let id = stage.clone();
    let folded = Memo::new(move |_| board.outline.is_folded(&id));
    let toggle = {
        let stage = stage.clone();
        move |_| board.fold(&stage)
    };
    let guests = people::on_header(board, Focus::Stage(stage.to_string()));
    let lifted = lifted(board, Moved::Stage(stage.clone()));
    let spot = Spot::Stage(stage.clone());
    let spot_key = spot.key();
    let gap = stage.clone();
    let body = move || {
        if folded.get() {
            return ().into_any();
        }
        let gap = gap.clone();
        view! {
            <For each=move || steps.get() key=Clone::clone let:step>
                <StepArticle step=step />
            </For>
            <AddStep stage=gap title=title />
        }
        .into_any()
    };
    view! {
        <section
            class=move || format!("outline-stage {}", tone(index.get()))
            aria-label=title
            data-stage=stage.to_string()
        >
            <div
                class="outline-stage-head"
                class:occupied=move || guests.with(|guests| !guests.is_empty())
                class:lifted=lifted
                style=("--who", people::colour(guests))
                role="group"
                tabindex="-1"
                aria-label=move || {
                    let folded = if folded.get() { ", folded" } else { "" };
                    format!("Stage {}, {}{folded}", title.get(), count())
                }
                title=goal
                data-spot=spot_key
                data-testid="stage"
            >
                <Tags guests=guests />
                <button
                    class="outline-fold"
                    type="button"
                    tabindex="-1"
                    aria-expanded=move || (!folded.get()).to_string()
                    aria-label=move || format!("Steps of {}", title.get())
                    on:click=toggle
                >
                    <Icon name="chevron-down" />
                </button>
                <h2><HeaderText spot=spot title=title placeholder="Name this stage" /></h2>
                <small>{count}</small>
                <TalkMark spot=Spot::Stage(stage.clone()) />
                <More of=Signal::derive(move || format!("stage {}", title.get())) />
            </div>
            <Excerpt of=DetailsOf::Stage(stage.clone()) />
            {body}
        </section>
    }
    .into_any()
}

/// The line under the last step of a stage.
#[component]
fn AddStep(stage: StageId, title: Memo<String>) -> impl IntoView {
    view! {
        <div
            class="outline-add outline-add-step"
            role="button"
            tabindex="-1"
            aria-label=move || format!("Add a step to {}", title.get())
            data-action="add-step"
            data-spot=Spot::Gap(stage.clone()).key()
            data-gap=stage.to_string()
        >
            <Icon name="plus" />
            "Step"
        </div>
    }
    .into_any()
}
