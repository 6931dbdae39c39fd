//! A journey map as plain values, read from a document.
//!
//! Reading never fails: a field that is missing or of the wrong kind gets its
//! default, because updates may arrive in any order and from newer programs.

pub(crate) mod choices;
mod look;
pub(crate) mod outline;
mod read;
mod reader;
pub(crate) mod value;
mod written;

use std::collections::BTreeMap;

pub use self::look::{label_of, text_of};
pub(crate) use self::read::scale;
pub use self::reader::{News, Reader};
pub use self::written::Written;
use crate::ids::{
    CardId, ConnectorId, GroupId, LaneId, MetricId, OpportunityId, PainId, PersonaId, StageId,
    StepId,
};
use crate::scalar::{Choice, ScalarField};
pub use crate::vocabulary::{
    ClaimStatus, Colour, ConnectorKind, LaneKind, LaneLine, MapKind, PainEffect, Quadrant,
};

/// One journey map: everything that is not deleted, in reading order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JourneyMap {
    /// Title, scope and the other facts about the map as a whole.
    pub frame: Frame,
    /// The personas, in order. Emotion values belong to one of them.
    pub personas: Vec<Persona>,
    /// The stages, in order.
    pub stages: Vec<Stage>,
    /// The steps of all stages, in reading order (by stage, then inside it).
    pub steps: Vec<Step>,
    /// The lanes, top to bottom.
    pub lanes: Vec<Lane>,
    /// The cards of live steps and lanes, ordered inside each cell.
    pub cards: Vec<Card>,
    /// The settled emotion of each step for each persona, on the map's scale.
    pub emotions: BTreeMap<(StepId, PersonaId), f64>,
    /// Pain points, in order.
    pub pains: Vec<PainPoint>,
    /// Opportunities, in order.
    pub opportunities: Vec<Opportunity>,
    /// Metrics, in order. Read-only for now: they come from a file.
    pub metrics: Vec<Metric>,
    /// Connections between live steps, in order.
    pub connectors: Vec<Connector>,
    /// Groups of cards, in the order they were made.
    pub groups: Vec<Group>,
    /// The scalars that people set differently at the same time, with what each chose, in
    /// the order of their clocks: at least two choices, not all of one value.
    pub choices: BTreeMap<ScalarField, Vec<Choice>>,
}

/// The facts about the map as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// What the map is called.
    pub title: String,
    /// What kind of map it is.
    pub kind: MapKind,
    /// One sentence: whose journey, from where to where.
    pub scope: String,
    /// The event the journey starts with.
    pub starts_when: String,
    /// The event the journey ends with.
    pub ends_when: String,
    /// Why the map is made.
    pub why: String,
    /// What the map leaves out on purpose.
    pub out_of_scope: Vec<String>,
    /// The situation the persona is in.
    pub scenario: String,
    /// What the persona wants to reach.
    pub persona_goal: String,
    /// What the organisation wants to reach.
    pub business_goal: String,
    /// Who answers for the map.
    pub lead: String,
    /// Who keeps the map true.
    pub manager: String,
    /// Who brings a part of the organisation in, with commas between them.
    pub coordinators: String,
    /// Who helps with what they know, with commas between them.
    pub supporters: String,
    /// Lowest and highest emotion value; -2 and 2 unless the map says otherwise.
    pub scale: Scale,
}

/// The range of emotion values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The lowest value.
    pub min: f64,
    /// The highest value.
    pub max: f64,
    /// The distance between neighbouring values.
    pub step: f64,
}

impl Default for Scale {
    fn default() -> Self {
        Self {
            min: -2.0,
            max: 2.0,
            step: 1.0,
        }
    }
}

/// A research-based fictional customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Persona {
    /// Its id.
    pub id: PersonaId,
    /// Full name.
    pub name: String,
    /// The role in this journey, as in the file (`evaluator_and_champion`…); may be empty.
    pub role: String,
    /// Age, place, job and the like, in order.
    pub demographics: Vec<(String, String)>,
    /// What the persona wants.
    pub goals: Vec<String>,
    /// What the persona said.
    pub quotes: Vec<String>,
}

/// A large part of the journey.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Its id.
    pub id: StageId,
    /// Its name.
    pub title: String,
    /// What the persona wants to have reached at its end.
    pub goal: String,
}

/// One moment inside a stage: a column of the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its id.
    pub id: StepId,
    /// The live stage it is shown in.
    pub stage: StageId,
    /// Its name.
    pub title: String,
    /// How long it takes, as written ("20 min"); may be empty.
    pub duration: String,
    /// Whether this moment decides how the whole journey is remembered.
    pub moment_of_truth: bool,
}

/// One row of the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Its id.
    pub id: LaneId,
    /// What kind of information it holds.
    pub kind: LaneKind,
    /// Its name.
    pub title: String,
    /// The blueprint line on its upper border, if any.
    pub line_above: Option<LaneLine>,
    /// Whether it is a thin row that counts what is in its cells.
    pub collapsed: bool,
    /// Whether it is left out of the grid until somebody shows it again.
    pub hidden: bool,
    /// Whether it stays under the headers while one scrolls.
    pub pinned: bool,
    /// The colour people gave it.
    pub colour: Option<Colour>,
}

/// The smallest item in a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Its id.
    pub id: CardId,
    /// The step (column) it is in.
    pub step: StepId,
    /// The lane (row) it is in.
    pub lane: LaneId,
    /// The last step it covers, when that is after its own: it covers all between them.
    pub span_to: Option<StepId>,
    /// What it says.
    pub text: String,
    /// Where a quote comes from; empty for other cards.
    pub source: String,
    /// The colour somebody gave it; else it has that of its lane's kind.
    pub colour: Option<Colour>,
    /// How what it says is known.
    pub status: Option<ClaimStatus>,
    /// The group it was put into, whether that is still there or not
    /// ([`JourneyMap::group_of`]).
    pub group: Option<GroupId>,
    /// Who wrote it, if that is known.
    pub author: Option<Written>,
}

/// A frustration, error or bottleneck.
#[derive(Clone, Debug, PartialEq)]
pub struct PainPoint {
    /// Its id.
    pub id: PainId,
    /// The step it is shown at; `None` when that step is deleted.
    pub step: Option<StepId>,
    /// What hurts.
    pub text: String,
    /// How bad, 1–5.
    pub severity: Option<u8>,
    /// How often, 1–5.
    pub frequency: Option<u8>,
    /// How much it costs the business, 1–5.
    pub impact: Option<u8>,
    /// What people do about it.
    pub effect: Option<PainEffect>,
    /// How it is known: `assumption`, `reported`, `observed`, `data_backed`…; may be empty.
    pub status: String,
    /// Who wrote it, if that is known.
    pub author: Option<Written>,
}

/// A positively reframed problem.
#[derive(Clone, Debug, PartialEq)]
pub struct Opportunity {
    /// Its id.
    pub id: OpportunityId,
    /// "How might we…"
    pub title: String,
    /// The live steps it is about; it is shown at the first.
    pub steps: Vec<StepId>,
    /// The pain points it answers.
    pub pains: Vec<PainId>,
    /// Value for the customer, 0–100.
    pub customer_value: Option<u8>,
    /// Value for the business, 0–100.
    pub business_value: Option<u8>,
    /// Effort, 0–5.
    pub effort: Option<u8>,
    /// `new`, `prioritised`, `in_progress`, `done`, `parked`, `rejected`; may be empty.
    pub status: String,
    /// Who wrote it, if that is known.
    pub author: Option<Written>,
}

/// How one step leads to another, beside reading order. It is shown only while both
/// steps are there: deleting one hides it, restoring the step shows it again.
#[derive(Clone, Debug, PartialEq)]
pub struct Connector {
    /// Its id.
    pub id: ConnectorId,
    /// The step it leads from.
    pub from: StepId,
    /// The step it leads to, which may be the same.
    pub to: StepId,
    /// How it leads there.
    pub kind: ConnectorKind,
    /// What is written on it; may be empty.
    pub label: String,
    /// When one goes this way; may be empty.
    pub condition: String,
}

/// Cards of a cell that people put together under a name. Each stays the card it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name; may be empty.
    pub title: String,
}

impl JourneyMap {
    /// The group a card is in: the one it was put into, while that is there.
    pub fn group_of(&self, card: &Card) -> Option<&Group> {
        let id = card.group.as_ref()?;
        self.groups.iter().find(|group| group.id == *id)
    }
}

/// A number measured at a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its id.
    pub id: MetricId,
    /// The step it is measured at; `None` when that step is deleted.
    pub step: Option<StepId>,
    /// Its name.
    pub name: String,
    /// `percent`, `minutes`, `count`, `score`…
    pub unit: String,
    /// Where it started.
    pub baseline: Option<f64>,
    /// Where it is.
    pub current: Option<f64>,
    /// Where it should be.
    pub target: Option<f64>,
}
