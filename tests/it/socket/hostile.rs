//! What is not the protocol costs only whoever sends it.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use waymark_sync::{CloseReason, Dialect, Frame, Limits, wire};

use super::{scope, write};
use crate::support::person::Person;
use crate::support::plain::{Socket, close_code, connect};
use crate::support::server::{Server, folder};
use crate::support::{DEMO, demo, document, soon};

const MIB: usize = 1 << 20;

/// A message of a dialect whose payload is not looked at before its size.
fn message(dialect: Dialect, frame: &Frame) -> Message {
    Message::Binary(wire::encode(dialect, &demo(), frame).unwrap())
}

fn token() -> Message {
    message(Dialect::Hocuspocus, &Frame::AuthToken("local".to_owned()))
}

/// Sends and tells with which code the connection is closed.
async fn answer(socket: &mut Socket, messages: impl IntoIterator<Item = Message>) -> u16 {
    for message in messages {
        // The server may close while we still send: that is what is tested.
        if socket.send(message).await.is_err() {
            break;
        }
    }
    close_code(socket).await
}

#[tokio::test]
async fn each_misbehaviour_has_its_close_code_and_nobody_else_notices() {
    let data = folder();
    let server = Server::start_with(data.path(), |config| config.greeting_seconds = 1).await;
    let sync = server.url("/sync");
    let mut ana = Person::join(&sync, &demo(), 11).await;
    let plain = format!("{sync}/map/{DEMO}");
    let update = |bytes: usize| Frame::Update(Bytes::from(vec![0xff; bytes]));
    let raw = |bytes: &[u8]| Message::Binary(Bytes::copy_from_slice(bytes));

    let attacks = [
        (
            "text",
            plain.clone(),
            vec![Message::text("hello")],
            CloseReason::Malformed,
        ),
        (
            "text before signing in",
            sync.clone(),
            vec![Message::text("hello")],
            CloseReason::Malformed,
        ),
        (
            "noise",
            plain.clone(),
            vec![raw(&[0xff; 4])],
            CloseReason::Malformed,
        ),
        (
            "nothing",
            plain.clone(),
            vec![raw(&[])],
            CloseReason::Malformed,
        ),
        (
            "noise instead of a name",
            sync.clone(),
            vec![raw(&[0xff; 9])],
            CloseReason::Malformed,
        ),
        (
            "an update of noise",
            plain.clone(),
            vec![message(Dialect::YWebsocket, &update(9))],
            CloseReason::Malformed,
        ),
        (
            "an update of noise in the other dialect",
            sync.clone(),
            vec![token(), message(Dialect::Hocuspocus, &update(9))],
            CloseReason::Malformed,
        ),
        (
            "an update over its limit",
            plain.clone(),
            vec![message(Dialect::YWebsocket, &update(MIB + 1))],
            CloseReason::TooLarge,
        ),
        (
            "presence over its limit",
            plain.clone(),
            vec![message(
                Dialect::YWebsocket,
                &Frame::Awareness(vec![0; 5000].into()),
            )],
            CloseReason::TooLarge,
        ),
        (
            "a message over every limit",
            plain.clone(),
            vec![message(Dialect::YWebsocket, &update(17 * MIB))],
            CloseReason::TooLarge,
        ),
        (
            "much before signing in",
            sync.clone(),
            vec![message(Dialect::Hocuspocus, &update(MIB / 2))],
            CloseReason::TooLarge,
        ),
        (
            "writing without signing in",
            sync.clone(),
            vec![message(Dialect::Hocuspocus, &update(9))],
            CloseReason::Unauthenticated,
        ),
        (
            "not signing in",
            sync.clone(),
            vec![],
            CloseReason::Unauthenticated,
        ),
        (
            "an unknown map",
            format!("{sync}/map/nobody-made-me"),
            vec![],
            CloseReason::Unknown,
        ),
        (
            "an unknown kind",
            format!("{sync}/private/{DEMO}"),
            vec![],
            CloseReason::Unknown,
        ),
        (
            "no name",
            format!("{sync}/%2e%2e/etc"),
            vec![],
            CloseReason::Unknown,
        ),
    ];
    for (round, (name, url, messages, reason)) in attacks.into_iter().enumerate() {
        let mut socket = connect(&url).await;
        assert_eq!(answer(&mut socket, messages).await, reason.code(), "{name}");
        let mark = format!("after-{round}");
        ana.edit(|txn| write(txn, &mark));
        ana.saved().await;
    }
    let mut ben = Person::join(&sync, &demo(), 12).await;
    ben.sees("all of ana's edits", |doc| scope(doc).contains("after-0"))
        .await;
    assert_eq!(scope(ben.replica.doc()), scope(ana.replica.doc()));
    server.stop().await.unwrap();
}

#[tokio::test]
async fn asking_for_an_unknown_map_makes_none() {
    let data = folder();
    let server = Server::start(data.path()).await;
    for name in ["a", "b", "map-saas-eva", "map-saas-eval-2"] {
        let mut socket = connect(&server.url(&format!("/sync/map/{name}"))).await;
        assert_eq!(close_code(&mut socket).await, CloseReason::Unknown.code());
    }
    let maps = crate::api::get(&server, "/api/maps").await.json();
    assert_eq!(maps.as_array().unwrap().len(), 2);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn an_unknown_map_is_refused_by_name_and_the_connection_goes_on() {
    let data = folder();
    let server = Server::start(data.path()).await;
    let mut socket = connect(&server.url("/sync")).await;
    let unknown = document("nobody-made-me");
    let token = Frame::AuthToken("local".to_owned());
    for id in [&unknown, &demo()] {
        let message = wire::encode(Dialect::Hocuspocus, id, &token).unwrap();
        socket.send(Message::Binary(message)).await.unwrap();
        // What a provider sends before it can know that it was refused.
        let step = Frame::SyncStep1(Bytes::from_static(&[0]));
        let message = wire::encode(Dialect::Hocuspocus, id, &step).unwrap();
        socket.send(Message::Binary(message)).await.unwrap();
    }
    let mut refused = Vec::new();
    let mut whole = None;
    let limits = Limits::for_replica();
    while whole.is_none() || refused.len() < 2 {
        let next = soon("an answer", socket.next()).await.unwrap().unwrap();
        let Message::Binary(message) = next else {
            continue;
        };
        let name = wire::peek_document(&message).unwrap().to_owned();
        if name == unknown.as_str() {
            refused.push(wire::decode(Dialect::Hocuspocus, &unknown, &message, &limits).unwrap());
        } else if let Frame::SyncStep2(state) =
            wire::decode(Dialect::Hocuspocus, &demo(), &message, &limits).unwrap()
        {
            whole = Some(state);
        }
    }
    let reason = CloseReason::Unknown.text().to_owned();
    assert_eq!(
        refused,
        [
            Frame::PermissionDenied(reason.clone()),
            Frame::Close(reason)
        ]
    );
    assert!(whole.is_some_and(|state| state.len() > 1000));
    server.stop().await.unwrap();
}

#[tokio::test]
async fn our_client_is_told_for_good_that_a_map_does_not_exist() {
    let data = folder();
    let server = Server::start(data.path()).await;
    let mut ana = Person::arrive(&server.url("/sync"), &document("nobody-made-me"), 11);
    ana.until("the refusal", |replica| {
        matches!(replica.save_state(), waymark_sync::SaveState::Closed { .. })
    })
    .await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_foreign_page_cannot_connect() {
    let data = folder();
    let server = Server::start(data.path()).await;
    for (origin, allowed) in [
        (format!("http://{}", server.address), true),
        ("http://evil.example".to_owned(), false),
        ("null".to_owned(), false),
    ] {
        for path in ["/sync", &format!("/sync/map/{DEMO}")] {
            let mut request = server.url(path).into_client_request().unwrap();
            request
                .headers_mut()
                .insert("origin", origin.parse().unwrap());
            match soon("an answer", connect_async(request)).await {
                Ok(_) => assert!(allowed, "{origin} on {path}"),
                Err(Error::Http(response)) => {
                    assert!(!allowed, "{origin} on {path}");
                    assert_eq!(response.status(), 403);
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    server.stop().await.unwrap();
}

#[tokio::test]
async fn connections_beyond_the_setting_are_refused_and_places_come_free() {
    let data = folder();
    let server = Server::start_with(data.path(), |config| config.connections = 2).await;
    let url = server.url(&format!("/sync/map/{DEMO}"));
    let first = connect(&url).await;
    let second = connect(&url).await;
    match soon("an answer", connect_async(&url)).await {
        Err(Error::Http(response)) => assert_eq!(response.status(), 503),
        other => panic!("{other:?}"),
    }
    drop((first, second));
    let free = async {
        while connect_async(&url).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    soon("a free place", free).await;
    server.stop().await.unwrap();
}
