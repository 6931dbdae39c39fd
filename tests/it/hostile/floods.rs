//! Too much of what is allowed.

use waymark_sync::{CloseReason, Frame};

use super::kit::{
    BINARY, FIN, PING, Raw, Wire, about, impatient, metric, only_the_offender_suffers, plain,
    until_metric,
};
use crate::support::server::folder;
use crate::support::{demo, document};

/// One step more than anybody may have open.
fn token() -> Frame {
    Frame::AuthToken("local".to_owned())
}

#[tokio::test]
async fn a_flood_of_any_kind_is_slowed_and_then_closed() {
    let data = folder();
    let server = impatient(data.path(), |config| {
        config.frames_per_second = 60;
        config.frames_burst = 60;
    })
    .await;
    let floods = [
        (
            "queries",
            Wire::new(FIN | BINARY, plain(&Frame::QueryAwareness).to_vec()),
        ),
        (
            "step 1",
            Wire::new(
                FIN | BINARY,
                plain(&Frame::SyncStep1(vec![0].into())).to_vec(),
            ),
        ),
        (
            "empty updates",
            Wire::new(
                FIN | BINARY,
                plain(&Frame::Update(vec![0, 0].into())).to_vec(),
            ),
        ),
        ("pings", Wire::new(FIN | PING, *b"are you there")),
    ];
    only_the_offender_suffers(&server, async {
        for (name, flood) in floods {
            let raw = Raw::in_demo(&server).await;
            let code = raw.flood(&flood.bytes()).await;
            assert_eq!(code, CloseReason::TooFast.code(), "{name}");
        }
    })
    .await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_thousand_connections_that_come_and_go_leave_nothing_behind() {
    let data = folder();
    let server = impatient(data.path(), |_| {}).await;
    only_the_offender_suffers(&server, async {
        for _ in 0..20 {
            let many = (0..50).map(|n| {
                let server = &server;
                async move {
                    match n % 3 {
                        // Gone before it asks, once it has connected, once it has joined.
                        0 => drop(Raw::connect(server).await),
                        1 => drop(Raw::upgrade(server, "/sync").await),
                        _ => drop(Raw::in_demo(server).await),
                    }
                }
            });
            futures_util::future::join_all(many).await;
        }
    })
    .await;
    assert!(metric(&server, "waymark_connections_opened_total").await >= 660);
    // Only the connection that asks.
    until_metric(&server, "waymark_tcp_connections", 1).await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn one_connection_cannot_open_more_documents_than_the_setting() {
    let data = folder();
    let server = impatient(data.path(), |config| config.documents_per_connection = 1).await;
    only_the_offender_suffers(&server, async {
        let mut raw = Raw::upgrade(&server, "/sync").await;
        for map in [demo(), document("map-claim")] {
            raw.frame(&Wire::new(FIN | BINARY, about(&map, &token()).to_vec()))
                .await;
        }
        assert_eq!(raw.code().await, CloseReason::TooFast.code());
    })
    .await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn asking_for_thousands_of_documents_that_do_not_exist_opens_no_room_for_long() {
    let data = folder();
    let server = impatient(data.path(), |config| {
        config.frames_per_second = 2_000;
        config.frames_burst = 4_000;
        config.greeting_bytes = 1 << 20;
        config.greeting_seconds = 30;
    })
    .await;
    only_the_offender_suffers(&server, async {
        let mut raw = Raw::upgrade(&server, "/sync").await;
        for number in 0..3_000 {
            let nobody = document(&format!("nobody-made-{number}"));
            let ask = Wire::new(FIN | BINARY, about(&nobody, &token()).to_vec());
            if !raw.frame(&ask).await {
                break;
            }
        }
    })
    .await;
    until_metric(&server, "waymark_rooms", 2).await;
    server.stop().await.unwrap();
}
