//! Two people set one scalar differently at the same time: both values are kept until
//! somebody picks.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use std::sync::Arc;

use proptest::prelude::{Strategy, any, prop, proptest};
use proptest::test_runner::Config;
use waymark_model::edit::{Author, Edit, EditError, PainScore};
use waymark_model::ids::{MapId, PainId, PersonaId, StepId};
use waymark_model::interchange::MapFile;
use waymark_model::map::JourneyMap;
use waymark_model::scalar::{Scalar, ScalarField};
use waymark_model::schema::{self, new_doc};
use waymark_model::vocabulary::PainEffect;
use waymark_model::{apply, apply_by};
use yrs::undo::Options;
use yrs::updates::decoder::Decode;
use yrs::{Doc, Map, ReadTxn, Transact, UndoManager, Update};

const START: &str = "
format: journey-map/1
map: {id: m, title: Small}
personas: [{id: p, name: P}]
lanes: [{id: l, type: emotion}]
stages: [{id: s, title: One}]
steps: [{id: a, stage: s, sentiment: 1}, {id: b, stage: s}]
pain_points: [{id: x, step: a, text: Hurts, severity: 2}]
";

fn replicas<const N: usize>() -> [Doc; N] {
    let first = new_doc(1);
    MapFile::parse(START)
        .unwrap()
        .write(&mut first.transact_mut())
        .unwrap();
    std::array::from_fn(|n| {
        let doc = new_doc(100 + n as u64);
        give(&first, &doc);
        doc
    })
}

fn give(from: &Doc, to: &Doc) {
    let since = to.transact().state_vector();
    let update = from.transact().encode_state_as_update_v1(&since);
    to.transact_mut()
        .apply_update(Update::decode_v1(&update).unwrap())
        .unwrap();
}

fn meet(docs: &[Doc]) -> JourneyMap {
    for _ in 0..2 {
        for from in docs {
            docs.iter()
                .filter(|to| to.client_id() != from.client_id())
                .for_each(|to| give(from, to));
        }
    }
    let maps: Vec<JourneyMap> = docs.iter().map(read).collect();
    assert!(maps.iter().all(|map| *map == maps[0]));
    maps.into_iter().next().unwrap()
}

fn read(doc: &Doc) -> JourneyMap {
    JourneyMap::read(&doc.transact())
}

fn pain() -> PainId {
    PainId::parse("x").unwrap()
}

fn severity() -> ScalarField {
    ScalarField::Pain(pain(), PainScore::Severity)
}

fn severe(value: u8) -> Edit {
    Edit::ScorePain {
        id: pain(),
        score: PainScore::Severity,
        value: Some(value),
    }
}

fn set(doc: &Doc, by: &str, at: u64, edit: &Edit) {
    let mut txn = doc.transact_mut_with("local");
    apply_by(&mut txn, edit, Author { by, at }).unwrap();
}

/// What each chose, with their names.
fn choices(map: &JourneyMap, field: &ScalarField) -> Vec<(String, Option<Scalar>)> {
    map.choices
        .get(field)
        .into_iter()
        .flatten()
        .map(|choice| (choice.by.clone(), choice.value.clone()))
        .collect()
}

fn stored(doc: &Doc) -> Vec<String> {
    let txn = doc.transact();
    txn.get_map(schema::CHOICES)
        .map(|root| root.keys(&txn).map(str::to_owned).collect())
        .unwrap_or_default()
}

#[test]
fn c31_both_values_are_kept_until_somebody_picks_one() {
    let docs = replicas::<3>();
    set(&docs[0], "Ana", 7, &severe(3));
    set(&docs[1], "Ben", 5, &severe(4));
    let map = meet(&docs);
    let both = [
        ("Ben".to_owned(), Some(Scalar::Number(4.0))),
        ("Ana".to_owned(), Some(Scalar::Number(3.0))),
    ];
    assert_eq!(choices(&map, &severity()), both);

    // The one who picks need not be one of the two.
    set(&docs[2], "Cleo", 9, &severe(4));
    let map = meet(&docs);
    assert_eq!(map.choices.len(), 0);
    assert_eq!(map.pains[0].severity, Some(4));
    assert_eq!(stored(&docs[0]), ["pains/x/severity/102"]);
}

#[test]
fn c31_values_set_one_after_the_other_are_no_alternatives() {
    let docs = replicas::<2>();
    set(&docs[0], "Ana", 1, &severe(3));
    meet(&docs);
    set(&docs[1], "Ben", 2, &severe(4));
    let map = meet(&docs);
    assert!(map.choices.is_empty());
    assert_eq!(map.pains[0].severity, Some(4));
    assert_eq!(stored(&docs[0]).len(), 1);
}

#[test]
fn c31_two_who_choose_the_same_agree() {
    let docs = replicas::<2>();
    set(&docs[0], "Ana", 1, &severe(5));
    set(&docs[1], "Ben", 2, &severe(5));
    assert!(meet(&docs).choices.is_empty());
}

#[test]
fn c31_clearing_is_a_choice_too_and_emotions_and_words_have_choices() {
    let docs = replicas::<2>();
    let (step, persona) = (StepId::parse("a").unwrap(), PersonaId::parse("p").unwrap());
    let feel = |value| Edit::SetEmotion {
        step: step.clone(),
        persona: persona.clone(),
        value,
    };
    set(&docs[0], "Ana", 1, &feel(None));
    set(&docs[1], "Ben", 2, &feel(Some(-2.0)));
    let moment = |value| Edit::SetMomentOfTruth {
        id: step.clone(),
        value,
    };
    set(&docs[0], "Ana", 3, &moment(true));
    set(&docs[1], "Ben", 4, &moment(false));
    let effect = |effect| Edit::SetPainEffect {
        id: pain(),
        effect: Some(effect),
    };
    set(&docs[0], "Ana", 5, &effect(PainEffect::Trivial));
    set(&docs[1], "Ben", 6, &effect(PainEffect::Abandons));
    let map = meet(&docs);
    assert_eq!(
        choices(&map, &ScalarField::Emotion(step.clone(), persona.clone())),
        [
            ("Ana".to_owned(), None),
            ("Ben".to_owned(), Some(Scalar::Number(-2.0)))
        ]
    );
    assert_eq!(choices(&map, &ScalarField::PainEffect(pain())).len(), 2);
    // Ben left what was unset unset: that is no choice.
    assert_eq!(choices(&map, &ScalarField::MomentOfTruth(step)), []);
}

#[test]
fn a_pick_can_be_undone_and_a_choice_taken_back() {
    let docs = replicas::<2>();
    let mut undo = UndoManager::with_options(Options {
        capture_timeout_millis: 0,
        tracked_origins: ["local".into()].into(),
        capture_transaction: None,
        timestamp: Arc::new(|| 0),
        init_undo_stack: Vec::new(),
        init_redo_stack: Vec::<yrs::undo::StackItem<()>>::new(),
    });
    for root in schema::ROOTS {
        let root = docs[0].get_or_insert_map(*root);
        undo.expand_scope(&docs[0], &root);
    }
    set(&docs[0], "Ana", 1, &severe(3));
    set(&docs[1], "Ben", 2, &severe(4));
    let open = meet(&docs);
    assert_eq!(open.choices.len(), 1);

    set(&docs[0], "Ana", 3, &severe(5));
    assert!(meet(&docs).choices.is_empty());
    assert!(undo.undo_blocking());
    assert_eq!(
        choices(&meet(&docs), &severity()),
        choices(&open, &severity())
    );
    assert!(undo.redo_blocking());
    let map = meet(&docs);
    assert!(map.choices.is_empty());
    assert_eq!(map.pains[0].severity, Some(5));

    assert!(undo.undo_blocking());
    // Taking back her own choice leaves his alone.
    assert!(undo.undo_blocking());
    let map = meet(&docs);
    assert!(map.choices.is_empty(), "{:?}", map.choices);
}

#[test]
fn choices_that_mean_nothing_are_ignored() {
    let docs = replicas::<1>();
    set(&docs[0], "Ana", 1, &severe(3));
    {
        let mut txn = docs[0].transact_mut();
        let root = txn.get_map(schema::CHOICES).unwrap();
        let entry = |value: yrs::Any| {
            yrs::Any::from(std::collections::HashMap::from([("v".to_owned(), value)]))
        };
        for (key, value) in [
            ("pains/x/severity/5", entry(9.into())),
            ("pains/x/severity/6", entry(2.5.into())),
            ("pains/x/severity/7", entry("much".into())),
            ("pains/x/severity/me", entry(4.into())),
            ("pains/x/severity/8/9", entry(4.into())),
            ("pains/x/severity/10", 4.into()),
            ("pains/gone/severity/1", entry(4.into())),
            ("pains/gone/severity/2", entry(5.into())),
            ("nowhere/x/severity/1", entry(4.into())),
            ("nowhere/x/severity/2", entry(5.into())),
            ("", entry(5.into())),
        ] {
            root.insert(&mut txn, key, value);
        }
    }
    assert!(read(&docs[0]).choices.is_empty());
}

#[test]
fn a_word_that_is_not_in_the_set_is_refused_and_files_hold_no_choices() {
    let docs = replicas::<2>();
    let field = ScalarField::PainEffect(pain());
    let edit = Edit::SetScalar {
        field,
        value: Some("shrug".into()),
    };
    let result = apply(&mut docs[0].transact_mut(), &edit);
    assert_eq!(
        result,
        Err(EditError::NotAValue {
            word: "shrug".to_owned()
        })
    );
    set(&docs[0], "Ana", 1, &severe(3));
    set(&docs[1], "Ben", 2, &severe(4));
    meet(&docs);
    let file = MapFile::read(&docs[0].transact(), &MapId::parse("m").unwrap());
    assert!(!file.value().to_string().contains("Ana"));
    assert!(file.value().get("choices").is_none());
}

/// Who sets which of three scalars to what, and whether they then hear somebody.
fn turn() -> impl Strategy<Value = (usize, u8, u8, u8)> {
    (0..3_usize, 0..3_u8, any::<u8>(), 0..4_u8)
}

fn edit_of(which: u8, value: u8) -> Edit {
    let persona = PersonaId::parse("p").unwrap();
    let step = StepId::parse("a").unwrap();
    match which {
        0 => severe(value % 5 + 1),
        1 => Edit::SetEmotion {
            step,
            persona,
            value: [None, Some(0.0), Some(1.0)][usize::from(value % 3)],
        },
        _ => Edit::SetScalar {
            field: ScalarField::PainEffect(pain()),
            value: PainEffect::ALL
                .get(usize::from(value % 4))
                .map(|effect| effect.word().into()),
        },
    }
}

proptest! {
    #![proptest_config(Config { cases: 64, ..Config::default() })]

    #[test]
    fn all_see_the_same_alternatives_and_a_pick_settles_them(
        turns in prop::collection::vec(turn(), 1..30),
    ) {
        let docs = replicas::<3>();
        for (n, (who, which, value, hears)) in turns.into_iter().enumerate() {
            set(&docs[who], ["Ana", "Ben", "Cleo"][who], n as u64, &edit_of(which, value));
            if hears < 2 {
                give(&docs[(who + 1 + usize::from(hears)) % 3], &docs[who]);
            }
        }
        let map = meet(&docs);
        for (field, choices) in &map.choices {
            assert!((2..=docs.len()).contains(&choices.len()), "{field:?}: {choices:?}");
            assert!(choices.iter().any(|it| it.value != choices[0].value));
        }
        // Never more than one entry of each who set it.
        assert!(stored(&docs[0]).len() <= 3 * docs.len());
        for (field, choices) in &map.choices {
            let value = choices.last().unwrap().value.clone();
            set(&docs[0], "Ana", 99, &Edit::SetScalar { field: field.clone(), value });
        }
        let settled = meet(&docs);
        assert!(settled.choices.is_empty());
        for (field, choices) in &map.choices {
            let picked = choices.last().unwrap().value.clone();
            match field {
                ScalarField::Pain(..) => {
                    let severity = settled.pains[0].severity.map(Scalar::from);
                    assert_eq!(severity, picked);
                }
                ScalarField::PainEffect(_) => {
                    let effect = settled.pains[0].effect.map(|effect| effect.word().into());
                    assert_eq!(effect, picked);
                }
                _ => {
                    let value = settled.emotions.values().next().copied().map(Scalar::Number);
                    assert_eq!(value, picked);
                }
            }
        }
    }
}
