//! "2 values": what people set differently at the same time, until somebody chooses.

use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::edit::{OpportunityScore, PainScore};
use waymark_model::grid::Item;
use waymark_model::scalar::{Choice, Scalar, ScalarField};
use waymark_model::vocabulary::{ClaimStatus, Colour, OpportunityStatus, PainEffect};

use super::board::Board;
use super::curve::{plot, spoken};
use super::popup::{Content, Popup};
use super::spot::Spot;
use crate::dom::clock;

/// The most choices offered for one value; more people than that agree on nothing.
const MOST: usize = 12;

/// The scalars shown at a place.
fn fields_of(board: Board, spot: &Spot) -> Vec<ScalarField> {
    match spot {
        Spot::Item(Item::Pain(id)) => {
            let scores = [PainScore::Severity, PainScore::Frequency, PainScore::Impact];
            scores
                .map(|score| ScalarField::Pain(id.clone(), score))
                .into_iter()
                .chain([
                    ScalarField::PainEffect(id.clone()),
                    ScalarField::PainStatus(id.clone()),
                ])
                .collect()
        }
        Spot::Item(Item::Opportunity(id)) => [
            OpportunityScore::CustomerValue,
            OpportunityScore::BusinessValue,
            OpportunityScore::Effort,
        ]
        .map(|score| ScalarField::Opportunity(id.clone(), score))
        .into_iter()
        .chain([ScalarField::OpportunityStatus(id.clone())])
        .collect(),
        Spot::Item(Item::Card(id)) => vec![
            ScalarField::CardColour(id.clone()),
            ScalarField::CardStatus(id.clone()),
            ScalarField::CardSource(id.clone()),
        ],
        Spot::Step(id) => vec![
            ScalarField::MomentOfTruth(id.clone()),
            ScalarField::Duration(id.clone()),
        ],
        Spot::Point(step) => board
            .whose_now()
            .map(|persona| ScalarField::Emotion(step.clone(), persona))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether people disagree about something at a place right now; not tracked.
pub(crate) fn are_at(board: Board, spot: &Spot) -> bool {
    let map = board.state.map();
    !map.choices.is_empty()
        && fields_of(board, spot)
            .iter()
            .any(|field| map.choices.contains_key(field))
}

/// How many values the scalars of a place have at most; 0 where people agree.
pub(crate) fn count_at(board: Board, spot: &Spot) -> Memo<usize> {
    let (disputed, spot) = (board.state.is_disputed(), spot.clone());
    let whose = board.state.whose();
    Memo::new(move |_| {
        // Mostly people agree, and then nothing else has to be watched.
        if !disputed.get() {
            return 0;
        }
        if matches!(spot, Spot::Point(_)) {
            // What it is about depends on whose curve is shown.
            whose.track();
        }
        let fields = fields_of(board, &spot);
        let counts = fields.iter().map(|field| {
            let choices = board.state.choices(field);
            choices.with(|it| values(it).len())
        });
        counts.max().unwrap_or_default()
    })
}

/// What is said after the name of a thing: ", 2 values to choose from".
pub(crate) fn said(count: usize) -> String {
    if count > 1 {
        format!(", {count} values to choose from")
    } else {
        String::new()
    }
}

/// The chip at a place where people disagree; it opens what they chose.
#[component]
pub(crate) fn Chip(spot: Spot) -> impl IntoView {
    let board = Board::here();
    let count = count_at(board, &spot);
    let chip = move || {
        let count = count.get();
        let spot = spot.clone();
        (count > 1).then(|| {
            view! {
                <button
                    class="choices-chip"
                    type="button"
                    tabindex="-1"
                    data-opens=""
                    data-testid="choices"
                    title="Set differently at the same time: choose one"
                    on:pointerdown=|event| event.stop_propagation()
                    on:dblclick=|event| event.stop_propagation()
                    on:click=move |event| {
                        event.stop_propagation();
                        let anchor = event_target::<web_sys::Element>(&event);
                        board.popup.set(Some(Popup::beside(Content::Choices(spot.clone()), &anchor)));
                    }
                >
                    {count}
                    " values"
                </button>
            }
        })
    };
    chip.into_any()
}

/// What people chose at a place, to choose from.
#[component]
pub(crate) fn Choices(spot: Spot) -> impl IntoView {
    let board = Board::here();
    let fields = fields_of(board, &spot);
    let sections = fields.into_iter().map(|field| {
        let choices = board.state.choices(&field);
        let spot = spot.clone();
        move || {
            choices.with(|choices| {
                (!choices.is_empty()).then(|| section(board, &spot, &field, choices))
            })
        }
    });
    view! { <div class="choices">{sections.collect_view()}</div> }.into_any()
}

fn section(board: Board, spot: &Spot, field: &ScalarField, choices: &[Choice]) -> AnyView {
    let name = name_of(field);
    let rows = values(choices).into_iter().take(MOST).map(|choice| {
        let words = words_of(board, field, choice.value.as_ref());
        let by = who(choice, |by| board.talk.voices.called(by));
        let (field, spot, value) = (field.clone(), spot.clone(), choice.value.clone());
        let said = format!("{name}: {words}");
        let choose = move |_| {
            let edit = Edit::SetScalar {
                field: field.clone(),
                value: value.clone(),
            };
            if board.state.edit(edit).is_ok() {
                board.state.announce(said.clone());
                if !are_at(board, &spot) {
                    board.close_popup();
                }
            }
        };
        view! {
            <button class="choice" type="button" data-testid="choice" on:click=choose>
                <strong>{words}</strong>
                <small>{by}</small>
            </button>
        }
    });
    view! {
        <div class="choices-of" role="group" aria-label=name>
            <p class="choices-name" aria-hidden="true">
                {name}
            </p>
            {rows.collect_view()}
        </div>
    }
    .into_any()
}

/// One choice for each value: the first that was made.
fn values(choices: &[Choice]) -> Vec<&Choice> {
    let mut found: Vec<&Choice> = Vec::new();
    for choice in choices {
        if found.iter().all(|other| other.value != choice.value) {
            found.push(choice);
        }
    }
    found
}

/// "Ana, 14:05".
fn who(choice: &Choice, called: impl Fn(&str) -> String) -> String {
    let by = called(&choice.by);
    if choice.at == 0 {
        by
    } else {
        format!("{by}, {}", clock(choice.at))
    }
}

fn name_of(field: &ScalarField) -> &'static str {
    match field {
        ScalarField::Emotion(..) => "How it feels",
        ScalarField::MomentOfTruth(_) => "Moment of truth",
        ScalarField::Duration(_) => "Duration",
        ScalarField::Pain(_, PainScore::Severity) => "Severity",
        ScalarField::Pain(_, PainScore::Frequency) => "Frequency",
        ScalarField::Pain(_, PainScore::Impact) => "Impact",
        ScalarField::PainEffect(_) => "Effect",
        ScalarField::Opportunity(_, OpportunityScore::CustomerValue) => "Value for customers",
        ScalarField::Opportunity(_, OpportunityScore::BusinessValue) => "Value for the business",
        ScalarField::Opportunity(_, OpportunityScore::Effort) => "Effort",
        ScalarField::CardColour(_) => "Colour",
        ScalarField::CardSource(_) => "Source",
        ScalarField::CardStatus(_)
        | ScalarField::PainStatus(_)
        | ScalarField::OpportunityStatus(_) => "Status",
    }
}

fn words_of(board: Board, field: &ScalarField, value: Option<&Scalar>) -> String {
    match (field, value) {
        (_, None) => "Not set".to_owned(),
        (ScalarField::Emotion(..), Some(Scalar::Number(value))) => {
            spoken(Some(*value), &plot(board).get_untracked())
        }
        (_, Some(Scalar::Number(value))) => value.to_string(),
        (_, Some(Scalar::Flag(yes))) => if *yes { "Yes" } else { "No" }.to_owned(),
        (_, Some(Scalar::Word(word))) => label_of(field, word).unwrap_or(word).to_owned(),
    }
}

fn label_of(field: &ScalarField, word: &str) -> Option<&'static str> {
    match field {
        ScalarField::PainEffect(_) => PainEffect::from_word(word).map(PainEffect::label),
        ScalarField::CardColour(_) => Colour::from_word(word).map(Colour::label),
        ScalarField::CardStatus(_) | ScalarField::PainStatus(_) => {
            ClaimStatus::from_word(word).map(ClaimStatus::label)
        }
        ScalarField::OpportunityStatus(_) => {
            OpportunityStatus::from_word(word).map(OpportunityStatus::label)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{said, values, who};
    use waymark_model::scalar::{Choice, Scalar};

    fn choice(value: u8, by: &str) -> Choice {
        Choice {
            value: Some(Scalar::from(value)),
            by: by.to_owned(),
            at: 0,
        }
    }

    #[test]
    fn each_value_is_offered_once_with_the_name_of_who_chose_it_first() {
        let all = [choice(3, "p_1"), choice(4, "p_2"), choice(3, "p_3")];
        let found = values(&all);
        assert_eq!(found.len(), 2);
        let called = |by: &str| by.replace("p_1", "Ana");
        assert_eq!(who(found[0], called), "Ana");
        assert_eq!(said(found.len()), ", 2 values to choose from");
        assert_eq!(said(0), "");
    }
}
