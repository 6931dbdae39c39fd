//! What an append costs: many documents, so many appends a second, nobody in between.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::mpsc;
use tokio::time::Instant;
use waymark_server::store::{DocumentStore, Faults, SledStore, Store};
use waymark_sync::{BatchId, DocumentId, Incarnation, Record, Timestamp};

const DOCUMENTS: u64 = 500;
const UPDATE_BYTES: usize = 60;
/// Appends are asked for in steps of this length.
const STEP: Duration = Duration::from_millis(1);
/// What `/proc` counts processor time in.
const TICKS_A_SECOND: f64 = 100.0;

#[derive(Debug, Default)]
struct Counter {
    syncs: AtomicU64,
}

impl Faults for Counter {
    fn before_sync(&self, _: &Path) -> io::Result<()> {
        self.syncs.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// Asks for `rate` appends a second for so long; one line with what each cost.
pub(crate) async fn run(rate: u64, seconds: u64) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let counter = Arc::new(Counter::default());
    let before = resident()?;
    let store = SledStore::open_with(folder.path(), 256 << 20, Some(counter.clone()))?;
    let store = Store::Sled(store);
    let documents = documents()?;
    for document in &documents {
        let life = Incarnation(7);
        store.create(document, life, BatchId(1), record()).await?;
    }
    let idle = resident()?.saturating_sub(before);
    let (cpu, syncs) = (cpu_seconds()?, counter.syncs.load(Ordering::Relaxed));
    let begun = Instant::now();
    let all = rate * seconds;
    let mut asked = 0;
    let (answer, mut answers) = mpsc::unbounded_channel();
    let mut ticks = tokio::time::interval(STEP);
    let mut latencies = Vec::new();
    while asked < all {
        ticks.tick().await;
        let due = (begun.elapsed().as_secs_f64() * rate as f64) as u64;
        while asked < due.min(all) {
            let document = &documents[(asked % DOCUMENTS) as usize];
            let batch = BatchId(u128::from(asked) + 2);
            let (asked_at, answer) = (Instant::now(), answer.clone());
            store.append_then(document, batch, record(), move |result| {
                // Nobody counts any more if this fails.
                let _ = answer.send(result.map(|_| asked_at.elapsed()));
            });
            asked += 1;
        }
        while let Ok(done) = answers.try_recv() {
            latencies.push(done?);
        }
    }
    while latencies.len() < all as usize {
        latencies.push(answers.recv().await.context("a sender is held here")??);
    }
    let took = begun.elapsed().as_secs_f64();
    let cpu = cpu_seconds()? - cpu;
    let syncs = counter.syncs.load(Ordering::Relaxed) - syncs;
    let full = resident()?.saturating_sub(before);
    store.close().await;
    latencies.sort_unstable();
    let quantile = |per_mille: usize| latencies[(latencies.len() - 1) * per_mille / 1000];
    Ok(format!(
        "load: {all} appends in {took:.1} s, {:.1} µs of CPU each, {:.0} flushes/s, \
         durable after p50 {:.1?} p99 {:.1?} max {:.1?}, \
         memory of {DOCUMENTS} documents {} KiB, after the load {} KiB",
        cpu * 1e6 / all as f64,
        syncs as f64 / took,
        quantile(500),
        quantile(990),
        quantile(1000),
        idle >> 10,
        full >> 10,
    ))
}

fn documents() -> Result<Vec<DocumentId>> {
    (0..DOCUMENTS)
        .map(|number| Ok(DocumentId::parse(&format!("map/load-{number}"))?))
        .collect()
}

fn record() -> Record {
    Record {
        update: vec![7; UPDATE_BYTES].into(),
        author: "load".to_owned(),
        at: Timestamp(1),
    }
}

/// Processor time of this process so far.
fn cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name in parentheses may hold anything; times are fields 14 and 15.
    let (_, fields) = stat.rsplit_once(") ").context("no name in stat")?;
    let times = fields.split(' ').skip(11).take(2);
    let ticks: f64 = times.filter_map(|field| field.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS_A_SECOND)
}

/// Memory of this process right now, in bytes.
fn resident() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    let kib: u64 = kib.context("no VmRSS")?;
    Ok(kib << 10)
}
