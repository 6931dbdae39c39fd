//! How much of each thing that the guard bounds is in what people really send.
//! `cargo run --release -p waymark-fuzz --example honest`

#![allow(
    clippy::print_stdout,
    reason = "a program tells its result on its standard output"
)]

use serde_json::{Value, json};
use waymark_model::interchange::MapFile;
use waymark_model::schema::new_doc;
use waymark_model::templates::DEMO_MAPS;
use waymark_sync::guard::{Bounds, Share, check_update};
use yrs::{Doc, GetString, ReadTxn, StateVector, Text, Transact};

fn main() {
    println!(
        "{:<44} {:>9} {:>8} {:>8} {:>8} {:>9} {:>9} {:>9}",
        "", "bytes", "structs", "values", "types", "B/struct", "B/value", "B/type"
    );
    for (name, text) in DEMO_MAPS {
        let file = MapFile::parse(text).expect("a map that comes with the program");
        tell(name, &written(&file));
    }
    tell("a table of 60 x 25, cells `ok`", &table(60, 25, "ok"));
    tell("10,000 cards, a letter each", &table(400, 25, "x"));
    let words = "what somebody wrote on a card, which is a sentence or two";
    tell("10,000 cards, a sentence each", &table(400, 25, words));
    tell("50,000 cards, a letter each", &table(1_000, 50, "x"));
    tell("a text, written anywhere", &typed(40_000, 0));
    tell("a text, written and deleted anywhere", &typed(40_000, 2));
}

fn written(file: &MapFile) -> Vec<u8> {
    let doc = new_doc(3_000_000_001);
    file.write(&mut doc.transact_mut()).expect("it was checked");
    doc.transact().encode_diff_v1(&StateVector::default())
}

fn table(steps: usize, lanes: usize, text: &str) -> Vec<u8> {
    let named = |letter: char, at: usize| format!("{letter}{at}");
    let lane = |at| json!({"id": named('l', at), "type": "actions", "title": "Does"});
    let cells: Value = (0..lanes)
        .map(|at| (named('l', at), json!([text])))
        .collect();
    let step = |at| json!({"id": named('a', at), "stage": "s", "title": "Step", "cells": cells});
    let file = json!({
        "format": "journey-map/1",
        "map": {"id": "m", "title": "Large"},
        "lanes": (0..lanes).map(lane).collect::<Vec<_>>(),
        "stages": [{"id": "s", "title": "Stage"}],
        "steps": (0..steps).map(step).collect::<Vec<_>>(),
    });
    written(&MapFile::from_value(file).expect("a map"))
}

/// A text after so many keys at random places, of which one in `deleting` deletes.
fn typed(keys: u32, deleting: u32) -> Vec<u8> {
    let doc = Doc::with_client_id(3_000_000_001);
    let text = doc.get_or_insert_text("text");
    let mut number = 7_u32;
    let mut next = || {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        number >> 8
    };
    for key in 0..keys {
        let mut txn = doc.transact_mut();
        let len = text.len(&txn);
        let at = next() % (len + 1);
        if deleting > 0 && key % deleting == 1 && at < len {
            text.remove_range(&mut txn, at, 1);
        } else {
            text.insert(&mut txn, at, "x");
        }
    }
    let txn = doc.transact();
    assert!(text.get_string(&txn).len() > 1);
    txn.encode_diff_v1(&StateVector::default())
}

fn tell(name: &str, update: &[u8]) {
    let wide = Bounds::TRUSTED_SIZE;
    let structs = least(update, |structs| Bounds { structs, ..wide });
    let values = least(update, |values| Bounds { values, ..wide });
    let types = least(update, |types| Bounds { types, ..wide });
    let bytes = update.len();
    let each = |count: usize| bytes as f64 / count.max(1) as f64;
    println!(
        "{name:<44} {bytes:>9} {structs:>8} {values:>8} {types:>8} {:>9.1} {:>9.1} {:>9.1}",
        each(structs),
        each(values),
        each(types)
    );
}

/// The tightest bound with which an update passes.
fn least(update: &[u8], bounds: impl Fn(Share) -> Bounds) -> usize {
    let passes = |most: usize| check_update(update, &bounds(Share::fixed(most))).is_ok();
    let (mut low, mut high) = (0, update.len());
    while low < high {
        let middle = low.midpoint(high);
        if passes(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}
