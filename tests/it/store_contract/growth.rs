//! What is particular to the disk: one owner, bounded growth.

use std::path::Path;

use waymark_server::store::{DocumentStore, OpenStoreError, SledStore};
use waymark_sync::{BatchId, Position};

use super::engines::{Engine, SledEngine};
use super::{document, filled, record, snapshot};

const MIB: u64 = 1 << 20;

fn disk_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap());
    entries
        .map(|entry| match entry.metadata().unwrap() {
            meta if meta.is_dir() => disk_bytes(&entry.path()),
            meta => meta.len(),
        })
        .sum()
}

#[tokio::test]
async fn the_disk_stays_below_three_times_what_lives_and_a_little_under_churn() {
    let engine = SledEngine::new();
    let mut store = engine.open();
    let state_bytes = 2 * MIB as usize;
    let ids: Vec<_> = ["a", "b", "c"].map(document).into();
    for id in &ids {
        filled(&store, id, 1).await;
    }
    let mut largest = 0;
    for round in 0..24_u64 {
        for id in &ids {
            let last = round * 10 + 11;
            for number in last - 9..=last {
                store
                    .append(id, BatchId(number.into()), record(number, 3_000))
                    .await
                    .unwrap();
            }
            let state = snapshot(last, state_bytes);
            store
                .write_snapshot(id, Position(last), state)
                .await
                .unwrap();
        }
        largest = largest.max(disk_bytes(engine.folder()));
        if round % 12 == 11 {
            store = engine.restart(store).await;
        }
    }
    let live = (ids.len() * state_bytes) as u64;
    assert!(largest <= 3 * live + 64 * MIB, "{} MiB", largest / MIB);
}

#[tokio::test]
async fn a_folder_has_one_owner() {
    let engine = SledEngine::new();
    let store = engine.open();
    let second = SledStore::open(engine.folder(), 1 << 20);
    assert!(
        matches!(second, Err(OpenStoreError::Locked { .. })),
        "{second:?}"
    );
    let store = engine.restart(store).await;
    store.close().await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let opened = SledStore::open(&file, 1 << 20);
    assert!(
        matches!(opened, Err(OpenStoreError::Unwritable { .. })),
        "{opened:?}"
    );
}
