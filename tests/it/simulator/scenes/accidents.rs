//! Machines that are replaced, disks that are full or slow, clocks that jump.

use waymark_sync::SaveState;
use waymark_tests::World;

use super::{add_card, card_text};

#[test]
fn a_restored_backup_is_never_merged_with_what_people_still_have() {
    let mut world = World::new(20);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    add_card(&mut world, ana, "before", "in the backup");
    world.run_until_quiet();
    world.take_backup();
    add_card(&mut world, ana, "after", "saved, and not in the backup");
    world.run_until_quiet();
    world.cut(ben);
    add_card(&mut world, ben, "offline", "only on ben's device");
    world.restore_backup();
    world.run_for(300);
    world.restart_server();
    let closed =
        |world: &World, who| matches!(world.save_state(who), Some(SaveState::Closed { .. }));
    while !closed(&world, ana) {
        world.run_for(20);
    }
    // Nothing is cleared: what only ana's replica has can still be read and copied.
    assert!(card_text(&world, ana, "after").is_some());
    assert!(card_text(&world, ben, "offline").is_some());
    world.heal(ben);
    while !closed(&world, ben) {
        world.run_for(20);
    }
    assert!(card_text(&world, ben, "offline").is_some());
    // Then both open the map anew and see what the backup has.
    world.run_until_quiet();
    assert!(card_text(&world, ana, "before").is_some());
    assert_eq!(card_text(&world, ana, "after"), None);
    assert_eq!(card_text(&world, ben, "offline"), None);
    world.assert_converged();
    world.assert_no_violations();
}

#[test]
fn a_full_disk_is_told_within_five_seconds_and_recovers_without_a_restart() {
    let mut world = World::new(21);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    world.fill_disk();
    add_card(&mut world, ana, "card", "there is no room for this");
    world.run_for(5_000);
    for who in [ana, ben] {
        assert!(matches!(
            world.save_state(who),
            Some(SaveState::NotSaving { .. })
        ));
    }
    world.type_slowly(ben, 50, 100);
    world.run_for(60_000);
    world.make_room();
    world.run_until_quiet();
    for who in [ana, ben] {
        assert_eq!(world.save_state(who), Some(SaveState::Saved));
        assert!(card_text(&world, who, "card").is_some());
    }
    world.assert_converged();
    world.assert_saved_edits_survive();
}

#[test]
fn a_disk_that_takes_fifteen_seconds_is_told_and_loses_nothing() {
    let mut world = World::new(22);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    world.slow_disk();
    add_card(&mut world, ana, "card", "it takes its time");
    world.run_for(6_000);
    for who in [ana, ben] {
        assert!(matches!(
            world.save_state(who),
            Some(SaveState::NotSaving { .. })
        ));
    }
    world.run_for(15_000);
    assert_eq!(world.save_state(ana), Some(SaveState::Saved));
    world.crash_server();
    world.restart_server();
    world.run_until_quiet();
    assert!(card_text(&world, ben, "card").is_some());
    world.assert_converged();
    world.assert_saved_edits_survive();
}

#[test]
fn a_server_whose_clock_jumps_an_hour_serves_everybody_soon_after() {
    for by in [3_600_000, -3_600_000] {
        let mut world = World::new(23);
        let [ana, ben] = world.join_all("map", ["ana", "ben"]);
        let cleo = world.join_plainly("cleo");
        for who in [ana, ben, cleo] {
            world.show_presence(who, Some(1));
        }
        world.run_until_quiet();
        world.type_slowly(ana, 40, 50);
        world.run_for(500);
        world.jump_clock(by);
        if by < 0 {
            world.crash_server();
            world.restart_server();
        }
        world.run_until_quiet();
        assert_eq!(world.map(ana), world.map(cleo));
        world.check_presence().unwrap();
        world.assert_converged();
        world.assert_no_violations();
    }
}

#[test]
fn a_device_that_slept_for_hours_catches_up_and_is_seen_again() {
    let mut world = World::new(24);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.show_presence(ana, Some(1));
    world.show_presence(ben, Some(2));
    world.run_until_quiet();
    add_card(
        &mut world,
        ben,
        "last",
        "written just before the lid was closed",
    );
    world.fall_asleep(ben);
    add_card(&mut world, ana, "meanwhile", "written while ben slept");
    world.run_for(90_000);
    world.wake(ben, 6 * 3_600_000);
    world.run_until_quiet();
    assert!(card_text(&world, ben, "meanwhile").is_some());
    assert!(card_text(&world, ana, "last").is_some());
    world.check_presence().unwrap();
    world.assert_converged();
    world.assert_no_violations();
}
