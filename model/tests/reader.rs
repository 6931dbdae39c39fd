//! A reading that is kept up to date is at all times what reading everything gives.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use std::rc::Rc;

use proptest::prelude::{any, prop, proptest};
use proptest::test_runner::Config;
use waymark_model::apply;
use waymark_model::diff::Change;
use waymark_model::edit::{Edit, Place, Target, TextField};
use waymark_model::ids::{CardId, OpportunityId, PainId};
use waymark_model::interchange::MapFile;
use waymark_model::map::{JourneyMap, Reader};
use waymark_model::schema::{ROOTS, new_doc};
use waymark_model::templates::DEMO_MAPS;
use yrs::undo::Options;
use yrs::{Any, Doc, Map, MapPrelim, Out, Transact, UndoManager};

#[path = "support/kept.rs"]
mod kept;

use kept::Kept;

const MINE: &str = "mine";

fn demo() -> Doc {
    let doc = new_doc(1);
    let (_, text) = DEMO_MAPS[0];
    let file = MapFile::parse(text).unwrap();
    file.write(&mut doc.transact_mut()).unwrap();
    doc
}

fn undo_of(doc: &Doc) -> UndoManager {
    let mut undo = UndoManager::with_options(Options {
        tracked_origins: [MINE.into()].into(),
        capture_timeout_millis: 0,
        ..Options::default()
    });
    for root in ROOTS {
        undo.expand_scope(doc, &doc.get_or_insert_map(*root));
    }
    undo
}

fn pick<T: Clone>(items: &[T], by: u16) -> Option<T> {
    let at = usize::from(by).checked_rem(items.len())?;
    items.get(at).cloned()
}

/// Half of the edits are of cards; the others touch each kind of thing.
fn edit(map: &JourneyMap, (kind, a, b): (u8, u16, u16), name: &str) -> Option<Edit> {
    let card = pick(&map.cards, a).map(|it| it.id);
    let other = pick(&map.cards, b).map(|it| it.id);
    let step = pick(&map.steps, b)?.id;
    let lane = pick(&map.lanes, b / 7)?.id;
    let place = match (b % 3, other) {
        (0, Some(other)) => Place::After(other),
        (1, _) => Place::First,
        _ => Place::Last,
    };
    let text = format!("{name} {a}");
    let set = |field| Edit::SetText {
        field,
        text: text.clone(),
    };
    let delete = |target| Edit::Delete {
        target,
        by: "ana".to_owned(),
        at: 1,
    };
    Some(match kind % 20 {
        0..=2 => set(TextField::CardText(card?)),
        3..=5 => Edit::MoveCard {
            id: card?,
            step,
            lane,
            place,
        },
        6 | 7 => Edit::AddCard {
            id: CardId::parse(name).ok()?,
            step,
            lane,
            text,
            place,
        },
        8 => delete(Target::Card(card?)),
        9 => set(TextField::StepTitle(step)),
        10 => set(TextField::LaneTitle(lane)),
        11 => set(TextField::StageGoal(pick(&map.stages, a)?.id)),
        12 => set(TextField::MapTitle),
        13 => set(TextField::PainText(pick(&map.pains, a)?.id)),
        14 => delete([Target::Step(step), Target::Lane(lane)][usize::from(a % 2)].clone()),
        15 => Edit::MoveLane {
            id: lane,
            place: Place::First,
        },
        16 => Edit::AddPain {
            id: PainId::parse(name).ok()?,
            step,
            text,
            place: Place::Last,
        },
        17 => Edit::AddOpportunity {
            id: OpportunityId::parse(name).ok()?,
            step,
            title: text,
            place: Place::First,
        },
        18 => Edit::SetEmotion {
            step,
            persona: map.personas.first()?.id.clone(),
            value: Some(f64::from(a % 3) - 1.0),
        },
        _ => Edit::MoveStep {
            id: step,
            stage: pick(&map.stages, a)?.id,
            place: Place::First,
        },
    })
}

proptest! {
    #![proptest_config(Config { cases: 48, ..Config::default() })]

    #[test]
    fn edits_their_undo_and_redo_leave_the_reading_right(
        turns in prop::collection::vec((0_u8..8, any::<(u8, u16, u16)>(), any::<bool>()), 1..40),
    ) {
        let doc = demo();
        let mut undo = undo_of(&doc);
        let mut kept = Kept::of(&doc);
        for (n, (turn, dice, reads)) in turns.into_iter().enumerate() {
            match turn {
                0 => drop(undo.undo_blocking()),
                1 => drop(undo.redo_blocking()),
                _ => {
                    let map = JourneyMap::read(&doc.transact());
                    if let Some(edit) = edit(&map, dice, &format!("n{n}")) {
                        let _ = apply(&mut doc.transact_mut_with(MINE), &edit);
                        undo.reset();
                    }
                }
            }
            // Several changes may be read at once.
            if reads {
                kept.check(&doc);
            }
        }
        kept.check(&doc);
    }
}

#[test]
fn a_letter_in_a_card_is_one_change_and_touches_no_cell() {
    let doc = demo();
    let mut reader = Reader::new(&doc);
    let card = reader.map().cards[3].id.clone();
    let edit = Edit::SetText {
        field: TextField::CardText(card.clone()),
        text: "x".to_owned(),
    };
    apply(&mut doc.transact_mut(), &edit).unwrap();
    let news = reader.catch_up(&doc.transact());
    assert_eq!(news.changes, [Change::Card(card.clone())]);
    assert_eq!(news.cells.map(|cells| cells.len()), Some(0));
    assert_eq!(reader.card(&card).unwrap().text, "x");
    assert_eq!(reader.catch_up(&doc.transact()).changes, []);
}

#[test]
fn a_moved_card_touches_the_two_cells_it_was_and_is_in() {
    let doc = demo();
    let mut reader = Reader::new(&doc);
    let (card, step, lane) = {
        let map = reader.map();
        let card = map.cards[0].clone();
        let step = map.steps.iter().find(|it| it.id != card.step).unwrap();
        (card.id.clone(), step.id.clone(), card.lane)
    };
    let edit = Edit::MoveCard {
        id: card.clone(),
        step,
        lane,
        place: Place::Last,
    };
    apply(&mut doc.transact_mut(), &edit).unwrap();
    let news = reader.catch_up(&doc.transact());
    assert_eq!(news.changes, [Change::Card(card), Change::Cells]);
    assert_eq!(news.cells.map(|cells| cells.len()), Some(2));
}

#[test]
fn a_map_that_somebody_still_holds_stays_as_it_was() {
    let doc = demo();
    let mut reader = Reader::new(&doc);
    let held = Rc::clone(reader.map());
    let id = held.cards[0].id.clone();
    let edit = Edit::SetText {
        field: TextField::CardText(id),
        text: "new".to_owned(),
    };
    apply(&mut doc.transact_mut(), &edit).unwrap();
    reader.catch_up(&doc.transact());
    assert_ne!(held.cards[0].text, "new");
    assert_eq!(reader.map().cards[0].text, "new");
}

#[test]
fn values_of_a_wrong_kind_come_and_go_without_harm() {
    let doc = demo();
    let mut kept = Kept::of(&doc);
    let cards = doc.get_or_insert_map("cards");
    let (id, other) = {
        let map = JourneyMap::read(&doc.transact());
        (map.cards[0].id.clone(), map.cards[1].id.clone())
    };
    let write = |value: Any, kept: &mut Kept| {
        cards.insert(&mut doc.transact_mut(), id.as_str(), value);
        kept.check(&doc);
    };
    write(Any::from("not a card"), &mut kept);
    write(Any::Null, &mut kept);
    cards.insert(&mut doc.transact_mut(), "no id!", MapPrelim::default());
    kept.check(&doc);
    let Some(Out::YMap(fields)) = cards.get(&doc.transact(), other.as_str()) else {
        panic!("a card is a map");
    };
    for value in ["", "nowhere", "no/where", "a/b/c"] {
        fields.insert(&mut doc.transact_mut(), "cell", value);
        kept.check(&doc);
    }
    cards.clear(&mut doc.transact_mut());
    kept.check(&doc);
}
