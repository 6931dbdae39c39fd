use bytes::Bytes;

use super::*;
use crate::testing::document;

const DIALECTS: [Dialect; 2] = [Dialect::YWebsocket, Dialect::Hocuspocus];

fn limits() -> Limits {
    Limits::default()
}

fn read(dialect: Dialect, message: &[u8]) -> Result<Frame, WireError> {
    let message = Bytes::copy_from_slice(message);
    decode(dialect, &document(), &message, &limits())
}

/// A Hocuspocus message: the name, then the rest.
fn named(name: &str, rest: &[u8]) -> Vec<u8> {
    let mut message = vec![name.len() as u8];
    message.extend(name.as_bytes());
    message.extend(rest);
    message
}

fn every_frame() -> Vec<Frame> {
    let bytes = Bytes::from_static(&[1, 2, 3]);
    vec![
        Frame::SyncStep1(bytes.clone()),
        Frame::SyncStep2(bytes.clone()),
        Frame::Update(bytes.clone()),
        Frame::Awareness(bytes),
        Frame::QueryAwareness,
        Frame::AuthToken("ticket".into()),
        Frame::Authenticated("readonly".into()),
        Frame::PermissionDenied("no".into()),
        Frame::Stateless("{}".into()),
        Frame::SyncStatus(true),
        Frame::SyncStatus(false),
        Frame::Close("bye".into()),
        Frame::Ping,
        Frame::Pong,
    ]
}

#[test]
fn w1_every_frame_survives_its_dialect() {
    for dialect in DIALECTS {
        for frame in every_frame() {
            if let Some(message) = encode(dialect, &document(), &frame) {
                assert_eq!(read(dialect, &message), Ok(frame), "{dialect:?}");
            }
        }
    }
    let all = |frame| encode(Dialect::Hocuspocus, &document(), &frame).is_some();
    assert!(every_frame().into_iter().all(all));
}

#[test]
fn w1_the_bytes_are_those_of_the_y_websocket_provider() {
    let cases: [(&[u8], Frame); 6] = [
        (&[0, 0, 1, 0], Frame::SyncStep1(Bytes::from_static(&[0]))),
        (
            &[0, 1, 2, 0, 0],
            Frame::SyncStep2(Bytes::from_static(&[0, 0])),
        ),
        (&[0, 2, 2, 0, 0], Frame::Update(Bytes::from_static(&[0, 0]))),
        (&[1, 1, 0], Frame::Awareness(Bytes::from_static(&[0]))),
        (&[3], Frame::QueryAwareness),
        (&[2, 0, 2, b'n', b'o'], Frame::PermissionDenied("no".into())),
    ];
    for (bytes, frame) in cases {
        assert_eq!(read(Dialect::YWebsocket, bytes).as_ref(), Ok(&frame));
        let written = encode(Dialect::YWebsocket, &document(), &frame);
        assert_eq!(written.as_deref(), Some(bytes));
    }
}

#[test]
fn w1_the_bytes_are_those_of_the_hocuspocus_provider() {
    let name = document();
    let name = name.as_str();
    let cases: [(&[u8], Frame); 8] = [
        (&[0, 2, 2, 0, 0], Frame::Update(Bytes::from_static(&[0, 0]))),
        (&[1, 1, 0], Frame::Awareness(Bytes::from_static(&[0]))),
        (
            &[2, 2, 8, b'r', b'e', b'a', b'd', b'o', b'n', b'l', b'y'],
            Frame::Authenticated("readonly".into()),
        ),
        (&[2, 1, 2, b'n', b'o'], Frame::PermissionDenied("no".into())),
        (&[5, 2, b'{', b'}'], Frame::Stateless("{}".into())),
        (&[7, 3, b'b', b'y', b'e'], Frame::Close("bye".into())),
        (&[8, 1], Frame::SyncStatus(true)),
        (&[8, 0], Frame::SyncStatus(false)),
    ];
    for (rest, frame) in cases {
        let message = named(name, rest);
        assert_eq!(read(Dialect::Hocuspocus, &message).as_ref(), Ok(&frame));
        let written = encode(Dialect::Hocuspocus, &document(), &frame);
        assert_eq!(written.as_deref(), Some(&message[..]));
    }
    // What only a provider writes: its version after the token, a reason-less close, a
    // step that asks for no answer.
    let token = named(name, &[2, 0, 1, b't', 5, b'4', b'.', b'8', b'.', b'0']);
    let token = read(Dialect::Hocuspocus, &token);
    assert_eq!(token, Ok(Frame::AuthToken("t".into())));
    let token = read(Dialect::Hocuspocus, &named(name, &[2, 0, 1, b't']));
    assert_eq!(token, Ok(Frame::AuthToken("t".into())));
    let close = read(Dialect::Hocuspocus, &named(name, &[7]));
    assert_eq!(close, Ok(Frame::Close(String::new())));
    let reply = read(Dialect::Hocuspocus, &named(name, &[4, 0, 1, 0]));
    assert_eq!(reply, Ok(Frame::SyncStep1(Bytes::from_static(&[0]))));
}

#[test]
fn w2_a_message_over_the_limit_of_its_kind_is_refused() {
    let small = Limits {
        update_bytes: 3,
        first_sync_bytes: 4,
        awareness_bytes: 2,
        text_bytes: 5,
        ..Limits::default()
    };
    let payload = |len| Bytes::from(vec![0; len]);
    let cases = [
        (Frame::Update(payload(3)), Frame::Update(payload(4)), 3),
        (
            Frame::SyncStep2(payload(4)),
            Frame::SyncStep2(payload(5)),
            4,
        ),
        (
            Frame::Awareness(payload(2)),
            Frame::Awareness(payload(3)),
            2,
        ),
        (
            Frame::Stateless("12345".into()),
            Frame::Stateless("123456".into()),
            5,
        ),
    ];
    for (fits, over, limit) in cases {
        let write = |frame| encode(Dialect::Hocuspocus, &document(), frame).expect("it has it");
        let read = |message| decode(Dialect::Hocuspocus, &document(), &message, &small);
        assert_eq!(read(write(&fits)).as_ref(), Ok(&fits));
        let bytes = limit + 1;
        assert_eq!(
            read(write(&over)),
            Err(WireError::TooLarge { bytes, limit })
        );
    }
}

#[test]
fn w3_what_is_cut_short_longer_or_unknown_is_malformed() {
    for dialect in DIALECTS {
        for frame in every_frame() {
            let Some(message) = encode(dialect, &document(), &frame) else {
                continue;
            };
            for end in 0..message.len() {
                let cut = read(dialect, &message[..end]);
                // A close without its reason is one as well.
                assert!(
                    cut.is_err() || matches!(cut, Ok(Frame::Close(_))),
                    "{frame:?}"
                );
            }
            let longer = [&message[..], &[0]].concat();
            // After a token a provider may tell its version.
            let longer_is_fine = matches!(frame, Frame::AuthToken(_));
            assert!(
                longer_is_fine || read(dialect, &longer).is_err(),
                "{frame:?}"
            );
        }
    }
    for kind in [4, 5, 8, 9, 77] {
        assert!(read(Dialect::YWebsocket, &[kind, 0]).is_err());
    }
    let name = document();
    for kind in [6, 11, 77] {
        assert!(read(Dialect::Hocuspocus, &named(name.as_str(), &[kind, 0])).is_err());
    }
    assert!(read(Dialect::Hocuspocus, &named("map/other", &[3])).is_err());
}

#[test]
fn w4_a_session_suffix_is_taken_and_echoed() {
    let name = format!("{}\0abc123", document());
    let message = Bytes::from(named(&name, &[3]));
    assert_eq!(peek_document(&message), Ok(document().as_str()));
    let address = peek_address(&message).expect("an address");
    assert_eq!(address.document(), &document());
    assert_eq!(address.as_str(), name);
    assert!(!address.is_plain());
    assert_eq!(
        read(Dialect::Hocuspocus, &message),
        Ok(Frame::QueryAwareness)
    );
    let reply = encode_to(Dialect::Hocuspocus, &address, &Frame::QueryAwareness);
    assert_eq!(reply, Some(message));
    assert!(peek_address(&named("no-slash", &[3])).is_err());
    let endless = format!("{}\0{}", document(), "x".repeat(65));
    assert!(peek_address(&named(&endless, &[3])).is_err());
}

#[test]
fn w5_a_ping_without_a_name_belongs_to_the_connection() {
    assert_eq!(connection_frame(&[9]), Some(Frame::Ping));
    assert_eq!(connection_frame(&[10]), Some(Frame::Pong));
    assert_eq!(connection_frame(&[3]), None);
    let name = document();
    assert_eq!(connection_frame(&named(name.as_str(), &[9])), None);
}

#[test]
fn w3_random_bytes_never_panic() {
    let mut state = 1_u64;
    for _ in 0..20_000 {
        let mut message = Vec::new();
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        for i in 0..(state >> 60) {
            message.push((state >> (i * 3)) as u8);
        }
        for dialect in DIALECTS {
            drop(read(dialect, &message));
        }
        drop(peek_address(&message));
    }
}
