//! What the operator reads at /metrics is true, and tells nothing about anybody.

use waymark_sync::CloseReason;

use crate::hostile::kit::{BINARY, FIN, Raw, Wire, metric, until_metric};
use crate::support::demo;
use crate::support::person::Person;
use crate::support::server::{Process, Server, folder};

/// The value of a sample, with its labels as they are shown.
fn sample(page: &str, name: &str) -> f64 {
    let line = page
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in\n{page}"))
        .parse()
        .unwrap()
}

#[tokio::test]
async fn metrics_count_what_happened_and_name_nobody() {
    let data = folder();
    let server = Server::start(data.path()).await;
    let sync = server.url("/sync");
    let mut ana = Person::join(&sync, &demo(), 11).await;
    let mut ben = Person::join(&sync, &demo(), 12).await;
    for round in 0..5 {
        let word = format!("secret{round}.");
        ana.edit(|txn| crate::socket::write(txn, &word));
        ana.saved().await;
        ben.sees("the word", |doc| crate::socket::scope(doc).contains(&word))
            .await;
    }
    let mut noise = Raw::in_demo(&server).await;
    noise.frame(&Wire::new(FIN | BINARY, [0xff; 4])).await;
    assert_eq!(noise.code().await, CloseReason::Malformed.code());
    until_metric(&server, "waymark_connections", 2).await;
    until_metric(&server, "waymark_sessions", 2).await;

    let page = crate::api::get(&server, "/metrics").await.text();
    let exactly = [
        ("waymark_connections", 2.0),
        ("waymark_connections_opened_total", 3.0),
        ("waymark_sessions", 2.0),
        ("waymark_rooms", 1.0),
        ("waymark_rooms_opened_total", 1.0),
        ("waymark_rooms_ended_total", 0.0),
        ("waymark_joins_total", 3.0),
        ("waymark_first_sync_seconds_count", 2.0),
        ("waymark_load_seconds_count", 1.0),
        ("waymark_load_failures_total", 0.0),
        ("waymark_append_failures_total", 0.0),
        ("waymark_room_panics_total", 0.0),
        ("waymark_rooms_locked", 0.0),
        ("waymark_rooms_not_saving", 0.0),
        ("waymark_sessions_behind", 0.0),
        ("waymark_staged_bytes", 0.0),
        ("waymark_closes_total{code=\"4400\"}", 1.0),
        ("waymark_updates_total{outcome=\"applied\"}", 5.0),
        ("waymark_received_frames_total{kind=\"auth\"}", 2.0),
        ("waymark_received_frames_total{kind=\"update\"}", 5.0),
    ];
    for (name, value) in exactly {
        assert_eq!(sample(&page, name), value, "{name} in\n{page}");
    }
    let at_least = [
        ("waymark_deliveries_total", 5.0),
        ("waymark_messages_total{content=\"changes\"}", 5.0),
        ("waymark_messages_total{content=\"answer\"}", 2.0),
        ("waymark_append_seconds_count", 1.0),
        ("waymark_append_bytes_total", 50.0),
        ("waymark_turn_seconds_count", 5.0),
        ("waymark_turn_inputs_total", 10.0),
        ("waymark_received_bytes_total{kind=\"update\"}", 50.0),
        ("waymark_sent_frames_total", 10.0),
        ("waymark_sent_bytes_total", 1_000.0),
        ("waymark_store_bytes", 1_000.0),
        ("waymark_tcp_connections", 1.0),
    ];
    for (name, value) in at_least {
        assert!(sample(&page, name) >= value, "{name} in\n{page}");
    }
    if cfg!(target_os = "linux") {
        assert!(sample(&page, "process_resident_memory_bytes") > 1e6);
        assert!(sample(&page, "process_cpu_seconds_total") >= 0.0);
    }
    for secret in ["secret", "saas", "map/", "local"] {
        assert!(!page.contains(secret), "{secret:?} in\n{page}");
    }
    drop((ana, ben));
    until_metric(&server, "waymark_connections", 0).await;
    server.stop().await.unwrap();
}

#[tokio::test]
async fn every_metric_says_what_it_means() {
    let data = folder();
    let server = Server::start(data.path()).await;
    let page = crate::api::get(&server, "/metrics").await.text();
    let names = page.lines().filter_map(|line| {
        let (name, kind) = line.strip_prefix("# TYPE ")?.split_once(' ')?;
        Some((name, kind))
    });
    for (name, kind) in names {
        let help = page
            .lines()
            .find_map(|line| line.strip_prefix("# HELP ")?.strip_prefix(name));
        assert!(help.is_some_and(|help| help.len() > 10), "{name}");
        let total = name.ends_with("_total");
        assert_eq!(kind == "counter", total, "{name} is a {kind}");
    }
    assert_eq!(metric(&server, "waymark_connections").await, 0);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_foreign_page_cannot_read_the_metrics() {
    let data = folder();
    let server = Server::start(data.path()).await;
    let page = crate::api::get_with(&server, "/metrics", "Origin: http://evil.example\r\n").await;
    assert_eq!(page.status, 403);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn the_log_tells_of_a_room_when_it_opens_and_closes_and_never_what_is_in_it() {
    let data = folder();
    let server = Process::start(data.path(), &[]);
    let sync = format!("ws://{}/sync", server.address);
    let mut ana = Person::join(&sync, &demo(), 11).await;
    ana.edit(|txn| crate::socket::write(txn, "confidential"));
    ana.saved().await;
    drop(ana);
    let (_, log) = tokio::task::spawn_blocking(|| server.terminate())
        .await
        .unwrap();
    assert!(log.contains("opened"), "{log}");
    let closed = log.lines().find(|line| line.contains("closed"));
    let closed = closed.unwrap_or_else(|| panic!("{log}"));
    assert!(closed.contains("updates=1"), "{closed}");
    assert!(!log.contains("confidential"), "{log}");
}
