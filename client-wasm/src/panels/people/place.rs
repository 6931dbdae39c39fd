//! Where somebody is, in the map's words.

use waymark_model::JourneyMap;

use crate::dom;
use crate::state::{Focus, Person};

/// What is said of somebody who is at no place.
pub const NOWHERE: &str = "at no place of the map right now";

/// A place in words: "Payment × Pain points"; `None` when it is gone.
pub fn place(map: &JourneyMap, focus: &Focus) -> Option<String> {
    let step = |id: &str| {
        let step = map.steps.iter().find(|step| step.id.as_str() == id)?;
        Some(named(&step.title, "a step without a name"))
    };
    let lane = |id: &str| {
        let lane = map.lanes.iter().find(|lane| lane.id.as_str() == id)?;
        Some(named(&lane.title, "a lane without a name"))
    };
    let stage = |id: &str| {
        let stage = map.stages.iter().find(|stage| stage.id.as_str() == id)?;
        Some(named(&stage.title, "a stage without a name"))
    };
    match focus {
        Focus::Cell(cell) | Focus::Item { cell, .. } => {
            Some(format!("{} × {}", step(&cell.step)?, lane(&cell.lane)?))
        }
        Focus::Stage(id) => Some(format!("Stage {}", stage(id)?)),
        Focus::Step(id) => Some(format!("Step {}", step(id)?)),
        Focus::Lane(id) => Some(format!("Lane {}", lane(id)?)),
    }
}

/// The same of somebody, with what they do there.
pub fn whereabouts(map: &JourneyMap, person: &Person) -> String {
    let place = person.focus.as_ref().and_then(|focus| place(map, focus));
    match (place, &person.focus) {
        (Some(place), Some(Focus::Item { typing: true, .. })) => format!("{place}, writes"),
        (Some(place), _) => place,
        (None, _) => NOWHERE.to_owned(),
    }
}

/// Whether somebody is at the keyboard, in words; nothing of whoever is.
pub fn attention(person: &Person, now: u64) -> Option<String> {
    person.attention.words(now, dom::clock)
}

fn named(title: &str, otherwise: &str) -> String {
    let title = title.trim();
    if title.is_empty() { otherwise } else { title }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{Attention, CellRef};
    use waymark_model::ids::{StageId, StepId};
    use waymark_model::map::Step;

    fn map() -> JourneyMap {
        let step = Step {
            id: StepId::parse("s").unwrap(),
            stage: StageId::parse("a").unwrap(),
            title: "Payment".to_owned(),
            duration: String::new(),
            moment_of_truth: false,
        };
        JourneyMap {
            steps: vec![step],
            ..JourneyMap::default()
        }
    }

    #[test]
    fn a_place_that_is_gone_has_no_words() {
        let map = map();
        let step = Focus::Step("s".to_owned());
        assert_eq!(place(&map, &step).as_deref(), Some("Step Payment"));
        let cell = CellRef {
            lane: "l".to_owned(),
            step: "s".to_owned(),
        };
        let person = Person {
            client_id: 1,
            name: "Ana".to_owned(),
            colour: String::new(),
            focus: Some(Focus::Cell(cell)),
            attention: Attention::Here,
        };
        assert_eq!(whereabouts(&map, &person), NOWHERE);
    }
}
