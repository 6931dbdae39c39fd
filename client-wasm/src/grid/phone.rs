//! The phone's view: the curve on top, then one step with its lanes.

mod lane;
mod strip;
mod swipe;

use leptos::prelude::*;
use waymark_model::ids::StepId;

use self::lane::LaneSection;
pub(crate) use self::strip::CurveStrip;
use self::strip::StageChips;
pub(crate) use self::swipe::Swipe;
use super::board::Board;
use super::columns::Column;
use super::curve::plot::mood;
use super::faces::{mood_icon, mood_words, tone};
use super::header::{HeaderText, NameStages, Truth};
use super::more::More;
use super::people::{self, Tags};
use super::reading::said;
use super::shown::{Shown, place_of};
use super::spot::Spot;
use super::talk_mark::TalkMark;
use super::thumbs::ThumbBar;
use crate::icon::Icon;
use crate::state::Focus;

/// One step at a time.
#[component]
pub(crate) fn PhoneView() -> impl IntoView {
    let board = Board::here();
    let Shown { steps, step } = Shown::new(board);
    let none = Memo::new(move |_| board.layout.with(|grid| grid.stages.is_empty()));
    let body = move || match step.get() {
        _ if none.get() => view! { <div class="phone-start"><NameStages /></div> }.into_any(),
        Some(step) => view! { <StepCard step=step steps=steps /> }.into_any(),
        None => view! { <div class="phone-start"><FirstStep /></div> }.into_any(),
    };
    view! {
        <div class="phone" data-testid="phone">
            <CurveStrip step=step on_choose=Callback::new(move |step| board.show_step(&step)) />
            <StageChips step=step />
            <div class="phone-body">{body}</div>
            <ThumbBar />
        </div>
    }
    .into_any()
}

/// Offers a step when no stage has one.
#[component]
fn FirstStep() -> impl IntoView {
    let board = Board::here();
    let add = move |_| {
        if let Some(span) = board.grid().stages.first() {
            board.add_step(span.stage.clone(), waymark_model::edit::Place::Last);
        }
    };
    view! { <button class="popup-go" type="button" on:click=add><Icon name="plus" />"Add the first step"</button> }
}

#[component]
fn StepCard(step: StepId, steps: Memo<Vec<StepId>>) -> impl IntoView {
    let board = Board::here();
    let data = board.state.step(&step);
    let title = said(data, |step| &step.title);
    let truth = move || data.with(|step| step.as_ref().is_some_and(|step| step.moment_of_truth));
    let place = board.columns.place(Column::Step(step.clone()));
    let value = super::curve::value_at(board, &step);
    let scale = board.state.frame();
    let face = move || {
        let value = value.get()?;
        let scale = scale.with(|frame| frame.scale);
        let mood = mood(value, scale.min, scale.max);
        Some(view! {
            <span
                class=format!("phone-face mood-{mood}")
                role="img"
                aria-label=mood_words(mood)
            >
                <Icon name=mood_icon(mood) />
            </span>
        })
    };
    let guests = people::on_header(board, Focus::Step(step.to_string()));
    let spot = Spot::Step(step.clone());
    let (spot_key, marked) = (spot.key(), spot.clone());
    let lanes = move || board.layout.with(|grid| grid.rows.clone());
    let swipe = Swipe::new(board);
    let (section, turned) = (step.clone(), step.clone());
    view! {
        <article
            class=move || format!("phone-step {}", tone(place.get().stage))
            data-step=step.to_string()
            on:touchstart=move |event| swipe.start(&event)
            on:touchend=move |event| {
                if let Some(by) = swipe.end(&event) {
                    board.turn(&steps.get_untracked(), by);
                }
            }
        >
            <header
                class="phone-step-head"
                class:occupied=move || guests.with(|guests| !guests.is_empty())
                style=("--who", people::colour(guests))
                tabindex="-1"
                data-spot=spot_key
                aria-label=move || format!("Step {}", title.get())
                role="group"
            >
                <Tags guests=guests />
                {face}
                <h2><HeaderText spot=spot title=title placeholder="Name this step" /></h2>
                {move || truth().then(|| view! { <Truth /> })}
                <TalkMark spot=marked />
                <More of=Signal::derive(move || format!("step {}", title.get())) />
            </header>
            <Turn step=turned steps=steps />
            <For each=lanes key=Clone::clone let:lane>
                <LaneSection lane=lane step=section.clone() />
            </For>
            <div class="phone-foot">
                <button class="add-lane" type="button" data-action="add-lane" data-testid="add-lane">
                    <Icon name="plus" />
                    "Lane"
                </button>
            </div>
        </article>
    }
    .into_any()
}

/// Where one is among the steps, and the way to the next without a swipe.
#[component]
fn Turn(step: StepId, steps: Memo<Vec<StepId>>) -> impl IntoView {
    let board = Board::here();
    let at = Memo::new(move |_| place_of(steps, &step));
    let is_last = move || at.get() + 1 >= steps.with(Vec::len);
    let words = move || {
        let swipe = if is_last() {
            ""
        } else {
            " · swipe for the next"
        };
        format!("Step {} of {}{swipe}", at.get() + 1, steps.with(Vec::len))
    };
    let turn = move |by: isize| board.turn(&steps.get_untracked(), by);
    view! {
        <div class="phone-nth">
            <p>{words}</p>
            <button
                class="phone-turn"
                type="button"
                data-testid="previous"
                aria-label="Previous step"
                disabled=move || at.get() == 0
                on:click=move |_| turn(-1)
            >
                <Icon name="chevron-left" />
            </button>
            <button
                class="phone-turn"
                type="button"
                data-testid="next"
                aria-label="Next step"
                disabled=is_last
                on:click=move |_| turn(1)
            >
                <Icon name="chevron-right" />
            </button>
        </div>
    }
    .into_any()
}

impl Board {
    /// Shows the step so many places further.
    pub(crate) fn turn(&self, steps: &[StepId], by: isize) {
        if let Some(next) = self.step_beside(steps, by) {
            self.show_step(&next);
        }
    }

    /// Shows a step and says which.
    pub(crate) fn show_step(&self, step: &StepId) {
        self.editing.set(None);
        self.shown.set(Some(step.clone()));
        let words = self.words_of(&super::moves::Moved::Step(step.clone()));
        self.state.announce(words);
        if let Some(body) =
            super::focus::root().and_then(|root| root.query_selector(".phone-body").ok().flatten())
        {
            body.set_scroll_top(0);
        }
    }
}
