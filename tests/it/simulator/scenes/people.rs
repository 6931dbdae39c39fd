//! Who is here, who reads slowly, who may write.

use waymark_sync::limits::KIB;
use waymark_sync::{Limits, Millis, Role, SaveState};
use waymark_tests::{Unaware, Weather, World};

use super::{add_card, card_text};

#[test]
fn somebody_who_reads_nothing_for_too_long_is_closed_and_comes_back() {
    let limits = Limits {
        no_credit: Millis(5_000),
        ..Limits::default()
    };
    let mut world = World::with_weather(
        8,
        Weather {
            limits,
            socket_bytes: 1,
            ..Weather::calm()
        },
    );
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    world.stop_reading(ben);
    world.type_slowly(ana, 400, 25);
    world.run_for(20_000);
    world.resume_reading(ben);
    world.run_until_quiet();
    assert_eq!(world.map(ana), world.map(ben));
    world.assert_converged();
    world.assert_no_violations();
}

#[test]
fn presence_shows_who_is_there_and_forgets_who_left() {
    let mut world = World::new(9);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    let cleo = world.join_plainly("cleo");
    for (number, who) in [ana, ben, cleo].into_iter().enumerate() {
        world.show_presence(who, Some(number as u64));
    }
    world.run_until_quiet();
    world.check_presence().unwrap();
    assert_eq!(world.people_seen_by(ana).len(), 2);
    world.leave(ben);
    world.run_for(2_000);
    let ben_id = world.client_id(ben);
    assert!(!world.people_seen_by(ana).contains_key(&ben_id));
    assert!(!world.people_seen_by(cleo).contains_key(&ben_id));
    world.cut(cleo);
    world.run_for(2_000);
    assert!(world.people_seen_by(ana).is_empty());
}

#[test]
fn nobody_idle_vanishes_from_presence() {
    let mut world = World::new(10);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    let cleo = world.join_plainly("cleo");
    for who in [ana, ben, cleo] {
        world.show_presence(who, Some(1));
    }
    world.run_until_quiet();
    world.check_presence().unwrap();
    for _ in 0..60 {
        world.run_for(5_000);
        assert_eq!(world.people_seen_by(ana).len(), 2);
        assert_eq!(world.people_seen_by(cleo).len(), 2);
    }
    world.assert_no_violations();
}

#[test]
fn a_half_open_connection_recovers_whoever_does_not_know() {
    for unaware in [Unaware::Person, Unaware::Server, Unaware::Both] {
        let mut world = World::new(11);
        let [ana, ben] = world.join_all("map", ["ana", "ben"]);
        world.show_presence(ana, Some(1));
        world.show_presence(ben, Some(2));
        world.run_until_quiet();
        world.half_open(ben, unaware);
        world.run_for(100);
        add_card(&mut world, ben, "from-ben", "into the void");
        add_card(&mut world, ana, "from-ana", "ben cannot know");
        world.run_until_quiet();
        assert!(card_text(&world, ana, "from-ben").is_some());
        assert!(card_text(&world, ben, "from-ana").is_some());
        world.check_presence().unwrap();
        world.assert_converged();
        world.assert_no_violations();
    }
}

#[test]
fn a_plain_client_alone_stays_connected_and_edits() {
    let mut world = World::new(12);
    let cleo = world.join_plainly("cleo");
    world.show_presence(cleo, Some(1));
    world.run_for(120_000);
    let dials = world
        .trace()
        .lines()
        .filter(|line| line.contains("dials"))
        .count();
    assert_eq!(dials, 1, "it had to connect again");
    add_card(&mut world, cleo, "card", "from another program");
    world.run_until_quiet();
    let ana = world.join("ana");
    world.run_until_quiet();
    assert!(card_text(&world, ana, "card").is_some());
    world.assert_converged();
    world.assert_no_violations();
}

#[test]
fn somebody_who_left_while_i_was_away_is_gone_when_i_return() {
    let mut world = World::new(16);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.show_presence(ben, Some(1));
    world.run_until_quiet();
    world.cut(ana);
    world.run_for(1_000);
    // A short break does not make the others blink.
    assert_eq!(world.people_seen_by(ana).len(), 1);
    world.leave(ben);
    world.heal(ana);
    world.run_for(5_000);
    assert!(world.people_seen_by(ana).is_empty());
}

#[test]
fn what_a_viewer_wrote_reaches_nobody_until_they_may_edit_again() {
    let mut world = World::new(17);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    let cleo = world.join_plainly("cleo");
    world.run_until_quiet();
    world.give_role("ben", Role::Viewer);
    world.give_role("cleo", Role::Viewer);
    world.run_for(100);
    add_card(&mut world, ben, "from-ben", "not allowed");
    add_card(&mut world, cleo, "from-cleo", "not allowed either");
    world.run_for(5_000);
    assert_eq!(world.refusals(ben).len(), 1);
    assert_ne!(world.save_state(ben), Some(SaveState::Saved));
    assert_eq!(card_text(&world, ana, "from-ben"), None);
    assert_eq!(card_text(&world, ana, "from-cleo"), None);
    world.give_role("ben", Role::Editor);
    world.give_role("cleo", Role::Editor);
    world.run_until_quiet();
    assert!(card_text(&world, ana, "from-ben").is_some());
    assert!(card_text(&world, ana, "from-cleo").is_some());
    world.assert_converged();
    world.assert_no_violations();
}

#[test]
fn a_slow_reader_gets_one_diff_instead_of_the_backlog() {
    let limits = Limits {
        outbox_bytes: 2 * KIB,
        ..Limits::default()
    };
    let mut world = World::with_weather(
        7,
        Weather {
            limits,
            socket_bytes: 1,
            ..Weather::calm()
        },
    );
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    let before = world.updates_received(ben);
    world.stop_reading(ben);
    world.type_slowly(ana, 400, 25);
    world.run_for(12_000);
    world.resume_reading(ben);
    world.run_until_quiet();
    // What was with the writer already, and one diff for all the rest.
    let most = before + limits.credit as usize + 2;
    assert!(
        world.updates_received(ben) <= most,
        "{}",
        world.updates_received(ben) - before
    );
    assert_eq!(world.map(ana), world.map(ben));
    world.assert_converged();
    world.assert_no_violations();
}
