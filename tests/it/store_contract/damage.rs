//! Crashes between two steps, and bytes that are not what was written.

use waymark_server::store::{DocumentStore, Store, StoreError, Tree};
use waymark_sync::{BatchId, DocumentId, Position};

use super::engines::{Bytes, Engine, MemoryEngine, SledEngine};
use super::{append, document, filled, load, record, records, snapshot};

contract! {
    a_crash_between_snapshot_and_trim_loses_nothing
    a_crash_before_the_snapshot_counts_loses_nothing
    a_crash_while_deleting_leaves_no_document
    a_flipped_byte_in_a_record_is_reported_with_its_position
    a_flipped_byte_in_a_snapshot_is_reported_with_its_position
    a_flipped_byte_in_the_head_is_reported
    a_missing_record_is_reported_with_its_position
    a_missing_part_is_reported_with_its_position
    a_damaged_document_is_neither_written_nor_in_the_way_of_others
}

async fn bytes_of(engine: &impl Engine, store: Store, tree: Tree) -> (Store, Bytes) {
    let mut copy = Bytes::new();
    let store = engine
        .tamper(store, tree, |bytes| copy.clone_from(bytes))
        .await;
    (store, copy)
}

async fn a_crash_between_snapshot_and_trim_loses_nothing(engine: impl Engine) {
    let id = document("a");
    let store = engine.open();
    filled(&store, &id, 10).await;
    store
        .write_snapshot(&id, Position(3), snapshot(3, 9_000))
        .await
        .unwrap();
    let (store, log) = bytes_of(&engine, store, Tree::Log).await;
    let (store, snapshots) = bytes_of(&engine, store, Tree::Snapshots).await;
    store
        .write_snapshot(&id, Position(8), snapshot(8, 20_000))
        .await
        .unwrap();
    // Nothing of what the new snapshot replaces was forgotten.
    let store = engine
        .tamper(store, Tree::Log, |bytes| bytes.extend(log))
        .await;
    let store = engine
        .tamper(store, Tree::Snapshots, |bytes| bytes.extend(snapshots))
        .await;
    let stored = load(&store, &id).await;
    assert_eq!(stored.snapshot, Some((Position(8), snapshot(8, 20_000))));
    assert_eq!(stored.records, records(9..=10));
    assert_eq!(append(&store, &id, 11).await, Position(11));
    // The next compaction clears it away.
    store
        .write_snapshot(&id, Position(11), snapshot(11, 100))
        .await
        .unwrap();
    let (store, log) = bytes_of(&engine, store, Tree::Log).await;
    let (_, snapshots) = bytes_of(&engine, store, Tree::Snapshots).await;
    assert_eq!((log.len(), snapshots.len()), (0, 1));
}

async fn a_crash_before_the_snapshot_counts_loses_nothing(engine: impl Engine) {
    let id = document("a");
    let store = engine.open();
    filled(&store, &id, 10).await;
    let (store, log) = bytes_of(&engine, store, Tree::Log).await;
    let (store, heads) = bytes_of(&engine, store, Tree::Documents).await;
    store
        .write_snapshot(&id, Position(8), snapshot(8, 20_000))
        .await
        .unwrap();
    // The head was not yet written, and of the snapshot only a part.
    let store = engine.tamper(store, Tree::Log, |bytes| *bytes = log).await;
    let store = engine
        .tamper(store, Tree::Documents, |bytes| *bytes = heads)
        .await;
    let store = engine
        .tamper(store, Tree::Snapshots, |bytes| drop(bytes.pop_first()))
        .await;
    let stored = load(&store, &id).await;
    assert_eq!((stored.snapshot, stored.records), (None, records(1..=10)));
    store
        .write_snapshot(&id, Position(9), snapshot(9, 100))
        .await
        .unwrap();
    let stored = load(&store, &id).await;
    assert_eq!(stored.snapshot, Some((Position(9), snapshot(9, 100))));
    assert_eq!(stored.records, records(10..=10));
}

async fn a_crash_while_deleting_leaves_no_document(engine: impl Engine) {
    let id = document("a");
    let store = engine.open();
    filled(&store, &id, 10).await;
    let (store, log) = bytes_of(&engine, store, Tree::Log).await;
    store.delete(&id).await.unwrap();
    let store = engine.tamper(store, Tree::Log, |bytes| *bytes = log).await;
    assert_eq!(store.load(&id).await, Ok(None));
    assert_eq!(store.list(None, 9).await, Ok(vec![]));
    filled(&store, &id, 2).await;
    assert_eq!(load(&store, &id).await.records, records(1..=2));
}

/// Damages bytes and expects to be told where.
async fn assert_reported(
    engine: &impl Engine,
    tree: Tree,
    id: &DocumentId,
    position: Position,
    change: impl FnOnce(&mut Bytes),
) {
    let (store, intact) = bytes_of(engine, engine.open(), tree).await;
    let store = engine.tamper(store, tree, change).await;
    match store.load(id).await {
        Err(StoreError::Corrupt {
            document,
            position: at,
            ..
        }) => {
            assert_eq!((&document, at), (id, position));
        }
        other => panic!("damage was not seen: {other:?}"),
    }
    let store = engine.tamper(store, tree, |bytes| *bytes = intact).await;
    store.close().await;
}

fn key_at(bytes: &Bytes, id: &DocumentId, position: u64, chunk: u32) -> Vec<u8> {
    let mut key = id.as_str().as_bytes().to_vec();
    key.push(0);
    key.extend_from_slice(&position.to_be_bytes());
    key.extend_from_slice(&chunk.to_be_bytes());
    assert!(bytes.contains_key(&key));
    key
}

fn flip(bytes: &mut Bytes, key: &[u8], at: usize) {
    let value = bytes.get_mut(key).unwrap();
    let at = at % value.len();
    value[at] ^= 0x10;
}

/// Records 1 to 8 with a snapshot up to 4, which has several parts, as record 7 has.
pub(super) async fn with_everything(engine: &impl Engine) -> DocumentId {
    let id = document("a");
    let store = engine.open();
    filled(&store, &id, 6).await;
    store
        .append(&id, BatchId(7), record(7, 10_000))
        .await
        .unwrap();
    append(&store, &id, 8).await;
    store
        .write_snapshot(&id, Position(4), snapshot(4, 10_000))
        .await
        .unwrap();
    store.close().await;
    id
}

async fn a_flipped_byte_in_a_record_is_reported_with_its_position(engine: impl Engine) {
    let id = with_everything(&engine).await;
    for (position, chunk, at) in [
        (5, 0, 0),
        (5, 0, 3),
        (6, 0, 40),
        (7, 1, 2_000),
        (7, 2, 9),
        (8, 0, 70),
    ] {
        let tree = if chunk == 0 { Tree::Log } else { Tree::Parts };
        assert_reported(&engine, tree, &id, Position(position), |bytes| {
            let key = key_at(bytes, &id, position, chunk);
            flip(bytes, &key, at);
        })
        .await;
    }
}

async fn a_flipped_byte_in_a_snapshot_is_reported_with_its_position(engine: impl Engine) {
    let id = with_everything(&engine).await;
    for (chunk, at) in [(0, 1), (1, 0), (2, 777)] {
        assert_reported(&engine, Tree::Snapshots, &id, Position(4), |bytes| {
            let key = key_at(bytes, &id, 4, chunk);
            flip(bytes, &key, at);
        })
        .await;
    }
}

async fn a_flipped_byte_in_the_head_is_reported(engine: impl Engine) {
    let id = with_everything(&engine).await;
    for at in [0, 5, 9, 30] {
        assert_reported(&engine, Tree::Documents, &id, Position(0), |bytes| {
            flip(bytes, id.as_str().as_bytes(), at);
        })
        .await;
    }
}

async fn a_missing_record_is_reported_with_its_position(engine: impl Engine) {
    let id = with_everything(&engine).await;
    for position in [5, 6] {
        assert_reported(&engine, Tree::Log, &id, Position(position), |bytes| {
            let key = key_at(bytes, &id, position, 0);
            bytes.remove(&key);
        })
        .await;
    }
}

async fn a_missing_part_is_reported_with_its_position(engine: impl Engine) {
    let id = with_everything(&engine).await;
    for (tree, position, chunk) in [
        (Tree::Log, 7, 0),
        (Tree::Parts, 7, 1),
        (Tree::Parts, 7, 2),
        (Tree::Snapshots, 4, 0),
        (Tree::Snapshots, 4, 2),
    ] {
        assert_reported(&engine, tree, &id, Position(position), |bytes| {
            let key = key_at(bytes, &id, position, chunk);
            bytes.remove(&key);
        })
        .await;
    }
}

async fn a_damaged_document_is_neither_written_nor_in_the_way_of_others(engine: impl Engine) {
    let id = with_everything(&engine).await;
    let other = document("other");
    let store = engine.open();
    let damage = |bytes: &mut Bytes| {
        let key = key_at(bytes, &id, 8, 0);
        flip(bytes, &key, 50);
    };
    let store = engine.tamper(store, Tree::Log, damage).await;
    let (store, before) = bytes_of(&engine, store, Tree::Log).await;
    let append = store.append(&id, BatchId(9), record(9, 100)).await;
    assert!(
        matches!(append, Err(StoreError::Corrupt { .. })),
        "{append:?}"
    );
    let compact = store
        .write_snapshot(&id, Position(8), snapshot(8, 100))
        .await;
    assert!(
        matches!(compact, Err(StoreError::Corrupt { .. })),
        "{compact:?}"
    );
    let (store, after) = bytes_of(&engine, store, Tree::Log).await;
    assert_eq!(before, after);
    filled(&store, &other, 3).await;
    assert_eq!(load(&store, &other).await.records, records(1..=3));
    let names = store.list(None, 9).await.unwrap();
    assert_eq!(names, [id, other]);
}
