//! What holds for every update that people make, and for every one that nobody would.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use proptest::prelude::*;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{ReadTxn, StateVector, Transact, Update};

use super::edits::{edit, nonsense, steps};
use super::{apply, check, yjs};
use crate::grant::Scope;
use crate::guard::nodes::Content as Holds;
use crate::guard::*;
use crate::room::{Content, Core, Outcome};
use crate::testing;

/// So many cases, or what `PROPTEST_CASES` asks for.
pub(super) fn cases(count: u32) -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let base = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    ProptestConfig {
        cases: if asked { base.cases } else { count },
        ..base
    }
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn g1_every_update_that_yrs_writes_passes(steps in steps(40)) {
        let (updates, docs) = edit(&steps);
        for update in &updates {
            prop_assert!(check(update).is_ok(), "{:?}", check(update));
        }
        for doc in &docs {
            let txn = doc.transact();
            let whole = txn.encode_diff_v1(&StateVector::default());
            let outline = check(&whole).expect("a state").outline;
            prop_assert!(outline.fits(&StateVector::default()));
            prop_assert!(!outline.adds_to(&txn.state_vector()));
            let known = check_state_vector(&txn.state_vector().encode_v1());
            prop_assert_eq!(known.expect("a state vector"), txn.state_vector());
        }
    }

    #[test]
    fn g4_what_fits_leaves_nothing_pending(steps in steps(30), drop in any::<u32>()) {
        let (updates, _) = edit(&steps);
        let doc = testing::doc(1);
        for (i, update) in updates.iter().enumerate() {
            let walk = check(update).expect("an update");
            let known = doc.transact().state_vector();
            let skipped = drop >> (i % 32) & 1 == 1;
            if !skipped && walk.outline.fits(&known) {
                prop_assert!(apply(&doc, update));
            }
        }
    }

    #[test]
    fn g3_a_state_says_of_its_structs_what_its_updates_said(steps in steps(60)) {
        let (updates, _) = edit(&steps);
        let doc = testing::doc(1);
        let mut places = Places::new(9, Scope::NOTHING);
        for update in &updates {
            let walk = check(update).expect("an update");
            let resolved = places.check(update, &walk);
            prop_assert!(resolved.is_ok(), "{:?}", resolved);
            prop_assert!(apply(&doc, update));
            places.extend(resolved.expect("just looked"), &doc.transact().state_vector());
        }
        let txn = doc.transact();
        let whole = txn.encode_diff_v1(&StateVector::default());
        let walk = check(&whole).expect("a state");
        let mut loaded = Places::new(9, Scope::NOTHING);
        let resolved = loaded.check(&whole, &walk);
        prop_assert!(resolved.is_ok(), "{:?}", resolved);
        loaded.extend(resolved.expect("just looked"), &txn.state_vector());
        for (client, end) in txn.state_vector().iter() {
            let [said, says] = [&places, &loaded].map(|all| all.runs_of(client.get()).expect("it wrote"));
            for clock in 0..*end {
                // What is collected is nowhere any more, and what is deleted holds nothing.
                let [said, says] = [said, says].map(|all| all.at(clock).holding(Holds::Open));
                if says.is_known() {
                    prop_assert_eq!(said, says, "{:?} {}", client, clock);
                }
            }
        }
    }

    #[test]
    fn e8_what_each_author_brings_of_their_own_comes_to_everything(
        steps in steps(40),
        stored in 0..20_usize,
    ) {
        let (updates, _) = edit(&steps);
        let (here, all) = (testing::doc(1), testing::doc(2));
        for (at, update) in updates.iter().enumerate() {
            prop_assert!(apply(&all, update));
            if at < stored {
                prop_assert!(apply(&here, update));
            }
        }
        let state = |doc: &yrs::Doc| doc.transact().state_vector();
        let whole = |doc: &yrs::Doc| {
            Bytes::from(doc.transact().encode_diff_v1(&StateVector::default()))
        };
        let authors: BTreeSet<u64> = state(&all).iter().map(|(client, _)| client.get()).collect();
        // Each brings all of it, and the others' is left out.
        let brought = whole(&all);
        let walk = check(&brought).expect("a state");
        for _ in 0..=updates.len() {
            for author in &authors {
                let others = authors.iter().copied().filter(|other| other != author).collect();
                let known = state(&here);
                let part = fitting(&walk, &others, &known);
                let own = merge(&[(&brought, &part.outline)]).expect("of one update");
                let own_walk = check(&own).expect("a part of an update");
                prop_assert!(own_walk.outline.fits(&known));
                prop_assert!(own_walk.outline.sections.iter().all(|s| s.client == *author));
                prop_assert!(apply(&here, &own));
            }
        }
        // What is deleted may be joined differently, which says the same.
        prop_assert_eq!(here.transact().snapshot(), all.transact().snapshot());
    }

    #[test]
    fn g6_merged_updates_make_the_same_document(steps in steps(30), author in any::<bool>()) {
        let (updates, _) = edit(&steps);
        // As in a room: effective updates, in order; one session's own are left out.
        let (one, all) = (testing::doc(1), testing::doc(2));
        let mut effective: Vec<(Bytes, Outline)> = Vec::new();
        for update in &updates {
            let mut txn = one.transact_mut();
            txn.apply_update(Update::decode_v1(update).expect("an update")).expect("fits");
            let bytes = Bytes::from(txn.encode_update_v1());
            let outline = check(&bytes).expect("an update").outline;
            effective.push((bytes, outline));
        }
        let skip = if author { 5 } else { 0 };
        let own = |outline: &Outline| outline.sections.iter().any(|s| s.client == skip);
        for (bytes, outline) in &effective {
            if own(outline) {
                apply(&all, bytes);
            }
        }
        // Deletions of what is not there yet have to wait for it.
        let rest: Vec<_> = effective.iter().filter(|(_, o)| !own(o)).map(|(b, o)| (b, o)).collect();
        let merged = merge(&rest).expect("disjoint and in order");
        let walk = check_update(&merged, &Bounds::TRUSTED_SIZE);
        prop_assert!(walk.is_ok(), "{:?}", walk);
        apply(&all, &merged);
        for (bytes, _) in &effective {
            apply(&all, bytes);
        }
        let (a, b) = (one.transact(), all.transact());
        prop_assert_eq!(a.state_vector(), b.state_vector());
        prop_assert_eq!(read(&a), read(&b));
    }

    #[test]
    fn g2_what_passes_never_panics_yrs(
        steps in steps(16),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        before in any::<bool>(),
    ) {
        let (updates, docs) = edit(&steps);
        let mut bytes = docs[0].transact().encode_diff_v1(&StateVector::default());
        for (at, value) in &flips {
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
        never_panics(&bytes, before.then_some(&updates));
        let cut = cut.index(bytes.len());
        never_panics(&bytes[..cut], None);
    }

    #[test]
    fn g2_well_formed_nonsense_never_panics_yrs(
        first in prop::collection::vec(any::<u8>(), 8..64),
        second in prop::collection::vec(any::<u8>(), 8..64),
    ) {
        let before = nonsense(&first);
        if never_panics(&before, None) {
            never_panics(&nonsense(&second), Some(&vec![before]));
        }
    }

    #[test]
    fn g2_changed_yjs_updates_never_panic_yrs(
        which in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..3),
    ) {
        let updates = yjs();
        let names: Vec<_> = updates.keys().collect();
        let mut bytes = updates[*names[which.index(names.len())]].clone();
        for (at, value) in &flips {
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
        never_panics(&bytes, None);
    }
}

/// Does with bytes what a room does, on a scratch document.
fn never_panics(bytes: &[u8], before: Option<&Vec<Vec<u8>>>) -> bool {
    drop(check_state_vector(bytes));
    drop(check_awareness(bytes));
    let mut content = Content::of(Core::new(&testing::document(), 3, Scope::NOTHING));
    let mut number = 0;
    for update in before.into_iter().flatten() {
        let update = Bytes::copy_from_slice(update);
        let walk = check(&update).expect("an update");
        drop(testing::apply(&mut content, &update, &walk, || 1));
    }
    let bytes = Bytes::copy_from_slice(bytes);
    let Ok(walk) = check(&bytes) else {
        return false;
    };
    let outcome = testing::apply(&mut content, &bytes, &walk, || {
        number += 1;
        number
    });
    if !matches!(outcome, Ok(Outcome::Changed { .. })) {
        return false;
    }
    // What it wrote can be read again, and leaves no holes.
    let whole = content.whole();
    let mut again = Core::new(&testing::document(), 4, Scope::NOTHING);
    let loaded =
        check_update(&whole, &Bounds::TRUSTED_SIZE).and_then(|walk| again.load(&whole, &walk));
    if let Err(fault) = loaded {
        panic!("{fault}: {before:02x?} then {bytes:02x?} written as {whole:02x?}");
    }
    assert_eq!(again.state_vector(), *content.state());
    drop(content.diff(&again.state_vector()));
    true
}

fn read(txn: &yrs::Transaction<'_>) -> Vec<String> {
    let roots = txn.root_refs();
    let mut read: Vec<_> = roots
        .map(|(name, value)| {
            use yrs::types::ToJson;
            let mut text = String::new();
            value.to_json(txn).to_json(&mut text);
            // A map's keys come in any order.
            let sorted: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            format!("{name} {}", canonical(&sorted))
        })
        .collect();
    read.sort();
    read
}

fn canonical(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(map) => {
            let sorted: BTreeMap<_, _> = map.iter().map(|(k, v)| (k, canonical(v))).collect();
            format!("{sorted:?}")
        }
        serde_json::Value::Array(list) => {
            format!("{:?}", list.iter().map(canonical).collect::<Vec<_>>())
        }
        other => other.to_string(),
    }
}
