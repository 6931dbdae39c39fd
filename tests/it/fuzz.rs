//! Every input that fuzzing found worth keeping, through its target once more.

use std::panic::catch_unwind;

use waymark_fuzz::{Target, corpus};

fn replay(target: Target) {
    let inputs = corpus::committed(target);
    assert!(!inputs.is_empty(), "there is a corpus");
    let failed: Vec<_> = inputs
        .iter()
        .filter(|input| catch_unwind(|| target.run(input)).is_err())
        .map(|input| corpus::hex(input))
        .collect();
    assert!(failed.is_empty(), "{target:?} fails with {failed:#?}");
}

#[test]
fn no_kept_input_breaks_the_frames() {
    replay(Target::Frame);
}

#[test]
fn no_kept_input_breaks_the_guard() {
    replay(Target::Guard);
}

#[test]
fn no_kept_input_breaks_updates() {
    replay(Target::Update);
}

#[test]
fn no_kept_input_breaks_state_vectors() {
    replay(Target::StateVector);
}

#[test]
fn no_kept_input_breaks_presence() {
    replay(Target::Awareness);
}

#[test]
fn no_kept_input_breaks_a_room() {
    replay(Target::Room);
}
