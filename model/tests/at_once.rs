//! Pairs of structural edits that do not know of each other: C4 to C26 of
//! `CONCURRENCY.md`, in both orders of who wins a key.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use waymark_model::apply;
use waymark_model::edit::{Edit, PainScore, Place, Target, TextField};
use waymark_model::ids::{CardId, ConnectorId, LaneId, PainId, PersonaId, StageId, StepId};
use waymark_model::interchange::MapFile;
use waymark_model::invariants::violations;
use waymark_model::map::JourneyMap;
use waymark_model::schema::new_doc;
use waymark_model::templates::DEMO_MAPS;
use waymark_model::vocabulary::ConnectorKind;
use yrs::updates::decoder::Decode;
use yrs::{Doc, ReadTxn, StateVector, Transact, Update};

/// Both do their edits without hearing of each other; then they meet, and `check` looks
/// at what they see, and at what they see after these are restored. Once for each of the
/// two who may win a key that both wrote.
fn both_ways(
    ana: &[Edit],
    ben: &[Edit],
    back: &[Target],
    check: impl Fn(&JourneyMap, &JourneyMap),
) {
    for clients in [(11, 22), (22, 11)] {
        let docs = [demo_doc(clients.0), new_doc(clients.1)];
        meet(&docs);
        write(&docs[0], ana);
        write(&docs[1], ben);
        let met = meet(&docs);
        let restores: Vec<Edit> = back.iter().cloned().map(Edit::Restore).collect();
        write(&docs[1], &restores);
        check(&met, &meet(&docs));
    }
}

fn write(doc: &Doc, edits: &[Edit]) {
    for edit in edits {
        apply(&mut doc.transact_mut(), edit).unwrap();
    }
}

fn demo() -> JourneyMap {
    JourneyMap::read(&demo_doc(1).transact())
}

fn demo_doc(client: u64) -> Doc {
    let doc = new_doc(client);
    let file = MapFile::parse(DEMO_MAPS[0].1).unwrap();
    file.write(&mut doc.transact_mut()).unwrap();
    doc
}

fn meet(docs: &[Doc; 2]) -> JourneyMap {
    let states = docs.each_ref().map(|doc| {
        doc.transact()
            .encode_state_as_update_v1(&StateVector::default())
    });
    for (doc, state) in docs.iter().zip(states.iter().rev()) {
        doc.transact_mut()
            .apply_update(Update::decode_v1(state).unwrap())
            .unwrap();
    }
    let [ana, ben] = docs.each_ref().map(|doc| JourneyMap::read(&doc.transact()));
    assert_eq!(ana, ben);
    assert_eq!(violations(&ana), []);
    ana
}

fn stage(id: &str) -> StageId {
    StageId::parse(id).unwrap()
}

fn step(id: &str) -> StepId {
    StepId::parse(id).unwrap()
}

fn lane(id: &str) -> LaneId {
    LaneId::parse(id).unwrap()
}

fn card(id: &str) -> CardId {
    CardId::parse(id).unwrap()
}

fn delete(target: Target) -> Edit {
    Edit::Delete {
        target,
        by: "somebody".to_owned(),
        at: 1,
    }
}

fn move_card(id: &str, to: &str, row: &str) -> Edit {
    Edit::MoveCard {
        id: card(id),
        step: step(to),
        lane: lane(row),
        place: Place::Last,
    }
}

fn add_card(id: &str, to: &str, row: &str) -> Edit {
    Edit::AddCard {
        id: card(id),
        step: step(to),
        lane: lane(row),
        text: id.to_owned(),
        place: Place::Last,
    }
}

fn move_step(id: &str, to: &str) -> Edit {
    Edit::MoveStep {
        id: step(id),
        stage: stage(to),
        place: Place::Last,
    }
}

fn add_step(id: &str, to: &str) -> Edit {
    Edit::AddStep {
        id: step(id),
        stage: stage(to),
        title: id.to_owned(),
        place: Place::Last,
    }
}

fn move_stage(id: &str, place: Place<StageId>) -> Edit {
    Edit::MoveStage {
        id: stage(id),
        place,
    }
}

fn say(field: TextField, text: &str) -> Edit {
    Edit::SetText {
        field,
        text: text.to_owned(),
    }
}

fn split(at: &str, id: &str) -> Edit {
    Edit::SplitStage {
        at: step(at),
        id: stage(id),
        title: id.to_owned(),
    }
}

fn merge(id: &str, into: &str) -> Edit {
    Edit::MergeStage {
        id: stage(id),
        into: stage(into),
        by: "somebody".to_owned(),
        at: 1,
    }
}

/// Where a card is shown; that it is shown once is an invariant.
fn cell<'a>(map: &'a JourneyMap, id: &str) -> Option<(&'a str, &'a str)> {
    let card = map.cards.iter().find(|it| it.id.as_str() == id)?;
    Some((card.step.as_str(), card.lane.as_str()))
}

fn stage_of<'a>(map: &'a JourneyMap, id: &str) -> Option<&'a str> {
    let step = map.steps.iter().find(|it| it.id.as_str() == id)?;
    Some(step.stage.as_str())
}

fn stages(map: &JourneyMap) -> Vec<&str> {
    map.stages.iter().map(|it| it.id.as_str()).collect()
}

#[test]
fn c4_a_card_deleted_while_it_is_moved_is_deleted_and_comes_back_where_it_was_moved_to() {
    let target = Target::Card(card("q1"));
    both_ways(
        &[delete(target.clone())],
        &[move_card("q1", "a02", "tech")],
        &[target],
        |met, back| {
            assert_eq!(cell(met, "q1"), None);
            assert_eq!(cell(back, "q1"), Some(("a02", "tech")));
        },
    );
}

#[test]
fn c7_a_step_moved_into_a_stage_that_is_deleted_is_shown_nearby() {
    let target = Target::Stage(stage("s3"));
    both_ways(
        &[delete(target.clone())],
        &[move_step("a01", "s3")],
        &[target],
        |met, back| {
            assert_eq!(stage_of(met, "a01"), Some("s2"));
            assert_eq!(stage_of(back, "a01"), Some("s3"));
        },
    );
}

#[test]
fn c8_a_stage_deleted_while_it_is_moved_and_renamed_comes_back_with_both() {
    let target = Target::Stage(stage("s3"));
    both_ways(
        &[delete(target.clone())],
        &[
            move_stage("s3", Place::First),
            say(TextField::StageTitle(stage("s3")), "Renamed"),
        ],
        &[target],
        |met, back| {
            assert!(!stages(met).contains(&"s3"));
            assert_eq!(stages(back)[0], "s3");
            assert_eq!(back.stages[0].title, "Renamed");
            assert_eq!(stage_of(back, "a06"), Some("s3"));
        },
    );
}

#[test]
fn c9_what_is_put_into_a_step_that_is_deleted_comes_back_with_it() {
    let target = Target::Step(step("a06"));
    let persona = PersonaId::parse("p-nadia").unwrap();
    both_ways(
        &[delete(target.clone())],
        &[
            add_card("new", "a06", "actions"),
            move_card("q2", "a06", "tech"),
            Edit::SetEmotion {
                step: step("a06"),
                persona: persona.clone(),
                value: Some(1.5),
            },
        ],
        &[target],
        |met, back| {
            assert_eq!((cell(met, "new"), cell(met, "q2")), (None, None));
            assert_eq!(cell(back, "new"), Some(("a06", "actions")));
            assert_eq!(cell(back, "q2"), Some(("a06", "tech")));
            assert_eq!(back.emotions[&(step("a06"), persona.clone())], 1.5);
        },
    );
}

#[test]
fn c10_what_is_put_into_a_lane_that_is_deleted_comes_back_with_it() {
    let target = Target::Lane(lane("tech"));
    both_ways(
        &[delete(target.clone())],
        &[
            add_card("new", "a01", "tech"),
            move_card("q1", "a02", "tech"),
        ],
        &[target],
        |met, back| {
            assert_eq!((cell(met, "new"), cell(met, "q1")), (None, None));
            assert_eq!(cell(back, "new"), Some(("a01", "tech")));
            assert_eq!(cell(back, "q1"), Some(("a02", "tech")));
        },
    );
}

#[test]
fn c11_a_card_moved_out_of_a_step_or_lane_that_is_deleted_is_saved() {
    for target in [Target::Step(step("a01")), Target::Lane(lane("actions"))] {
        both_ways(
            &[delete(target)],
            &[move_card("a01-actions-1", "a02", "tech")],
            &[],
            |met, _| assert_eq!(cell(met, "a01-actions-1"), Some(("a02", "tech"))),
        );
    }
}

#[test]
fn c13_two_moves_of_one_stage_step_or_lane_leave_it_in_one_of_the_two_places() {
    both_ways(
        &[move_stage("s3", Place::First)],
        &[move_stage("s3", Place::Last)],
        &[],
        |met, _| {
            let at = stages(met).iter().position(|it| *it == "s3").unwrap();
            assert!(at == 0 || at == 5, "{at}");
            assert_eq!(met.stages.len(), 6);
        },
    );
    both_ways(
        &[move_step("a06", "s1")],
        &[move_step("a06", "s5")],
        &[],
        |met, _| {
            let at = stage_of(met, "a06").unwrap();
            assert!(at == "s1" || at == "s5", "{at}");
            assert_eq!(met.steps.len(), 15);
        },
    );
    let move_lane = |place| Edit::MoveLane {
        id: lane("tech"),
        place,
    };
    both_ways(
        &[move_lane(Place::First)],
        &[move_lane(Place::Last)],
        &[],
        |met, _| {
            let at = met.lanes.iter().position(|it| it.id.as_str() == "tech");
            assert!(at == Some(0) || at == Some(met.lanes.len() - 1), "{at:?}");
        },
    );
}

#[test]
fn c14_a_step_and_the_stage_it_was_in_are_both_where_they_were_put() {
    both_ways(
        &[move_step("a06", "s1")],
        &[move_stage("s3", Place::Last)],
        &[],
        |met, _| {
            assert_eq!(stage_of(met, "a06"), Some("s1"));
            assert_eq!(stages(met)[5], "s3");
        },
    );
}

#[test]
fn c16_what_two_deleted_comes_back_by_one_restore() {
    let before = demo();
    for target in [
        Target::Stage(stage("s3")),
        Target::Step(step("a06")),
        Target::Lane(lane("tech")),
        Target::Card(card("q1")),
    ] {
        let edit = delete(target.clone());
        both_ways(
            std::slice::from_ref(&edit),
            std::slice::from_ref(&edit),
            &[target],
            |met, back| {
                assert_ne!(*met, before);
                assert_eq!(*back, before);
            },
        );
    }
}

#[test]
fn c18_a_step_moved_while_its_stage_is_split_is_in_one_of_the_two_stages() {
    both_ways(
        &[split("a06", "later")],
        &[move_step("a07", "s1")],
        &[],
        |met, _| {
            let at = stage_of(met, "a07").unwrap();
            assert!(at == "later" || at == "s1", "{at}");
            assert_eq!(stage_of(met, "a06"), Some("later"));
            assert_eq!(met.steps.len(), 15);
        },
    );
}

#[test]
fn c19_a_step_added_while_its_stage_is_split_is_in_the_old_stage() {
    both_ways(
        &[split("a06", "later")],
        &[add_step("new", "s3")],
        &[],
        |met, _| assert_eq!(stage_of(met, "new"), Some("s3")),
    );
}

#[test]
fn c20_no_step_is_lost_when_a_stage_is_split_and_deleted() {
    let target = Target::Stage(stage("s3"));
    both_ways(
        &[split("a06", "later")],
        &[delete(target.clone())],
        &[target],
        |met, back| {
            assert!(!stages(met).contains(&"s3"));
            for id in ["a05", "a06", "a07"] {
                assert!(stage_of(back, id).is_some(), "{id}");
            }
        },
    );
}

#[test]
fn c21_a_step_added_to_a_stage_that_is_merged_is_shown_nearby() {
    both_ways(
        &[merge("s3", "s4")],
        &[add_step("new", "s3")],
        &[],
        |met, _| {
            assert_eq!(stage_of(met, "a06"), Some("s4"));
            assert_eq!(stage_of(met, "new"), Some("s2"));
        },
    );
}

#[test]
fn c22_a_step_moved_while_its_stage_is_merged_is_in_one_of_the_two_stages() {
    both_ways(
        &[merge("s3", "s4")],
        &[move_step("a06", "s1")],
        &[],
        |met, _| {
            let at = stage_of(met, "a06").unwrap();
            assert!(at == "s4" || at == "s1", "{at}");
            assert_eq!(met.steps.len(), 15);
        },
    );
}

#[test]
fn c23_two_stages_merged_into_each_other_lose_no_step() {
    both_ways(
        &[merge("s3", "s4")],
        &[merge("s4", "s3")],
        &[Target::Stage(stage("s3"))],
        |met, back| {
            assert_eq!((met.stages.len(), back.stages.len()), (4, 5));
            assert_eq!((met.steps.len(), back.steps.len()), (15, 15));
        },
    );
}

#[test]
fn c24_a_wide_card_whose_last_step_is_deleted_ends_before_it_until_it_is_back() {
    let target = Target::Step(step("a03"));
    both_ways(
        &[Edit::SpanCard {
            id: card("a01-actions-1"),
            to: Some(step("a03")),
        }],
        &[delete(target.clone())],
        &[target],
        |met, back| {
            let span = |map: &JourneyMap| {
                let card = map
                    .cards
                    .iter()
                    .find(|it| it.id.as_str() == "a01-actions-1");
                card.unwrap().span_to.as_ref().map(ToString::to_string)
            };
            assert_eq!(span(met).as_deref(), Some("a02"));
            assert_eq!(span(back).as_deref(), Some("a03"));
        },
    );
}

#[test]
fn c25_a_connection_to_a_step_that_is_deleted_comes_back_with_it() {
    let target = Target::Step(step("a06"));
    both_ways(
        &[Edit::AddConnector {
            id: ConnectorId::parse("k").unwrap(),
            from: step("a01"),
            to: step("a06"),
            kind: ConnectorKind::ALL[0],
        }],
        &[delete(target.clone())],
        &[target],
        |met, back| assert_eq!((met.connectors.len(), back.connectors.len()), (0, 1)),
    );
}

#[test]
fn c26_a_pain_point_scored_while_its_step_is_deleted_keeps_its_score() {
    let id = PainId::parse("pp1").unwrap();
    both_ways(
        &[delete(Target::Step(step("a06")))],
        &[Edit::ScorePain {
            id: id.clone(),
            score: PainScore::Impact,
            value: Some(1),
        }],
        &[],
        |met, _| {
            let pain = met.pains.iter().find(|it| it.id == id).unwrap();
            assert_eq!((&pain.step, pain.impact), (&None, Some(1)));
        },
    );
}
