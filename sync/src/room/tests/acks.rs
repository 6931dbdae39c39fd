//! A: what may be called saved.

use crate::testing::{Disk, Table, doc, typed};
use crate::{Dialect, Frame, Limits, Millis};

#[test]
fn a1_an_update_is_acknowledged_when_it_is_durable_and_not_before() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    table.disk = Disk::Stalls;
    table.update(ana, typed(&doc(5), "precious"));
    table.settle();
    assert!(table.statuses(ana).is_empty());
    assert!(table.log.records.is_empty());
    table.release_disk();
    assert_eq!(table.statuses(ana), [true]);
    assert_eq!(table.stored_text(), "precious");
}

#[test]
fn a1_each_update_is_acknowledged_once_and_in_order() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let writer = doc(5);
    table.disk = Disk::Stalls;
    for word in ["one ", "two ", "three "] {
        table.update(ana, typed(&writer, word));
    }
    assert!(table.statuses(ana).is_empty());
    // The first append holds the first update, the next one the other two.
    table.release_disk();
    assert_eq!(table.statuses(ana), [true, true, true]);
    assert_eq!(table.log.records.len(), 2);
}

#[test]
fn a1_a_step2_is_acknowledged_like_an_update() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join(
        Dialect::Hocuspocus,
        crate::testing::grant("ana", crate::Role::Editor),
    );
    table.frame(ana, Frame::SyncStep1(vec![0].into()));
    table.disk = Disk::Stalls;
    table.frame(ana, Frame::SyncStep2(typed(&doc(5), "offline work").into()));
    assert!(table.statuses(ana).is_empty());
    table.release_disk();
    assert_eq!(table.statuses(ana), [true]);
}

#[test]
fn a1_acknowledgements_that_wait_for_a_stalled_store_weigh_nothing() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let (known, writer) = (typed(&doc(5), "precious"), doc(6));
    typed(&writer, "kept back");
    let holed = typed(&writer, "never fits");
    table.disk = Disk::Stalls;
    let mut sent = 0;
    for _ in 0..100 {
        table.update(ana, known.clone());
        table.update(ana, holed.clone());
        table.frame(ana, Frame::SyncStep2(vec![0, 0].into()));
        sent += 2;
    }
    let runs = table.room.load().sessions[0].ack_runs;
    assert!(runs <= 2, "{runs} runs");
    assert!(table.statuses(ana).is_empty());
    table.release_disk();
    assert_eq!(table.statuses(ana), vec![true; sent]);
}

#[test]
fn a2_a_repeated_update_waits_until_the_first_copy_is_durable() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let ben = table.join_live(Dialect::Hocuspocus, "ben");
    let update = typed(&doc(5), "once");
    table.disk = Disk::Stalls;
    table.update(ana, update.clone());
    table.update(ben, update);
    table.settle();
    assert!(table.statuses(ben).is_empty());
    table.release_disk();
    assert_eq!(table.statuses(ben), [true]);
    assert_eq!(table.log.records.len(), 1, "stored once");
}

#[test]
fn a3_while_the_store_cannot_keep_up_writes_are_put_aside_and_asked_for_later() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let writer = doc(5);
    table.disk = Disk::Stalls;
    let mut written = String::new();
    for i in 0..40 {
        let words = format!("{i} {} ", "x".repeat(100));
        table.update(ana, typed(&writer, &words));
        written.push_str(&words);
    }
    let waiting: usize = table.stalled.iter().map(|(_, r)| r.update.len()).sum();
    assert!(waiting <= table.limits.staged_bytes);
    let frames = table.frames(ana);
    assert!(frames.iter().any(|frame| {
        matches!(frame, Frame::Stateless(text) if text.contains("waymark/saving") && text.contains("false"))
    }));
    assert!(!frames.contains(&Frame::SyncStatus(true)));
    // The store comes back: the room asks, the peer tells everything, all is acknowledged.
    table.release_disk();
    while !table.stalled.is_empty() {
        table.release_disk();
    }
    let frames = table.frames(ana);
    assert!(
        frames
            .iter()
            .any(|frame| matches!(frame, Frame::SyncStep1(_)))
    );
    assert!(frames.iter().any(|frame| {
        matches!(frame, Frame::Stateless(text) if text.contains("waymark/saving") && text.contains("true"))
    }));
    let acked = frames
        .iter()
        .filter(|f| **f == Frame::SyncStatus(true))
        .count();
    use yrs::{ReadTxn, Transact};
    let whole = writer
        .transact()
        .encode_diff_v1(&yrs::StateVector::default());
    table.frame(ana, Frame::SyncStep2(whole.into()));
    table.pass(Millis(1_000));
    assert_eq!(acked + table.statuses(ana).len(), 40);
    assert_eq!(table.stored_text(), written);
}

#[test]
fn a4_a_plain_session_is_never_sent_what_its_protocol_lacks() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::YWebsocket, "ana");
    table.update(ana, typed(&doc(5), "hi"));
    table.disk = Disk::Fails;
    table.update(ana, typed(&doc(6), "there"));
    table.settle();
    assert_eq!(table.frames(ana), []);
}

#[test]
fn a1_thousands_acknowledged_at_once_by_a_store_that_was_slow_close_nobody() {
    let mut table = Table::new(Limits {
        staged_bytes: 1 << 20,
        ..Limits::for_tests()
    });
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let writer = doc(5);
    table.disk = Disk::Stalls;
    let many = 4 * table.limits.control_frames;
    for _ in 0..many {
        table.update(ana, typed(&writer, "x"));
    }
    table.release_disk();
    assert!(!table.closed.contains_key(&ana));
    assert_eq!(table.statuses(ana), vec![true; many]);
}
