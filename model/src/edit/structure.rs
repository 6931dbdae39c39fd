//! Edits of personas, stages, steps and lanes.

use yrs::{Map, TransactionMut};

use super::entity::{Kind, check_new, check_text, live, write_new};
use super::place::{ids, index, others, put};
use super::{EditError, Place};
use crate::ids::{LaneId, PersonaId, StageId, StepId};
use crate::map::outline::{Guest, Outline, PlacedStep};
use crate::vocabulary::LaneKind;
use crate::{order, schema};

pub(super) fn add_persona(
    txn: &mut TransactionMut<'_>,
    id: &PersonaId,
    name: &str,
) -> Result<(), EditError> {
    check_text(name)?;
    check_new(txn, Kind::Persona, id.as_str())?;
    let siblings = others(txn, schema::PERSONAS, PersonaId::parse, id);
    let fields = write_new(txn, Kind::Persona, id.as_str(), name);
    put(txn, &fields, &siblings, siblings.len(), false);
    Ok(())
}

pub(super) fn add_stage(
    txn: &mut TransactionMut<'_>,
    id: &StageId,
    title: &str,
    place: &Place<StageId>,
) -> Result<(), EditError> {
    check_text(title)?;
    check_new(txn, Kind::Stage, id.as_str())?;
    let siblings = others(txn, schema::STAGES, StageId::parse, id);
    let at = index(place, &ids(&siblings));
    let fields = write_new(txn, Kind::Stage, id.as_str(), title);
    put(txn, &fields, &siblings, at, false);
    Ok(())
}

pub(super) fn move_stage(
    txn: &mut TransactionMut<'_>,
    id: &StageId,
    place: &Place<StageId>,
) -> Result<(), EditError> {
    let fields = live(txn, Kind::Stage, id.as_str())?;
    let siblings = others(txn, schema::STAGES, StageId::parse, id);
    let at = index(place, &ids(&siblings));
    put(txn, &fields, &siblings, at, true);
    Ok(())
}

pub(super) fn add_lane(
    txn: &mut TransactionMut<'_>,
    id: &LaneId,
    kind: LaneKind,
    title: &str,
    place: &Place<LaneId>,
) -> Result<(), EditError> {
    check_text(title)?;
    check_new(txn, Kind::Lane, id.as_str())?;
    let siblings = others(txn, schema::LANES, LaneId::parse, id);
    let at = index(place, &ids(&siblings));
    let fields = write_new(txn, Kind::Lane, id.as_str(), title);
    fields.insert(txn, schema::TYPE, kind.word());
    put(txn, &fields, &siblings, at, false);
    Ok(())
}

pub(super) fn move_lane(
    txn: &mut TransactionMut<'_>,
    id: &LaneId,
    place: &Place<LaneId>,
) -> Result<(), EditError> {
    let fields = live(txn, Kind::Lane, id.as_str())?;
    let siblings = others(txn, schema::LANES, LaneId::parse, id);
    let at = index(place, &ids(&siblings));
    put(txn, &fields, &siblings, at, true);
    Ok(())
}

pub(super) fn add_step(
    txn: &mut TransactionMut<'_>,
    id: &StepId,
    stage: &StageId,
    title: &str,
    place: &Place<StepId>,
) -> Result<(), EditError> {
    check_text(title)?;
    live(txn, Kind::Stage, stage.as_str())?;
    check_new(txn, Kind::Step, id.as_str())?;
    let siblings = steps_of(txn, stage, id);
    let fields = write_new(txn, Kind::Step, id.as_str(), title);
    fields.insert(txn, schema::STAGE, stage.as_str());
    put_step(txn, &fields, stage, &siblings, place, false);
    Ok(())
}

pub(super) fn move_step(
    txn: &mut TransactionMut<'_>,
    id: &StepId,
    stage: &StageId,
    place: &Place<StepId>,
) -> Result<(), EditError> {
    live(txn, Kind::Stage, stage.as_str())?;
    let fields = live(txn, Kind::Step, id.as_str())?;
    let siblings = steps_of(txn, stage, id);
    let stays = !fields.try_update(txn, schema::STAGE, stage.as_str());
    // It may have been saved from a stage's deletion by an earlier move: the mark must
    // not hide it when it comes back to that stage.
    if fields.contains_key(txn, schema::DELETED) {
        fields.remove(txn, schema::DELETED);
    }
    put_step(txn, &fields, stage, &siblings, place, stays);
    Ok(())
}

/// The steps shown in a stage, in order, without one of them.
fn steps_of(txn: &TransactionMut<'_>, stage: &StageId, except: &StepId) -> Vec<PlacedStep> {
    let outline = Outline::read(txn);
    let at = outline.stages.iter().position(|it| it.id == *stage);
    let mut steps = outline.steps;
    steps.retain(|it| Some(it.stage) == at && it.step.id != *except);
    steps
}

/// Writes a step's place among the steps shown in its stage. Guests, whose own stage is
/// gone, are shown around the stage's own steps; those on the wrong side of the new
/// place are taken into the stage, since that is where they are wanted.
fn put_step(
    txn: &mut TransactionMut<'_>,
    fields: &yrs::MapRef,
    stage: &StageId,
    siblings: &[PlacedStep],
    place: &Place<StepId>,
    stays: bool,
) {
    let ids: Vec<&StepId> = siblings.iter().map(|it| &it.step.id).collect();
    let at = index(place, &ids);
    let first = siblings
        .iter()
        .take_while(|it| it.guest == Some(Guest::Before))
        .count();
    let last = siblings
        .iter()
        .take_while(|it| it.guest != Some(Guest::After))
        .count();
    let own = &siblings[first..last];
    if (first..=last).contains(&at) {
        let own: Vec<_> = own.iter().map(|it| it.step.clone()).collect();
        put(txn, fields, &own, at - first, stays);
        return;
    }
    let (lower, movers): (Option<&str>, Vec<(&yrs::MapRef, Option<&str>)>) = if at < first {
        let guests = siblings[at..first].iter().map(|it| (&it.step.fields, None));
        let own = own
            .iter()
            .map(|it| (&it.step.fields, Some(it.step.key.as_ref())));
        (
            None,
            std::iter::once((fields, None))
                .chain(guests)
                .chain(own)
                .collect(),
        )
    } else {
        let guests = siblings[last..at].iter().map(|it| (&it.step.fields, None));
        let lower = own.last().map(|it| it.step.key.as_ref());
        (
            lower,
            guests.chain(std::iter::once((fields, None))).collect(),
        )
    };
    let known: Vec<Option<&str>> = movers.iter().map(|(_, key)| *key).collect();
    let keys = order::fill(lower, &known);
    for ((fields, _), key) in movers.into_iter().zip(keys) {
        fields.try_update(txn, schema::STAGE, stage.as_str());
        fields.insert(txn, schema::POS, key);
    }
}
