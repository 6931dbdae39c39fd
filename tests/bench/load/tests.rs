//! The measurement is measured: a server whose faults are known.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::Message;

use super::*;
use crate::dialect::{Dialect, Tongue};
use crate::server::Place;
use crate::tally::quantile_ms;

/// What the server does wrong, for the `number`-th message of each person.
#[derive(Clone, Copy)]
struct Faults {
    /// Everything is passed on so much later.
    late: Duration,
    /// Whether a message is passed on not at all, once or twice.
    copies: fn(u32) -> usize,
    /// Messages that hold up their connection, which is not read meanwhile.
    holds_up: fn(u32) -> Option<Duration>,
}

const NONE: Faults = Faults {
    late: Duration::ZERO,
    copies: |_| 1,
    holds_up: |_| None,
};

type Others = Arc<Mutex<Vec<(usize, UnboundedSender<Message>)>>>;

/// A relay with faults, until the test ends.
fn serve(faults: Faults) -> SocketAddr {
    let (ready, address) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            ready.send(listener.local_addr().unwrap()).unwrap();
            let others = Others::default();
            for id in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(relay(id, stream, others.clone(), faults));
            }
        });
    });
    address.recv().unwrap()
}

async fn relay(id: usize, stream: TcpStream, others: Others, faults: Faults) {
    let (mut sink, mut messages) = accept_async(stream).await.unwrap().split();
    let (sender, mut outgoing) = unbounded_channel();
    others.lock().unwrap().push((id, sender));
    tokio::spawn(async move {
        while let Some(message) = outgoing.recv().await {
            if sink.send(message).await.is_err() {
                return;
            }
        }
    });
    while let Some(Ok(Message::Binary(bytes))) = messages.next().await {
        let mut number = 0;
        marker::scan(&bytes, |_, found| number = found);
        if let Some(time) = (faults.holds_up)(number) {
            tokio::time::sleep(time).await;
        }
        let others = others.clone();
        tokio::spawn(async move {
            tokio::time::sleep(faults.late).await;
            for (other, sender) in others.lock().unwrap().iter() {
                for _ in 0..(faults.copies)(number) {
                    if *other != id {
                        // Somebody who has left already.
                        let _ = sender.send(Message::Binary(bytes.clone()));
                    }
                }
            }
        });
    }
}

/// Four people, ten messages a second each for one second after a short warm-up.
fn measure(faults: Faults, kind: Kind) -> Outcome {
    let place = Arc::new(Place {
        address: serve(faults),
        path: "/bench".to_owned(),
        tongue: Tongue::new(Dialect::Raw, "bench"),
        name: "bench".to_owned(),
    });
    let people = (0..4)
        .map(|number| Person {
            number,
            place: place.clone(),
            first: 0,
            people: 4,
        })
        .collect();
    run(&Load {
        kind,
        people,
        period: Duration::from_millis(100),
        warm_up: Duration::from_millis(200),
        measure: Duration::from_secs(1),
        drain: Duration::from_secs(3),
        threads: 2,
        server: std::process::id(),
    })
    .unwrap()
}

#[test]
fn a_faultless_server_loses_nothing_and_the_run_ends_with_the_last_delivery() {
    let outcome = measure(NONE, Kind::Typing);
    assert_eq!((outcome.sent, outcome.expected), (40, 120));
    assert_eq!(
        (
            outcome.tally.unique,
            outcome.lost(),
            outcome.tally.duplicates
        ),
        (120, 0, 0)
    );
    assert_eq!((outcome.tally.foreign, outcome.tally.closed), (0, 0));
    assert!(outcome.took < Duration::from_secs(3), "{:?}", outcome.took);
    let cursors = measure(NONE, Kind::Cursors);
    assert_eq!((cursors.tally.starved, cursors.tally.missing), (0, 0));
}

#[test]
fn what_a_server_drops_and_doubles_is_counted_exactly() {
    let faults = Faults {
        // Measured are the numbers 2 to 11: 4 and 9 are lost, 3, 6 and 11 come twice.
        copies: |number| match number {
            4 | 9 => 0,
            3 | 6 | 11 => 2,
            _ => 1,
        },
        ..NONE
    };
    let outcome = measure(faults, Kind::Typing);
    assert_eq!(outcome.lost(), 4 * 2 * 3);
    assert_eq!(outcome.tally.duplicates, 4 * 3 * 3);
}

#[test]
fn a_servers_delay_is_the_latency() {
    let faults = Faults {
        late: Duration::from_millis(300),
        ..NONE
    };
    let outcome = measure(faults, Kind::Typing);
    let fastest = outcome.tally.latency.min() as f64 / 1000.0;
    assert!(fastest >= 299.0, "{fastest}");
    assert_eq!(outcome.lost(), 0);
}

/// A closed loop would send nothing while it waits, and see one slow message instead of the
/// six of each person that were due in that time.
#[test]
fn a_server_that_stops_for_a_moment_makes_everything_late_that_was_due_in_it() {
    let faults = Faults {
        holds_up: |number| (number == 3).then_some(Duration::from_millis(600)),
        ..NONE
    };
    let outcome = measure(faults, Kind::Typing);
    assert_eq!(outcome.lost(), 0);
    // Of each person's ten, 3 to 8 are late by 600, 500, … 100 ms.
    let late = outcome.tally.latency.count_between(90_000, 10_000_000);
    assert!(late >= 6 * 4 * 3, "{late}");
    assert!(quantile_ms(&outcome.tally.latency, 1.0) >= 590.0);
}
