//! What a session says it has.

use bytes::Bytes;
use waymark_sync::Frame;
use waymark_sync::guard::{self, Bounds};
use yrs::StateVector;
use yrs::block::ClientID;
use yrs::updates::encoder::Encode;

use crate::damage::damage;
use crate::input::Input;
use crate::nonsense::var;
use crate::ops::Op;
use crate::stage::{Stage, doc};

/// A well-formed state vector is answered with what lies above it, everything else closes.
pub(crate) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut stage = Stage::new();
    for client in [1, 300, 5_000_000_000] {
        let person = doc(client);
        for _ in 0..input.below(4) {
            let update = Op::read(&mut input).apply(&person);
            stage.offer(Frame::Update(update.into()));
        }
    }
    let asked = match input.below(3) {
        0 => input.rest().to_vec(),
        1 => made_up(&mut input),
        _ => {
            let mut known = stage.state_vector().encode_v1();
            damage(&mut input, &mut known);
            known
        }
    };
    ask(&mut stage, asked.into());
    stage.check(true);
}

fn made_up(input: &mut Input<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let count = input.below(6);
    var(&mut bytes, u64::from(count));
    for _ in 0..count {
        let client = match input.below(5) {
            0 => 1,
            1 => 300,
            2 => 5_000_000_000,
            3 => input.long() >> input.below(64),
            _ => u64::from(input.byte()),
        };
        var(&mut bytes, client);
        let wide = input.one_in(3);
        var(
            &mut bytes,
            if wide {
                input.long() >> input.below(64)
            } else {
                u64::from(input.below(20))
            },
        );
    }
    damage(input, &mut bytes);
    bytes
}

fn ask(stage: &mut Stage, asked: Bytes) {
    let known = guard::check_state_vector(&asked);
    stage.told.clear();
    let welcome = stage.offer(Frame::SyncStep1(asked));
    assert_eq!(
        welcome,
        known.is_ok(),
        "only what is no state vector closes"
    );
    let Ok(known) = known else { return };
    let answers: Vec<_> = stage
        .told
        .iter()
        .filter_map(|frame| match frame {
            Frame::SyncStep2(update) => Some(update.clone()),
            _ => None,
        })
        .collect();
    let [answer] = &answers[..] else {
        panic!("{} answers", answers.len());
    };
    let walk = guard::check_update(answer, &Bounds::TRUSTED_SIZE).expect("the answer passes");
    let state = stage.state_vector();
    // Whoever has what they say, and no more than there is, has everything afterwards.
    let honest: StateVector = known
        .iter()
        .map(|(client, clock)| (*client, (*clock).min(state.get(client))))
        .collect();
    assert!(walk.outline.fits(&honest), "the answer fits");
    for (client, clock) in state.iter() {
        if known.get(client) < *clock {
            let end = walk
                .outline
                .sections
                .iter()
                .filter(|part| ClientID::new(part.client) == *client);
            assert_eq!(end.map(|part| part.end).max(), Some(*clock), "all of it");
        }
    }
}
