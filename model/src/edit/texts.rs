//! Edits of texts and of the map's kind.

use yrs::{Map, MapRef, Out, ReadTxn, TextRef, TransactionMut, WriteTxn};

use super::entity::{Kind, check_text, live, write_text};
use super::splice::splice;
use super::{EditError, TextField};
use crate::map::value;
use crate::schema;
use crate::vocabulary::MapKind;

pub(super) fn set(
    txn: &mut TransactionMut<'_>,
    field: &TextField,
    text: &str,
) -> Result<(), EditError> {
    check_text(text)?;
    let (owner, key) = owner(txn, field)?;
    let fields = owner.unwrap_or_else(|| txn.get_or_insert_map(schema::FRAME));
    match fields.get(txn, key) {
        Some(Out::YText(present)) => splice(txn, &present, text),
        // Every document of ours has its texts; one from elsewhere may not.
        _ => write_text(txn, &fields, key, text),
    }
    Ok(())
}

/// Makes a text that is missing; a plain string in its place becomes one.
pub(super) fn ensure(txn: &mut TransactionMut<'_>, field: &TextField) {
    let Ok((owner, key)) = owner(txn, field) else {
        return;
    };
    let fields = owner.unwrap_or_else(|| txn.get_or_insert_map(schema::FRAME));
    if !matches!(fields.get(txn, key), Some(Out::YText(_))) {
        let present = value::word(txn, &fields, key);
        write_text(txn, &fields, key, &present);
    }
}

/// The text itself, if the document has it.
pub(crate) fn text_ref<T: ReadTxn>(txn: &T, field: &TextField) -> Option<TextRef> {
    let (owner, key) = owner(txn, field).ok()?;
    let fields = owner.or_else(|| value::root(txn, schema::FRAME))?;
    match fields.get(txn, key) {
        Some(Out::YText(text)) => Some(text),
        _ => None,
    }
}

/// What a text belongs to (`None` is the frame, which may not exist yet) and its key.
fn owner<T: ReadTxn>(
    txn: &T,
    field: &TextField,
) -> Result<(Option<MapRef>, &'static str), EditError> {
    let frame = |key| Ok((None, key));
    let entity = |kind, id: &str, key| Ok((Some(live(txn, kind, id)?), key));
    match field {
        TextField::MapTitle => frame(schema::TITLE),
        TextField::Scope => frame(schema::SCOPE),
        TextField::StartsWhen => frame(schema::STARTS_WHEN),
        TextField::EndsWhen => frame(schema::ENDS_WHEN),
        TextField::Why => frame(schema::WHY),
        TextField::Scenario => frame(schema::SCENARIO),
        TextField::PersonaGoal => frame(schema::PERSONA_GOAL),
        TextField::BusinessGoal => frame(schema::BUSINESS_GOAL),
        TextField::Lead => frame(schema::LEAD),
        TextField::Manager => frame(schema::MANAGER),
        TextField::Coordinators => frame(schema::COORDINATORS),
        TextField::Supporters => frame(schema::SUPPORTERS),
        TextField::PersonaName(id) => entity(Kind::Persona, id.as_str(), schema::NAME),
        TextField::StageTitle(id) => entity(Kind::Stage, id.as_str(), schema::TITLE),
        TextField::StageGoal(id) => entity(Kind::Stage, id.as_str(), schema::GOAL),
        TextField::StepTitle(id) => entity(Kind::Step, id.as_str(), schema::TITLE),
        TextField::LaneTitle(id) => entity(Kind::Lane, id.as_str(), schema::TITLE),
        TextField::CardText(id) => entity(Kind::Card, id.as_str(), schema::TEXT),
        TextField::PainText(id) => entity(Kind::Pain, id.as_str(), schema::TEXT),
        TextField::OpportunityTitle(id) => entity(Kind::Opportunity, id.as_str(), schema::TITLE),
        TextField::ConnectorLabel(id) => entity(Kind::Connector, id.as_str(), schema::LABEL),
        TextField::ConnectorCondition(id) => {
            entity(Kind::Connector, id.as_str(), schema::CONDITION)
        }
        TextField::GroupTitle(id) => entity(Kind::Group, id.as_str(), schema::TITLE),
    }
}

pub(super) fn set_map_kind(txn: &mut TransactionMut<'_>, kind: MapKind) -> Result<(), EditError> {
    let frame = txn.get_or_insert_map(schema::FRAME);
    frame.try_update(txn, schema::TYPE, kind.word());
    Ok(())
}
