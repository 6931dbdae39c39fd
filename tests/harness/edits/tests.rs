//! All kinds of edits, without a server between the people.

use super::*;
use crate::trace::digest_of_all;
use waymark_model::invariants;
use yrs::updates::decoder::Decode;
use yrs::{ClientID, Doc, OffsetKind, Options, ReadTxn, StateVector, Transact, Update};

fn doc(id: u64) -> Doc {
    Doc::with_options(Options {
        offset_kind: OffsetKind::Utf16,
        cleanup_formatting: false,
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

/// Which kind chooses an edit. An edit that is new to the model does not compile here
/// before it has one.
fn kind_of(edit: &Edit) -> EditKind {
    match edit {
        Edit::SetText { .. } => EditKind::SetText,
        Edit::SetMapKind(_) => EditKind::SetMapKind,
        Edit::AddPersona { .. } => EditKind::AddPersona,
        Edit::AddStage { .. } => EditKind::AddStage,
        Edit::MoveStage { .. } => EditKind::MoveStage,
        Edit::SplitStage { .. } => EditKind::SplitStage,
        Edit::MergeStage { .. } => EditKind::MergeStage,
        Edit::AddStep { .. } => EditKind::AddStep,
        Edit::MoveStep { .. } => EditKind::MoveStep,
        Edit::SetMomentOfTruth { .. } => EditKind::SetMomentOfTruth,
        Edit::AddLane { .. } => EditKind::AddLane,
        Edit::MoveLane { .. } => EditKind::MoveLane,
        Edit::SetLaneFlag { .. } => EditKind::SetLaneFlag,
        Edit::SetLaneLine { .. } => EditKind::SetLaneLine,
        Edit::SetLaneColour { .. } => EditKind::SetLaneColour,
        Edit::AddCard { .. } => EditKind::AddCard,
        Edit::MoveCard { .. } => EditKind::MoveCard,
        Edit::SpanCard { .. } => EditKind::SpanCard,
        Edit::SetEmotion { .. } => EditKind::SetEmotion,
        Edit::AddPain { .. } => EditKind::AddPain,
        Edit::MovePain { .. } => EditKind::MovePain,
        Edit::ScorePain { .. } => EditKind::ScorePain,
        Edit::SetPainEffect { .. } => EditKind::SetPainEffect,
        Edit::AddOpportunity { .. } => EditKind::AddOpportunity,
        Edit::MoveOpportunity { .. } => EditKind::MoveOpportunity,
        Edit::LinkOpportunity { .. } => EditKind::LinkOpportunity,
        Edit::ScoreOpportunity { .. } => EditKind::ScoreOpportunity,
        Edit::SetScalar { .. } => EditKind::SetScalar,
        Edit::AddConnector { .. } => EditKind::AddConnector,
        Edit::SetConnectorKind { .. } => EditKind::SetConnectorKind,
        Edit::AddGroup { .. } => EditKind::AddGroup,
        Edit::SetAuthor { .. } => EditKind::SetAuthor,
        Edit::GroupCard { .. } => EditKind::GroupCard,
        Edit::SpliceDetails { .. } => EditKind::SpliceDetails,
        Edit::MarkDetails { .. } => EditKind::MarkDetails,
        Edit::Delete { .. } => EditKind::Delete,
        Edit::Restore(_) => EditKind::Restore,
    }
}

#[test]
fn each_kind_chooses_its_own_edit() {
    let mut rng = Rng::new(5);
    let doc = doc(11);
    crate::fixture::furnish(&doc, &mut rng);
    let deleted = [Target::Card(CardId::parse("gone").expect("an id"))];
    let mut seen = 0;
    for kind in EditKind::USUAL {
        for _ in 0..20 {
            let map = JourneyMap::read(&doc.transact());
            let Some(edit) = choose(*kind, rng.next_u64(), &map, &deleted, "ana", 1) else {
                continue;
            };
            assert_eq!(kind_of(&edit), *kind);
            seen += usize::from(waymark_model::apply(&mut doc.transact_mut(), &edit).is_ok());
        }
    }
    assert!(seen > EditKind::USUAL.len() * 10, "{seen} edits");
}
