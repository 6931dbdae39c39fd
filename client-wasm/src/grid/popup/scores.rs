//! The numbers of pain points and opportunities, set with taps or keys.

use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::edit::{OpportunityScore, PainScore};
use waymark_model::ids::{OpportunityId, PainId};
use waymark_model::map::{Opportunity, PainEffect, PainPoint};
use waymark_model::ranking;

use super::super::board::Board;
use super::super::radios::{Radio, Radios};

/// Severity, frequency, impact and effect of a pain point.
#[component]
pub(crate) fn PainScoring(id: PainId) -> impl IntoView {
    let board = Board::here();
    let pain = board.state.pain(&id);
    let rank = board.state.pain_rank(&id);
    let read = move |score: PainScore| {
        Signal::derive(move || {
            pain.with(|pain: &Option<PainPoint>| {
                let pain = pain.as_ref()?;
                match score {
                    PainScore::Severity => pain.severity,
                    PainScore::Frequency => pain.frequency,
                    PainScore::Impact => pain.impact,
                }
            })
        })
    };
    let write = {
        let id = id.clone();
        move |score: PainScore| {
            let id = id.clone();
            Callback::new(move |value: Option<u8>| {
                let _ = board.state.edit(Edit::ScorePain {
                    id: id.clone(),
                    score,
                    value,
                });
            })
        }
    };
    let result = move || {
        let score = pain.with(|pain| pain.as_ref().and_then(ranking::pain_score));
        match (score, rank.get()) {
            (Some(score), Some(rank)) => format!("Score {score} of 125, rank {rank}"),
            (Some(score), None) => format!("Score {score} of 125"),
            (None, _) => "Set all three to rank it".to_owned(),
        }
    };
    view! {
        <div class="scores" role="group" aria-label="Scores">
            <Row label="Severity" low="mild" high="severe" value=read(PainScore::Severity) on_set=write(PainScore::Severity) />
            <Row label="Frequency" low="rare" high="always" value=read(PainScore::Frequency) on_set=write(PainScore::Frequency) />
            <Row label="Impact" low="little" high="much" value=read(PainScore::Impact) on_set=write(PainScore::Impact) />
            <Effects id=id pain=pain />
            <p class="scores-result" role="status">{result}</p>
        </div>
    }
    .into_any()
}

/// One number from 1 to 5; choosing it again clears it.
#[component]
fn Row(
    label: &'static str,
    low: &'static str,
    high: &'static str,
    value: Signal<Option<u8>>,
    on_set: Callback<Option<u8>>,
) -> impl IntoView {
    let radio = |number: u8| Radio {
        value: number,
        shown: number.to_string(),
        spoken: Some(match number {
            1 => format!("{label} 1, {low}"),
            5 => format!("{label} 5, {high}"),
            number => format!("{label} {number}"),
        }),
        word: format!("{}-{number}", label.to_lowercase()),
    };
    view! {
        <div class="score-row">
            <span class="score-label">{label}</span>
            <Radios label=label radios=(1..=5).map(radio).collect() now=value on_choose=on_set />
        </div>
    }
    .into_any()
}

#[component]
fn Effects(id: PainId, pain: Signal<Option<PainPoint>>) -> impl IntoView {
    let board = Board::here();
    let now = Signal::derive(move || pain.with(|pain| pain.as_ref().and_then(|pain| pain.effect)));
    let choose = Callback::new(move |effect: Option<PainEffect>| {
        let _ = board.state.edit(Edit::SetPainEffect {
            id: id.clone(),
            effect,
        });
    });
    let radios = PainEffect::ALL.iter();
    let radios = radios.map(|effect| Radio::word(*effect, effect.word(), effect.label()));
    view! {
        <div class="score-row">
            <span class="score-label">"Effect"</span>
            <Radios label="Effect" radios=radios.collect() now=now on_choose=choose words=true />
        </div>
    }
    .into_any()
}

/// Value and effort of an opportunity.
#[component]
pub(crate) fn OpportunityScores(id: OpportunityId) -> impl IntoView {
    let board = Board::here();
    let opportunity = board.state.opportunity(&id);
    let read = move |score: OpportunityScore| {
        Signal::derive(move || {
            opportunity.with(|o: &Option<Opportunity>| {
                let o = o.as_ref()?;
                match score {
                    OpportunityScore::CustomerValue => o.customer_value,
                    OpportunityScore::BusinessValue => o.business_value,
                    OpportunityScore::Effort => o.effort,
                }
            })
        })
    };
    let write = move |score: OpportunityScore| {
        let id = id.clone();
        Callback::new(move |value: Option<u8>| {
            let _ = board.state.edit(Edit::ScoreOpportunity {
                id: id.clone(),
                score,
                value,
            });
        })
    };
    let result = move || {
        opportunity.with(|o| {
            let o = o.as_ref()?;
            let value = ranking::opportunity_value(o)?;
            let quadrant =
                ranking::quadrant(o).map_or("set the effort", |quadrant| quadrant.label());
            Some(format!("Value {value:.0} of 100: {quadrant}"))
        })
    };
    let shown = move || result().unwrap_or_else(|| "Set value and effort to place it".to_owned());
    view! {
        <div class="scores" role="group" aria-label="Value and effort">
            <Amount
                label="Customer value"
                most=100
                step=5
                value=read(OpportunityScore::CustomerValue)
                on_set=write(OpportunityScore::CustomerValue)
            />
            <Amount
                label="Business value"
                most=100
                step=5
                value=read(OpportunityScore::BusinessValue)
                on_set=write(OpportunityScore::BusinessValue)
            />
            <Amount label="Effort" most=5 step=1 value=read(OpportunityScore::Effort) on_set=write(OpportunityScore::Effort) />
            <p class="scores-result" role="status">{shown}</p>
        </div>
    }
    .into_any()
}

/// A number on a slider, with a box to type it.
#[component]
fn Amount(
    label: &'static str,
    most: u8,
    step: u8,
    value: Signal<Option<u8>>,
    on_set: Callback<Option<u8>>,
) -> impl IntoView {
    let parse = move |text: String| {
        if text.trim().is_empty() {
            Some(None)
        } else {
            text.trim()
                .parse::<u8>()
                .ok()
                .map(|value| Some(value.min(most)))
        }
    };
    let change = move |event: web_sys::Event| {
        if let Some(new) = parse(event_target_value(&event))
            && new != value.get_untracked()
        {
            on_set.run(new);
        }
    };
    view! {
        <label class="score-row">
            <span class="score-label">{label}</span>
            <input
                class="score-slider"
                class:unset=move || value.get().is_none()
                type="range"
                min="0"
                max=most
                step=step
                aria-label=label
                prop:value=move || value.get().map_or_else(|| (most / 2).to_string(), |value| value.to_string())
                on:change=change
            />
            <input
                class="score-number"
                type="number"
                min="0"
                max=most
                inputmode="numeric"
                placeholder="–"
                aria-label=format!("{label}, 0 to {most}")
                prop:value=move || value.get().map(|value| value.to_string()).unwrap_or_default()
                on:change=change
            />
        </label>
    }
    .into_any()
}
