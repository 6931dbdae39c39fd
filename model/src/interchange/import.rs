//! A checked file into an empty document.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map as Object, Value};
use yrs::{Any, Map, MapPrelim, MapRef, TransactionMut, WriteTxn};

use super::convert::{escape, to_any};
use super::council::{self, Council, People};
use super::{FileError, NOBODY, check, nobody, shape};
use crate::edit::{Kind, write_text};
use crate::ids::{CardId, MAX_ID_BYTES};
use crate::map::value;
use crate::rich::{self, DetailsOf};
use crate::{order, schema};

type Fields = Object<String, Value>;

/// Sections whose items become entities. Their empty lists are remembered.
const ENTITY_SECTIONS: &[(&str, Kind)] = &[
    ("personas", Kind::Persona),
    ("lanes", Kind::Lane),
    ("stages", Kind::Stage),
    ("steps", Kind::Step),
    ("pain_points", Kind::Pain),
    ("opportunities", Kind::Opportunity),
    ("metrics", Kind::Metric),
    ("connectors", Kind::Connector),
    ("groups", Kind::Group),
];

/// Whether a section is this program's business, so that it is never in `extra`.
pub(super) fn is_entities(section: &str) -> bool {
    matches!(section, "format" | "map") || ENTITY_SECTIONS.iter().any(|(name, _)| *name == section)
}

/// Names of the frame that do not stand in the file's `map` under the same name.
pub(super) const FRAME_TAKEN: &[&str] = &[
    schema::STARTS_WHEN,
    schema::ENDS_WHEN,
    schema::WHY,
    schema::OUT_OF_SCOPE,
    schema::LEAD,
    schema::MANAGER,
    schema::COORDINATORS,
    schema::SUPPORTERS,
];

/// The scope's texts: the file's name and the document's.
pub(super) const SCOPE_TEXTS: &[(&str, &str)] = &[
    ("statement", schema::SCOPE),
    ("starts_when", schema::STARTS_WHEN),
    ("ends_when", schema::ENDS_WHEN),
    ("why", schema::WHY),
];

pub(super) fn write(file: &Value, txn: &mut TransactionMut<'_>) -> Result<(), FileError> {
    check::check(file)?;
    let holds = |root: &&&str| value::root(txn, root).is_some_and(|root| root.len(txn) > 0);
    if let Some(root) = schema::ROOTS.iter().find(holds) {
        return Err(FileError::Content {
            place: "document".to_owned(),
            problem: format!("is not empty (it has {root}): a file becomes a document of its own"),
        });
    }
    let Value::Object(file) = file else {
        return Ok(());
    };
    let quotes_lane = quotes_lane(file).map(str::to_owned);
    write_frame(txn, file, quotes_lane.is_some());
    for (section, kind) in ENTITY_SECTIONS {
        let mut key = None;
        for item in items(file, section) {
            let place = order::between(key.as_deref(), None);
            write_entity(txn, *kind, item, &place);
            key = Some(place);
        }
    }
    write_feelings(txn, file);
    let mut cards = Cards::default();
    if let Some(lane) = &quotes_lane {
        cards.write_quotes(txn, file, lane);
    }
    cards.write_cells(txn, file);
    write_extra(txn, file, quotes_lane.is_some());
    Ok(())
}

fn items<'a>(file: &'a Fields, section: &str) -> impl Iterator<Item = &'a Fields> + use<'a> {
    let items = file
        .get(section)
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    items.iter().filter_map(Value::as_object)
}

fn id(item: &Fields) -> &str {
    item.get("id").and_then(Value::as_str).unwrap_or_default()
}

fn quotes_lane(file: &Fields) -> Option<&str> {
    items(file, "lanes")
        .find(|lane| lane.get("type").and_then(Value::as_str) == Some("quotes"))
        .map(id)
}

fn write_frame(txn: &mut TransactionMut<'_>, file: &Fields, quotes_have_a_lane: bool) {
    let frame = txn.get_or_insert_map(schema::FRAME);
    frame.insert(txn, schema::SCHEMA, Any::from(schema::SCHEMA_VERSION));
    let map = file.get("map").and_then(Value::as_object);
    let scope = map
        .and_then(|map| map.get("scope"))
        .and_then(Value::as_object);
    let people = People::of(file.get("people"));
    let council = Council::read(map.and_then(|map| map.get(council::COUNCIL)), &people);
    let said = |key: &str| match SCOPE_TEXTS.iter().find(|(_, name)| *name == key) {
        Some((name, _)) => scope.and_then(|scope| scope.get(*name)),
        None => map.and_then(|map| map.get(key)),
    };
    for key in schema::FRAME_TEXTS {
        write_text(
            txn,
            &frame,
            key,
            match council::KEYS.contains(key) {
                true => council.text(key),
                false => said(key).and_then(Value::as_str),
            }
            .unwrap_or_default(),
        );
    }
    if let Some(rest) = &council.rest {
        frame.insert(txn, council::COUNCIL, to_any(rest));
    }
    let mut blank = Object::new();
    for (key, field) in map.into_iter().flatten() {
        if matches!(key.as_str(), "id" | "scope" | council::COUNCIL) {
            continue;
        }
        if schema::FRAME_TEXTS.contains(&key.as_str()) && !FRAME_TAKEN.contains(&key.as_str()) {
            note_blank(&mut blank, key, field);
        } else {
            frame.insert(txn, escape(key, FRAME_TAKEN), to_any(field));
        }
    }
    if let Some(field) = map.and_then(|map| map.get("scope")) {
        write_scope(txn, &frame, field, &mut blank);
    }
    write_blank(txn, &frame, blank);
    let empty: HashMap<String, Any> = ENTITY_SECTIONS
        .iter()
        .map(|(section, _)| *section)
        .chain(quotes_have_a_lane.then_some("quotes"))
        .filter_map(|section| Some((section, file.get(section)?)))
        .filter(|(_, items)| is_empty(items))
        .map(|(section, items)| (section.to_owned(), to_any(items)))
        .collect();
    if !empty.is_empty() {
        frame.insert(txn, schema::SECTIONS, Any::Map(Arc::new(empty)));
    }
}

fn write_scope(txn: &mut TransactionMut<'_>, frame: &MapRef, scope: &Value, blank: &mut Fields) {
    let Value::Object(fields) = scope else {
        blank.insert("scope".to_owned(), scope.clone());
        return;
    };
    let mut empty = Object::new();
    let mut rest = HashMap::new();
    for (key, field) in fields {
        if key == schema::OUT_OF_SCOPE {
            frame.insert(txn, schema::OUT_OF_SCOPE, to_any(field));
        } else if SCOPE_TEXTS.iter().any(|(name, _)| name == key) {
            note_blank(&mut empty, key, field);
        } else {
            rest.insert(key.clone(), to_any(field));
        }
    }
    if !rest.is_empty() {
        frame.insert(txn, schema::SCOPE_REST, Any::Map(Arc::new(rest)));
    }
    if !empty.is_empty() || fields.is_empty() {
        blank.insert("scope".to_owned(), Value::Object(empty));
    }
}

fn write_entity(txn: &mut TransactionMut<'_>, kind: Kind, item: &Fields, place: &str) {
    let root = txn.get_or_insert_map(kind.root());
    let fields = root.insert(txn, id(item), MapPrelim::default());
    for key in kind.texts() {
        write_text(
            txn,
            &fields,
            key,
            item.get(*key).and_then(Value::as_str).unwrap_or_default(),
        );
    }
    fields.insert(txn, schema::POS, place);
    let mut blank = Object::new();
    for (key, field) in item {
        match (kind, key.as_str(), field) {
            (_, "id", _) => {}
            (_, key, _) if kind.texts().contains(&key) => note_blank(&mut blank, key, field),
            (_, key, Value::String(said)) if shape::details_of(kind) == Some(key) => {
                note_blank(&mut blank, key, field);
                let rich = rich::from_markdown(said);
                if !rich.is_blank() {
                    rich::write(txn, DetailsOf::root_of(kind, id(item)), &rich);
                }
            }
            (Kind::Step, "cells", _) => note_blank_cells(&mut blank, field),
            (Kind::Step, "sentiment" | "sentiments", _) => note_blank(&mut blank, key, field),
            (Kind::Persona, schema::DEMOGRAPHICS, Value::Object(facts)) => {
                let pair = |(name, value): (&String, &Value)| {
                    Any::Array([Any::from(name.as_str()), to_any(value)].into())
                };
                let pairs: Arc<[Any]> = facts.iter().map(pair).collect();
                fields.insert(txn, schema::DEMOGRAPHICS, Any::Array(pairs));
            }
            _ => {
                fields.insert(txn, escape(key, &[]), to_any(field));
            }
        }
    }
    write_blank(txn, &fields, blank);
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Remembers an empty text, list or null: the document has nothing there, and an
/// export must not leave it out.
fn note_blank(blank: &mut Fields, key: &str, field: &Value) {
    if is_empty(field) {
        blank.insert(key.to_owned(), field.clone());
    }
}

fn note_blank_cells(blank: &mut Fields, cells: &Value) {
    let Value::Object(lanes) = cells else {
        return note_blank(blank, "cells", cells);
    };
    let empty: Fields = lanes
        .iter()
        .filter(|(_, items)| is_empty(items))
        .map(|(lane, items)| (lane.clone(), items.clone()))
        .collect();
    if !empty.is_empty() || lanes.is_empty() {
        blank.insert("cells".to_owned(), Value::Object(empty));
    }
}

fn write_blank(txn: &mut TransactionMut<'_>, fields: &MapRef, blank: Fields) {
    if !blank.is_empty() {
        fields.insert(txn, schema::BLANK, to_any(&Value::Object(blank)));
    }
}

/// Writes `sentiment` as the first persona's emotion and `sentiments` as everybody's.
/// Feelings without a persona get one, or nobody could see or change them.
fn write_feelings(txn: &mut TransactionMut<'_>, file: &Fields) {
    let first = items(file, "personas")
        .next()
        .map(|persona| id(persona).to_owned());
    let mut persona = first.clone();
    let emotions = txn.get_or_insert_map(schema::EMOTIONS);
    for step in items(file, "steps") {
        let mut felt: Vec<(String, Fields)> = Vec::new();
        if let Some(value) = step.get("sentiment").filter(|value| value.is_number()) {
            let whose = persona.get_or_insert_with(|| nobody().as_str().to_owned());
            felt.push((
                whose.clone(),
                Object::from_iter([(schema::VALUE.to_owned(), value.clone())]),
            ));
        }
        for (whose, value) in step
            .get("sentiments")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let mut fields = value.as_object().cloned().unwrap_or_default();
            let value = fields
                .shift_remove("value")
                .or_else(|| value.is_number().then(|| value.clone()));
            if let Some(value) = value {
                fields.insert(schema::VALUE.to_owned(), value);
            }
            match felt.iter_mut().find(|(other, _)| other == whose) {
                Some((_, known)) => {
                    fields.extend(std::mem::take(known));
                    *known = fields;
                }
                None => felt.push((whose.clone(), fields)),
            }
        }
        for (whose, fields) in felt {
            emotions.insert(
                txn,
                format!("{}/{whose}", id(step)),
                to_any(&Value::Object(fields)),
            );
        }
    }
    if first.is_none() && persona.is_some() {
        let root = txn.get_or_insert_map(schema::PERSONAS);
        let fields = root.insert(txn, nobody().as_str(), MapPrelim::default());
        write_text(txn, &fields, schema::NAME, NOBODY);
        fields.insert(txn, schema::POS, order::between(None, None));
        fields.insert(txn, schema::MADE, true);
    }
}

/// Writes cards and makes their ids.
#[derive(Default)]
struct Cards {
    ids: HashSet<String>,
}

impl Cards {
    fn write_quotes(&mut self, txn: &mut TransactionMut<'_>, file: &Fields, lane: &str) {
        let mut key = None;
        for quote in items(file, "quotes") {
            let place = order::between(key.as_deref(), None);
            self.ids.insert(id(quote).to_owned());
            let step = quote
                .get("step")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let mut fields = quote.clone();
            if !step.is_empty() {
                // The cell says where the card is; its own `step` could only contradict it.
                fields.shift_remove("step");
            }
            write_entity(txn, Kind::Card, &fields, &place);
            put_in_cell(txn, id(quote), step, lane);
            key = Some(place);
        }
    }

    fn write_cells(&mut self, txn: &mut TransactionMut<'_>, file: &Fields) {
        for step in items(file, "steps") {
            let cells = step.get("cells").and_then(Value::as_object);
            for (lane, cards) in cells.into_iter().flatten() {
                let mut key = None;
                for (n, card) in cards.as_array().into_iter().flatten().enumerate() {
                    let place = order::between(key.as_deref(), None);
                    let new = self.new_id(id(step), lane, n + 1);
                    let mut fields = match card {
                        Value::Object(fields) => fields.clone(),
                        text => Object::from_iter([(schema::TEXT.to_owned(), text.clone())]),
                    };
                    // A card has no id in a file; what stands there is somebody else's.
                    let foreign = fields.insert("id".to_owned(), Value::from(new.as_str()));
                    write_entity(txn, Kind::Card, &fields, &place);
                    put_in_cell(txn, &new, id(step), lane);
                    if let Some(foreign) = foreign {
                        keep_foreign_id(txn, &new, &foreign);
                    }
                    key = Some(place);
                }
            }
        }
    }

    /// An id made from where the card stands, so that importing a file twice gives the
    /// same document.
    fn new_id(&mut self, step: &str, lane: &str, n: usize) -> String {
        let mut stem = format!("{step}-{lane}-{n}");
        if stem.len() > MAX_ID_BYTES - 8 {
            stem = format!("card-{:016x}", fingerprint(&stem));
        }
        let mut id = stem.clone();
        let mut again = 1;
        while self.ids.contains(&id) || CardId::parse(&id).is_err() {
            again += 1;
            id = format!("{stem}-{again}");
        }
        self.ids.insert(id.clone());
        id
    }
}

/// FNV-1a: the same everywhere and for ever.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn card(txn: &mut TransactionMut<'_>, id: &str) -> Option<MapRef> {
    value::root(txn, schema::CARDS)?.get(txn, id)?.cast().ok()
}

fn put_in_cell(txn: &mut TransactionMut<'_>, id: &str, step: &str, lane: &str) {
    if let Some(card) = card(txn, id) {
        card.insert(txn, schema::CELL, format!("{step}/{lane}"));
    }
}

fn keep_foreign_id(txn: &mut TransactionMut<'_>, id: &str, foreign: &Value) {
    if let Some(card) = card(txn, id) {
        card.insert(txn, escape("id", &[]), to_any(foreign));
    }
}

fn write_extra(txn: &mut TransactionMut<'_>, file: &Fields, quotes_have_a_lane: bool) {
    let extra = txn.get_or_insert_map(schema::EXTRA);
    for (section, value) in file {
        if !(is_entities(section) || (section == "quotes" && quotes_have_a_lane)) {
            extra.insert(txn, section.as_str(), to_any(value));
        }
    }
}
