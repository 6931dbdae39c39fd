//! Single scenes, told in the words of the people in them.

mod access;
mod accidents;
mod people;
mod saving;
mod writing;

use waymark_model::Edit;
use waymark_model::edit::Place;
use waymark_model::ids::CardId;
use waymark_tests::{PersonId, World};

fn add_card(world: &mut World, who: PersonId, id: &str, text: &str) {
    let map = world.map(who);
    let edit = Edit::AddCard {
        id: CardId::parse(id).expect("scenes name cards with letters"),
        step: map.steps[0].id.clone(),
        lane: map.lanes[0].id.clone(),
        text: text.to_owned(),
        place: Place::Last,
    };
    world
        .edit(who, &edit)
        .expect("the step and the lane are there");
}

fn card_text(world: &World, who: PersonId, id: &str) -> Option<String> {
    let map = world.map(who);
    map.cards
        .iter()
        .find(|card| card.id.as_str() == id)
        .map(|card| card.text.clone())
}
