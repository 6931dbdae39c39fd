//! What is true of every map that was read, whatever happened to its document.
//!
//! The property tests and the simulator ask after each merge; a violation is a bug of
//! this crate, never of a peer.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::ids::{LaneId, PainId, PersonaId, StageId, StepId};
use crate::map::{JourneyMap, Written};

/// Something that a map must never show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// Two things of one kind have one id.
    Twice {
        /// "stage", "card"…
        kind: &'static str,
        /// The id.
        id: String,
    },
    /// Something refers to a thing that is not there.
    Dangling {
        /// What refers: "card q1".
        from: String,
        /// What is not there: "step a06".
        to: String,
    },
    /// A step or a card stands where reading order would not put it.
    Order(String),
    /// An emotion is outside the map's scale, or no number.
    Scale(String),
    /// What is said to have written something is no name.
    Author(String),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice { kind, id } => write!(f, "{kind} {id} is there twice"),
            Self::Dangling { from, to } => write!(f, "{from} refers to {to}, which is not there"),
            Self::Order(what) => write!(f, "{what} is out of reading order"),
            Self::Author(what) => write!(f, "the author of {what} has no name that can be shown"),
            Self::Scale(what) => write!(f, "the emotion of {what} is outside the scale"),
        }
    }
}

/// Everything that is wrong with a map; nothing, unless this crate is wrong.
pub fn violations(map: &JourneyMap) -> Vec<Violation> {
    let mut out = Vec::new();
    let personas = unique("persona", map.personas.iter().map(|it| &it.id), &mut out);
    let stages = unique("stage", map.stages.iter().map(|it| &it.id), &mut out);
    let steps = unique("step", map.steps.iter().map(|it| &it.id), &mut out);
    let lanes = unique("lane", map.lanes.iter().map(|it| &it.id), &mut out);
    let pains = unique("pain point", map.pains.iter().map(|it| &it.id), &mut out);
    unique("card", map.cards.iter().map(|it| &it.id), &mut out);
    unique(
        "opportunity",
        map.opportunities.iter().map(|it| &it.id),
        &mut out,
    );
    unique("metric", map.metrics.iter().map(|it| &it.id), &mut out);
    check_steps(map, &stages, &mut out);
    check_cards(map, &steps, &lanes, &mut out);
    check_emotions(map, &steps, &personas, &mut out);
    check_items(map, &steps, &pains, &mut out);
    check_connectors(map, &steps, &mut out);
    unique("group", map.groups.iter().map(|it| &it.id), &mut out);
    check_authors(map, &mut out);
    out
}

fn check_authors(map: &JourneyMap, out: &mut Vec<Violation>) {
    let cards = map.cards.iter().map(|it| (it.id.as_str(), &it.author));
    let pains = map.pains.iter().map(|it| (it.id.as_str(), &it.author));
    let opportunities = map.opportunities.iter();
    let opportunities = opportunities.map(|it| (it.id.as_str(), &it.author));
    for (id, author) in cards.chain(pains).chain(opportunities) {
        if author
            .as_ref()
            .is_some_and(|it| Written::new(&it.by, it.at).as_ref() != Some(it))
        {
            out.push(Violation::Author(id.to_owned()));
        }
    }
}

/// Where each id stands.
type Places<'a, Id> = BTreeMap<&'a Id, usize>;

fn unique<'a, Id: Ord + fmt::Display>(
    kind: &'static str,
    ids: impl Iterator<Item = &'a Id>,
    out: &mut Vec<Violation>,
) -> Places<'a, Id> {
    let mut places = BTreeMap::new();
    for (place, id) in ids.enumerate() {
        if places.insert(id, place).is_some() {
            out.push(Violation::Twice {
                kind,
                id: id.to_string(),
            });
        }
    }
    places
}

fn dangling(from: String, to: String) -> Violation {
    Violation::Dangling { from, to }
}

fn check_steps(map: &JourneyMap, stages: &Places<'_, StageId>, out: &mut Vec<Violation>) {
    let mut last = 0;
    for step in &map.steps {
        match stages.get(&step.stage) {
            None => out.push(dangling(
                format!("step {}", step.id),
                format!("stage {}", step.stage),
            )),
            Some(&stage) if stage < last => out.push(Violation::Order(format!("step {}", step.id))),
            Some(&stage) => last = stage,
        }
    }
}

fn check_cards(
    map: &JourneyMap,
    steps: &Places<'_, StepId>,
    lanes: &Places<'_, LaneId>,
    out: &mut Vec<Violation>,
) {
    let mut last = (0, 0);
    for card in &map.cards {
        if let Some(end) = &card.span_to {
            match (steps.get(&card.step), steps.get(end)) {
                (Some(first), Some(last)) if first < last => {}
                _ => out.push(Violation::Order(format!("the end of card {}", card.id))),
            }
        }
        match (steps.get(&card.step), lanes.get(&card.lane)) {
            (Some(&step), Some(&lane)) if (step, lane) < last => {
                out.push(Violation::Order(format!("card {}", card.id)));
            }
            (Some(&step), Some(&lane)) => last = (step, lane),
            (step, _) => {
                let gone = match step {
                    None => format!("step {}", card.step),
                    Some(_) => format!("lane {}", card.lane),
                };
                out.push(dangling(format!("card {}", card.id), gone));
            }
        }
    }
}

fn check_emotions(
    map: &JourneyMap,
    steps: &Places<'_, StepId>,
    personas: &Places<'_, PersonaId>,
    out: &mut Vec<Violation>,
) {
    let scale = map.frame.scale;
    for ((step, persona), value) in &map.emotions {
        let from = format!("{persona} at {step}");
        if !steps.contains_key(step) {
            out.push(dangling(
                format!("the emotion of {from}"),
                format!("step {step}"),
            ));
        }
        if !personas.contains_key(persona) {
            out.push(dangling(
                format!("the emotion of {from}"),
                format!("persona {persona}"),
            ));
        }
        if !(scale.min..=scale.max).contains(value) {
            out.push(Violation::Scale(from));
        }
    }
}

fn check_connectors(map: &JourneyMap, steps: &Places<'_, StepId>, out: &mut Vec<Violation>) {
    unique("connection", map.connectors.iter().map(|it| &it.id), out);
    for connector in &map.connectors {
        for step in [&connector.from, &connector.to] {
            if !steps.contains_key(step) {
                let from = format!("connection {}", connector.id);
                out.push(dangling(from, format!("step {step}")));
            }
        }
    }
}

fn check_items(
    map: &JourneyMap,
    steps: &Places<'_, StepId>,
    pains: &Places<'_, PainId>,
    out: &mut Vec<Violation>,
) {
    let step_of = |from: String, step: &StepId, out: &mut Vec<Violation>| {
        if !steps.contains_key(step) {
            out.push(dangling(from, format!("step {step}")));
        }
    };
    for pain in &map.pains {
        if let Some(step) = &pain.step {
            step_of(format!("pain point {}", pain.id), step, out);
        }
    }
    for metric in &map.metrics {
        if let Some(step) = &metric.step {
            step_of(format!("metric {}", metric.id), step, out);
        }
    }
    for opportunity in &map.opportunities {
        let from = format!("opportunity {}", opportunity.id);
        for step in &opportunity.steps {
            step_of(from.clone(), step, out);
        }
        if opportunity.steps.iter().collect::<BTreeSet<_>>().len() < opportunity.steps.len() {
            out.push(Violation::Twice {
                kind: "step",
                id: from.clone(),
            });
        }
        for pain in opportunity
            .pains
            .iter()
            .filter(|pain| !pains.contains_key(pain))
        {
            out.push(dangling(from.clone(), format!("pain point {pain}")));
        }
    }
}
