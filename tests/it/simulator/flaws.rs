//! An oracle that notices nothing is worse than none: each must catch its fault.

use waymark_sync::{Dialect, Limits, Role};
use waymark_tests::{CompactionStep, Flaw, Plan, Strike, Telling, Weather, World, run_with};

const ALL: [Flaw; 9] = [
    Flaw::DiskLies,
    Flaw::RelayDrops,
    Flaw::GhostsStay,
    Flaw::RolesStay,
    Flaw::HistoryStays,
    Flaw::TroubleUntold,
    Flaw::MasksPass,
    Flaw::ShutOutForgets,
    Flaw::TrimsEarly,
];

/// So many random plans notice every flaw.
const SEEDS: u64 = 400;

fn caught(world: &World, words: &str) {
    let violations = world.violations();
    let found = violations.iter().any(|text| text.contains(words));
    assert!(found, "{violations:?}");
}

#[test]
fn a_disk_that_lies_about_flushing_is_caught_by_the_durability_oracle() {
    // A crash may by luck keep what was written and not flushed.
    let lost = (1..10).any(|seed| {
        let mut world = World::new(seed);
        world.break_on_purpose(Flaw::DiskLies);
        let [ana, _ben] = world.join_all("map", ["ana", "ben"]);
        world.run_until_quiet();
        world.type_into(ana, 5);
        world.run_until_quiet();
        caught(&world, "shown Saved before the disk had");
        world.crash_server();
        let mut violations = world.violations().iter();
        violations.any(|text| text.contains("was Saved and has lost"))
    });
    assert!(lost);
}

#[test]
fn a_relay_that_drops_updates_is_caught_by_the_convergence_oracle() {
    // A hole that a later message shows is repaired; the last one remains.
    let noticed = (1..10).any(|seed| {
        let mut world = World::new(seed);
        world.break_on_purpose(Flaw::RelayDrops);
        let [ana, ben] = world.join_all("map", ["ana", "ben"]);
        world.run_for(5_000);
        for _ in 0..5 {
            world.type_slowly(ana, 3, 50);
            world.type_slowly(ben, 3, 50);
            world.run_for(1_000);
        }
        let quiet = world.try_until_quiet();
        let problem = quiet.and_then(|()| world.check_converged()).err();
        problem.is_some_and(|problem| {
            problem.contains("lacks") || problem.contains("never became quiet")
        })
    });
    assert!(noticed);
}

#[test]
fn a_ghost_is_caught_by_the_presence_oracle() {
    let mut world = World::new(3);
    world.break_on_purpose(Flaw::GhostsStay);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.show_presence(ana, Some(1));
    world.show_presence(ben, Some(2));
    world.run_until_quiet();
    world.check_presence().unwrap();
    world.leave(ben);
    world.run_until_quiet();
    assert!(world.check_presence().unwrap_err().contains("ana sees"));
}

#[test]
fn a_room_that_forgets_a_role_is_caught_by_the_permission_oracle() {
    let mut world = World::new(4);
    world.break_on_purpose(Flaw::RolesStay);
    let [ana, _ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    world.give_role("ana", Role::Viewer);
    world.type_into(ana, 1);
    world.run_for(1_000);
    let caught = world
        .violations()
        .iter()
        .any(|text| text.contains("may only look has changed"));
    assert!(caught, "{:?}", world.violations());
}

#[test]
fn a_backup_that_pretends_to_be_the_same_history_is_caught_by_the_history_oracle() {
    let mut world = World::new(5);
    world.break_on_purpose(Flaw::HistoryStays);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    world.take_backup();
    world.type_into(ana, 5);
    world.run_until_quiet();
    world.cut(ana);
    world.restore_backup();
    world.restart_server();
    world.run_for(5_000);
    world.type_into(ben, 5);
    world.run_for(5_000);
    world.heal(ana);
    world.run_for(20_000);
    caught(&world, "has merged another history");
}

#[test]
fn a_store_in_trouble_that_nobody_hears_of_is_caught_by_the_telling_oracle() {
    let mut world = World::new(6);
    world.break_on_purpose(Flaw::TroubleUntold);
    let [ana, _ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    world.fill_disk();
    world.type_into(ana, 5);
    world.run_for(10_000);
    world.check_trouble_is_told();
    caught(&world, "cannot be stored for a while");
}

#[test]
fn a_mask_that_reaches_others_is_caught_by_the_presence_oracle() {
    let mut world = World::new(7);
    world.break_on_purpose(Flaw::MasksPass);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.show_presence(ana, Some(1));
    world.show_presence(ben, Some(2));
    world.run_until_quiet();
    world.run_for(30_000);
    let masked = (0..200).any(|dice| {
        let name = format!("mallory {dice}");
        let mallory = world.intrude("map", &name, Dialect::Hocuspocus, true);
        world.run_for(1_000);
        world.do_mischief(mallory, dice);
        world.run_for(200);
        let masked = world.check_presence().is_err();
        world.leave(mallory);
        masked
    });
    assert!(masked);
}

#[test]
fn a_program_that_is_shut_out_and_forgets_is_caught_by_the_keepsake_oracle() {
    let mut world = World::new(8);
    world.break_on_purpose(Flaw::ShutOutForgets);
    let [_ana, _ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    world.revoke("ben");
    world.run_for(1_000);
    world.pardon("ben");
    world.run_for(10_000);
    caught(&world, "was shut out, and has lost");
}

#[test]
fn a_log_that_is_trimmed_before_its_snapshot_is_flushed_is_caught_by_the_durability_oracle() {
    // A power cut may by luck leave the snapshot on the disk.
    let lost = (1..10).any(|seed| {
        let mut world = World::with_weather(
            seed,
            Weather {
                limits: Limits {
                    compact_records: 10,
                    ..Limits::default()
                },
                ..Weather::calm()
            },
        );
        world.break_on_purpose(Flaw::TrimsEarly);
        let ana = world.join("ana");
        world.run_until_quiet();
        world.strike_compaction(CompactionStep::Written, Strike::PowerCut(200));
        world.type_slowly(ana, 40, 60);
        world.run_for(5_000);
        let mut violations = world.violations().iter();
        violations.any(|text| text.contains("was Saved and has lost"))
    });
    assert!(lost);
}

#[test]
fn random_plans_find_each_flaw_within_a_few_seeds() {
    for flaw in ALL {
        let found = (0..SEEDS)
            .any(|seed| run_with(&Plan::generate(seed), Some(flaw), Telling::Terse).is_err());
        assert!(found, "{flaw:?} was not noticed in {SEEDS} seeds");
    }
}
