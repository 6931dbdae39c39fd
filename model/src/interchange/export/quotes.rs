//! The section of quotes.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use serde_json::{Map as Object, Value};
use yrs::ReadTxn;

use super::{Fields, end_at_live_step, entity, fields, with_live_step};
use crate::edit::Kind;
use crate::grid::first_lane;
use crate::ids::{CardId, StepId};
use crate::interchange::check;
use crate::map::value::{self, position};
use crate::map::{JourneyMap, outline};
use crate::schema;
use crate::vocabulary::LaneKind;

/// The cards that are quotes: those of the first lane for quotes, and those of a file
/// that belong to no step.
pub(super) struct Quotes {
    pub(super) ids: BTreeSet<CardId>,
    pub(super) items: Vec<Value>,
}

impl Quotes {
    pub(super) fn of<T: ReadTxn>(txn: &T, map: &JourneyMap) -> Self {
        let lane = first_lane(map, LaneKind::Quotes);
        let mut found: Vec<(Arc<str>, CardId, Option<StepId>)> = Vec::new();
        for card in map.cards.iter().filter(|card| Some(&card.lane) == lane) {
            if let Some(fields) = fields(txn, Kind::Card, card.id.as_str()) {
                found.push((
                    position(txn, &fields),
                    card.id.clone(),
                    Some(card.step.clone()),
                ));
            }
        }
        let is_live = |lane: &str| map.lanes.iter().any(|it| it.id.as_str() == lane);
        for (id, fields) in value::entities(txn, schema::CARDS) {
            let cell = outline::cell(txn, &fields);
            if let Some(("", lane)) = cell.split_once('/')
                && is_live(lane)
                && !value::is_deleted(txn, &fields)
                && let Ok(id) = CardId::parse(&id)
            {
                found.push((position(txn, &fields), id, None));
            }
        }
        found.sort_unstable();
        let item = |(_, id, step): &(_, CardId, Option<StepId>)| {
            let mut out = entity(txn, Kind::Card, id.as_str())?;
            end_at_live_step(&mut out, map, id);
            Some(with_live_step(out, step.as_ref()))
        };
        let items = found.iter().filter_map(item).collect();
        Self {
            ids: found.into_iter().map(|(_, id, _)| id).collect(),
            items,
        }
    }
}

/// Puts quotes that were only kept before those that were written since, unless they
/// are not (or no longer) fit for a file.
pub(super) fn add_kept(file: &mut Fields, mut kept: Value, steps: &HashSet<&str>) {
    let written = file.get("quotes").and_then(Value::as_array);
    if let (Value::Array(kept), Some(written)) = (&mut kept, written) {
        kept.extend(written.iter().cloned());
    }
    for item in kept
        .as_array_mut()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        let gone = |step: &Value| step.as_str().is_some_and(|step| !steps.contains(step));
        for key in [schema::STEP, schema::SPAN_TO] {
            if item.get(key).is_some_and(gone) {
                item.shift_remove(key);
            }
        }
    }
    let candidate = Object::from_iter([("quotes".to_owned(), kept)]);
    if check::check_quotes(&candidate, steps).is_ok() {
        file.extend(candidate);
    }
}
