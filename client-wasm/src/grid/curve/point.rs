//! One step's feeling: a face on the curve, a slider for keys, levels for clicks.

use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::ids::StepId;

use super::super::board::Board;
use super::super::choices::{self, Chip};
use super::super::faces::{mood_class, mood_icon, mood_words};
use super::super::spot::Spot;
use super::plot::{Plot, mood, signed};
use super::whose;
use crate::icon::Icon;

/// The value set at a step.
pub(crate) fn value_at(board: Board, step: &StepId) -> Memo<Option<f64>> {
    let values = board.state.emotions();
    let step = step.clone();
    Memo::new(move |_| {
        values.with(|values| {
            values
                .iter()
                .find(|(id, _)| *id == step)
                .and_then(|(_, value)| *value)
        })
    })
}

/// "−2, very negative".
pub(crate) fn spoken(value: Option<f64>, plot: &Plot) -> String {
    value.map_or_else(
        || "not set".to_owned(),
        |value| {
            format!(
                "{}, {}",
                signed(value),
                mood_words(mood(value, plot.min, plot.max))
            )
        },
    )
}

impl Board {
    /// Sets or clears how a step feels to the persona whose curve is shown, and says so.
    pub(crate) fn set_emotion(&self, step: &StepId, value: Option<f64>) {
        let map = self.state.map();
        let Some(persona) = self.whose_now() else {
            self.state
                .toast("Feelings belong to a persona, and this map has none yet.");
            return;
        };
        if map.emotions.get(&(step.clone(), persona.clone())).copied() == value {
            return;
        }
        if self
            .state
            .edit(Edit::SetEmotion {
                step: step.clone(),
                persona,
                value,
            })
            .is_ok()
        {
            let scale = map.frame.scale;
            self.state.announce(spoken(
                value,
                &Plot::new(scale.min, scale.max, scale.step, 1.0, false),
            ));
        }
    }

    /// Moves how a step feels up or down by levels; an unset one starts in the middle.
    pub(crate) fn shift_emotion(&self, step: &StepId, levels: f64) {
        let map = self.state.map();
        let scale = map.frame.scale;
        let now = self
            .whose_now()
            .and_then(|persona| map.emotions.get(&(step.clone(), persona)).copied());
        let next = now.map_or((scale.min + scale.max) / 2.0, |now| {
            now + levels * scale.step
        });
        self.set_emotion(step, Some(next.clamp(scale.min, scale.max)));
    }

    /// Sets the level of this number, counted from 1.
    pub(crate) fn choose_level(&self, step: &StepId, number: usize) {
        let scale = self.state.map().frame.scale;
        let levels = Plot::new(scale.min, scale.max, scale.step, 1.0, false).levels();
        if let Some(level) = number.checked_sub(1).and_then(|index| levels.get(index)) {
            self.set_emotion(step, Some(*level));
        }
    }
}

/// The part of the curve in one cell.
#[component]
pub(crate) fn Point(step: StepId) -> impl IntoView {
    let board = Board::here();
    let plot = super::plot(board);
    let value = value_at(board, &step);
    let name = board.state.step(&step);
    let open = choices::count_at(board, &Spot::Point(step.clone()));
    let rules = super::rules_at(board, &step);
    let truth = Memo::new(move |_| {
        name.with(|step| step.as_ref().is_some_and(|step| step.moment_of_truth))
    });
    let asked = whose::asked(board);
    let label = move || {
        name.with(|step| {
            let title = step.as_ref().map(|step| step.title.as_str());
            format!("{}: {}", asked.get(), title.unwrap_or_default())
        })
    };
    let face = move || {
        value
            .get()
            .map(|value| mood(value, plot.get().min, plot.get().max))
    };
    let y = move || {
        value
            .get()
            .map_or_else(|| plot.get().middle(), |value| plot.get().y(value))
    };
    view! {
        <div class="point-area" style:height=move || format!("{}px", plot.get().height)>
            <LevelZones step=step.clone() plot=plot />
            <div
                class=move || format!("point {}", face().map_or("point-empty", mood_class))
                style:top=move || format!("{}px", y())
                role="slider"
                tabindex="-1"
                aria-label=label
                aria-orientation="vertical"
                aria-valuemin=move || plot.get().min
                aria-valuemax=move || plot.get().max
                aria-valuenow=move || value.get().unwrap_or_else(|| f64::midpoint(plot.get().min, plot.get().max))
                aria-description=move || {
                    let truth = if truth.get() { "Moment of truth. " } else { "" };
                    format!("{truth}{}", rules.get())
                }
                aria-valuetext=move || spoken(value.get(), &plot.get()) + &choices::said(open.get())
                data-spot=Spot::Point(step.clone()).key()
                data-point=step.to_string()
                data-action="levels"
                data-value=move || value.get().map(|value| value.to_string())
                data-testid="point"
                title="Set how it feels"
            >
                {move || match face() {
                    Some(mood) => view! { <Icon name=mood_icon(mood) /> }.into_any(),
                    None => view! { <Icon name="plus" /> }.into_any(),
                }}
                {move || truth.get().then(|| view! { <span class="point-star" title="Moment of truth"><Icon name="star-filled" /></span> })}
            </div>
            <Chip spot=Spot::Point(step) />
        </div>
    }
    .into_any()
}

/// A dot for each level: click one to set it.
#[component]
fn LevelZones(step: StepId, plot: Memo<Plot>) -> impl IntoView {
    let zones = move || {
        let plot = plot.get();
        let zone = |level: f64| {
            view! {
                <span
                    class=format!("level {}", mood_class(mood(level, plot.min, plot.max)))
                    style:top=format!("{}px", plot.y(level))
                    data-action="level"
                    data-level=level.to_string()
                    data-for=step.to_string()
                    title=format!("{} {}", signed(level), mood_words(mood(level, plot.min, plot.max)))
                ></span>
            }
        };
        plot.levels().into_iter().map(zone).collect_view()
    };
    view! { <div class="levels" aria-hidden="true">{zones}</div> }.into_any()
}

/// A row of faces to choose from: the way without keys and without aim.
#[component]
pub(crate) fn Levels(
    step: StepId,
    #[prop(optional, into)] on_choose: Option<Callback<()>>,
) -> impl IntoView {
    let board = Board::here();
    let plot = super::plot(board);
    let value = value_at(board, &step);
    let choose = {
        let step = step.clone();
        move |level: f64| {
            let again = value.get_untracked() == Some(level);
            board.set_emotion(&step, (!again).then_some(level));
            if let Some(on_choose) = on_choose {
                on_choose.run(());
            }
        }
    };
    let faces = move || {
        let plot = plot.get();
        let face = |level: f64| {
            let mood = mood(level, plot.min, plot.max);
            let chosen = move || value.get() == Some(level);
            let choose = choose.clone();
            view! {
                <button
                    class=format!("face-choice {}", mood_class(mood))
                    class:chosen=chosen
                    type="button"
                    role="radio"
                    aria-checked=move || chosen().to_string()
                    aria-label=spoken(Some(level), &plot)
                    data-level=level.to_string()
                    on:click=move |_| choose(level)
                >
                    <Icon name=mood_icon(mood) />
                    <small aria-hidden="true">{signed(level)}</small>
                </button>
            }
        };
        plot.levels().into_iter().map(face).collect_view()
    };
    let asked = whose::asked(board);
    view! { <div class="face-choices" role="radiogroup" aria-label=asked>{faces}</div> }.into_any()
}
