//! What the home page tells of a map.

use serde::Serialize;
use waymark_model::JourneyMap;
use waymark_model::ids::MapId;
use waymark_sync::Timestamp;

/// One map of the list, as the API tells it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Summary {
    pub(crate) id: String,
    pub(crate) title: String,
    kind: &'static str,
    kind_label: &'static str,
    /// The first persona.
    persona: Option<PersonaSummary>,
    stages: usize,
    steps: usize,
    cards: usize,
    pains: usize,
    opportunities: usize,
    /// The first persona's value at each step, in order.
    emotions: Vec<Option<f64>>,
    scale: ScaleSummary,
    /// Sessions right now.
    pub(crate) people: usize,
    #[serde(serialize_with = "milliseconds")]
    pub(crate) changed_at: Option<Timestamp>,
    /// Why the map cannot be opened, if so.
    problem: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct PersonaSummary {
    name: String,
    role: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct ScaleSummary {
    min: f64,
    max: f64,
}

impl Summary {
    pub(crate) fn of(id: &MapId, changed_at: Option<Timestamp>, map: &JourneyMap) -> Self {
        let persona = map.personas.first();
        let emotions = map
            .steps
            .iter()
            .map(|step| {
                let key = (step.id.clone(), persona?.id.clone());
                map.emotions.get(&key).copied()
            })
            .collect();
        Self {
            id: id.to_string(),
            title: map.frame.title.clone(),
            kind: map.frame.kind.word(),
            kind_label: map.frame.kind.label(),
            persona: persona.map(|persona| PersonaSummary {
                name: persona.name.clone(),
                role: persona.role.clone(),
            }),
            stages: map.stages.len(),
            steps: map.steps.len(),
            cards: map.cards.len(),
            pains: map.pains.len(),
            opportunities: map.opportunities.len(),
            emotions,
            scale: ScaleSummary {
                min: map.frame.scale.min,
                max: map.frame.scale.max,
            },
            people: 0,
            changed_at,
            problem: None,
        }
    }

    /// A map that is there and cannot be read.
    pub(crate) fn unreadable(id: &MapId, changed_at: Option<Timestamp>, problem: &str) -> Self {
        let empty = Self::of(id, changed_at, &JourneyMap::default());
        Self {
            title: id.to_string(),
            problem: Some(problem.to_owned()),
            ..empty
        }
    }
}

fn milliseconds<S: serde::Serializer>(
    at: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    at.map(|Timestamp(at)| at).serialize(serializer)
}
