//! An oracle that notices nothing is worse than none: each must catch its fault.

use waymark_sync::Role;
use waymark_tests::{Flaw, Plan, World, run_with};

const ALL: [Flaw; 4] = [
    Flaw::DiskLies,
    Flaw::RelayDrops,
    Flaw::GhostsStay,
    Flaw::RolesStay,
];

#[test]
fn a_disk_that_lies_about_flushing_is_caught_by_the_durability_oracle() {
    let mut world = World::new(1);
    world.break_on_purpose(Flaw::DiskLies);
    let [ana, _ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    world.type_into(ana, 5);
    world.run_until_quiet();
    assert!(
        world
            .violations()
            .iter()
            .any(|text| text.contains("shown Saved before the disk had"))
    );
    // With nothing on the disk, a crash sooner or later loses what was shown as Saved.
    let lost = (0..20).any(|_| {
        world.crash_server();
        world
            .violations()
            .iter()
            .any(|text| text.contains("was Saved and has lost"))
    });
    assert!(lost, "{:?}", world.violations());
}

#[test]
fn a_relay_that_drops_updates_is_caught_by_the_convergence_oracle() {
    let mut world = World::new(3);
    world.break_on_purpose(Flaw::RelayDrops);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.run_for(5_000);
    for _ in 0..20 {
        world.type_slowly(ana, 3, 50);
        world.type_slowly(ben, 3, 50);
        world.run_for(1_000);
    }
    let verdict = world
        .try_until_quiet()
        .and_then(|()| world.check_converged());
    let problem = verdict.unwrap_err();
    assert!(
        problem.contains("lacks") || problem.contains("never became quiet"),
        "{problem}"
    );
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
fn random_plans_find_each_flaw_within_a_few_seeds() {
    for flaw in ALL {
        let found = (0..30).any(|seed| run_with(&Plan::generate(seed), Some(flaw)).is_err());
        assert!(found, "{flaw:?} was not noticed in thirty seeds");
    }
}
