//! How a step feels, as a choice of faces.

use leptos::prelude::*;
use waymark_model::ids::StepId;

use super::super::board::Board;
use super::super::curve::plot::{mood, signed};
use super::super::curve::{self, spoken, value_at, whose};
use super::super::faces::{mood_class, mood_icon};
use super::super::reading::said;
use super::super::spot::Spot;
use crate::icon::Icon;

/// A radio group that is one place: focus stays on it while the choice moves.
#[component]
pub(super) fn Feeling(step: StepId) -> impl IntoView {
    let board = Board::here();
    let plot = curve::plot(board);
    let value = value_at(board, &step);
    let title = said(board.state.step(&step), |step| &step.title);
    let asked = whose::asked(board);
    let label = move || format!("{}: {}", asked.get(), title.get());
    let prefix = format!("feel-{step}");
    let id_of = move |index: usize| format!("{prefix}-{index}");
    let active = {
        let id_of = id_of.clone();
        move || {
            let levels = plot.get().levels();
            let chosen = value.get()?;
            levels
                .iter()
                .position(|level| is_same(*level, chosen))
                .map(&id_of)
        }
    };
    let spot = Spot::Point(step.clone());
    let key = spot.key();
    let id = step.to_string();
    let faces = move || {
        let plot = plot.get();
        let face = |(index, level): (usize, f64)| {
            let mood = mood(level, plot.min, plot.max);
            let chosen = Memo::new(move |_| value.get().is_some_and(|value| is_same(value, level)));
            let (step, spot) = (step.clone(), spot.clone());
            view! {
                <span
                    id=id_of(index)
                    class=format!("outline-face {}", mood_class(mood))
                    class:chosen=chosen
                    role="radio"
                    aria-checked=move || chosen.get().to_string()
                    aria-label=spoken(Some(level), &plot)
                    title=spoken(Some(level), &plot)
                    data-level=level.to_string()
                    data-for=step.to_string()
                    on:click=move |event| {
                        event.stop_propagation();
                        let again = chosen.get_untracked();
                        board.set_emotion(&step, (!again).then_some(level));
                        board.settle(spot.clone(), false);
                    }
                >
                    <Icon name=mood_icon(mood) />
                    <small aria-hidden="true">{signed(level)}</small>
                </span>
            }
        };
        plot.levels()
            .into_iter()
            .enumerate()
            .map(face)
            .collect_view()
    };
    view! {
        <div
            class="outline-faces"
            role="radiogroup"
            tabindex="-1"
            aria-label=label
            aria-activedescendant=active
            data-spot=key
            data-point=id
            data-value=move || value.get().map(|value| value.to_string())
            data-testid="point"
        >
            {faces}
            {move || value.get().filter(|value| !plot.get().levels().iter().any(|level| is_same(*level, *value))).map(|value| view! { <small class="outline-between">{signed(value)}</small> })}
        </div>
    }
    .into_any()
}

fn is_same(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.001
}
