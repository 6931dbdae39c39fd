//! Splitting and merging stages.

use yrs::undo::UndoManager;
use yrs::{Doc, Transact};

use super::{SAAS, demo, demo_doc, edited, read, stage, stages, step, steps};
use crate::edit::{Edit, Place, Target, apply};
use crate::map::JourneyMap;
use crate::schema;

fn split(at: &str, id: &str) -> Edit {
    Edit::SplitStage {
        at: step(at),
        id: stage(id),
        title: "New".into(),
    }
}

fn merge(id: &str, into: &str) -> Edit {
    Edit::MergeStage {
        id: stage(id),
        into: stage(into),
        by: "ana".into(),
        at: 1,
    }
}

fn delete(id: &str) -> Edit {
    Edit::Delete {
        target: Target::Stage(stage(id)),
        by: "ana".into(),
        at: 1,
    }
}

fn reading_order(map: &JourneyMap) -> Vec<&str> {
    map.steps.iter().map(|it| it.id.as_str()).collect()
}

#[test]
fn splitting_a_stage_moves_the_later_steps_and_nothing_else() {
    let before = demo(SAAS);
    let map = edited(SAAS, &[split("a06", "new")]);
    assert_eq!(stages(&map)[..5], ["s1", "s2", "s3", "new", "s4"]);
    assert_eq!(steps(&map, "s3"), ["a05"]);
    assert_eq!(steps(&map, "new"), ["a06", "a07"]);
    assert_eq!(reading_order(&map), reading_order(&before));
    assert_eq!((map.cards, map.emotions), (before.cards, before.emotions));
}

#[test]
fn merging_keeps_the_reading_order_on_either_side() {
    let before = demo(SAAS);
    for (id, into) in [("s3", "s2"), ("s3", "s4")] {
        let map = edited(SAAS, &[merge(id, into)]);
        assert!(!stages(&map).contains(&id));
        assert_eq!(reading_order(&map), reading_order(&before), "{id} {into}");
        assert!(
            ["a05", "a06", "a07"]
                .iter()
                .all(|it| steps(&map, into).contains(it))
        );
        assert_eq!(map.cards, before.cards);
    }
    assert_eq!(edited(SAAS, &[merge("s3", "s3")]), before);
}

#[test]
fn splitting_and_merging_back_gives_the_same_steps() {
    let before = demo(SAAS);
    let map = edited(SAAS, &[split("a06", "new"), merge("new", "s3")]);
    assert_eq!((map.stages, map.steps), (before.stages, before.steps));
}

#[test]
fn one_undo_takes_back_a_split_or_a_merge() {
    for edit in [split("a06", "new"), merge("s3", "s2")] {
        let doc = demo_doc(SAAS);
        let before = read(&doc);
        let mut undo: UndoManager<()> = undo(&doc);
        apply(&mut doc.transact_mut(), &edit).unwrap();
        assert_ne!(read(&doc), before);
        assert!(undo.undo_blocking());
        assert_eq!(read(&doc), before, "{edit:?}");
        assert!(!undo.can_undo());
    }
}

fn undo(doc: &Doc) -> UndoManager<()> {
    let mut undo = UndoManager::with_options(yrs::undo::Options {
        capture_timeout_millis: 0,
        tracked_origins: Default::default(),
        capture_transaction: None,
        timestamp: std::sync::Arc::new(|| 1),
        init_undo_stack: Vec::new(),
        init_redo_stack: Vec::new(),
    });
    for root in schema::ROOTS {
        let root = doc.get_or_insert_map(*root);
        undo.expand_scope(doc, &root);
    }
    undo
}

/// A step that somebody saved from a stage's deletion is a guest elsewhere.
#[test]
fn steps_whose_own_stage_is_gone_come_along_in_their_order() {
    let orphan = |doc: &Doc| {
        // Added by somebody who had not heard of the deletion.
        let other = schema::new_doc(2);
        give(doc, &other);
        apply(&mut doc.transact_mut(), &delete("s4")).unwrap();
        let add = Edit::AddStep {
            id: step("late"),
            stage: stage("s4"),
            title: "Late".into(),
            place: Place::First,
        };
        apply(&mut other.transact_mut(), &add).unwrap();
        give(&other, doc);
    };
    for edit in [
        split("a06", "new"),
        split("late", "new"),
        merge("s3", "s2"),
        merge("s3", "s5"),
        merge("s2", "s3"),
    ] {
        let doc = demo_doc(SAAS);
        orphan(&doc);
        let before = read(&doc);
        assert_eq!(steps(&before, "s3"), ["a05", "a06", "a07", "late"]);
        apply(&mut doc.transact_mut(), &edit).unwrap();
        let after = read(&doc);
        assert_eq!(reading_order(&after), reading_order(&before), "{edit:?}");
    }
}

fn give(from: &Doc, to: &Doc) {
    use yrs::ReadTxn;
    use yrs::updates::decoder::Decode;
    let since = to.transact().state_vector();
    let update = from.transact().encode_state_as_update_v1(&since);
    let update = yrs::Update::decode_v1(&update).unwrap();
    to.transact_mut().apply_update(update).unwrap();
}
