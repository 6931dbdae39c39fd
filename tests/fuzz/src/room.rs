//! Whatever several sessions do in one room whose store has its troubles.

use std::collections::BTreeMap;

use bytes::Bytes;
use waymark_sync::wire;
use waymark_sync::{
    Address, BatchId, Dialect, Frame, Grant, Limits, Millis, Position, Record, Role, Room,
    RoomEffect, RoomInput, SessionId, Timestamp,
};
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Doc, ReadTxn, StateVector, Transact, Update, WriteTxn};

use crate::damage::damage;
use crate::input::Input;
use crate::nonsense::{self, Written};
use crate::ops::Op;
use crate::stage::{doc, document, open, stored};

/// Takes the input as a script, and looks after each step whether the bounds are kept.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut script = Script::new();
    for _ in 0..48 {
        if input.is_empty() {
            break;
        }
        script.step(&mut input);
        script.flush();
    }
    script.end();
}

struct Script {
    room: Room,
    limits: Limits,
    now: Timestamp,
    out: Vec<RoomEffect>,
    people: BTreeMap<SessionId, Person>,
    next: u64,
    docs: [Doc; 2],
    written: Written,
    log: Vec<(Position, Record)>,
    appending: Option<(BatchId, Record)>,
    stopped: bool,
}

struct Person {
    dialect: Dialect,
    role: Role,
    /// Messages with the writer.
    sending: u32,
    /// Writes that may still be acknowledged.
    owed: u32,
}

impl Script {
    fn new() -> Self {
        let limits = Limits::for_tests();
        Self {
            room: open(Vec::new(), limits),
            limits,
            now: Timestamp(1_000_000),
            out: Vec::new(),
            people: BTreeMap::new(),
            next: 0,
            docs: [doc(1), doc(2)],
            written: Written::default(),
            log: Vec::new(),
            appending: None,
            stopped: false,
        }
    }

    fn step(&mut self, input: &mut Input<'_>) {
        match input.below(20) {
            0 | 1 => self.join(input),
            2 => {
                if let Some(session) = self.pick(input) {
                    self.people.remove(&session);
                    self.handle(RoomInput::Leave { session });
                }
            }
            3 => self.now = self.now + Millis(u64::from(input.short())),
            4 => self.stored(),
            5 => {
                if let Some((batch, _)) = self.appending.take() {
                    let reason = "full".to_owned();
                    self.handle(RoomInput::AppendFailed { batch, reason });
                }
            }
            6 => self.change_grant(input),
            7..=9 => {
                if let Some(session) = self.pick(input) {
                    self.sent(session);
                }
            }
            10 if input.one_in(4) => {
                self.stopped = true;
                self.handle(RoomInput::Stop);
            }
            10 => self.handle(RoomInput::Tick),
            _ => self.speak(input),
        }
    }

    fn join(&mut self, input: &mut Input<'_>) {
        if self.people.len() == 5 {
            return;
        }
        let session = SessionId(self.next);
        self.next += 1;
        let choice = input.byte();
        let dialect = if choice & 1 == 0 {
            Dialect::YWebsocket
        } else {
            Dialect::Hocuspocus
        };
        let role = if choice & 6 == 0 {
            Role::Viewer
        } else {
            Role::Editor
        };
        let until = (choice & 0xe0 == 0xe0).then_some(self.now + Millis(u64::from(choice) * 50));
        let person = Person {
            dialect,
            role,
            sending: 0,
            owed: 0,
        };
        self.people.insert(session, person);
        self.handle(RoomInput::Join {
            session,
            dialect,
            address: Address::of(&document()),
            grant: Grant::new(session.0.to_string(), document(), role, until),
        });
        if choice & 8 == 0 {
            let nothing = StateVector::default().encode_v1();
            self.frame(session, Frame::SyncStep1(nothing.into()));
        }
    }

    fn pick(&self, input: &mut Input<'_>) -> Option<SessionId> {
        let number = usize::from(input.below(self.people.len() as u8));
        self.people.keys().nth(number).copied()
    }

    fn change_grant(&mut self, input: &mut Input<'_>) {
        let Some(session) = self.pick(input) else {
            return;
        };
        let role = [Role::Viewer, Role::Editor, Role::Owner][usize::from(input.below(3))];
        let grant = Grant::new(session.0.to_string(), document(), role, None);
        if let Some(person) = self.people.get_mut(&session) {
            person.role = role;
        }
        let grant = (!input.one_in(8)).then_some(grant);
        self.handle(RoomInput::GrantChanged { session, grant });
    }

    /// Somebody says something.
    fn speak(&mut self, input: &mut Input<'_>) {
        let Some(session) = self.pick(input) else {
            return;
        };
        let frame = match input.below(12) {
            0 => {
                let mut known = self.room.state_vector().encode_v1();
                damage(input, &mut known);
                Frame::SyncStep1(known.into())
            }
            1 => Frame::QueryAwareness,
            2 => {
                let message = [1, input.below(4), input.byte(), 2, b'{', b'}'];
                Frame::Awareness(Bytes::copy_from_slice(&message))
            }
            3 => Frame::Ping,
            4 => return self.raw(session, input.chunk()),
            5 => {
                let mut update = nonsense::next_update(input, &mut self.written);
                damage(input, &mut update);
                Frame::Update(update.into())
            }
            6 | 7 => {
                let who = usize::from(input.below(2));
                let whole = self.docs[who]
                    .transact()
                    .encode_diff_v1(&self.room.state_vector());
                Frame::SyncStep2(whole.into())
            }
            8 => {
                let whole = self.room.state();
                let docs = usize::from(input.below(2));
                hear(&self.docs[docs], &whole);
                return;
            }
            more => {
                let who = usize::from(more & 1);
                let update = Op::read(input).apply(&self.docs[who]);
                Frame::Update(update.into())
            }
        };
        self.frame(session, frame);
    }

    /// A whole message as it is.
    fn raw(&mut self, session: SessionId, message: &[u8]) {
        let Some(person) = self.people.get(&session) else {
            return;
        };
        let plain = Bytes::copy_from_slice(message);
        let message = match person.dialect {
            Dialect::YWebsocket => plain,
            Dialect::Hocuspocus => [&[6], document().as_str().as_bytes(), message]
                .concat()
                .into(),
        };
        match wire::decode(person.dialect, &document(), &message, &self.limits) {
            Ok(frame) => self.frame(session, frame),
            // The connection ends here.
            Err(_) => {
                self.people.remove(&session);
                self.handle(RoomInput::Leave { session });
            }
        }
    }

    fn frame(&mut self, session: SessionId, frame: Frame) {
        let Some(person) = self.people.get_mut(&session) else {
            return;
        };
        let viewer = person.role < Role::Editor;
        let writes = matches!(frame, Frame::Update(_) | Frame::SyncStep2(_));
        person.owed += u32::from(writes);
        if matches!(frame, Frame::Close(_)) {
            self.people.remove(&session);
        }
        let before = (viewer && writes).then(|| self.room.state());
        self.handle(RoomInput::Frame { session, frame });
        if let Some(before) = before {
            assert_eq!(before, self.room.state(), "a viewer changes nothing");
        }
    }

    fn handle(&mut self, input: RoomInput) {
        self.room.handle(self.now, input, &mut self.out);
    }

    fn flush(&mut self) {
        self.room.flush(self.now, &mut self.out);
        for effect in std::mem::take(&mut self.out) {
            self.carry_out(effect);
        }
        let due = self.room.deadline();
        assert!(
            due.is_some() || self.people.is_empty() || self.stopped,
            "a room with people wakes up"
        );
    }

    fn carry_out(&mut self, effect: RoomEffect) {
        match effect {
            RoomEffect::Send { session, message } => {
                let person = self.people.get_mut(&session).expect("it is here");
                person.sending += 1;
                assert!(
                    person.sending <= self.limits.credit,
                    "no more than its credit"
                );
                let frame = wire::decode(
                    person.dialect,
                    &document(),
                    &message,
                    &Limits::for_replica(),
                );
                if let Frame::SyncStatus(_) = frame.expect("a room speaks the protocol") {
                    assert!(person.owed > 0, "each write has one sync status");
                    person.owed -= 1;
                }
            }
            RoomEffect::Close { session, .. } => {
                assert!(self.people.remove(&session).is_some(), "it was here");
            }
            RoomEffect::Append { batch, record } => {
                assert!(self.appending.is_none(), "one append at a time");
                self.appending = Some((batch, record));
            }
            RoomEffect::Compact { upto, build } => {
                // All of the log, also what came after it was asked for.
                let snapshot = build.run(&stored(self.log.clone()));
                let bytes = snapshot.expect("a snapshot can be made").state.len();
                self.handle(RoomInput::Compacted { upto, bytes });
            }
            RoomEffect::Retire | RoomEffect::Note(_) | RoomEffect::Written { .. } => {}
        }
    }

    fn sent(&mut self, session: SessionId) {
        if let Some(person) = self
            .people
            .get_mut(&session)
            .filter(|person| person.sending > 0)
        {
            person.sending -= 1;
            self.handle(RoomInput::Sent { session });
        }
    }

    fn stored(&mut self) {
        if let Some((batch, record)) = self.appending.take() {
            let position = Position(self.log.len() as u64 + 1);
            self.log.push((position, record));
            self.handle(RoomInput::Appended { batch, position });
        }
    }

    /// The store works again: then the log holds everything.
    fn end(mut self) {
        for _ in 0..8 {
            self.now = self.now + Millis(11_000);
            self.flush();
            self.stored();
        }
        let log = stored(self.log);
        let again = Room::open(document(), log, self.limits, 9).expect("the log can be opened");
        let (logged, state) = (again.state_vector(), self.room.state_vector());
        // Whoever stops it waits for the store for a while only.
        let complete = logged == state;
        assert!(
            complete || self.stopped,
            "the log holds {logged:?} of {state:?}"
        );
        for (client, clock) in logged.iter() {
            assert!(
                *clock <= state.get(client),
                "the log holds no more than there was"
            );
        }
    }
}

/// Takes what the room says as far as it makes sense: others may have forged what this
/// person's client id wrote.
fn hear(doc: &Doc, whole: &[u8]) {
    let update = Update::decode_v1(whole).expect("a room's state can be read");
    let mut txn = doc.transact_mut();
    drop(txn.apply_update(update));
    txn.prune_pending();
}
