//! Files in and out.

mod hostile;

use proptest::prelude::{Strategy, any, prop, proptest};
use serde_json::{Map as Object, Value, json};
use yrs::{Map, Transact, WriteTxn};

use super::MapFile;
use crate::edit::{Edit, Place, Target, TextField, apply};
use crate::ids::{CardId, LaneId, PersonaId, StageId, StepId};
use crate::map::JourneyMap;
use crate::schema::new_doc;
use crate::templates::DEMO_MAPS;
use crate::vocabulary::LaneKind;

/// Through a document and back.
fn round(file: &MapFile) -> MapFile {
    after(file, &[])
}

/// Through a document, with edits made there.
fn after(file: &MapFile, edits: &[Edit]) -> MapFile {
    let doc = new_doc(1);
    file.write(&mut doc.transact_mut()).unwrap();
    for edit in edits {
        apply(&mut doc.transact_mut(), edit).unwrap();
    }
    MapFile::read(&doc.transact(), &file.id().unwrap())
}

fn file(value: Value) -> MapFile {
    MapFile::from_value(value).unwrap()
}

/// A small file, with more in it.
fn small(more: Value) -> Value {
    let mut file = json!({
        "format": "journey-map/1",
        "map": {"id": "m", "title": "Small"},
        "lanes": [{"id": "l", "type": "actions", "title": "Does"}],
        "stages": [{"id": "s", "title": "Stage"}],
        "steps": [{"id": "a", "stage": "s", "title": "Step"}],
    });
    let all = file.as_object_mut().unwrap();
    for (section, value) in more.as_object().unwrap() {
        all.insert(section.clone(), value.clone());
    }
    file
}

#[test]
fn a_demo_map_comes_out_of_a_document_as_it_went_in() {
    for (key, text) in DEMO_MAPS {
        let file = MapFile::parse(text).unwrap();
        let back = round(&file);
        assert_eq!(back.value(), file.value(), "{key}");
        for text in [back.to_yaml(), back.to_json(), file.to_yaml()] {
            assert_eq!(
                MapFile::parse(&text).unwrap().value(),
                file.value(),
                "{key}"
            );
        }
        assert_eq!(back.to_yaml(), round(&back).to_yaml(), "{key}");
        assert_eq!(back.title(), file.title());
    }
}

#[test]
fn a_file_is_written_in_canonical_order_with_plain_words_unquoted() {
    let text = MapFile::parse(DEMO_MAPS[0].1).unwrap().to_yaml();
    let sections: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter_map(|line| line.split(':').next())
        .collect();
    assert_eq!(
        sections,
        [
            "format",
            "map",
            "people",
            "personas",
            "lanes",
            "stages",
            "steps",
            "pain_points",
            "opportunities",
            "solutions",
            "actions",
            "metrics",
            "quotes",
            "comments",
            "expected_analysis"
        ]
    );
    assert!(text.starts_with("format: journey-map/1\nmap:\n  id: map-saas-eval\n"));
    assert!(
        text.contains("\n    actions:\n    - Opens three vendor pages in tabs\n"),
        "{text}"
    );
}

#[test]
fn a_text_is_quoted_only_when_somebody_could_take_it_for_something_else() {
    let texts = [
        "2026-08-14",
        "2026-07",
        "20 min",
        "it's",
        "no",
        "ON",
        "12:30",
        "1_000",
        "0123",
        "1.5",
        "true",
        "",
    ];
    let value = small(json!({"map": {"title": "t", "on": 1, "n": 2}, "x": texts}));
    let text = file(value).to_yaml();
    assert!(text.contains("  title: t\n  n: 2\n  on: 1\n"), "{text}");
    let (_, items) = text.split_once("x:\n").unwrap();
    assert_eq!(
        items,
        "- 2026-08-14\n- 2026-07\n- 20 min\n- it's\n- \"no\"\n- \"ON\"\n- \"12:30\"\n- \"1_000\"\n- \"0123\"\n- \"1.5\"\n- \"true\"\n- \"\"\n"
    );
}

#[test]
fn the_analysis_of_a_demo_map_is_the_expected_one() {
    for (key, text) in DEMO_MAPS {
        let file = MapFile::parse(text).unwrap();
        assert_eq!(
            file.analysis().unwrap(),
            file.value()["expected_analysis"],
            "{key}"
        );
        let doc = new_doc(1);
        file.write(&mut doc.transact_mut()).unwrap();
        let map = JourneyMap::read(&doc.transact());
        let rhythm = crate::rhythm::of(&map, &map.personas[0].id);
        assert_eq!(
            super::analysis(&rhythm),
            file.value()["expected_analysis"],
            "{key}"
        );
    }
}

#[test]
fn what_this_program_does_not_know_comes_back_unchanged() {
    let deep: Value = (0..26).fold(json!("core"), |inner, _| json!([inner]));
    let value = small(json!({
        "map": {
            "id": "m", "title": "", "scope": {"why": "", "audience": ["us"], "out_of_scope": []},
            "starts_when": "a key of somebody else", "council_lead": "me", "pos": 7, "schema": {"x": null},
            "sentiment_scale": {"min": 1, "max": 5, "note": "stars"}, "goal": null,
        },
        "personas": [
            {"id": "p", "name": null, "demographics": {"z": 1, "a": "x", "m": null}, "needs": []},
            {"id": "q", "name": "Q", "demographics": {}, "goals": null},
        ],
        "lanes": [
            {"id": "l", "type": "weather", "title": "", "line_above": "none", "colour": "#fff"},
            {"id": "k", "type": "quotes"},
            {"id": "n", "type": "emotion", "deleted": true},
        ],
        "steps": [
            {"id": "a", "stage": "s", "cells": {}, "sentiment": null, "pos": "first"},
            {"id": "b", "stage": "s", "cells": {"l": ["", "two"], "n": []}, "sentiment": 5,
             "sentiments": {"q": 1.5, "p": {"word": "proud"}}, "duration": {"value": 2, "unit": "h"}},
            {"id": "c", "stage": "s", "cells": null, "sentiments": {},
             "cells": {"l": [{"text": "three", "status": "observed", "id": 9}]}},
            {"id": "d", "stage": "s", "sentiments": {"q": {"value": 2, "word": "calm"}}},
        ],
        "quotes": [
            {"id": "u", "step": "b", "text": "Said", "consent": false, "~odd": "tilde"},
            {"id": "a-l-1", "text": "Nowhere", "step": null},
            {"id": "w", "step": "a", "source": ""},
        ],
        "pain_points": [],
        "metrics": null,
        "opportunities": [{"id": "o", "steps": ["b", "a"], "pain_points": [], "effort": null}],
        "weather": {"deep": deep, "dates": ["2026-07", "2026-08-14", "08:30", "1_000", "0123"]},
        "comments": [],
    }));
    let file = file(value);
    let back = round(&file);
    assert_eq!(back.value(), file.value());
    assert_eq!(
        MapFile::parse(&back.to_yaml()).unwrap().value(),
        file.value()
    );
}

#[test]
fn edits_keep_what_they_do_not_know() {
    let start = file(small(json!({
        "lanes": [{"id": "l", "type": "actions"}, {"id": "q", "type": "quotes"}],
        "personas": [{"id": "p", "name": "P"}],
        "steps": [{"id": "a", "stage": "s", "sentiment": 1, "sentiments": {"p": {"word": "so-so"}},
                   "cells": {"l": [{"text": "one", "colour": "red"}]}, "reach": 9}],
        "quotes": [{"id": "u", "step": "a", "text": "Said", "source": "Interview", "consent": true}],
    })));
    let (step, stage) = (StepId::parse("a").unwrap(), StageId::parse("s").unwrap());
    let lane = |id: &str| LaneId::parse(id).unwrap();
    let card = |id: &str| CardId::parse(id).unwrap();
    let to = |id: &str, lane_id: &str| Edit::MoveCard {
        id: card(id),
        step: step.clone(),
        lane: lane(lane_id),
        place: Place::Last,
    };
    let back = after(
        &start,
        &[
            Edit::MoveStep {
                id: step.clone(),
                stage,
                place: Place::First,
            },
            Edit::SetEmotion {
                step: step.clone(),
                persona: PersonaId::parse("p").unwrap(),
                value: None,
            },
            to("u", "l"),
            to("a-l-1", "q"),
            Edit::SetText {
                field: TextField::CardText(card("u")),
                text: "Said so".into(),
            },
        ],
    );
    assert_eq!(
        back.value()["steps"],
        json!([{"id": "a", "stage": "s", "title": "", "reach": 9,
                "sentiments": {"p": {"word": "so-so"}},
                "cells": {"l": [{"text": "Said so", "source": "Interview", "consent": true}]}}])
        .as_array()
        .map(|steps| {
            let mut step = steps[0].clone();
            step.as_object_mut().unwrap().shift_remove("title");
            json!([step])
        })
        .unwrap()
    );
    assert_eq!(
        back.value()["quotes"],
        json!([{"id": "a-l-1", "step": "a", "text": "one", "colour": "red"}])
    );
}

#[test]
fn what_is_deleted_is_not_exported_and_nothing_refers_to_it() {
    let file = MapFile::parse(DEMO_MAPS[0].1).unwrap();
    let delete = |target| Edit::Delete {
        target,
        by: "ana".into(),
        at: 1,
    };
    let back = after(
        &file,
        &[
            delete(Target::Step(StepId::parse("a06").unwrap())),
            delete(Target::Stage(StageId::parse("s6").unwrap())),
            delete(Target::Lane(LaneId::parse("tech").unwrap())),
            delete(Target::Card(CardId::parse("q4").unwrap())),
        ],
    );
    let value = back.value();
    assert_eq!(value["steps"].as_array().unwrap().len(), 12);
    assert_eq!(value["pain_points"][0].get("step"), None);
    assert_eq!(value["opportunities"][0]["steps"], json!(["a07"]));
    assert_eq!(value["quotes"].as_array().unwrap().len(), 2);
    assert_eq!(value["steps"][0]["cells"].get("tech"), None);
    MapFile::from_value(value.clone()).unwrap();
}

#[test]
fn feelings_without_a_persona_get_one_that_is_exported_only_when_somebody_touched_it() {
    let start = file(small(json!({
        "steps": [{"id": "a", "stage": "s", "sentiment": -2}, {"id": "b", "stage": "s", "sentiment": 1}],
    })));
    assert_eq!(round(&start).value(), start.value());
    assert_eq!(start.analysis().unwrap()["troughs"], json!(["a"]));
    let persona = PersonaId::parse("persona-1").unwrap();
    let named = TextField::PersonaName(persona);
    let back = after(
        &start,
        &[Edit::SetText {
            field: named,
            text: "Kim".into(),
        }],
    );
    assert_eq!(
        back.value()["personas"],
        json!([{"id": "persona-1", "name": "Kim"}])
    );
    assert_eq!(back.value()["steps"], start.value()["steps"]);
}

#[test]
fn everybody_has_feelings_and_the_first_persona_is_analysed() {
    let start = file(small(json!({
        "personas": [{"id": "p"}, {"id": "q"}],
        "steps": [
            {"id": "a", "stage": "s", "sentiments": {"p": {"value": -1}, "q": 2}},
            {"id": "b", "stage": "s", "sentiment": 2, "sentiments": {"q": -2}},
        ],
    })));
    let back = round(&start);
    assert_eq!(back.value()["steps"][0]["sentiment"], json!(-1));
    assert_eq!(back.value()["steps"][0]["sentiments"], json!({"q": 2}));
    assert_eq!(back.analysis().unwrap(), start.analysis().unwrap());
    assert_eq!(back.analysis().unwrap()["lowest"], json!(["a"]));
}

#[test]
fn quotes_without_a_lane_are_kept_and_followed_by_those_written_later() {
    let start = file(small(json!({
        "quotes": [{"id": "u", "step": "a", "text": "Kept", "source": "Diary"}],
    })));
    assert_eq!(round(&start).value(), start.value());
    let lane = LaneId::parse("new").unwrap();
    let back = after(
        &start,
        &[
            Edit::AddLane {
                id: lane.clone(),
                kind: LaneKind::Quotes,
                title: "Said".into(),
                place: Place::Last,
            },
            Edit::AddCard {
                id: CardId::parse("k").unwrap(),
                step: StepId::parse("a").unwrap(),
                lane,
                text: "Typed".into(),
                place: Place::Last,
            },
        ],
    );
    assert_eq!(
        back.value()["quotes"],
        json!([{"id": "u", "step": "a", "text": "Kept", "source": "Diary"},
               {"id": "k", "step": "a", "text": "Typed"}])
    );
    assert_eq!(round(&back).value(), back.value());
}

#[test]
fn a_file_becomes_a_document_of_its_own() {
    let doc = new_doc(1);
    let mut txn = doc.transact_mut();
    txn.get_or_insert_map("cards").insert(&mut txn, "x", true);
    let error = file(small(json!({}))).write(&mut txn).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("document: is not empty (it has cards)"),
        "{error}"
    );
}

#[test]
fn equal_files_become_equal_documents() {
    let long = "x".repeat(60);
    let value = small(json!({
        "lanes": [{"id": "l", "type": "actions"}, {"id": long.clone(), "type": "actions"}, {"id": "a-l", "type": "thoughts"}],
        "steps": [
            {"id": "a", "stage": "s", "cells": {"l": ["1", "2"], "a-l": ["3"]}},
            {"id": "a-a", "stage": "s", "cells": {"l": ["4"]}},
            {"id": long.clone(), "stage": "s", "cells": {"l": ["5"], long: ["6", "7"]}},
        ],
    }));
    let read = || {
        let doc = new_doc(1);
        file(value.clone()).write(&mut doc.transact_mut()).unwrap();
        let map = JourneyMap::read(&doc.transact());
        assert_eq!(map.cards.len(), 7);
        map
    };
    assert_eq!(read(), read());
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec![
            "a",
            " ",
            "  ",
            ":",
            "#",
            "- ",
            "\n",
            "\t",
            "'",
            "\"",
            "yes",
            "null",
            "1",
            ".",
            "0x1f",
            "2026-07-01",
            "~",
            "&a",
            "*a",
            "!",
            "%",
            "@",
            "`",
            "|",
            ">",
            "{",
            "}",
            "[",
            "]",
            ",",
            "\u{85}",
            "\u{2028}",
            "\u{feff}",
            "\u{0}",
            "😀",
            "é",
            "\\",
            "---",
            "...",
            "<<",
            "=",
            "\r",
            "1e3",
            "-.inf",
            "NaN",
            "?",
            "0o17",
            "12:30",
        ]),
        0..6,
    )
    .prop_map(|parts| parts.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = proptest::prop_oneof![
        text().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        proptest::prelude::Just(Value::Null),
        (-1e9..1e9).prop_map(|value: f64| Value::from(value)),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        proptest::prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Object<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_and_any_unknown_value_survive_document_yaml_and_json(
        said in text(), more in value(), key in text(),
    ) {
        let mut value = small(json!({
            "steps": [{"id": "a", "stage": "s", "title": said, "cells": {"l": [said, said]}}],
            "extra": more,
        }));
        value["map"][&key] = match key.as_str() {
            "id" | "title" | "type" | "scope" => return Ok(()),
            _ => more,
        };
        let file = file(value);
        let back = round(&file);
        assert_eq!(back.value(), file.value());
        assert_eq!(MapFile::parse(&back.to_yaml()).unwrap().value(), file.value());
        assert_eq!(MapFile::parse(&back.to_json()).unwrap().value(), file.value());
    }
}
