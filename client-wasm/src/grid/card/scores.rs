//! The numbers on pain points and opportunities, as badges with words.

use leptos::prelude::*;
use waymark_model::map::{Opportunity, PainPoint};
use waymark_model::ranking;

/// Score, rank and effect of a pain point.
#[component]
pub(crate) fn PainScores(
    pain: Signal<Option<PainPoint>>,
    rank: Signal<Option<u32>>,
) -> impl IntoView {
    let facts = Memo::new(move |_| {
        pain.with(|pain| {
            pain.as_ref()
                .map(|pain| (ranking::pain_score(pain), pain.effect))
        })
        .unwrap_or_default()
    });
    let badge = move || {
        let (Some(score), _) = facts.get() else {
            return None;
        };
        let rank = rank.get();
        let says = format!(
            "Score {score}: severity × frequency × impact{}",
            rank.map_or(String::new(), |rank| format!("; rank {rank}"))
        );
        Some(view! {
            <span class="score" title=says.clone() data-testid="pain-score">
                {score}
                <span class="sr-only">{says.clone()}</span>
            </span>
            {rank.map(|rank| view! { <span class="rank" data-testid="pain-rank" aria-hidden="true">"#" {rank}</span> })}
        })
    };
    let effect = move || {
        facts
            .get()
            .1
            .map(|effect| view! { <span class="effect">{effect.label()}</span> })
    };
    (badge, effect).into_any()
}

/// Quick win, big bet, maybe or time sink.
#[component]
pub(crate) fn QuadrantTag(opportunity: Signal<Option<Opportunity>>) -> impl IntoView {
    let facts = Memo::new(move |_| {
        opportunity
            .with(|o| {
                o.as_ref().map(|o| {
                    (
                        ranking::quadrant(o),
                        ranking::opportunity_value(o),
                        o.effort,
                    )
                })
            })
            .unwrap_or_default()
    });
    let tag = move || {
        let (Some(quadrant), value, effort) = facts.get() else {
            return None;
        };
        let says = format!(
            "Value {:.0} of 100, effort {} of 5",
            value.unwrap_or_default(),
            effort.unwrap_or_default()
        );
        Some(view! {
            <span class="quadrant" data-quadrant=quadrant.word() title=says.clone()>
                {quadrant.label()}
                <span class="sr-only">{", "} {says.clone()}</span>
            </span>
        })
    };
    tag.into_any()
}
