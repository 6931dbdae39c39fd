//! S: how a session and a room tell each other what they lack.

use bytes::Bytes;
use yrs::updates::encoder::Encode;
use yrs::{ReadTxn, StateVector, Transact};

use crate::testing::{Disk, Guest, Table, doc, document, grant, run_for, typed};
use crate::{
    Address, CloseReason, Dialect, Frame, Limits, Millis, Role, RoomInput, SaveState, SessionId,
    wire,
};

const EMPTY: Bytes = Bytes::from_static(&[0]);
const NOTHING: Bytes = Bytes::from_static(&[0, 0]);

#[test]
fn s1_what_one_types_the_other_reads() {
    let mut table = Table::new(Limits::for_tests());
    let (mut ana, mut ben) = (Guest::new("ana", 11), Guest::new("ben", 12));
    run_for(&mut table, &mut [&mut ana, &mut ben], Millis(500));
    assert_eq!(ana.replica.save_state(), SaveState::Saved);
    ana.type_words("Flood. ");
    run_for(&mut table, &mut [&mut ana, &mut ben], Millis(500));
    ben.type_words("Call.");
    run_for(&mut table, &mut [&mut ana, &mut ben], Millis(500));
    assert_eq!(ana.text(), "Flood. Call.");
    assert_eq!(ben.text(), ana.text());
    assert_eq!(table.stored_text(), ana.text());
    assert_eq!(ana.replica.save_state(), SaveState::Saved);
}

#[test]
fn s2_a_hocuspocus_session_is_told_scope_and_incarnation_before_anything_else() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join(Dialect::Hocuspocus, grant("ana", Role::Viewer));
    let frames = table.frames(ana);
    assert_eq!(frames[0], Frame::Authenticated("readonly".to_owned()));
    let Frame::Stateless(hello) = &frames[1] else {
        panic!("no hello: {frames:?}");
    };
    let hello: serde_json::Value = serde_json::from_str(hello).expect("JSON");
    assert_eq!(hello["type"], "waymark/hello");
    assert_eq!(hello["incarnation"], "00000000000000000000000000000007");
    assert_eq!(hello["document"], document().as_str());
    assert_eq!(frames[2], Frame::SyncStep1(EMPTY));
    assert_eq!(frames.len(), 3);
}

#[test]
fn s2_a_plain_session_is_asked_what_it_has_and_told_no_facts() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join(Dialect::YWebsocket, grant("ana", Role::Editor));
    assert_eq!(table.frames(ana), [Frame::SyncStep1(EMPTY)]);
}

#[test]
fn s2_replies_go_to_the_address_the_peer_uses() {
    let mut table = Table::new(Limits::for_tests());
    let name = format!("{}\0tab2", document());
    let message = wire::encode(Dialect::Hocuspocus, &document(), &Frame::QueryAwareness);
    let mut bytes = vec![name.len() as u8];
    bytes.extend(name.as_bytes());
    bytes.extend(&message.expect("a message")[1 + document().as_str().len()..]);
    let address = wire::peek_address(&bytes).expect("an address");
    let ana = table.join_as(Dialect::Hocuspocus, address, grant("ana", Role::Editor));
    let ben = table.join_live(Dialect::Hocuspocus, "ben");
    table.frame(ana, Frame::SyncStep1(EMPTY));
    table.update(ben, typed(&doc(5), "hi"));
    table.settle();
    for message in &table.sent[&ana] {
        assert_eq!(&message[1..=name.len()], name.as_bytes());
    }
    assert!(matches!(table.frames(ana).last(), Some(Frame::Update(_))));
    let plain = Address::of(&document());
    assert!(plain.is_plain());
}

#[test]
fn s3_a_session_is_sent_what_it_lacks() {
    let mut table = Table::new(Limits::for_tests());
    let writer = doc(5);
    let ana = table.join_live(Dialect::YWebsocket, "ana");
    table.update(ana, typed(&writer, "early "));
    let known = writer.transact().state_vector().encode_v1();
    table.update(ana, typed(&writer, "late"));
    let ben = table.join(Dialect::YWebsocket, grant("ben", Role::Viewer));
    table.frame(ben, Frame::SyncStep1(known.into()));
    let frames = table.frames(ben);
    let Some(Frame::SyncStep2(diff)) = frames.last() else {
        panic!("no answer: {frames:?}");
    };
    let whole = writer.transact().encode_diff_v1(&StateVector::default());
    assert!(diff.len() < whole.len(), "more than what was lacking");
}

#[test]
fn s3_a_hundred_who_join_share_the_bytes_of_one_encoding() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let writer = doc(5);
    table.update(ana, typed(&writer, "a whole map"));
    let mut answers = Vec::new();
    for _ in 0..100 {
        let guest = table.join(Dialect::Hocuspocus, grant("guest", Role::Viewer));
        table.frame(guest, Frame::SyncStep1(EMPTY));
        answers.push(table.sent[&guest].back().cloned().expect("an answer"));
    }
    let first = answers[0].as_ptr();
    assert!(answers.iter().all(|answer| answer.as_ptr() == first));
    // Somebody goes on typing: the first step 2 of who joins now holds that too, because
    // a provider calls itself synced as soon as it has it.
    table.update(ana, typed(&writer, ", growing"));
    let late = table.join(Dialect::Hocuspocus, grant("late", Role::Viewer));
    table.frame(late, Frame::SyncStep1(EMPTY));
    let frames = table.frames(late);
    let Some(Frame::SyncStep2(whole)) = frames.last() else {
        panic!("not one answer that holds it all: {frames:?}");
    };
    let now = writer.transact().encode_diff_v1(&StateVector::default());
    assert_eq!(whole.len(), now.len());
}

#[test]
fn s4_whoever_asks_again_is_asked_again() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    table.frame(ana, Frame::SyncStep1(EMPTY));
    table.settle();
    let frames = table.frames(ana);
    assert!(frames.contains(&Frame::SyncStep1(EMPTY)));
    assert!(frames.contains(&Frame::SyncStep2(NOTHING)));
    table.frame(ana, Frame::SyncStep2(NOTHING));
    assert_eq!(
        table.statuses(ana),
        [true],
        "as the provider's forceSync expects"
    );
}

#[test]
fn s5_an_update_whose_base_is_missing_is_not_applied_and_asked_for_again() {
    let mut table = Table::new(Limits::for_tests());
    let writer = doc(5);
    typed(&writer, "lost ");
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    table.update(ana, typed(&writer, "found"));
    assert_eq!(table.room.state(), NOTHING, "it did not touch the document");
    assert!(table.log.records.is_empty());
    assert_eq!(table.frames(ana), [Frame::SyncStep1(EMPTY)]);
    let whole = writer.transact().encode_diff_v1(&StateVector::default());
    table.frame(ana, Frame::SyncStep2(whole.into()));
    assert_eq!(
        table.statuses(ana),
        [true],
        "one for the update, none for the repair"
    );
    assert_eq!(table.stored_text(), "lost found");
}

#[test]
fn s5_whoever_never_sends_what_is_missing_is_closed_with_retry() {
    let mut table = Table::new(Limits::for_tests());
    let writer = doc(5);
    typed(&writer, "lost ");
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    table.update(ana, typed(&writer, "found"));
    table.pass(table.limits.greeting);
    assert_eq!(table.closed[&ana], CloseReason::TooSlow);
    assert!(table.closed[&ana].retry());
}

#[test]
fn s5_a_session_that_cannot_tell_the_whole_is_closed_after_some_tries() {
    let mut table = Table::new(Limits::for_tests());
    let writer = doc(5);
    typed(&writer, "lost ");
    let holed: Bytes = typed(&writer, "found").into();
    let ana = table.join_live(Dialect::YWebsocket, "ana");
    table.update(ana, holed.clone());
    for _ in 0..4 {
        assert!(!table.closed.contains_key(&ana));
        table.frame(ana, Frame::SyncStep2(holed.clone()));
    }
    assert_eq!(table.closed[&ana], CloseReason::TooSlow);
}

#[test]
fn s6_who_says_nothing_of_what_it_has_gets_no_updates_and_is_closed() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join(Dialect::YWebsocket, grant("ana", Role::Editor));
    let ben = table.join_live(Dialect::YWebsocket, "ben");
    table.update(ben, typed(&doc(5), "hi"));
    table.settle();
    let frames = table.frames(ana);
    assert!(!frames.iter().any(|frame| matches!(frame, Frame::Update(_))));
    table.pass(table.limits.greeting);
    assert_eq!(table.closed[&ana], CloseReason::TooSlow);
    assert!(!table.closed.contains_key(&ben));
}

#[test]
fn s7_only_the_session_that_sends_nonsense_is_closed() {
    let bad: [Frame; 8] = [
        Frame::SyncStep1(Bytes::from_static(&[9])),
        Frame::SyncStep2(Bytes::from_static(&[1, 1])),
        Frame::Update(Bytes::from_static(&[7, 7, 7])),
        Frame::Awareness(Bytes::from_static(&[1])),
        Frame::Awareness(Bytes::from_static(&[1, 1, 1, 1, b'{'])),
        Frame::SyncStatus(true),
        Frame::Authenticated("read-write".to_owned()),
        Frame::PermissionDenied("no".to_owned()),
    ];
    for frame in bad {
        let mut table = Table::new(Limits::for_tests());
        let ana = table.join_live(Dialect::Hocuspocus, "ana");
        let eve = table.join_live(Dialect::Hocuspocus, "eve");
        table.frame(eve, frame.clone());
        assert_eq!(
            table.closed.get(&eve),
            Some(&CloseReason::Malformed),
            "{frame:?}"
        );
        assert_eq!(table.room.session_count(), 1);
        table.update(ana, typed(&doc(5), "still here"));
        assert_eq!(table.statuses(ana), [true]);
    }
}

#[test]
fn s7_over_its_limit_is_over_its_limit_even_past_the_decoder() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    table.update(ana, typed(&doc(5), &"x".repeat(table.limits.update_bytes)));
    assert_eq!(table.closed[&ana], CloseReason::TooLarge);
    let ben = table.join_live(Dialect::Hocuspocus, "ben");
    let presence = vec![0; table.limits.awareness_bytes + 1];
    table.frame(ben, Frame::Awareness(presence.into()));
    assert_eq!(table.closed[&ben], CloseReason::TooLarge);
}

#[test]
fn s8_a_ping_is_answered_and_a_close_is_a_leave() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    table.frame(ana, Frame::Ping);
    assert_eq!(table.frames(ana), [Frame::Pong]);
    table.frame(ana, Frame::Close(String::new()));
    assert_eq!(table.room.session_count(), 0);
    // What belongs to no session is nobody's fault.
    table.input(RoomInput::Leave { session: ana });
    table.frame(SessionId(999), Frame::QueryAwareness);
    assert!(table.closed.is_empty());
}

#[test]
fn s8_whoever_leaves_a_stopping_room_is_gone() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    table.disk = Disk::Stalls;
    table.update(ana, typed(&doc(5), "last words"));
    table.input(RoomInput::Stop);
    table.frame(ana, Frame::Close(String::new()));
    assert_eq!(table.room.session_count(), 0);
    table.release_disk();
    assert!(table.retired && table.closed.is_empty());
    assert_eq!(table.stored_text(), "last words");
}
