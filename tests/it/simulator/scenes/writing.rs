//! People who write, together and apart.

use waymark_model::Edit;
use waymark_model::edit::TextField;
use waymark_model::ids::CardId;
use waymark_sync::SaveState;
use waymark_tests::World;

use super::{add_card, card_text};

#[test]
fn two_people_who_type_in_one_card_both_keep_their_words() {
    let mut world = World::new(1);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    add_card(&mut world, ana, "card", "the customer waits");
    world.run_until_quiet();
    let say = |text: &str| Edit::SetText {
        field: TextField::CardText(CardId::parse("card").unwrap()),
        text: text.to_owned(),
    };
    world
        .edit(ana, &say("On Monday the customer waits"))
        .unwrap();
    world.edit(ben, &say("the customer waits in line")).unwrap();
    world.run_until_quiet();
    assert_eq!(
        card_text(&world, ana, "card").unwrap(),
        "On Monday the customer waits in line"
    );
    world.assert_converged();
    world.assert_no_violations();
}

#[test]
fn a_map_stays_whole_when_the_connection_breaks_during_typing() {
    let mut world = World::new(2);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    world.type_slowly(ana, 60, 50);
    world.type_slowly(ben, 60, 50);
    for _ in 0..3 {
        world.run_for(700);
        world.cut(ana);
        world.run_for(300);
        world.heal(ana);
    }
    world.run_until_quiet();
    assert_eq!(world.save_state(ana), Some(SaveState::Saved));
    assert_eq!(world.map(ana), world.map(ben));
    world.assert_converged();
    world.assert_no_violations();
}

#[test]
fn what_is_written_without_a_connection_arrives_when_it_returns() {
    let mut world = World::new(3);
    let [ana, ben] = world.join_all("map", ["ana", "ben"]);
    world.run_until_quiet();
    world.cut(ben);
    world.run_for(60_000);
    assert!(matches!(
        world.save_state(ben),
        Some(SaveState::Offline { unsaved: 0, .. })
    ));
    add_card(&mut world, ben, "from-ben", "written on a train");
    add_card(&mut world, ana, "from-ana", "written at a desk");
    world.run_for(1_000);
    assert!(matches!(
        world.save_state(ben),
        Some(SaveState::Offline { unsaved, .. }) if unsaved > 0
    ));
    assert_eq!(world.save_state(ana), Some(SaveState::Saved));
    world.heal(ben);
    world.run_until_quiet();
    assert_eq!(world.save_state(ben), Some(SaveState::Saved));
    assert!(card_text(&world, ana, "from-ben").is_some());
    assert!(card_text(&world, ben, "from-ana").is_some());
    world.assert_converged();
    world.assert_no_violations();
}
