//! Edits of pain points and opportunities.
//!
//! Both are ordered over the whole map (the order of their lists), while people place
//! them in a cell: a place is looked for among those of the same step, and a lone one
//! keeps the place it has.

use std::collections::BTreeSet;
use std::sync::Arc;

use yrs::{Any, Map, MapRef, TransactionMut};

use super::authors::sign;
use super::entity::{Kind, check_new, check_text, live, write_new};
use super::place::{others, put};
use super::{Author, EditError, Place};
use crate::ids::{OpportunityId, PainId, StepId};
use crate::map::outline::Placed;
use crate::map::value;
use crate::schema;

pub(super) fn add_pain(
    txn: &mut TransactionMut<'_>,
    who: Author<'_>,
    id: &PainId,
    step: &StepId,
    text: &str,
    place: &Place<PainId>,
) -> Result<(), EditError> {
    check_text(text)?;
    live(txn, Kind::Step, step.as_str())?;
    check_new(txn, Kind::Pain, id.as_str())?;
    let siblings = others(txn, schema::PAINS, PainId::parse, id);
    let at = pain_index(txn, &siblings, step, place).unwrap_or(siblings.len());
    let fields = write_new(txn, Kind::Pain, id.as_str(), text);
    fields.insert(txn, schema::STEP, step.as_str());
    sign(txn, &fields, who);
    put(txn, &fields, &siblings, at, false);
    Ok(())
}

pub(super) fn move_pain(
    txn: &mut TransactionMut<'_>,
    id: &PainId,
    step: &StepId,
    place: &Place<PainId>,
) -> Result<(), EditError> {
    live(txn, Kind::Step, step.as_str())?;
    let fields = live(txn, Kind::Pain, id.as_str())?;
    let siblings = others(txn, schema::PAINS, PainId::parse, id);
    let at = pain_index(txn, &siblings, step, place);
    fields.try_update(txn, schema::STEP, step.as_str());
    if let Some(at) = at {
        put(txn, &fields, &siblings, at, true);
    }
    Ok(())
}

fn pain_index(
    txn: &TransactionMut<'_>,
    siblings: &[Placed<PainId>],
    step: &StepId,
    place: &Place<PainId>,
) -> Option<usize> {
    let here = |fields: &MapRef| value::word(txn, fields, schema::STEP) == step.as_str();
    index_in_cell(siblings, place, here)
}

pub(super) fn add_opportunity(
    txn: &mut TransactionMut<'_>,
    who: Author<'_>,
    id: &OpportunityId,
    step: &StepId,
    title: &str,
    place: &Place<OpportunityId>,
) -> Result<(), EditError> {
    check_text(title)?;
    live(txn, Kind::Step, step.as_str())?;
    check_new(txn, Kind::Opportunity, id.as_str())?;
    let siblings = others(txn, schema::OPPORTUNITIES, OpportunityId::parse, id);
    let at = opportunity_index(txn, &siblings, step, place).unwrap_or(siblings.len());
    let fields = write_new(txn, Kind::Opportunity, id.as_str(), title);
    fields.insert(txn, schema::STEPS, list(vec![step.as_str().to_owned()]));
    sign(txn, &fields, who);
    put(txn, &fields, &siblings, at, false);
    Ok(())
}

/// The step it was shown at is replaced by the new one, which comes first; the other
/// steps it is about stay.
pub(super) fn move_opportunity(
    txn: &mut TransactionMut<'_>,
    id: &OpportunityId,
    step: &StepId,
    place: &Place<OpportunityId>,
) -> Result<(), EditError> {
    live(txn, Kind::Step, step.as_str())?;
    let fields = live(txn, Kind::Opportunity, id.as_str())?;
    let siblings = others(txn, schema::OPPORTUNITIES, OpportunityId::parse, id);
    let at = opportunity_index(txn, &siblings, step, place);
    let shown = shown_at(txn, &fields);
    if shown.as_deref() != Some(step.as_str()) {
        let mut steps = value::strings(txn, &fields, schema::STEPS);
        steps.retain(|it| Some(it) != shown.as_ref() && it != step.as_str());
        steps.insert(0, step.as_str().to_owned());
        fields.insert(txn, schema::STEPS, list(steps));
    }
    if let Some(at) = at {
        put(txn, &fields, &siblings, at, true);
    }
    Ok(())
}

/// Only what changes is written, so that somebody else's move of it stays.
pub(super) fn link(
    txn: &mut TransactionMut<'_>,
    id: &OpportunityId,
    also: &[StepId],
    pains: &[PainId],
) -> Result<(), EditError> {
    let fields = live(txn, Kind::Opportunity, id.as_str())?;
    for step in also {
        live(txn, Kind::Step, step.as_str())?;
    }
    for pain in pains {
        live(txn, Kind::Pain, pain.as_str())?;
    }
    let mut steps: Vec<String> = shown_at(txn, &fields).into_iter().collect();
    steps.extend(also.iter().map(|step| step.as_str().to_owned()));
    let pains = pains.iter().map(|pain| pain.as_str().to_owned());
    for (key, wanted) in [
        (schema::STEPS, once_each(steps)),
        (schema::PAIN_POINTS, once_each(pains.collect())),
    ] {
        if value::strings(txn, &fields, key) != wanted {
            fields.insert(txn, key, list(wanted));
        }
    }
    Ok(())
}

fn once_each(mut items: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    items.retain(|item| seen.insert(item.clone()));
    items
}

fn opportunity_index(
    txn: &TransactionMut<'_>,
    siblings: &[Placed<OpportunityId>],
    step: &StepId,
    place: &Place<OpportunityId>,
) -> Option<usize> {
    index_in_cell(siblings, place, |fields| {
        shown_at(txn, fields).as_deref() == Some(step.as_str())
    })
}

/// The first live one of an opportunity's steps.
fn shown_at(txn: &TransactionMut<'_>, fields: &MapRef) -> Option<String> {
    value::strings(txn, fields, schema::STEPS)
        .into_iter()
        .find(|step| live(txn, Kind::Step, step).is_ok())
}

/// The index in the whole list for a place in a cell; `None` when nothing is there that
/// it could be before or after.
fn index_in_cell<Id: PartialEq>(
    siblings: &[Placed<Id>],
    place: &Place<Id>,
    here: impl Fn(&MapRef) -> bool,
) -> Option<usize> {
    let of = |id: &Id| siblings.iter().position(|it| it.id == *id);
    let after_all = || {
        siblings
            .iter()
            .rposition(|it| here(&it.fields))
            .map(|at| at + 1)
    };
    match place {
        Place::First => siblings.iter().position(|it| here(&it.fields)),
        Place::Last => after_all(),
        Place::Before(id) => of(id).or_else(after_all),
        Place::After(id) => of(id).map(|at| at + 1).or_else(after_all),
    }
}

fn list(items: Vec<String>) -> Any {
    Any::Array(
        items
            .into_iter()
            .map(|item| Any::String(Arc::from(item)))
            .collect(),
    )
}
