//! A real room between the replicas: what it passes on must be worth as much as what it got.

use serde_json::Value;
use waymark_sync::guard::{Bounds, check_update};
use waymark_sync::wire;
use waymark_sync::{
    Address, Dialect, DocumentId, Frame, Grant, Incarnation, Limits, Millis, Position, Record,
    Role, Room, RoomEffect, RoomInput, SessionId, StoredDocument, Timestamp,
};
use yrs::block::ClientID;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Doc, OffsetKind, Options, ReadTxn, StateVector, Transact, Update};

use crate::replica::view_of;

const EDITOR: SessionId = SessionId(1);
const READER: SessionId = SessionId(2);

pub(crate) struct Relay {
    room: Room,
    now: Timestamp,
    document: DocumentId,
    out: Vec<RoomEffect>,
    log: Vec<(Position, Record)>,
    passed_on: Vec<Vec<u8>>,
    early: Vec<Vec<u8>>,
    closed: Option<String>,
}

impl Relay {
    pub(crate) fn new(seed: u64) -> Self {
        let document = DocumentId::parse("map/differential").expect("it follows the rule");
        let stored = StoredDocument {
            incarnation: Incarnation(1),
            snapshot: None,
            records: Vec::new(),
        };
        let room = Room::open(document.clone(), stored, Limits::default(), seed);
        let mut relay = Self {
            room: room.expect("an empty document can be opened"),
            now: Timestamp(1_000_000),
            document,
            out: Vec::new(),
            log: Vec::new(),
            passed_on: Vec::new(),
            early: Vec::new(),
            closed: None,
        };
        for (session, role) in [(EDITOR, Role::Editor), (READER, Role::Viewer)] {
            relay.handle(RoomInput::Join {
                session,
                dialect: Dialect::YWebsocket,
                address: Address::of(&relay.document),
                grant: Grant::new("somebody", relay.document.clone(), role, None),
            });
            let nothing = StateVector::default().encode_v1();
            relay.say(session, Frame::SyncStep1(nothing.into()));
        }
        relay
    }

    /// Hands one update in, now or when it fits; what the room passed on to others.
    pub(crate) fn apply(&mut self, update: &[u8]) -> Result<Vec<Vec<u8>>, String> {
        self.early.push(update.to_vec());
        while let Some(at) = self.fitting()? {
            let update = self.early.remove(at);
            self.say(EDITOR, Frame::Update(update.into()));
        }
        if let Some(reason) = self.closed.take() {
            return Err(format!("the room closed: {reason}"));
        }
        Ok(std::mem::take(&mut self.passed_on))
    }

    pub(crate) fn view(&mut self) -> Value {
        let doc = Doc::with_options(Options {
            offset_kind: OffsetKind::Utf16,
            cleanup_formatting: false,
            ..Options::with_client_id(ClientID::new(1))
        });
        let whole = Update::decode_v1(&self.room.state()).expect("a room's state can be read");
        let mut txn = doc.transact_mut();
        txn.apply_update(whole).expect("and applied");
        let pending = txn.has_missing_updates();
        drop(txn);
        debug_assert_eq!(doc.transact().state_vector(), self.room.state_vector());
        view_of(&doc, pending || !self.early.is_empty())
    }

    fn fitting(&self) -> Result<Option<usize>, String> {
        let state = self.room.state_vector();
        for (at, update) in self.early.iter().enumerate() {
            let walk = check_update(update, &Bounds::UPDATE).map_err(|fault| fault.to_string())?;
            if walk.outline.fits(&state) {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    fn say(&mut self, session: SessionId, frame: Frame) {
        self.handle(RoomInput::Frame { session, frame });
        self.now = self.now + Millis(10);
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
                let limits = Limits::for_replica();
                let frame = wire::decode(Dialect::YWebsocket, &self.document, &message, &limits);
                if let (READER, Ok(Frame::Update(update))) = (session, frame) {
                    self.passed_on.push(update.to_vec());
                }
                self.handle(RoomInput::Sent { session });
            }
            RoomEffect::Append { batch, record } => {
                let position = Position(self.log.len() as u64 + 1);
                self.log.push((position, record));
                self.handle(RoomInput::Appended { batch, position });
            }
            RoomEffect::Compact { upto, build } => {
                let stored = StoredDocument {
                    incarnation: Incarnation(1),
                    snapshot: None,
                    records: self.log.clone(),
                };
                let bytes = match build.run(&stored) {
                    Ok(snapshot) => snapshot.state.len(),
                    Err(problem) => {
                        self.closed = Some(problem);
                        0
                    }
                };
                self.handle(RoomInput::Compacted { upto, bytes });
            }
            RoomEffect::Close { reason, .. } => self.closed = Some(format!("{reason:?}")),
            RoomEffect::Note(waymark_sync::room::Note::Refused { reason, .. }) => {
                self.closed = Some(reason);
            }
            RoomEffect::Retire | RoomEffect::Note(_) | RoomEffect::Written { .. } => {}
        }
    }

    fn handle(&mut self, input: RoomInput) {
        self.room.handle(self.now, input, &mut self.out);
    }
}
