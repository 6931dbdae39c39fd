//! Splitting a stage, and merging one with another. Steps are moved, never made again:
//! their cells, feelings and everything else come with them.

use yrs::{Map, TransactionMut};

use super::entity::{Kind, check_new, check_text, live, missing, write_new};
use super::place::{ids, index, others, put};
use super::remove::mark;
use super::{EditError, Place};
use crate::ids::{StageId, StepId};
use crate::map::outline::{Outline, PlacedStep};
use crate::{order, schema};

/// The steps from `at` on go to a new stage after the one they are shown in.
///
/// A step that somebody moves elsewhere at the same time is where the later of the two
/// changes put it; one that somebody adds to the old stage stays there.
pub(super) fn split(
    txn: &mut TransactionMut<'_>,
    at: &StepId,
    id: &StageId,
    title: &str,
) -> Result<(), EditError> {
    check_text(title)?;
    let outline = Outline::read(txn);
    let first = outline
        .steps
        .iter()
        .position(|it| it.step.id == *at)
        .ok_or_else(|| missing(Kind::Step, at.as_str()))?;
    check_new(txn, Kind::Stage, id.as_str())?;
    let here = outline.steps[first].stage;
    let stage = &outline.stages[here].id;
    let siblings = others(txn, schema::STAGES, StageId::parse, id);
    let place = index(&Place::After(stage.clone()), &ids(&siblings));
    let fields = write_new(txn, Kind::Stage, id.as_str(), title);
    put(txn, &fields, &siblings, place, false);
    let stays = |it: &&PlacedStep| it.stage == here;
    let before: Vec<_> = outline.steps[..first].iter().filter(stays).collect();
    let after: Vec<_> = outline.steps[first..].iter().filter(stays).collect();
    // Guests would follow their own dead stage, which may be on either side of the new one.
    if has_guests(&before) {
        take_all(txn, stage, &before);
    }
    if has_guests(&after) {
        take_all(txn, id, &after);
    } else {
        for step in after {
            take(txn, id, step);
        }
    }
    Ok(())
}

/// All steps shown in a stage go to the end (or the beginning) of another that is before
/// (or after) it, and the emptied stage is deleted. Merging with itself changes nothing.
///
/// A step that somebody adds to the emptied stage at the same time is shown in the stage
/// before it, as after a delete.
pub(super) fn merge(
    txn: &mut TransactionMut<'_>,
    id: &StageId,
    into: &StageId,
    by: &str,
    at: u64,
) -> Result<(), EditError> {
    let fields = live(txn, Kind::Stage, id.as_str())?;
    live(txn, Kind::Stage, into.as_str())?;
    if id == into {
        return Ok(());
    }
    let outline = Outline::read(txn);
    let place = |stage: &StageId| outline.stages.iter().position(|it| it.id == *stage);
    let (from, to) = (place(id), place(into));
    let shown_in = |stage| {
        let steps = outline.steps.iter();
        steps
            .filter(|it| Some(it.stage) == stage)
            .collect::<Vec<_>>()
    };
    let (movers, present) = (shown_in(from), shown_in(to));
    if has_guests(&movers) || has_guests(&present) {
        let all = if from < to {
            [movers, present].concat()
        } else {
            [present, movers].concat()
        };
        take_all(txn, into, &all);
    } else {
        let none = movers.iter().map(|_| None);
        let (lower, known): (_, Vec<Option<&str>>) = if from < to {
            let present = present.iter().map(|it| Some(it.step.key.as_ref()));
            (None, none.chain(present).collect())
        } else {
            (
                present.last().map(|it| it.step.key.as_ref()),
                none.collect(),
            )
        };
        let keys = order::fill(lower, &known);
        for (step, key) in movers.iter().chain(&present).zip(keys) {
            take(txn, into, step);
            step.step.fields.insert(txn, schema::POS, key);
        }
    }
    fields.insert(txn, schema::DELETED, mark(by, at, &[]));
    Ok(())
}

fn has_guests(steps: &[&PlacedStep]) -> bool {
    steps.iter().any(|it| it.guest.is_some())
}

fn take(txn: &mut TransactionMut<'_>, stage: &StageId, step: &PlacedStep) {
    let fields = &step.step.fields;
    fields.try_update(txn, schema::STAGE, stage.as_str());
    // Saved from a stage's deletion by an earlier move: the mark must not hide it when it
    // comes back to that stage.
    if fields.contains_key(txn, schema::DELETED) {
        fields.remove(txn, schema::DELETED);
    }
}

/// Takes steps in this order, each with a new place: those of guests mean nothing here.
fn take_all(txn: &mut TransactionMut<'_>, stage: &StageId, steps: &[&PlacedStep]) {
    let keys = order::fill(None, &vec![None; steps.len()]);
    for (step, key) in steps.iter().zip(keys) {
        take(txn, stage, step);
        step.step.fields.insert(txn, schema::POS, key);
    }
}
