//! A map of ten thousand cards as 3,000 changes, the way a team would fill it over months.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use waymark_model::edit::Place;
use waymark_model::ids::{CardId, StageId, StepId};
use waymark_model::{Edit, JourneyMap, order, schema, templates};
use yrs::updates::decoder::Decode;
use yrs::{Map, MapPrelim, ReadTxn, StateVector, TextPrelim, Transact, Update, WriteTxn};

use crate::lib0::Typist;
use crate::marker;

/// In how many changes the map is made.
pub(crate) const UPDATES: usize = 3_000;
const STAGES: u32 = 10;
const STEPS_EACH: u32 = 10;
/// The person whose marker is the last of the map; nobody else has this number.
const SEEDER: u32 = 200_000;
/// What a card says; with its ids and keys that makes about 320 bytes a card.
const TEXT: &str = "waits for somebody to call back, looks at the page again, is not sure whether \
    the message has arrived, asks a friend who had the same trouble last year and then \
    writes it down";

/// The changes, in order, and what they lead to.
#[derive(Debug)]
pub(crate) struct LargeMap {
    pub(crate) updates: Vec<Vec<u8>>,
    /// Size of the whole state in yrs' encoding.
    pub(crate) bytes: usize,
    pub(crate) cards: usize,
}

impl LargeMap {
    /// Makes it; the same each time.
    ///
    /// # Errors
    /// When the model refuses an edit.
    pub(crate) fn make(cards: usize) -> Result<Self> {
        let doc = schema::new_doc(77);
        let mut bits = 0_u128;
        let mut random = move || {
            bits += 0x9e37_79b9_7f4a_7c15_f39c_0c4b_3f1d;
            bits.wrapping_mul(0xda94_2042_e4dd_58b5_2545_f491_4f6c_dd1d)
        };
        {
            let mut txn = doc.transact_mut();
            templates::write_blank(&mut txn, "Ten thousand cards", &mut random);
        }
        let mut steps = Vec::new();
        for stage_number in 0..STAGES {
            let stage = StageId::from_random(random());
            let add = Edit::AddStage {
                id: stage.clone(),
                title: format!("Stage {stage_number}"),
                place: Place::Last,
            };
            waymark_model::apply(&mut doc.transact_mut(), &add)?;
            for step_number in 0..STEPS_EACH {
                let id = StepId::from_random(random());
                let add = Edit::AddStep {
                    id: id.clone(),
                    stage: stage.clone(),
                    title: format!("Step {stage_number}.{step_number}"),
                    place: Place::Last,
                };
                waymark_model::apply(&mut doc.transact_mut(), &add)?;
                steps.push(id);
            }
        }
        let lanes: Vec<_> = JourneyMap::read(&doc.transact())
            .lanes
            .iter()
            .map(|lane| lane.id.clone())
            .collect();
        let state = |doc: &yrs::Doc| {
            doc.transact()
                .encode_state_as_update_v1(&StateVector::default())
        };
        let mut updates = vec![state(&doc)];
        let mut keys: HashMap<String, String> = HashMap::new();
        for change in 1..UPDATES - 1 {
            let from = cards * (change - 1) / (UPDATES - 2);
            let to = cards * change / (UPDATES - 2);
            let mut txn = doc.transact_mut();
            let root = txn.get_or_insert_map(schema::CARDS);
            for card in from..to {
                // As the model's own edit writes it, which would look at all cards each time.
                let (step, lane) = (&steps[card % steps.len()], &lanes[card % lanes.len()]);
                let cell = format!("{step}/{lane}");
                let place = order::between(keys.get(&cell).map(String::as_str), None);
                let fields =
                    MapPrelim::from([(schema::CELL, cell.clone()), (schema::POS, place.clone())]);
                let id = CardId::from_random(random());
                let fields = root.insert(&mut txn, id.as_str(), fields);
                let text = format!("{card}: {TEXT}");
                fields.insert(&mut txn, schema::TEXT, TextPrelim::new(text));
                keys.insert(cell, place);
            }
            updates.push(txn.encode_update_v1());
        }
        let mut last = Vec::new();
        Typist::new(SEEDER).append(&marker::write(SEEDER, 0), &mut last);
        updates.push(last);
        let bytes = state(&doc).len();
        Ok(Self {
            updates,
            bytes,
            cards,
        })
    }
}

/// Whether the last change of the map is in some content.
pub(crate) fn has_end(content: &[u8]) -> bool {
    memchr::memmem::find(content, &end()).is_some()
}

/// What only the last change of the map has in it.
pub(crate) fn end() -> [u8; marker::LEN] {
    marker::write(SEEDER, 0)
}

/// Reads a whole state as a client would and says how many cards there are.
///
/// # Errors
/// When it is no state, or does not hold together.
pub(crate) fn count_cards(state: &[u8]) -> Result<usize> {
    let doc = schema::new_doc(78);
    let update = Update::decode_v1(state).context("the state cannot be decoded")?;
    let mut txn = doc.transact_mut();
    txn.apply_update(update).context("it cannot be applied")?;
    ensure!(txn.store().pending_update().is_none(), "parts are missing");
    Ok(JourneyMap::read(&txn).cards.len())
}

#[cfg(test)]
mod tests {
    use waymark_sync::guard::{Bounds, check_update};

    use super::*;

    #[test]
    fn the_changes_make_a_map_with_all_cards() {
        let map = LargeMap::make(6_000).unwrap();
        assert_eq!(map.updates.len(), UPDATES);
        for update in &map.updates {
            check_update(update, &Bounds::UPDATE).unwrap();
        }
        let doc = schema::new_doc(79);
        for update in &map.updates {
            let update = Update::decode_v1(update).unwrap();
            doc.transact_mut().apply_update(update).unwrap();
        }
        let state = doc
            .transact()
            .encode_state_as_update_v1(&StateVector::default());
        assert_eq!(count_cards(&state).unwrap(), 6_000);
        assert!(has_end(&state) && !has_end(&map.updates[5]));
        let each = map.bytes / map.cards;
        assert!((250..400).contains(&each), "{each} bytes a card");
    }
}
