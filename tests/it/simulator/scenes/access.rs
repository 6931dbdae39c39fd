//! Access that is taken away, two tabs of one person, and people who mean harm.

use waymark_sync::{Dialect, SaveState};
use waymark_tests::World;

use super::{add_card, card_text};

#[test]
fn access_taken_away_while_somebody_writes_ends_their_session_and_keeps_their_words() {
    let mut world = World::new(30);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    world.revoke("ben");
    add_card(&mut world, ben, "late", "written a moment too late");
    while !matches!(world.save_state(ben), Some(SaveState::Closed { .. })) {
        world.run_for(20);
    }
    assert!(card_text(&world, ben, "late").is_some());
    world.run_for(20_000);
    assert_eq!(card_text(&world, ana, "late"), None);
    assert!(matches!(
        world.save_state(ben),
        Some(SaveState::Closed { .. })
    ));
    world.pardon("ben");
    world.run_until_quiet();
    assert_eq!(world.save_state(ben), Some(SaveState::Saved));
    world.assert_converged();
    world.assert_no_violations();
}

#[test]
fn access_that_ends_by_itself_ends_at_its_time() {
    let mut world = World::new(31);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    world.expire_access("ben", 2_000);
    world.run_for(1_500);
    add_card(&mut world, ben, "in-time", "half a second before the end");
    world.run_for(1_000);
    assert!(matches!(
        world.save_state(ben),
        Some(SaveState::Closed { .. })
    ));
    assert!(card_text(&world, ana, "in-time").is_some());
    world.pardon("ben");
    world.run_until_quiet();
    world.assert_converged();
    world.assert_no_violations();
}

#[test]
fn two_tabs_of_one_person_are_two_who_are_there_and_undo_for_themselves() {
    let mut world = World::new(32);
    let [left, right, ben] = world.join_all("map", ["ana", "ana", "ben"]);
    world.show_presence(left, Some(1));
    world.show_presence(right, Some(2));
    world.run_until_quiet();
    assert_eq!(world.people_seen_by(ben).len(), 2);
    add_card(&mut world, left, "from-left", "one tab");
    add_card(&mut world, right, "from-right", "the other tab");
    world.run_until_quiet();
    assert!(world.undo(left));
    world.run_until_quiet();
    assert_eq!(card_text(&world, ben, "from-left"), None);
    assert!(card_text(&world, ben, "from-right").is_some());
    world.leave(left);
    world.run_for(2_000);
    assert_eq!(world.people_seen_by(ben).len(), 1);
    assert_eq!(world.people_seen_by(right).len(), 0);
    world.assert_converged();
    world.assert_no_violations();
}

#[test]
fn somebody_hostile_harms_only_their_own_session() {
    for (dialect, looks_only) in [
        (Dialect::Hocuspocus, true),
        (Dialect::Hocuspocus, false),
        (Dialect::YWebsocket, true),
        (Dialect::YWebsocket, false),
    ] {
        let mut world = World::new(33);
        let [ana, ben] = world.join_all("map", ["ana", "ben"]);
        let cleo = world.join_plainly("cleo");
        for who in [ana, ben, cleo] {
            world.show_presence(who, Some(1));
        }
        world.run_until_quiet();
        for round in 0..60 {
            let name = format!("mallory {round}");
            let mallory = world.intrude("map", &name, dialect, looks_only);
            world.run_for(300);
            for dice in 0..3 {
                world.do_mischief(mallory, 3 * round + dice);
                world.type_slowly(ana, 1, 1);
                world.run_for(50);
            }
            world.leave(mallory);
        }
        world.run_until_quiet();
        assert_eq!(world.map(ana), world.map(ben));
        assert_eq!(world.map(ana), world.map(cleo));
        world.check_presence().unwrap();
        world.assert_converged();
        world.assert_no_violations();
    }
}

#[test]
fn a_reader_at_a_trickle_is_never_silently_stale() {
    let mut world = World::new(34);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    world.sip(ben, 2_000);
    world.type_slowly(ana, 600, 50);
    world.run_for(60_000);
    world.resume_reading(ben);
    world.run_until_quiet();
    assert_eq!(world.map(ana), world.map(ben));
    world.assert_converged();
    world.assert_no_violations();
}
