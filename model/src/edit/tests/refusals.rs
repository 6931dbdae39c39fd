//! Edits that cannot be made, and edits that change nothing.

use yrs::Transact;

use super::{SAAS, add_card, card, demo, demo_doc, lane, opportunity, pain, stage, step};
use crate::edit::{Edit, PainScore, Place, Target, TextField, apply};
use crate::limits;
use crate::schema::new_doc;
use crate::vocabulary::MapKind;

#[test]
fn a_refused_edit_writes_nothing() {
    let doc = demo_doc(SAAS);
    let long = "x".repeat(limits::TEXT_CHARS + 1);
    let text = |text: &str| Edit::SetText {
        field: TextField::MapTitle,
        text: text.to_owned(),
    };
    let gone = Place::Last;
    let to = |step_id: &str, lane_id: &str| Edit::MoveCard {
        id: card("q1"),
        step: step(step_id),
        lane: lane(lane_id),
        place: Place::First,
    };
    for (edit, message) in [
        (text(&long), "text is longer than 10000 characters"),
        (to("a99", "tech"), "there is no step a99 in this map"),
        (to("a01", "nowhere"), "there is no lane nowhere in this map"),
        (
            add_card("q1", Place::First),
            "the card q1 is already in this map",
        ),
        (
            Edit::AddStep {
                id: step("n"),
                stage: stage("s9"),
                title: "t".into(),
                place: gone,
            },
            "there is no stage s9 in this map",
        ),
        (
            Edit::ScorePain {
                id: pain("pp1"),
                score: PainScore::Impact,
                value: Some(6),
            },
            "6 is outside 1 to 5",
        ),
        (
            Edit::Restore(Target::Pain(pain("zz"))),
            "there is no pain point zz in this map",
        ),
        (
            Edit::SetText {
                field: TextField::CardText(card("zz")),
                text: "t".into(),
            },
            "there is no card zz in this map",
        ),
    ] {
        let mut txn = doc.transact_mut();
        let error = apply(&mut txn, &edit).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert!(!txn.has_changes(), "{edit:?}");
    }
}

#[test]
fn an_edit_that_changes_nothing_writes_nothing() {
    let doc = demo_doc(SAAS);
    let title = demo(SAAS).frame.title;
    for edit in [
        Edit::SetText {
            field: TextField::MapTitle,
            text: title,
        },
        Edit::MoveStage {
            id: stage("s2"),
            place: Place::After(stage("s1")),
        },
        Edit::MoveStep {
            id: step("a02"),
            stage: stage("s1"),
            place: Place::Last,
        },
        Edit::MoveCard {
            id: card("a01-actions-1"),
            step: step("a01"),
            lane: lane("actions"),
            place: Place::First,
        },
        Edit::SetMapKind(MapKind::CurrentState),
        Edit::SetMomentOfTruth {
            id: step("a01"),
            value: false,
        },
        Edit::MoveOpportunity {
            id: opportunity("op1"),
            step: step("a06"),
            place: Place::First,
        },
        Edit::Restore(Target::Card(card("q1"))),
    ] {
        let mut txn = doc.transact_mut();
        apply(&mut txn, &edit).unwrap();
        assert!(!txn.has_changes(), "{edit:?}");
    }
}

#[test]
fn a_map_has_at_most_so_many_stages() {
    let doc = new_doc(1);
    let mut txn = doc.transact_mut();
    let add = |n: usize| Edit::AddStage {
        id: stage(&format!("s{n}")),
        title: String::new(),
        place: Place::Last,
    };
    for n in 0..limits::STAGES {
        apply(&mut txn, &add(n)).unwrap();
    }
    let error = apply(&mut txn, &add(limits::STAGES)).unwrap_err();
    assert_eq!(error.to_string(), "a map has at most 200 of these: stage");
    let target = Target::Stage(stage("s0"));
    apply(
        &mut txn,
        &Edit::Delete {
            target,
            by: "ana".into(),
            at: 1,
        },
    )
    .unwrap();
    apply(&mut txn, &add(limits::STAGES)).unwrap();
}
