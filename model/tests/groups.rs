//! Groups of cards: what is decided when two people group at the same time
//! (CONCURRENCY.md), how files keep them, and how they are taken back.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use waymark_model::edit::{Author, Place, Target, TextField};
use waymark_model::ids::{CardId, GroupId, LaneId, MapId, StepId};
use waymark_model::interchange::MapFile;
use waymark_model::invariants::violations;
use waymark_model::schema::new_doc;
use waymark_model::templates::DEMO_MAPS;
use waymark_model::{Edit, History, JourneyMap, apply};
use yrs::updates::decoder::Decode;
use yrs::{Doc, ReadTxn, StateVector, Transact, Update};

const FIRST: &str = "a01-actions-1";
const SECOND: &str = "a01-actions-2";
const OTHER: &str = "a02-actions-1";

fn demo(client: u64) -> Doc {
    let doc = new_doc(client);
    let file = MapFile::parse(DEMO_MAPS[0].1).unwrap();
    file.write(&mut doc.transact_mut()).unwrap();
    doc
}

fn group(id: &str) -> GroupId {
    GroupId::parse(id).unwrap()
}

fn card(id: &str) -> CardId {
    CardId::parse(id).unwrap()
}

fn add(id: &str) -> Edit {
    Edit::AddGroup {
        id: group(id),
        title: id.to_owned(),
    }
}

fn put(card_id: &str, into: Option<&str>) -> Edit {
    Edit::GroupCard {
        id: card(card_id),
        group: into.map(group),
    }
}

fn delete(id: &str) -> Edit {
    Edit::Delete {
        target: Target::Group(group(id)),
        by: "Ana".to_owned(),
        at: 1,
    }
}

fn read(doc: &Doc) -> JourneyMap {
    let map = JourneyMap::read(&doc.transact());
    assert_eq!(violations(&map), []);
    map
}

fn write(doc: &Doc, edits: &[Edit]) {
    for edit in edits {
        apply(&mut doc.transact_mut(), edit).unwrap();
    }
}

/// The cards of a group, by its name.
fn members(map: &JourneyMap, name: &str) -> Vec<String> {
    let is_in =
        |it: &&waymark_model::map::Card| map.group_of(it).is_some_and(|group| group.title == name);
    map.cards
        .iter()
        .filter(is_in)
        .map(|it| it.id.to_string())
        .collect()
}

/// After `before`, Ana and Ben do theirs at the same time; `check` sees how they end,
/// whichever client wins.
fn at_once(before: &[Edit], ana: &[Edit], ben: &[Edit], check: impl Fn(&JourneyMap)) {
    for clients in [(11, 22), (22, 11)] {
        let docs = [demo(clients.0), new_doc(clients.1)];
        write(&docs[0], before);
        meet(&docs);
        write(&docs[0], ana);
        write(&docs[1], ben);
        meet(&docs);
        let maps = docs.each_ref().map(read);
        assert!(maps[0] == maps[1]);
        assert_eq!(maps[0].cards.len(), read(&demo(1)).cards.len());
        check(&maps[0]);
    }
}

fn meet(docs: &[Doc; 2]) {
    let states = docs.each_ref().map(|doc| {
        let txn = doc.transact();
        txn.encode_state_as_update_v1(&StateVector::default())
    });
    for (doc, state) in docs.iter().zip(states.iter().rev()) {
        let update = Update::decode_v1(state).unwrap();
        doc.transact_mut().apply_update(update).unwrap();
    }
}

#[test]
fn c27_cards_that_two_people_put_into_a_group_are_both_in_it() {
    at_once(
        &[add("g")],
        &[put(FIRST, Some("g"))],
        &[put(SECOND, Some("g"))],
        |met| assert_eq!(members(met, "g"), [FIRST, SECOND]),
    );
}

#[test]
fn c28_a_card_that_two_people_put_into_two_groups_is_in_one_of_them() {
    at_once(
        &[],
        &[add("g"), put(FIRST, Some("g"))],
        &[add("h"), put(FIRST, Some("h")), put(SECOND, Some("h"))],
        |met| {
            assert_eq!(met.groups.len(), 2);
            let (g, h) = (members(met, "g"), members(met, "h"));
            assert_eq!(g.len() + h.len(), 2);
            assert!(h.contains(&SECOND.to_owned()));
        },
    );
}

#[test]
fn c29_a_card_put_into_a_group_that_is_dissolved_stays_in_its_cell_and_is_in_it_again_with_it() {
    let before = [add("g"), put(FIRST, Some("g"))];
    at_once(&before, &[delete("g")], &[put(SECOND, Some("g"))], |met| {
        assert!(met.groups.is_empty());
        assert!(met.cards.iter().all(|it| met.group_of(it).is_none()));
    });
    let doc = demo(1);
    write(&doc, &before);
    write(
        &doc,
        &[delete("g"), Edit::Restore(Target::Group(group("g")))],
    );
    assert_eq!(members(&read(&doc), "g"), [FIRST]);
}

#[test]
fn a_card_that_leaves_its_cell_leaves_its_group_and_one_that_moves_inside_does_not() {
    let doc = demo(1);
    let moved = |step: &str| Edit::MoveCard {
        id: card(FIRST),
        step: StepId::parse(step).unwrap(),
        lane: LaneId::parse("actions").unwrap(),
        place: Place::Last,
    };
    write(
        &doc,
        &[
            add("g"),
            put(FIRST, Some("g")),
            put(SECOND, Some("g")),
            moved("a01"),
        ],
    );
    assert_eq!(members(&read(&doc), "g").len(), 2);
    write(&doc, &[moved("a02")]);
    assert_eq!(members(&read(&doc), "g"), [SECOND]);
}

#[test]
fn a_file_has_the_groups_with_their_cards_and_none_that_are_dissolved() {
    let doc = demo(1);
    let rename = Edit::SetText {
        field: TextField::GroupTitle(group("g")),
        text: "First look".to_owned(),
    };
    write(
        &doc,
        &[
            add("g"),
            add("h"),
            put(FIRST, Some("g")),
            put(OTHER, Some("h")),
            rename,
        ],
    );
    write(&doc, &[delete("h")]);
    let id = MapId::parse("m").unwrap();
    let file = MapFile::read(&doc.transact(), &id);
    assert_eq!(
        file.value()["groups"],
        serde_json::json!([{"id": "g", "title": "First look"}])
    );
    let again = new_doc(2);
    let text = file.to_yaml();
    MapFile::parse(&text)
        .unwrap()
        .write(&mut again.transact_mut())
        .unwrap();
    let map = read(&again);
    assert_eq!(members(&map, "First look"), [FIRST]);
    let other = map.cards.iter().find(|it| it.id.as_str() == OTHER).unwrap();
    assert_eq!(other.group, None);
    assert_eq!(MapFile::read(&again.transact(), &id).to_yaml(), text);
}

#[test]
fn grouping_is_one_step_of_undo_and_comes_back_with_redo() {
    let doc = demo(1);
    let clock = AtomicU64::new(1);
    let mut history = History::new(
        &doc,
        Arc::new(move || clock.fetch_add(10_000, Ordering::Relaxed)),
    );
    let edits = [add("g"), put(FIRST, Some("g")), put(SECOND, Some("g"))];
    history.edit(&doc, &edits, Author::default()).unwrap();
    assert_eq!(members(&read(&doc), "g").len(), 2);
    assert!(history.undo(&doc));
    assert!(read(&doc).groups.is_empty());
    assert!(history.redo(&doc));
    assert_eq!(members(&read(&doc), "g").len(), 2);
}

#[test]
fn c33_a_group_that_is_moved_keeps_the_cards_that_others_put_into_it() {
    let moved = |id: &str| Edit::MoveCard {
        id: card(id),
        step: StepId::parse("a03").unwrap(),
        lane: LaneId::parse("actions").unwrap(),
        place: Place::Last,
    };
    at_once(
        &[add("g"), put(FIRST, Some("g"))],
        &[moved(FIRST), put(FIRST, Some("g"))],
        &[put(SECOND, Some("g"))],
        |met| {
            let mut all = members(met, "g");
            all.sort();
            assert_eq!(all, [FIRST, SECOND]);
            let at = |id: &str| met.cards.iter().find(|it| it.id.as_str() == id).unwrap();
            assert_eq!(at(FIRST).step.as_str(), "a03");
            assert_eq!(at(SECOND).step.as_str(), "a01");
        },
    );
}
