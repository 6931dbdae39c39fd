//! Edits of cards.

use yrs::{Map, MapRef, ReadTxn, TransactionMut};

use super::authors::sign;
use super::entity::{Kind, check_new, check_text, live, write_new};
use super::place::{ids, index, put};
use super::{Author, EditError, Place};
use crate::ids::{CardId, LaneId, StepId};
use crate::map::outline::{Outline, Placed, cell};
use crate::map::value::{entities, is_deleted, position, word};
use crate::schema;

pub(super) fn add(
    txn: &mut TransactionMut<'_>,
    who: Author<'_>,
    id: &CardId,
    to: (&StepId, &LaneId),
    text: &str,
    place: &Place<CardId>,
) -> Result<(), EditError> {
    check_text(text)?;
    let to = check_cell(txn, to)?;
    check_new(txn, Kind::Card, id.as_str())?;
    let siblings = cards_of(txn, &to, id);
    let at = index(place, &ids(&siblings));
    let fields = write_new(txn, Kind::Card, id.as_str(), text);
    fields.insert(txn, schema::CELL, to);
    sign(txn, &fields, who);
    put(txn, &fields, &siblings, at, false);
    Ok(())
}

/// The card itself must be there; where it is now may be gone meanwhile.
pub(super) fn relocate(
    txn: &mut TransactionMut<'_>,
    id: &CardId,
    (step, lane): (&StepId, &LaneId),
    place: &Place<CardId>,
) -> Result<(), EditError> {
    let to = check_cell(txn, (step, lane))?;
    let fields = live(txn, Kind::Card, id.as_str())?;
    let siblings = cards_of(txn, &to, id);
    let at = index(place, &ids(&siblings));
    bring_span(txn, &fields, step);
    let stays = !fields.try_update(txn, schema::CELL, to);
    if !stays && fields.contains_key(txn, schema::GROUP) {
        // A group is in a cell: who leaves that leaves it.
        fields.remove(txn, schema::GROUP);
    }
    put(txn, &fields, &siblings, at, stays);
    Ok(())
}

pub(super) fn span(
    txn: &mut TransactionMut<'_>,
    id: &CardId,
    to: Option<&StepId>,
) -> Result<(), EditError> {
    let fields = live(txn, Kind::Card, id.as_str())?;
    if let Some(to) = to {
        live(txn, Kind::Step, to.as_str())?;
    }
    reach_to(txn, &fields, to);
    Ok(())
}

fn reach_to(txn: &mut TransactionMut<'_>, fields: &MapRef, to: Option<&StepId>) {
    match to {
        Some(to) => {
            fields.try_update(txn, schema::SPAN_TO, to.as_str());
        }
        None if fields.contains_key(txn, schema::SPAN_TO) => {
            fields.remove(txn, schema::SPAN_TO);
        }
        None => {}
    }
}

/// A card that is moved to another step takes its width along. Where it is now may be
/// gone: then nobody sees a width, and its end is left alone.
fn bring_span(txn: &mut TransactionMut<'_>, fields: &MapRef, to: &StepId) {
    let end = word(txn, fields, schema::SPAN_TO);
    if end.is_empty() {
        return;
    }
    let outline = Outline::read(txn);
    let place = |id: &str| {
        outline
            .steps
            .iter()
            .position(|it| it.step.id.as_str() == id)
    };
    let cell = cell(txn, fields);
    let from = cell.split_once('/').and_then(|(step, _)| place(step));
    let (Some(from), Some(first)) = (from, place(to.as_str())) else {
        return;
    };
    if let Some(last) = outline.last_covered(from, &end)
        && from != first
    {
        let last = (first + last - from).min(outline.steps.len() - 1);
        let last = (last > first).then(|| &outline.steps[last].step.id);
        reach_to(txn, fields, last);
    }
}

/// A cell's name, once its step and its lane are known to be there.
fn check_cell<T: ReadTxn>(txn: &T, (step, lane): (&StepId, &LaneId)) -> Result<String, EditError> {
    live(txn, Kind::Step, step.as_str())?;
    live(txn, Kind::Lane, lane.as_str())?;
    Ok(format!("{step}/{lane}"))
}

/// The live cards of a cell in order, without one of them.
fn cards_of<T: ReadTxn>(txn: &T, wanted: &str, except: &CardId) -> Vec<Placed<CardId>> {
    let mut found: Vec<Placed<CardId>> = entities(txn, schema::CARDS)
        .into_iter()
        .filter(|(id, fields)| {
            *cell(txn, fields) == *wanted && id != except.as_str() && !is_deleted(txn, fields)
        })
        .filter_map(|(id, fields)| {
            let key = position(txn, &fields);
            Some(Placed {
                id: CardId::parse(&id).ok()?,
                key,
                fields,
            })
        })
        .collect();
    found.sort_unstable_by(|a, b| (&a.key, &a.id).cmp(&(&b.key, &b.id)));
    found
}
