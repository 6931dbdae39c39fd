//! Pain rank, opportunity value and quadrant, evidence (`model.md` section 5).

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::ids::{PainId, StepId};
use crate::map::{JourneyMap, Opportunity, PainPoint};
use crate::vocabulary::Quadrant;

/// A value at least this high is high.
pub const HIGH_VALUE: f64 = 60.0;
/// An effort at least this high is high.
pub const HIGH_EFFORT: u8 = 3;

/// severity × frequency × impact, 1–125; `None` while one of them is missing.
pub fn pain_score(pain: &PainPoint) -> Option<u32> {
    Some(u32::from(pain.severity?) * u32::from(pain.frequency?) * u32::from(pain.impact?))
}

/// Pain points from worst to mildest with their rank from 1 (unscored ones are absent).
/// Ties go to the earlier step.
pub fn pain_ranks(map: &JourneyMap) -> Vec<(PainId, u32)> {
    let columns: HashMap<&StepId, usize> = map
        .steps
        .iter()
        .enumerate()
        .map(|(i, step)| (&step.id, i))
        .collect();
    let column = |pain: &PainPoint| {
        pain.step
            .as_ref()
            .and_then(|step| columns.get(step).copied())
            .unwrap_or(usize::MAX)
    };
    let mut scored: Vec<(u32, &PainPoint)> = map
        .pains
        .iter()
        .filter_map(|pain| Some((pain_score(pain)?, pain)))
        .collect();
    // The sort is stable: in one step, the order of the list decides.
    scored.sort_by_key(|(score, pain)| (Reverse(*score), column(pain)));
    scored
        .into_iter()
        .map(|(_, pain)| pain.id.clone())
        .zip(1..)
        .collect()
}

/// (customer value + business value) / 2, 0–100.
pub fn opportunity_value(opportunity: &Opportunity) -> Option<f64> {
    let customer = f64::from(opportunity.customer_value?);
    Some((customer + f64::from(opportunity.business_value?)) / 2.0)
}

/// Value against effort; `None` while one of them is missing.
pub fn quadrant(opportunity: &Opportunity) -> Option<Quadrant> {
    let valuable = opportunity_value(opportunity)? >= HIGH_VALUE;
    let hard = opportunity.effort? >= HIGH_EFFORT;
    Some(match (valuable, hard) {
        (true, false) => Quadrant::QuickWin,
        (true, true) => Quadrant::BigBet,
        (false, false) => Quadrant::Maybe,
        (false, true) => Quadrant::TimeSink,
    })
}

/// The share of the pain points with a status that are backed by something (reported,
/// observed or data); `None` while none has a status.
pub fn evidence_share(map: &JourneyMap) -> Option<f64> {
    let claims = map
        .pains
        .iter()
        .filter(|pain| !pain.status.is_empty())
        .count();
    let backed = map
        .pains
        .iter()
        .filter(|pain| {
            matches!(
                pain.status.as_str(),
                "reported" | "observed" | "data_backed"
            )
        })
        .count();
    (claims > 0).then(|| backed as f64 / claims as f64)
}

#[cfg(test)]
mod tests {
    use super::{evidence_share, opportunity_value, pain_ranks, pain_score, quadrant};
    use crate::edit::tests::demo;
    use crate::map::JourneyMap;
    use crate::vocabulary::Quadrant::{BigBet, Maybe, QuickWin};

    fn ranks(map: &JourneyMap) -> Vec<(String, u32)> {
        pain_ranks(map)
            .into_iter()
            .map(|(id, rank)| (id.to_string(), rank))
            .collect()
    }

    #[test]
    fn pains_rank_by_score_and_ties_go_to_the_earlier_step() {
        let mut map = demo("saas-evaluation");
        let score = |map: &JourneyMap, i: usize| pain_score(&map.pains[i]);
        assert_eq!(score(&map, 0), Some(100));
        // 100, 80, 75, 36, 60, 18 at a06, a09, a11, a02, a12, a04.
        let order: Vec<String> = ranks(&map).into_iter().map(|(id, _)| id).collect();
        assert_eq!(order, ["pp1", "pp2", "pp3", "pp5", "pp4", "pp6"]);
        for pain in &mut map.pains {
            (pain.severity, pain.frequency, pain.impact) = (Some(2), Some(2), Some(2));
        }
        let order: Vec<String> = ranks(&map).into_iter().map(|(id, _)| id).collect();
        assert_eq!(order, ["pp4", "pp6", "pp1", "pp2", "pp3", "pp5"]);
        map.pains[0].impact = None;
        assert_eq!(ranks(&map).last().map(|(_, rank)| *rank), Some(5));
        assert_eq!(score(&map, 0), None);
    }

    #[test]
    fn value_and_effort_decide_the_quadrant() {
        let mut map = demo("saas-evaluation");
        let quadrants: Vec<_> = map.opportunities.iter().map(quadrant).collect();
        assert_eq!(
            quadrants,
            [
                Some(BigBet),
                Some(QuickWin),
                Some(QuickWin),
                Some(QuickWin),
                Some(Maybe)
            ]
        );
        assert_eq!(opportunity_value(&map.opportunities[0]), Some(85.0));
        map.opportunities[0].effort = None;
        map.opportunities[1].business_value = None;
        assert_eq!(quadrant(&map.opportunities[0]), None);
        assert_eq!(quadrant(&map.opportunities[1]), None);
    }

    #[test]
    fn evidence_is_the_share_of_claims_that_are_backed() {
        let mut map = demo("saas-evaluation");
        assert_eq!(evidence_share(&map), Some(5.0 / 6.0));
        map.pains.clear();
        assert_eq!(evidence_share(&map), None);
    }
}
