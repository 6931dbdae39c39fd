//! People who edit, and somebody who sends nonsense.

use proptest::prelude::*;
use yrs::{
    Any, Array, ArrayPrelim, Doc, Map, MapPrelim, ReadTxn, Text, TextPrelim, Transact, Update,
    WriteTxn,
};

use super::apply;
use crate::testing;

/// One step of somebody who edits.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Write(usize, String),
    Remove(usize, usize),
    Format(usize, usize),
    Set(u8, i64),
    Nest(u8, u8),
    Unset(u8),
    Push(Vec<bool>),
    Take(usize),
    Hear,
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..40_usize, "[a-z🌊ü]{1,6}").prop_map(|(at, words)| Step::Write(at, words)),
        (0..40_usize, 1..8_usize).prop_map(|(at, len)| Step::Remove(at, len)),
        (0..40_usize, 1..8_usize).prop_map(|(at, len)| Step::Format(at, len)),
        (0..4_u8, any::<i64>()).prop_map(|(key, value)| Step::Set(key, value)),
        (0..4_u8, 0..3_u8).prop_map(|(key, kind)| Step::Nest(key, kind)),
        (0..4_u8).prop_map(Step::Unset),
        prop::collection::vec(any::<bool>(), 1..4).prop_map(Step::Push),
        (0..8_usize).prop_map(Step::Take),
        Just(Step::Hear),
    ]
}

/// How many people edit.
const PEOPLE: usize = 4;

/// Lets people edit; every update that came to be, in order, and their documents.
pub(super) fn edit(steps: &[(usize, Step)]) -> (Vec<Vec<u8>>, [Doc; PEOPLE]) {
    let docs = [5, 3_000_000_000, 77, 4_000_000_000].map(testing::doc);
    let mut updates = Vec::new();
    for (who, step) in steps {
        let mine = &docs[*who];
        if matches!(step, Step::Hear) {
            for (_, other) in docs.iter().enumerate().filter(|(other, _)| other != who) {
                let known = mine.transact().state_vector();
                let diff = other.transact().encode_diff_v1(&known);
                apply(mine, &diff);
            }
            continue;
        }
        let mut txn = mine.transact_mut();
        let text = txn.get_or_insert_text("text");
        let map = txn.get_or_insert_map("map");
        let list = txn.get_or_insert_array("list");
        let len = text.len(&txn) as usize;
        match step {
            Step::Write(at, words) => text.insert(&mut txn, (*at).min(len) as u32, words),
            Step::Remove(at, count) if *at < len => {
                text.remove_range(&mut txn, *at as u32, (*count).min(len - at) as u32);
            }
            Step::Format(at, count) if *at < len => {
                let bold = [("bold".into(), Any::Bool(true))].into_iter().collect();
                text.format(&mut txn, *at as u32, (*count).min(len - at) as u32, bold);
            }
            Step::Set(key, value) => {
                map.insert(&mut txn, key.to_string(), *value as f64 / 3.0);
            }
            Step::Nest(key, 0) => {
                map.insert(&mut txn, key.to_string(), TextPrelim::new("nested"));
            }
            Step::Nest(key, 1) => {
                map.insert(&mut txn, key.to_string(), ArrayPrelim::from([1, 2]));
            }
            Step::Nest(key, _) => {
                let inner = MapPrelim::from([("deep", MapPrelim::default())]);
                map.insert(&mut txn, key.to_string(), inner);
            }
            Step::Unset(key) => drop(map.remove(&mut txn, &key.to_string())),
            Step::Push(values) => list.insert_range(&mut txn, 0, values.clone()),
            Step::Take(at) if (*at as u32) < list.len(&txn) => list.remove(&mut txn, *at as u32),
            _ => {}
        }
        let update = txn.encode_update_v1();
        if update != Update::EMPTY_V1 {
            updates.push(update);
        }
    }
    (updates, docs)
}

pub(super) fn steps(count: usize) -> impl Strategy<Value = Vec<(usize, Step)>> {
    prop::collection::vec((0..PEOPLE, step()), 1..count)
}

/// Writes an update that is well-formed but makes no sense: any struct refers to any other.
pub(super) fn nonsense(choices: &[u8]) -> Vec<u8> {
    let mut choices = choices.iter().copied().cycle().take(4_000);
    let mut pick = move |of: u8| choices.next().unwrap_or(0) % of;
    let mut out = vec![];
    let clients = 1 + pick(3);
    out.push(clients);
    for client in 1..=clients {
        let structs = 1 + pick(6);
        out.extend([structs, client, 0]);
        let mut clock = 0;
        for _ in 0..structs {
            let kind = [0, 1, 3, 4, 4, 5, 6, 7, 7, 7, 8, 9][usize::from(pick(12))];
            if kind == 0 {
                out.extend([0, 1 + pick(3)]);
                clock += out[out.len() - 1];
                continue;
            }
            let flags = pick(8) << 5;
            out.push(flags | kind);
            let reference = |out: &mut Vec<u8>, pick: &mut dyn FnMut(u8) -> u8| {
                let to = 1 + pick(clients);
                // Of their own, only older structs can be referred to.
                let below = if to == client { clock.max(1) } else { 6 };
                out.extend([to, pick(below)]);
            };
            for flag in [0x80, 0x40] {
                if flags & flag != 0 {
                    reference(&mut out, &mut pick);
                }
            }
            if flags & 0xc0 == 0 {
                if pick(2) == 0 {
                    out.extend([1, 1, b'a' + pick(2)]);
                } else {
                    out.push(0);
                    reference(&mut out, &mut pick);
                }
                if flags & 0x20 != 0 {
                    out.extend([1, b'k' + pick(2)]);
                }
            }
            clock += match kind {
                1 => {
                    out.push(1 + pick(3));
                    out[out.len() - 1]
                }
                3 => {
                    out.extend([2, 7, 7]);
                    1
                }
                4 => {
                    out.extend([6, b'x', 0xf0, 0x9f, 0x8c, 0x8a, b'y']);
                    4
                }
                5 => {
                    out.extend([2, b'{', b'}']);
                    1
                }
                6 => {
                    out.extend([1, b'b', 4, b't', b'r', b'u', b'e']);
                    1
                }
                7 => {
                    out.push([0, 1, 2, 4, 6][usize::from(pick(5))]);
                    1
                }
                8 => {
                    out.extend([2, 120, 126]);
                    2
                }
                _ => {
                    out.extend([1, b's', 118, 0]);
                    1
                }
            };
        }
    }
    let deleted = pick(clients + 1);
    out.push(deleted);
    for client in 1..=deleted {
        let ranges = 1 + pick(3);
        out.extend([client, ranges]);
        for _ in 0..ranges {
            out.extend([pick(6), 1 + pick(4)]);
        }
    }
    out
}
