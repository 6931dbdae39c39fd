//! What stays on top on a phone: the whole curve, and the stages.

use leptos::leptos_dom::helpers::request_animation_frame;
use leptos::prelude::*;
use waymark_model::ids::{StageId, StepId};

use super::super::board::Board;
use super::super::curve::plot::{Plot, draw, mood};
use super::super::curve::whose::{self, Whose};
use super::super::curve::{Lines, spoken};
use super::super::faces::tone;
use super::super::focus::{reveal, root};
use super::super::header::HeaderText;
use super::super::reading::said;
use super::super::spot::Spot;
use crate::icon::Icon;

const WIDTH: f64 = 358.0;
const HEIGHT: f64 = 76.0;
/// The least width of a point, in pixels.
const FINGER: usize = 26;

/// The curve, with a point for each step to tap.
#[component]
pub(crate) fn CurveStrip(step: Memo<Option<StepId>>, on_choose: Callback<StepId>) -> impl IntoView {
    let board = Board::here();
    let values = board.state.emotions();
    let frame = board.state.frame();
    let plot = Memo::new(move |_| {
        let scale = frame.with(|frame| frame.scale);
        Plot::small(
            scale.min,
            scale.max,
            scale.step,
            WIDTH,
            HEIGHT,
            values.with(Vec::len),
        )
    });
    let drawing = Memo::new(move |_| {
        values.with(|values| {
            draw(
                &plot.get(),
                &values
                    .iter()
                    .enumerate()
                    .map(|(index, (_, value))| (index, *value))
                    .collect::<Vec<_>>(),
            )
        })
    });
    let others = whose::others(board, plot, |at, _| Some(at));
    // Each point is wide enough for a finger; a long journey scrolls.
    let least_width = move || format!("{}px", values.with(Vec::len) * FINGER);
    Effect::new(move |_| {
        if step.get().is_some() {
            request_animation_frame(|| show(".strip-point.here"));
        }
    });
    let any = move || values.with(|values| !values.is_empty());
    let points = move || {
        let plot = plot.get();
        let point = |(index, (id, value)): (usize, (StepId, Option<f64>))| {
            let here = step.with(|step| step.as_ref() == Some(&id));
            let class = value.map_or("strip-point unset".to_owned(), |value| {
                format!("strip-point mood-{}", mood(value, plot.min, plot.max))
            });
            let y = value.map_or_else(|| plot.middle(), |value| plot.y(value));
            let title = board.words_of(&super::super::moves::Moved::Step(id.clone()));
            let label = format!("{title}, {}", spoken(value, &plot));
            view! {
                <button
                    class=class
                    class:here=here
                    type="button"
                    style:left=format!("{}%", plot.x(index) / WIDTH * 100.0)
                    style:width=format!("{}%", plot.column / WIDTH * 100.0)
                    aria-label=label
                    aria-current=here.then_some("step")
                    data-strip=id.to_string()
                    on:click=move |_| on_choose.run(id.clone())
                >
                    <i style:top=format!("{y}px")></i>
                </button>
            }
        };
        values
            .get()
            .into_iter()
            .enumerate()
            .map(point)
            .collect_view()
    };
    view! {
        <Whose tab_stop=true />
        <div class="strip" class:empty=move || !any()>
            <div class="strip-scale" style:min-width=least_width>
                <div class="strip-lines">
                    <Lines
                        drawing=drawing
                        plot=plot
                        width=Signal::stored(WIDTH)
                        gradient="strip-stroke"
                        stretch=true
                        others=others
                    />
                </div>
                {points}
            </div>
        </div>
    }
    .into_any()
}

/// Scrolls the first of these into view.
fn show(selector: &str) {
    if let Some(element) = root().and_then(|root| root.query_selector(selector).ok().flatten()) {
        reveal(&element);
    }
}

/// The stages; the one of the shown step is filled.
#[component]
pub(crate) fn StageChips(step: Memo<Option<StepId>>) -> impl IntoView {
    let board = Board::here();
    let stages = Memo::new(move |_| {
        board.layout.with(|grid| {
            grid.stages
                .iter()
                .map(|span| span.stage.clone())
                .collect::<Vec<_>>()
        })
    });
    let current = Memo::new(move |_| {
        let step = step.get()?;
        board.layout.with(|grid| {
            grid.columns
                .iter()
                .find(|column| column.step.as_ref() == Some(&step))
                .map(|column| column.stage.clone())
        })
    });
    Effect::new(move |_| {
        if current.get().is_some() {
            request_animation_frame(|| show(".stage-chip.here"));
        }
    });
    view! {
        <nav class="stage-chips" aria-label="Stages">
            <For each=move || stages.get() key=Clone::clone let:stage>
                <StageChip stage=stage stages=stages current=current />
            </For>
            <button
                class="stage-chip add"
                type="button"
                data-action="add-stage"
                aria-label="Add a stage"
                hidden=move || stages.with(Vec::is_empty)
            >
                <Icon name="plus" />
            </button>
        </nav>
    }
    .into_any()
}

#[component]
fn StageChip(
    stage: StageId,
    stages: Memo<Vec<StageId>>,
    current: Memo<Option<StageId>>,
) -> impl IntoView {
    let board = Board::here();
    let data = board.state.stage(&stage);
    let name = said(data, |stage| &stage.title);
    let index = {
        let stage = stage.clone();
        move || stages.with(|stages| stages.iter().position(|other| *other == stage).unwrap_or(0))
    };
    let here = {
        let stage = stage.clone();
        Memo::new(move |_| current.with(|current| current.as_ref() == Some(&stage)))
    };
    let open = {
        let stage = stage.clone();
        move |_| {
            let grid = board.grid();
            let span = grid.stages.iter().find(|span| span.stage == stage);
            match span
                .and_then(|span| grid.columns.get(span.first_column))
                .and_then(|column| column.step.clone())
            {
                Some(step) => board.show_step(&step),
                None => board.add_step(stage.clone(), waymark_model::edit::Place::Last),
            }
        }
    };
    let spot = Spot::Stage(stage.clone());
    let editing = {
        let spot = spot.clone();
        Memo::new(move |_| board.editing.is(&spot))
    };
    let class = move || format!("stage-chip {}", tone(index()));
    move || {
        if editing.get() {
            let spot = spot.clone();
            let key = spot.key();
            return view! {
                <span class=class.clone() class:here=here tabindex="-1" data-spot=key>
                    <HeaderText spot=spot title=name placeholder="Name this stage" />
                </span>
            }
            .into_any();
        }
        view! {
            <button
                class=class.clone()
                class:here=here
                type="button"
                aria-current=move || here.get().then_some("true")
                data-stage=stage.to_string()
                data-spot=spot.key()
                on:click=open.clone()
            >
                {name}
            </button>
        }
        .into_any()
    }
}
