//! Steps with their cells and feelings.

use std::collections::BTreeMap;

use serde_json::{Map as Object, Value};
use yrs::{Map, ReadTxn};

use super::quotes::Quotes;
use super::{DEPTH, Fields, blank, end_at_live_step, entity, fields, is_empty, leave_dead_group};
use crate::edit::Kind;
use crate::ids::{CardId, LaneId, PersonaId, StepId};
use crate::interchange::convert::{from_out, number};
use crate::map::value::root;
use crate::map::{Card, JourneyMap};
use crate::schema;

pub(super) fn steps<T: ReadTxn>(txn: &T, map: &JourneyMap, quotes: &Quotes) -> Vec<Value> {
    let mut cards: BTreeMap<&StepId, Vec<&Card>> = BTreeMap::new();
    for card in map
        .cards
        .iter()
        .filter(|card| !quotes.ids.contains(&card.id))
    {
        cards.entry(&card.step).or_default().push(card);
    }
    map.steps
        .iter()
        .filter_map(|step| {
            let id = step.id.as_str();
            let blank = blank(txn, &fields(txn, Kind::Step, id)?);
            let mut out = entity(txn, Kind::Step, id)?;
            // The stage it is shown in: its own may be gone.
            out.insert(schema::STAGE.to_owned(), Value::from(step.stage.as_str()));
            write_feelings(txn, &mut out, map, &step.id, &blank);
            let here = cards.get(&step.id).map_or(&[][..], Vec::as_slice);
            write_cells(txn, &mut out, map, here, &blank);
            Some(Value::Object(out))
        })
        .collect()
}

fn write_feelings<T: ReadTxn>(
    txn: &T,
    out: &mut Fields,
    map: &JourneyMap,
    step: &StepId,
    blank: &Fields,
) {
    let emotions = root(txn, schema::EMOTIONS);
    let mut others = Object::new();
    for (i, persona) in map.personas.iter().enumerate() {
        let value = map
            .emotions
            .get(&(step.clone(), persona.id.clone()))
            .copied()
            .map(number);
        let entry = emotions
            .as_ref()
            .and_then(|it| it.get(txn, &key(step, &persona.id)));
        let mut rest = match entry.map(|entry| from_out(txn, &entry, DEPTH)) {
            Some(Value::Object(rest)) => rest,
            _ => Object::new(),
        };
        rest.shift_remove(schema::VALUE);
        rest.shift_remove("value");
        match value {
            Some(value) if i == 0 => {
                out.insert("sentiment".to_owned(), value);
            }
            Some(value) if rest.is_empty() => {
                others.insert(persona.id.to_string(), value);
            }
            Some(value) => {
                rest.insert("value".to_owned(), value);
            }
            None => {}
        }
        if !rest.is_empty() {
            others.insert(persona.id.to_string(), Value::Object(rest));
        }
    }
    if !others.is_empty() {
        out.insert("sentiments".to_owned(), Value::Object(others));
    }
    for key in ["sentiment", "sentiments"] {
        if let Some(blank) = blank.get(key) {
            let none = Value::Object(Object::new());
            let none = if key == "sentiments" && *blank == none {
                none
            } else {
                Value::Null
            };
            out.entry(key).or_insert(none);
        }
    }
}

fn key(step: &StepId, persona: &PersonaId) -> String {
    format!("{step}/{persona}")
}

fn write_cells<T: ReadTxn>(
    txn: &T,
    out: &mut Fields,
    map: &JourneyMap,
    cards: &[&Card],
    blank: &Fields,
) {
    let mut by_lane: BTreeMap<&LaneId, Vec<Value>> = BTreeMap::new();
    for card in cards {
        by_lane
            .entry(&card.lane)
            .or_default()
            .push(card_value(txn, map, &card.id));
    }
    let blank = blank.get("cells");
    let blank_lanes = blank.and_then(Value::as_object);
    let mut cells = Object::new();
    for lane in &map.lanes {
        if let Some(cards) = by_lane.remove(&lane.id) {
            cells.insert(lane.id.to_string(), Value::Array(cards));
        } else if let Some(empty) = blank_lanes
            .and_then(|lanes| lanes.get(lane.id.as_str()))
            .filter(|empty| is_empty(empty))
        {
            cells.insert(lane.id.to_string(), empty.clone());
        }
    }
    if !cells.is_empty() {
        out.insert("cells".to_owned(), Value::Object(cells));
    } else if let Some(blank) = blank {
        let none = if blank.is_object() {
            Value::Object(Object::new())
        } else {
            Value::Null
        };
        out.insert("cells".to_owned(), none);
    }
}

/// A card as its text, or as a mapping when there is more to it.
fn card_value<T: ReadTxn>(txn: &T, map: &JourneyMap, id: &CardId) -> Value {
    let Some(mut out) = entity(txn, Kind::Card, id.as_str()) else {
        return Value::from("");
    };
    out.shift_remove("id");
    end_at_live_step(&mut out, map, id);
    leave_dead_group(txn, &mut out, map);
    if let Some(foreign) =
        fields(txn, Kind::Card, id.as_str()).and_then(|fields| fields.get(txn, "~id"))
    {
        out.insert("id".to_owned(), from_out(txn, &foreign, DEPTH));
    }
    match out.len() {
        0 => Value::from(""),
        1 if out.get(schema::TEXT).is_some_and(Value::is_string) => out[schema::TEXT].clone(),
        _ => Value::Object(out),
    }
}
