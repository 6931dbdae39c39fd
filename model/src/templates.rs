//! Presets as data: the demo maps and the lanes of a blank map.

use yrs::{Any, Map, TransactionMut, WriteTxn};

use crate::edit::{Kind, write_new, write_text};
use crate::ids::{LaneId, PersonaId};
use crate::vocabulary::LaneKind;
use crate::{order, schema};

/// The demo maps as `journey-map/1` files: key and text.
pub const DEMO_MAPS: &[(&str, &str)] = &[
    (
        "saas-evaluation",
        include_str!("templates/saas-evaluation.yaml"),
    ),
    (
        "water-damage-claim",
        include_str!("templates/water-damage-claim.yaml"),
    ),
];

/// The lanes of a blank map.
const LANES: &[(LaneKind, &str)] = &[
    (LaneKind::Actions, "What they do"),
    (LaneKind::Thoughts, "What they think"),
    (LaneKind::Emotion, "How it feels"),
    (LaneKind::Touchpoints, "Touchpoints"),
    (LaneKind::PainPoints, "Pain points"),
    (LaneKind::Opportunities, "Opportunities"),
    (LaneKind::Quotes, "In their words"),
    (LaneKind::Owners, "Who owns it"),
];

/// The persona of a blank map.
const PERSONA: &str = "Customer";

/// Writes a blank map into an empty document: a title, the usual lanes, one persona,
/// no stages yet. Ids are made from `random`.
pub fn write_blank(txn: &mut TransactionMut<'_>, title: &str, random: &mut dyn FnMut() -> u128) {
    let frame = txn.get_or_insert_map(schema::FRAME);
    frame.insert(txn, schema::SCHEMA, Any::from(schema::SCHEMA_VERSION));
    for key in schema::FRAME_TEXTS {
        write_text(
            txn,
            &frame,
            key,
            if *key == schema::TITLE { title } else { "" },
        );
    }
    let mut key = None;
    for (kind, title) in LANES {
        let place = order::between(key.as_deref(), None);
        let id = LaneId::from_random(random());
        let fields = write_new(txn, Kind::Lane, id.as_str(), title);
        fields.insert(txn, schema::TYPE, kind.word());
        fields.insert(txn, schema::POS, place.as_str());
        key = Some(place);
    }
    let id = PersonaId::from_random(random());
    let fields = write_new(txn, Kind::Persona, id.as_str(), PERSONA);
    fields.insert(txn, schema::POS, order::between(None, None));
}

#[cfg(test)]
mod tests {
    use yrs::Transact;

    use super::write_blank;
    use crate::ids::MapId;
    use crate::interchange::MapFile;
    use crate::map::JourneyMap;
    use crate::schema::new_doc;

    #[test]
    fn a_blank_map_has_lanes_a_persona_and_no_stages() {
        let doc = new_doc(1);
        let mut bits = 0_u128;
        let mut random = || {
            bits += 1;
            bits
        };
        write_blank(&mut doc.transact_mut(), "First try", &mut random);
        let map = JourneyMap::read(&doc.transact());
        assert_eq!(map.frame.title, "First try");
        assert_eq!(
            (map.personas.len(), map.personas[0].name.as_str()),
            (1, "Customer")
        );
        assert!(map.stages.is_empty() && map.cards.is_empty());
        let lanes: Vec<&str> = map.lanes.iter().map(|lane| lane.title.as_str()).collect();
        assert_eq!(lanes.len(), super::LANES.len());
        assert_eq!((lanes[0], lanes[2]), ("What they do", "How it feels"));
        let file = MapFile::read(&doc.transact(), &MapId::parse("new").unwrap());
        assert_eq!(
            MapFile::parse(&file.to_yaml()).unwrap().value(),
            file.value()
        );
    }
}
