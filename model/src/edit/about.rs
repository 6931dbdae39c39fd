//! What edits are about: places among siblings, texts, things that can go, and numbers.

use crate::ids::{
    CardId, ConnectorId, GroupId, LaneId, OpportunityId, PainId, PersonaId, StageId, StepId,
};

/// Where to put something among its siblings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place<Id> {
    /// Before all others.
    First,
    /// After all others.
    Last,
    /// Directly before this one (or last, if it is gone).
    Before(Id),
    /// Directly after this one (or last, if it is gone).
    After(Id),
}

/// A text that people write in, addressed by what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextField {
    /// The map's title.
    MapTitle,
    /// The scope sentence.
    Scope,
    /// The event the journey starts with.
    StartsWhen,
    /// The event the journey ends with.
    EndsWhen,
    /// Why the map is made.
    Why,
    /// The situation the persona is in.
    Scenario,
    /// What the persona wants to reach.
    PersonaGoal,
    /// What the organisation wants to reach.
    BusinessGoal,
    /// Who answers for the map.
    Lead,
    /// Who keeps the map true.
    Manager,
    /// Who brings a part of the organisation in: people with commas between them, or
    /// semicolons where names have commas.
    Coordinators,
    /// Who helps with what they know; likewise.
    Supporters,
    /// A persona's name.
    PersonaName(PersonaId),
    /// A stage's name.
    StageTitle(StageId),
    /// What is reached at a stage's end.
    StageGoal(StageId),
    /// A step's name.
    StepTitle(StepId),
    /// A lane's name.
    LaneTitle(LaneId),
    /// What a card says.
    CardText(CardId),
    /// What hurts.
    PainText(PainId),
    /// "How might we…"
    OpportunityTitle(OpportunityId),
    /// What is written on a connection.
    ConnectorLabel(ConnectorId),
    /// When one goes that way.
    ConnectorCondition(ConnectorId),
    /// A group's name.
    GroupTitle(GroupId),
}

/// Something that can be deleted softly and restored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A stage with the steps it has now.
    Stage(StageId),
    /// A step; its cards stay with it.
    Step(StepId),
    /// A lane; its cards stay with it.
    Lane(LaneId),
    /// A card.
    Card(CardId),
    /// A pain point.
    Pain(PainId),
    /// An opportunity.
    Opportunity(OpportunityId),
    /// A connection between steps.
    Connector(ConnectorId),
    /// A group; its cards stay where they are.
    Group(GroupId),
}

impl Target {
    /// Whether it is something that sits in a cell, and not structure.
    pub fn is_contribution(&self) -> bool {
        match self {
            Self::Card(_) | Self::Pain(_) | Self::Opportunity(_) | Self::Group(_) => true,
            Self::Stage(_) | Self::Step(_) | Self::Lane(_) | Self::Connector(_) => false,
        }
    }
}

/// A number of a pain point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PainScore {
    /// 1–5
    Severity,
    /// 1–5
    Frequency,
    /// 1–5
    Impact,
}

/// A number of an opportunity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpportunityScore {
    /// 0–100
    CustomerValue,
    /// 0–100
    BusinessValue,
    /// 0–5
    Effort,
}
