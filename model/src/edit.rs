//! Every change a person can make to a map, as a value.
//!
//! [`Edit`] says what is meant; [`apply`] writes it into a transaction. One edit is
//! one transaction, so it is one undo step, and a concurrent edit of anything else
//! survives it (a move never deletes and recreates).

mod about;
mod authors;
mod cards;
mod connectors;
mod details;
mod entity;
mod error;
mod groups;
mod items;
mod lanes;
mod place;
mod remove;
mod scalars;
mod splice;
mod stages;
mod structure;
#[cfg(test)]
pub(crate) mod tests;
mod texts;

use yrs::TransactionMut;

pub use self::about::{OpportunityScore, PainScore, Place, Target, TextField};
pub(crate) use self::entity::{Kind, write_new, write_text};
pub use self::error::EditError;
pub use self::lanes::LaneFlag;
pub(crate) use self::scalars::settle;
pub(crate) use self::texts::text_ref;
use crate::grid::Item;
use crate::ids::{
    CardId, ConnectorId, GroupId, LaneId, OpportunityId, PainId, PersonaId, StageId, StepId,
};
use crate::map::Written;
use crate::rich::{DetailsOf, Mark, Marks};
use crate::scalar::{Scalar, ScalarField};
use crate::vocabulary::{Colour, ConnectorKind, LaneKind, LaneLine, MapKind, PainEffect};

/// One intended change.
#[allow(missing_docs, reason = "the fields say what they are")]
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Make a text say `text`: only the part that differs is written, so that two
    /// people typing in one text both keep their words.
    SetText { field: TextField, text: String },
    /// Say what kind of map it is.
    SetMapKind(MapKind),
    /// Add a persona with a name.
    AddPersona { id: PersonaId, name: String },
    /// Add a stage.
    AddStage {
        id: StageId,
        title: String,
        place: Place<StageId>,
    },
    /// Move a stage with its steps.
    MoveStage { id: StageId, place: Place<StageId> },
    /// Move a step and those after it in its stage to a new stage next to it.
    SplitStage {
        at: StepId,
        id: StageId,
        title: String,
    },
    /// Move all steps of a stage into another, at the side it is on, and delete the
    /// emptied stage softly.
    MergeStage {
        id: StageId,
        into: StageId,
        by: String,
        at: u64,
    },
    /// Add a step to a stage.
    AddStep {
        id: StepId,
        stage: StageId,
        title: String,
        place: Place<StepId>,
    },
    /// Move a step, perhaps to another stage.
    MoveStep {
        id: StepId,
        stage: StageId,
        place: Place<StepId>,
    },
    /// Mark or unmark a moment of truth.
    SetMomentOfTruth { id: StepId, value: bool },
    /// Add a lane.
    AddLane {
        id: LaneId,
        kind: LaneKind,
        title: String,
        place: Place<LaneId>,
    },
    /// Move a lane.
    MoveLane { id: LaneId, place: Place<LaneId> },
    /// Collapse, hide or pin a lane, or no longer.
    SetLaneFlag {
        id: LaneId,
        flag: LaneFlag,
        value: bool,
    },
    /// Draw a blueprint line on a lane's upper border, or take it away.
    SetLaneLine { id: LaneId, line: Option<LaneLine> },
    /// Give a lane a colour, or take it away.
    SetLaneColour { id: LaneId, colour: Option<Colour> },
    /// Add a card to a cell.
    AddCard {
        id: CardId,
        step: StepId,
        lane: LaneId,
        text: String,
        place: Place<CardId>,
    },
    /// Move a card to a cell; its text is untouched. One that covers several steps covers
    /// as many from there, as far as there are any.
    MoveCard {
        id: CardId,
        step: StepId,
        lane: LaneId,
        place: Place<CardId>,
    },
    /// Let a card cover all steps from its own to this one, or its own alone.
    SpanCard { id: CardId, to: Option<StepId> },
    /// Add a group of cards, none yet.
    AddGroup { id: GroupId, title: String },
    /// Put a card into a group, or out of the one it is in. Moving it to another cell takes
    /// it out too.
    GroupCard { id: CardId, group: Option<GroupId> },
    /// Say who wrote a thing, or that nobody knows. What somebody adds says that by itself:
    /// this is for copies, which are still by whoever wrote them.
    SetAuthor { of: Item, author: Option<Written> },
    /// Set or clear the settled emotion of a step; checked against the map's scale.
    SetEmotion {
        step: StepId,
        persona: PersonaId,
        value: Option<f64>,
    },
    /// Add a pain point at a step.
    AddPain {
        id: PainId,
        step: StepId,
        text: String,
        place: Place<PainId>,
    },
    /// Move a pain point to a step.
    MovePain {
        id: PainId,
        step: StepId,
        place: Place<PainId>,
    },
    /// Set or clear a number of a pain point.
    ScorePain {
        id: PainId,
        score: PainScore,
        value: Option<u8>,
    },
    /// Say what people do about a pain point.
    SetPainEffect {
        id: PainId,
        effect: Option<PainEffect>,
    },
    /// Add an opportunity at a step.
    AddOpportunity {
        id: OpportunityId,
        step: StepId,
        title: String,
        place: Place<OpportunityId>,
    },
    /// Move an opportunity: the first of its steps becomes this one.
    MoveOpportunity {
        id: OpportunityId,
        step: StepId,
        place: Place<OpportunityId>,
    },
    /// Say which steps an opportunity is about beside the one it is shown at, and which pain
    /// points it answers.
    LinkOpportunity {
        id: OpportunityId,
        also: Vec<StepId>,
        pains: Vec<PainId>,
    },
    /// Set or clear a number of an opportunity.
    ScoreOpportunity {
        id: OpportunityId,
        score: OpportunityScore,
        value: Option<u8>,
    },
    /// Set or clear any scalar, among them those that have an edit of their own. Where
    /// people chose differently at the same time, this settles it.
    SetScalar {
        field: ScalarField,
        value: Option<Scalar>,
    },
    /// Connect two steps, or a step with itself.
    AddConnector {
        id: ConnectorId,
        from: StepId,
        to: StepId,
        kind: ConnectorKind,
    },
    /// Say how a connection leads to its end.
    SetConnectorKind {
        id: ConnectorId,
        kind: ConnectorKind,
    },
    /// Replace a stretch of a rich text by letters with marks; offsets are UTF-16 units.
    SpliceDetails {
        of: DetailsOf,
        at: usize,
        remove: usize,
        insert: String,
        marks: Marks,
    },
    /// Set or take away a mark of a stretch of a rich text.
    MarkDetails {
        of: DetailsOf,
        from: usize,
        to: usize,
        mark: Mark,
    },
    /// Delete softly: everything stays in the document, marked with who and when.
    Delete { target: Target, by: String, at: u64 },
    /// Take back a delete. A stage brings back the steps that went with it.
    Restore(Target),
}

impl Edit {
    /// Whether it only changes what a text says, so that taking it back is a matter of
    /// characters; everything else is taken back value by value ([`crate::History`]).
    pub(crate) fn is_typing(&self) -> bool {
        matches!(
            self,
            Self::SetText { .. } | Self::SpliceDetails { .. } | Self::MarkDetails { .. }
        )
    }

    /// Whether somebody may make it who adds and edits cards, but does not change the
    /// structure of the map: whether it writes in [`crate::schema::CONTRIBUTIONS`] only.
    pub fn is_contribution(&self) -> bool {
        match self {
            Self::AddCard { .. }
            | Self::MoveCard { .. }
            | Self::SpanCard { .. }
            | Self::AddGroup { .. }
            | Self::GroupCard { .. }
            | Self::SetAuthor { .. }
            | Self::SetEmotion { .. }
            | Self::AddPain { .. }
            | Self::MovePain { .. }
            | Self::ScorePain { .. }
            | Self::SetPainEffect { .. }
            | Self::AddOpportunity { .. }
            | Self::MoveOpportunity { .. }
            | Self::LinkOpportunity { .. }
            | Self::ScoreOpportunity { .. } => true,
            Self::SetText { field, .. } => matches!(
                field,
                TextField::CardText(_)
                    | TextField::PainText(_)
                    | TextField::OpportunityTitle(_)
                    | TextField::GroupTitle(_)
            ),
            Self::SetScalar { field, .. } => !matches!(
                field,
                ScalarField::MomentOfTruth(_) | ScalarField::Duration(_)
            ),
            Self::SpliceDetails { of, .. } | Self::MarkDetails { of, .. } => {
                !matches!(of, DetailsOf::Step(_) | DetailsOf::Stage(_))
            }
            Self::Delete { target, .. } | Self::Restore(target) => target.is_contribution(),
            Self::SetMapKind(_)
            | Self::AddPersona { .. }
            | Self::AddStage { .. }
            | Self::MoveStage { .. }
            | Self::SplitStage { .. }
            | Self::MergeStage { .. }
            | Self::AddStep { .. }
            | Self::MoveStep { .. }
            | Self::SetMomentOfTruth { .. }
            | Self::AddLane { .. }
            | Self::MoveLane { .. }
            | Self::SetLaneFlag { .. }
            | Self::SetLaneLine { .. }
            | Self::SetLaneColour { .. }
            | Self::AddConnector { .. }
            | Self::SetConnectorKind { .. } => false,
        }
    }

    /// The rich text it writes in.
    pub(crate) fn details(&self) -> Option<&DetailsOf> {
        match self {
            Self::SpliceDetails { of, .. } | Self::MarkDetails { of, .. } => Some(of),
            _ => None,
        }
    }
}

/// Who makes an edit, and when: what others are told where people disagree.
#[derive(Clone, Copy, Debug, Default)]
pub struct Author<'a> {
    /// Their id: what they are called is known to the server alone. Empty when nobody knows.
    pub by: &'a str,
    /// In milliseconds since the Unix epoch.
    pub at: u64,
}

/// Makes the text that an edit is about to write in, if a document from elsewhere lacks
/// it; an edit that cannot be applied makes nothing.
pub(crate) fn ensure_text(txn: &mut TransactionMut<'_>, edit: &Edit) {
    match edit {
        Edit::SetText { field, .. } => texts::ensure(txn, field),
        Edit::SpliceDetails { of, insert, .. } if !insert.is_empty() => details::ensure(txn, of),
        Edit::MarkDetails { of, .. } => details::ensure(txn, of),
        _ => {}
    }
}

/// Writes an edit into a transaction, by nobody in particular.
///
/// # Errors
/// [`EditError`]; the transaction is untouched then.
pub fn apply(txn: &mut TransactionMut<'_>, edit: &Edit) -> Result<(), EditError> {
    apply_by(txn, edit, Author::default())
}

/// Writes somebody's edit into a transaction.
///
/// # Errors
/// [`EditError`]; the transaction is untouched then.
pub fn apply_by(
    txn: &mut TransactionMut<'_>,
    edit: &Edit,
    who: Author<'_>,
) -> Result<(), EditError> {
    let mut set = |field, value| scalars::set_scalar(txn, who, &field, value);
    match edit {
        Edit::SetScalar { field, value } => set(field.clone(), value.clone()),
        Edit::SetMomentOfTruth { id, value } => set(
            ScalarField::MomentOfTruth(id.clone()),
            Some(Scalar::Flag(*value)),
        ),
        Edit::AddGroup { id, title } => groups::add(txn, id, title),
        Edit::SetAuthor { of, author } => authors::set(txn, of, author.as_ref()),
        Edit::GroupCard { id, group } => groups::put(txn, id, group.as_ref()),
        Edit::SpanCard { id, to } => cards::span(txn, id, to.as_ref()),
        Edit::SetEmotion {
            step,
            persona,
            value,
        } => set(
            ScalarField::Emotion(step.clone(), persona.clone()),
            value.map(Scalar::Number),
        ),
        Edit::ScorePain { id, score, value } => set(
            ScalarField::Pain(id.clone(), *score),
            value.map(Scalar::from),
        ),
        Edit::SetPainEffect { id, effect } => set(
            ScalarField::PainEffect(id.clone()),
            effect.map(|effect| effect.word().into()),
        ),
        Edit::ScoreOpportunity { id, score, value } => set(
            ScalarField::Opportunity(id.clone(), *score),
            value.map(Scalar::from),
        ),
        Edit::SetText { field, text } => texts::set(txn, field, text),
        Edit::SetMapKind(kind) => texts::set_map_kind(txn, *kind),
        Edit::AddPersona { id, name } => structure::add_persona(txn, id, name),
        Edit::AddStage { id, title, place } => structure::add_stage(txn, id, title, place),
        Edit::MoveStage { id, place } => structure::move_stage(txn, id, place),
        Edit::SplitStage { at, id, title } => stages::split(txn, at, id, title),
        Edit::MergeStage { id, into, by, at } => stages::merge(txn, id, into, by, *at),
        Edit::AddStep {
            id,
            stage,
            title,
            place,
        } => structure::add_step(txn, id, stage, title, place),
        Edit::MoveStep { id, stage, place } => structure::move_step(txn, id, stage, place),
        Edit::AddLane {
            id,
            kind,
            title,
            place,
        } => structure::add_lane(txn, id, *kind, title, place),
        Edit::MoveLane { id, place } => structure::move_lane(txn, id, place),
        Edit::SetLaneFlag { id, flag, value } => lanes::set_flag(txn, id, *flag, *value),
        Edit::SetLaneLine { id, line } => lanes::set_line(txn, id, *line),
        Edit::SetLaneColour { id, colour } => lanes::set_colour(txn, id, *colour),
        Edit::AddCard {
            id,
            step,
            lane,
            text,
            place,
        } => cards::add(txn, who, id, (step, lane), text, place),
        Edit::MoveCard {
            id,
            step,
            lane,
            place,
        } => cards::relocate(txn, id, (step, lane), place),
        Edit::AddPain {
            id,
            step,
            text,
            place,
        } => items::add_pain(txn, who, id, step, text, place),
        Edit::MovePain { id, step, place } => items::move_pain(txn, id, step, place),
        Edit::AddOpportunity {
            id,
            step,
            title,
            place,
        } => items::add_opportunity(txn, who, id, step, title, place),
        Edit::MoveOpportunity { id, step, place } => items::move_opportunity(txn, id, step, place),
        Edit::LinkOpportunity { id, also, pains } => items::link(txn, id, also, pains),
        Edit::AddConnector { id, from, to, kind } => connectors::add(txn, id, from, to, *kind),
        Edit::SetConnectorKind { id, kind } => connectors::set_kind(txn, id, *kind),
        Edit::SpliceDetails {
            of,
            at,
            remove,
            insert,
            marks,
        } => details::splice(txn, of, (*at, *remove), insert, marks),
        Edit::MarkDetails { of, from, to, mark } => details::mark(txn, of, (*from, *to), mark),
        Edit::Delete { target, by, at } => remove::delete(txn, target, by, *at),
        Edit::Restore(target) => remove::restore(txn, target),
    }
}
