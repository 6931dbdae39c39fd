//! People who type, with and without readers that take next to nothing.

use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use futures_util::{SinkExt, StreamExt};
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use waymark_tests::Rng;
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
    /// How often both halves of the comparison are run, one after the other: a single tail
    /// says more about the machine than about the readers
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long each half takes. Readers that take next to nothing are closed after a while
    #[arg(long, default_value_t = 25)]
    seconds: u64,
    /// Seconds at the start that are counted but not timed: until a slow reader's buffers are
    /// full it is written to like any other
    #[arg(long, default_value_t = 10)]
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
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for round in 0..options.rounds.max(1) {
        // In turns, so that a machine that warms up or tires favours neither.
        for second in [false, true] {
            let slow = (round % 2 == 0) == second;
            let half = half(options, if slow { options.slow } else { 0 }).await?;
            let halves = if slow { &mut beside } else { &mut alone };
            halves.push(half);
        }
    }
    let lost: usize = alone.iter().chain(&beside).map(|half| half.lost).sum();
    let (p50, slow_p50) = (
        spread(&alone, |half| half.p50),
        spread(&beside, |half| half.p50),
    );
    let (p99, slow_p99) = (
        spread(&alone, |half| half.p99),
        spread(&beside, |half| half.p99),
    );
    let more = (slow_p99.median.as_secs_f64() / p99.median.as_secs_f64() - 1.0) * 100.0;
    let held = more <= options.percent && lost == 0;
    let (before, after) = (memory(&alone), memory(&beside));
    println!(
        "{}: {} slow readers: p50 {p50} -> {slow_p50}, p99 {p99} -> {slow_p99} ({more:+.1} %), \
         lost {lost}, peak memory {before} -> {after} KiB ({} KiB a slow reader)",
        if held { "held" } else { "FAILED" },
        options.slow,
        after.saturating_sub(before) / options.slow.max(1) as u64,
    );
    Ok(held)
}

/// The median of all rounds, and how far they lie apart.
struct Spread {
    median: Duration,
    least: Duration,
    most: Duration,
}

fn spread(halves: &[Half], of: impl Fn(&Half) -> Duration) -> Spread {
    let mut times: Vec<Duration> = halves.iter().map(of).collect();
    times.sort_unstable();
    Spread {
        median: times[times.len() / 2],
        least: times[0],
        most: times[times.len() - 1],
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            to,
            "{:?} ({:?} to {:?})",
            self.median, self.least, self.most
        )
    }
}

fn memory(halves: &[Half]) -> u64 {
    halves.iter().map(|half| half.memory_kib).max().unwrap_or(0)
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
        // By chance and five a second, as people do: in step, whether two letters share a
        // window would hang on a millisecond. The same in each half.
        let mut rng = Rng::new(number as u64);
        let mut pause = move || Duration::from_micros(rng.below(400_000));
        typists.push(tokio::spawn(async move {
            let doc = Doc::with_client_id(number as u64 + 100);
            let text = doc.get_or_insert_text(format!("typist{number}").as_str());
            let mut next = Instant::now() + pause();
            let mut sent = 0;
            // Reads a little longer than anybody writes.
            while Instant::now() < ends + Duration::from_secs(2) {
                tokio::select! {
                    () = tokio::time::sleep_until(next.into()), if next < ends => {
                        // The mark is found again in what the others receive.
                        let at = started.elapsed().as_micros();
                        next += pause();
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
    let closed = server.metric("waymark_closes_total{code=\"4408\"}").await?;
    let behind = server.metric("waymark_sessions_behind").await?;
    readers.iter().for_each(tokio::task::JoinHandle::abort);
    let percentile = |percent: usize| {
        let at = times.len() * percent / 100;
        Duration::from_micros(times.get(at).copied().unwrap_or_default())
    };
    let due = sent * (options.fast - 1);
    let half = Half {
        p50: percentile(50),
        p99: percentile(99),
        lost: due.saturating_sub(count),
        memory_kib: peak,
    };
    println!(
        "{slow} slow: p50 {:?}, p99 {:?}, lost {}, peak {} KiB, {behind} behind at the end, \
         {closed} closed until then",
        half.p50, half.p99, half.lost, half.memory_kib,
    );
    Ok(half)
}

/// The times in a message, however many updates were merged into it.
fn marks(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.windows(14).filter_map(|window| {
        let digits = window.strip_prefix(b"<")?.strip_suffix(b">")?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    })
}
