//! What a stage is to reach.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use waymark_model::edit::TextField;
use waymark_model::ids::StageId;

use super::super::board::Board;
use crate::panels::field::InPlace;

/// The goal of a stage, edited where one reads it. Enter closes.
#[component]
pub(super) fn Goal(stage: StageId) -> impl IntoView {
    let board = Board::here();
    let data = board.state.stage(&stage);
    let goal = Signal::derive(move || {
        data.with(|stage| {
            stage
                .as_ref()
                .map(|stage| stage.goal.clone())
                .unwrap_or_default()
        })
    });
    let on_keydown = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.is_composing() {
            board.close_popup();
        }
    };
    view! {
        <div class="goal-edit" on:keydown=on_keydown>
            <p class="goal-label">"What is reached at the end of this stage?"</p>
            <InPlace
                field=TextField::StageGoal(stage)
                value=goal
                label="Goal of the stage"
                placeholder="Two candidates by Friday"
                class="goal-text"
            />
        </div>
    }
    .into_any()
}
