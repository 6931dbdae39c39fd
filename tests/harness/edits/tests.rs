//! All kinds of edits, without a server between the people.

use super::*;
use crate::trace::digest_of_all;
use waymark_model::invariants;
use yrs::updates::decoder::Decode;
use yrs::{ClientID, Doc, OffsetKind, Options, ReadTxn, StateVector, Transact, Update};

fn doc(id: u64) -> Doc {
    Doc::with_options(Options {
        offset_kind: OffsetKind::Utf16,
        ..Options::with_client_id(ClientID::new(id))
    })
}

fn sync(from: &Doc, to: &Doc) {
    let known = to.transact().state_vector();
    let update = from.transact().encode_diff_v1(&known);
    let update = Update::decode_v1(&update).expect("a document encodes updates");
    to.transact_mut()
        .apply_update(update)
        .expect("documents take each other's updates");
}

/// Three people without a server: what they end with, and how many edits were made.
fn afternoon(seed: u64) -> (Vec<JourneyMap>, u64, usize) {
    let mut rng = Rng::new(seed);
    let docs = [doc(11), doc(12), doc(13)];
    crate::fixture::furnish(&docs[0], &mut rng);
    sync(&docs[0], &docs[1]);
    sync(&docs[0], &docs[2]);
    let (mut deleted, mut done) = (Vec::new(), 0);
    for at in 0..200 {
        let doc = &docs[rng.below(3) as usize];
        let kind = *rng.pick(EditKind::USUAL).expect("there are kinds");
        let map = JourneyMap::read(&doc.transact());
        assert_eq!(invariants::violations(&map), [], "seed {seed}");
        if let Some(edit) = choose(kind, rng.next_u64(), &map, &deleted, "ana", at) {
            if let Edit::Delete { target, .. } = &edit {
                deleted.push(target.clone());
            }
            done += usize::from(waymark_model::apply(&mut doc.transact_mut(), &edit).is_ok());
        }
        if rng.chance(20) {
            let (from, to) = (rng.below(3) as usize, rng.below(3) as usize);
            if from != to {
                sync(&docs[from], &docs[to]);
            }
        }
    }
    for _ in 0..2 {
        for (from, to) in [(0, 1), (1, 2), (2, 0), (0, 1)] {
            sync(&docs[from], &docs[to]);
        }
    }
    let whole = docs[0]
        .transact()
        .encode_state_as_update_v1(&StateVector::default());
    let maps = docs
        .iter()
        .map(|doc| JourneyMap::read(&doc.transact()))
        .collect();
    (maps, digest_of_all(&whole), done)
}

#[test]
fn chosen_edits_are_mostly_possible_merge_everywhere_and_repeat_exactly() {
    for seed in 0..8 {
        let (maps, digest, done) = afternoon(seed);
        assert_eq!(maps[0], maps[1], "seed {seed}");
        assert_eq!(maps[1], maps[2], "seed {seed}");
        assert!(done > 120, "only {done} edits of 200 were possible");
        assert_eq!(afternoon(seed).1, digest, "seed {seed} is not repeatable");
    }
}
