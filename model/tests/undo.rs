//! Undo and redo of one's own changes while others change the same map: U1 to U8 of
//! `CONCURRENCY.md`.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use waymark_model::edit::{Author, Edit, PainScore, Place, Target, TextField};
use waymark_model::history::Clock;
use waymark_model::ids::{CardId, LaneId, PainId, StageId, StepId};
use waymark_model::interchange::MapFile;
use waymark_model::invariants::violations;
use waymark_model::map::{Card, JourneyMap};
use waymark_model::schema::{self, new_doc};
use waymark_model::templates::DEMO_MAPS;
use waymark_model::{History, apply};
use yrs::undo::Options;
use yrs::updates::decoder::Decode;
use yrs::{Any, Doc, Map, Out, ReadTxn, Transact, UndoManager, Update};

/// Somebody with a replica of the first demo map.
struct Person {
    doc: Doc,
    history: History,
    now: Arc<AtomicU64>,
}

impl Person {
    fn new(client: u64) -> Self {
        let doc = new_doc(client);
        let now = Arc::new(AtomicU64::new(1));
        let clock = Arc::clone(&now);
        let clock: Clock = Arc::new(move || clock.load(Ordering::Relaxed));
        let history = History::new(&doc, clock);
        Self { doc, history, now }
    }

    fn does(&mut self, edits: &[Edit]) {
        self.history
            .edit(&self.doc, edits, Author::default())
            .unwrap();
    }

    fn types(&mut self, id: &str, text: &str) {
        let field = TextField::CardText(card(id));
        self.history
            .type_in(&self.doc, field, text.to_owned(), Author::default())
            .unwrap();
    }

    fn waits(&self, ms: u64) {
        self.now.fetch_add(ms, Ordering::Relaxed);
    }

    fn undoes(&mut self) {
        assert!(self.history.undo(&self.doc), "there is something to undo");
    }

    fn redoes(&mut self) {
        assert!(self.history.redo(&self.doc), "there is something to redo");
    }

    fn sees(&self) -> JourneyMap {
        JourneyMap::read(&self.doc.transact())
    }
}

/// Two people; `ana_wins` says whose client id is higher, and so whose plain value
/// stands when both set one at the same time.
fn two(ana_wins: bool) -> (Person, Person) {
    let (ana, ben) = if ana_wins { (22, 11) } else { (11, 22) };
    let (ana, ben) = (Person::new(ana), Person::new(ben));
    let file = MapFile::parse(DEMO_MAPS[0].1).unwrap();
    file.write(&mut ana.doc.transact_mut()).unwrap();
    meet(&ana, &ben);
    (ana, ben)
}

fn give(from: &Doc, to: &Doc) {
    let since = to.transact().state_vector();
    let update = from.transact().encode_state_as_update_v1(&since);
    to.transact_mut()
        .apply_update(Update::decode_v1(&update).unwrap())
        .unwrap();
}

fn meet(ana: &Person, ben: &Person) -> JourneyMap {
    give(&ana.doc, &ben.doc);
    give(&ben.doc, &ana.doc);
    let map = ana.sees();
    assert_eq!(map, ben.sees());
    assert_eq!(violations(&map), []);
    map
}

fn card(id: &str) -> CardId {
    CardId::parse(id).unwrap()
}

fn step(id: &str) -> StepId {
    StepId::parse(id).unwrap()
}

fn lane(id: &str) -> LaneId {
    LaneId::parse(id).unwrap()
}

fn move_card(id: &str, to: &str, row: &str) -> Edit {
    Edit::MoveCard {
        id: card(id),
        step: step(to),
        lane: lane(row),
        place: Place::Last,
    }
}

fn add_card(id: &str, to: &str) -> Edit {
    Edit::AddCard {
        id: card(id),
        step: step(to),
        lane: lane("actions"),
        text: id.to_owned(),
        place: Place::Last,
    }
}

fn delete(target: Target) -> Edit {
    Edit::Delete {
        target,
        by: "somebody".to_owned(),
        at: 1,
    }
}

fn severity(value: u8) -> Edit {
    Edit::ScorePain {
        id: PainId::parse("pp1").unwrap(),
        score: PainScore::Severity,
        value: Some(value),
    }
}

fn find<'a>(map: &'a JourneyMap, id: &str) -> Option<&'a Card> {
    map.cards.iter().find(|it| it.id.as_str() == id)
}

fn cell<'a>(map: &'a JourneyMap, id: &str) -> (&'a str, &'a str) {
    let card = find(map, id).expect("the card is on the map");
    (card.step.as_str(), card.lane.as_str())
}

#[test]
fn u1_undo_takes_back_my_own_changes_and_nothing_that_others_did_since() {
    let (mut ana, mut ben) = two(true);
    ana.does(&[add_card("mine", "a01")]);
    meet(&ana, &ben);
    ben.does(&[add_card("yours", "a01"), move_card("q1", "a02", "tech")]);
    meet(&ana, &ben);
    ana.undoes();
    let map = meet(&ana, &ben);
    assert!(find(&map, "mine").is_none() && find(&map, "yours").is_some());
    assert_eq!(cell(&map, "q1"), ("a02", "tech"));
    assert!(!ana.history.can_undo() && ben.history.can_undo());
    ana.redoes();
    assert!(find(&meet(&ana, &ben), "mine").is_some());
}

#[test]
fn u2_a_value_that_somebody_else_changed_since_stays_as_they_left_it() {
    let (mut ana, mut ben) = two(true);
    ana.does(&[move_card("q1", "a09", "tech")]);
    meet(&ana, &ben);
    ben.does(&[move_card("q1", "a02", "owner")]);
    meet(&ana, &ben);
    assert!(!ana.history.undo(&ana.doc), "nothing of hers is left");
    assert_eq!(cell(&meet(&ana, &ben), "q1"), ("a02", "owner"));
    ben.undoes();
    assert_eq!(cell(&meet(&ana, &ben), "q1"), ("a09", "tech"));
}

#[test]
fn u3_who_undoes_a_move_made_at_the_same_time_as_another_never_loses_the_card() {
    for ana_wins in [true, false] {
        let (mut ana, mut ben) = two(ana_wins);
        let before = cell(&ana.sees(), "q1").0.to_owned();
        ana.does(&[move_card("q1", "a09", "tech")]);
        ben.does(&[move_card("q1", "a02", "owner")]);
        meet(&ana, &ben);
        let undone = ana.history.undo(&ana.doc);
        assert_eq!(undone, ana_wins);
        let map = meet(&ana, &ben);
        let expected = if ana_wins { before.as_str() } else { "a02" };
        assert_eq!(cell(&map, "q1").0, expected);
        assert_eq!(map.cards.len(), ana.sees().cards.len());
    }
}

#[test]
fn u3_who_takes_back_one_of_two_choices_leaves_the_other() {
    for ana_wins in [true, false] {
        let (mut ana, mut ben) = two(ana_wins);
        ana.does(&[severity(1)]);
        ben.does(&[severity(2)]);
        assert_eq!(meet(&ana, &ben).choices.len(), 1);
        ana.undoes();
        let map = meet(&ana, &ben);
        assert!(map.choices.is_empty());
        let pain = map.pains.iter().find(|it| it.id.as_str() == "pp1").unwrap();
        assert_eq!(pain.severity, Some(2));
        ana.redoes();
        assert_eq!(meet(&ana, &ben).choices.len(), 1, "both are shown again");
    }
}

#[test]
fn u4_what_others_wrote_into_a_thing_is_there_when_its_making_is_undone_and_redone() {
    let (mut ana, mut ben) = two(true);
    ana.does(&[add_card("new", "a01")]);
    meet(&ana, &ben);
    ana.undoes();
    // He has not heard of that.
    ben.types("new", "new and his words");
    ben.does(&[move_card("new", "a02", "tech")]);
    assert!(find(&meet(&ana, &ben), "new").is_none());
    ana.redoes();
    let map = meet(&ana, &ben);
    assert_eq!(find(&map, "new").unwrap().text, "new and his words");
    assert_eq!(cell(&map, "new"), ("a02", "tech"));
}

#[test]
fn u5_what_others_put_into_a_stage_or_step_whose_making_is_undone_is_not_lost() {
    let (mut ana, mut ben) = two(true);
    let stage = StageId::parse("new-stage").unwrap();
    let new_step = |id: &str| Edit::AddStep {
        id: step(id),
        stage: stage.clone(),
        title: id.to_owned(),
        place: Place::Last,
    };
    ana.does(&[
        Edit::AddStage {
            id: stage.clone(),
            title: "New".to_owned(),
            place: Place::Last,
        },
        new_step("hers"),
    ]);
    meet(&ana, &ben);
    ben.does(&[
        new_step("his"),
        add_card("in-hers", "hers"),
        add_card("in-his", "his"),
    ]);
    meet(&ana, &ben);
    ana.undoes();
    let map = meet(&ana, &ben);
    let stage_of = |id: &str| {
        map.steps
            .iter()
            .find(|it| it.id.as_str() == id)
            .map(|it| it.stage.as_str())
    };
    assert_eq!(stage_of("his"), Some("s6"), "the stage before takes it in");
    assert_eq!(stage_of("hers"), None);
    assert!(find(&map, "in-his").is_some() && find(&map, "in-hers").is_none());
    ana.redoes();
    let map = meet(&ana, &ben);
    assert!(find(&map, "in-hers").is_some());
    assert!(map.steps.iter().all(|it| {
        let is_new = ["his", "hers"].contains(&it.id.as_str());
        is_new == (it.stage == stage)
    }));
}

#[test]
fn u6_words_that_others_typed_stay_when_i_take_back_mine() {
    let (mut ana, mut ben) = two(true);
    let was = find(&ana.sees(), "q1").unwrap().text.clone();
    ana.types("q1", &format!("{was} A"));
    ana.waits(100);
    ana.types("q1", &format!("{was} Ana"));
    ben.types("q1", &format!("Ben {was}"));
    meet(&ana, &ben);
    ana.undoes();
    assert_eq!(
        find(&meet(&ana, &ben), "q1").unwrap().text,
        format!("Ben {was}")
    );
    ana.redoes();
    let map = meet(&ana, &ben);
    assert_eq!(find(&map, "q1").unwrap().text, format!("Ben {was} Ana"));
}

#[test]
fn u6_a_pause_another_text_and_any_other_edit_end_a_step_of_typing() {
    let (mut ana, _) = two(true);
    let before = ana.sees();
    ana.types("q1", "one");
    ana.waits(501);
    ana.types("q1", "one two");
    ana.types("q2", "other");
    ana.does(&[severity(1)]);
    ana.types("q2", "other more");
    let said = |person: &Person, id: &str| find(&person.sees(), id).unwrap().text.clone();
    ana.undoes();
    assert_eq!(said(&ana, "q2"), "other");
    ana.undoes();
    assert_eq!(ana.sees().pains, before.pains);
    ana.undoes();
    assert_ne!(said(&ana, "q2"), "other");
    ana.undoes();
    assert_eq!(said(&ana, "q1"), "one");
    ana.undoes();
    assert_eq!(ana.sees(), before);
    assert!(!ana.history.can_undo());
    for _ in 0..5 {
        ana.redoes();
    }
    assert!(!ana.history.can_redo());
    assert_eq!(
        (said(&ana, "q1").as_str(), said(&ana, "q2").as_str()),
        ("one two", "other more")
    );
}

#[test]
fn u7_a_step_without_effect_is_passed_over() {
    let (mut ana, mut ben) = two(true);
    ana.does(&[severity(1)]);
    ana.does(&[move_card("q1", "a09", "tech")]);
    meet(&ana, &ben);
    ben.does(&[move_card("q1", "a02", "owner")]);
    meet(&ana, &ben);
    ana.undoes();
    let map = meet(&ana, &ben);
    assert_eq!(cell(&map, "q1"), ("a02", "owner"));
    let pain = map.pains.iter().find(|it| it.id.as_str() == "pp1").unwrap();
    assert_ne!(pain.severity, Some(1));
    assert!(!ana.history.can_undo());
}

#[test]
fn u8_several_edits_in_one_go_are_one_step_and_one_that_fails_leaves_nothing() {
    let (mut ana, _) = two(true);
    let before = ana.sees();
    let say = |id: &str| Edit::SetText {
        field: TextField::CardText(card(id)),
        text: "said".to_owned(),
    };
    ana.does(&[
        add_card("x", "a01"),
        say("x"),
        say("q1"),
        delete(Target::Stage(StageId::parse("s3").unwrap())),
    ]);
    let after = ana.sees();
    ana.undoes();
    assert_eq!(ana.sees(), before);
    ana.redoes();
    assert_eq!(ana.sees(), after);
    ana.undoes();
    let bad = [
        add_card("y", "a01"),
        say("q1"),
        move_card("gone", "a01", "tech"),
    ];
    ana.history
        .edit(&ana.doc, &bad, Author::default())
        .unwrap_err();
    assert_eq!(ana.sees(), before);
    assert!(!ana.history.can_undo() && !ana.history.can_redo());
}

/// What the history is for: the undo manager of yrs, on all of the document as it was
/// used before, loses work in the two ways that are known of Yjs. If one of these two
/// fails some day, yrs has mended it.
mod yrs_alone {
    use super::*;

    fn manager(doc: &Doc) -> UndoManager {
        let mut manager = UndoManager::with_options(Options {
            capture_timeout_millis: 0,
            tracked_origins: ["local".into()].into(),
            capture_transaction: None,
            timestamp: Arc::new(|| 0),
            init_undo_stack: Vec::new(),
            init_redo_stack: Vec::new(),
        });
        for root in schema::ROOTS {
            let root = doc.get_or_insert_map(*root);
            manager.expand_scope(doc, &root);
        }
        manager
    }

    fn write(doc: &Doc, edit: &Edit) {
        apply(&mut doc.transact_mut_with("local"), edit).unwrap();
    }

    #[test]
    fn removes_a_key_that_another_person_had_written_too_as_in_yjs_514() {
        let (ana, ben) = two(true);
        let mut undo = manager(&ana.doc);
        write(&ana.doc, &move_card("q1", "a09", "tech"));
        write(&ben.doc, &move_card("q1", "a02", "owner"));
        meet(&ana, &ben);
        assert!(undo.undo_blocking());
        let txn = ana.doc.transact();
        let cards = txn.get_map(schema::CARDS).unwrap();
        let Some(Out::YMap(card)) = cards.get(&txn, "q1") else {
            panic!("the card is in the document");
        };
        assert_eq!(card.get(&txn, schema::CELL), None);
        assert_ne!(card.get(&txn, schema::POS), Some(Out::Any(Any::Null)));
    }

    #[test]
    fn loses_what_others_wrote_into_a_thing_that_is_made_again_as_in_yjs_472() {
        let (ana, ben) = two(true);
        let mut undo = manager(&ana.doc);
        write(&ana.doc, &add_card("new", "a01"));
        meet(&ana, &ben);
        assert!(undo.undo_blocking());
        let text = TextField::CardText(card("new"));
        write(
            &ben.doc,
            &Edit::SetText {
                field: text,
                text: "new and his words".to_owned(),
            },
        );
        meet(&ana, &ben);
        assert!(undo.redo_blocking());
        assert_eq!(find(&meet(&ana, &ben), "new").unwrap().text, "new");
    }
}
