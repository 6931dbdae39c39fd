//! L: how a room ends.

use crate::room::Note;
use crate::testing::{Disk, Table, doc, grant, typed};
use crate::{CloseReason, Dialect, Frame, Limits, Millis, Role, RoomInput};

#[test]
fn l1_a_stopping_room_stores_and_acknowledges_everything_before_it_ends() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    table.disk = Disk::Stalls;
    let writer = doc(5);
    table.update(ana, typed(&writer, "first "));
    table.update(ana, typed(&writer, "second"));
    table.input(RoomInput::Stop);
    assert!(!table.retired && table.closed.is_empty());
    table.update(ana, typed(&writer, " too late"));
    let late = table.join(Dialect::Hocuspocus, grant("late", Role::Editor));
    assert_eq!(table.closed[&late], CloseReason::GoingAway);
    table.release_disk();
    assert!(table.retired);
    assert_eq!(table.closed[&ana], CloseReason::GoingAway);
    assert_eq!(
        table.statuses(ana),
        [true, true],
        "the third is not stored and not saved"
    );
    assert_eq!(table.stored_text(), "first second");
}

#[test]
fn l1_a_session_that_does_not_read_holds_up_the_end_for_a_second_at_most() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    table.stuck.push(ana);
    let writer = doc(5);
    for word in ["one ", "two ", "three"] {
        table.update(ana, typed(&writer, word));
    }
    table.input(RoomInput::Stop);
    assert!(!table.retired);
    assert_eq!(table.sent[&ana].len(), 1, "its credit holds to the end");
    table.pass(Millis(1_000));
    assert!(table.retired);
    assert_eq!(table.stored_text(), "one two three");
}

#[test]
fn l2_a_room_that_cannot_store_gives_up_stopping_after_a_while_and_says_so() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    table.disk = Disk::Fails;
    table.update(ana, typed(&doc(5), "unlucky"));
    table.input(RoomInput::Stop);
    table.pass(table.limits.stop);
    assert!(table.retired);
    assert!(table.notes.contains(&Note::StoppedUnsaved { changes: 1 }));
    assert!(!table.statuses(ana).contains(&true));
    assert_eq!(table.room.deadline(), None);
}

#[test]
fn l3_an_empty_room_retires_once_everything_is_durable() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    table.disk = Disk::Stalls;
    table.update(ana, typed(&doc(5), "bye"));
    table.input(RoomInput::Leave { session: ana });
    table.pass(table.limits.idle);
    assert!(!table.retired, "something is not stored");
    table.release_disk();
    table.pass(table.limits.idle);
    assert!(table.retired);
}

#[test]
fn l4_a_room_that_is_joined_after_all_goes_on() {
    let mut table = Table::new(Limits::for_tests());
    table.input(RoomInput::Tick);
    table.pass(table.limits.idle);
    assert!(table.retired);
    table.retired = false;
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    table.update(ana, typed(&doc(5), "hello"));
    assert_eq!(table.statuses(ana), [true]);
    table.pass(Millis(1_000));
    assert!(!table.retired);
    table.frame(ana, Frame::Ping);
    assert_eq!(table.frames(ana), [Frame::Pong]);
}
