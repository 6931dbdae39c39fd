//! Every root and key name of the document, spelled once.
//!
//! | root | key | value |
//! |---|---|---|
//! | `frame` | field | texts (Y.Text) and plain values |
//! | `personas`, `stages`, `steps`, `lanes`, `cards`, `pains`, `opportunities`, `metrics`, `connectors`, `groups` | id | Y.Map of fields |
//! | `emotions` | `step/persona` | plain `{v}` |
//! | `choices` | `ROOT/ID/FIELD/CLIENT` | plain `{v, by, at}`: what a replica chose for a scalar |
//! | `details/ROOT/ID` | | a text of its own: the details or description of a thing ([`crate::rich`]) |
//! | `extra` | section of the file | plain value this program only keeps |
//!
//! What people write is Y.Text, so that two typists merge; everything else is a plain
//! value. A key that is not listed here belongs to somebody else (a file, or a newer
//! program): it is kept, and exported under its own name.

use yrs::{ClientID, Doc, OffsetKind, Options};

/// A part of the document that somebody may write who adds and edits cards, but does not
/// change the structure they are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contribution {
    /// Everything in the root of this name.
    Root(&'static str),
    /// The roots whose names begin like this.
    Roots(&'static str),
    /// In the root of the first name, the keys that begin with the second.
    Keys(&'static str, &'static str),
}

/// What contributors write: cards and what sits in cells beside them, with their details
/// and what was chosen for their scalars. Everything else is structure, metrics among it:
/// they come from files.
pub const CONTRIBUTIONS: &[Contribution] = &[
    Contribution::Root(CARDS),
    Contribution::Root(PAINS),
    Contribution::Root(OPPORTUNITIES),
    Contribution::Root(GROUPS),
    Contribution::Root(EMOTIONS),
    Contribution::Roots("details/cards/"),
    Contribution::Roots("details/pains/"),
    Contribution::Roots("details/opportunities/"),
    Contribution::Keys(CHOICES, "cards/"),
    Contribution::Keys(CHOICES, "pains/"),
    Contribution::Keys(CHOICES, "opportunities/"),
    Contribution::Keys(CHOICES, "emotions/"),
];

/// The version written into `frame.schema` of new documents.
pub const SCHEMA_VERSION: u32 = 1;

/// The names of the document's root maps. Besides them there are the texts of details,
/// each a root of its own ([`DETAILS`]).
pub const ROOTS: &[&str] = &[
    FRAME,
    PERSONAS,
    STAGES,
    STEPS,
    LANES,
    CARDS,
    EMOTIONS,
    PAINS,
    OPPORTUNITIES,
    METRICS,
    CONNECTORS,
    GROUPS,
    CHOICES,
    EXTRA,
];

/// Root: title, scope and the other facts about the map as a whole.
pub const FRAME: &str = "frame";
/// Root: personas by id.
pub const PERSONAS: &str = "personas";
/// Root: stages by id.
pub const STAGES: &str = "stages";
/// Root: steps by id.
pub const STEPS: &str = "steps";
/// Root: lanes by id.
pub const LANES: &str = "lanes";
/// Root: cards by id.
pub const CARDS: &str = "cards";
/// Root: settled emotions by `step/persona`.
pub const EMOTIONS: &str = "emotions";
/// Root: pain points by id.
pub const PAINS: &str = "pains";
/// Root: opportunities by id.
pub const OPPORTUNITIES: &str = "opportunities";
/// Root: metrics by id.
pub const METRICS: &str = "metrics";
/// Root: what each replica chose for a scalar, by `ROOT/ID/FIELD/CLIENT`; files do not
/// have it. At most one choice is left where people agree.
pub const CHOICES: &str = "choices";
/// Root: connections between steps by id.
pub const CONNECTORS: &str = "connectors";
/// Root: groups of cards by id.
pub const GROUPS: &str = "groups";
/// The first part of the names of roots that are rich texts: `details/ROOT/ID`. A text
/// inside an entity would have to be made with it, or two people who write the first
/// words at the same time would lose one of two texts; a root is simply there.
pub const DETAILS: &str = "details";
/// Root: sections of a file that this program only keeps.
pub const EXTRA: &str = "extra";

/// Frame: the version of this layout, a number.
pub const SCHEMA: &str = "schema";
/// Frame: which sections the file had, so that empty ones come back.
pub const SECTIONS: &str = "sections";
/// Frame: the kind of map. Lane: the kind of lane.
pub const TYPE: &str = "type";
/// Frame: the scope sentence.
pub const SCOPE: &str = "scope";
/// Frame: the event the journey starts with.
pub const STARTS_WHEN: &str = "starts_when";
/// Frame: the event the journey ends with.
pub const ENDS_WHEN: &str = "ends_when";
/// Frame: why the map is made.
pub const WHY: &str = "why";
/// Frame: what the map leaves out, a plain list.
pub const OUT_OF_SCOPE: &str = "out_of_scope";
/// Frame: unknown keys of the file's `scope`, a plain mapping.
pub const SCOPE_REST: &str = "scope_rest";
/// Frame: the situation the persona is in.
pub const SCENARIO: &str = "scenario";
/// Frame: what the persona wants to reach.
pub const PERSONA_GOAL: &str = "persona_goal";
/// Frame: what the organisation wants to reach.
pub const BUSINESS_GOAL: &str = "business_goal";
/// Frame: who answers for the map.
pub const LEAD: &str = "council_lead";
/// Frame: who keeps the map true.
pub const MANAGER: &str = "council_manager";
/// Frame: who brings a part of the organisation in, several people in one text.
pub const COORDINATORS: &str = "council_coordinators";
/// Frame: who helps with what they know, several people in one text.
pub const SUPPORTERS: &str = "council_supporters";
/// Frame: the range of emotion values, plain `{min, max, step}`.
pub const SCALE: &str = "sentiment_scale";

/// Any entity: its place among its siblings, an order key.
pub const POS: &str = "pos";
/// Any entity: who deleted it and when, plain `{by, at}`; a step that went with its
/// stage also says `with` (the stage) and, if it differs, `from` (its own `stage`).
pub const DELETED: &str = "deleted";
/// In a [`DELETED`] mark: whoever made the thing took that back, plain `true`; such a
/// mark says nothing else.
pub const UNDONE: &str = "undone";
/// Any entity: what stood in the file where this program has nothing, plain.
pub const BLANK: &str = "blank";
/// Persona: made by the import because the file has feelings but nobody who feels them.
pub const MADE: &str = "made";

/// What a map, a stage, a step, a lane or an opportunity is called.
pub const TITLE: &str = "title";
/// What a persona or a metric is called.
pub const NAME: &str = "name";
/// What a card or a pain point says.
pub const TEXT: &str = "text";
/// A stage's goal.
pub const GOAL: &str = "goal";
/// Step: its stage's id.
pub const STAGE: &str = "stage";
/// Step: whether it is a moment of truth.
pub const MOMENT_OF_TRUTH: &str = "moment_of_truth";
/// Step: how long it takes.
pub const DURATION: &str = "duration";
/// Lane: the blueprint line on its upper border.
pub const LINE_ABOVE: &str = "line_above";
/// Lane: whether it is a thin row that only counts, plain.
pub const COLLAPSED: &str = "collapsed";
/// Lane: whether it is not in the grid, plain.
pub const HIDDEN: &str = "hidden_default";
/// Lane: whether it stays under the headers while one scrolls, plain.
pub const PINNED: &str = "pinned";
/// Card, lane: a word of [`crate::vocabulary::Colour`], plain.
pub const COLOUR: &str = "colour";
/// Card: `step/lane` in one value, so that it never is in a cell nobody chose.
pub const CELL: &str = "cell";
/// Card: the last step it covers, plain; it covers its own alone when that is not after it.
pub const SPAN_TO: &str = "span_to";
/// Card: the group it was put into, plain. It counts while that group is there. One value
/// on the card: so a card is in one group at most, and each added to a group at the same
/// time stays in it.
pub const GROUP: &str = "group";
/// Card, pain point, opportunity: who wrote it and when, plain `{by, at}`; a name alone in
/// files. Not there when nobody knows.
pub const AUTHOR: &str = "author";
/// Card: where a quote comes from.
pub const SOURCE: &str = "source";
/// Persona: the role in this journey.
pub const ROLE: &str = "role_in_journey";
/// Persona: a plain list of `[name, value]` pairs, because mappings have no order.
pub const DEMOGRAPHICS: &str = "demographics";
/// Persona: a plain list.
pub const GOALS: &str = "goals";
/// Persona: a plain list.
pub const QUOTES: &str = "quotes";
/// Pain point, metric: its step's id.
pub const STEP: &str = "step";
/// Pain point: 1–5.
pub const SEVERITY: &str = "severity";
/// Pain point: 1–5.
pub const FREQUENCY: &str = "frequency";
/// Pain point: 1–5.
pub const IMPACT: &str = "impact";
/// Pain point: what people do about it.
pub const EFFECT: &str = "effect";
/// Pain point, opportunity: its status word.
pub const STATUS: &str = "status";
/// Opportunity: 0–100.
pub const CUSTOMER_VALUE: &str = "customer_value";
/// Opportunity: 0–100.
pub const BUSINESS_VALUE: &str = "business_value";
/// Opportunity: 0–5.
pub const EFFORT: &str = "effort";
/// Opportunity: a plain list of pain points' ids.
pub const PAIN_POINTS: &str = "pain_points";
/// Connection: the step it leads from.
pub const FROM: &str = "from";
/// Connection: the step it leads to.
pub const TO: &str = "to";
/// Connection: how it leads there, a word of [`crate::vocabulary::ConnectorKind`].
pub const KIND: &str = "kind";
/// Connection: what is written on it.
pub const LABEL: &str = "label";
/// Connection: when one goes this way.
pub const CONDITION: &str = "condition";
/// Metric: its unit.
pub const UNIT: &str = "unit";
/// Metric: where it started.
pub const BASELINE: &str = "baseline";
/// Metric: where it is.
pub const CURRENT: &str = "current";
/// Metric: where it should be.
pub const TARGET: &str = "target";
/// Emotion, choice: the value.
pub const VALUE: &str = "v";

/// The texts of the frame, which exist from the document's first transaction on.
pub const FRAME_TEXTS: &[&str] = &[
    TITLE,
    SCOPE,
    STARTS_WHEN,
    ENDS_WHEN,
    WHY,
    SCENARIO,
    PERSONA_GOAL,
    BUSINESS_GOAL,
    LEAD,
    MANAGER,
    COORDINATORS,
    SUPPORTERS,
];

/// The names this program uses for itself. A file's own key of that name is kept under
/// a name with a tilde in front.
pub(crate) const OWN: &[&str] = &[
    SCHEMA, SECTIONS, SCOPE_REST, POS, DELETED, BLANK, MADE, CELL, "id",
];

/// An empty document as every replica of a map must be made: text offsets in UTF-16
/// units, as in every browser, deleted content collected, and nothing cleaned up that
/// nobody asked for: such a change would reach no other replica.
pub fn new_doc(client_id: u64) -> Doc {
    Doc::with_options(Options {
        offset_kind: OffsetKind::Utf16,
        skip_gc: false,
        cleanup_formatting: false,
        ..Options::with_client_id(ClientID::new(client_id))
    })
}
