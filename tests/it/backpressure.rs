//! Readers that are too slow cost neither the others nor the server, and are never stale
//! without knowing it.

use futures_util::StreamExt;
use tokio::net::TcpSocket;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, client_async};
use waymark_sync::CloseReason;
use yrs::{Doc, GetString, ReadTxn, Text, Transact};

use crate::hostile::kit::{metric, until_metric};
use crate::support::plain::Plain;
use crate::support::server::{Server, folder};
use crate::support::{DEMO, demo, soon};

const SLOW: usize = 8;
const FAST: usize = 3;
const ROUNDS: usize = 150;
/// What a fast one writes in a round: more in all than buffers hold.
const WORD: usize = 4 * 1024;

fn text(doc: &Doc, name: &str) -> String {
    let txn = doc.transact();
    let text = txn.get_text(name);
    text.map_or_else(String::new, |text| text.get_string(&txn))
}

/// Somebody whose socket takes next to nothing.
async fn slow(server: &Server) -> Plain {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let stream = soon("a connection", socket.connect(server.address))
        .await
        .unwrap();
    let url = server.url(&format!("/sync/map/{DEMO}"));
    let upgraded = client_async(url, MaybeTlsStream::Plain(stream)).await;
    Plain::over(upgraded.unwrap().0, &demo()).await
}

#[tokio::test]
async fn slow_readers_are_caught_up_with_one_diff_or_closed_and_cost_nobody_else() {
    let data = folder();
    let server = Server::start_with(data.path(), |config| {
        config.outbox_bytes = 64 * 1024;
        config.send_buffer_bytes = 16 * 1024;
        config.no_credit_seconds = 3;
        config.frames_per_second = 10_000;
        config.frames_burst = 10_000;
    })
    .await;
    let sync = server.url("/sync");
    let mut slow_ones = Vec::new();
    for _ in 0..SLOW {
        slow_ones.push(slow(&server).await);
    }
    let mut fast = Vec::new();
    for number in 0..FAST {
        let mut one = Plain::join(&sync, &demo()).await;
        one.until("the map", |doc| !crate::socket::scope(doc).is_empty())
            .await;
        fast.push((format!("fast{number}"), one));
    }
    // Everybody fast writes, and nobody goes on before they have everything of the others.
    for round in 1..=ROUNDS {
        for (name, one) in &mut fast {
            let text = one.doc.get_or_insert_text(name.as_str());
            let word = format!("{round:08}{}", "x".repeat(WORD - 8));
            one.edit(|txn| text.push(txn, &word)).await;
        }
        let all: Vec<String> = fast.iter().map(|(name, _)| name.clone()).collect();
        for (_, one) in &mut fast {
            let whole = |doc: &Doc| all.iter().all(|name| text(doc, name).len() == round * WORD);
            one.until("everybody's word", whole).await;
        }
    }
    let diffs = "waymark_messages_total{content=\"diff\"}";
    let page = crate::api::get(&server, "/metrics").await.text();
    let behind: usize = metric(&server, "waymark_sessions_behind").await;
    // Half of them wake up and read what there is; the others never do.
    let truth = text(&fast[0].1.doc, "fast0");
    let (mut told, mut caught_up) = (0, 0);
    for mut one in slow_ones.drain(..SLOW / 2) {
        let reads = async {
            loop {
                match one.socket.next().await {
                    Some(Ok(Message::Binary(message))) => one.receive(message).await,
                    Some(Ok(Message::Close(Some(frame)))) => {
                        assert_eq!(u16::from(frame.code), CloseReason::TooSlow.code());
                        return false;
                    }
                    Some(Ok(_)) => {}
                    // Cut: a client that is cut off comes back and asks.
                    Some(Err(_)) | None => return false,
                }
                let whole = |name: &String| text(&one.doc, name).len() == ROUNDS * WORD;
                if (0..FAST).all(|number| whole(&format!("fast{number}"))) {
                    assert_eq!(text(&one.doc, "fast0"), truth);
                    return true;
                }
            }
        };
        match soon("a slow one to be caught up or told", reads).await {
            true => caught_up += 1,
            false => told += 1,
        }
    }
    assert_eq!(told + caught_up, SLOW / 2);
    // Those who never read are let go, and nothing of them is kept.
    until_metric(&server, "waymark_sessions", FAST).await;
    let after = crate::api::get(&server, "/metrics").await.text();
    let closed = after
        .lines()
        .any(|line| line.starts_with("waymark_closes_total{code=\"4408\"}"));
    assert!(closed, "nobody was closed for not reading:\n{after}");
    let sent: f64 = after
        .lines()
        .find_map(|line| line.strip_prefix(diffs)?.trim().parse().ok())
        .unwrap();
    assert!(
        behind > 0 || sent > 0.0 || told > 0,
        "the readers were not slow enough:\n{page}"
    );
    drop(fast);
    server.stop().await.unwrap();
}
