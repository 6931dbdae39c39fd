//! E: who may do what.

use yrs::{ReadTxn, Transact};

use crate::testing::{Table, doc, document, grant, typed};
use crate::{
    Address, CloseReason, Dialect, DocumentId, Frame, Grant, Limits, Millis, Open, Role, RoomInput,
    Scope, SessionId, Timestamp,
};

fn viewer(table: &mut Table, dialect: Dialect) -> SessionId {
    let session = table.join(dialect, grant("vic", Role::Viewer));
    table.frame(session, Frame::SyncStep1(vec![0].into()));
    table.settle();
    table.frames(session);
    session
}

#[test]
fn e1_without_permission_nothing_is_parsed_applied_stored_or_relayed() {
    for role in [Role::Viewer, Role::Commenter] {
        let mut table = Table::new(Limits::for_tests());
        let ana = table.join_live(Dialect::Hocuspocus, "ana");
        let vic = table.join(Dialect::Hocuspocus, grant("vic", role));
        table.frame(vic, Frame::SyncStep1(vec![0].into()));
        table.frames(vic);
        table.frames(ana);
        table.update(vic, typed(&doc(5), "forbidden"));
        // Not even looked at: this would close an editor's session.
        table.update(vic, vec![9, 9, 9]);
        table.settle();
        assert!(table.log.records.is_empty());
        assert_eq!(table.frames(ana), []);
        assert!(!table.closed.contains_key(&vic));
    }
}

#[test]
fn e2_a_refused_author_is_told_which_one_and_why() {
    let mut table = Table::new(Limits::for_tests());
    let vic = viewer(&mut table, Dialect::Hocuspocus);
    table.update(vic, typed(&doc(5), "forbidden"));
    let frames = table.frames(vic);
    assert!(matches!(&frames[0], Frame::Stateless(text)
        if text.contains("waymark/refused") && text.contains("your role may not change this map")));
    assert_eq!(frames[1], Frame::SyncStatus(false));
    let plain = viewer(&mut table, Dialect::YWebsocket);
    for _ in 0..3 {
        table.update(plain, typed(&doc(6), "forbidden"));
    }
    let denied = Frame::PermissionDenied("your role may not change this map".to_owned());
    assert_eq!(table.frames(plain), [denied]);
}

#[test]
fn e3_a_viewers_first_sync_is_fine_while_it_brings_nothing_new() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let writer = doc(5);
    table.update(ana, typed(&writer, "the map"));
    let text = writer.get_or_insert_text("text");
    let deletion = {
        use yrs::Text;
        let mut txn = writer.transact_mut();
        text.remove_range(&mut txn, 0, 2);
        txn.encode_update_v1()
    };
    let join = |table: &mut Table| {
        let vic = table.join(Dialect::Hocuspocus, grant("vic", Role::Viewer));
        table.frame(vic, Frame::SyncStep1(vec![0].into()));
        vic
    };
    let whole = writer
        .transact()
        .encode_diff_v1(&yrs::StateVector::default());
    let vic = join(&mut table);
    table.frame(vic, Frame::SyncStep2(whole.clone().into()));
    assert_eq!(table.statuses(vic), [false], "a deletion nobody made");
    table.update(ana, deletion);
    let vic = join(&mut table);
    table.frame(vic, Frame::SyncStep2(whole.into()));
    assert_eq!(table.statuses(vic), [true], "all of it is here");
    let vic = join(&mut table);
    table.frame(vic, Frame::SyncStep2(typed(&doc(9), "mine").into()));
    assert_eq!(table.statuses(vic), [false]);
}

#[test]
fn e4_a_grant_that_changes_holds_from_then_on() {
    let mut table = Table::new(Limits::for_tests());
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let writer = doc(5);
    let demote = |role| Some(grant("ana", role));
    table.input(RoomInput::GrantChanged {
        session: ana,
        grant: demote(Role::Viewer),
    });
    table.update(ana, typed(&writer, "no"));
    let frames = table.frames(ana);
    assert_eq!(frames[0], Frame::Authenticated("readonly".to_owned()));
    assert!(frames.contains(&Frame::SyncStatus(false)));
    table.input(RoomInput::GrantChanged {
        session: ana,
        grant: demote(Role::Editor),
    });
    assert_eq!(
        table.frames(ana),
        [
            Frame::Authenticated("read-write".to_owned()),
            Frame::Stateless(r#"{"type":"waymark/grant","role":"editor"}"#.to_owned()),
        ]
    );
    table.input(RoomInput::GrantChanged {
        session: ana,
        grant: None,
    });
    assert_eq!(table.closed[&ana], CloseReason::Forbidden);
    assert_eq!(table.room.session_count(), 0);
}

#[test]
fn e4_a_plain_session_that_may_write_again_is_asked_for_what_was_refused() {
    let mut table = Table::new(Limits::for_tests());
    let vic = viewer(&mut table, Dialect::YWebsocket);
    let writer = doc(5);
    table.update(vic, typed(&writer, "patience"));
    table.frames(vic);
    let promoted = Some(grant("vic", Role::Editor));
    table.input(RoomInput::GrantChanged {
        session: vic,
        grant: promoted,
    });
    assert_eq!(table.frames(vic), [Frame::SyncStep1(vec![0].into())]);
    let whole = writer
        .transact()
        .encode_diff_v1(&yrs::StateVector::default());
    table.frame(vic, Frame::SyncStep2(whole.into()));
    assert_eq!(table.stored_text(), "patience");
}

#[test]
fn e4_what_is_refused_between_the_end_of_a_grant_and_its_renewal_is_offered_again() {
    let mut table = Table::new(Limits::for_tests());
    let until = table.now + Millis(1_000);
    let short = Grant::new("ana", document(), Role::Editor, Some(until));
    let ana = table.join(Dialect::Hocuspocus, short);
    table.frame(ana, Frame::SyncStep1(vec![0].into()));
    table.frame(ana, Frame::SyncStep2(vec![0, 0].into()));
    table.frames(ana);
    // A room that is busy for long takes both at once.
    table.now = until + Millis(1);
    let late = RoomInput::Frame {
        session: ana,
        frame: Frame::Update(typed(&doc(5), "in time").into()),
    };
    table.room.handle(table.now, late, &mut Vec::new());
    table.input(RoomInput::GrantChanged {
        session: ana,
        grant: Some(grant("ana", Role::Editor)),
    });
    let frames = table.frames(ana);
    assert!(frames.contains(&Frame::SyncStatus(false)));
    assert!(frames.contains(&Frame::Authenticated("read-write".to_owned())));
}

#[test]
fn e5_a_grant_ends_when_it_says() {
    let mut table = Table::new(Limits::for_tests());
    let until = Some(Timestamp(table.now.0 + 60_000));
    let short = Grant::new("ana", document(), Role::Editor, until);
    let ana = table.join(Dialect::Hocuspocus, short.clone());
    table.frame(ana, Frame::SyncStep1(vec![0].into()));
    table.pass(Millis(59_999));
    assert!(!table.closed.contains_key(&ana));
    table.pass(Millis(1));
    assert_eq!(table.closed[&ana], CloseReason::Forbidden);
    let late = table.join(Dialect::Hocuspocus, short);
    assert_eq!(table.closed[&late], CloseReason::Forbidden);
}

#[test]
fn e6_a_grant_for_another_document_opens_nothing() {
    let mut table = Table::new(Limits::for_tests());
    let other = DocumentId::parse("map/other").expect("a name");
    let foreign = Grant::new("ana", other.clone(), Role::Owner, None);
    let ana = table.join(Dialect::Hocuspocus, foreign);
    assert_eq!(table.closed[&ana], CloseReason::Forbidden);
    let address = Address::of(&other);
    let ben = table.join_as(Dialect::Hocuspocus, address, grant("ben", Role::Owner));
    assert_eq!(table.closed[&ben], CloseReason::Forbidden);
    assert_eq!(table.room.session_count(), 0);
    assert!(table.frames(ana).is_empty() && table.frames(ben).is_empty());
}

#[test]
fn e7_a_contributor_adds_cards_and_is_told_when_it_was_structure() {
    let mut limits = Limits::for_tests();
    limits.contributions = Scope(&[Open::Root("cards")]);
    let mut table = Table::new(limits);
    let ana = table.join_live(Dialect::Hocuspocus, "ana");
    let cora = table.join(Dialect::Hocuspocus, grant("cora", Role::Contributor));
    table.frame(cora, Frame::SyncStep1(vec![0].into()));
    table.settle();
    let told = table.frames(cora);
    assert!(told.contains(&Frame::Authenticated("read-write".to_owned())));
    table.frame(cora, Frame::SyncStep2(vec![0, 0].into()));
    assert_eq!(table.statuses(cora), [true]);
    let writer = doc(5);
    let write = |root: &str| {
        let mut txn = writer.transact_mut();
        let map = yrs::WriteTxn::get_or_insert_map(&mut txn, root);
        yrs::Map::insert(&map, &mut txn, "one", 1);
        txn.encode_update_v1()
    };
    let card = write("cards");
    table.update(cora, card.clone());
    table.settle();
    assert_eq!(table.statuses(cora), [true]);
    assert_eq!(table.frames(ana), [Frame::Update(card.into())]);
    let stored = table.log.records.len();
    table.update(cora, write("steps"));
    table.settle();
    let frames = table.frames(cora);
    assert!(matches!(&frames[0], Frame::Stateless(text)
        if text.contains("waymark/refused") && text.contains("not the structure")));
    assert_eq!(frames[1], Frame::SyncStatus(false));
    assert_eq!(table.frames(ana), []);
    assert_eq!(table.log.records.len(), stored);
    assert!(!table.closed.contains_key(&cora));
}

#[test]
fn e7_a_refused_answer_to_a_repair_ends_what_waited_for_it() {
    let mut limits = Limits::for_tests();
    limits.contributions = Scope(&[Open::Root("cards")]);
    let mut table = Table::new(limits);
    let cora = table.join(Dialect::Hocuspocus, grant("cora", Role::Contributor));
    table.frame(cora, Frame::SyncStep1(vec![0].into()));
    table.frame(cora, Frame::SyncStep2(vec![0, 0].into()));
    table.settle();
    table.frames(cora);
    let writer = doc(5);
    drop(typed(&writer, "structure that never arrived"));
    let later = typed(&writer, ", and more");
    table.update(cora, later);
    let asked = table.frames(cora);
    assert!(matches!(asked[..], [Frame::SyncStep1(_)]));
    let whole = writer
        .transact()
        .encode_diff_v1(&yrs::StateVector::default());
    table.frame(cora, Frame::SyncStep2(whole.into()));
    assert_eq!(table.statuses(cora), [false]);
    table.pass(Millis(60_000));
    assert!(!table.closed.contains_key(&cora));
}
