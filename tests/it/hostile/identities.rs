//! Pretending to be somebody else, and saying things out of turn.

use waymark_sync::{CloseReason, Dialect, Frame, Limits, wire};
use yrs::updates::encoder::Encode;
use yrs::{Doc, ReadTxn, Text, Transact};

use super::kit::{BINARY, FIN, Raw, Wire, about, impatient, only_the_offender_suffers, plain};
use crate::support::plain::{Plain, connect};
use crate::support::server::folder;
use crate::support::{DEMO, demo, document, soon};

/// Presence of one client id, as awareness messages carry it; ids and clocks below 128.
fn presence(client: u8, clock: u8, state: &str) -> Frame {
    let mut bytes = vec![1, client, clock, u8::try_from(state.len()).unwrap()];
    bytes.extend(state.as_bytes());
    Frame::Awareness(bytes.into())
}

fn binary(bytes: &[u8]) -> Wire {
    Wire::new(FIN | BINARY, bytes)
}

/// What it is called, the document, the messages, and how the connection ends.
type Attack = (
    &'static str,
    &'static str,
    Vec<Vec<u8>>,
    Option<CloseReason>,
);

#[tokio::test]
async fn nobody_shows_presence_for_somebody_else() {
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::Message;

    let data = folder();
    let server = impatient(data.path(), |_| {}).await;
    let url = server.url(&format!("/sync/map/{DEMO}"));
    only_the_offender_suffers(&server, async {
        let mut ana = connect(&url).await;
        let mut watcher = connect(&url).await;
        let seen = |message: Message| {
            let Message::Binary(bytes) = message else {
                return String::new();
            };
            match wire::decode(Dialect::YWebsocket, &demo(), &bytes, &Limits::for_replica()) {
                Ok(Frame::Awareness(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
                _ => String::new(),
            }
        };
        let real = plain(&presence(77, 1, r#"{"n":"real"}"#));
        ana.send(Message::Binary(real)).await.unwrap();
        let first =
            async { while !seen(watcher.next().await.unwrap().unwrap()).contains("real") {} };
        soon("ana's presence", first).await;

        // Whoever shows somebody already is somebody, and cannot be ana too. (Somebody who
        // shows nobody yet may be ana coming back, as long as all are the same subject.)
        let mut mallory = connect(&url).await;
        let own = plain(&presence(78, 1, r#"{"n":"mallory"}"#));
        mallory.send(Message::Binary(own)).await.unwrap();
        for clock in [1, 2, 100] {
            let forged = plain(&presence(77, clock, r#"{"n":"forged"}"#));
            mallory.send(Message::Binary(forged)).await.unwrap();
            let gone = plain(&presence(77, clock + 1, "null"));
            mallory.send(Message::Binary(gone)).await.unwrap();
        }
        // What mallory says of herself now comes after what she said of ana.
        let own = plain(&presence(78, 2, r#"{"n":"herself"}"#));
        mallory.send(Message::Binary(own)).await.unwrap();
        let last = async {
            loop {
                let said = seen(watcher.next().await.unwrap().unwrap());
                assert!(!said.contains("forged"), "{said}");
                assert!(!said.contains("null"), "{said}");
                if said.contains("herself") {
                    break;
                }
            }
        };
        soon("mallory's own presence", last).await;
        // A newcomer is told of ana as she is.
        let mut late = connect(&url).await;
        let query = Message::Binary(plain(&Frame::QueryAwareness));
        late.send(query).await.unwrap();
        let told = async {
            loop {
                let said = seen(late.next().await.unwrap().unwrap());
                assert!(!said.contains("forged"), "{said}");
                if said.contains("real") {
                    break;
                }
            }
        };
        soon("ana's presence", told).await;
    })
    .await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn replayed_updates_change_nothing_and_are_told_to_nobody() {
    let data = folder();
    let server = impatient(data.path(), |_| {}).await;
    only_the_offender_suffers(&server, async {
        let doc = Doc::with_client_id(4711);
        doc.get_or_insert_text("replayed")
            .insert(&mut doc.transact_mut(), 0, "once");
        let update = doc
            .transact()
            .encode_state_as_update_v1(&yrs::StateVector::default());
        let message = binary(&plain(&Frame::Update(update.into())));
        // The same from its author and from a thief, again and again.
        let mut author = Raw::in_demo(&server).await;
        let mut thief = Raw::in_demo(&server).await;
        for _ in 0..20 {
            assert!(author.frame(&message).await);
            assert!(thief.frame(&message).await);
        }
        let mut reader = Plain::join(&server.url("/sync"), &demo()).await;
        let text = |doc: &Doc| {
            let txn = doc.transact();
            let text = txn.get_text("replayed");
            text.map(|text| yrs::GetString::get_string(&text, &txn))
        };
        reader
            .until("the text", |doc| text(doc).as_deref() == Some("once"))
            .await;
    })
    .await;
    let page = crate::api::get(&server, "/metrics").await.text();
    let repeated = page
        .lines()
        .find_map(|line| line.strip_prefix("waymark_updates_total{outcome=\"repeated\"} "));
    assert!(repeated.unwrap().parse::<u32>().unwrap() >= 39, "{page}");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_said_out_of_turn_costs_only_who_says_it() {
    let data = folder();
    let server = impatient(data.path(), |_| {}).await;
    let empty = || Frame::Update(vec![0, 0].into());
    let token = || Frame::AuthToken("local".to_owned());
    let hoc = |frame: &Frame| about(&demo(), frame).to_vec();
    let unauthenticated = Some(CloseReason::Unauthenticated);
    let malformed = Some(CloseReason::Malformed);
    // A client id over 2^53-1: one struct of it in an update that is right otherwise.
    let forged_id = [&[1, 1][..], &[0xff; 8], &[0x7f, 0, 0, 1, 0]].concat();
    let attacks: Vec<Attack> = vec![
        (
            "an update before signing in",
            "/sync",
            vec![hoc(&empty())],
            unauthenticated,
        ),
        (
            "step 1 before signing in",
            "/sync",
            vec![hoc(&Frame::SyncStep1(vec![0].into()))],
            unauthenticated,
        ),
        (
            "signing in twice",
            "/sync",
            vec![hoc(&token()), hoc(&token())],
            None,
        ),
        (
            "an update before step 1",
            "/sync",
            vec![hoc(&token()), hoc(&empty())],
            None,
        ),
        (
            "step 2 that nobody asked for",
            "/sync",
            vec![
                hoc(&token()),
                hoc(&Frame::SyncStep2(vec![0, 0].into())),
                hoc(&Frame::SyncStep2(vec![0, 0].into())),
            ],
            None,
        ),
        (
            "a status, which only servers say",
            "/sync",
            vec![hoc(&token()), hoc(&Frame::SyncStatus(true))],
            malformed,
        ),
        (
            "a scope, which only servers say",
            "/sync",
            vec![
                hoc(&token()),
                hoc(&Frame::Authenticated("read-write".to_owned())),
            ],
            malformed,
        ),
        (
            "a client id that nobody can have",
            "/sync",
            vec![hoc(&token()), hoc(&Frame::Update(forged_id.into()))],
            malformed,
        ),
        (
            "another map's name after the own",
            "/sync",
            vec![
                hoc(&token()),
                about(&document("map-claim"), &empty()).to_vec(),
            ],
            unauthenticated,
        ),
        (
            "leaving, and talking on",
            "/sync",
            vec![
                hoc(&token()),
                hoc(&Frame::Close(String::new())),
                hoc(&empty()),
            ],
            None,
        ),
    ];
    only_the_offender_suffers(&server, async {
        for (name, path, messages, reason) in attacks {
            let mut raw = Raw::upgrade(&server, path).await;
            for message in messages {
                raw.frame(&binary(&message)).await;
            }
            match reason {
                Some(reason) => assert_eq!(raw.code().await, reason.code(), "{name}"),
                // It goes on: a goodbye is answered with one.
                None => {
                    raw.frame(&Wire::new(FIN | super::kit::CLOSE, 1000_u16.to_be_bytes()))
                        .await;
                    assert_eq!(raw.code().await, 1000, "{name}");
                }
            }
        }
    })
    .await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn an_update_that_builds_on_what_is_not_there_is_kept_out_for_ever() {
    let data = folder();
    let server = impatient(data.path(), |_| {}).await;
    only_the_offender_suffers(&server, async {
        let doc = Doc::with_client_id(4712);
        let text = doc.get_or_insert_text("gap");
        text.insert(&mut doc.transact_mut(), 0, "first ");
        let known = doc.transact().state_vector().encode_v1();
        text.insert(&mut doc.transact_mut(), 6, "second");
        let since = yrs::updates::decoder::Decode::decode_v1(&known).unwrap();
        let second = doc.transact().encode_diff_v1(&since);
        let mut raw = Raw::in_demo(&server).await;
        let message = binary(&plain(&Frame::Update(second.into())));
        for _ in 0..10 {
            assert!(raw.frame(&message).await);
        }
        let mut reader = Plain::join(&server.url("/sync"), &demo()).await;
        reader
            .until("the map", |doc| !crate::socket::scope(doc).is_empty())
            .await;
        assert!(!reader.doc.transact().has_missing_updates());
        drop(raw);
    })
    .await;
    server.stop().await.unwrap();
}
