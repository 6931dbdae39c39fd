//! O: what a session is sent, and when.

use yrs::{ReadTxn, Transact};

use crate::testing::{Table, doc, text_of, typed};
use crate::{CloseReason, Dialect, Frame, Limits, Millis, RoomInput, SessionId};

fn updates(frames: &[Frame]) -> Vec<&[u8]> {
    let updates = frames.iter().filter_map(|frame| match frame {
        Frame::Update(update) => Some(&update[..]),
        _ => None,
    });
    updates.collect()
}

fn stop_reading(table: &mut Table, session: SessionId) {
    table.stuck.push(session);
}

fn resume_reading(table: &mut Table, session: SessionId) {
    table.stuck.retain(|stuck| *stuck != session);
    for _ in 0..table.limits.credit {
        table.input(RoomInput::Sent { session });
    }
    table.settle();
}

#[test]
fn o1_an_update_goes_to_everybody_but_its_author() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let ben = table.join_live(Dialect::Hocuspocus, "ben");
    let eva = table.join_live(Dialect::YWebsocket, "eva");
    table.update(ana, typed(&doc(5), "hello"));
    table.settle();
    let (from_ana, from_ben, from_eva) = (table.frames(ana), table.frames(ben), table.frames(eva));
    assert_eq!(updates(&from_ana).len(), 0);
    assert_eq!(updates(&from_ben).len(), 1);
    assert_eq!(updates(&from_ben), updates(&from_eva));
}

#[test]
fn o1_what_everybody_has_already_goes_to_nobody() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let ben = table.join_live(Dialect::Hocuspocus, "ben");
    let update = typed(&doc(5), "hello");
    for _ in 0..3 {
        table.update(ana, update.clone());
        table.settle();
    }
    assert_eq!(updates(&table.frames(ben)).len(), 1);
}

#[test]
fn o1_a_broadcast_is_encoded_once_for_each_dialect() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let others: Vec<_> = (0..5)
        .map(|_| table.join_live(Dialect::Hocuspocus, "x"))
        .collect();
    table.update(ana, typed(&doc(5), "hello"));
    let pointers: Vec<_> = others.iter().map(|id| table.sent[id][0].as_ptr()).collect();
    assert!(pointers.iter().all(|pointer| *pointer == pointers[0]));
}

#[test]
fn o2_the_first_update_goes_at_once_and_the_next_ones_together() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::YWebsocket, "ana");
    let ben = table.join_live(Dialect::YWebsocket, "ben");
    let writer = doc(5);
    table.update(ana, typed(&writer, "a"));
    assert_eq!(updates(&table.frames(ben)).len(), 1, "at once");
    for letter in ["b", "c", "d"] {
        table.update(ana, typed(&writer, letter));
    }
    assert_eq!(updates(&table.frames(ben)).len(), 0, "inside the window");
    table.pass(table.limits.update_window);
    assert_eq!(updates(&table.frames(ben)).len(), 1, "one for three");
}

#[test]
fn o3_a_session_never_has_more_messages_with_its_writer_than_its_credit() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::YWebsocket, "ana");
    let ben = table.join_live(Dialect::YWebsocket, "ben");
    stop_reading(&mut table, ben);
    let writer = doc(5);
    for i in 0..20 {
        table.update(ana, typed(&writer, &i.to_string()));
        table.settle();
    }
    assert_eq!(table.sent[&ben].len(), table.limits.credit as usize);
}

#[test]
fn o4_a_slow_session_gets_one_diff_instead_of_its_backlog() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::YWebsocket, "ana");
    let ben = table.join_live(Dialect::YWebsocket, "ben");
    stop_reading(&mut table, ben);
    let writer = doc(5);
    for i in 0..200 {
        table.update(ana, typed(&writer, &format!("{i} ")));
        table.pass(Millis(20));
    }
    let first = table.frames(ben);
    assert_eq!(updates(&first).len(), 1, "the one that went at once");
    resume_reading(&mut table, ben);
    let rest = table.frames(ben);
    assert_eq!(updates(&rest).len(), 1, "and one for all the others");
    let all = [updates(&first), updates(&rest)].concat();
    let merged = yrs::merge_updates_v1(&all).expect("updates");
    let whole = writer
        .transact()
        .encode_diff_v1(&yrs::StateVector::default());
    assert_eq!(text_of(&merged), text_of(&whole));
}

#[test]
fn o4_a_backlog_within_its_bound_is_merged_and_complete() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let ben = table.join_live(Dialect::Hocuspocus, "ben");
    let eva = table.join_live(Dialect::Hocuspocus, "eva");
    stop_reading(&mut table, ben);
    let (one, two) = (doc(5), doc(6));
    for i in 0..4 {
        table.update(ana, typed(&one, &i.to_string()));
        table.update(eva, typed(&two, &i.to_string()));
        table.settle();
    }
    resume_reading(&mut table, ben);
    let frames = table.frames(ben);
    assert_eq!(updates(&frames).len(), 2);
    let merged = yrs::merge_updates_v1(updates(&frames)).expect("updates");
    assert_eq!(text_of(&merged), text_of(&table.room.state()));
}

#[test]
fn o5_a_session_that_reads_nothing_for_too_long_is_closed_with_retry() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::YWebsocket, "ana");
    let ben = table.join_live(Dialect::YWebsocket, "ben");
    stop_reading(&mut table, ben);
    table.update(ana, typed(&doc(5), "hello"));
    table.pass(Millis(table.limits.no_credit.0 - 1));
    assert!(!table.closed.contains_key(&ben));
    table.pass(Millis(1));
    assert_eq!(table.closed[&ben], CloseReason::TooSlow);
    assert!(!table.closed.contains_key(&ana));
}

#[test]
fn o6_messages_that_cannot_merge_are_bounded_too() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    stop_reading(&mut table, ana);
    for _ in 0..table.limits.control_frames + 2 {
        assert!(!table.closed.contains_key(&ana));
        table.frame(ana, Frame::Ping);
    }
    assert_eq!(table.closed[&ana], CloseReason::TooSlow);
}

#[test]
fn o6_so_are_the_questions_that_a_session_leaves_without_an_answer() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::YWebsocket, "ana");
    for _ in 0..table.limits.control_frames {
        table.frame(ana, Frame::SyncStep1(vec![0].into()));
        assert!(!table.closed.contains_key(&ana));
    }
    table.frame(ana, Frame::SyncStep1(vec![0].into()));
    assert_eq!(table.closed[&ana], CloseReason::TooSlow);
}

#[test]
fn o7_a_silent_session_is_sent_a_message_without_content_before_providers_give_up() {
    let mut table = Table::new(Limits::for_tests());
    for dialect in [Dialect::YWebsocket, Dialect::Hocuspocus] {
        let ana = table.join_live(dialect, "ana");
        table.pass(Millis(29_000));
        let frames = table.frames(ana);
        assert_eq!(frames, [Frame::Awareness(vec![0].into())]);
    }
}
