//! J7: what the server itself writes.

use bytes::Bytes;

use crate::testing::{Disk, Table, doc, grant, text_of, typed};
use crate::{Dialect, Frame, Limits, Role, RoomInput};

fn write(table: &mut Table, ticket: u64, update: impl Into<Bytes>) {
    table.input(RoomInput::Write {
        ticket,
        update: update.into(),
        subject: "p_cleo".to_owned(),
    });
}

#[test]
fn j7_what_the_server_writes_reaches_everybody_and_is_told_of_when_it_is_durable() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let ben = table.join(Dialect::Hocuspocus, grant("ben", Role::Viewer));
    table.frame(ben, Frame::SyncStep1(vec![0].into()));
    table.settle();
    table.frames(ben);
    table.disk = Disk::Stalls;
    let server = doc(9);
    let first = typed(&server, "said ");
    write(&mut table, 7, first.clone());
    table.settle();
    assert_eq!(table.written, []);
    for session in [ana, ben] {
        let frames = table.frames(session);
        let news = |frame: &Frame| matches!(frame, Frame::Update(_));
        assert!(frames.iter().any(news), "{frames:?}");
    }
    // The same again is durable when the first is.
    write(&mut table, 8, first);
    table.settle();
    assert_eq!(table.written, []);
    table.release_disk();
    assert_eq!(table.written, [(7, true), (8, true)]);
    assert_eq!(table.log.records[0].1.author, "p_cleo");
    assert_eq!(table.stored_text(), "said ");
}

#[test]
fn j7_a_room_that_stops_or_is_full_takes_no_write_of_the_servers() {
    let limits = Limits {
        staged_bytes: 1,
        ..Limits::for_tests()
    };
    let mut table = Table::new(limits);
    table.join_live(Dialect::Hocuspocus, "ana");
    table.disk = Disk::Stalls;
    let server = doc(9);
    write(&mut table, 1, typed(&server, "one "));
    write(&mut table, 2, typed(&server, "two "));
    assert_eq!(table.written, [(2, false)]);
    table.release_disk();
    assert_eq!(table.written, [(2, false), (1, true)]);
    table.input(RoomInput::Stop);
    write(&mut table, 3, typed(&doc(10), "three "));
    assert_eq!(table.written.last(), Some(&(3, false)));
    assert_eq!(text_of(&table.room.state()), "one ");
}

#[test]
fn j7_bytes_that_are_no_update_or_build_on_what_is_not_here_change_nothing() {
    let mut table = Table::new(Limits::for_tests());
    table.join_live(Dialect::Hocuspocus, "ana");
    let server = doc(9);
    typed(&server, "lost ");
    write(&mut table, 1, typed(&server, "later"));
    write(&mut table, 2, vec![255, 255, 255]);
    table.settle();
    assert_eq!(table.written, [(1, false), (2, false)]);
    assert_eq!(table.stored_text(), "");
}
