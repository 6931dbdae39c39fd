use super::{Field, Place, Query, find};
use crate::edit::tests::demo;
use crate::grid::Item;
use crate::map::JourneyMap;

fn places(map: &JourneyMap, typed: &str) -> Vec<String> {
    let query = Query::parse(typed).expect("something to look for");
    find(map, &query)
        .into_iter()
        .map(|hit| match hit.place {
            Place::Stage(id) => format!("stage {id}"),
            Place::Step(id) => format!("step {id}"),
            Place::Lane(id) => format!("lane {id}"),
            Place::Item(cell, item) => {
                let id = match item {
                    Item::Card(id) => id.to_string(),
                    Item::Pain(id) => id.to_string(),
                    Item::Opportunity(id) => id.to_string(),
                    Item::Metric(id) => id.to_string(),
                };
                format!("{}/{} {id}", cell.lane, cell.step)
            }
        })
        .collect()
}

#[test]
fn nothing_but_spaces_is_nothing_to_look_for() {
    assert_eq!(Query::parse(""), None);
    assert_eq!(Query::parse(" \t\u{a0} "), None);
    assert!(Query::parse(" a ").is_some());
}

#[test]
fn every_kind_of_thing_is_found_in_the_cell_that_shows_it() {
    let map = demo("saas-evaluation");
    for (kind, text) in [
        ("stage", map.stages[0].title.clone()),
        ("stage", map.stages[0].goal.clone()),
        ("step", map.steps[0].title.clone()),
        ("lane", map.lanes[0].title.clone()),
        ("actions/", map.cards[0].text.clone()),
        ("pains/", map.pains[0].text.clone()),
        ("opps/", map.opportunities[0].title.clone()),
        ("metrics/", map.metrics[0].name.clone()),
    ] {
        let found = places(&map, &text.to_uppercase());
        let kinds: Vec<_> = map.lanes.iter().map(|lane| lane.id.as_str()).collect();
        assert!(
            found.iter().any(|place| place.starts_with(kind)),
            "{text:?} as {kind}: {found:?}, lanes {kinds:?}"
        );
    }
}

#[test]
fn hits_come_step_by_step_and_lane_by_lane() {
    let map = demo("saas-evaluation");
    let found = places(&map, "e");
    let columns: Vec<usize> = found
        .iter()
        .filter_map(|place| {
            let step = place.split_once('/')?.1.split_once(' ')?.0;
            map.steps.iter().position(|other| other.id.as_str() == step)
        })
        .collect();
    assert!(columns.len() > 20 && columns.is_sorted());
    let first_cell = found.iter().position(|place| place.contains('/'));
    let first_step = found.iter().position(|place| place.starts_with("step"));
    let last_lane = found.iter().rposition(|place| place.starts_with("lane"));
    assert!(last_lane < first_step && first_step < first_cell);
}

#[test]
fn all_words_must_be_there_in_any_order_and_any_of_its_texts() {
    let mut map = demo("saas-evaluation");
    let card = &mut map.cards[3];
    card.text = "Where did my table go?".to_owned();
    card.source = "Interview Ünal".to_owned();
    let id = card.id.to_string();
    let has = |typed: &str| places(&map, typed).iter().any(|place| place.ends_with(&id));
    assert!(has("go table"));
    assert!(has("table unal"));
    assert!(!has("table chair"));
    let query = Query::parse("unal").expect("a word");
    let hits = find(&map, &query);
    let line = &hits[0].lines[0];
    assert_eq!(
        (line.field, &line.text[line.marks[0].clone()]),
        (Field::Source, "Ünal")
    );
}

#[test]
fn what_is_shown_nowhere_is_not_found() {
    let mut map = demo("saas-evaluation");
    map.pains[0].step = None;
    map.pains[0].text = "zebra".to_owned();
    assert_eq!(places(&map, "zebra"), Vec::<String>::new());
}
