//! What is shown as Saved, and what survives.

use waymark_model::Edit;
use waymark_model::edit::TextField;
use waymark_model::ids::CardId;
use waymark_sync::{Limits, SaveState};
use waymark_tests::{CompactionStep, Strike, Weather, World};

use super::{add_card, card_text};

#[test]
fn a_crash_in_the_middle_of_an_append_loses_nothing_saved() {
    for seed in 0..30 {
        let mut world = World::with_weather(
            seed,
            Weather {
                flush: (20, 60),
                ..Weather::calm()
            },
        );
        let [ana, ben] = world.join_all("map", ["ana", "ben"]);
        world.run_until_quiet();
        world.type_slowly(ana, 40, 10);
        world.run_for(100 + 7 * seed);
        world.crash_server();
        world.run_for(500);
        world.restart_server();
        world.run_until_quiet();
        world.assert_saved_edits_survive();
        // Nor anything else: the people still had it.
        assert_eq!(world.map(ana), world.map(ben));
        world.assert_converged();
    }
}

#[test]
fn what_two_wrote_by_turns_into_one_card_survives_a_crash_before_it_was_stored() {
    for seed in 0..30 {
        let mut world = World::new(seed);
        let [ana, ben] = world.join_all("map", ["ana", "ben"]);
        world.run_until_quiet();
        add_card(&mut world, ana, "card", "");
        world.run_until_quiet();
        world.stall_appends();
        let mut words = String::new();
        for (turn, letter) in "the customer waits".chars().enumerate() {
            words.push(letter);
            let writer = if turn % 2 == 0 { ana } else { ben };
            let field = TextField::CardText(CardId::parse("card").unwrap());
            let text = words.clone();
            world.edit(writer, &Edit::SetText { field, text }).unwrap();
            world.run_for(100);
        }
        world.crash_server();
        world.run_for(100 + 20 * seed);
        world.resume_appends();
        world.restart_server();
        world.run_until_quiet();
        for who in [ana, ben] {
            assert_eq!(card_text(&world, who, "card").as_deref(), Some(&words[..]));
            assert_eq!(world.save_state(who), Some(SaveState::Saved));
        }
        world.assert_converged();
        world.assert_saved_edits_survive();
    }
}

#[test]
fn people_are_told_that_nothing_is_saved_while_the_store_fails() {
    let mut world = World::new(5);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    world.fail_appends(1_000);
    add_card(&mut world, ana, "card", "nobody can store this");
    world.run_for(5_000);
    assert!(matches!(
        world.save_state(ana),
        Some(SaveState::NotSaving { .. })
    ));
    assert!(matches!(
        world.save_state(ben),
        Some(SaveState::NotSaving { .. })
    ));
    // Work goes on meanwhile.
    assert!(card_text(&world, ben, "card").is_some());
    world.resume_appends();
    world.run_until_quiet();
    assert_eq!(world.save_state(ana), Some(SaveState::Saved));
    assert_eq!(world.save_state(ben), Some(SaveState::Saved));
    world.assert_converged();
    world.assert_saved_edits_survive();
}

#[test]
fn a_stalled_store_is_never_shown_as_saved() {
    let mut world = World::new(6);
    let ana = world.join("ana");
    world.run_until_quiet();
    world.stall_appends();
    add_card(&mut world, ana, "card", "on its way");
    world.run_for(60_000);
    assert_ne!(world.save_state(ana), Some(SaveState::Saved));
    world.resume_appends();
    world.run_until_quiet();
    assert_eq!(world.save_state(ana), Some(SaveState::Saved));
    world.assert_saved_edits_survive();
}

#[test]
fn a_server_that_stops_in_good_order_has_everything_on_the_disk() {
    let mut world = World::new(13);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    world.type_slowly(ana, 30, 5);
    world.run_for(90);
    world.stop_server();
    world.run_for(2_000);
    world.restart_server();
    world.run_until_quiet();
    assert_eq!(world.map(ana), world.map(ben));
    world.assert_converged();
    world.assert_saved_edits_survive();
}

#[test]
fn twenty_restarts_under_editing_people_double_nothing() {
    let mut world = World::new(14);
    let people = world.join_all("map", ["ana", "ben", "cleo", "dan", "eve"]);
    world.run_until_quiet();
    let cards = world.map(people[0]).cards.len();
    for round in 0..20 {
        let who = people[round % people.len()];
        add_card(&mut world, who, &format!("card-{round}"), "once");
        world.run_for(40);
        world.crash_server();
        world.run_for(200);
        world.restart_server();
        world.run_until_quiet();
    }
    assert_eq!(world.map(people[0]).cards.len(), cards + 20);
    world.assert_converged();
    world.assert_saved_edits_survive();
}

#[test]
fn a_long_log_becomes_a_snapshot_and_a_short_log() {
    let limits = Limits {
        compact_records: 10,
        ..Limits::default()
    };
    let mut world = World::with_weather(
        15,
        Weather {
            limits,
            ..Weather::calm()
        },
    );
    let ana = world.join("ana");
    world.run_until_quiet();
    world.type_slowly(ana, 100, 60);
    world.run_until_quiet();
    let document = world.disk().documents().remove(0);
    assert!(world.disk().snapshot_position(&document).is_some());
    assert!(
        world.disk().records(&document) <= 20,
        "{}",
        world.disk().records(&document)
    );
    world.assert_converged();
    world.assert_saved_edits_survive();
}

#[test]
fn a_compaction_struck_at_any_step_loses_nothing_and_is_made_up_for() {
    let steps = [
        CompactionStep::Asked,
        CompactionStep::Written,
        CompactionStep::Flushed,
        CompactionStep::Trimmed,
    ];
    for (seed, step) in (0..).zip(steps) {
        for strike in [Strike::PowerCut(200), Strike::DiskFails] {
            let limits = Limits {
                compact_records: 10,
                ..Limits::default()
            };
            let mut world = World::with_weather(
                seed,
                Weather {
                    limits,
                    ..Weather::calm()
                },
            );
            let [ana, ben] = world.join_all("map", ["ana", "ben"]);
            world.run_until_quiet();
            world.strike_compaction(step, strike);
            world.type_slowly(ana, 60, 60);
            world.run_until_quiet();
            // A failed compaction rests for half a minute.
            world.run_for(31_000);
            world.type_slowly(ana, 20, 60);
            world.run_until_quiet();
            let document = world.disk().documents().remove(0);
            let snapshot = world.disk().snapshot_position(&document);
            assert!(snapshot.is_some(), "{step:?} {strike:?}");
            assert!(world.disk().records(&document) <= 20, "{step:?} {strike:?}");
            assert_eq!(world.map(ana), world.map(ben));
            world.assert_converged();
            world.assert_saved_edits_survive();
        }
    }
}
