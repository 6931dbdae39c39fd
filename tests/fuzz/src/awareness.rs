//! What sessions say of who is here.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use waymark_sync::guard::{PresenceEntry, check_awareness, write_awareness};
use waymark_sync::wire;
use waymark_sync::{
    Address, Dialect, Frame, Grant, Limits, Millis, Role, Room, RoomEffect, RoomInput, SessionId,
    Timestamp,
};
use yrs::StateVector;
use yrs::updates::encoder::Encode;

use crate::damage::damage;
use crate::input::Input;
use crate::stage::{document, open};

/// Several sessions say things of several client ids.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut hall = Hall::new();
    for session in 0..3 {
        hall.join(session);
    }
    while !input.is_empty() {
        let session = u64::from(input.below(3));
        match input.below(16) {
            0 => hall.handle(RoomInput::Leave {
                session: SessionId(session),
            }),
            1 => hall.join(session),
            2 => hall.now = hall.now + Millis(u64::from(input.short())),
            3 => hall.say(session, Frame::QueryAwareness),
            4 => hall.say(
                session,
                Frame::Awareness(Bytes::copy_from_slice(input.chunk())),
            ),
            _ => {
                let message = claims(&mut input);
                hall.say(session, Frame::Awareness(message));
            }
        }
        hall.flush();
    }
}

/// A message about some of few client ids, sometimes damaged.
fn claims(input: &mut Input<'_>) -> Bytes {
    const STATES: [Option<&str>; 5] = [
        None,
        Some("{}"),
        Some("{\"a\":1}"),
        Some("[[]]"),
        Some("\"\\u00fc\""),
    ];
    let entries: Vec<_> = (0..input.below(7))
        .map(|_| PresenceEntry {
            client: u64::from(input.below(9)),
            clock: u32::from(input.below(5)) << (8 * u32::from(input.one_in(9))),
            state: STATES[usize::from(input.below(5))],
        })
        .collect();
    let mut bytes = write_awareness(entries.into_iter()).to_vec();
    if input.one_in(6) {
        damage(input, &mut bytes);
    }
    bytes.into()
}

/// A room in which nobody edits.
struct Hall {
    room: Room,
    now: Timestamp,
    limits: Limits,
    out: Vec<RoomEffect>,
    here: BTreeSet<SessionId>,
    /// What each session was told: the clock, and whether there is a state.
    heard: BTreeMap<SessionId, BTreeMap<u64, (u32, bool)>>,
}

impl Hall {
    fn new() -> Self {
        let limits = Limits::default();
        Self {
            room: open(Vec::new(), limits),
            now: Timestamp(1_000_000),
            limits,
            out: Vec::new(),
            here: BTreeSet::new(),
            heard: BTreeMap::new(),
        }
    }

    fn join(&mut self, number: u64) {
        let session = SessionId(number);
        if !self.here.insert(session) {
            return;
        }
        self.heard.insert(session, BTreeMap::new());
        self.handle(RoomInput::Join {
            session,
            dialect: dialect(session),
            address: Address::of(&document()),
            // The first two are the same person in two windows.
            grant: Grant::new((number / 2).to_string(), document(), Role::Viewer, None),
        });
        self.say(
            number,
            Frame::SyncStep1(StateVector::default().encode_v1().into()),
        );
    }

    fn say(&mut self, session: u64, frame: Frame) {
        let session = SessionId(session);
        if let (Frame::Awareness(message), Some(heard)) = (&frame, self.heard.get_mut(&session)) {
            // Of itself it knows more than it was told.
            for entry in check_awareness(message).unwrap_or_default() {
                heard.remove(&entry.client);
            }
        }
        self.handle(RoomInput::Frame { session, frame });
    }

    fn handle(&mut self, input: RoomInput) {
        if let RoomInput::Leave { session } = &input {
            self.here.remove(session);
        }
        self.room.handle(self.now, input, &mut self.out);
    }

    fn flush(&mut self) {
        self.now = self.now + Millis(100);
        loop {
            self.room.flush(self.now, &mut self.out);
            let busy = !self.out.is_empty();
            for effect in std::mem::take(&mut self.out) {
                match effect {
                    RoomEffect::Send { session, message } => {
                        self.hear(session, &message);
                        self.handle(RoomInput::Sent { session });
                    }
                    RoomEffect::Close { session, .. } => drop(self.here.remove(&session)),
                    RoomEffect::Append { .. } => panic!("nobody edits"),
                    _ => {}
                }
            }
            if !busy {
                break;
            }
        }
        assert_eq!(self.room.session_count(), self.here.len());
    }

    fn hear(&mut self, session: SessionId, message: &Bytes) {
        let frame = wire::decode(
            dialect(session),
            &document(),
            message,
            &Limits::for_replica(),
        );
        let Frame::Awareness(message) = frame.expect("a room speaks the protocol") else {
            return;
        };
        let entries = check_awareness(&message).expect("a room sends presence");
        // Those who show something, and what ended lately: each ever at most so many.
        let heard = self.heard.get_mut(&session).expect("it joined");
        for entry in &entries {
            let before = heard.insert(entry.client, (entry.clock, entry.state.is_some()));
            if let (Some((clock, true)), true) = (before, entry.state.is_some()) {
                assert!(clock <= entry.clock, "presence goes on, not back");
            }
        }
        let shown = heard.values().filter(|(_, shown)| *shown).count();
        assert!(
            shown <= 3 * self.limits.presence_ids,
            "a session shows few client ids"
        );
    }
}

fn dialect(session: SessionId) -> Dialect {
    if session.0 == 0 {
        Dialect::YWebsocket
    } else {
        Dialect::Hocuspocus
    }
}
