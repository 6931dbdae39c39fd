//! How large a folder gets, and how quickly a large one opens.

use std::fs::File;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, ensure};
use waymark_server::store::{DocumentStore, SledStore, Store};
use waymark_sync::{BatchId, DocumentId, Incarnation, Position, Record, Snapshot, Timestamp};
use waymark_tests::Rng;

const MIB: u64 = 1 << 20;
const CACHE_BYTES: u64 = 64 * MIB;
/// Documents that are edited and compacted.
const DOCUMENTS: u64 = 50;
/// As the server does it.
const COMPACT_RECORDS: u64 = 500;
/// How much a document grows with each compaction, up to the largest.
const GROWTH: u64 = 4 << 10;
const LARGEST: u64 = 2 * MIB;
/// One document of the folder that is filled and opened again.
const FILLING: usize = 8 << 20;

fn open(folder: &Path) -> Result<Store> {
    Ok(Store::Sled(SledStore::open(folder, CACHE_BYTES)?))
}

fn document(number: u64) -> Result<DocumentId> {
    Ok(DocumentId::parse(&format!("map/volume-{number}"))?)
}

fn record(bytes: usize, rng: &mut Rng) -> Record {
    Record {
        update: noise(bytes, rng),
        author: "crash".to_owned(),
        at: Timestamp(1),
    }
}

fn noise(bytes: usize, rng: &mut Rng) -> bytes::Bytes {
    let words = (0..bytes.div_ceil(8)).flat_map(|_| rng.next_u64().to_le_bytes());
    words.take(bytes).collect()
}

fn disk_bytes(folder: &Path) -> Result<u64> {
    let mut all = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        all += match entry.metadata() {
            Ok(meta) if meta.is_dir() => disk_bytes(&entry.path())?,
            Ok(meta) => meta.len(),
            // It went meanwhile.
            Err(_) => 0,
        };
    }
    Ok(all)
}

/// Edits and compacts; one line, and an error when the folder grew beyond three times what
/// lives and 64 MiB.
pub(crate) async fn churn(appends: u64, seed: u64) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let mut rng = Rng::new(seed);
    let store = open(folder.path())?;
    let mut last = vec![1; DOCUMENTS as usize];
    for number in 0..DOCUMENTS {
        let (id, first) = (document(number)?, record(2_000, &mut rng));
        store.create(&id, Incarnation(7), BatchId(1), first).await?;
    }
    let started = Instant::now();
    let (mut largest, mut live) = (0, vec![2_000; DOCUMENTS as usize]);
    let mut worst = 0.0_f64;
    let mut done = 0;
    while done < appends {
        // Everybody appends at once, as rooms do.
        let mut waiting = tokio::task::JoinSet::new();
        for number in 0..DOCUMENTS {
            let (store, id) = (store.clone(), document(number)?);
            let position: &mut u64 = &mut last[number as usize];
            *position += 1;
            let (batch, size) = (BatchId(u128::from(*position)), rng.between(30, 400));
            let record = record(size as usize, &mut rng);
            live[number as usize] += size;
            waiting.spawn(async move { store.append(&id, batch, record).await });
        }
        while let Some(appended) = waiting.join_next().await {
            appended??;
        }
        done += DOCUMENTS;
        for number in 0..DOCUMENTS {
            let upto = last[number as usize];
            if (upto + number * 10).is_multiple_of(COMPACT_RECORDS) {
                let size = (upto * GROWTH / 50).min(LARGEST);
                let state = noise(size as usize, &mut rng);
                live[number as usize] = size;
                store
                    .write_snapshot(
                        &document(number)?,
                        Position(upto),
                        Snapshot {
                            state,
                            authors: String::new(),
                        },
                    )
                    .await?;
            }
        }
        let size = disk_bytes(folder.path())?;
        let alive: u64 = live.iter().sum();
        largest = largest.max(size);
        worst = worst.max(size.saturating_sub(64 * MIB) as f64 / alive as f64);
    }
    store.close().await;
    let alive: u64 = live.iter().sum();
    let line = format!(
        "churn: {done} appends into {DOCUMENTS} documents in {:.0?}, {} MiB live, \
         {} MiB of disk at most, {worst:.2} times what lives and 64 MiB",
        started.elapsed(),
        alive / MIB,
        largest / MIB,
    );
    ensure!(worst <= 3.0, "{line}");
    Ok(line)
}

/// Takes a folder's files out of the system's cache, as after a start of the machine.
fn make_cold(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.metadata()?.is_dir() {
            make_cold(&entry.path())?;
            continue;
        }
        let file = File::open(entry.path())?;
        file.sync_all()?;
        #[cfg(target_os = "linux")]
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
    }
    Ok(())
}

/// Fills a folder, and says how long it takes to open it and read one document.
pub(crate) async fn reopen(gib: f64, seed: u64) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let mut rng = Rng::new(seed);
    let wanted = (gib * 1024.0 * MIB as f64) as u64;
    let store = open(folder.path())?;
    let mut number = 0;
    while number * (FILLING as u64) < wanted {
        let first = record(FILLING, &mut rng);
        let id = document(number)?;
        store.create(&id, Incarnation(7), BatchId(1), first).await?;
        number += 1;
    }
    store.close().await;
    drop(store);
    let size = disk_bytes(folder.path())?;
    make_cold(folder.path())?;
    let started = Instant::now();
    let store = open(folder.path())?;
    let opened = started.elapsed();
    let stored = store.load(&document(0)?).await?;
    ensure!(stored.is_some(), "a document is gone");
    let read = started.elapsed() - opened;
    store.close().await;
    Ok(format!(
        "reopen: {} MiB of disk, not in the cache, open after {opened:.1?}, a document of {} MiB is read after {read:.1?}",
        size / MIB,
        FILLING as u64 / MIB,
    ))
}
