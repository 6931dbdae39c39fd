//! Whatever several people do at the same time, they end with one map, and nothing is
//! lost or doubled.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

#[path = "convergence/changes.rs"]
mod changes;
#[path = "convergence/structure.rs"]
mod structure;
#[path = "convergence/values.rs"]
mod values;

use std::collections::BTreeSet;
use std::sync::Arc;

use changes::check_changes;
use proptest::prelude::{Strategy, any, prop, proptest};
use proptest::test_runner::Config;
use waymark_model::edit::{
    Author, Edit, EditError, OpportunityScore, PainScore, Place, Target, TextField,
};
use waymark_model::ids::{
    CardId, LaneId, MapId, OpportunityId, PainId, PersonaId, StageId, StepId,
};
use waymark_model::interchange::MapFile;
use waymark_model::invariants::violations;
use waymark_model::map::JourneyMap;
use waymark_model::scalar::ScalarField;
use waymark_model::schema::new_doc;
use waymark_model::vocabulary::{LaneKind, MapKind, PainEffect};
use waymark_model::{History, apply};
use yrs::updates::decoder::Decode;
use yrs::{Doc, ReadTxn, Transact, Update};

#[path = "support/kept.rs"]
mod kept;

use kept::Kept;

/// Three numbers choose an edit on whatever the map holds then.
type Dice = (u8, u16, u16);

fn pick<T: Clone>(items: &[T], by: u16) -> Option<T> {
    items
        .get(usize::from(by).checked_rem(items.len())?)
        .cloned()
}

fn place<Id: Clone>(items: &[Id], by: u16) -> Place<Id> {
    match (by % 4, pick(items, by / 4)) {
        (0, _) => Place::First,
        (1, Some(id)) => Place::Before(id),
        (2, Some(id)) => Place::After(id),
        _ => Place::Last,
    }
}

/// The edit that the dice choose, if the map has what it needs.
fn edit(map: &JourneyMap, (kind, a, b): Dice, name: &str) -> Option<Edit> {
    let stages: Vec<StageId> = map.stages.iter().map(|it| it.id.clone()).collect();
    let steps: Vec<StepId> = map.steps.iter().map(|it| it.id.clone()).collect();
    let lanes: Vec<LaneId> = map.lanes.iter().map(|it| it.id.clone()).collect();
    let cards: Vec<CardId> = map.cards.iter().map(|it| it.id.clone()).collect();
    let pains: Vec<PainId> = map.pains.iter().map(|it| it.id.clone()).collect();
    let opportunities: Vec<OpportunityId> =
        map.opportunities.iter().map(|it| it.id.clone()).collect();
    let delete = |target| Edit::Delete {
        target,
        by: name.to_owned(),
        at: 1,
    };
    let text = format!("{name} 😀 {a}");
    Some(match kind % 31 {
        0 => Edit::AddStage {
            id: StageId::parse(name).ok()?,
            title: text,
            place: place(&stages, b),
        },
        1 => Edit::MoveStage {
            id: pick(&stages, a)?,
            place: place(&stages, b),
        },
        2 | 3 => Edit::AddStep {
            id: StepId::parse(name).ok()?,
            stage: pick(&stages, a)?,
            title: text,
            place: place(&steps, b),
        },
        4 => Edit::MoveStep {
            id: pick(&steps, a)?,
            stage: pick(&stages, b)?,
            place: place(&steps, b),
        },
        5 => {
            let kind = LaneKind::ALL[usize::from(a) % LaneKind::ALL.len()];
            Edit::AddLane {
                id: LaneId::parse(name).ok()?,
                kind,
                title: text,
                place: place(&lanes, b),
            }
        }
        6 => Edit::MoveLane {
            id: pick(&lanes, a)?,
            place: place(&lanes, b),
        },
        7..=9 => Edit::AddCard {
            id: CardId::parse(name).ok()?,
            step: pick(&steps, a)?,
            lane: pick(&lanes, b)?,
            text,
            place: place(&cards, a),
        },
        10 | 11 => Edit::MoveCard {
            id: pick(&cards, a)?,
            step: pick(&steps, b)?,
            lane: pick(&lanes, a)?,
            place: place(&cards, b),
        },
        12 => Edit::SetText {
            field: TextField::CardText(pick(&cards, a)?),
            text,
        },
        13 => Edit::SetEmotion {
            step: pick(&steps, a)?,
            persona: map.personas.first()?.id.clone(),
            value: [None, Some(-2.0), Some(0.0), Some(1.5)][usize::from(b % 4)],
        },
        14 => Edit::AddPain {
            id: PainId::parse(name).ok()?,
            step: pick(&steps, a)?,
            text,
            place: place(&pains, b),
        },
        15 => Edit::MovePain {
            id: pick(&pains, a)?,
            step: pick(&steps, b)?,
            place: place(&pains, a),
        },
        16 => Edit::AddOpportunity {
            id: OpportunityId::parse(name).ok()?,
            step: pick(&steps, a)?,
            title: text,
            place: place(&opportunities, b),
        },
        17 => Edit::MoveOpportunity {
            id: pick(&opportunities, a)?,
            step: pick(&steps, b)?,
            place: place(&opportunities, a),
        },
        18 => delete(match b % 5 {
            0 => Target::Stage(pick(&stages, a)?),
            1 => Target::Step(pick(&steps, a)?),
            2 => Target::Lane(pick(&lanes, a)?),
            3 => Target::Card(pick(&cards, a)?),
            _ => Target::Pain(pick(&pains, a)?),
        }),
        19 => Edit::ScorePain {
            id: pick(&pains, a)?,
            score: [PainScore::Severity, PainScore::Impact][usize::from(a % 2)],
            value: [None, Some(1), Some(3), Some(5)][usize::from(b % 4)],
        },
        23 => Edit::SetScalar {
            field: ScalarField::CardColour(pick(&cards, a)?),
            value: [None, Some("rose".into()), Some("teal".into())][usize::from(b % 3)].clone(),
        },
        20 => Edit::SetMomentOfTruth {
            id: pick(&steps, a)?,
            value: b % 2 == 0,
        },
        21 | 22 => return structure::edit(map, (a, b), name),
        24 => return values::edit(map, (a, b)),
        25 => Edit::SetMapKind(MapKind::ALL[usize::from(b) % MapKind::ALL.len()]),
        26 => Edit::SetPainEffect {
            id: pick(&pains, a)?,
            effect: pick(PainEffect::ALL, b).filter(|_| b % 5 > 0),
        },
        27 => Edit::ScoreOpportunity {
            id: pick(&opportunities, a)?,
            score: [OpportunityScore::CustomerValue, OpportunityScore::Effort][usize::from(a % 2)],
            value: [None, Some(1), Some(3), Some(5)][usize::from(b % 4)],
        },
        29 | 30 => return values::rich(map, (a, b), text),
        28 => Edit::Restore(values::made_earlier(name, (a, b))?),
        _ => Edit::AddPersona {
            id: PersonaId::parse(name).ok()?,
            name: text,
        },
    })
}

fn read(doc: &Doc) -> JourneyMap {
    JourneyMap::read(&doc.transact())
}

/// Does what the dice choose, or undoes or redoes; what that wrote is what it changes in
/// the map.
fn act(doc: &Doc, history: &mut History, dice: Dice, name: &str) {
    let before = read(doc);
    let done = match dice.0 {
        0..20 => format!("undo: {}", history.undo(doc)),
        20..30 => format!("redo: {}", history.redo(doc)),
        _ => {
            let Some(edit) = edit(&before, dice, name) else {
                return;
            };
            let done = format!("{edit:?}");
            let result = history.edit(doc, std::slice::from_ref(&edit), Author::default());
            // What somebody wants back may be elsewhere yet; the rest was chosen for this map.
            if let Err(error) = result {
                let may_miss = matches!(edit, Edit::Restore(_));
                assert!(may_miss, "{done} was chosen for this map: {error}");
            }
            done
        }
    };
    let after = read(doc);
    assert_eq!(violations(&after), [], "after {done}");
    structure::check_spans(&after);
    check_changes(&before, &after);
}

fn give(from: &Doc, to: &Doc) {
    let since = to.transact().state_vector();
    let update = from.transact().encode_state_as_update_v1(&since);
    to.transact_mut()
        .apply_update(Update::decode_v1(&update).unwrap())
        .unwrap();
}

/// A small map of two stages with two steps, three lanes and some things in them.
fn start() -> Doc {
    let doc = new_doc(1);
    let text = "
format: journey-map/1
map: {id: m, title: Small}
personas: [{id: p, name: P}]
lanes: [{id: l1, type: actions}, {id: l2, type: quotes}, {id: l3, type: pain_points}]
stages: [{id: s1, title: One}, {id: s2, title: Two}]
steps:
  - {id: a, stage: s1, sentiment: 1, cells: {l1: [one, two]}}
  - {id: b, stage: s1, cells: {l1: [three], l2: [said]}}
  - {id: c, stage: s2, sentiment: -2}
pain_points: [{id: x, step: a, text: Hurts}, {id: y, step: c, text: More}]
";
    MapFile::parse(text)
        .unwrap()
        .write(&mut doc.transact_mut())
        .unwrap();
    doc
}

proptest! {
    #![proptest_config(Config { cases: 48, ..Config::default() })]

    #[test]
    fn three_who_edit_and_meet_at_random_end_with_one_map(
        turns in prop::collection::vec((0_u8..3, 0_u8..8, dice()), 1..60),
    ) {
        let docs: Vec<Doc> = [1, 2, 3].map(|client| {
            let doc = new_doc(client * 100);
            give(&start(), &doc);
            doc
        }).into();
        let mut histories: Vec<History> = docs
            .iter()
            .map(|doc| History::new(doc, Arc::new(|| 0)))
            .collect();
        let mut kept: Vec<Kept> = docs.iter().map(Kept::of).collect();
        for (n, (who, meets, dice)) in turns.into_iter().enumerate() {
            let who = usize::from(who);
            act(&docs[who], &mut histories[who], dice, &format!("n{n}"));
            let who = who as u8;
            kept[usize::from(who)].check(&docs[usize::from(who)]);
            // Now and then one hears what another one did.
            if meets < 2 {
                give(&docs[usize::from(who)], &docs[usize::from(who + meets + 1) % 3]);
            }
        }
        for _ in 0..2 {
            for (from, to) in [(0, 1), (1, 2), (2, 0), (0, 2), (2, 1), (1, 0)] {
                give(&docs[from], &docs[to]);
            }
        }
        for (kept, doc) in kept.iter_mut().zip(&docs) {
            kept.check(doc);
        }
        let maps: Vec<JourneyMap> = docs.iter().map(read).collect();
        assert_eq!(maps[0], maps[1]);
        assert_eq!(maps[0], maps[2]);
        assert_eq!(violations(&maps[0]), []);
        nothing_is_lost(&docs[0], &maps[0]);
        let id = MapId::parse("m").unwrap();
        let file = MapFile::read(&docs[0].transact(), &id);
        assert_eq!(file.value(), MapFile::read(&docs[1].transact(), &id).value());
        MapFile::from_value(file.value().clone()).expect("what is exported can be imported");
    }
}

fn dice() -> impl Strategy<Value = Dice> {
    (any::<u8>(), any::<u16>(), any::<u16>())
}

/// Bringing back whatever was deleted shows every card that was ever made, once.
fn nothing_is_lost(doc: &Doc, map: &JourneyMap) {
    let copy = new_doc(9);
    give(doc, &copy);
    let mut txn = copy.transact_mut();
    let names = |root: &str| -> BTreeSet<String> {
        let ids = copy_keys(&txn, root);
        ids.into_iter().collect()
    };
    let (stages, steps, lanes, cards) = (
        names("stages"),
        names("steps"),
        names("lanes"),
        names("cards"),
    );
    let targets = stages
        .iter()
        .map(|id| Target::Stage(StageId::parse(id).unwrap()))
        .chain(
            steps
                .iter()
                .map(|id| Target::Step(StepId::parse(id).unwrap())),
        )
        .chain(
            lanes
                .iter()
                .map(|id| Target::Lane(LaneId::parse(id).unwrap())),
        )
        .chain(
            cards
                .iter()
                .map(|id| Target::Card(CardId::parse(id).unwrap())),
        );
    for target in targets {
        let result: Result<(), EditError> = apply(&mut txn, &Edit::Restore(target));
        result.unwrap();
    }
    let whole = JourneyMap::read(&txn);
    assert_eq!(whole.stages.len(), stages.len());
    assert_eq!(whole.steps.len(), steps.len());
    let shown: BTreeSet<String> = whole.cards.iter().map(|it| it.id.to_string()).collect();
    assert_eq!((whole.cards.len(), shown), (cards.len(), cards));
    assert!(map.cards.len() <= whole.cards.len());
}

fn copy_keys<T: ReadTxn>(txn: &T, root: &str) -> Vec<String> {
    use yrs::Map;
    txn.get_map(root)
        .map(|root| root.keys(txn).map(str::to_owned).collect())
        .unwrap_or_default()
}
