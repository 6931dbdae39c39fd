//! E8: whose a client id is.

use yrs::updates::decoder::Decode;
use yrs::{ReadTxn, StateVector, Transact, Update};

use crate::testing::{Table, doc, grant, text_of, typed};
use crate::{Dialect, Frame, Limits, Millis, Role, RoomInput, SessionId};

fn whole(doc: &yrs::Doc) -> Vec<u8> {
    doc.transact().encode_diff_v1(&StateVector::default())
}

fn hear(doc: &yrs::Doc, update: &[u8]) {
    let update = Update::decode_v1(update).expect("an update");
    doc.transact_mut().apply_update(update).expect("it fits");
}

/// A session that answers the room's step 1 with all of a document.
fn brings(table: &mut Table, subject: &str, doc: &yrs::Doc) -> SessionId {
    let session = table.join(Dialect::Hocuspocus, grant(subject, Role::Editor));
    table.frame(session, Frame::SyncStep1(vec![0].into()));
    table.settle();
    table.frames(session);
    table.frame(session, Frame::SyncStep2(whole(doc).into()));
    table.settle();
    session
}

/// The room after a crash, and Ana's document: "saved" is stored, ", lost" is not.
fn after_a_crash() -> (Table, yrs::Doc) {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let anas = doc(5);
    table.update(ana, typed(&anas, "saved"));
    table.settle();
    typed(&anas, ", lost");
    (Table::open(Limits::for_tests(), table.log.clone()), anas)
}

#[test]
fn e8_what_carries_anothers_client_id_is_refused_as_a_whole() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let eve = table.join_live(Dialect::Hocuspocus, "eve");
    let anas = doc(5);
    table.update(ana, typed(&anas, "ana's "));
    table.settle();
    table.frames(eve);
    // Somebody who knows the id goes on with it, with something of their own beside it.
    let forger = doc(5);
    hear(&forger, &whole(&anas));
    let forged = typed(&forger, "forged");
    let own = typed(&doc(6), "own");
    let both = yrs::merge_updates_v1([&forged[..], &own[..]]).expect("updates");
    for update in [forged, both] {
        table.update(eve, update);
        let frames = table.frames(eve);
        assert!(matches!(&frames[0], Frame::Stateless(text)
            if text.contains("waymark/refused") && text.contains("somebody else")));
        assert_eq!(frames[1], Frame::SyncStatus(false));
    }
    assert_eq!(table.stored_text(), "ana's ");
    // What is here already may be repeated, and one's own is as welcome as ever.
    table.update(eve, whole(&anas));
    table.update(eve, typed(&doc(6), "own"));
    table.settle();
    assert_eq!(table.statuses(eve), [true, true]);
}

#[test]
fn e8_two_devices_of_one_person_may_bring_each_others_changes() {
    let mut table = Table::new(Limits::for_tests());
    let laptop = table.join_live(Dialect::Hocuspocus, "ana");
    let phone = table.join_live(Dialect::YWebsocket, "ana");
    let anas = doc(5);
    table.update(laptop, typed(&anas, "one "));
    table.update(phone, typed(&anas, "two"));
    table.settle();
    assert_eq!(table.stored_text(), "one two");
}

#[test]
fn e8_leases_outlive_a_restart_and_a_compaction() {
    let mut limits = Limits::for_tests();
    for compact in [false, true] {
        let anas = doc(5);
        limits.compact_records = if compact { 1 } else { 1_000 };
        let mut table = Table::new(limits);
        let ana = table.join_live(Dialect::Hocuspocus, "ana");
        table.update(ana, typed(&anas, "ana's "));
        table.settle();
        assert_eq!(table.log.snapshot.is_some(), compact);
        let mut again = Table::open(limits, table.log.clone());
        let eve = again.join_live(Dialect::Hocuspocus, "eve");
        again.update(eve, typed(&anas, "forged"));
        assert_eq!(again.statuses(eve), [false]);
    }
}

#[test]
fn e8_an_answer_keeps_what_is_its_own_and_leaves_the_rest_to_its_authors() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let anas = doc(5);
    table.update(ana, typed(&anas, "saved"));
    table.settle();
    let log = table.log.clone();
    // Ben heard more of Ana than the server has after a crash, and wrote something else.
    typed(&anas, ", heard by Ben only");
    let bens = doc(6);
    hear(&bens, &whole(&anas));
    {
        let mut txn = bens.transact_mut();
        let map = yrs::WriteTxn::get_or_insert_map(&mut txn, "other");
        yrs::Map::insert(&map, &mut txn, "ben", 1);
    }
    let mut table = Table::open(Limits::for_tests(), log);
    let ben = brings(&mut table, "ben", &bens);
    assert_eq!(table.statuses(ben), [true], "his own is taken");
    let state = table.room.state();
    assert_eq!(text_of(&state), "saved");
    assert_eq!(table.room.state_vector().get(&yrs::ClientID::new(6)), 1);
    // When she comes, he is asked again, because he may know of deletions.
    let ana = brings(&mut table, "ana", &anas);
    assert_eq!(table.statuses(ana), [true]);
    assert_eq!(text_of(&table.room.state()), "saved, heard by Ben only");
    let asked = table.frames(ben);
    assert!(asked.iter().any(|f| matches!(f, Frame::SyncStep1(_))));
}

#[test]
fn e8_what_builds_on_a_change_that_is_not_here_waits_for_its_author() {
    let (mut table, anas) = after_a_crash();
    let bens = doc(6);
    hear(&bens, &whole(&anas));
    typed(&bens, ", and on");
    let ben = brings(&mut table, "ben", &bens);
    assert!(table.statuses(ben).is_empty(), "neither taken nor refused");
    assert!(!table.closed.contains_key(&ben));
    brings(&mut table, "ana", &anas);
    table.frame(ben, Frame::SyncStep2(whole(&bens).into()));
    table.settle();
    assert_eq!(table.statuses(ben), [true]);
    assert_eq!(table.stored_text(), "saved, lost, and on");
}

#[test]
fn e8_what_two_wrote_into_one_text_by_turns_comes_back_after_a_crash() {
    let mut table = Table::new(Limits::for_tests());
    let (anas, bens) = (doc(5), doc(6));
    for (subject, doc) in [("ana", &anas), ("ben", &bens)] {
        let session = table.join_live(Dialect::Hocuspocus, subject);
        table.update(session, typed(doc, subject));
        table.settle();
    }
    hear(&anas, &whole(&bens));
    hear(&bens, &whole(&anas));
    let mut table = Table::open(Limits::for_tests(), table.log.clone());
    let before = text_of(&table.room.state());
    // Each letter stands behind one of the other's, and nothing of it was stored.
    for turn in 0..6 {
        let (writer, reader) = if turn % 2 == 0 {
            (&anas, &bens)
        } else {
            (&bens, &anas)
        };
        let letter = typed(writer, &turn.to_string());
        hear(reader, &letter);
    }
    let ana = brings(&mut table, "ana", &anas);
    assert!(table.statuses(ana).is_empty(), "not all of hers is here");
    let ben = brings(&mut table, "ben", &bens);
    let mut acked = Vec::new();
    for _ in 0..6 {
        for (session, doc) in [(ana, &anas), (ben, &bens)] {
            for frame in table.frames(session) {
                match frame {
                    Frame::SyncStep1(_) => {
                        table.frame(session, Frame::SyncStep2(whole(doc).into()));
                        table.settle();
                    }
                    Frame::SyncStatus(saved) => acked.push((session, saved)),
                    _ => {}
                }
            }
        }
    }
    acked.sort_unstable();
    assert_eq!(acked, [(ana, true), (ben, true)]);
    assert_eq!(table.stored_text(), format!("{before}012345"));
}

#[test]
fn e8_an_answer_takes_no_lease_for_what_it_only_heard() {
    let mut table = Table::new(Limits::for_tests());
    let anas = doc(5);
    typed(&anas, "never stored");
    let bens = doc(6);
    hear(&bens, &whole(&anas));
    let ben = brings(&mut table, "ben", &bens);
    assert_eq!(table.statuses(ben), [true]);
    let ana = brings(&mut table, "ana", &anas);
    table.update(ana, typed(&anas, ", and more"));
    table.settle();
    assert_eq!(table.statuses(ana), [true, true]);
    assert_eq!(table.stored_text(), "never stored, and more");
}

#[test]
fn e8_who_holds_what_its_author_never_brings_is_told() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let anas = doc(5);
    table.update(ana, typed(&anas, "saved"));
    table.settle();
    typed(&anas, ", lost");
    for builds_upon_it in [false, true] {
        let mut table = Table::open(Limits::for_tests(), table.log.clone());
        let bens = doc(6);
        hear(&bens, &whole(&anas));
        if builds_upon_it {
            typed(&bens, ", and on");
        }
        let ben = brings(&mut table, "ben", &bens);
        table.frames(ben);
        let patience = if builds_upon_it { 10_000 } else { 2_000 };
        table.pass(Millis(patience - 500));
        assert!(table.frames(ben).is_empty());
        table.pass(Millis(500));
        let frames = table.frames(ben);
        assert!(matches!(&frames[0], Frame::Stateless(text)
            if text.contains("waymark/refused") && text.contains("somebody else")));
        let refused = frames.contains(&Frame::SyncStatus(false));
        assert_eq!(refused, builds_upon_it);
        assert!(!table.closed.contains_key(&ben));
        assert_eq!(table.stored_text(), "saved");
    }
}

#[test]
fn e8_who_deleted_something_of_anothers_that_is_not_here_is_not_told_it_is_saved() {
    let (mut table, anas) = after_a_crash();
    let bens = doc(6);
    hear(&bens, &whole(&anas));
    {
        let mut txn = bens.transact_mut();
        let text = yrs::WriteTxn::get_or_insert_text(&mut txn, "text");
        yrs::Text::remove_range(&text, &mut txn, 5, 6);
    }
    let ben = brings(&mut table, "ben", &bens);
    assert!(table.statuses(ben).is_empty(), "neither saved nor refused");
    brings(&mut table, "ana", &anas);
    assert_eq!(text_of(&table.room.state()), "saved, lost");
    table.frame(ben, Frame::SyncStep2(whole(&bens).into()));
    table.settle();
    assert_eq!(table.statuses(ben), [true]);
    assert_eq!(table.stored_text(), "saved");
}

#[test]
fn e8_a_plain_client_is_told_although_it_was_refused_something_else_before() {
    let (mut table, anas) = after_a_crash();
    let ben = table.join(Dialect::YWebsocket, grant("ben", Role::Viewer));
    table.frame(ben, Frame::SyncStep1(vec![0].into()));
    table.frame(ben, Frame::SyncStep2(whole(&anas).into()));
    table.settle();
    let denials = |frames: Vec<Frame>| {
        let told = frames.into_iter().filter_map(|frame| match frame {
            Frame::PermissionDenied(reason) => Some(reason),
            _ => None,
        });
        told.collect::<Vec<_>>()
    };
    let first = denials(table.frames(ben));
    assert_eq!(first.len(), 1, "{first:?}");
    table.input(RoomInput::GrantChanged {
        session: ben,
        grant: Some(grant("ben", Role::Editor)),
    });
    table.frame(ben, Frame::SyncStep2(whole(&anas).into()));
    table.pass(Millis(2_000));
    let second = denials(table.frames(ben));
    assert_eq!(second.len(), 1, "{second:?}");
    assert!(second[0].contains("somebody else"));
}
