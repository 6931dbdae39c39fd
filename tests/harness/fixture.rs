//! The map that every world begins with.

use std::cell::RefCell;
use std::collections::BTreeMap;

use bytes::Bytes;
use waymark_model::edit::Place;
use waymark_model::ids::{CardId, PersonaId, StageId, StepId};
use waymark_model::{Edit, JourneyMap, templates};
use waymark_sync::{DocumentId, Incarnation, Record, Timestamp};
use yrs::{ClientID, Doc, OffsetKind, Options, ReadTxn, StateVector, Transact};

use crate::disk::SimDisk;
use crate::rng::Rng;

/// So many maps are different at their beginning.
const VARIANTS: u64 = 16;

/// Founds a small map: two stages with two steps each, the usual lanes, a few cards.
pub(crate) fn found(disk: &mut SimDisk, document: &DocumentId, rng: &mut Rng, at: Timestamp) {
    let record = Record {
        update: first_update(rng.below(VARIANTS)),
        author: "founder".to_owned(),
        at,
    };
    disk.create(document, Incarnation(rng.next_u128()), record);
}

/// The first update of one of the small maps. Each is made once in a thread: a world would
/// spend more time on it than on most of what happens later.
fn first_update(variant: u64) -> Bytes {
    thread_local! {
        static MADE: RefCell<BTreeMap<u64, Bytes>> = RefCell::default();
    }
    MADE.with_borrow_mut(|made| made.entry(variant).or_insert_with(|| make(variant)).clone())
}

fn make(variant: u64) -> Bytes {
    let doc = Doc::with_options(Options {
        offset_kind: OffsetKind::Utf16,
        cleanup_formatting: false,
        ..Options::with_client_id(ClientID::new(1))
    });
    furnish(&doc, &mut Rng::new(variant));
    let update = doc
        .transact()
        .encode_state_as_update_v1(&StateVector::default());
    update.into()
}

/// Writes the small map into an empty document.
pub(crate) fn furnish(doc: &Doc, rng: &mut Rng) {
    templates::write_blank(&mut doc.transact_mut(), "A journey", &mut || {
        rng.next_u128()
    });
    let blank = JourneyMap::read(&doc.transact());
    for edit in furniture(&blank, rng) {
        waymark_model::apply(&mut doc.transact_mut(), &edit)
            .expect("the edits add new things to a blank map");
    }
}

fn furniture(blank: &JourneyMap, rng: &mut Rng) -> Vec<Edit> {
    let mut edits = Vec::new();
    if blank.personas.is_empty() {
        let id = PersonaId::from_random(rng.next_u128());
        edits.push(Edit::AddPersona {
            id,
            name: "Kim".to_owned(),
        });
    }
    for stage_number in 1..=2 {
        let stage = StageId::from_random(rng.next_u128());
        edits.push(Edit::AddStage {
            id: stage.clone(),
            title: format!("Stage {stage_number}"),
            place: Place::Last,
        });
        for step_number in 1..=2 {
            let step = StepId::from_random(rng.next_u128());
            edits.push(Edit::AddStep {
                id: step.clone(),
                stage: stage.clone(),
                title: format!("Step {stage_number}.{step_number}"),
                place: Place::Last,
            });
            if let Some(lane) = blank.lanes.first() {
                edits.push(Edit::AddCard {
                    id: CardId::from_random(rng.next_u128()),
                    step,
                    lane: lane.id.clone(),
                    text: "does something".to_owned(),
                    place: Place::Last,
                });
            }
        }
    }
    edits
}
