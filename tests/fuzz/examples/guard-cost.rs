//! What hostile messages cost, in milliseconds and bytes: by the guard alone, and by a room.
//! `cargo run --release -p waymark-fuzz --example guard-cost`

#![allow(
    clippy::print_stdout,
    reason = "a program tells its result on its standard output"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use waymark_fuzz::hostile;
use waymark_sync::guard::{Bounds, Places, check_awareness, check_state_vector, check_update};
use waymark_sync::{
    Address, Dialect, DocumentId, Frame, Grant, Incarnation, Limits, Role, Room, RoomInput, Scope,
    SessionId, StoredDocument, Timestamp,
};
use yrs::updates::decoder::Decode;
use yrs::{Doc, Map, MapPrelim, ReadTxn, StateVector, TextPrelim, Transact, Update};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The guard's cost is the least of several, because it is asked what the work takes and
/// not what else the machine does; a room is another one afterwards.
fn guard(name: &str, mut work: impl FnMut() -> bool) {
    let rounds: Vec<_> = (0..9).map(|_| cost(&mut work)).collect();
    tell(
        "guard",
        name,
        rounds.into_iter().min().expect("some rounds"),
    );
}

fn room(name: &str, frame: Frame) {
    let mut room = empty_room();
    tell("room", name, cost(|| offer(&mut room, frame)));
}

/// Time, memory, and whether it passed.
fn cost(work: impl FnOnce() -> bool) -> (Duration, usize, bool) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let begin = Instant::now();
    let passed = black_box(work());
    let took = begin.elapsed();
    (took, MEMORY.peak_usage().saturating_sub(before), passed)
}

fn tell(what: &str, name: &str, (took, taken, passed): (Duration, usize, bool)) {
    println!(
        "{what:<6} {name:<34} {:>8.2} ms {:>8.2} MiB  {}",
        took.as_secs_f64() * 1e3,
        taken as f64 / 1_048_576.0,
        if passed { "passes" } else { "refused" }
    );
}

/// A room with an editor who has said what they have.
fn empty_room() -> Room {
    let document = DocumentId::parse("map/cost").expect("it follows the rule");
    let stored = StoredDocument {
        incarnation: Incarnation(1),
        snapshot: None,
        records: Vec::new(),
    };
    let mut room = Room::open(document.clone(), stored, Limits::default(), 1).expect("empty");
    let mut out = Vec::new();
    let join = RoomInput::Join {
        session: SessionId(1),
        dialect: Dialect::YWebsocket,
        address: Address::of(&document),
        grant: Grant::new("somebody", document, Role::Editor, None),
    };
    room.handle(Timestamp(1), join, &mut out);
    offer(&mut room, Frame::SyncStep1(vec![0].into()));
    room
}

/// Whether the room keeps the session.
fn offer(room: &mut Room, frame: Frame) -> bool {
    let mut out = Vec::new();
    let session = SessionId(1);
    room.handle(Timestamp(1), RoomInput::Frame { session, frame }, &mut out);
    room.flush(Timestamp(1), &mut out);
    room.session_count() == 1
}

fn main() {
    let passes = |bytes: &[u8], bounds: &Bounds| {
        check_update(bytes, bounds)
            .is_ok_and(|walk| Places::new(1, Scope::NOTHING).check(bytes, &walk).is_ok())
    };
    for (name, bytes) in hostile::updates() {
        guard(name, || passes(&bytes, &Bounds::UPDATE));
        room(name, Frame::Update(bytes.into()));
    }
    for (name, bytes) in hostile::first_syncs() {
        guard(name, || passes(&bytes, &Bounds::FIRST_SYNC));
        room(name, Frame::SyncStep2(bytes.into()));
    }
    for (name, bytes) in hostile::state_vectors() {
        guard(name, || check_state_vector(&bytes).is_ok());
        room(name, Frame::SyncStep1(bytes.into()));
    }
    for (name, bytes) in hostile::presence() {
        guard(name, || check_awareness(&bytes).is_ok());
        room(name, Frame::Awareness(bytes.into()));
    }
    small();
    large();
}

/// Ordinary small updates: one letter each.
fn small() {
    let mut bytes = vec![1, 1, 9, 100, 0x84, 9, 99, 1];
    bytes.extend([b'x', 0]);
    let rounds = 1_000_000_u32;
    let begin = Instant::now();
    for _ in 0..rounds {
        drop(black_box(check_update(black_box(&bytes), &Bounds::UPDATE)));
    }
    let each = begin.elapsed() / rounds;
    println!("a letter's update: {each:?} for the guard's walk");
}

/// A map of ten thousand cards, and what opening it is made of.
fn large() {
    let doc = Doc::with_client_id(5);
    let cards = doc.get_or_insert_map("cards");
    for at in 0..10_000 {
        let mut txn = doc.transact_mut();
        let card = cards.insert(&mut txn, format!("card-{at:08x}"), MapPrelim::default());
        card.insert(
            &mut txn,
            "cell",
            format!("lane-{}/step-{}", at % 12, at % 40),
        );
        card.insert(&mut txn, "pos", format!("a{at:05}"));
        card.insert(&mut txn, "kind", "touchpoint");
        card.insert(&mut txn, "colour", "amber");
        let text = "what somebody wrote on a card, which is a sentence or two, and sometimes more than that";
        card.insert(
            &mut txn,
            "text",
            TextPrelim::new(format!("{at} {text} {text}")),
        );
    }
    let bytes = doc.transact().encode_diff_v1(&StateVector::default());
    let megabytes = bytes.len() as f64 / 1e6;
    println!("a map of 10,000 cards, {megabytes:.2} MB:");
    let timed = |name: &str, work: &mut dyn FnMut()| {
        let best = (0..5)
            .map(|_| {
                let begin = Instant::now();
                work();
                begin.elapsed().as_secs_f64()
            })
            .fold(f64::INFINITY, f64::min);
        println!(
            "  {name:<16} {:>7.1} ms {:>7.0} MB/s",
            best * 1e3,
            megabytes / best
        );
    };
    let bounds = Bounds::TRUSTED_SIZE;
    let walk = check_update(&bytes, &bounds).expect("yrs wrote it");
    timed("walk", &mut || {
        drop(black_box(check_update(&bytes, &bounds)))
    });
    timed("places", &mut || {
        drop(black_box(
            Places::new(1, Scope::NOTHING).check(&bytes, &walk),
        ))
    });
    timed("places, taken", &mut || {
        let mut places = Places::new(1, Scope::NOTHING);
        let resolved = places.check(&bytes, &walk).expect("it fits");
        places.extend(resolved, &doc.transact().state_vector());
    });
    timed("yrs decode", &mut || {
        drop(black_box(Update::decode_v1(&bytes)))
    });
    timed("yrs load", &mut || {
        let update = Update::decode_v1(&bytes).expect("yrs wrote it");
        let fresh = Doc::with_client_id(6);
        fresh.transact_mut().apply_update(update).expect("it fits");
        std::mem::forget(fresh);
    });
}
