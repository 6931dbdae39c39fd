//! Files and documents that mean no good.

use proptest::prelude::{Strategy, any, prop, proptest};
use serde_json::{Value, json};
use yrs::{
    Any, ArrayPrelim, Map, MapPrelim, MapRef, TextPrelim, Transact, TransactionMut, WriteTxn,
};

use super::small;
use crate::ids::MapId;
use crate::interchange::{FileError, MapFile};
use crate::invariants::violations;
use crate::map::JourneyMap;
use crate::{Grid, limits, schema};

fn refusal(text: &str) -> String {
    MapFile::parse(text).unwrap_err().to_string()
}

#[test]
fn a_file_that_is_no_map_says_what_is_missing() {
    for (text, message) in [
        (
            "",
            "file: is empty: its first line says format: journey-map/1",
        ),
        (
            "hello",
            "file: is text: its first line says format: journey-map/1",
        ),
        (
            "[1]",
            "file: is a list: its first line says format: journey-map/1",
        ),
        (
            "map: {}",
            "format: is missing: the first line says format: journey-map/1",
        ),
        (
            "format: journey-map/2",
            "format: is \"journey-map/2\": this program reads journey-map/1",
        ),
        (
            "format: journey-map/1",
            "map: is missing: it holds at least the title",
        ),
        (
            "{\"format\": \"journey-map/1\", \"map\": {}}",
            "map.title: is missing: write the map's title as text",
        ),
    ] {
        assert_eq!(refusal(text), message, "{text}");
    }
    for text in [
        "format: [",
        "a: b: c",
        "\u{0}",
        "format: x\nformat: y",
        "--- a\n--- b",
        "*x",
    ] {
        let error = MapFile::parse(text).unwrap_err();
        assert!(matches!(error, FileError::Syntax(_)), "{text:?}: {error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

#[test]
fn a_problem_is_named_with_its_place_and_what_would_be_right() {
    let step = |more: Value| {
        let mut step = json!({"id": "b", "stage": "s"});
        step.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!({"steps": [{"id": "a", "stage": "s"}, step]})
    };
    let long = "x".repeat(limits::TEXT_CHARS + 1);
    for (more, message) in [
        (
            json!({"map": {"title": 5}}),
            "map.title: is a number: it is text, put it in quotes",
        ),
        (
            json!({"map": {"id": "a/b", "title": "t"}}),
            "map.id: id \"a/b\" has a character other than letters, digits, - and _",
        ),
        (
            json!({"map": {"title": "t", "scope": "all"}}),
            "map.scope: is text: it holds named values",
        ),
        (
            json!({"map": {"title": "t", "scope": {"out_of_scope": ["a", 1]}}}),
            "map.scope.out_of_scope[1]: is a number: it is text, put it in quotes",
        ),
        (
            json!({"map": {"title": "t", "sentiment_scale": {"min": 3}}}),
            "map.sentiment_scale: is no range: min is lower than max, and step is above 0",
        ),
        (json!({"stages": {}}), "stages: is a mapping: it is a list"),
        (
            json!({"stages": ["s"]}),
            "stages[0]: is text: it holds named values",
        ),
        (
            json!({"stages": [{"id": 1}]}),
            "stages[0].id: is a number: put it in quotes, \"1\"",
        ),
        (
            json!({"stages": [{"title": "t"}]}),
            "stages[0].id: is missing: an id has letters, digits, - and _",
        ),
        (
            json!({"stages": [{"id": "s"}, {"id": "s"}]}),
            "stages[1].id: is s, like an item before it: ids are unique",
        ),
        (
            json!({"steps": [{"id": "a", "stage": "s9"}]}),
            "steps[0].stage: is \"s9\", but the file has no stage with that id",
        ),
        (
            json!({"steps": [{"id": "a"}]}),
            "steps[0].stage: is missing: a step names the stage it belongs to",
        ),
        (
            step(json!({"sentiment": 3})),
            "steps[1].sentiment: is 3, outside the map's scale of -2 to 2",
        ),
        (
            step(json!({"sentiment": "1"})),
            "steps[1].sentiment: is text: it is a number",
        ),
        (
            step(json!({"sentiments": {"p": 1}})),
            "steps[1].sentiments.p: names a persona that is not in personas",
        ),
        (
            step(json!({"moment_of_truth": "yes"})),
            "steps[1].moment_of_truth: is text: it is true or false",
        ),
        (
            step(json!({"cells": {"x": ["t"]}})),
            "steps[1].cells.x: names a lane that is not in lanes",
        ),
        (
            step(json!({"cells": {"l": "t"}})),
            "steps[1].cells.l: is text: it is a list",
        ),
        (
            step(json!({"cells": {"l": ["t", 5]}})),
            "steps[1].cells.l[1]: is a number: it is text, put it in quotes",
        ),
        (
            step(json!({"cells": {"l": [null]}})),
            "steps[1].cells.l[0]: is empty: a card is text",
        ),
        (
            json!({"pain_points": [{"id": "p", "step": "b"}]}),
            "pain_points[0].step: is \"b\", but the file has no step with that id",
        ),
        (
            json!({"pain_points": [{"id": "p", "severity": 6}]}),
            "pain_points[0].severity: is 6: it is a whole number from 1 to 5",
        ),
        (
            json!({"pain_points": [{"id": "p", "impact": 2.5}]}),
            "pain_points[0].impact: is 2.5: it is a whole number from 1 to 5",
        ),
        (
            json!({"opportunities": [{"id": "o", "steps": ["a", "z"]}]}),
            "opportunities[0].steps[1]: is \"z\", but the file has no step with that id",
        ),
        (
            json!({"opportunities": [{"id": "o", "pain_points": [1]}]}),
            "opportunities[0].pain_points[0]: is a number: it is the id of a pain point",
        ),
        (
            json!({"opportunities": [{"id": "o", "customer_value": -1}]}),
            "opportunities[0].customer_value: is -1: it is a whole number from 0 to 100",
        ),
        (
            json!({"quotes": [{"id": "q", "step": "z"}]}),
            "quotes[0].step: is \"z\", but the file has no step with that id",
        ),
        (
            json!({"metrics": [{"id": "m", "target": "9"}]}),
            "metrics[0].target: is text: it is a number",
        ),
        (
            json!({"quotes": [{"id": "q", "text": long}]}),
            "quotes[0].text: is longer than 10000 characters",
        ),
        (
            json!({"x": [1, {"y": 9_007_199_254_740_993_u64}]}),
            "x[1].y: 9007199254740993 has more digits than a number keeps: write it as text, in quotes",
        ),
    ] {
        let error = MapFile::from_value(small(more)).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn more_than_a_map_may_hold_is_refused() {
    let many =
        |count: usize| -> Value { (0..count).map(|n| json!({"id": format!("i{n}")})).collect() };
    let error = MapFile::from_value(small(json!({"stages": many(201)}))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "stages: has 201 stages: a map has at most 200"
    );
    let cards: Value = (0..limits::CARDS).map(|_| "x").collect();
    let steps = json!([{"id": "a", "stage": "s", "cells": {"l": cards}}]);
    let quotes = json!([{"id": "q"}]);
    let error = MapFile::from_value(small(json!({"steps": steps, "quotes": quotes}))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "steps: has 50001 cards and quotes: a map has at most 50000"
    );
}

#[test]
fn bombs_are_refused_quickly() {
    let head = "format: journey-map/1\nmap: {title: t}\nx: ";
    let nested = |depth: usize| format!("{head}{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(MapFile::parse(&nested(limits::DEPTH - 1)).is_ok());
    let place = format!("x{}: is nested deeper than 32 levels", "[0]".repeat(31));
    assert_eq!(refusal(&nested(limits::DEPTH)), place);
    let deep = "not a readable map file: it is nested deeper than 32 levels";
    for depth in [1_000, 1_000_000] {
        for text in [
            nested(depth),
            format!("{head}{}", "[".repeat(depth)),
            format!("{head}{}1", "{a: ".repeat(depth)),
            format!("{head}\n{}", "- ".repeat(depth)),
            format!("{}{}", "[".repeat(depth), "]".repeat(depth)),
            format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)),
        ] {
            assert_eq!(refusal(&text), deep);
        }
    }
    let mut laughs = String::from("a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n");
    for n in 1..12 {
        let previous = format!("*a{}", n - 1);
        laughs += &format!("a{n}: &a{n} [{}]\n", vec![previous; 9].join(", "));
    }
    for (text, message) in [
        (
            format!("{laughs}{head}*a11"),
            "not a readable map file: its anchors, aliases or merge keys stand for too much",
        ),
        (
            format!("{head}\"{}\"", "x".repeat(limits::FILE_BYTES)),
            "not a readable map file: it is larger than 8 MiB",
        ),
        (
            format!("{{\"x\": [{}0]}}", "0,".repeat(3_000_000)),
            "not a readable map file: it holds more values than a map can have",
        ),
        (
            "a: 1\n---\nb: 2\n".to_owned(),
            "not a readable map file: it holds more than one document: a file is one map",
        ),
    ] {
        assert_eq!(refusal(&text), message);
    }
}

#[test]
fn numbers_that_are_none_are_refused() {
    for number in [".nan", ".inf", "-.Inf", "1e999"] {
        refusal(&format!(
            "format: journey-map/1\nmap: {{title: t}}\nx: {number}"
        ));
    }
    refusal("{\"format\": \"journey-map/1\", \"map\": {\"title\": \"t\"}, \"x\": 1e999}");
}

#[test]
fn a_value_nested_without_end_is_refused_before_anything_walks_it() {
    let deep: Value = (0..200).fold(Value::Null, |inner, _| json!({ "a": inner }));
    let error = MapFile::from_value(small(json!({ "x": deep }))).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("is nested deeper than 32 levels"),
        "{error}"
    );
}

/// Something at a key of an entity, of the right or the wrong kind.
fn write(txn: &mut TransactionMut<'_>, fields: &MapRef, key: &str, what: u8) {
    let key = key.to_owned();
    match what % 17 {
        0 => drop(fields.insert(txn, key, TextPrelim::new("text"))),
        1 => drop(fields.insert(txn, key, "s1")),
        2 => drop(fields.insert(txn, key, f64::NAN)),
        3 => drop(fields.insert(txn, key, f64::INFINITY)),
        4 => drop(fields.insert(txn, key, 3.0)),
        5 => drop(fields.insert(txn, key, -1e300)),
        6 => drop(fields.insert(txn, key, Any::Null)),
        7 => drop(fields.insert(txn, key, Any::Undefined)),
        8 => drop(fields.insert(txn, key, true)),
        9 => drop(fields.insert(txn, key, "s1/l1")),
        10 => drop(fields.insert(txn, key, Any::from(vec![Any::from("s1"), Any::from(1)]))),
        11 => drop(fields.insert(txn, key, MapPrelim::from([("v", 2), ("min", 5)]))),
        12 => drop(fields.insert(txn, key, ArrayPrelim::from(["s1", "zz"]))),
        13 => drop(fields.insert(txn, key, Any::from_json("{\"v\": 9, \"with\": \"s1\", \"statement\": [null], \"min\": 3, \"value\": \"x\"}").unwrap())),
        14 => drop(fields.insert(txn, key, vec![1_u8, 2])),
        15 => drop(fields.insert(txn, key, "x".repeat(600))),
        _ => drop(fields.insert(txn, key, "!!é")),
    }
}

const IDS: &[&str] = &[
    "s1", "s2", "l1", "p1", "s1/p1", "no id", "", "~x", "quotes", "people", "map",
];

const KEYS: &[&str] = &[
    "pos",
    "deleted",
    "blank",
    "made",
    "title",
    "name",
    "text",
    "goal",
    "stage",
    "cell",
    "source",
    "step",
    "steps",
    "severity",
    "impact",
    "effect",
    "status",
    "effort",
    "pain_points",
    "target",
    "type",
    "line_above",
    "demographics",
    "goals",
    "moment_of_truth",
    "duration",
    "cells",
    "sentiment",
    "sentiments",
    "scope",
    "scope_rest",
    "out_of_scope",
    "sentiment_scale",
    "why",
    "sections",
    "council",
    "council_lead",
    "council_supporters",
    "schema",
    "id",
    "~id",
    "~pos",
    "v",
    "other",
];

fn scribbles() -> impl Strategy<Value = Vec<(u8, u8, u8, u8)>> {
    prop::collection::vec((any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>()), 0..80)
}

fn one_of<'a>(of: &[&'a str], by: u8) -> &'a str {
    of[usize::from(by) % of.len()]
}

proptest! {
    #[test]
    fn whatever_a_document_holds_it_can_be_read_and_exported(scribbles in scribbles()) {
        let doc = schema::new_doc(1);
        let mut txn = doc.transact_mut();
        // A few things that are right, for the others to be wrong about.
        for (root, id) in [("stages", "s1"), ("steps", "s1"), ("lanes", "l1"), ("personas", "p1")] {
            let fields = txn.get_or_insert_map(root).insert(&mut txn, id, MapPrelim::default());
            fields.insert(&mut txn, "stage", "s1");
            fields.insert(&mut txn, "type", "quotes");
        }
        for (root, id, key, what) in scribbles {
            let root = one_of(schema::ROOTS, root);
            let map = txn.get_or_insert_map(root);
            if root == schema::FRAME {
                write(&mut txn, &map, one_of(KEYS, key), what);
            } else if what % 5 == 0 || matches!(root, schema::EMOTIONS | schema::EXTRA) {
                write(&mut txn, &map, one_of(IDS, id), what / 5);
            } else {
                let id = one_of(IDS, id);
                let fields = match map.get(&txn, id) {
                    Some(yrs::Out::YMap(fields)) => fields,
                    _ => map.insert(&mut txn, id, MapPrelim::default()),
                };
                write(&mut txn, &fields, one_of(KEYS, key), what);
            }
        }
        let map = JourneyMap::read(&txn);
        assert_eq!(violations(&map), []);
        let _ = Grid::of(&map);
        let file = MapFile::read(&txn, &MapId::parse("m").unwrap());
        let again = MapFile::from_value(file.value().clone()).expect("an export is a valid file");
        assert_eq!(again.value(), file.value());
        assert_eq!(MapFile::parse(&file.to_yaml()).unwrap().value(), file.value());
    }
}
