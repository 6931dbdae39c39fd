//! A table-top world for tests: one room, sessions with real replicas or bare frames, a
//! store that does what it is told.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use yrs::{GetString, Text, Transact, WriteTxn};

use crate::guard::{Fault, Walk};
use crate::journal::{BatchId, Position, Record, Snapshot, StoredDocument};
use crate::room::{Author, Content, Note, Outcome};
use crate::wire;
use crate::{
    Address, CloseReason, Dialect, DocumentId, Frame, Grant, Incarnation, Limits, Millis, Replica,
    ReplicaConfig, ReplicaEffect, ReplicaInput, Role, Room, RoomEffect, RoomInput, SessionId,
    Timestamp,
};

pub(crate) fn document() -> DocumentId {
    DocumentId::parse("map/water-damage").expect("a good name")
}

pub(crate) fn empty() -> StoredDocument {
    StoredDocument {
        incarnation: Incarnation(7),
        snapshot: None,
        records: Vec::new(),
    }
}

pub(crate) fn grant(subject: &str, role: Role) -> Grant {
    Grant::new(subject, document(), role, None)
}

/// Applies an update that an editor sends.
pub(crate) fn apply(
    content: &mut Content,
    update: &Bytes,
    walk: &Walk,
    number: impl FnOnce() -> u64,
) -> Result<Outcome, Fault> {
    let permit = grant("ana", Role::Editor).permit_write(Timestamp(1));
    let author = Author {
        session: SessionId(1),
        permit: &permit.expect("editors write"),
        repeats: false,
    };
    content.apply(update, walk, author, number)
}

/// What the store does with an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disk {
    Works,
    Stalls,
    Fails,
}

/// One room and everything around it.
pub(crate) struct Table {
    pub(crate) now: Timestamp,
    pub(crate) room: Room,
    pub(crate) limits: Limits,
    pub(crate) disk: Disk,
    pub(crate) stalled: Vec<(BatchId, Record)>,
    pub(crate) log: StoredDocument,
    pub(crate) batches: Vec<BatchId>,
    pub(crate) sent: BTreeMap<SessionId, VecDeque<Bytes>>,
    pub(crate) closed: BTreeMap<SessionId, CloseReason>,
    pub(crate) notes: Vec<Note>,
    /// Answers to the server's own writes.
    pub(crate) written: Vec<(u64, bool)>,
    pub(crate) retired: bool,
    pub(crate) dialects: BTreeMap<SessionId, Dialect>,
    /// Sessions whose writer does not get rid of anything.
    pub(crate) stuck: Vec<SessionId>,
    next_session: u64,
}

impl Table {
    pub(crate) fn new(limits: Limits) -> Self {
        Self::open(limits, empty())
    }

    pub(crate) fn open(limits: Limits, log: StoredDocument) -> Self {
        Self {
            now: Timestamp(1_000_000),
            room: Room::open(document(), log.clone(), limits, 42).expect("a good document"),
            limits,
            disk: Disk::Works,
            stalled: Vec::new(),
            log,
            batches: Vec::new(),
            sent: BTreeMap::new(),
            closed: BTreeMap::new(),
            notes: Vec::new(),
            written: Vec::new(),
            retired: false,
            dialects: BTreeMap::new(),
            stuck: Vec::new(),
            next_session: 0,
        }
    }

    /// A session without a replica behind it.
    pub(crate) fn join(&mut self, dialect: Dialect, grant: Grant) -> SessionId {
        self.join_as(dialect, Address::of(&document()), grant)
    }

    pub(crate) fn join_as(
        &mut self,
        dialect: Dialect,
        address: Address,
        grant: Grant,
    ) -> SessionId {
        self.next_session += 1;
        let session = SessionId(self.next_session);
        self.dialects.insert(session, dialect);
        self.sent.insert(session, VecDeque::new());
        self.input(RoomInput::Join {
            session,
            dialect,
            address,
            grant,
        });
        session
    }

    /// A session that has said it holds nothing, and whose handshake has been read.
    pub(crate) fn join_live(&mut self, dialect: Dialect, subject: &str) -> SessionId {
        let session = self.join(dialect, grant(subject, Role::Editor));
        self.frame(session, Frame::SyncStep1(vec![0].into()));
        self.settle();
        self.frame(session, Frame::SyncStep2(vec![0, 0].into()));
        self.settle();
        self.frames(session);
        session
    }

    pub(crate) fn frame(&mut self, session: SessionId, frame: Frame) {
        self.input(RoomInput::Frame { session, frame });
    }

    pub(crate) fn update(&mut self, session: SessionId, update: impl Into<Bytes>) {
        self.frame(session, Frame::Update(update.into()));
    }

    pub(crate) fn input(&mut self, input: RoomInput) {
        let mut out = Vec::new();
        self.room.handle(self.now, input, &mut out);
        self.room.flush(self.now, &mut out);
        self.run(out);
    }

    fn run(&mut self, out: Vec<RoomEffect>) {
        for effect in out {
            match effect {
                RoomEffect::Send { session, message } => {
                    self.sent.entry(session).or_default().push_back(message);
                    if !self.stuck.contains(&session) {
                        self.input(RoomInput::Sent { session });
                    }
                }
                RoomEffect::Close { session, reason } => {
                    self.closed.insert(session, reason);
                }
                RoomEffect::Append { batch, record } => {
                    self.batches.push(batch);
                    match self.disk {
                        Disk::Works => self.store(batch, record),
                        Disk::Stalls => self.stalled.push((batch, record)),
                        Disk::Fails => self.input(RoomInput::AppendFailed {
                            batch,
                            reason: "no space left".to_owned(),
                        }),
                    }
                }
                RoomEffect::Compact { upto, build } => {
                    let snapshot: Snapshot = build.run(&self.log).expect("a snapshot");
                    let bytes = snapshot.state.len();
                    self.log.records.retain(|(position, _)| *position > upto);
                    self.log.snapshot = Some((upto, snapshot));
                    self.input(RoomInput::Compacted { upto, bytes });
                }
                RoomEffect::Written { ticket, ok } => self.written.push((ticket, ok)),
                RoomEffect::Retire => self.retired = true,
                // Only measured, and part of every test.
                RoomEffect::Note(Note::FirstSync { .. }) => {}
                RoomEffect::Note(note) => self.notes.push(note),
            }
        }
    }

    fn store(&mut self, batch: BatchId, record: Record) {
        let last = self.log.records.last().map(|(position, _)| *position);
        let snapshot = self.log.snapshot.as_ref().map(|(position, _)| *position);
        let position = Position(last.or(snapshot).unwrap_or_default().0 + 1);
        self.log.records.push((position, record));
        self.input(RoomInput::Appended { batch, position });
    }

    /// Lets the store catch up with what it stalled.
    pub(crate) fn release_disk(&mut self) {
        self.disk = Disk::Works;
        for (batch, record) in std::mem::take(&mut self.stalled) {
            self.store(batch, record);
        }
        self.settle();
    }

    /// Lets time pass, with a tick at each deadline.
    pub(crate) fn pass(&mut self, span: Millis) {
        let end = self.now + span;
        while let Some(at) = self.room.deadline().filter(|at| *at <= end) {
            // A deadline that stays in the past would spin here for ever.
            self.now = Timestamp(at.0.max(self.now.0 + 1)).min(end);
            self.input(RoomInput::Tick);
            if self.now == end {
                break;
            }
        }
        self.now = end;
        self.input(RoomInput::Tick);
    }

    /// Lets the windows pass.
    pub(crate) fn settle(&mut self) {
        self.pass(Millis(200));
    }

    /// What a session was sent, taken out.
    pub(crate) fn frames(&mut self, session: SessionId) -> Vec<Frame> {
        let dialect = self.dialects[&session];
        let messages = std::mem::take(self.sent.entry(session).or_default());
        messages
            .into_iter()
            .map(|message| {
                wire::decode(dialect, &document(), &message, &Limits::for_replica())
                    .expect("the room speaks the protocol")
            })
            .collect()
    }

    pub(crate) fn statuses(&mut self, session: SessionId) -> Vec<bool> {
        let frames = self.frames(session);
        let statuses = frames.iter().filter_map(|frame| match frame {
            Frame::SyncStatus(status) => Some(*status),
            _ => None,
        });
        statuses.collect()
    }

    /// The text of the document as a reopened room holds it.
    pub(crate) fn stored_text(&self) -> String {
        let mut room = Room::open(document(), self.log.clone(), self.limits, 1).expect("readable");
        text_of(&room.state())
    }
}

/// The text that an update makes in an empty document.
pub(crate) fn text_of(update: &[u8]) -> String {
    use yrs::updates::decoder::Decode;
    let doc = doc(1);
    let text = doc.get_or_insert_text("text");
    let mut txn = doc.transact_mut();
    txn.apply_update(yrs::Update::decode_v1(update).expect("an update"))
        .expect("fits");
    text.get_string(&txn)
}

pub(crate) fn doc(client_id: u64) -> yrs::Doc {
    yrs::Doc::with_options(crate::room::doc_options(
        &document(),
        yrs::block::ClientID::new(client_id),
    ))
}

/// Types at the end of a document's text; the update.
pub(crate) fn typed(doc: &yrs::Doc, words: &str) -> Vec<u8> {
    let mut txn = doc.transact_mut();
    let text = txn.get_or_insert_text("text");
    text.push(&mut txn, words);
    txn.encode_update_v1()
}

/// A replica at the table.
pub(crate) struct Guest {
    pub(crate) replica: Replica,
    pub(crate) session: Option<SessionId>,
    pub(crate) effects: Vec<ReplicaEffect>,
    pub(crate) role: Role,
    pub(crate) name: &'static str,
    /// Whether the network lets it connect.
    pub(crate) reachable: bool,
}

impl Guest {
    pub(crate) fn new(name: &'static str, client_id: u32) -> Self {
        Self {
            replica: Replica::new(ReplicaConfig {
                document: document(),
                client_id,
                seed: u64::from(client_id),
                token: "ticket".to_owned(),
            }),
            session: None,
            effects: Vec::new(),
            role: Role::Editor,
            name,
            reachable: true,
        }
    }

    pub(crate) fn type_words(&self, words: &str) {
        typed(self.replica.doc(), words);
    }

    pub(crate) fn text(&self) -> String {
        let text = self.replica.doc().get_or_insert_text("text");
        text.get_string(&self.replica.doc().transact())
    }

    pub(crate) fn input(&mut self, table: &mut Table, input: ReplicaInput) {
        let mut out = Vec::new();
        self.replica.handle(table.now, input, &mut out);
        self.replica.flush(table.now, &mut out);
        self.run(table, out);
    }

    fn run(&mut self, table: &mut Table, out: Vec<ReplicaEffect>) {
        for effect in out {
            match &effect {
                ReplicaEffect::Connect => {
                    self.leave(table);
                    if self.reachable {
                        self.session =
                            Some(table.join(Dialect::Hocuspocus, grant(self.name, self.role)));
                        self.input(table, ReplicaInput::Connected);
                    } else {
                        let reason = String::new();
                        self.input(table, ReplicaInput::Disconnected { code: 1006, reason });
                    }
                }
                ReplicaEffect::Disconnect => self.leave(table),
                ReplicaEffect::Send(message) => {
                    let limits = table.limits;
                    let frame = wire::decode(Dialect::Hocuspocus, &document(), message, &limits)
                        .expect("the replica speaks the protocol");
                    if let Some(session) = self.session {
                        table.frame(session, frame);
                    }
                }
                _ => {}
            }
            self.effects.push(effect);
        }
    }

    fn leave(&mut self, table: &mut Table) {
        if let Some(session) = self.session.take() {
            table.input(RoomInput::Leave { session });
        }
    }

    /// The connection breaks.
    pub(crate) fn cut(&mut self, table: &mut Table) {
        self.leave(table);
        let reason = String::new();
        self.input(table, ReplicaInput::Disconnected { code: 1006, reason });
    }

    /// Reads what has arrived; whether there was anything.
    pub(crate) fn read(&mut self, table: &mut Table) -> bool {
        let Some(session) = self.session else {
            return false;
        };
        if let Some(message) = table.sent.get_mut(&session).and_then(VecDeque::pop_front) {
            self.input(table, ReplicaInput::Received(message));
            return true;
        }
        if let Some(reason) = table.closed.remove(&session) {
            self.session = None;
            self.input(
                table,
                ReplicaInput::Disconnected {
                    code: reason.code(),
                    reason: reason.text().to_owned(),
                },
            );
            return true;
        }
        false
    }
}

/// Lets everything happen that is under way, and a span of time pass.
pub(crate) fn run_for(table: &mut Table, guests: &mut [&mut Guest], span: Millis) {
    let end = table.now + span;
    loop {
        let mut busy = false;
        for guest in guests.iter_mut() {
            guest.input(table, ReplicaInput::Tick);
            while guest.read(table) {
                busy = true;
            }
        }
        if busy {
            continue;
        }
        if table.now >= end {
            return;
        }
        let next = guests
            .iter()
            .filter_map(|guest| guest.replica.deadline())
            .chain(table.room.deadline())
            .min()
            .unwrap_or(end);
        table.now = Timestamp(next.0.max(table.now.0 + 1)).min(end);
        table.input(RoomInput::Tick);
    }
}
