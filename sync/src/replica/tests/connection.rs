//! R4 to R7 and R14: when a replica tries, waits and gives up, and what it says meanwhile.

use super::*;

#[test]
fn r4_waits_double_up_to_ten_seconds_and_spread() {
    let waits = |seed| -> Vec<u64> {
        let mut bare = Bare::new(seed);
        bare.tick_at(bare.now);
        (0..12)
            .map(|_| {
                bare.lost();
                let wait = bare.replica.retry_in(bare.now).expect("it tries again").0;
                let at = Timestamp(bare.now.0 + wait);
                assert!(
                    !bare
                        .tick_at(Timestamp(at.0 - 1))
                        .contains(&ReplicaEffect::Connect)
                );
                assert!(bare.tick_at(at).contains(&ReplicaEffect::Connect));
                wait
            })
            .collect()
    };
    let one = waits(1);
    assert!((187..=313).contains(&one[0]), "{one:?}");
    assert!(
        one[11] > 7_000 && one.iter().all(|wait| *wait <= 10_000),
        "{one:?}"
    );
    assert!(one[..6].is_sorted(), "{one:?}");
    assert_ne!(one, waits(2));
    assert_eq!(one, waits(1), "the same seed, the same waits");
}

#[test]
fn r4_a_server_that_throws_everybody_out_is_not_tried_faster_and_faster() {
    let mut bare = Bare::new(1);
    let mut waits = Vec::new();
    for _ in 0..6 {
        bare.live();
        bare.lost();
        let wait = bare.replica.retry_in(bare.now).expect("it tries again");
        bare.now = bare.now + wait;
        waits.push(wait.0);
    }
    assert!(waits[5] > 4_000, "{waits:?}");
}

#[test]
fn r5_silence_is_asked_about_after_ten_seconds_and_given_up_after_twenty() {
    let mut bare = Bare::new(1);
    bare.live();
    let heard = bare.now;
    assert_eq!(sent(&bare.tick_at(heard + Millis(9_999))), []);
    assert_eq!(sent(&bare.tick_at(heard + Millis(10_000))), [Frame::Ping]);
    assert_eq!(sent(&bare.tick_at(heard + Millis(12_000))), []);
    let effects = bare.tick_at(heard + Millis(20_000));
    assert!(effects.contains(&ReplicaEffect::Disconnect));
    assert!(bare.replica.retry_in(bare.now).is_some());
}

#[test]
fn r5_an_answered_ping_keeps_the_connection() {
    let (mut table, mut ana) = seated();
    run_for(&mut table, &mut [&mut ana], Millis(120_000));
    assert_eq!(ana.replica.save_state(), SaveState::Saved);
    assert!(!ana.effects.contains(&ReplicaEffect::Disconnect));
}

#[test]
fn r6_five_seconds_without_a_connection_are_offline() {
    let mut bare = Bare::new(1);
    bare.live();
    bare.says(&Frame::SyncStatus(true));
    let since = bare.now;
    bare.lost();
    assert_eq!(
        bare.replica.save_state(),
        SaveState::Reconnecting { unsaved: 0 }
    );
    while bare.now < since + Millis(4_999) {
        let at = bare.replica.deadline().expect("it tries again");
        bare.tick_at(at.min(since + Millis(4_999)));
        bare.lost();
    }
    assert_eq!(
        bare.replica.save_state(),
        SaveState::Reconnecting { unsaved: 0 }
    );
    bare.tick_at(since + Millis(5_000));
    assert_eq!(
        bare.replica.save_state(),
        SaveState::Offline { unsaved: 0, since }
    );
}

#[test]
fn r14_a_server_that_cannot_open_the_document_is_not_taken_for_one_that_is_not_there() {
    let mut bare = Bare::new(1);
    let wait = |bare: &mut Bare| {
        bare.now = bare.now + bare.replica.retry_in(bare.now).expect("it tries again");
    };
    let fails = |bare: &mut Bare| {
        wait(bare);
        bare.connect();
        let reason = CloseReason::Internal.text().to_owned();
        bare.input(ReplicaInput::Disconnected { code: 1011, reason });
    };
    let since = bare.now;
    bare.connect();
    bare.lost();
    while bare.now < since + Millis(5_000) {
        fails(&mut bare);
    }
    let unavailable = SaveState::Unavailable { unsaved: 0, since };
    assert_eq!(bare.replica.save_state(), unavailable);
    // Also while it is tried once more, and then the server is gone, or back.
    wait(&mut bare);
    bare.connect();
    assert_eq!(bare.replica.save_state(), unavailable);
    bare.lost();
    let offline = SaveState::Offline { unsaved: 0, since };
    assert_eq!(bare.replica.save_state(), offline);
    fails(&mut bare);
    assert_eq!(bare.replica.save_state(), unavailable);
    wait(&mut bare);
    bare.live();
    bare.says(&Frame::SyncStatus(true));
    assert_eq!(bare.replica.save_state(), SaveState::Saved);
}

#[test]
fn r6_the_devices_hint_is_believed_at_once_in_both_directions() {
    let mut bare = Bare::new(1);
    bare.live();
    let effects = bare.input(ReplicaInput::NetworkHint(false));
    assert!(effects.contains(&ReplicaEffect::Disconnect));
    assert!(matches!(
        bare.replica.save_state(),
        SaveState::Offline { .. }
    ));
    let effects = bare.input(ReplicaInput::NetworkHint(true));
    assert!(effects.contains(&ReplicaEffect::Connect));
}

#[test]
fn r7_a_close_that_trying_again_cannot_help_is_final() {
    let finals = [4400, 4401, 4403, 4404, 4413, 4426];
    let retried = [1001, 1006, 1011, 4408, 4429, 4999];
    for code in finals.into_iter().chain(retried) {
        let mut bare = Bare::new(1);
        bare.live();
        typed(bare.replica.doc(), "kept");
        let reason = String::new();
        bare.input(ReplicaInput::Disconnected { code, reason });
        let closed = matches!(bare.replica.save_state(), SaveState::Closed { .. });
        assert_eq!(closed, finals.contains(&code), "{code}");
        assert_eq!(bare.replica.deadline().is_none(), closed, "{code}");
        assert_eq!(bare.replica.unsaved(), 1, "nothing is dropped");
    }
    let mut bare = Bare::new(1);
    bare.connect();
    bare.says(&Frame::PermissionDenied("no such map".to_owned()));
    let reason = "no such map".to_owned();
    assert_eq!(bare.replica.save_state(), SaveState::Closed { reason });
}
