//! Updates of an editor in a room.

use bytes::Bytes;
use waymark_sync::Frame;
use yrs::{Doc, ReadTxn, Transact};

use crate::damage::damage;
use crate::input::Input;
use crate::nonsense::{self, Written};
use crate::ops::Op;
use crate::stage::{Stage, apply, doc};

/// Whatever an editor sends: the room goes on, nobody else suffers, and the room, its log
/// and a reader's copy stay equal. Each part says whether what it sent was sensible.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut stage = Stage::new();
    let sensible = match input.below(4) {
        0 => raw(&mut input, &mut stage),
        1 => nonsensical(&mut input, &mut stage),
        2 => edited(&mut input, &mut stage),
        _ => edited(&mut input, &mut stage) && nonsensical(&mut input, &mut stage),
    };
    stage.check(sensible);
}

/// Bytes as they are, several updates with their lengths in front.
fn raw(input: &mut Input<'_>, stage: &mut Stage) -> bool {
    for _ in 0..6 {
        if input.is_empty() {
            break;
        }
        stage.offer(Frame::Update(Bytes::copy_from_slice(input.chunk())));
    }
    false
}

/// Well-formed updates, of which any struct refers to any other.
fn nonsensical(input: &mut Input<'_>, stage: &mut Stage) -> bool {
    let mut written = Written::default();
    for _ in 0..=input.below(5) {
        let mut update = nonsense::next_update(input, &mut written);
        if input.one_in(8) {
            damage(input, &mut update);
        }
        if !stage.offer(Frame::Update(update.into())) {
            written = Written::default();
        }
    }
    false
}

/// What two people write, who hear each other now and then; some of it arrives damaged.
fn edited(input: &mut Input<'_>, stage: &mut Stage) -> bool {
    let mut sensible = true;
    let people = [doc(1), doc(2)];
    for _ in 0..=input.below(12) {
        let choice = input.byte();
        let who = usize::from(choice & 1);
        if choice & 14 == 14 {
            hear(&people[who], &people[1 - who]);
            continue;
        }
        let mut update = Op::read(input).apply(&people[who]);
        if choice & 112 == 112 {
            sensible &= !damage(input, &mut update);
        }
        if choice & 128 != 0 && choice & 64 != 0 {
            // It is lost: what follows does not fit until everything comes at once.
            continue;
        }
        stage.offer(Frame::Update(update.into()));
    }
    for person in &people {
        let mut whole = person.transact().encode_diff_v1(&stage.state_vector());
        sensible &= !damage(input, &mut whole);
        stage.offer(Frame::SyncStep2(whole.into()));
    }
    sensible
}

fn hear(mine: &Doc, other: &Doc) {
    let known = mine.transact().state_vector();
    let diff = other.transact().encode_diff_v1(&known);
    apply(mine, &diff);
}
