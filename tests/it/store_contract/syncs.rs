//! What reaches the disk between two syncs, which is what a power cut can tear.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use waymark_server::store::{DocumentStore, Faults, SledStore, Store};
use waymark_sync::{BatchId, Position};

use super::{document, filled, load, record, snapshot};

/// Below one of sled's segments; with more between two syncs, power cuts left stores that
/// did not open again (`cargo xtask crash --power-loss`).
const BEARABLE: usize = 400 << 10;
const PAGE: usize = 4096;

/// Notes how much of the file changed between syncs.
#[derive(Debug, Default)]
struct Meter {
    state: Mutex<(Vec<u8>, usize)>,
}

impl Faults for Meter {
    fn before_sync(&self, database: &Path) -> io::Result<()> {
        let now = std::fs::read(database.join("db"))?;
        let (before, most) = &mut *self.state.lock().unwrap();
        let pages = now.chunks(PAGE).enumerate();
        let changed = pages.filter(|(at, page)| {
            let at = at * PAGE;
            before.get(at..at + page.len()) != Some(page)
        });
        *most = (*most).max(changed.count() * PAGE);
        *before = now;
        Ok(())
    }
}

#[tokio::test]
async fn large_records_and_snapshots_are_synced_in_small_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let meter = Arc::new(Meter::default());
    let store = SledStore::open_with(folder.path(), 8 << 20, Some(meter.clone())).unwrap();
    let store = Store::Sled(store);
    let ids: Vec<_> = ["a", "b", "c"].map(document).into();
    for id in &ids {
        filled(&store, id, 3).await;
    }
    for number in 4..7 {
        for id in &ids {
            store
                .append(id, BatchId(number.into()), record(number, 100_000))
                .await
                .unwrap();
        }
        let state = snapshot(number, 700_000);
        let write = |id| store.write_snapshot(id, Position(number), state.clone());
        let (a, b) = tokio::join!(write(&ids[0]), write(&ids[1]));
        a.unwrap();
        b.unwrap();
    }
    assert_eq!(load(&store, &ids[2]).await.records.len(), 6);
    store.close().await;
    let most = meter.state.lock().unwrap().1;
    assert!(most < BEARABLE, "{} KiB between two syncs", most >> 10);
}
