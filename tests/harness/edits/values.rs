//! Scalars and rich texts that people fill in.

use waymark_model::JourneyMap;
use waymark_model::rich::DetailsOf;
use waymark_model::scalar::{Scalar, ScalarField};
use waymark_model::vocabulary::{ClaimStatus, Colour, OpportunityStatus};

use crate::rng::Rng;

/// Whose details somebody writes in.
pub(super) fn any_details(map: &JourneyMap, rng: &mut Rng) -> Option<DetailsOf> {
    Some(match rng.below(5) {
        0 => DetailsOf::Pain(rng.pick(&map.pains)?.id.clone()),
        1 => DetailsOf::Opportunity(rng.pick(&map.opportunities)?.id.clone()),
        2 => DetailsOf::Step(rng.pick(&map.steps)?.id.clone()),
        3 => DetailsOf::Stage(rng.pick(&map.stages)?.id.clone()),
        _ => DetailsOf::Card(rng.pick(&map.cards)?.id.clone()),
    })
}

/// A scalar that has no edit of its own, with a value or none.
pub(super) fn any_scalar(map: &JourneyMap, rng: &mut Rng) -> Option<(ScalarField, Option<Scalar>)> {
    let word = |words: &[&str], rng: &mut Rng| {
        rng.pick(words)
            .map(|word| Scalar::from(*word))
            .filter(|_| rng.chance(80))
    };
    let claim: Vec<&str> = ClaimStatus::ALL.iter().map(|it| it.word()).collect();
    Some(match rng.below(6) {
        4 => {
            let card = rng.pick(&map.cards)?.id.clone();
            (
                ScalarField::CardSource(card),
                word(&["an interview", "a survey"], rng),
            )
        }
        0 => {
            let colours: Vec<&str> = Colour::ALL.iter().map(|it| it.word()).collect();
            let card = rng.pick(&map.cards)?.id.clone();
            (ScalarField::CardColour(card), word(&colours, rng))
        }
        1 => {
            let card = rng.pick(&map.cards)?.id.clone();
            (ScalarField::CardStatus(card), word(&claim, rng))
        }
        2 => {
            let pain = rng.pick(&map.pains)?.id.clone();
            (ScalarField::PainStatus(pain), word(&claim, rng))
        }
        3 => {
            let states: Vec<&str> = OpportunityStatus::ALL.iter().map(|it| it.word()).collect();
            let opportunity = rng.pick(&map.opportunities)?.id.clone();
            (
                ScalarField::OpportunityStatus(opportunity),
                word(&states, rng),
            )
        }
        _ => {
            let step = rng.pick(&map.steps)?.id.clone();
            (ScalarField::Duration(step), word(&["two days", "1 h"], rng))
        }
    })
}
