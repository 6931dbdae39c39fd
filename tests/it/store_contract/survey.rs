//! Looking at damaged documents: every class of byte is found, and what is intact is kept.

use waymark_server::store::Tree;
use waymark_sync::{DocumentId, Position};

use super::damage::with_everything;
use super::engines::{Engine, MemoryEngine, SledEngine};
use super::{document, filled, records};

contract! {
    every_damaged_byte_is_found_and_other_documents_are_not_touched
    a_lost_head_leaves_snapshot_and_records
    an_undamaged_document_has_nothing_wrong
}

/// A document with everything in it; and another one.
async fn two(engine: &impl Engine) -> (DocumentId, DocumentId) {
    let id = with_everything(engine).await;
    let other = document("a-b");
    let store = engine.open();
    filled(&store, &other, 3).await;
    store.close().await;
    (id, other)
}

async fn every_damaged_byte_is_found_and_other_documents_are_not_touched(engine: impl Engine) {
    let (id, other) = two(&engine).await;
    // Version, number of chunks, checksum, batch, author, update.
    for at in [0, 2, 6, 12, 40, 60, 99] {
        for (tree, position, nth) in [
            (Tree::Documents, 0, 0),
            (Tree::Snapshots, 4, 1),
            (Tree::Log, 5, 0),
            (Tree::Log, 8, 3),
            (Tree::Parts, 7, 0),
        ] {
            let mut intact = None;
            let flip = |bytes: &mut super::engines::Bytes| {
                intact = Some(bytes.clone());
                let value = bytes.values_mut().nth(nth).unwrap();
                let at = at % value.len();
                value[at] ^= 4;
            };
            let store = engine.tamper(engine.open(), tree, flip).await;
            let survey = store.survey(&id).await.unwrap();
            let found: Vec<u64> = survey.damaged.iter().map(|d| d.position).collect();
            assert_eq!(found, [position], "{tree:?} byte {at}");
            let lost = u64::from([5, 7, 8].contains(&position));
            assert_eq!(survey.records.len() as u64, 4 - lost, "{tree:?} byte {at}");
            assert_eq!(survey.snapshot.is_some(), tree != Tree::Snapshots);
            assert!(store.survey(&other).await.unwrap().damaged.is_empty());
            let back = |bytes: &mut super::engines::Bytes| *bytes = intact.unwrap();
            engine.tamper(store, tree, back).await.close().await;
        }
    }
}

async fn a_lost_head_leaves_snapshot_and_records(engine: impl Engine) {
    let (id, other) = two(&engine).await;
    let lose = |bytes: &mut super::engines::Bytes| {
        bytes.remove(id.as_str().as_bytes());
        bytes.insert(b"no name".to_vec(), Vec::new());
    };
    let store = engine.tamper(engine.open(), Tree::Documents, lose).await;
    let (names, strange) = store.survey_names().await.unwrap();
    assert_eq!((&names[..], strange), (&[id.clone(), other][..], 1));
    let survey = store.survey(&id).await.unwrap();
    assert_eq!(survey.damaged[0].problem, "head is missing");
    assert_eq!(survey.snapshot.unwrap().0, Position(4));
    assert_eq!(survey.records.len(), 4);
}

async fn an_undamaged_document_has_nothing_wrong(engine: impl Engine) {
    let (_, other) = two(&engine).await;
    let store = engine.open();
    let survey = store.survey(&other).await.unwrap();
    assert_eq!((survey.damaged, survey.records), (vec![], records(1..=3)));
    assert_eq!(store.survey_small().await.unwrap(), Vec::<String>::new());
}
