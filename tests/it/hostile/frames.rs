//! Frames that no WebSocket may send, and messages that no client may.

use waymark_sync::{CloseReason, Frame};

use super::kit::{
    BINARY, CLOSE, FIN, PING, Raw, TEXT, Wire, impatient, only_the_offender_suffers, plain,
};
use crate::support::server::folder;

const MIB: usize = 1 << 20;

#[tokio::test]
async fn frames_that_are_not_the_protocol_close_their_connection_and_no_other() {
    let data = folder();
    let server = impatient(data.path(), |_| {}).await;
    let update = || plain(&Frame::Update(vec![0, 0].into())).to_vec();
    let unmasked = Wire {
        masked: false,
        ..Wire::new(FIN | BINARY, update())
    };
    let claims = |claims: u64| Wire {
        claims: Some(claims),
        ..Wire::new(FIN | BINARY, *b"abc")
    };
    let malformed = CloseReason::Malformed;
    let too_large = CloseReason::TooLarge;
    let attacks: Vec<(&str, Vec<Wire>, CloseReason)> = vec![
        ("no mask", vec![unmasked], malformed),
        (
            "reserved bit 1, as if compressed",
            vec![Wire::new(FIN | 0x40 | BINARY, update())],
            malformed,
        ),
        (
            "reserved bit 2",
            vec![Wire::new(FIN | 0x20 | BINARY, update())],
            malformed,
        ),
        (
            "reserved bit 3",
            vec![Wire::new(FIN | 0x10 | BINARY, update())],
            malformed,
        ),
        (
            "a reserved kind of data",
            vec![Wire::new(FIN | 3, update())],
            malformed,
        ),
        (
            "a reserved kind of control",
            vec![Wire::new(FIN | 11, [])],
            malformed,
        ),
        (
            "a long ping",
            vec![Wire::new(FIN | PING, [0; 126])],
            malformed,
        ),
        ("a ping in pieces", vec![Wire::new(PING, [0; 3])], malformed),
        (
            "a close of one byte",
            vec![Wire::new(FIN | CLOSE, [3])],
            malformed,
        ),
        ("text", vec![Wire::new(FIN | TEXT, *b"hello")], malformed),
        (
            "text that is not UTF-8",
            vec![Wire::new(FIN | TEXT, [0xff, 0xfe])],
            malformed,
        ),
        (
            "a piece of nothing",
            vec![Wire::new(FIN, *b"more")],
            malformed,
        ),
        (
            "a message inside another",
            vec![Wire::new(BINARY, *b"a"), Wire::new(FIN | BINARY, *b"b")],
            malformed,
        ),
        ("a length of 2^63", vec![claims(1 << 63)], too_large),
        ("a length of 2^64-1", vec![claims(u64::MAX)], too_large),
        (
            "a length over every limit",
            vec![claims(17 * MIB as u64)],
            too_large,
        ),
        (
            "a message of many pieces that is too large in the end",
            [Wire::new(BINARY, vec![0; MIB])]
                .into_iter()
                .chain(std::iter::repeat_n(Wire::new(0, vec![0; MIB]), 17))
                .collect(),
            too_large,
        ),
    ];
    only_the_offender_suffers(&server, async {
        for (name, frames, reason) in attacks {
            let mut raw = Raw::in_demo(&server).await;
            for frame in &frames {
                // The server may close before the last.
                raw.frame(frame).await;
            }
            assert_eq!(raw.code().await, reason.code(), "{name}");
        }
    })
    .await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn compression_is_not_agreed_to() {
    let data = folder();
    let server = impatient(data.path(), |_| {}).await;
    let ask = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    let (_raw, answer) = Raw::upgrade_with(&server, "/sync", ask).await;
    let answer = answer.to_ascii_lowercase();
    assert!(!answer.contains("sec-websocket-extensions"), "{answer}");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_frame_that_never_comes_to_its_end_is_given_up() {
    let data = folder();
    let server = impatient(data.path(), |config| {
        config.ping_seconds = 1;
        config.silence_seconds = 2;
    })
    .await;
    let whole = Wire::new(FIN | BINARY, vec![0; 1000]).bytes();
    only_the_offender_suffers(&server, async {
        // Signed in, and nothing follows, not even an answer to a ping.
        for upto in [1, 3, 8, 900] {
            let mut raw = Raw::in_demo(&server).await;
            raw.send(&whole[..upto]).await;
            assert_eq!(
                raw.code().await,
                CloseReason::TooSlow.code(),
                "{upto} bytes"
            );
        }
        // Not signed in.
        let mut raw = Raw::upgrade(&server, "/sync").await;
        raw.send(&whole[..1]).await;
        assert_eq!(raw.code().await, CloseReason::Unauthenticated.code());
    })
    .await;
    server.stop().await.unwrap();
}
