//! The story: one step a screen in large type, to tell the journey to others.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::Grid;
use waymark_model::ids::StepId;
use web_sys::Element;

use super::board::Board;
use super::columns::Column;
use super::faces::tone;
use super::header::{HeaderText, NameStages, Truth};
use super::lens::Lens;
use super::more::More;
use super::outline::{LaneSection, StepFace, filled_lanes, order};
use super::people::{self, Tags};
use super::phone::{CurveStrip, Swipe};
use super::reading::said;
use super::shown::{Shown, place_of};
use super::spot::Spot;
use super::talk_mark::TalkMark;
use crate::dom::{Listener, document};
use crate::icon::Icon;
use crate::state::Focus;

impl Board {
    /// The places of the step that is told.
    pub(crate) fn told(&self, grid: &Grid, step: &StepId) -> Vec<Spot> {
        let shape = self.shape();
        order::of_step(grid, &shape, step)
            .into_iter()
            .filter(|spot| !matches!(spot, Spot::Cell(cell) if !shape.is_filled(grid, cell)))
            .collect()
    }

    /// Tells the step so many places further.
    fn tell_on(&self, steps: &[StepId], by: isize) {
        if let Some(next) = self.step_beside(steps, by) {
            self.tell(&next);
        }
    }

    /// Tells a step; its name gets the focus and is read out.
    fn tell(&self, step: &StepId) {
        self.editing.set(None);
        self.shown.set(Some(step.clone()));
        self.settle(Spot::Step(step.clone()), false);
        let body = super::focus::root();
        if let Some(body) = body.and_then(|root| root.query_selector(".story-body").ok().flatten())
        {
            body.set_scroll_top(0);
        }
    }

    /// Back to the grid, at the step that was told.
    fn end_story(&self, step: Option<StepId>) {
        self.see_as(Lens::Grid);
        if let Some(step) = step {
            self.settle(Spot::Step(step), true);
        }
    }
}

/// The whole story.
#[component]
pub(crate) fn StoryView() -> impl IntoView {
    let board = Board::here();
    let Shown { steps, step } = Shown::new(board);
    let press = move |event: &KeyboardEvent| {
        if is_elsewhere(board, event) {
            return;
        }
        let all = steps.get_untracked();
        match event.key().as_str() {
            "ArrowLeft" | "PageUp" => board.tell_on(&all, -1),
            "ArrowRight" | "PageDown" => board.tell_on(&all, 1),
            "Home" => all.first().into_iter().for_each(|step| board.tell(step)),
            "End" => all.last().into_iter().for_each(|step| board.tell(step)),
            "Escape" => board.end_story(step.get_untracked()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    // Keys work too while nothing on the screen has focus.
    StoredValue::new_local(Listener::new(&document(), "keydown", move |event| {
        let on_nothing = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|target| target.tag_name() == "BODY");
        if let Some(event) = event.dyn_ref::<KeyboardEvent>().filter(|_| on_nothing) {
            press(event);
        }
    }));
    let swipe = Swipe::new(board);
    let none = Memo::new(move |_| steps.with(Vec::is_empty));
    let body = move || match step.get() {
        Some(step) => view! { <StepPage step=step steps=steps /> }.into_any(),
        None => view! { <div class="outline-start"><NameStages /></div> }.into_any(),
    };
    let choose = Callback::new(move |step| board.tell(&step));
    view! {
        <div
            class="story"
            data-testid="story"
            on:keydown=move |event| press(&event)
            on:touchstart=move |event| swipe.start(&event)
            on:touchend=move |event| {
                if let Some(by) = swipe.end(&event) {
                    board.tell_on(&steps.get_untracked(), by);
                }
            }
        >
            <CurveStrip step=step on_choose=choose />
            <div class="story-body">{body}</div>
            <Turn step=step steps=steps none=none />
        </div>
    }
    .into_any()
}

/// Whether a key belongs to something else: a text, a button, a choice, a menu.
fn is_elsewhere(board: Board, event: &KeyboardEvent) -> bool {
    let held = event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key();
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let within = |selector: &str| {
        target
            .as_ref()
            .is_some_and(|target| target.closest(selector).ok().flatten().is_some())
    };
    let escapes = event.key() == "Escape";
    held || event.is_composing()
        || board.carried.with_untracked(Option::is_some)
        || board.popup.with_untracked(Option::is_some)
        || within("textarea, input, select, [contenteditable]")
        || (within("[role=radiogroup]") && !escapes)
}

/// A step, as large as it deserves.
#[component]
fn StepPage(step: StepId, steps: Memo<Vec<StepId>>) -> impl IntoView {
    let board = Board::here();
    let data = board.state.step(&step);
    let title = said(data, |step| &step.title);
    let truth = move || data.with(|step| step.as_ref().is_some_and(|step| step.moment_of_truth));
    let duration = move || {
        data.with(|step| step.as_ref().map(|step| step.duration.clone()))
            .filter(|duration| !duration.is_empty())
            .map(|duration| view! { <small class="step-duration">{duration}</small> })
    };
    let place = board.columns.place(Column::Step(step.clone()));
    let stage = {
        let step = step.clone();
        Memo::new(move |_| {
            board.layout.with(|grid| {
                grid.columns
                    .iter()
                    .find(|column| column.step.as_ref() == Some(&step))
                    .map(|column| column.stage.clone())
            })
        })
    };
    let stage_title = move || {
        let stage = board.state.stage(&stage.get()?);
        stage.with(|stage| stage.as_ref().map(|stage| stage.title.clone()))
    };
    let nth = {
        let step = step.clone();
        move || {
            let at = place_of(steps, &step);
            format!("Step {} of {}", at + 1, steps.with(Vec::len))
        }
    };
    let lanes = filled_lanes(board, &step);
    let guests = people::on_header(board, Focus::Step(step.to_string()));
    let spot = Spot::Step(step.clone());
    let (spot_key, marked) = (spot.key(), spot.clone());
    let face = step.clone();
    let section = step.clone();
    view! {
        <article
            class=move || format!("story-step {}", tone(place.get().stage))
            aria-label=title
            data-step=step.to_string()
        >
            <p class="story-stage"><b>{stage_title}</b><span>{nth}</span></p>
            <div
                class="story-head"
                class:occupied=move || guests.with(|guests| !guests.is_empty())
                style=("--who", people::colour(guests))
                role="group"
                tabindex="-1"
                aria-label=move || format!("Step {}", title.get())
                data-spot=spot_key
                data-testid="step"
            >
                <Tags guests=guests />
                <StepFace step=face />
                <h2><HeaderText spot=spot title=title placeholder="Name this step" /></h2>
                {move || truth().then(|| view! { <Truth /> })}
                {duration}
                <TalkMark spot=marked />
                <More of=Signal::derive(move || format!("step {}", title.get())) />
            </div>
            <div class="story-lanes">
                <For each=move || lanes.get() key=Clone::clone let:lane>
                    <LaneSection lane=lane step=section.clone() />
                </For>
            </div>
        </article>
    }
    .into_any()
}

/// Back and forth, with the names of what comes.
#[component]
fn Turn(step: Memo<Option<StepId>>, steps: Memo<Vec<StepId>>, none: Memo<bool>) -> impl IntoView {
    let board = Board::here();
    let at = Memo::new(move |_| {
        let step = step.get()?;
        steps.with(|steps| steps.iter().position(|other| *other == step))
    });
    let neighbour = move |by: isize| {
        let next = at.get()?.checked_add_signed(by)?;
        let step = steps.with(|steps| steps.get(next).cloned())?;
        let step = board.state.step(&step);
        step.with(|step| step.as_ref().map(|step| step.title.clone()))
    };
    let turn = move |by: isize| board.tell_on(&steps.get_untracked(), by);
    view! {
        <nav class="story-turn" aria-label="Steps" hidden=move || none.get()>
            <button
                class="story-go"
                type="button"
                data-testid="previous"
                disabled=move || neighbour(-1).is_none()
                on:click=move |_| turn(-1)
            >
                <Icon name="chevron-left" />
                <span class="story-go-words"><small>"Previous"</small><b>{move || neighbour(-1)}</b></span>
            </button>
            <button
                class="story-end"
                type="button"
                title="Back to the grid (Escape)"
                on:click=move |_| board.end_story(step.get_untracked())
            >
                <Icon name="table-2" />
                "Grid"
            </button>
            <button
                class="story-go"
                type="button"
                data-testid="next"
                disabled=move || neighbour(1).is_none()
                on:click=move |_| turn(1)
            >
                <span class="story-go-words"><small>"Next"</small><b>{move || neighbour(1)}</b></span>
                <Icon name="chevron-right" />
            </button>
        </nav>
    }
    .into_any()
}
