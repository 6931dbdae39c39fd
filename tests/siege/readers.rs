//! People who type, with and without readers that take next to nothing.

use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use futures_util::{SinkExt, StreamExt};
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use yrs::{Doc, Text, Transact};

use crate::server::Server;

const STEP1: &[u8] = &[0, 0, 1, 0];
/// What a letter is: large enough that a slow reader falls behind.
const LETTER: usize = 200;

#[derive(Args)]
pub(crate) struct Options {
    /// People who type and read at once
    #[arg(long, default_value_t = 20)]
    fast: usize,
    /// Readers that take next to nothing
    #[arg(long, default_value_t = 200)]
    slow: usize,
    /// Bytes that each of those takes in a second
    #[arg(long, default_value_t = 1024)]
    bytes: usize,
    /// How long each half of the comparison takes
    #[arg(long, default_value_t = 40)]
    seconds: u64,
    /// Seconds at the start that are counted but not timed: until a slow reader's buffers are
    /// full it is written to like any other
    #[arg(long, default_value_t = 5)]
    warm_up: u64,
    /// How much longer letters may travel beside the slow readers, in percent
    #[arg(long, default_value_t = 10.0)]
    percent: f64,
}

/// What one half came to.
struct Half {
    p50: Duration,
    p99: Duration,
    lost: usize,
    memory_kib: u64,
}

pub(crate) async fn run(options: &Options) -> Result<bool> {
    let alone = half(options, 0).await?;
    let beside = half(options, options.slow).await?;
    let more = (beside.p99.as_secs_f64() / alone.p99.as_secs_f64() - 1.0) * 100.0;
    let grown = beside.memory_kib.saturating_sub(alone.memory_kib);
    let held = more <= options.percent && alone.lost + beside.lost == 0;
    println!(
        "{}: {} slow readers: p50 {:?} -> {:?}, p99 {:?} -> {:?} ({more:+.1} %), lost {}, \
         peak memory {} -> {} KiB ({} KiB a slow reader)",
        if held { "held" } else { "FAILED" },
        options.slow,
        alone.p50,
        beside.p50,
        alone.p99,
        beside.p99,
        alone.lost + beside.lost,
        alone.memory_kib,
        beside.memory_kib,
        grown / options.slow.max(1) as u64,
    );
    Ok(held)
}

async fn half(options: &Options, slow: usize) -> Result<Half> {
    let server = Server::start(&[("WAYMARK_CONNECTIONS", "5000".to_owned())])?;
    let map = server.make_map().await?;
    let mut readers = Vec::new();
    for number in 0..slow {
        let mut socket = server.join(&map, Some(2048)).await?;
        socket.send(Message::Binary(STEP1.into())).await?;
        let bytes = options.bytes;
        // Once a second, each at another moment: their own work must not be what is measured.
        let phase = Duration::from_secs(1).mul_f64(number as f64 / slow as f64);
        readers.push(tokio::spawn(async move {
            let stream = socket.get_mut();
            let first = tokio::time::Instant::now() + phase;
            let mut every = tokio::time::interval_at(first, Duration::from_secs(1));
            let mut buffer = vec![0; bytes.max(1)];
            // Until the server lets it go; it does not come back here.
            while let Ok(1..) = stream.read(&mut buffer).await {
                every.tick().await;
            }
        }));
    }
    let (arrivals, mut arrived) = mpsc::unbounded_channel();
    let started = Instant::now();
    let timed_from = u64::try_from(Duration::from_secs(options.warm_up).as_micros())?;
    let ends = started + Duration::from_secs(options.seconds);
    let mut typists = Vec::new();
    for number in 0..options.fast {
        let mut socket = server.join(&map, None).await?;
        socket.send(Message::Binary(STEP1.into())).await?;
        let arrivals = arrivals.clone();
        let pause = Duration::from_millis(200);
        let first = pause * u32::try_from(number)? / u32::try_from(options.fast)?;
        typists.push(tokio::spawn(async move {
            let doc = Doc::with_client_id(number as u64 + 100);
            let text = doc.get_or_insert_text(format!("typist{number}").as_str());
            let mut next = tokio::time::interval_at((Instant::now() + first).into(), pause);
            let mut sent = 0;
            // Reads a little longer than anybody writes.
            while Instant::now() < ends + Duration::from_secs(2) {
                tokio::select! {
                    _ = next.tick(), if Instant::now() < ends => {
                        // The mark is found again in what the others receive.
                        let at = started.elapsed().as_micros();
                        let letter = format!("<{at:012}>{}", "x".repeat(LETTER));
                        let update = {
                            let mut txn = doc.transact_mut();
                            text.push(&mut txn, &letter);
                            txn.encode_update_v1()
                        };
                        let length = u8::try_from(update.len() & 0x7f).unwrap_or(0) | 0x80;
                        let rest = u8::try_from(update.len() >> 7).unwrap_or(0);
                        let message = [&[0, 2, length, rest][..], &update].concat();
                        socket.send(Message::Binary(message.into())).await?;
                        sent += 1;
                    }
                    message = socket.next() => {
                        let Some(message) = message else { break };
                        if let Message::Binary(bytes) = message? {
                            let now = started.elapsed().as_micros() as u64;
                            for at in marks(&bytes) {
                                arrivals.send((at, now.saturating_sub(at)))?;
                            }
                        }
                    }
                    () = tokio::time::sleep_until((ends + Duration::from_secs(2)).into()) => {}
                }
            }
            anyhow::Ok(sent)
        }));
    }
    drop(arrivals);
    let mut peak = 0;
    let mut look = tokio::time::interval(Duration::from_millis(500));
    while Instant::now() < ends {
        look.tick().await;
        peak = peak.max(server.memory_kib()?);
    }
    let mut sent = 0;
    for typist in typists {
        sent += typist.await??;
    }
    let (mut count, mut times) = (0, Vec::new());
    while let Some((at, time)) = arrived.recv().await {
        count += 1;
        if at >= timed_from {
            times.push(time);
        }
    }
    times.sort_unstable();
    for name in ["diff", "changes"] {
        let name = format!("waymark_messages_total{{content=\"{name}\"}}");
        println!("{name} {}", server.metric(&name).await?);
    }
    for name in [
        "waymark_sessions",
        "waymark_sessions_behind",
        "waymark_closes_total{code=\"4408\"}",
    ] {
        println!("{name} {}", server.metric(name).await?);
    }
    readers.iter().for_each(tokio::task::JoinHandle::abort);
    let percentile = |percent: usize| {
        let at = times.len() * percent / 100;
        Duration::from_micros(times.get(at).copied().unwrap_or_default())
    };
    let due = sent * (options.fast - 1);
    Ok(Half {
        p50: percentile(50),
        p99: percentile(99),
        lost: due.saturating_sub(count),
        memory_kib: peak,
    })
}

/// The times in a message, however many updates were merged into it.
fn marks(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.windows(14).filter_map(|window| {
        let digits = window.strip_prefix(b"<")?.strip_suffix(b">")?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    })
}
