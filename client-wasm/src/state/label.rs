//! Short names of edits, for what is not saved yet.

use waymark_model::edit::{Edit, TextField};
use waymark_model::rich::DetailsOf;
use waymark_model::scalar::ScalarField;

/// What kind of change an edit is, in two words.
pub(super) fn of_edit(edit: &Edit) -> &'static str {
    match edit {
        Edit::SetText { field, .. } => of_field(field),
        Edit::AddPersona { .. } => "New persona",
        Edit::AddStage { .. } => "New stage",
        Edit::AddStep { .. } => "New step",
        Edit::AddLane { .. } => "New lane",
        Edit::AddCard { .. } => "New card",
        Edit::AddPain { .. } => "New pain point",
        Edit::AddOpportunity { .. } => "New opportunity",
        Edit::MoveStage { .. } => "Moved stage",
        Edit::SplitStage { .. } => "Split stage",
        Edit::MergeStage { .. } => "Merged stages",
        Edit::MoveStep { .. } => "Moved step",
        Edit::MoveLane { .. } => "Moved lane",
        Edit::AddConnector { .. } => "New connection",
        Edit::SetConnectorKind { .. } => "Kind of a connection",
        Edit::SpanCard { .. } => "Reach of a card",
        Edit::AddGroup { .. } => "New group",
        Edit::SetAuthor { .. } => "Author of a copy",
        Edit::GroupCard { .. } => "Group of a card",
        Edit::MoveCard { .. } => "Moved card",
        Edit::MovePain { .. } => "Moved pain point",
        Edit::MoveOpportunity { .. } => "Moved opportunity",
        Edit::SetLaneFlag { .. } | Edit::SetLaneLine { .. } | Edit::SetLaneColour { .. } => {
            "Look of a lane"
        }
        Edit::SetEmotion { .. } => "Emotion",
        Edit::LinkOpportunity { .. } => "Links of an opportunity",
        Edit::ScorePain { .. } | Edit::ScoreOpportunity { .. } => "Score",
        Edit::SpliceDetails { of, .. } | Edit::MarkDetails { of, .. } => of_details(of),
        Edit::SetScalar { field, .. } => of_scalar(field),
        Edit::Delete { .. } => "Delete",
        Edit::Restore(_) => "Restore",
        _ => "Change",
    }
}

/// What a rich text is, in two words.
fn of_details(of: &DetailsOf) -> &'static str {
    match of {
        DetailsOf::Card(_) => "Details of a card",
        DetailsOf::Pain(_) => "Details of a pain point",
        DetailsOf::Opportunity(_) => "Description of an opportunity",
        DetailsOf::Step(_) => "Description of a step",
        DetailsOf::Stage(_) => "Description of a stage",
    }
}

/// What a scalar is, in two words.
fn of_scalar(field: &ScalarField) -> &'static str {
    match field {
        ScalarField::Emotion(..) => "Emotion",
        ScalarField::MomentOfTruth(_) => "Moment of truth",
        ScalarField::Duration(_) => "Duration",
        ScalarField::Pain(..) | ScalarField::Opportunity(..) => "Score",
        ScalarField::PainEffect(_) => "Effect",
        ScalarField::CardColour(_) => "Colour",
        ScalarField::CardSource(_) => "Source",
        ScalarField::CardStatus(_)
        | ScalarField::PainStatus(_)
        | ScalarField::OpportunityStatus(_) => "Status",
    }
}

/// What a text is, in two words.
fn of_field(field: &TextField) -> &'static str {
    match field {
        TextField::MapTitle => "Title of the map",
        TextField::PersonaName(_) => "Name of the persona",
        TextField::StageTitle(_) => "Name of a stage",
        TextField::StageGoal(_) => "Goal of a stage",
        TextField::StepTitle(_) => "Name of a step",
        TextField::LaneTitle(_) => "Name of a lane",
        TextField::CardText(_) => "Text of a card",
        TextField::PainText(_) => "Text of a pain point",
        TextField::ConnectorLabel(_) | TextField::ConnectorCondition(_) => "Text of a connection",
        TextField::GroupTitle(_) => "Name of a group",
        TextField::OpportunityTitle(_) => "Text of an opportunity",
        TextField::Lead | TextField::Manager | TextField::Coordinators | TextField::Supporters => {
            "Who looks after the map"
        }
        _ => "Scope of the map",
    }
}
