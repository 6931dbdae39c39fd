//! Edits on the demo maps, by one person.

mod connectors;
mod lanes;
mod refusals;
mod spans;
mod stages;

use yrs::{Doc, Transact};

use super::{Edit, EditError, OpportunityScore, PainScore, Place, Target, TextField, apply};
use crate::Grid;
use crate::grid::{CellId, Item};
use crate::ids::{CardId, LaneId, OpportunityId, PainId, PersonaId, StageId, StepId};
use crate::interchange::MapFile;
use crate::invariants::violations;
use crate::map::JourneyMap;
use crate::schema::new_doc;
use crate::templates::DEMO_MAPS;
use crate::vocabulary::{LaneKind, MapKind, PainEffect};

/// A demo map's document.
pub(crate) fn demo_doc(key: &str) -> Doc {
    let (_, text) = DEMO_MAPS.iter().find(|(name, _)| *name == key).unwrap();
    let doc = new_doc(1);
    MapFile::parse(text)
        .unwrap()
        .write(&mut doc.transact_mut())
        .unwrap();
    doc
}

/// A demo map as it is read.
pub(crate) fn demo(key: &str) -> JourneyMap {
    read(&demo_doc(key))
}

/// A demo map after some edits.
pub(crate) fn edited(key: &str, edits: &[Edit]) -> JourneyMap {
    let doc = demo_doc(key);
    for edit in edits {
        apply(&mut doc.transact_mut(), edit).unwrap();
    }
    read(&doc)
}

/// Reads a document and looks for violations.
pub(crate) fn read(doc: &Doc) -> JourneyMap {
    let map = JourneyMap::read(&doc.transact());
    assert_eq!(violations(&map), []);
    map
}

pub(crate) fn card(id: &str) -> CardId {
    CardId::parse(id).unwrap()
}

pub(crate) fn step(id: &str) -> StepId {
    StepId::parse(id).unwrap()
}

fn lane(id: &str) -> LaneId {
    LaneId::parse(id).unwrap()
}

fn stage(id: &str) -> StageId {
    StageId::parse(id).unwrap()
}

fn pain(id: &str) -> PainId {
    PainId::parse(id).unwrap()
}

fn opportunity(id: &str) -> OpportunityId {
    OpportunityId::parse(id).unwrap()
}

const SAAS: &str = "saas-evaluation";

fn items(map: &JourneyMap, lane_id: &str, step_id: &str) -> Vec<String> {
    let cell = CellId {
        lane: lane(lane_id),
        step: step(step_id),
    };
    Grid::of(map)
        .items(&cell)
        .iter()
        .map(|item| match item {
            Item::Card(id) => id.to_string(),
            Item::Pain(id) => id.to_string(),
            Item::Opportunity(id) => id.to_string(),
            Item::Metric(id) => id.to_string(),
        })
        .collect()
}

fn stages(map: &JourneyMap) -> Vec<&str> {
    map.stages.iter().map(|it| it.id.as_str()).collect()
}

fn steps<'a>(map: &'a JourneyMap, stage: &str) -> Vec<&'a str> {
    map.steps
        .iter()
        .filter(|it| it.stage.as_str() == stage)
        .map(|it| it.id.as_str())
        .collect()
}

fn add_card(id: &str, place: Place<CardId>) -> Edit {
    Edit::AddCard {
        id: card(id),
        step: step("a01"),
        lane: lane("actions"),
        text: id.to_owned(),
        place,
    }
}

#[test]
fn cards_stand_where_they_were_put() {
    let map = edited(
        SAAS,
        &[
            add_card("last", Place::Last),
            add_card("first", Place::First),
            add_card("before", Place::Before(card("a01-actions-2"))),
            add_card("after", Place::After(card("a01-actions-2"))),
            add_card("lost", Place::After(card("a02-actions-1"))),
        ],
    );
    assert_eq!(
        items(&map, "actions", "a01"),
        [
            "first",
            "a01-actions-1",
            "before",
            "a01-actions-2",
            "after",
            "last",
            "lost"
        ]
    );
}

#[test]
fn a_moved_card_is_in_its_new_cell_only_and_keeps_its_words() {
    let id = card("a01-actions-1");
    let to = |place| Edit::MoveCard {
        id: id.clone(),
        step: step("a02"),
        lane: lane("tech"),
        place,
    };
    let map = edited(SAAS, &[to(Place::First)]);
    assert_eq!(items(&map, "actions", "a01"), ["a01-actions-2"]);
    assert_eq!(items(&map, "tech", "a02"), ["a01-actions-1", "a02-tech-1"]);
    let moved = map.cards.iter().find(|it| it.id == id).unwrap();
    assert_eq!(moved.text, "Opens three vendor pages in tabs");
    let map = edited(SAAS, &[to(Place::First), to(Place::Last)]);
    assert_eq!(items(&map, "tech", "a02"), ["a02-tech-1", "a01-actions-1"]);
}

#[test]
fn stages_steps_and_lanes_move_with_what_they_hold() {
    let map = edited(
        SAAS,
        &[
            Edit::MoveStage {
                id: stage("s6"),
                place: Place::Before(stage("s1")),
            },
            Edit::MoveStep {
                id: step("a01"),
                stage: stage("s6"),
                place: Place::First,
            },
            Edit::MoveLane {
                id: lane("tech"),
                place: Place::First,
            },
        ],
    );
    assert_eq!(stages(&map), ["s6", "s1", "s2", "s3", "s4", "s5"]);
    assert_eq!(steps(&map, "s6"), ["a01", "a14", "a15"]);
    assert_eq!(map.steps[0].id, step("a01"));
    assert_eq!(map.lanes[0].id, lane("tech"));
    assert_eq!(items(&map, "tech", "a01"), ["a01-tech-1"]);
    let grid = Grid::of(&map);
    assert_eq!(
        (grid.stages[0].first_column, grid.stages[0].columns),
        (0, 3)
    );
}

#[test]
fn new_things_have_what_they_were_given() {
    let map = edited(
        SAAS,
        &[
            Edit::AddStage {
                id: stage("s7"),
                title: "After".into(),
                place: Place::Last,
            },
            Edit::AddPersona {
                id: PersonaId::parse("p2").unwrap(),
                name: "Boss".into(),
            },
            Edit::AddLane {
                id: lane("l"),
                kind: LaneKind::Decisions,
                title: "Choices".into(),
                place: Place::After(lane("actions")),
            },
            Edit::SetMapKind(MapKind::FutureState),
        ],
    );
    assert_eq!(map.stages[6].title, "After");
    assert_eq!(map.personas[1].name, "Boss");
    assert_eq!(
        (map.lanes[1].kind, map.lanes[1].title.as_str()),
        (LaneKind::Decisions, "Choices")
    );
    assert_eq!(map.frame.kind, MapKind::FutureState);
    let grid = Grid::of(&map);
    assert_eq!((grid.stages[6].columns, grid.stages[6].steps), (1, 0));
    assert_eq!(grid.columns.len(), 16);
}

#[test]
fn every_text_can_be_written() {
    let persona = PersonaId::parse("p-nadia").unwrap();
    for field in [
        TextField::MapTitle,
        TextField::Scope,
        TextField::StartsWhen,
        TextField::EndsWhen,
        TextField::Why,
        TextField::Scenario,
        TextField::PersonaGoal,
        TextField::BusinessGoal,
        TextField::Lead,
        TextField::Manager,
        TextField::Coordinators,
        TextField::Supporters,
        TextField::PersonaName(persona),
        TextField::StageTitle(stage("s1")),
        TextField::StageGoal(stage("s1")),
        TextField::StepTitle(step("a01")),
        TextField::LaneTitle(lane("tech")),
        TextField::CardText(card("q1")),
        TextField::PainText(pain("pp1")),
        TextField::OpportunityTitle(opportunity("op1")),
    ] {
        let map = edited(
            SAAS,
            &[Edit::SetText {
                field: field.clone(),
                text: "ö 😀".into(),
            }],
        );
        assert_eq!(crate::map::text_of(&map, &field), Some("ö 😀"), "{field:?}");
    }
}

#[test]
fn a_feeling_is_set_and_cleared_within_the_scale() {
    let persona = PersonaId::parse("p-nadia").unwrap();
    let set = |value| Edit::SetEmotion {
        step: step("a01"),
        persona: persona.clone(),
        value,
    };
    let key = (step("a01"), persona.clone());
    assert_eq!(edited(SAAS, &[set(Some(-1.5))]).emotions[&key], -1.5);
    assert!(!edited(SAAS, &[set(None)]).emotions.contains_key(&key));
    let doc = demo_doc(SAAS);
    for value in [3.0, f64::NAN, f64::INFINITY] {
        let error = apply(&mut doc.transact_mut(), &set(Some(value))).unwrap_err();
        assert!(matches!(
            error,
            EditError::OutOfRange {
                min: -2.0,
                max: 2.0,
                ..
            }
        ));
    }
}

#[test]
fn pain_points_and_opportunities_are_placed_scored_and_moved() {
    let add = |id: &str, at: &str, place| Edit::AddPain {
        id: pain(id),
        step: step(at),
        text: id.to_owned(),
        place,
    };
    let map = edited(
        SAAS,
        &[
            add("new", "a06", Place::First),
            add("end", "a06", Place::Last),
            Edit::MovePain {
                id: pain("pp2"),
                step: step("a06"),
                place: Place::After(pain("new")),
            },
            Edit::ScorePain {
                id: pain("new"),
                score: PainScore::Severity,
                value: Some(5),
            },
            Edit::ScorePain {
                id: pain("new"),
                score: PainScore::Severity,
                value: None,
            },
            Edit::ScorePain {
                id: pain("pp1"),
                score: PainScore::Impact,
                value: Some(1),
            },
            Edit::SetPainEffect {
                id: pain("new"),
                effect: Some(PainEffect::Workaround),
            },
        ],
    );
    assert_eq!(items(&map, "pains", "a06"), ["new", "pp2", "pp1", "end"]);
    assert_eq!(map.pains[0].severity, None);
    assert_eq!(map.pains[0].effect, Some(PainEffect::Workaround));
    assert_eq!(
        map.pains
            .iter()
            .find(|it| it.id == pain("pp1"))
            .unwrap()
            .impact,
        Some(1)
    );
    let map = edited(
        SAAS,
        &[
            // Later than all its steps: it is shown there all the same, and still about a07.
            Edit::MoveOpportunity {
                id: opportunity("op1"),
                step: step("a15"),
                place: Place::Last,
            },
            Edit::AddOpportunity {
                id: opportunity("o"),
                step: step("a15"),
                title: "How?".into(),
                place: Place::First,
            },
            Edit::ScoreOpportunity {
                id: opportunity("o"),
                score: OpportunityScore::CustomerValue,
                value: Some(100),
            },
        ],
    );
    assert_eq!(items(&map, "opps", "a15"), ["o", "op1"]);
    let moved = map
        .opportunities
        .iter()
        .find(|it| it.id == opportunity("op1"))
        .unwrap();
    assert_eq!(moved.steps, [step("a15"), step("a07")]);
}

#[test]
fn deleting_hides_and_restoring_brings_back_the_same() {
    let before = demo(SAAS);
    for target in [
        Target::Stage(stage("s3")),
        Target::Step(step("a06")),
        Target::Lane(lane("quotes")),
        Target::Card(card("q1")),
        Target::Pain(pain("pp1")),
        Target::Opportunity(opportunity("op1")),
    ] {
        let delete = Edit::Delete {
            target: target.clone(),
            by: "ana".into(),
            at: 1_764_000_000_000,
        };
        let map = edited(SAAS, std::slice::from_ref(&delete));
        assert_ne!(map, before, "{target:?}");
        assert_eq!(crate::map::label_of(&map, &target), None);
        let map = edited(SAAS, &[delete, Edit::Restore(target)]);
        assert_eq!(map, before);
    }
}

#[test]
fn a_restored_stage_brings_back_the_steps_that_went_with_it_and_no_others() {
    let delete = |target| Edit::Delete {
        target,
        by: "ana".into(),
        at: 7,
    };
    let map = edited(
        SAAS,
        &[
            delete(Target::Step(step("a06"))),
            delete(Target::Stage(stage("s3"))),
            Edit::Restore(Target::Stage(stage("s3"))),
        ],
    );
    assert_eq!(steps(&map, "s3"), ["a05", "a07"]);
    let gone = edited(SAAS, &[delete(Target::Stage(stage("s3")))]);
    assert_eq!(gone.steps.len(), 12);
    assert!(gone.cards.iter().all(|it| it.step != step("a06")));
    assert_eq!(gone.pains[0].step, None, "a pain point outlives its step");
}
