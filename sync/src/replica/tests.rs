//! R: what a replica promises to the person in front of it.

mod connection;

use bytes::Bytes;

use crate::testing::{Disk, Guest, Table, document, grant, run_for, typed};
use crate::{
    CloseReason, Dialect, Frame, Incarnation, Limits, Millis, Replica, ReplicaConfig,
    ReplicaEffect, ReplicaInput, Role, RoomInput, SaveState, Timestamp, wire,
};

fn table() -> Table {
    Table::new(Limits::for_tests())
}

/// A table with one guest who is connected and has saved everything.
fn seated() -> (Table, Guest) {
    let (mut table, mut ana) = (table(), Guest::new("ana", 11));
    run_for(&mut table, &mut [&mut ana], Millis(500));
    assert_eq!(ana.replica.save_state(), SaveState::Saved);
    ana.effects.clear();
    (table, ana)
}

/// A replica that talks to the test itself.
struct Bare {
    replica: Replica,
    now: Timestamp,
}

impl Bare {
    fn new(seed: u64) -> Self {
        let config = ReplicaConfig {
            document: document(),
            client_id: 11,
            seed,
            token: "ticket".to_owned(),
        };
        Self {
            replica: Replica::new(config),
            now: Timestamp(1_000),
        }
    }

    fn input(&mut self, input: ReplicaInput) -> Vec<ReplicaEffect> {
        let mut out = Vec::new();
        self.replica.handle(self.now, input, &mut out);
        self.replica.flush(self.now, &mut out);
        out
    }

    fn tick_at(&mut self, now: Timestamp) -> Vec<ReplicaEffect> {
        self.now = now;
        self.input(ReplicaInput::Tick)
    }

    fn says(&mut self, frame: &Frame) -> Vec<Frame> {
        let message = wire::encode(Dialect::Hocuspocus, &document(), frame).expect("it has it");
        sent(&self.input(ReplicaInput::Received(message)))
    }

    fn hello(&mut self, incarnation: &str) -> Vec<Frame> {
        let hello = format!(r#"{{"type":"waymark/hello","incarnation":"{incarnation}"}}"#);
        self.says(&Frame::Stateless(hello))
    }

    fn connect(&mut self) {
        assert_eq!(self.tick_at(self.now)[0], ReplicaEffect::Connect);
        self.input(ReplicaInput::Connected);
    }

    /// Through the whole handshake with an empty server.
    fn live(&mut self) {
        self.connect();
        self.says(&Frame::Authenticated("read-write".to_owned()));
        self.hello("07");
        self.says(&Frame::SyncStep1(Bytes::from_static(&[0])));
        self.says(&Frame::SyncStep2(Bytes::from_static(&[0, 0])));
    }

    fn lost(&mut self) -> Vec<ReplicaEffect> {
        let reason = String::new();
        self.input(ReplicaInput::Disconnected { code: 1006, reason })
    }
}

fn sent(effects: &[ReplicaEffect]) -> Vec<Frame> {
    let sent = effects.iter().filter_map(|effect| match effect {
        ReplicaEffect::Send(message) => {
            let limits = Limits::for_replica();
            wire::decode(Dialect::Hocuspocus, &document(), message, &limits).ok()
        }
        _ => None,
    });
    sent.collect()
}

#[test]
fn r1_the_first_thing_is_to_connect_and_the_second_to_show_the_token() {
    let mut bare = Bare::new(1);
    assert_eq!(bare.tick_at(bare.now), [ReplicaEffect::Connect]);
    let frames = sent(&bare.input(ReplicaInput::Connected));
    assert_eq!(frames, [Frame::AuthToken("ticket".to_owned())]);
    assert_eq!(bare.replica.save_state(), SaveState::Loading);
}

#[test]
fn r1_nothing_is_merged_or_told_before_the_incarnation_is_known() {
    let mut bare = Bare::new(1);
    typed(bare.replica.doc(), "secret");
    bare.connect();
    assert_eq!(
        bare.says(&Frame::Authenticated("read-write".to_owned())),
        []
    );
    let early = Frame::SyncStep2(typed(&crate::testing::doc(9), "other").into());
    let message = wire::encode(Dialect::Hocuspocus, &document(), &early).expect("it has it");
    let effects = bare.input(ReplicaInput::Received(message));
    assert!(effects.contains(&ReplicaEffect::Disconnect));
    assert!(!effects.contains(&ReplicaEffect::Changed));
}

#[test]
fn r2_a_change_is_saved_when_it_is_acknowledged_and_not_before() {
    let (mut table, mut ana) = seated();
    table.disk = Disk::Stalls;
    ana.type_words("precious");
    assert_eq!(ana.replica.save_state(), SaveState::Saving);
    run_for(&mut table, &mut [&mut ana], Millis(2_000));
    assert_eq!(ana.replica.save_state(), SaveState::Saving);
    assert_eq!(ana.replica.unsaved(), 1);
    table.release_disk();
    run_for(&mut table, &mut [&mut ana], Millis(500));
    assert_eq!(ana.replica.save_state(), SaveState::Saved);
    assert_eq!(ana.replica.unsaved(), 0);
}

#[test]
fn r2_after_a_reconnect_saved_waits_for_the_acknowledgement_of_the_first_sync() {
    let (mut table, mut ana) = seated();
    table.disk = Disk::Stalls;
    ana.type_words("in flight");
    run_for(&mut table, &mut [&mut ana], Millis(500));
    // It is in the room, but not stored: the server lacks nothing and still owes an answer.
    ana.cut(&mut table);
    assert_eq!(
        ana.replica.save_state(),
        SaveState::Reconnecting { unsaved: 1 }
    );
    run_for(&mut table, &mut [&mut ana], Millis(2_000));
    assert_eq!(ana.replica.save_state(), SaveState::Saving);
    assert_eq!(ana.replica.unsaved(), 1);
    table.release_disk();
    run_for(&mut table, &mut [&mut ana], Millis(500));
    assert_eq!(ana.replica.save_state(), SaveState::Saved);
}

#[test]
fn r3_what_was_typed_without_a_connection_arrives_with_the_next_one() {
    let (mut table, mut ana) = seated();
    let mut ben = Guest::new("ben", 12);
    ana.reachable = false;
    ana.cut(&mut table);
    ana.type_words("on the train");
    run_for(&mut table, &mut [&mut ana, &mut ben], Millis(60_000));
    assert!(matches!(
        ana.replica.save_state(),
        SaveState::Offline { unsaved: 1, .. }
    ));
    ana.reachable = true;
    run_for(&mut table, &mut [&mut ana, &mut ben], Millis(15_000));
    assert_eq!(ben.text(), "on the train");
    assert_eq!(ana.replica.save_state(), SaveState::Saved);
    assert_eq!(table.stored_text(), "on the train");
}

#[test]
fn r3_the_replica_sends_at_most_one_update_a_flush() {
    let mut bare = Bare::new(1);
    bare.live();
    bare.says(&Frame::SyncStatus(true));
    for word in ["one ", "two ", "three"] {
        typed(bare.replica.doc(), word);
    }
    assert_eq!(bare.replica.unsaved(), 3);
    let frames = sent(&bare.input(ReplicaInput::Tick));
    let [Frame::Update(update)] = &frames[..] else {
        panic!("not one update: {frames:?}");
    };
    assert_eq!(crate::testing::text_of(update), "one two three");
    bare.says(&Frame::SyncStatus(true));
    assert_eq!(bare.replica.save_state(), SaveState::Saved);
}

#[test]
fn r3_more_than_one_update_may_hold_goes_as_a_first_sync() {
    let mut bare = Bare::new(1);
    bare.live();
    typed(bare.replica.doc(), &"x".repeat(2 * crate::limits::MIB));
    let frames = sent(&bare.input(ReplicaInput::Tick));
    assert!(matches!(frames[..], [Frame::SyncStep2(_)]));
}

#[test]
fn r8_another_incarnation_is_never_merged_and_nothing_is_cleared() {
    let (mut table, mut ana) = seated();
    ana.type_words("mine");
    run_for(&mut table, &mut [&mut ana], Millis(500));
    ana.cut(&mut table);
    let mut restored = Table::new(Limits::for_tests());
    restored.log.incarnation = Incarnation(8);
    restored = Table::open(Limits::for_tests(), restored.log);
    restored.now = table.now;
    let mut eve = Guest::new("eve", 12);
    run_for(&mut restored, &mut [&mut eve], Millis(500));
    eve.type_words("another history");
    run_for(&mut restored, &mut [&mut ana, &mut eve], Millis(60_000));
    assert!(matches!(ana.replica.save_state(), SaveState::Closed { .. }));
    assert_eq!(ana.text(), "mine");
    assert_eq!(eve.text(), "another history");
}

#[test]
fn r9_presence_is_told_renewed_and_told_again_after_a_reconnect() {
    let (mut table, mut ana) = seated();
    let mut ben = Guest::new("ben", 12);
    run_for(&mut table, &mut [&mut ana, &mut ben], Millis(500));
    let me = "{\"name\":\"Ana\"}".to_owned();
    ana.input(&mut table, ReplicaInput::SetPresence(Some(me.clone())));
    run_for(&mut table, &mut [&mut ana, &mut ben], Millis(500));
    assert_eq!(ben.replica.people().get(&11), Some(&me));
    assert!(ana.replica.people().is_empty(), "others only");
    run_for(&mut table, &mut [&mut ana, &mut ben], Millis(120_000));
    assert_eq!(ben.replica.people().get(&11), Some(&me), "renewed");
    ana.cut(&mut table);
    run_for(&mut table, &mut [&mut ben], Millis(500));
    assert!(ben.replica.people().is_empty());
    run_for(&mut table, &mut [&mut ana, &mut ben], Millis(2_000));
    assert_eq!(ben.replica.people().get(&11), Some(&me), "back");
    ana.input(&mut table, ReplicaInput::SetPresence(None));
    run_for(&mut table, &mut [&mut ana, &mut ben], Millis(500));
    assert!(ben.replica.people().is_empty());
}

#[test]
fn r9_others_lapse_thirty_seconds_after_they_were_heard_last() {
    let (mut table, mut ana) = seated();
    let mut ben = Guest::new("ben", 12);
    ben.input(&mut table, ReplicaInput::SetPresence(Some("{}".to_owned())));
    run_for(&mut table, &mut [&mut ana, &mut ben], Millis(500));
    ana.reachable = false;
    ana.cut(&mut table);
    assert_eq!(ana.replica.people().len(), 1, "kept, the view greys them");
    ana.effects.clear();
    run_for(&mut table, &mut [&mut ana], Millis(30_000));
    assert!(ana.replica.people().is_empty());
    assert!(ana.effects.contains(&ReplicaEffect::PresenceChanged));
}

#[test]
fn r9_my_presence_is_told_at_most_once_a_window() {
    let mut bare = Bare::new(1);
    bare.live();
    let mut told = 0;
    for step in 0..100 {
        bare.now = bare.now + Millis(1);
        let effects = bare.input(ReplicaInput::SetPresence(Some(format!("{{\"x\":{step}}}"))));
        told += sent(&effects).len();
    }
    assert_eq!(told, 2);
}

#[test]
fn r10_a_refused_change_is_told_with_its_reason_and_never_called_saved() {
    let (mut table, mut vic) = (table(), Guest::new("vic", 11));
    vic.role = Role::Viewer;
    run_for(&mut table, &mut [&mut vic], Millis(500));
    assert_eq!(vic.replica.save_state(), SaveState::Saved);
    vic.type_words("forbidden");
    run_for(&mut table, &mut [&mut vic], Millis(500));
    let reason = "your role may not change this map".to_owned();
    assert!(vic.effects.contains(&ReplicaEffect::Refused {
        reason: reason.clone()
    }));
    assert_eq!(vic.replica.save_state(), SaveState::NotSaving { reason });
    assert_eq!(vic.replica.unsaved(), 1);
    // Promoted: what was refused is offered once more.
    let session = vic.session.expect("connected");
    let grant = Some(grant("vic", Role::Editor));
    table.input(RoomInput::GrantChanged { session, grant });
    run_for(&mut table, &mut [&mut vic], Millis(500));
    assert_eq!(vic.replica.save_state(), SaveState::Saved);
    assert_eq!(table.stored_text(), "forbidden");
}

#[test]
fn r10_permission_that_returns_before_the_first_state_arrives_is_used_as_well() {
    let mut bare = Bare::new(1);
    bare.connect();
    bare.hello("07");
    bare.says(&Frame::Stateless(r#"{"type":"waymark/refused"}"#.into()));
    let again = bare.says(&Frame::Authenticated("read-write".to_owned()));
    assert!(matches!(again[..], [Frame::SyncStep1(_)]), "{again:?}");
}

#[test]
fn r11_the_person_is_told_while_the_server_cannot_store() {
    let (mut table, mut ana) = seated();
    table.disk = Disk::Fails;
    ana.type_words("hello");
    run_for(&mut table, &mut [&mut ana], Millis(500));
    let reason = "no space left".to_owned();
    assert_eq!(ana.replica.save_state(), SaveState::NotSaving { reason });
    table.disk = Disk::Works;
    run_for(&mut table, &mut [&mut ana], Millis(15_000));
    assert_eq!(ana.replica.save_state(), SaveState::Saved);
    assert_eq!(table.stored_text(), "hello");
}

#[test]
fn r12_a_hole_in_what_arrives_is_noticed_and_filled() {
    let mut bare = Bare::new(1);
    bare.live();
    let writer = crate::testing::doc(9);
    typed(&writer, "lost ");
    let after = typed(&writer, "found");
    let asked = bare.says(&Frame::Update(after.clone().into()));
    assert!(matches!(asked[..], [Frame::SyncStep1(_)]));
    let again = bare.says(&Frame::Update(after.into()));
    assert_eq!(again, [], "once is enough");
    use yrs::{ReadTxn, Transact};
    let whole = writer
        .transact()
        .encode_diff_v1(&yrs::StateVector::default());
    bare.says(&Frame::SyncStep2(whole.clone().into()));
    let here = bare.replica.doc().transact();
    assert_eq!(here.encode_diff_v1(&yrs::StateVector::default()), whole);
}

#[test]
fn r12_bytes_that_are_not_the_protocol_end_the_connection_and_not_the_page() {
    for bytes in [
        &b""[..],
        b"\x01",
        b"\x10map/water-damage\x00\x02\x03\x07\x07\x07",
    ] {
        let mut bare = Bare::new(1);
        bare.live();
        let effects = bare.input(ReplicaInput::Received(Bytes::copy_from_slice(bytes)));
        assert!(effects.contains(&ReplicaEffect::Disconnect));
        assert!(bare.replica.retry_in(bare.now).is_some());
    }
}

#[test]
fn r13_the_state_is_told_only_when_it_is_another_one() {
    let (mut table, mut ana) = seated();
    run_for(&mut table, &mut [&mut ana], Millis(60_000));
    let changes = |guest: &Guest| {
        let told = guest.effects.iter();
        told.filter(|effect| **effect == ReplicaEffect::StateChanged)
            .count()
    };
    assert_eq!(changes(&ana), 0);
    ana.type_words("x");
    run_for(&mut table, &mut [&mut ana], Millis(1_000));
    assert_eq!(changes(&ana), 2, "saving, saved");
    assert_eq!(CloseReason::from_code(4000), None);
}

#[test]
fn r15_the_role_is_known_and_each_change_of_it_told_once() {
    let mut table = Table::new(Limits::for_tests());
    let mut ana = Guest::new("ana", 5);
    assert_eq!(ana.replica.role(), None);
    run_for(&mut table, &mut [&mut ana], Millis(1_000));
    assert_eq!(ana.replica.role(), Some(Role::Editor));
    for role in [Role::Viewer, Role::Viewer, Role::Contributor] {
        table.input(RoomInput::GrantChanged {
            session: ana.session.expect("it is connected"),
            grant: Some(grant("ana", role)),
        });
        run_for(&mut table, &mut [&mut ana], Millis(100));
        assert_eq!(ana.replica.role(), Some(role));
    }
    ana.cut(&mut table);
    ana.role = Role::Contributor;
    run_for(&mut table, &mut [&mut ana], Millis(2_000));
    let told = ana.effects.iter();
    let told = told.filter(|effect| **effect == ReplicaEffect::RoleChanged);
    assert_eq!(told.count(), 3);
}
