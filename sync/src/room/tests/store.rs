//! J: what is stored, and what happens when it is not.

use bytes::Bytes;
use yrs::updates::decoder::Decode;
use yrs::{Any, GetString, Text, Transact, Update, WriteTxn};

use crate::journal::{Position, Record, Snapshot, StoredDocument};
use crate::room::Note;
use crate::testing::{Disk, Table, doc, document, empty, typed};
use crate::{Dialect, Frame, Incarnation, Limits, Millis, Room, Timestamp};

/// Where the details of a card stand.
const DETAILS: &str = "details/cards/a06-actions-1";

fn record(update: impl Into<Bytes>) -> Record {
    Record {
        update: update.into(),
        author: "ana".to_owned(),
        at: Timestamp(1),
    }
}

#[test]
fn j1_at_most_one_append_is_under_way_and_the_next_one_takes_the_rest_together() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let ben = table.join_live(Dialect::Hocuspocus, "ben");
    table.disk = Disk::Stalls;
    let (one, two) = (doc(5), doc(6));
    table.update(ana, typed(&one, "a"));
    table.update(ana, typed(&one, "b"));
    table.update(ben, typed(&two, "c"));
    assert_eq!(table.stalled.len(), 1);
    table.release_disk();
    assert_eq!(table.log.records.len(), 2);
    assert_eq!(table.log.records[0].1.author, "ana\t5");
    assert_eq!(table.log.records[1].1.author, "ana\nben\t6");
    assert_eq!(table.stored_text().len(), 3);
}

#[test]
fn j1_a_rich_text_in_a_root_of_its_own_is_given_to_others_stored_and_opened_again() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let ben = table.join_live(Dialect::Hocuspocus, "ben");
    table.frames(ben);
    let writer = doc(5);
    let update = {
        let mut txn = writer.transact_mut();
        let text = txn.get_or_insert_text(DETAILS);
        let bold = [("bold".into(), Any::Bool(true))].into_iter().collect();
        text.insert_with_attributes(&mut txn, 0, "Asked twice", bold);
        txn.encode_update_v1()
    };
    table.update(ana, update);
    table.settle();
    let frames = table.frames(ben);
    assert!(
        frames.iter().any(|frame| matches!(frame, Frame::Update(_))),
        "{frames:?}"
    );
    let mut opened =
        Room::open(document(), table.log.clone(), table.limits, 1).expect("it can be read");
    let copy = doc(6);
    let text = copy.get_or_insert_text(DETAILS);
    let mut txn = copy.transact_mut();
    let stored = Update::decode_v1(&opened.state()).expect("an update");
    txn.apply_update(stored).expect("it fits");
    assert_eq!(text.get_string(&txn), "Asked twice");
}

#[test]
fn j2_a_failed_append_is_repeated_as_it_was_and_waits_longer_each_time() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let writer = doc(5);
    table.disk = Disk::Fails;
    table.update(ana, typed(&writer, "first "));
    table.update(ana, typed(&writer, "second"));
    table.pass(Millis(60_000));
    assert!(table.batches.len() > 5 && table.batches.len() < 20);
    assert!(table.batches.iter().all(|batch| *batch == table.batches[0]));
    assert!(table.statuses(ana).is_empty());
    table.disk = Disk::Works;
    table.pass(Millis(10_000));
    assert_eq!(table.statuses(ana), [true, true]);
    assert_eq!(
        table.log.records.len(),
        2,
        "later edits went into the next batch"
    );
    assert_eq!(table.stored_text(), "first second");
}

#[test]
fn j3_everybody_is_told_once_that_saving_fails_and_once_that_it_works_again() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let ben = table.join_live(Dialect::Hocuspocus, "ben");
    table.disk = Disk::Fails;
    table.update(ana, typed(&doc(5), "hello"));
    table.pass(Millis(5_000));
    let facts = |frames: Vec<Frame>| -> Vec<String> {
        let facts = frames.into_iter().filter_map(|frame| match frame {
            Frame::Stateless(text) if text.contains("waymark/saving") => Some(text),
            _ => None,
        });
        facts.collect()
    };
    for session in [ana, ben] {
        let facts = facts(table.frames(session));
        assert_eq!(facts.len(), 1);
        assert!(facts[0].contains("no space left"));
    }
    let newcomer = table.join(
        Dialect::Hocuspocus,
        crate::testing::grant("new", crate::Role::Viewer),
    );
    assert_eq!(facts(table.frames(newcomer)).len(), 1);
    table.disk = Disk::Works;
    table.pass(Millis(10_000));
    assert_eq!(facts(table.frames(ben)).len(), 1);
    let notes = [
        Note::NotSaving {
            reason: "no space left".to_owned(),
        },
        Note::SavingAgain,
    ];
    assert_eq!(table.notes, notes);
}

#[test]
fn j3_a_store_that_does_not_answer_counts_as_failing_within_five_seconds() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    table.disk = Disk::Stalls;
    table.update(ana, typed(&doc(5), "hello"));
    table.pass(Millis(5_000));
    assert!(matches!(table.notes[..], [Note::NotSaving { .. }]));
    assert_eq!(table.stalled.len(), 1, "it is not asked twice");
    table.release_disk();
    assert_eq!(table.notes.last(), Some(&Note::SavingAgain));
    assert!(table.statuses(ana).contains(&true));
}

#[test]
fn j4_batches_of_two_lives_of_a_room_never_share_a_name() {
    let mut names = std::collections::BTreeSet::new();
    for seed in [1, 2] {
        let mut table = Table::new(Limits::for_tests());
        table.room = Room::open(document(), empty(), table.limits, seed).expect("opens");
        let ana = table.join_live(Dialect::Hocuspocus, "ana");
        let writer = doc(5);
        for _ in 0..5 {
            table.update(ana, typed(&writer, "x"));
        }
        names.extend(table.batches);
    }
    assert_eq!(names.len(), 10);
}

#[test]
fn j5_the_log_is_compacted_and_reads_the_same_afterwards() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let writer = doc(5);
    let mut written = String::new();
    for i in 0..50 {
        let words = format!("{i} ");
        table.update(ana, typed(&writer, &words));
        written.push_str(&words);
        table.settle();
    }
    assert!(table.log.snapshot.is_some());
    assert!(table.log.records.len() as u64 <= table.limits.compact_records);
    assert_eq!(table.stored_text(), written);
}

#[test]
fn j6_bytes_that_cannot_be_read_are_reported_with_their_place_and_never_an_empty_document() {
    let open = |stored| Room::open(document(), stored, Limits::default(), 1);
    let writer = doc(5);
    let good = record(typed(&writer, "good"));
    let holed = {
        typed(&writer, "lost");
        record(typed(&writer, "found"))
    };
    let stored = |records: Vec<(u64, Record)>| StoredDocument {
        records: records.into_iter().map(|(p, r)| (Position(p), r)).collect(),
        ..empty()
    };
    assert!(open(stored(vec![(1, good.clone())])).is_ok());
    let broken = open(stored(vec![(1, good.clone()), (2, record(vec![1, 2, 3]))]));
    assert_eq!(broken.err().and_then(|e| e.position), Some(Position(2)));
    let gap = open(stored(vec![(1, good.clone()), (2, holed)]));
    assert_eq!(gap.err().and_then(|e| e.position), Some(Position(2)));
    let order = open(stored(vec![(2, good.clone()), (2, good.clone())]));
    assert!(order.is_err());
    let snapshot = Snapshot {
        state: Bytes::from_static(&[9, 9]),
        authors: String::new(),
    };
    let broken = open(StoredDocument {
        snapshot: Some((Position(1), snapshot)),
        ..empty()
    });
    assert_eq!(broken.err().map(|e| e.position), Some(None));
}

#[test]
fn j6_a_snapshot_may_hold_more_than_its_position_says() {
    let writer = doc(5);
    let first = record(typed(&writer, "one "));
    let second = record(typed(&writer, "two"));
    let all = [first.update.clone(), second.update.clone()];
    let state = yrs::merge_updates_v1(&all).expect("updates").into();
    let stored = StoredDocument {
        incarnation: Incarnation(7),
        snapshot: Some((
            Position(1),
            Snapshot {
                state,
                authors: String::new(),
            },
        )),
        records: vec![(Position(2), second)],
    };
    let table = Table::open(Limits::for_tests(), stored);
    assert_eq!(table.stored_text(), "one two");
}
