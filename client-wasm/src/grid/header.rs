//! The sticky headers: persona, stages and steps.

mod invitation;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::edit::Place;
use waymark_model::grid::StageSpan;
use waymark_model::ids::{StageId, StepId};
use web_sys::Element;

pub(crate) use self::invitation::NameStages;
use super::board::Board;
use super::choices::{self, Chip};
use super::columns::Column;
use super::connectors::Connections;
use super::faces::tone;
use super::lifted::lifted;
use super::more::More;
use super::moves::Moved;
use super::people::{self, Tags};
use super::popup::{Content, Popup};
use super::reading::said;
use super::spot::Spot;
use super::talk_mark::{self, TalkMark};
use super::text::{Leave, TextEditor};
use crate::icon::Icon;
use crate::state::Focus;

/// The two header rows of the table.
#[component]
pub(crate) fn Header() -> impl IntoView {
    let board = Board::here();
    let stages = Memo::new(move |_| {
        board
            .layout
            .with(|grid| grid.stages.iter().cloned().enumerate().collect::<Vec<_>>())
    });
    let none = Memo::new(move |_| stages.with(Vec::is_empty));
    view! {
        <div class="head" role="rowgroup">
            <div class="head-row" role="row" aria-rowindex="1">
                <Corner />
                <For each=move || stages.get() key=|(_, span)| span.stage.clone() let((_, span))>
                    <StageHeader stage=span.stage stages=stages />
                </For>
                {move || match none.get() {
                    true => view! { <FirstStages /> }.into_any(),
                    false => view! { <AddStage /> }.into_any(),
                }}
            </div>
            <div class="head-row" role="row" aria-rowindex="2">
                <For each=move || board.columns.all() key=Clone::clone let:column>
                    {match column {
                        Column::Step(step) => view! { <StepHeader step=step /> }.into_any(),
                        Column::Gap(stage) => view! { <GapHeader stage=stage /> }.into_any(),
                    }}
                </For>
                <Connections />
            </div>
        </div>
    }
    .into_any()
}

/// Whose journey it is.
#[component]
fn Corner() -> impl IntoView {
    let board = Board::here();
    let (whose, personas) = (board.state.whose(), board.state.personas());
    let frame = board.state.frame();
    let tile = move || {
        let persona = whose.get()?;
        let goal = frame.with(|frame| frame.persona_goal.clone());
        // The map's own words are about its first persona.
        let is_first = personas.with(|all| all.first().is_some_and(|it| it.id == persona.id));
        let goal = if goal.is_empty() || !is_first {
            persona.goals.first().cloned().unwrap_or_default()
        } else {
            goal
        };
        let initial: String = persona
            .name
            .chars()
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .collect();
        Some(view! {
            <span class="persona-face" aria-hidden="true">{initial}</span>
            <span class="persona-words">
                <b>{persona.name}</b>
                <small title=goal.clone()>{goal.clone()}</small>
            </span>
        })
    };
    view! {
        <div
            class="corner"
            role="columnheader"
            aria-colindex="1"
            aria-rowspan="2"
            aria-label="Persona"
        >
            {tile}
        </div>
    }
    .into_any()
}

/// A stage's bar over its steps.
#[component]
fn StageHeader(stage: StageId, stages: Memo<Vec<(usize, StageSpan)>>) -> impl IntoView {
    let board = Board::here();
    let data = board.state.stage(&stage);
    let spot = Spot::Stage(stage.clone());
    let spot_key = spot.key();
    let at_hand = board.handles(&spot);
    let (talked, marked) = (spot.clone(), spot.clone());
    let title = said(data, |stage| &stage.title);
    let goal = move || {
        data.with(|stage| {
            stage
                .as_ref()
                .map(|stage| stage.goal.clone())
                .filter(|goal| !goal.is_empty())
        })
    };
    let goal_stage = stage.clone();
    let open_goal = move |event: web_sys::MouseEvent| {
        event.stop_propagation();
        let line = event.current_target();
        if let Some(line) = line.and_then(|line| line.dyn_into::<Element>().ok()) {
            let content = Content::Goal(goal_stage.clone());
            board.popup.set(Some(Popup::beside(content, &line)));
        }
    };
    let goal_line = move || {
        let open = open_goal.clone();
        goal().map(|goal| {
            view! {
                <button class="stage-goal" type="button" tabindex="-1" data-opens="" title=goal.clone() on:click=open>
                    <span>{goal.clone()}</span>
                </button>
            }
        })
    };
    let after = stage.clone();
    let add = Callback::new(move |()| board.add_stage(Place::After(after.clone())));
    let id = stage.clone();
    let span = Memo::new(move |_| {
        let found = stages.with(|stages| stages.iter().find(|(_, span)| span.stage == id).cloned());
        found.map_or((0, 0, 1, 0), |(index, span)| {
            (index, span.first_column, span.columns, span.steps)
        })
    });
    let steps = move || match span.get().3 {
        0 => None,
        1 => Some("1 step".to_owned()),
        more => Some(format!("{more} steps")),
    };
    let more = {
        let at_hand = at_hand.clone();
        let of = Signal::derive(move || format!("stage {}", title.get()));
        move || at_hand().then(|| view! { <More of=of /> })
    };
    let between = move || at_hand().then(|| view! { <Between what="stage" of=title add=add /> });
    let guests = people::on_header(board, Focus::Stage(stage.to_string()));
    let lifted = lifted(board, Moved::Stage(stage.clone()));
    view! {
        <div
            class=move || format!("stage {}", tone(span.get().0))
            class:occupied=move || guests.with(|guests| !guests.is_empty())
            class:lifted=lifted
            style=("--who", people::colour(guests))
            style:grid-column=move || format!("{} / span {}", span.get().1 + 2, span.get().2)
            role="columnheader"
            aria-colindex=move || span.get().1 + 2
            aria-colspan=move || span.get().2
            aria-label=move || {
                let steps = steps().map_or(String::new(), |steps| format!(", {steps}"));
                format!("Stage {}{steps}{}", title.get(), talk_mark::said(board.talk.count(&talked)))
            }
            tabindex="-1"
            title=goal
            data-spot=spot_key
            data-stage=stage.to_string()
            data-testid="stage"
        >
            <Tags guests=guests />
            <div class="stage-bar">
                <div class="stage-names">
                    <HeaderText spot=spot title=title placeholder="Name this stage" />
                    <small class="stage-steps">{steps}</small>
                </div>
                <TalkMark spot=marked />
                {more}
            </div>
            {goal_line}
            {between}
        </div>
    }
    .into_any()
}

/// A step's name over its column.
#[component]
fn StepHeader(step: StepId) -> impl IntoView {
    let board = Board::here();
    let data = board.state.step(&step);
    let spot = Spot::Step(step.clone());
    let spot_key = spot.key();
    let at_hand = board.handles(&spot);
    let title = said(data, |step| &step.title);
    let duration = said(data, |step| &step.duration);
    let truth = Memo::new(move |_| {
        data.with(|step| step.as_ref().is_some_and(|step| step.moment_of_truth))
    });
    let after = step.clone();
    let add = Callback::new(move |()| {
        if let Some(stage) = board.stage_of(&after) {
            board.add_step(stage, Place::After(after.clone()));
        }
    });
    let place = board.columns.place(Column::Step(step.clone()));
    let star = move || truth.get().then(|| view! { <Truth /> });
    let lasts = move || {
        let duration = duration.get();
        (!duration.is_empty()).then(|| view! { <small class="step-duration">{duration}</small> })
    };
    let (talked, marked) = (spot.clone(), spot.clone());
    let chip = Spot::Step(step.clone());
    let open = choices::count_at(board, &chip);
    let spoken = move || {
        format!(
            "Step {}{}{}{}",
            title.get(),
            if truth.get() { ", moment of truth" } else { "" },
            choices::said(open.get()),
            talk_mark::said(board.talk.count(&talked))
        )
    };
    let of = Signal::derive(move || format!("step {}", title.get()));
    let handles =
        move || at_hand().then(|| view! { <More of=of /><Between what="step" of=title add=add /> });
    let guests = people::on_header(board, Focus::Step(step.to_string()));
    let lifted = lifted(board, Moved::Step(step.clone()));
    view! {
        <div
            class=move || format!("step {}", tone(place.get().stage))
            class:occupied=move || guests.with(|guests| !guests.is_empty())
            class:lifted=lifted
            style=("--who", people::colour(guests))
            style:grid-column=move || (place.get().index + 2).to_string()
            role="columnheader"
            aria-colindex=move || place.get().index + 2
            aria-label=spoken
            tabindex="-1"
            data-spot=spot_key
            data-step=step.to_string()
            data-testid="step"
        >
            <Tags guests=guests />
            <div class="step-names">
                <HeaderText spot=spot title=title placeholder="Name this step" />
                {lasts}
                <Chip spot=chip />
            </div>
            {star}
            <TalkMark spot=marked />
            {handles}
        </div>
    }
    .into_any()
}

/// The "+" on the border to the next header.
#[component]
fn Between(what: &'static str, of: Memo<String>, add: Callback<()>) -> impl IntoView {
    view! {
        <button
            class="add-between"
            type="button"
            tabindex="-1"
            aria-label=move || format!("Add {what} after {}", of.get())
            on:click=move |event| {
                event.stop_propagation();
                add.run(());
            }
        >
            <Icon name="plus" />
        </button>
    }
    .into_any()
}

/// The column of a stage that has no step yet.
#[component]
fn GapHeader(stage: StageId) -> impl IntoView {
    let board = Board::here();
    let place = board.columns.place(Column::Gap(stage.clone()));
    let name = board.state.stage(&stage);
    let label = move || {
        name.with(|stage| {
            stage
                .as_ref()
                .map(|stage| format!("Add the first step of {}", stage.title))
        })
    };
    view! {
        <div
            class=move || format!("step gap {}", tone(place.get().stage))
            style:grid-column=move || (place.get().index + 2).to_string()
            role="columnheader"
            aria-colindex=move || place.get().index + 2
            aria-label=label
            tabindex="-1"
            data-spot=Spot::Gap(stage.clone()).key()
            data-gap=stage.to_string()
        >
            <button class="add-step" type="button" tabindex="-1" data-action="add-step"><Icon name="plus" />"Add step"</button>
        </div>
    }
    .into_any()
}

/// The field for all stages at once, on a map without any.
#[component]
fn FirstStages() -> impl IntoView {
    view! {
        <div class="first-stages" role="gridcell" aria-colindex="2">
            <NameStages />
        </div>
    }
}

/// The mark of a moment of truth.
#[component]
pub(crate) fn Truth() -> impl IntoView {
    view! {
        <span class="truth" title="Moment of truth: decides how the journey is remembered">
            <Icon name="star-filled" />
            <span class="sr-only">"Moment of truth"</span>
        </span>
    }
}

/// The button at the right end.
#[component]
fn AddStage() -> impl IntoView {
    let board = Board::here();
    let column = move || (board.columns.count() + 2).to_string();
    view! {
        <div class="stage-add" style:grid-column=column role="gridcell" aria-colindex=column>
            <button
                class="add-stage"
                type="button"
                data-action="add-stage"
                data-testid="add-stage"
            >
                <Icon name="plus" />
                "Stage"
            </button>
        </div>
    }
    .into_any()
}

/// A header's name, or the box in which it is edited.
#[component]
pub(crate) fn HeaderText(
    spot: Spot,
    title: Memo<String>,
    placeholder: &'static str,
) -> impl IntoView {
    let board = Board::here();
    let editing = {
        let spot = spot.clone();
        Memo::new(move |_| board.editing.is(&spot))
    };
    move || {
        if !editing.get() {
            let shown = move || {
                Some(title.get())
                    .filter(|title| !title.trim().is_empty())
                    .unwrap_or_else(|| "Untitled".to_owned())
            };
            return view! { <span class="head-text">{shown}</span> }.into_any();
        }
        let back = spot.clone();
        let on_leave = move |how: Leave| {
            let next = match how {
                Leave::Next | Leave::Stay => None,
                Leave::Tab { back: backwards } => board.beside_header(&back, backwards),
            };
            board.settle(next.unwrap_or_else(|| back.clone()), false);
        };
        view! {
            <TextEditor
                spot=spot.clone()
                value=title.into()
                label=placeholder.to_owned()
                placeholder=placeholder
                lines=false
                select_all=true
                on_leave=Callback::new(on_leave)
            />
        }
        .into_any()
    }
}
