//! What a thread is about, and whether that is still there.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::limits;
use crate::JourneyMap;
use crate::ids::{CardId, LaneId, MetricId, OpportunityId, PainId, PersonaId, StageId, StepId};
use crate::rich::DetailsOf;

/// What a thread is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields say what they are")]
pub enum Place {
    /// The map as a whole.
    Map {},
    Stage {
        stage: StageId,
    },
    Step {
        step: StepId,
    },
    Lane {
        lane: LaneId,
    },
    Cell {
        lane: LaneId,
        step: StepId,
    },
    Card {
        card: CardId,
    },
    /// Some words of a rich text.
    Text {
        /// Its root in the map's document, `details/ROOT/ID`.
        of: String,
        /// The words.
        quote: String,
        /// The carets before and after them ([`crate::caret`]).
        from: String,
        to: String,
    },
    /// How somebody feels at a step.
    Emotion {
        step: StepId,
        persona: PersonaId,
    },
    Pain {
        pain: PainId,
    },
    Opportunity {
        opportunity: OpportunityId,
    },
    Metric {
        metric: MetricId,
    },
}

/// What a thread is about, with what was to be read there when it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// What it is about.
    pub place: Place,
    /// The names on the way there, the outermost first: the stage's, the step's, the lane's.
    #[serde(default)]
    pub path: Vec<String>,
    /// What stood there.
    #[serde(default)]
    pub words: String,
}

/// Where a thread's place is on the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// It is there, in this stage and step if it is in any.
    There {
        /// The stage.
        stage: Option<StageId>,
        /// The step.
        step: Option<StepId>,
    },
    /// It is not there (any more): the thread goes to the shelf of orphans.
    Gone,
}

/// Where everything on a map is, made once for many threads.
///
/// Invariant: a pure function of the map. Nothing about orphans is stored, so that whoever
/// takes a deletion back has the threads back too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    stages: HashSet<StageId>,
    steps: HashMap<StepId, StageId>,
    lanes: HashSet<LaneId>,
    cards: HashMap<CardId, StepId>,
    personas: HashSet<PersonaId>,
    pains: HashMap<PainId, Option<StepId>>,
    opportunities: HashMap<OpportunityId, Option<StepId>>,
    metrics: HashMap<MetricId, Option<StepId>>,
}

impl Places {
    /// The places of a map as it is read.
    pub fn of(map: &JourneyMap) -> Self {
        Self {
            stages: map.stages.iter().map(|it| it.id.clone()).collect(),
            steps: map
                .steps
                .iter()
                .map(|it| (it.id.clone(), it.stage.clone()))
                .collect(),
            lanes: map.lanes.iter().map(|it| it.id.clone()).collect(),
            cards: map
                .cards
                .iter()
                .map(|it| (it.id.clone(), it.step.clone()))
                .collect(),
            personas: map.personas.iter().map(|it| it.id.clone()).collect(),
            pains: map
                .pains
                .iter()
                .map(|it| (it.id.clone(), it.step.clone()))
                .collect(),
            opportunities: map
                .opportunities
                .iter()
                .map(|it| (it.id.clone(), it.steps.first().cloned()))
                .collect(),
            metrics: map
                .metrics
                .iter()
                .map(|it| (it.id.clone(), it.step.clone()))
                .collect(),
        }
    }

    /// Where a place is.
    pub fn find(&self, place: &Place) -> Whereabouts {
        match self.look(place) {
            Some((stage, step)) => Whereabouts::There { stage, step },
            None => Whereabouts::Gone,
        }
    }

    fn look(&self, place: &Place) -> Option<(Option<StageId>, Option<StepId>)> {
        match place {
            Place::Map {} => Some((None, None)),
            Place::Stage { stage } => self
                .stages
                .contains(stage)
                .then(|| (Some(stage.clone()), None)),
            Place::Step { step } => self.step(step),
            Place::Lane { lane } => self.lanes.contains(lane).then_some((None, None)),
            Place::Cell { lane, step } => {
                let step = self.step(step)?;
                self.lanes.contains(lane).then_some(step)
            }
            Place::Card { card } => self.step(self.cards.get(card)?),
            Place::Emotion { step, persona } => {
                let step = self.step(step)?;
                self.personas.contains(persona).then_some(step)
            }
            Place::Pain { pain } => self.shown(self.pains.get(pain)?),
            Place::Opportunity { opportunity } => self.shown(self.opportunities.get(opportunity)?),
            Place::Metric { metric } => self.shown(self.metrics.get(metric)?),
            Place::Text { of, .. } => self.look(&owner(&DetailsOf::parse(of)?)),
        }
    }

    fn step(&self, step: &StepId) -> Option<(Option<StageId>, Option<StepId>)> {
        let stage = self.steps.get(step)?;
        Some((Some(stage.clone()), Some(step.clone())))
    }

    /// What is shown at a step, or at none.
    fn shown(&self, step: &Option<StepId>) -> Option<(Option<StageId>, Option<StepId>)> {
        match step {
            Some(step) => self.step(step),
            None => Some((None, None)),
        }
    }
}

fn owner(details: &DetailsOf) -> Place {
    match details.clone() {
        DetailsOf::Card(card) => Place::Card { card },
        DetailsOf::Pain(pain) => Place::Pain { pain },
        DetailsOf::Opportunity(opportunity) => Place::Opportunity { opportunity },
        DetailsOf::Step(step) => Place::Step { step },
        DetailsOf::Stage(stage) => Place::Stage { stage },
    }
}

impl Place {
    /// What carries the mark of its threads: of words, what they are in.
    pub fn bearer(&self) -> Self {
        match self {
            Self::Text { of, .. } => {
                DetailsOf::parse(of).map_or(Self::Map {}, |details| owner(&details))
            }
            other => other.clone(),
        }
    }
}

impl Anchor {
    /// Whether it is as large as one may be, and says nothing that cannot be shown.
    pub(super) fn is_fit(&self) -> bool {
        let fits = |text: &str| is_line(text, limits::WORDS_CHARS);
        let place = match &self.place {
            Place::Text {
                of,
                quote,
                from,
                to,
            } => {
                let caret = |text: &str| {
                    text.len() <= crate::caret::MAX_BYTES
                        && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
                };
                DetailsOf::parse(of).is_some() && fits(quote) && caret(from) && caret(to)
            }
            _ => true,
        };
        place
            && self.path.len() <= limits::PATH
            && self.path.iter().all(|name| fits(name))
            && fits(&self.words)
    }
}

/// Whether a text is one line of at most so many characters.
pub(super) fn is_line(text: &str, most: usize) -> bool {
    text.len() <= 4 * most && text.chars().count() <= most && !text.chars().any(char::is_control)
}
