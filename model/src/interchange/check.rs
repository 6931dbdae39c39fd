//! What a file must be, beyond being YAML: every problem with its place and a remedy.

use std::collections::HashSet;

use serde_json::{Map as Object, Value};

use super::shape::{self, Shape, what};
use super::{FORMAT, FileError};
use crate::edit::Kind;
use crate::ids::StepId;
use crate::limits;
use crate::map::Scale;
use crate::schema;

type Fields = Object<String, Value>;

/// An item of a section with its place in the file.
struct Item<'a> {
    id: &'a str,
    fields: &'a Fields,
    place: String,
}

pub(super) fn check(file: &Value) -> Result<(), FileError> {
    let Value::Object(file) = file else {
        let problem = format!("is {}: its first line says format: {FORMAT}", what(file));
        return Err(content("file", problem));
    };
    match file.get("format") {
        Some(Value::String(format)) if format == FORMAT => {}
        Some(Value::String(format)) => {
            return Err(content(
                "format",
                format!("is {format:?}: this program reads {FORMAT}"),
            ));
        }
        _ => {
            let problem = format!("is missing: the first line says format: {FORMAT}");
            return Err(content("format", problem));
        }
    }
    let scale = check_map(file)?;
    let personas = ids(&items(file, "personas", Kind::Persona)?);
    let lanes = ids(&items(file, "lanes", Kind::Lane)?);
    let stages = ids(&items(file, "stages", Kind::Stage)?);
    let steps = items(file, "steps", Kind::Step)?;
    check_steps(&steps, &personas, &stages, scale)?;
    let cards = check_cells(&steps, &lanes)?;
    let steps = ids(&steps);
    let pains = items(file, "pain_points", Kind::Pain)?;
    for item in pains.iter().chain(&items(file, "metrics", Kind::Metric)?) {
        reference(item, "step", "step", &steps)?;
    }
    for item in items(file, "connectors", Kind::Connector)? {
        for end in [schema::FROM, schema::TO] {
            if !reference(&item, end, "step", &steps)? {
                let problem = "is missing: a connection names the steps it leads from and to";
                return Err(content(format!("{}.{end}", item.place), problem));
            }
        }
    }
    items(file, "groups", Kind::Group)?;
    let pains = ids(&pains);
    for item in items(file, "opportunities", Kind::Opportunity)? {
        references(&item, "steps", "step", &steps)?;
        references(&item, "pain_points", "pain point", &pains)?;
    }
    let quotes = check_quotes(file, &steps)?;
    if cards + quotes > limits::CARDS {
        return Err(too_many(
            "steps",
            "cards and quotes",
            cards + quotes,
            limits::CARDS,
        ));
    }
    Ok(())
}

pub(super) fn content(place: impl Into<String>, problem: impl Into<String>) -> FileError {
    FileError::Content {
        place: place.into(),
        problem: problem.into(),
    }
}

fn too_many(place: &str, things: &str, count: usize, most: usize) -> FileError {
    content(
        place,
        format!("has {count} {things}: a map has at most {most}"),
    )
}

fn check_map(file: &Fields) -> Result<Scale, FileError> {
    let map = match file.get("map") {
        Some(Value::Object(map)) => map,
        _ => return Err(content("map", "is missing: it holds at least the title")),
    };
    check_shapes(map, "map", shape::MAP)?;
    if !map.get("title").is_some_and(Value::is_string) {
        return Err(content(
            "map.title",
            "is missing: write the map's title as text",
        ));
    }
    if map.contains_key("id") {
        id(map, "map")?;
    }
    if let Some(Value::Object(scope)) = map.get("scope") {
        check_shapes(scope, "map.scope", shape::SCOPE)?;
        for (i, item) in list(scope, "out_of_scope").iter().enumerate() {
            check_shape(Shape::Text, item, &format!("map.scope.out_of_scope[{i}]"))?;
        }
    }
    scale(map)
}

/// The map's scale of feelings.
pub(super) fn scale(map: &Fields) -> Result<Scale, FileError> {
    let place = "map.sentiment_scale";
    let Some(Value::Object(fields)) = map.get("sentiment_scale") else {
        return Ok(Scale::default());
    };
    check_shapes(
        fields,
        place,
        &[
            ("min", Shape::Number),
            ("max", Shape::Number),
            ("step", Shape::Number),
        ],
    )?;
    let get = |key: &str, other: f64| fields.get(key).and_then(Value::as_f64).unwrap_or(other);
    let usual = Scale::default();
    let scale = Scale {
        min: get("min", usual.min),
        max: get("max", usual.max),
        step: get("step", usual.step),
    };
    if scale.min < scale.max && scale.step > 0.0 {
        return Ok(scale);
    }
    Err(content(
        place,
        "is no range: min is lower than max, and step is above 0",
    ))
}

fn check_steps(
    steps: &[Item<'_>],
    personas: &HashSet<&str>,
    stages: &HashSet<&str>,
    scale: Scale,
) -> Result<(), FileError> {
    for step in steps {
        let place = &step.place;
        if !reference(step, "stage", "stage", stages)? {
            let problem = "is missing: a step names the stage it belongs to";
            return Err(content(format!("{place}.stage"), problem));
        }
        if let Some(value) = step.fields.get("sentiment").and_then(Value::as_f64) {
            in_scale(value, scale, &format!("{place}.sentiment"))?;
        }
        let sentiments = step.fields.get("sentiments").and_then(Value::as_object);
        for (persona, value) in sentiments.into_iter().flatten() {
            let place = format!("{place}.sentiments.{persona}");
            if !personas.contains(persona.as_str()) {
                return Err(content(place, "names a persona that is not in personas"));
            }
            let value = match value {
                Value::Object(fields) => fields.get("value").unwrap_or(&Value::Null),
                value => value,
            };
            check_shape(Shape::Number, value, &place)?;
            if let Some(value) = value.as_f64() {
                in_scale(value, scale, &place)?;
            }
        }
    }
    Ok(())
}

fn in_scale(value: f64, scale: Scale, place: &str) -> Result<(), FileError> {
    let Scale { min, max, .. } = scale;
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(content(
        place,
        format!("is {value}, outside the map's scale of {min} to {max}"),
    ))
}

/// Checks the cells of all steps and counts their cards.
fn check_cells(steps: &[Item<'_>], lanes: &HashSet<&str>) -> Result<usize, FileError> {
    let known = ids(steps);
    let mut count = 0;
    for step in steps {
        let cells = step.fields.get("cells").and_then(Value::as_object);
        for (lane, cards) in cells.into_iter().flatten() {
            let place = format!("{}.cells.{lane}", step.place);
            if !lanes.contains(lane.as_str()) {
                return Err(content(place, "names a lane that is not in lanes"));
            }
            check_shape(Shape::List, cards, &place)?;
            for (i, card) in cards.as_array().into_iter().flatten().enumerate() {
                let place = format!("{place}[{i}]");
                match card {
                    Value::Object(card) => {
                        check_shapes(card, &place, shape::of(Kind::Card))?;
                        if let Some(end) = card.get(schema::SPAN_TO).filter(|it| !it.is_null()) {
                            check_reference(end, &format!("{place}.span_to"), "step", &known)?;
                        }
                    }
                    Value::Null => return Err(content(place, "is empty: a card is text")),
                    card => check_shape(Shape::Text, card, &place)?,
                }
                count += 1;
            }
        }
    }
    Ok(count)
}

/// Checks the quotes and counts them.
pub(super) fn check_quotes(file: &Fields, steps: &HashSet<&str>) -> Result<usize, FileError> {
    let quotes = items(file, "quotes", Kind::Card)?;
    for quote in &quotes {
        reference(quote, "step", "step", steps)?;
        reference(quote, schema::SPAN_TO, "step", steps)?;
    }
    Ok(quotes.len())
}

/// The items of a section, each with an id of its own and known fields as they should be.
fn items<'a>(file: &'a Fields, section: &str, kind: Kind) -> Result<Vec<Item<'a>>, FileError> {
    if let Some(value) = file.get(section) {
        check_shape(Shape::List, value, section)?;
    }
    let found = list(file, section);
    if found.len() > kind.limit() {
        return Err(too_many(section, section, found.len(), kind.limit()));
    }
    let mut seen = HashSet::new();
    let mut items = Vec::with_capacity(found.len());
    for (i, value) in found.iter().enumerate() {
        let place = format!("{section}[{i}]");
        let Value::Object(fields) = value else {
            return Err(content(
                place,
                format!("is {}: it holds named values", what(value)),
            ));
        };
        let id = id(fields, &place)?;
        if !seen.insert(id) {
            let problem = format!("is {id}, like an item before it: ids are unique");
            return Err(content(format!("{place}.id"), problem));
        }
        check_shapes(fields, &place, shape::of(kind))?;
        items.push(Item { id, fields, place });
    }
    Ok(items)
}

fn ids<'a>(items: &[Item<'a>]) -> HashSet<&'a str> {
    items.iter().map(|item| item.id).collect()
}

/// A list, which may be missing or null.
fn list<'a>(fields: &'a Fields, key: &str) -> &'a [Value] {
    fields
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn check_shapes(
    fields: &Fields,
    place: &str,
    shapes: &[(&'static str, Shape)],
) -> Result<(), FileError> {
    for (key, shape) in shapes {
        if let Some(value) = fields.get(*key)
            && let Some(problem) = shape.problem(value)
        {
            return Err(content(format!("{place}.{key}"), problem));
        }
    }
    Ok(())
}

fn check_shape(shape: Shape, value: &Value, place: &str) -> Result<(), FileError> {
    shape
        .problem(value)
        .map_or(Ok(()), |problem| Err(content(place, problem)))
}

/// The id of something; ids of every kind follow the same rule.
fn id<'a>(fields: &'a Fields, place: &str) -> Result<&'a str, FileError> {
    let place = format!("{place}.id");
    match fields.get("id") {
        Some(Value::String(id)) => match StepId::parse(id) {
            Ok(_) => Ok(id),
            Err(error) => Err(content(place, error.to_string())),
        },
        Some(Value::Number(id)) => Err(content(
            place,
            format!("is a number: put it in quotes, \"{id}\""),
        )),
        _ => Err(content(
            place,
            "is missing: an id has letters, digits, - and _",
        )),
    }
}

/// Checks a reference, which may be missing or null; whether it is there.
fn reference(
    item: &Item<'_>,
    key: &str,
    kind: &str,
    known: &HashSet<&str>,
) -> Result<bool, FileError> {
    match item.fields.get(key) {
        None | Some(Value::Null) => Ok(false),
        Some(value) => {
            check_reference(value, &format!("{}.{key}", item.place), kind, known).map(|()| true)
        }
    }
}

fn references(
    item: &Item<'_>,
    key: &str,
    kind: &str,
    known: &HashSet<&str>,
) -> Result<(), FileError> {
    for (i, value) in list(item.fields, key).iter().enumerate() {
        check_reference(value, &format!("{}.{key}[{i}]", item.place), kind, known)?;
    }
    Ok(())
}

fn check_reference(
    value: &Value,
    place: &str,
    kind: &str,
    known: &HashSet<&str>,
) -> Result<(), FileError> {
    match value {
        Value::String(id) if known.contains(id.as_str()) => Ok(()),
        Value::String(id) => Err(content(
            place,
            format!("is {id:?}, but the file has no {kind} with that id"),
        )),
        other => Err(content(
            place,
            format!("is {}: it is the id of a {kind}", what(other)),
        )),
    }
}

/// The first persona's values in reading order: by stage, then as the steps stand.
pub(super) fn sentiments(file: &Value) -> Result<Vec<(StepId, f64)>, FileError> {
    let Value::Object(file) = file else {
        return Ok(Vec::new());
    };
    let first = list(file, "personas")
        .first()
        .and_then(|persona| persona["id"].as_str());
    // `sentiment` is the short way to say what `sentiments` can say of everybody.
    let value = |step: &Item<'_>| {
        let spelled_out = || {
            let said = step.fields.get("sentiments")?.get(first?)?;
            said.get("value").unwrap_or(said).as_f64()
        };
        step.fields
            .get("sentiment")
            .and_then(Value::as_f64)
            .or_else(spelled_out)
    };
    let stages = items(file, "stages", Kind::Stage)?;
    let steps = items(file, "steps", Kind::Step)?;
    let mut values = Vec::new();
    for stage in &stages {
        for step in &steps {
            if step.fields.get("stage").and_then(Value::as_str) == Some(stage.id)
                && let Some(value) = value(step)
            {
                let id = StepId::parse(step.id)
                    .map_err(|error| content(format!("{}.id", step.place), error.to_string()))?;
                values.push((id, value));
            }
        }
    }
    Ok(values)
}
