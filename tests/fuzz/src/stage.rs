//! A room with a store that works, an editor, and a reader who keeps a copy.

use bytes::Bytes;
use waymark_sync::wire;
use waymark_sync::{
    Address, Dialect, DocumentId, Frame, Grant, Incarnation, Limits, Millis, Position, Record,
    Role, Room, RoomEffect, RoomInput, SessionId, StoredDocument, Timestamp,
};
use yrs::block::ClientID;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Doc, OffsetKind, Options, ReadTxn, StateVector, Transact, Update, WriteTxn};

use crate::view;

/// The document of every target.
pub(crate) fn document() -> DocumentId {
    DocumentId::parse("map/fu").expect("it follows the rule")
}

/// A document as rooms and replicas make them.
pub(crate) fn doc(client: u64) -> Doc {
    Doc::with_options(Options {
        offset_kind: OffsetKind::Utf16,
        skip_gc: false,
        cleanup_formatting: false,
        ..Options::with_client_id(ClientID::new(client))
    })
}

/// A document that is stored like this.
pub(crate) fn stored(records: Vec<(Position, Record)>) -> StoredDocument {
    StoredDocument {
        incarnation: Incarnation(7),
        snapshot: None,
        records,
    }
}

pub(crate) fn open(records: Vec<(Position, Record)>, limits: Limits) -> Room {
    Room::open(document(), stored(records), limits, 5).expect("what was stored can be opened")
}

const READER: SessionId = SessionId(1);

pub(crate) struct Stage {
    room: Room,
    now: Timestamp,
    out: Vec<RoomEffect>,
    /// The session that sends what is to be looked at; a new one after each close.
    editor: SessionId,
    /// What the reader was sent.
    copy: Doc,
    log: Vec<(Position, Record)>,
    /// What the editor was told since it was looked at last.
    pub(crate) told: Vec<Frame>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let mut stage = Self {
            room: open(Vec::new(), Limits::default()),
            now: Timestamp(1_000_000),
            out: Vec::new(),
            editor: SessionId(2),
            copy: doc(77),
            log: Vec::new(),
            told: Vec::new(),
        };
        stage.join(READER, Dialect::YWebsocket, Role::Viewer);
        stage.join(SessionId(2), Dialect::Hocuspocus, Role::Editor);
        stage
    }

    fn join(&mut self, session: SessionId, dialect: Dialect, role: Role) {
        let subject = session.0.to_string();
        self.handle(RoomInput::Join {
            session,
            dialect,
            address: Address::of(&document()),
            grant: Grant::new(subject, document(), role, None),
        });
        self.frame(
            session,
            Frame::SyncStep1(StateVector::default().encode_v1().into()),
        );
    }

    /// Takes a frame of the editor; whether it was still welcome afterwards.
    pub(crate) fn offer(&mut self, frame: Frame) -> bool {
        let before = self.editor;
        self.frame(before, frame);
        self.editor == before
    }

    fn frame(&mut self, session: SessionId, frame: Frame) {
        self.handle(RoomInput::Frame { session, frame });
        self.now = self.now + Millis(60);
        self.flush();
    }

    fn handle(&mut self, input: RoomInput) {
        self.room.handle(self.now, input, &mut self.out);
    }

    fn flush(&mut self) {
        loop {
            self.room.flush(self.now, &mut self.out);
            if self.out.is_empty() {
                return;
            }
            for effect in std::mem::take(&mut self.out) {
                self.carry_out(effect);
            }
        }
    }

    fn carry_out(&mut self, effect: RoomEffect) {
        match effect {
            RoomEffect::Send { session, message } => {
                self.hear(session, &message);
                self.handle(RoomInput::Sent { session });
            }
            RoomEffect::Close { session, reason } => {
                assert_ne!(session, READER, "nobody else suffers: {reason:?}");
                self.editor = SessionId(session.0 + 1);
                self.join(self.editor, Dialect::Hocuspocus, Role::Editor);
            }
            RoomEffect::Append { batch, record } => {
                let position = Position(self.log.len() as u64 + 1);
                self.log.push((position, record));
                self.handle(RoomInput::Appended { batch, position });
            }
            RoomEffect::Compact { upto, build } => {
                // All of the log, also what came after it was asked for.
                let snapshot = build.run(&stored(self.log.clone()));
                let bytes = snapshot.expect("a snapshot can be made").state.len();
                self.handle(RoomInput::Compacted { upto, bytes });
            }
            // Only sessions write here.
            RoomEffect::Written { .. } => {}
            RoomEffect::Retire => panic!("there are sessions"),
            RoomEffect::Note(_) => {}
        }
    }

    fn hear(&mut self, session: SessionId, message: &Bytes) {
        let dialect = if session == READER {
            Dialect::YWebsocket
        } else {
            Dialect::Hocuspocus
        };
        let frame = wire::decode(dialect, &document(), message, &Limits::for_replica());
        let frame = frame.expect("a room speaks the protocol");
        if session == self.editor {
            self.told.push(frame);
        } else if let Frame::Update(update) | Frame::SyncStep2(update) = frame {
            apply(&self.copy, &update);
        }
    }

    pub(crate) fn state_vector(&self) -> StateVector {
        self.room.state_vector()
    }

    /// Looks whether the room, its log, its encoded state and the reader's copy agree.
    ///
    /// An editor who forges which neighbours a new item has can bring about that it stands
    /// elsewhere in other replicas, in Yjs as well as in yrs: who may write may also make a
    /// mess. So contents are compared only when everything was `sensible`.
    pub(crate) fn check(mut self, sensible: bool) {
        let state = self.room.state_vector();
        let whole = self.room.state();
        let from_whole = doc(78);
        apply(&from_whole, &whole);
        compare(&from_whole, &self.copy, sensible, "the copy of a reader");
        assert_eq!(
            from_whole.transact().state_vector(),
            state,
            "the encoded state"
        );

        let mut again = open(self.log, Limits::default());
        assert_eq!(again.state_vector(), state, "the log");
        let from_log = doc(79);
        apply(&from_log, &again.state());
        compare(&from_whole, &from_log, sensible, "the log");
    }
}

/// Applies what a room sent; nothing of it may be missing.
pub(crate) fn apply(doc: &Doc, update: &[u8]) {
    let mut txn = doc.transact_mut();
    let update = Update::decode_v1(update).expect("a room sends updates");
    txn.apply_update(update).expect("they can be applied");
    assert!(!txn.has_missing_updates(), "they leave no holes");
    txn.prune_pending();
}

/// Compares two documents that should be equal, with their contents when those are sensible.
fn compare(one: &Doc, other: &Doc, sensible: bool, what: &str) {
    let (one, other) = (one.transact(), other.transact());
    assert_eq!(one.state_vector(), other.state_vector(), "{what}: state");
    assert_eq!(
        one.snapshot().delete_set,
        other.snapshot().delete_set,
        "{what}: deletions"
    );
    // Reading has to come to an end in any case.
    let (one, other) = (view::of_all(&one), view::of_all(&other));
    assert!(one == other || !sensible, "{what}: content\n{one}\n{other}");
}
