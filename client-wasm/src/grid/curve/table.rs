//! The curve as a table, for those who do not see it or want its numbers.

use leptos::prelude::*;
use waymark_model::ids::StepId;
use waymark_model::rhythm::{Rhythm, Run};

use super::super::board::Board;
use super::super::faces::mood_words;
use super::plot::{mood, signed};
use super::summary;
use super::whose::named;
use crate::panels::heads::Heads;

/// One step of the journey.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    step: String,
    value: Option<f64>,
    labels: String,
}

/// All steps with their values, words and labels, under the summary in sentences.
#[component]
pub(crate) fn CurveTable() -> impl IntoView {
    let board = Board::here();
    let (values, rhythm, frame) = (
        board.state.emotions(),
        board.state.rhythm(),
        board.state.frame(),
    );
    let text = summary(board);
    let whose = board.state.whose();
    let title = move || match whose.get().filter(|_| board.has_personas()) {
        Some(whose) => format!("The curve of {} as a table", named(&whose)),
        None => "The curve as a table".to_owned(),
    };
    let rows = Memo::new(move |_| {
        board.layout.track();
        let map = board.state.map();
        let order: Vec<StepId> =
            values.with(|values| values.iter().map(|(id, _)| id.clone()).collect());
        let row = |(id, value): &(StepId, Option<f64>)| {
            let step = map.steps.iter().find(|step| step.id == *id);
            let mut labels = rhythm.with(|rhythm| labels(rhythm, &order, id));
            if step.is_some_and(|step| step.moment_of_truth) {
                labels.push("Moment of truth");
            }
            Row {
                step: step.map(|step| step.title.clone()).unwrap_or_default(),
                value: *value,
                labels: labels.join(", "),
            }
        };
        values.with(|values| values.iter().map(row).collect::<Vec<_>>())
    });
    let line = move |row: Row| {
        let scale = frame.with(|frame| frame.scale);
        let number = row.value.map_or_else(|| "–".to_owned(), signed);
        let word = row.value.map_or("not set", |value| {
            mood_words(mood(value, scale.min, scale.max))
        });
        view! {
            <tr>
                <th scope="row">{row.step}</th>
                <td class="curve-number">{number}</td>
                <td>{word}</td>
                <td>{row.labels}</td>
            </tr>
        }
    };
    view! {
        <div class="curve-table">
            <h2 tabindex="-1" data-first="">{title}</h2>
            <p class="quiet">{text}</p>
            <table>
                <Heads words=&["Step", "Value", "Feeling", "Labels"] />
                <tbody>{move || rows.get().into_iter().map(line).collect_view()}</tbody>
            </table>
            <button class="popup-quiet" type="button" on:click=move |_| board.close_popup()>"Close"</button>
        </div>
    }
    .into_any()
}

/// The labels of a step; `order` has the steps in the order of the journey.
fn labels(rhythm: &Rhythm, order: &[StepId], id: &StepId) -> Vec<&'static str> {
    let at = |step: &StepId| order.iter().position(|other| other == step);
    let within = |runs: &[Run]| {
        runs.iter().any(|run| {
            let span = (at(&run.first), at(&run.last), at(id));
            matches!(span, (Some(first), Some(last), Some(here)) if (first..=last).contains(&here))
        })
    };
    let found = [
        (rhythm.rapid_drops.contains(id), "Sharp drop"),
        (within(&rhythm.troughs), "Trough"),
        (within(&rhythm.peaks), "Peak"),
        (within(&rhythm.sawtooth), "Sawtooth"),
    ];
    let found = found.into_iter().filter(|(is_there, _)| *is_there);
    found.map(|(_, label)| label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_labels_every_step_in_it() {
        let steps: Vec<StepId> = ["a", "b", "c", "d"]
            .into_iter()
            .map(|id| StepId::parse(id).unwrap())
            .collect();
        let rhythm = Rhythm {
            rapid_drops: vec![steps[1].clone()],
            troughs: vec![Run {
                first: steps[1].clone(),
                last: steps[2].clone(),
            }],
            ..Rhythm::default()
        };
        let of = |at: usize| labels(&rhythm, &steps, &steps[at]);
        assert_eq!(of(0), [""; 0]);
        assert_eq!(of(1), ["Sharp drop", "Trough"]);
        assert_eq!(of(2), ["Trough"]);
        assert_eq!(of(3), [""; 0]);
    }
}
