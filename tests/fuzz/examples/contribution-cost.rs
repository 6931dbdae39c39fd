//! What it costs a message to know that it only changes what contributors may change: by
//! the places that the guard keeps, and by a shadow document that takes it first.
//! `cargo run --release -p waymark-fuzz --example contribution-cost`

#![allow(
    clippy::print_stdout,
    reason = "a program tells its result on its standard output"
)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use peak_alloc::PeakAlloc;
use waymark_sync::{
    Address, Dialect, DocumentId, Frame, Grant, Incarnation, Limits, Open, Position, Record, Role,
    Room, RoomEffect, RoomInput, Scope, SessionId, StoredDocument, Timestamp,
};
use yrs::updates::decoder::Decode;
use yrs::{
    DeepObservable, Doc, Map, MapPrelim, Out, ReadTxn, StateVector, Text, TextPrelim, Transact,
    Update, WriteTxn,
};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const OPEN: Scope = Scope(&[
    Open::Root("cards"),
    Open::Root("pains"),
    Open::Root("opportunities"),
    Open::Root("groups"),
    Open::Root("emotions"),
    Open::Roots("details/cards/"),
    Open::Keys("choices", "cards/"),
]);
const ROUNDS: usize = 9;
const MESSAGES: usize = 20_000;

fn main() {
    for cards in [100, 3_000, 10_000] {
        let document = map(cards);
        let letters = letters(&document);
        println!("a map of {cards} cards, {MESSAGES} letters typed into one of them:");
        for (name, role) in [("editor", Role::Editor), ("contributor", Role::Contributor)] {
            let times = (0..ROUNDS).map(|_| room(&document, &letters, role));
            tell(name, times.collect(), None);
        }
        let before = MEMORY.current_usage();
        let shadow = Shadow::of(&document);
        let bytes = MEMORY.current_usage() - before;
        drop(shadow);
        let times = (0..ROUNDS).map(|_| shadowed(&document, &letters));
        tell("shadow, beside the room", times.collect(), Some(bytes));
        let begin = Instant::now();
        let rebuilt = Shadow::of(&document);
        println!(
            "  {:<28} {:>9.2} µs for each refusal",
            "shadow, made anew",
            begin.elapsed().as_secs_f64() * 1e6
        );
        drop(rebuilt);
    }
}

fn tell(name: &str, mut times: Vec<Duration>, bytes: Option<usize>) {
    times.sort_unstable();
    let each = times[0].as_secs_f64() * 1e6 / MESSAGES as f64;
    let middle = times[times.len() / 2].as_secs_f64() * 1e6 / MESSAGES as f64;
    let memory = bytes.map(|bytes| format!(", {:.1} MB", bytes as f64 / 1e6));
    let memory = memory.unwrap_or_default();
    println!("  {name:<28} {each:>9.2} µs a message ({middle:.2} the median){memory}");
}

/// A map with structure and cards.
fn map(cards: usize) -> Bytes {
    let doc = Doc::with_client_id(5);
    for step in 0..60 {
        let mut txn = doc.transact_mut();
        let steps = txn.get_or_insert_map("steps");
        let step = steps.insert(&mut txn, format!("step-{step}"), MapPrelim::default());
        step.insert(&mut txn, "title", TextPrelim::new("what they do"));
    }
    for at in 0..cards {
        let mut txn = doc.transact_mut();
        let cards = txn.get_or_insert_map("cards");
        let card = cards.insert(&mut txn, format!("card-{at:08x}"), MapPrelim::default());
        card.insert(
            &mut txn,
            "cell",
            format!("step-{}/lane-{}", at % 60, at % 25),
        );
        card.insert(&mut txn, "pos", format!("a{at:05}"));
        let text = "what somebody wrote on a card, which is a sentence or two";
        card.insert(&mut txn, "text", TextPrelim::new(text));
    }
    doc.transact()
        .encode_diff_v1(&StateVector::default())
        .into()
}

/// One update for each letter that somebody types into a card.
fn letters(document: &Bytes) -> Vec<Bytes> {
    let doc = Doc::with_client_id(7);
    let update = Update::decode_v1(document).expect("yrs wrote it");
    doc.transact_mut().apply_update(update).expect("it fits");
    let typed = (0..MESSAGES).map(|_| {
        let mut txn = doc.transact_mut();
        let cards = txn.get_or_insert_map("cards");
        let Some(Out::YMap(card)) = cards.get(&txn, "card-00000007") else {
            panic!("the map has that card");
        };
        let Some(Out::YText(text)) = card.get(&txn, "text") else {
            panic!("the card has a text");
        };
        text.push(&mut txn, "x");
        txn.encode_update_v1().into()
    });
    typed.collect()
}

/// What a room takes for all of them.
fn room(document: &Bytes, letters: &[Bytes], role: Role) -> Duration {
    let name = DocumentId::parse("map/cost").expect("it follows the rule");
    let record = Record {
        update: document.clone(),
        author: "ana".to_owned(),
        at: Timestamp(1),
    };
    let stored = StoredDocument {
        incarnation: Incarnation(1),
        snapshot: None,
        records: vec![(Position(1), record)],
    };
    let limits = Limits {
        contributions: OPEN,
        compact_records: u64::MAX,
        compact_bytes: usize::MAX,
        ..Limits::default()
    };
    let mut room = Room::open(name.clone(), stored, limits, 1).expect("readable");
    let session = SessionId(1);
    let mut out = Vec::new();
    let join = RoomInput::Join {
        session,
        dialect: Dialect::YWebsocket,
        address: Address::of(&name),
        grant: Grant::new("somebody", name, role, None),
    };
    room.handle(Timestamp(1), join, &mut out);
    let begin = Instant::now();
    let mut position = 1;
    for letter in letters {
        let frame = Frame::Update(letter.clone());
        room.handle(Timestamp(1), RoomInput::Frame { session, frame }, &mut out);
        room.flush(Timestamp(1), &mut out);
        for effect in std::mem::take(&mut out) {
            if let RoomEffect::Append { batch, .. } = effect {
                position += 1;
                let position = Position(position);
                let answer = RoomInput::Appended { batch, position };
                room.handle(Timestamp(1), answer, &mut out);
            }
        }
    }
    let took = begin.elapsed();
    assert_eq!(position as usize, letters.len() + 1, "all were taken");
    took
}

/// A copy of the document that notes which roots a transaction changes.
struct Shadow {
    doc: Doc,
    touched: Arc<AtomicU64>,
}

impl Shadow {
    fn of(document: &Bytes) -> Self {
        let doc = Doc::with_client_id(6);
        let update = Update::decode_v1(document).expect("yrs wrote it");
        doc.transact_mut().apply_update(update).expect("it fits");
        let touched = Arc::new(AtomicU64::new(0));
        let watched = ["cards", "steps", "stages", "lanes", "frame", "choices"];
        for (root, number) in watched.iter().zip(0..) {
            let touched = Arc::clone(&touched);
            let map = doc.get_or_insert_map(*root);
            map.observe_deep("shadow", move |_, events| {
                let any = u64::from(events.iter().next().is_some());
                touched.fetch_or(any << number, Ordering::Relaxed);
            });
        }
        Self { doc, touched }
    }
}

/// What a shadow takes for all of them, which is beside what the room does.
fn shadowed(document: &Bytes, letters: &[Bytes]) -> Duration {
    let shadow = Shadow::of(document);
    let verdicts = Mutex::new(0);
    let begin = Instant::now();
    for letter in letters {
        let update = Update::decode_v1(letter).expect("yrs wrote it");
        shadow
            .doc
            .transact_mut()
            .apply_update(update)
            .expect("it fits");
        if shadow.touched.swap(0, Ordering::Relaxed) == 1 {
            *verdicts.lock().expect("nobody panics") += 1;
        }
    }
    let took = begin.elapsed();
    assert_eq!(verdicts.into_inner().expect("nobody panics"), letters.len());
    took
}
