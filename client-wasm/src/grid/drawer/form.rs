//! What the drawer shows of each kind of thing.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::Edit;
use waymark_model::grid::Item;
use waymark_model::ids::{CardId, OpportunityId, PainId, StepId};
use waymark_model::rich::DetailsOf;
use waymark_model::scalar::{Scalar, ScalarField};
use waymark_model::vocabulary::{ClaimStatus, LaneKind, OpportunityStatus};
use web_sys::Element;

use super::super::board::{Board, text_field};
use super::super::choices::Chip;
use super::super::popup::colours::Colours;
use super::super::popup::connections::Connections;
use super::super::popup::scores::{OpportunityScores, PainScoring};
use super::super::popup::{Content, Popup};
use super::super::question::StageGoal;
use super::super::reading::said;
use super::super::spot::Spot;
use super::lane::LaneFields;
use super::links::Links;
use super::rich::RichDetails;
use super::status::WordChoice;
use super::written::Author;
use crate::icon::Icon;
use crate::panels::field::InPlace;

/// Everything about one thing.
#[component]
pub(super) fn Form(spot: Spot, kind: (&'static str, &'static str)) -> impl IntoView {
    let (icon, noun) = kind;
    let fields = match spot.clone() {
        Spot::Item(Item::Card(id)) => view! { <CardFields id=id /> }.into_any(),
        Spot::Item(Item::Pain(id)) => view! { <PainFields id=id /> }.into_any(),
        Spot::Item(Item::Opportunity(id)) => view! { <OpportunityFields id=id /> }.into_any(),
        Spot::Step(id) => view! { <StepFields id=id /> }.into_any(),
        Spot::Stage(id) => view! { <StageGoal stage=id /> }.into_any(),
        Spot::Lane(id) => view! { <LaneFields id=id /> }.into_any(),
        _ => ().into_any(),
    };
    let details = details_of(&spot).map(|of| {
        view! { <RichDetails of=of label=format!("Details of the {}", noun.to_lowercase()) /> }
    });
    view! {
        <div class="side-body drawer-body">
            <Crumbs spot=spot.clone() />
            <p class="drawer-kind">
                <Icon name=icon />
                {noun}
                <Chip spot=spot.clone() />
            </p>
            <Words spot=spot.clone() noun=noun />
            {details}
            {fields}
            <Author spot=spot.clone() />
        </div>
    }
    .into_any()
}

/// The rich text of a thing.
pub(crate) fn details_of(spot: &Spot) -> Option<DetailsOf> {
    Some(match spot {
        Spot::Item(Item::Card(id)) => DetailsOf::Card(id.clone()),
        Spot::Item(Item::Pain(id)) => DetailsOf::Pain(id.clone()),
        Spot::Item(Item::Opportunity(id)) => DetailsOf::Opportunity(id.clone()),
        Spot::Step(id) => DetailsOf::Step(id.clone()),
        Spot::Stage(id) => DetailsOf::Stage(id.clone()),
        _ => return None,
    })
}

/// Where it is: stage, step and lane.
#[component]
fn Crumbs(spot: Spot) -> impl IntoView {
    let board = Board::here();
    let revision = board.state.revision();
    let crumbs = Memo::new(move |_| {
        revision.track();
        board.layout.track();
        crumbs(board, &spot)
    });
    move || {
        let parts = crumbs.get();
        (!parts.is_empty()).then(|| {
            let parts = parts.into_iter().map(|part| view! { <li>{part}</li> });
            view! { <ol class="drawer-crumbs" aria-label="Where it is">{parts.collect_view()}</ol> }
        })
    }
}

fn crumbs(board: Board, spot: &Spot) -> Vec<String> {
    let map = board.state.map();
    let stage = |id: &StepId| {
        let stage = board.stage_of(id)?;
        let stage = map.stages.iter().find(|it| it.id == stage)?;
        Some(stage.title.clone())
    };
    let parts: Vec<Option<String>> = match spot {
        Spot::Step(id) => vec![stage(id)],
        Spot::Item(item) => board.cell_of(item).map_or_else(Vec::new, |cell| {
            let lane = board.lane_now(&cell.lane).map(|lane| lane.title);
            vec![stage(&cell.step), Some(board.step_title(&cell.step)), lane]
        }),
        _ => Vec::new(),
    };
    let parts = parts.into_iter().flatten();
    parts.filter(|part| !part.trim().is_empty()).collect()
}

/// What it says.
#[component]
fn Words(spot: Spot, noun: &'static str) -> impl IntoView {
    let board = Board::here();
    let state = board.state;
    let value: Signal<String> = match spot.clone() {
        Spot::Item(Item::Card(id)) => said(state.card(&id), |card| &card.text).into(),
        Spot::Item(Item::Pain(id)) => said(state.pain(&id), |pain| &pain.text).into(),
        Spot::Item(Item::Opportunity(id)) => said(state.opportunity(&id), |it| &it.title).into(),
        Spot::Step(id) => said(state.step(&id), |step| &step.title).into(),
        Spot::Stage(id) => said(state.stage(&id), |stage| &stage.title).into(),
        Spot::Lane(id) => said(state.lane(&id), |lane| &lane.title).into(),
        _ => Signal::stored(String::new()),
    };
    text_field(&spot).map(|field| {
        view! {
            <InPlace
                field=field
                value=value
                label=format!("{noun}: what it says")
                placeholder="Write…"
                class="drawer-text"
                lines=matches!(spot, Spot::Item(_))
            />
        }
    })
}

fn claims() -> Vec<(&'static str, &'static str)> {
    let all = ClaimStatus::ALL.iter().copied();
    all.map(|it| (it.word(), it.label())).collect()
}

#[component]
fn CardFields(id: CardId) -> impl IntoView {
    let board = Board::here();
    let card = board.state.card(&id);
    let status = Signal::derive(move || {
        card.with(|card| card.as_ref()?.status.map(|it| it.word().to_owned()))
    });
    let source = said(card, |card| &card.source);
    let set_source = {
        let id = id.clone();
        move |event: leptos::ev::Event| {
            let word = event_target_value(&event).trim().to_owned();
            let _ = board.state.edit(Edit::SetScalar {
                field: ScalarField::CardSource(id.clone()),
                value: (!word.is_empty()).then_some(Scalar::Word(word)),
            });
        }
    };
    // Quotes come from somewhere; other cards say so only if they do.
    let has_source = Memo::new(move |_| {
        let lane = card.with(|card| card.as_ref().map(|card| card.lane.clone()));
        let kind = lane.and_then(|lane| board.lanes.with(|lanes| Some(lanes.get(&lane)?.0)));
        kind == Some(LaneKind::Quotes) || source.with(|source| !source.is_empty())
    });
    let source = move || {
        has_source.get().then(|| {
            view! {
                <label class="drawer-field">
                    <span class="drawer-label">"Source"</span>
                    <input
                        class="drawer-input"
                        type="text"
                        placeholder="Interview 4, project manager"
                        autocomplete="off"
                        prop:value=source
                        on:change=set_source.clone()
                    />
                </label>
            }
        })
    };
    view! {
        <WordChoice label="How do we know?" field=ScalarField::CardStatus(id.clone()) words=claims() now=status />
        {source}
        <div class="drawer-field">
            <span class="drawer-label">"Colour"</span>
            <Colours item=Item::Card(id) />
        </div>
    }
    .into_any()
}

#[component]
fn PainFields(id: PainId) -> impl IntoView {
    let pain = Board::here().state.pain(&id);
    let status = Signal::derive(move || pain.with(|pain| Some(pain.as_ref()?.status.clone())));
    view! {
        <PainScoring id=id.clone() />
        <WordChoice label="How do we know?" field=ScalarField::PainStatus(id) words=claims() now=status />
    }
    .into_any()
}

#[component]
fn OpportunityFields(id: OpportunityId) -> impl IntoView {
    let opportunity = Board::here().state.opportunity(&id);
    let status = Signal::derive(move || opportunity.with(|it| Some(it.as_ref()?.status.clone())));
    let words = OpportunityStatus::ALL.iter().copied();
    let words = words.map(|it| (it.word(), it.label())).collect();
    view! {
        <OpportunityScores id=id.clone() />
        <WordChoice label="How far is it?" field=ScalarField::OpportunityStatus(id.clone()) words=words now=status />
        <Links id=id />
    }
    .into_any()
}

#[component]
fn StepFields(id: StepId) -> impl IntoView {
    let board = Board::here();
    let step = board.state.step(&id);
    let truth =
        Memo::new(move |_| step.with(|it| it.as_ref().is_some_and(|it| it.moment_of_truth)));
    let duration = said(step, |step| &step.duration);
    let set_truth = {
        let id = id.clone();
        move |event: leptos::ev::Event| {
            let (id, value) = (id.clone(), event_target_checked(&event));
            let _ = board.state.edit(Edit::SetMomentOfTruth { id, value });
        }
    };
    let set_duration = {
        let id = id.clone();
        move |event: leptos::ev::Event| {
            let word = event_target_value(&event).trim().to_owned();
            let _ = board.state.edit(Edit::SetScalar {
                field: ScalarField::Duration(id.clone()),
                value: (!word.is_empty()).then_some(Scalar::Word(word)),
            });
        }
    };
    let from = id.clone();
    let connect = move |event: web_sys::MouseEvent| {
        let button = event.current_target();
        if let Some(button) = button.and_then(|button| button.dyn_into::<Element>().ok()) {
            let popup = Popup::beside(Content::ConnectTo(from.clone()), &button);
            board.popup.set(Some(popup));
        }
    };
    view! {
        <label class="drawer-check starred">
            <input type="checkbox" prop:checked=truth on:change=set_truth />
            <Icon name="star" />
            "Moment of truth"
        </label>
        <label class="drawer-field">
            <span class="drawer-label">"Duration"</span>
            <input
                class="drawer-input"
                type="text"
                placeholder="20 min"
                autocomplete="off"
                prop:value=duration
                on:change=set_duration
            />
        </label>
        <div class="drawer-field">
            <span class="drawer-label">"Connections"</span>
            <Connections step=id on_connect=Callback::new(connect) />
        </div>
    }
    .into_any()
}
