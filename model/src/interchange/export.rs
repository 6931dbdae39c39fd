//! A document into a file value.

mod quotes;
mod steps;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Map as Object, Value};
use yrs::{Any, Map, MapRef, Out, ReadTxn};

use super::convert::{from_any, from_out, unescape};
use super::council::{self, People};
use super::import::{FRAME_TAKEN, SCOPE_TEXTS};
use super::{FORMAT, NOBODY, check, import, nobody, shape};
use crate::edit::Kind;
use crate::ids::{CardId, MapId, StepId};
use crate::map::JourneyMap;
use crate::map::value::{self, plain, root};
use crate::rich::{self, DetailsOf, Rich};
use crate::{limits, schema};

type Fields = Object<String, Value>;

/// How deep an unknown value may be in the document: the file's levels around it count.
const DEPTH: usize = limits::DEPTH - 4;

pub(super) fn read<T: ReadTxn>(txn: &T, id: &MapId) -> Value {
    let map = JourneyMap::read(txn);
    let mut file = Object::new();
    file.insert("format".to_owned(), Value::from(FORMAT));
    file.insert("map".to_owned(), frame(txn, id));
    let quotes = quotes::Quotes::of(txn, &map);
    let empty = empty_sections(txn);
    let mut section = |name: &str, items: Vec<Value>| {
        if !items.is_empty() {
            file.insert(name.to_owned(), Value::Array(items));
        } else if let Some(empty) = empty.get(name) {
            file.insert(name.to_owned(), empty.clone());
        }
    };
    section("personas", personas(txn, &map));
    section(
        "lanes",
        list(txn, Kind::Lane, map.lanes.iter().map(|it| it.id.as_str())),
    );
    section(
        "stages",
        list(txn, Kind::Stage, map.stages.iter().map(|it| it.id.as_str())),
    );
    section("steps", steps::steps(txn, &map, &quotes));
    section("pain_points", pains(txn, &map));
    section("opportunities", opportunities(txn, &map));
    section("metrics", metrics(txn, &map));
    let connectors = map.connectors.iter().map(|it| it.id.as_str());
    section("connectors", list(txn, Kind::Connector, connectors));
    let groups = map.groups.iter().map(|it| it.id.as_str());
    section("groups", list(txn, Kind::Group, groups));
    section("quotes", quotes.items);
    let steps = map.steps.iter().map(|it| it.id.as_str()).collect();
    extra(txn, &mut file, &steps);
    Value::Object(file)
}

fn empty_sections<T: ReadTxn>(txn: &T) -> Fields {
    let sections = root(txn, schema::FRAME).and_then(|frame| plain(txn, &frame, schema::SECTIONS));
    match sections.map(|sections| from_any(&sections, 2)) {
        Some(Value::Object(mut sections)) => {
            sections.retain(|_, empty| is_empty(empty));
            sections
        }
        _ => Object::new(),
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn frame<T: ReadTxn>(txn: &T, id: &MapId) -> Value {
    let mut map = Object::from_iter([("id".to_owned(), Value::from(id.as_str()))]);
    let Some(frame) = root(txn, schema::FRAME) else {
        map.insert(schema::TITLE.to_owned(), Value::from(""));
        return Value::Object(map);
    };
    let blank = blank(txn, &frame);
    let texts: Vec<&str> = schema::FRAME_TEXTS
        .iter()
        .copied()
        .filter(|key| !is_of_scope(key) && !council::KEYS.contains(key))
        .collect();
    for key in &texts {
        write_text(&mut map, key, value::text(txn, &frame, key), &blank);
    }
    map.entry(schema::TITLE).or_insert_with(|| Value::from(""));
    let taken: Vec<&str> = FRAME_TAKEN
        .iter()
        .chain([&schema::SCOPE])
        .copied()
        .collect();
    write_rest(txn, &mut map, &frame, &texts, &taken);
    let people = root(txn, schema::EXTRA).and_then(|extra| extra.get(txn, "people"));
    let people = people.map(|people| from_out(txn, &people, DEPTH));
    council::put(&mut map, &People::of(people.as_ref()), |key| {
        value::text(txn, &frame, key)
    });
    let mut scope = Object::new();
    let no_blank = Object::new();
    let blank_scope = blank
        .get("scope")
        .and_then(Value::as_object)
        .unwrap_or(&no_blank);
    for (name, key) in SCOPE_TEXTS {
        write_text(&mut scope, name, value::text(txn, &frame, key), blank_scope);
    }
    if let Some(items) = frame.get(txn, schema::OUT_OF_SCOPE) {
        scope.insert(
            schema::OUT_OF_SCOPE.to_owned(),
            from_out(txn, &items, DEPTH),
        );
    }
    if let Some(Any::Map(rest)) = plain(txn, &frame, schema::SCOPE_REST) {
        let sorted: BTreeMap<&String, &Any> = rest.iter().collect();
        for (key, field) in sorted {
            scope
                .entry(key.clone())
                .or_insert_with(|| from_any(field, DEPTH));
        }
    }
    if let Some(Value::Array(items)) = scope.get_mut(schema::OUT_OF_SCOPE) {
        items.retain(Value::is_string);
    }
    shape::retain(&mut scope, shape::SCOPE);
    shape::retain(&mut map, shape::MAP);
    if check::scale(&map).is_err() {
        map.shift_remove(schema::SCALE);
    }
    if !scope.is_empty() {
        map.insert("scope".to_owned(), Value::Object(scope));
    } else if let Some(blank) = blank
        .get("scope")
        .filter(|it| it.is_null() || it.is_object())
    {
        let blank = if blank.is_null() {
            Value::Null
        } else {
            Value::Object(Object::new())
        };
        map.insert("scope".to_owned(), blank);
    }
    Value::Object(map)
}

fn is_of_scope(key: &str) -> bool {
    SCOPE_TEXTS.iter().any(|(_, name)| *name == key)
}

/// What stood in the file where the document has nothing.
fn blank<T: ReadTxn>(txn: &T, fields: &MapRef) -> Fields {
    match plain(txn, fields, schema::BLANK).map(|blank| from_any(&blank, 4)) {
        Some(Value::Object(blank)) => blank,
        _ => Object::new(),
    }
}

/// Writes a text unless there is none; what stood there in the file stands for none.
fn write_text(to: &mut Fields, key: &str, text: String, blank: &Fields) {
    if !text.is_empty() {
        to.insert(key.to_owned(), Value::from(text));
    } else if let Some(blank) = blank.get(key).filter(|it| it.is_null() || *it == "") {
        to.insert(key.to_owned(), blank.clone());
    }
}

/// Writes every other field under the file's name for it.
fn write_rest<T: ReadTxn>(
    txn: &T,
    to: &mut Fields,
    fields: &MapRef,
    written: &[&str],
    taken: &[&str],
) {
    let entries: yrs::types::map::MapIter<'_, &T, T> = fields.iter(txn);
    let sorted: BTreeMap<String, Out> = entries
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    for (key, field) in &sorted {
        if !written.contains(&key.as_str())
            && let Some(name) = unescape(key, taken)
            && !matches!(field, Out::Any(Any::Undefined))
        {
            to.entry(name)
                .or_insert_with(|| from_out(txn, field, DEPTH));
        }
    }
}

/// An entity with all its fields but those that need more thought.
fn entity<T: ReadTxn>(txn: &T, kind: Kind, id: &str) -> Option<Fields> {
    let fields = fields(txn, kind, id)?;
    let mut out = Object::from_iter([("id".to_owned(), Value::from(id))]);
    let blank = blank(txn, &fields);
    for key in kind.texts() {
        write_text(&mut out, key, value::text(txn, &fields, key), &blank);
    }
    if let Some(key) = shape::details_of(kind) {
        let text = txn.get_text(DetailsOf::root_of(kind, id));
        let rich = text
            .map(|text| Rich::of_text(txn, &text))
            .unwrap_or_default();
        let said = if rich.is_blank() {
            String::new()
        } else {
            rich::to_markdown(&rich)
        };
        write_text(&mut out, key, said, &blank);
    }
    // What a step's cells and feelings are is kept elsewhere.
    let taken: &[&str] = if kind == Kind::Step {
        &["cells", "sentiment", "sentiments"]
    } else {
        &[]
    };
    write_rest(txn, &mut out, &fields, kind.texts(), taken);
    if let Some(Value::Array(pairs)) = out.get(schema::DEMOGRAPHICS)
        && kind == Kind::Persona
    {
        let pair = |pair: &Value| Some((pair[0].as_str()?.to_owned(), pair[1].clone()));
        let facts: Fields = pairs.iter().filter_map(pair).collect();
        out.insert(schema::DEMOGRAPHICS.to_owned(), Value::Object(facts));
    }
    shape::retain(&mut out, shape::of(kind));
    Some(out)
}

fn fields<T: ReadTxn>(txn: &T, kind: Kind, id: &str) -> Option<MapRef> {
    root(txn, kind.root())?.get(txn, id)?.cast().ok()
}

fn list<'a, T: ReadTxn>(txn: &T, kind: Kind, ids: impl Iterator<Item = &'a str>) -> Vec<Value> {
    ids.filter_map(|id| entity(txn, kind, id).map(Value::Object))
        .collect()
}

fn personas<T: ReadTxn>(txn: &T, map: &JourneyMap) -> Vec<Value> {
    let is_made = |id: &str| {
        id == nobody().as_str()
            && fields(txn, Kind::Persona, id).is_some_and(|fields| {
                plain(txn, &fields, schema::MADE) == Some(Any::Bool(true))
                    && value::text(txn, &fields, schema::NAME) == NOBODY
            })
    };
    // The persona that the import made is nobody as long as nobody touched it.
    if let [only] = map.personas.as_slice()
        && is_made(only.id.as_str())
    {
        return Vec::new();
    }
    list(
        txn,
        Kind::Persona,
        map.personas.iter().map(|it| it.id.as_str()),
    )
}

/// A card whose end is deleted ends in a file where it ends in the grid.
fn end_at_live_step(card: &mut Fields, map: &JourneyMap, id: &CardId) {
    let Some(end) = card.get(schema::SPAN_TO).and_then(Value::as_str) else {
        return;
    };
    if map.steps.iter().any(|step| step.id.as_str() == end) {
        return;
    }
    let shown = map.cards.iter().find(|card| card.id == *id);
    match shown.and_then(|card| card.span_to.as_ref()) {
        Some(end) => {
            card.insert(schema::SPAN_TO.to_owned(), Value::from(end.as_str()));
        }
        None => {
            card.shift_remove(schema::SPAN_TO);
        }
    }
}

/// A card is in no group of a file that does not have it any more.
fn leave_dead_group<T: ReadTxn>(txn: &T, card: &mut Fields, map: &JourneyMap) {
    let is_dead = card
        .get(schema::GROUP)
        .and_then(Value::as_str)
        .is_some_and(|id| {
            // What another program means by that word is left alone.
            fields(txn, Kind::Group, id).is_some()
                && map.groups.iter().all(|group| group.id.as_str() != id)
        });
    if is_dead {
        card.shift_remove(schema::GROUP);
    }
}

fn with_live_step(mut item: Fields, step: Option<&StepId>) -> Value {
    // A step that is deleted is not in the file: the reference would lead nowhere.
    match step {
        Some(step) => {
            item.insert(schema::STEP.to_owned(), Value::from(step.as_str()));
        }
        None => {
            if item.get(schema::STEP).is_some_and(|step| !step.is_null()) {
                item.shift_remove(schema::STEP);
            }
        }
    }
    Value::Object(item)
}

fn pains<T: ReadTxn>(txn: &T, map: &JourneyMap) -> Vec<Value> {
    let pain = |it: &crate::map::PainPoint| {
        Some(with_live_step(
            entity(txn, Kind::Pain, it.id.as_str())?,
            it.step.as_ref(),
        ))
    };
    map.pains.iter().filter_map(pain).collect()
}

fn metrics<T: ReadTxn>(txn: &T, map: &JourneyMap) -> Vec<Value> {
    let metric = |it: &crate::map::Metric| {
        Some(with_live_step(
            entity(txn, Kind::Metric, it.id.as_str())?,
            it.step.as_ref(),
        ))
    };
    map.metrics.iter().filter_map(metric).collect()
}

fn opportunities<T: ReadTxn>(txn: &T, map: &JourneyMap) -> Vec<Value> {
    let steps: BTreeSet<&str> = map.steps.iter().map(|it| it.id.as_str()).collect();
    let pains: BTreeSet<&str> = map.pains.iter().map(|it| it.id.as_str()).collect();
    let opportunity = |it: &crate::map::Opportunity| {
        let mut out = entity(txn, Kind::Opportunity, it.id.as_str())?;
        for (key, known) in [(schema::STEPS, &steps), (schema::PAIN_POINTS, &pains)] {
            if let Some(Value::Array(references)) = out.get_mut(key) {
                references.retain(|it| it.as_str().is_some_and(|id| known.contains(id)));
            }
        }
        Some(Value::Object(out))
    };
    map.opportunities.iter().filter_map(opportunity).collect()
}

/// Sections that this program only keeps. A section of quotes from a file that had no
/// lane for them is followed by the quotes that were written since.
fn extra<T: ReadTxn>(txn: &T, file: &mut Fields, steps: &HashSet<&str>) {
    let Some(extra) = root(txn, schema::EXTRA) else {
        return;
    };
    let entries: yrs::types::map::MapIter<'_, &T, T> = extra.iter(txn);
    let sorted: BTreeMap<String, Out> = entries
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    for (section, kept) in sorted {
        if !import::is_entities(&section) && section != "quotes" {
            let kept = from_out(txn, &kept, limits::DEPTH - 1);
            file.entry(section).or_insert(kept);
        }
    }
    if let Some(kept) = extra.get(txn, "quotes") {
        quotes::add_kept(file, from_out(txn, &kept, limits::DEPTH - 1), steps);
    }
}
