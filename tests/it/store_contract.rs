//! What "stored" means, the same for every engine.

/// Runs a promise against every engine.
macro_rules! contract {
    ($($name:ident)*) => {
        mod on_memory {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::MemoryEngine::new()).await;
            })*
        }
        mod on_sled {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::SledEngine::new()).await;
            })*
        }
    };
}

mod damage;
pub(crate) mod engines;
mod growth;
mod survey;
mod syncs;

use bytes::Bytes;
use waymark_server::store::{DocumentStore, Records, Revision, Store, StoreError};
use waymark_sync::{
    BatchId, DocumentId, Incarnation, Position, Record, Snapshot, StoredDocument, Timestamp,
};

use engines::{Engine, MemoryEngine, SledEngine};

contract! {
    load_after_append_returns_it_in_order
    an_unknown_document_is_none_and_cannot_be_appended_to
    a_document_begins_once
    the_same_batch_is_stored_once_also_after_a_restart_and_a_compaction
    what_was_acknowledged_is_there_after_a_restart
    appends_from_everywhere_get_positions_without_gaps
    a_snapshot_replaces_the_records_below_it
    an_older_snapshot_is_ignored
    a_snapshot_cannot_reach_past_the_log
    a_deleted_document_is_none_and_begins_anew
    documents_are_listed_in_order_and_in_pages
    the_head_tells_the_last_change_also_after_compaction
    small_records_are_written_by_compare_and_set
    a_small_record_is_forgotten_only_as_it_was_read
    no_value_is_larger_than_the_engine_takes_well
}

pub(super) fn document(name: &str) -> DocumentId {
    DocumentId::parse(&format!("map/{name}")).unwrap()
}

/// A record whose bytes tell which one it is.
pub(super) fn record(number: u64, bytes: usize) -> Record {
    let update: Vec<u8> = (0..bytes)
        .map(|i| (number as usize * 31 + i) as u8)
        .collect();
    Record {
        update: update.into(),
        author: format!("author-{number}"),
        at: Timestamp(number),
    }
}

pub(super) fn snapshot(number: u64, bytes: usize) -> Snapshot {
    Snapshot {
        state: record(number, bytes).update,
        authors: format!("author-{number}\t{number}"),
    }
}

pub(super) const LIFE: Incarnation = Incarnation(7);

/// A document with records 1 to `last`, each in a batch of its number.
pub(super) async fn filled(store: &Store, id: &DocumentId, last: u64) {
    store
        .create(id, LIFE, BatchId(1), record(1, 100))
        .await
        .unwrap();
    for number in 2..=last {
        append(store, id, number).await;
    }
}

pub(super) async fn append(store: &Store, id: &DocumentId, number: u64) -> Position {
    store
        .append(id, BatchId(number.into()), record(number, 100))
        .await
        .unwrap()
}

pub(super) async fn load(store: &Store, id: &DocumentId) -> StoredDocument {
    store.load(id).await.unwrap().unwrap()
}

pub(super) fn records(numbers: std::ops::RangeInclusive<u64>) -> Vec<(Position, Record)> {
    numbers
        .map(|number| (Position(number), record(number, 100)))
        .collect()
}

async fn load_after_append_returns_it_in_order(engine: impl Engine) {
    let store = engine.open();
    let id = document("a");
    filled(&store, &id, 20).await;
    // Another document whose name begins the same.
    filled(&store, &document("a-b"), 3).await;
    let stored = load(&store, &id).await;
    assert_eq!(
        stored,
        StoredDocument {
            incarnation: LIFE,
            snapshot: None,
            records: records(1..=20)
        }
    );
}

async fn an_unknown_document_is_none_and_cannot_be_appended_to(engine: impl Engine) {
    let store = engine.open();
    let id = document("nobody-made-me");
    assert_eq!(store.load(&id).await, Ok(None));
    assert_eq!(store.head(&id).await, Ok(None));
    let missing = StoreError::Missing {
        document: id.clone(),
    };
    assert_eq!(
        store.append(&id, BatchId(1), record(1, 9)).await,
        Err(missing.clone())
    );
    assert_eq!(
        store.write_snapshot(&id, Position(1), snapshot(1, 9)).await,
        Err(missing)
    );
    assert_eq!(store.load(&id).await, Ok(None));
}

async fn a_document_begins_once(engine: impl Engine) {
    let store = engine.open();
    let id = document("a");
    let first = store.create(&id, LIFE, BatchId(1), record(1, 100)).await;
    assert_eq!(first, Ok(Position(1)));
    // The same attempt again, whose answer was lost.
    let again = store.create(&id, LIFE, BatchId(1), record(1, 100)).await;
    assert_eq!(again, Ok(Position(1)));
    let other = store
        .create(&id, Incarnation(8), BatchId(2), record(2, 100))
        .await;
    assert_eq!(
        other,
        Err(StoreError::Exists {
            document: id.clone()
        })
    );
    let at_once = document("b");
    let (one, two) = tokio::join!(
        store.create(&at_once, Incarnation(1), BatchId(1), record(1, 100)),
        store.create(&at_once, Incarnation(2), BatchId(2), record(2, 100)),
    );
    assert_eq!(
        [one.is_ok(), two.is_ok()].iter().filter(|ok| **ok).count(),
        1
    );
    assert_eq!(load(&store, &id).await.records, records(1..=1));
    assert_eq!(load(&store, &at_once).await.records.len(), 1);
}

async fn the_same_batch_is_stored_once_also_after_a_restart_and_a_compaction(engine: impl Engine) {
    let store = engine.open();
    let id = document("a");
    filled(&store, &id, 5).await;
    assert_eq!(append(&store, &id, 5).await, Position(5));
    let store = engine.restart(store).await;
    assert_eq!(append(&store, &id, 5).await, Position(5));
    store
        .write_snapshot(&id, Position(5), snapshot(5, 100))
        .await
        .unwrap();
    assert_eq!(append(&store, &id, 5).await, Position(5));
    let store = engine.restart(store).await;
    assert_eq!(append(&store, &id, 5).await, Position(5));
    assert_eq!(append(&store, &id, 6).await, Position(6));
    assert_eq!(load(&store, &id).await.records, records(6..=6));
}

async fn what_was_acknowledged_is_there_after_a_restart(engine: impl Engine) {
    let mut store = engine.open();
    let id = document("a");
    filled(&store, &id, 1).await;
    for round in 0..5 {
        append(&store, &id, round * 2 + 2).await;
        append(&store, &id, round * 2 + 3).await;
        if round == 2 {
            store
                .write_snapshot(&id, Position(4), snapshot(4, 100))
                .await
                .unwrap();
        }
        store = engine.restart(store).await;
    }
    let stored = load(&store, &id).await;
    assert_eq!(stored.snapshot, Some((Position(4), snapshot(4, 100))));
    assert_eq!(stored.records, records(5..=11));
}

async fn appends_from_everywhere_get_positions_without_gaps(engine: impl Engine) {
    let store = engine.open();
    let id = document("a");
    filled(&store, &id, 1).await;
    let tasks: Vec<_> = (2..=200)
        .map(|number| {
            let (store, id) = (store.clone(), id.clone());
            tokio::spawn(async move { append(&store, &id, number).await })
        })
        .collect();
    let mut positions = Vec::new();
    for task in tasks {
        positions.push(task.await.unwrap().0);
    }
    positions.sort_unstable();
    assert_eq!(positions, (2..=200).collect::<Vec<_>>());
    assert_eq!(load(&store, &id).await.records.len(), 200);
}

async fn a_snapshot_replaces_the_records_below_it(engine: impl Engine) {
    let store = engine.open();
    let id = document("a");
    filled(&store, &id, 10).await;
    store
        .write_snapshot(&id, Position(7), snapshot(7, 50_000))
        .await
        .unwrap();
    let expected = StoredDocument {
        incarnation: LIFE,
        snapshot: Some((Position(7), snapshot(7, 50_000))),
        records: records(8..=10),
    };
    assert_eq!(load(&store, &id).await, expected);
    store
        .write_snapshot(&id, Position(10), snapshot(10, 90))
        .await
        .unwrap();
    let stored = load(&store, &id).await;
    assert_eq!(stored.snapshot, Some((Position(10), snapshot(10, 90))));
    assert_eq!(stored.records, []);
    assert_eq!(append(&store, &id, 11).await, Position(11));
}

async fn an_older_snapshot_is_ignored(engine: impl Engine) {
    let store = engine.open();
    let id = document("a");
    filled(&store, &id, 10).await;
    store
        .write_snapshot(&id, Position(7), snapshot(7, 100))
        .await
        .unwrap();
    store
        .write_snapshot(&id, Position(5), snapshot(5, 100))
        .await
        .unwrap();
    store
        .write_snapshot(&id, Position(7), snapshot(99, 100))
        .await
        .unwrap();
    assert_eq!(
        load(&store, &id).await.snapshot,
        Some((Position(7), snapshot(7, 100)))
    );
}

async fn a_snapshot_cannot_reach_past_the_log(engine: impl Engine) {
    let store = engine.open();
    let id = document("a");
    filled(&store, &id, 3).await;
    assert!(
        store
            .write_snapshot(&id, Position(4), snapshot(4, 100))
            .await
            .is_err()
    );
    assert_eq!(load(&store, &id).await.records, records(1..=3));
}

async fn a_deleted_document_is_none_and_begins_anew(engine: impl Engine) {
    let store = engine.open();
    let (id, other) = (document("a"), document("a-b"));
    filled(&store, &id, 10).await;
    filled(&store, &other, 2).await;
    store
        .write_snapshot(&id, Position(7), snapshot(7, 9_000))
        .await
        .unwrap();
    store.delete(&id).await.unwrap();
    assert_eq!(store.load(&id).await, Ok(None));
    let store = engine.restart(store).await;
    assert_eq!(store.load(&id).await, Ok(None));
    let life = Incarnation(8);
    let first = store.create(&id, life, BatchId(1), record(1, 100)).await;
    assert_eq!(first, Ok(Position(1)));
    let anew = StoredDocument {
        incarnation: life,
        snapshot: None,
        records: records(1..=1),
    };
    assert_eq!(load(&store, &id).await, anew);
    assert_eq!(load(&store, &other).await.records, records(1..=2));
}

async fn documents_are_listed_in_order_and_in_pages(engine: impl Engine) {
    let store = engine.open();
    for name in ["c", "a", "b", "a-b"] {
        filled(&store, &document(name), 1).await;
    }
    let first = store.list(None, 3).await.unwrap();
    assert_eq!(first, ["a", "a-b", "b"].map(document));
    assert_eq!(store.list(first.last(), 3).await.unwrap(), [document("c")]);
    store.delete(&document("b")).await.unwrap();
    assert_eq!(
        store.list(None, 9).await.unwrap(),
        ["a", "a-b", "c"].map(document)
    );
}

async fn the_head_tells_the_last_change_also_after_compaction(engine: impl Engine) {
    let store = engine.open();
    let id = document("a");
    filled(&store, &id, 3).await;
    let head = store.head(&id).await.unwrap().unwrap();
    assert_eq!(
        (head.incarnation, head.last, head.changed_at),
        (LIFE, Position(3), Timestamp(3))
    );
    store
        .write_snapshot(&id, Position(3), snapshot(3, 100))
        .await
        .unwrap();
    assert_eq!(store.head(&id).await.unwrap(), Some(head));
}

async fn small_records_are_written_by_compare_and_set(engine: impl Engine) {
    let store = engine.open();
    let value = |text: &'static str| Bytes::from_static(text.as_bytes());
    assert_eq!(store.get("role/ana").await, Ok(None));
    assert_eq!(
        store
            .put_if_revision("role/ana", Revision(0), value("editor"))
            .await,
        Ok(true)
    );
    assert_eq!(
        store
            .put_if_revision("role/ana", Revision(0), value("owner"))
            .await,
        Ok(false)
    );
    assert_eq!(
        store
            .put_if_revision("role/ana", Revision(1), value("viewer"))
            .await,
        Ok(true)
    );
    for key in ["role/ben", "rolf", "role"] {
        assert_eq!(
            store.put_if_revision(key, Revision(0), value("x")).await,
            Ok(true)
        );
    }
    let store = engine.restart(store).await;
    let stored = store.get("role/ana").await.unwrap().unwrap();
    assert_eq!(
        (stored.revision, stored.value),
        (Revision(2), value("viewer"))
    );
    assert_eq!(store.keys("role/").await.unwrap(), ["role/ana", "role/ben"]);
    let large = store
        .put_if_revision("large", Revision(0), vec![0; 5_000].into())
        .await;
    assert_eq!(
        large,
        Err(StoreError::TooLarge {
            key: "large".to_owned()
        })
    );
}

async fn a_small_record_is_forgotten_only_as_it_was_read(engine: impl Engine) {
    let store = engine.open();
    let value = Bytes::from_static(b"secret");
    for key in ["link/a", "link/b"] {
        let written = store.put_if_revision(key, Revision(0), value.clone());
        assert_eq!(written.await, Ok(true));
    }
    let forget = |revision| store.delete_if_revision("link/a", Revision(revision));
    assert_eq!(forget(2).await, Ok(false));
    assert!(store.get("link/a").await.unwrap().is_some());
    assert_eq!(forget(1).await, Ok(true));
    assert_eq!(store.get("link/a").await, Ok(None));
    // The same again, whose answer was lost.
    assert_eq!(forget(1).await, Ok(false));
    let store = engine.restart(store).await;
    assert_eq!(store.get("link/a").await, Ok(None));
    assert_eq!(store.keys("link/").await.unwrap(), ["link/b"]);
    let anew = store.put_if_revision("link/a", Revision(0), value).await;
    assert_eq!(anew, Ok(true));
}

async fn no_value_is_larger_than_the_engine_takes_well(engine: impl Engine) {
    let store = engine.open();
    let id = document("a");
    let large = record(1, 3_000_000);
    store
        .create(&id, LIFE, BatchId(1), large.clone())
        .await
        .unwrap();
    assert_eq!(load(&store, &id).await.records, [(Position(1), large)]);
    append(&store, &id, 2).await;
    store
        .write_snapshot(&id, Position(1), snapshot(1, 5_000_000))
        .await
        .unwrap();
    let stored = load(&store, &id).await;
    assert_eq!(stored.snapshot, Some((Position(1), snapshot(1, 5_000_000))));
    assert_eq!(stored.records, records(2..=2));
    let largest = engine.largest_value(store).await;
    assert!(
        largest <= waymark_server::store::MAX_VALUE_BYTES,
        "{largest}"
    );
}
