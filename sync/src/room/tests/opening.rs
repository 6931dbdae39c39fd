//! Opening: who has nothing is sent what is stored before that is loaded.

use bytes::Bytes;

use crate::room::Opening;
use crate::testing::{doc, document, empty, grant, text_of, typed};
use crate::{
    Address, Dialect, Frame, Limits, Position, Record, Role, Room, RoomEffect, RoomInput,
    SessionId, StoredDocument, Timestamp, wire,
};

const ANA: SessionId = SessionId(1);
const NOW: Timestamp = Timestamp(1_000);

/// Two people's changes, one on top of the other.
fn stored() -> StoredDocument {
    let mut log = empty();
    let doc = doc(11);
    for (number, words) in [(1, "Flood. "), (2, "Call. "), (3, "Wait.")] {
        let record = Record {
            update: typed(&doc, words).into(),
            author: "ana".to_owned(),
            at: NOW,
        };
        log.records.push((Position(number), record));
    }
    log
}

fn begun() -> (Room, Opening) {
    Room::begin(document(), stored(), Limits::default(), 5).expect("a good document")
}

fn join() -> RoomInput {
    RoomInput::Join {
        session: ANA,
        dialect: Dialect::YWebsocket,
        address: Address::of(&document()),
        grant: grant("ana", Role::Editor),
    }
}

fn frame(frame: Frame) -> RoomInput {
    RoomInput::Frame {
        session: ANA,
        frame,
    }
}

fn step1(state: Vec<u8>) -> RoomInput {
    frame(Frame::SyncStep1(state.into()))
}

/// What the room says to this.
fn said(room: &mut Room, input: RoomInput) -> Vec<Frame> {
    let mut out = Vec::new();
    room.handle(NOW, input, &mut out);
    room.flush(NOW, &mut out);
    let limits = Limits::for_replica();
    out.iter()
        .filter_map(|effect| match effect {
            RoomEffect::Send { message, .. } => {
                wire::decode(Dialect::YWebsocket, &document(), message, &limits).ok()
            }
            _ => None,
        })
        .collect()
}

fn step2(frames: &[Frame]) -> Option<&Bytes> {
    frames.iter().find_map(|frame| match frame {
        Frame::SyncStep2(update) => Some(update),
        _ => None,
    })
}

#[test]
fn s3_whoever_has_nothing_is_sent_everything_before_it_is_loaded() {
    let (mut room, opening) = begun();
    for input in [join(), step1(vec![0])] {
        assert!(room.takes(&input), "{input:?} had to wait");
        let frames = said(&mut room, input);
        if let Some(update) = step2(&frames) {
            assert_eq!(text_of(update), "Flood. Call. Wait.");
            room.loaded(opening.run().expect("a good document"));
            return assert_eq!(text_of(&room.state()), "Flood. Call. Wait.");
        }
    }
    panic!("nothing was sent");
}

#[test]
fn whoever_comes_before_it_is_loaded_is_asked_for_what_the_store_lacks() {
    let (mut room, opening) = begun();
    let early = said(&mut room, join());
    let mut whole = Room::open(document(), stored(), Limits::default(), 6).expect("good");
    let late = said(&mut whole, join());
    assert!(matches!(early[0], Frame::SyncStep1(_)));
    assert_eq!(early, late);
    drop(opening);
}

#[test]
fn what_needs_the_document_waits_until_it_is_loaded() {
    let (mut room, opening) = begun();
    said(&mut room, join());
    let known = room.state_vector();
    let ben = doc(12);
    let waiting = [
        frame(Frame::Update(typed(&ben, "Hello.").into())),
        frame(Frame::SyncStep2(vec![0, 0].into())),
        step1(yrs::updates::encoder::Encode::encode_v1(&known)),
        RoomInput::Stop,
    ];
    for input in &waiting {
        assert!(!room.takes(input), "{input:?} did not wait");
    }
    room.loaded(opening.run().expect("a good document"));
    for input in &waiting {
        assert!(room.takes(input), "{input:?} waits for ever");
    }
    let [update, ..] = waiting;
    said(&mut room, update);
    assert!(text_of(&room.state()).contains("Hello."));
}

#[test]
fn a_document_whose_changes_do_not_follow_each_other_is_not_opened() {
    let mut log = stored();
    log.records.remove(1);
    let Err(error) = Room::begin(document(), log, Limits::default(), 5) else {
        panic!("it was opened");
    };
    assert_eq!(error.position, Some(Position(3)));
}
