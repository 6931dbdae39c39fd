//! A question with one text of the map as its answer: the goal of a stage, the name of a
//! group.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use waymark_model::edit::TextField;
use waymark_model::ids::{GroupId, StageId};

use super::board::Board;
use super::reading::said;
use crate::panels::field::InPlace;

/// The question, and under it the text, edited where one reads it.
#[component]
fn Question(
    asks: &'static str,
    field: TextField,
    value: Memo<String>,
    label: &'static str,
    placeholder: &'static str,
    #[prop(optional)] select_all: bool,
    /// What Enter does besides leaving the text.
    on_enter: Option<Callback<()>>,
) -> impl IntoView {
    let on_keydown = move |event: KeyboardEvent| {
        if event.key() == "Enter"
            && !event.is_composing()
            && let Some(on_enter) = on_enter
        {
            on_enter.run(());
        }
    };
    view! {
        <div class="question" on:keydown=on_keydown>
            <p class="question-words">{asks}</p>
            <InPlace
                field=field
                value=value
                label=label
                placeholder=placeholder
                class="question-text"
                select_all=select_all
            />
        </div>
    }
    .into_any()
}

/// What a stage is to reach.
#[component]
pub(crate) fn StageGoal(
    stage: StageId,
    /// What Enter does besides leaving the text.
    #[prop(optional)]
    on_enter: Option<Callback<()>>,
) -> impl IntoView {
    let goal = said(Board::here().state.stage(&stage), |stage| &stage.goal);
    view! {
        <Question
            asks="What is reached at the end of this stage?"
            field=TextField::StageGoal(stage)
            value=goal
            label="Goal of the stage"
            placeholder="Two candidates by Friday"
            on_enter=on_enter
        />
    }
}

/// What a group is called. A name that a new one was given for the moment gives way to what
/// is typed.
#[component]
pub(crate) fn GroupName(group: GroupId, on_enter: Callback<()>) -> impl IntoView {
    let groups = Board::here().state.groups();
    let id = group.clone();
    let title = Memo::new(move |_| {
        groups.with(|groups| {
            let group = groups.iter().find(|it| it.id == id);
            group.map_or_else(String::new, |group| group.title.clone())
        })
    });
    view! {
        <Question
            asks="What do these cards have in common?"
            field=TextField::GroupTitle(group)
            value=title
            label="Name of the group"
            placeholder="Before the first call"
            select_all=true
            on_enter=Some(on_enter)
        />
    }
}
