//! "Move to…": the way to move anything without dragging.

use leptos::prelude::*;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::{LaneId, StageId, StepId};
use waymark_model::map::JourneyMap;

use super::super::board::Board;
use super::super::moves::{Landing, Moved, here, siblings, steps_of};
use super::dialog::Dialog;

/// A choice: its value and what people read.
type Choice = (String, String);

/// The dialog for whatever is to be moved.
#[component]
pub(crate) fn MoveTo(moved: Option<Moved>) -> impl IntoView {
    let board = Board::here();
    let Some(moved) = moved else {
        return ().into_any();
    };
    let Some(now) = here(&board.grid(), &moved) else {
        return ().into_any();
    };
    match (&moved, now) {
        (Moved::Item(_) | Moved::Group(..), Landing::Cell { cell, index }) => {
            view! { <MoveItems moved=moved cell=cell index=index /> }.into_any()
        }
        (Moved::Step(id), Landing::Step { stage, index }) => {
            view! { <MoveStep id=id.clone() stage=stage index=index /> }.into_any()
        }
        (Moved::Stage(id), Landing::Stage { index }) => {
            let map = board.state.map();
            let others = map
                .stages
                .iter()
                .filter(|stage| stage.id != *id)
                .map(|stage| stage.title.clone())
                .collect();
            view! { <MoveAlong moved=moved others=others index=index /> }.into_any()
        }
        (Moved::Lane(id), Landing::Lane { index }) => {
            let map = board.state.map();
            let others = map
                .lanes
                .iter()
                .filter(|lane| lane.id != *id)
                .map(|lane| lane.title.clone())
                .collect();
            view! { <MoveAlong moved=moved others=others index=index /> }.into_any()
        }
        _ => ().into_any(),
    }
}

#[component]
fn MoveItems(moved: Moved, cell: CellId, index: usize) -> impl IntoView {
    let board = Board::here();
    let step = RwSignal::new(cell.step.to_string());
    let lane = RwSignal::new(cell.lane.to_string());
    let position = RwSignal::new(index);
    let chosen = move || {
        Some(CellId {
            lane: LaneId::parse(&lane.get()).ok()?,
            step: StepId::parse(&step.get()).ok()?,
        })
    };
    let positions = {
        let moved = moved.clone();
        Memo::new(move |_| {
            let others = chosen()
                .map(|cell| siblings(&board.layout.get(), &cell, moved.items()))
                .unwrap_or_default();
            positions(
                &others
                    .iter()
                    .map(|item| board.text_of(item).unwrap_or_default())
                    .collect::<Vec<_>>(),
            )
        })
    };
    // Elsewhere it goes last, unless somebody says otherwise.
    let elsewhere = move || {
        let here = step.get_untracked() == cell.step.as_str()
            && lane.get_untracked() == cell.lane.as_str();
        position.set(if here {
            index
        } else {
            positions.get_untracked().len().saturating_sub(1)
        });
    };
    let elsewhere = StoredValue::new(elsewhere);
    let map = board.state.map();
    let steps = step_choices(&map);
    let lanes: Vec<Choice> = map
        .lanes
        .iter()
        .map(|lane| (lane.id.to_string(), lane.title.clone()))
        .collect();
    let title = match &moved {
        Moved::Group(..) => format!("Move {} to…", board.words_of(&moved)),
        _ => "Move to…".to_owned(),
    };
    let any_lane = moved
        .items()
        .iter()
        .all(|item| matches!(item, Item::Card(_)));
    let submit = move || {
        let Some(cell) = untrack(chosen) else { return };
        board.finish_move(
            &moved,
            &Landing::Cell {
                cell,
                index: position.get_untracked(),
            },
        );
    };
    view! {
        <Form title=title on_submit=Callback::new(move |()| submit())>
            <Grouped label="Step" groups=steps value=step on_change=Callback::new(move |()| elsewhere.with_value(|run| run())) />
            {any_lane
                .then(|| {
                    let on_change = Callback::new(move |()| elsewhere.with_value(|run| run()));
                    view! {
                        <Pick
                            label="Lane"
                            choices=Signal::stored(lanes)
                            value=lane
                            on_change=on_change
                        />
                    }
                })}
            <Position choices=positions value=position />
        </Form>
    }
    .into_any()
}

#[component]
fn MoveStep(id: StepId, stage: StageId, index: usize) -> impl IntoView {
    let board = Board::here();
    let chosen = RwSignal::new(stage.to_string());
    let position = RwSignal::new(index);
    let map = board.state.map();
    let stages: Vec<Choice> = map
        .stages
        .iter()
        .map(|stage| (stage.id.to_string(), stage.title.clone()))
        .collect();
    let positions = {
        let id = id.clone();
        Memo::new(move |_| {
            let steps = StageId::parse(&chosen.get())
                .map(|stage| steps_of(&board.layout.get(), &stage))
                .unwrap_or_default();
            positions(
                &steps
                    .iter()
                    .filter(|step| **step != id)
                    .map(|step| board.step_title(step))
                    .collect::<Vec<_>>(),
            )
        })
    };
    let elsewhere = move || {
        let here = chosen.get_untracked() == stage.as_str();
        position.set(if here {
            index
        } else {
            positions.get_untracked().len().saturating_sub(1)
        });
    };
    let submit = move || {
        let Ok(stage) = StageId::parse(&chosen.get_untracked()) else {
            return;
        };
        board.finish_move(
            &Moved::Step(id.clone()),
            &Landing::Step {
                stage,
                index: position.get_untracked(),
            },
        );
    };
    view! {
        <Form on_submit=Callback::new(move |()| submit())>
            <Pick label="Stage" choices=Signal::stored(stages) value=chosen on_change=Callback::new(move |()| elsewhere()) />
            <Position choices=positions value=position />
        </Form>
    }
    .into_any()
}

/// Stages and lanes: only a position.
#[component]
fn MoveAlong(moved: Moved, others: Vec<String>, index: usize) -> impl IntoView {
    let board = Board::here();
    let position = RwSignal::new(index);
    let choices = positions(&others);
    let submit = move || {
        let index = position.get_untracked();
        let landing = if matches!(moved, Moved::Lane(_)) {
            Landing::Lane { index }
        } else {
            Landing::Stage { index }
        };
        board.finish_move(&moved, &landing);
    };
    view! {
        <Form on_submit=Callback::new(move |()| submit())>
            <Position choices=Memo::new(move |_| choices.clone()) value=position />
        </Form>
    }
    .into_any()
}

impl Board {
    fn finish_move(&self, moved: &Moved, landing: &Landing) {
        self.close_popup();
        if !self.land(moved, landing) {
            self.state.announce("It is there already");
        }
    }
}

#[component]
fn Form(
    on_submit: Callback<()>,
    #[prop(default = "Move to…".to_owned())] title: String,
    children: Children,
) -> impl IntoView {
    view! {
        <Dialog title=title hook="move-to" does="Move".to_owned() on_submit=on_submit>
            {children()}
        </Dialog>
    }
}

#[component]
fn Pick(
    label: &'static str,
    choices: Signal<Vec<Choice>>,
    value: RwSignal<String>,
    on_change: Callback<()>,
) -> impl IntoView {
    let options = move || {
        choices
            .get()
            .into_iter()
            .map(|choice| option(choice, value))
            .collect_view()
    };
    view! {
        <label class="move-field">
            <span>{label}</span>
            <select
                data-field=label.to_lowercase()
                on:change=move |event| {
                    value.set(event_target_value(&event));
                    on_change.run(());
                }
            >
                {options}
            </select>
        </label>
    }
    .into_any()
}

/// Steps under their stages.
#[component]
fn Grouped(
    label: &'static str,
    groups: Vec<(String, Vec<Choice>)>,
    value: RwSignal<String>,
    on_change: Callback<()>,
) -> impl IntoView {
    let options = groups.into_iter().map(|(name, choices)| {
        let options = choices
            .into_iter()
            .map(|choice| option(choice, value))
            .collect_view();
        view! { <optgroup label=name>{options}</optgroup> }
    });
    let options = options.collect_view();
    view! {
        <label class="move-field">
            <span>{label}</span>
            <select
                data-field=label.to_lowercase()
                on:change=move |event| {
                    value.set(event_target_value(&event));
                    on_change.run(());
                }
            >
                {options}
            </select>
        </label>
    }
    .into_any()
}

fn option((id, title): Choice, value: RwSignal<String>) -> impl IntoView {
    let selected = value.get_untracked() == id;
    view! { <option value=id selected=selected>{if title.is_empty() { "Untitled".to_owned() } else { title }}</option> }
}

#[component]
fn Position(choices: Memo<Vec<String>>, value: RwSignal<usize>) -> impl IntoView {
    let options = move || {
        let at = value.get();
        let option = |(index, text): (usize, String)| {
            view! {
                <option value=index.to_string() selected=index == at>
                    {text}
                </option>
            }
        };
        choices
            .get()
            .into_iter()
            .enumerate()
            .map(option)
            .collect_view()
    };
    view! {
        <label class="move-field">
            <span>"Position"</span>
            <select
                data-field="position"
                on:change=move |event| {
                    value.set(event_target_value(&event).parse().unwrap_or_default());
                }
            >
                {options}
            </select>
        </label>
    }
    .into_any()
}

/// The places among these others, in words.
fn positions(others: &[String]) -> Vec<String> {
    let short = |text: &str| {
        let short: String = text.chars().take(32).collect();
        if short.len() < text.len() {
            format!("{}…", short.trim_end())
        } else {
            short
        }
    };
    if others.is_empty() {
        return vec!["The only one".to_owned()];
    }
    let after = others
        .iter()
        .map(|other| format!("After “{}”", short(other)));
    std::iter::once("First".to_owned()).chain(after).collect()
}

fn step_choices(map: &JourneyMap) -> Vec<(String, Vec<Choice>)> {
    let group = |stage: &waymark_model::map::Stage| {
        let steps = map.steps.iter().filter(|step| step.stage == stage.id);
        (
            stage.title.clone(),
            steps
                .map(|step| (step.id.to_string(), step.title.clone()))
                .collect::<Vec<_>>(),
        )
    };
    map.stages
        .iter()
        .map(group)
        .filter(|(_, steps)| !steps.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::positions;

    #[test]
    fn positions_are_named_after_what_they_follow() {
        assert_eq!(positions(&[]), ["The only one"]);
        let others = ["Opens six tabs".to_owned(), "a".repeat(40)];
        let named = positions(&others);
        assert_eq!(named[..2], ["First", "After “Opens six tabs”"]);
        assert_eq!(named[2], format!("After “{}…”", "a".repeat(32)));
    }
}
