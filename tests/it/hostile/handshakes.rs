//! Everything before there is a WebSocket: connections that dawdle, and what is not HTTP.

use futures_util::future::join_all;

use super::kit::{Raw, impatient, metric, only_the_offender_suffers, until_metric};
use crate::support::server::folder;

#[tokio::test]
async fn whoever_does_not_finish_a_request_is_cut_off() {
    let data = folder();
    let server = impatient(data.path(), |_| {}).await;
    let host = server.address;
    let starts = [
        String::new(),
        "G".to_owned(),
        "GET /sync HTTP/1.1\r\n".to_owned(),
        format!("GET /sync HTTP/1.1\r\nHost: {host}\r\nX-Slow: "),
        format!(
            "POST /api/maps/import HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000000\r\n\r\nformat:"
        ),
        format!(
            "POST /api/maps HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"
        ),
    ];
    only_the_offender_suffers(&server, async {
        let server = &server;
        let all = starts.iter().map(|start| async move {
            let mut raw = Raw::connect(server).await;
            raw.send(start.as_bytes()).await;
            let answer = raw.text().await;
            let refused = answer.is_empty() || answer.starts_with("HTTP/1.1 408");
            assert!(refused, "{start:?}: {answer}");
        });
        join_all(all).await;
    })
    .await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_head_that_never_ends_is_refused_at_its_bound() {
    let data = folder();
    let server = impatient(data.path(), |config| config.greeting_seconds = 30).await;
    only_the_offender_suffers(&server, async {
        for header in [
            format!("X-Long: {}", "a".repeat(100_000)),
            (0..200).map(|n| format!("X-{n}: a\r\n")).collect(),
        ] {
            let mut raw = Raw::connect(&server).await;
            let head = format!(
                "GET /sync HTTP/1.1\r\nHost: {}\r\n{header}\r\n\r\n",
                server.address
            );
            raw.send(head.as_bytes()).await;
            let answer = raw.text().await;
            assert!(
                answer.is_empty() || answer.starts_with("HTTP/1.1 431"),
                "{answer}"
            );
        }
    })
    .await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn too_many_that_dawdle_displace_one_another_and_never_the_honest() {
    let data = folder();
    let server = impatient(data.path(), |config| {
        config.greeting_seconds = 30;
        config.waiting_connections = 8;
    })
    .await;
    only_the_offender_suffers(&server, async {
        let mut dawdlers = Vec::new();
        for _ in 0..100 {
            let mut raw = Raw::connect(&server).await;
            raw.send(b"GET / HTTP/1.1\r\nHost:").await;
            dawdlers.push(raw);
            // Somebody who asks properly gets an answer at once, however many wait.
            let live = crate::api::get(&server, "/health/live").await;
            assert_eq!(live.status, 200);
        }
        assert!(metric(&server, "waymark_tcp_cut_total").await >= 80);
        assert!(metric(&server, "waymark_tcp_connections").await <= 10);
    })
    .await;
    until_metric(&server, "waymark_tcp_connections", 1).await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_not_http_is_refused_and_no_request_hides_in_another() {
    let data = folder();
    let server = impatient(data.path(), |_| {}).await;
    let host = server.address;
    let hidden = format!(
        "POST /api/maps HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{{\"from\":\"blank\"}}"
    );
    let attacks = [
        ("noise", vec![0xff; 64]),
        ("a TLS hello", [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc][..], &[7; 600]].concat()),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
        ("no name", b"GET / HTTP/1.1\r\n\r\n".to_vec()),
        ("two lengths", format!("POST /api/maps HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nContent-Length: {}\r\n\r\n{hidden}", hidden.len()).into_bytes()),
        ("a length that is none", format!("POST /api/maps HTTP/1.1\r\nHost: {host}\r\nContent-Length: -1\r\n\r\n{hidden}").into_bytes()),
        ("an encoding that is none", format!("POST /api/maps HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}").into_bytes()),
        ("a space before the colon", format!("GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length : 5\r\n\r\nabcde").into_bytes()),
        ("a line break in a name", format!("GET / HTTP/1.1\r\nHost: {host}\r\nX\nY: 1\r\n\r\n").into_bytes()),
    ];
    only_the_offender_suffers(&server, async {
        for (name, bytes) in attacks {
            let mut raw = Raw::connect(&server).await;
            raw.send(&bytes).await;
            let answer = raw.text().await;
            let refused = answer.is_empty() || answer.starts_with("HTTP/1.1 4");
            assert!(
                refused && !answer.contains("HTTP/1.1 20"),
                "{name}: {answer}"
            );
        }
    })
    .await;
    let maps = crate::api::get(&server, "/api/maps").await.json();
    assert_eq!(
        maps.as_array().unwrap().len(),
        2,
        "a hidden request made a map"
    );
    server.stop().await.unwrap();
}
