//! Who wrote what: noted when it is made, kept by everything that happens to it later, and
//! never believed blindly.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use std::sync::Arc;

use waymark_model::edit::{Author, Place, Target};
use waymark_model::grid::Item;
use waymark_model::ids::{CardId, GroupId, LaneId, MapId, OpportunityId, PainId, StepId};
use waymark_model::interchange::MapFile;
use waymark_model::invariants::violations;
use waymark_model::map::Written;
use waymark_model::schema::{self, new_doc};
use waymark_model::templates::DEMO_MAPS;
use waymark_model::{Edit, History, JourneyMap};
use yrs::updates::decoder::Decode;
use yrs::{Any, Doc, Map, MapRef, ReadTxn, StateVector, Transact, Update, WriteTxn};

const AT: u64 = 1_762_128_000_000;

struct Person {
    doc: Doc,
    history: History,
    name: &'static str,
}

impl Person {
    fn new(name: &'static str) -> Self {
        Self::with_client(name, 7)
    }

    fn with_client(name: &'static str, client: u64) -> Self {
        let doc = new_doc(client);
        let file = MapFile::parse(DEMO_MAPS[0].1).unwrap();
        file.write(&mut doc.transact_mut()).unwrap();
        let history = History::new(&doc, Arc::new(|| 1));
        Self { doc, history, name }
    }

    fn does(&mut self, edits: &[Edit]) {
        let who = Author {
            by: self.name,
            at: AT,
        };
        self.history.edit(&self.doc, edits, who).unwrap();
    }

    fn map(&self) -> JourneyMap {
        let map = JourneyMap::read(&self.doc.transact());
        assert_eq!(violations(&map), []);
        map
    }

    fn author(&self, id: &str) -> Option<Written> {
        let map = self.map();
        let card = map.cards.iter().find(|it| it.id.as_str() == id).unwrap();
        card.author.clone()
    }

    /// The fields of a card, to write what no edit would.
    fn forge(&self, id: &str, author: Any) {
        let mut txn = self.doc.transact_mut();
        let cards = txn.get_or_insert_map(schema::CARDS);
        let card: MapRef = cards.get(&txn, id).unwrap().cast().unwrap();
        card.insert(&mut txn, schema::AUTHOR, author);
    }
}

fn card(id: &str) -> CardId {
    CardId::parse(id).unwrap()
}

fn step(id: &str) -> StepId {
    StepId::parse(id).unwrap()
}

fn lane() -> LaneId {
    LaneId::parse("actions").unwrap()
}

fn new_card(id: &str) -> Edit {
    Edit::AddCard {
        id: card(id),
        step: step("a01"),
        lane: lane(),
        text: "Asks a friend".to_owned(),
        place: Place::Last,
    }
}

#[test]
fn whoever_adds_something_has_written_it() {
    let mut ana = Person::new("Ana");
    ana.does(&[
        new_card("new"),
        Edit::AddPain {
            id: PainId::parse("hurts").unwrap(),
            step: step("a01"),
            text: String::new(),
            place: Place::Last,
        },
        Edit::AddOpportunity {
            id: OpportunityId::parse("might").unwrap(),
            step: step("a01"),
            title: String::new(),
            place: Place::Last,
        },
    ]);
    let written = Written::new("Ana", AT);
    assert!(written.is_some());
    let map = ana.map();
    assert_eq!(ana.author("new"), written);
    assert_eq!(map.pains.last().unwrap().author, written);
    assert_eq!(map.opportunities.last().unwrap().author, written);
    // A file does not say, and nobody is made up.
    assert_eq!(ana.author("a01-actions-1"), None);
    // Somebody without a name is nobody.
    let mut nobody = Person::new("");
    nobody.does(&[new_card("new")]);
    assert_eq!(nobody.author("new"), None);
}

#[test]
fn what_others_do_to_a_card_leaves_its_author() {
    let mut ana = Person::new("Ana");
    ana.does(&[new_card("new")]);
    let written = ana.author("new");
    ana.name = "Ben";
    let group = GroupId::parse("g").unwrap();
    ana.does(&[
        Edit::AddGroup {
            id: group.clone(),
            title: String::new(),
        },
        Edit::GroupCard {
            id: card("new"),
            group: Some(group),
        },
        Edit::MoveCard {
            id: card("new"),
            step: step("a02"),
            lane: lane(),
            place: Place::First,
        },
        Edit::SetScalar {
            field: waymark_model::scalar::ScalarField::CardStatus(card("new")),
            value: Some("observed".into()),
        },
        Edit::Delete {
            target: Target::Card(card("new")),
            by: "Ben".to_owned(),
            at: AT,
        },
        Edit::Restore(Target::Card(card("new"))),
    ]);
    assert_eq!(ana.author("new"), written);
}

#[test]
fn a_card_that_comes_back_with_undo_or_redo_has_its_author() {
    let mut ana = Person::new("Ana");
    ana.does(&[new_card("new")]);
    let written = ana.author("new");
    assert!(ana.history.undo(&ana.doc));
    assert!(ana.map().cards.iter().all(|it| it.id.as_str() != "new"));
    assert!(ana.history.redo(&ana.doc));
    assert_eq!(ana.author("new"), written);
    ana.does(&[Edit::Delete {
        target: Target::Card(card("new")),
        by: "Ana".to_owned(),
        at: AT,
    }]);
    assert!(ana.history.undo(&ana.doc));
    assert_eq!(ana.author("new"), written);
}

#[test]
fn a_file_carries_authors_and_lets_them_be_written_by_hand() {
    let mut ana = Person::new("Ana");
    ana.does(&[new_card("new")]);
    let file = MapFile::read(&ana.doc.transact(), &MapId::parse("map").unwrap());
    let again = new_doc(9);
    file.write(&mut again.transact_mut()).unwrap();
    let map = JourneyMap::read(&again.transact());
    let authors: Vec<_> = map
        .cards
        .iter()
        .filter_map(|it| it.author.clone())
        .collect();
    assert_eq!(authors, [Written::new("Ana", AT).unwrap()]);

    let by_hand = r#"{"format": "journey-map/1", "map": {"id": "m", "title": "M"},
        "lanes": [{"id": "l", "type": "actions", "title": "L"}],
        "stages": [{"id": "s", "title": "S"}],
        "steps": [{"id": "t", "stage": "s", "title": "T",
                   "cells": {"l": [{"text": "one", "author": "Cleo"}, {"text": "two", "author": 7}]}}]}"#;
    let doc = new_doc(3);
    let file = MapFile::parse(by_hand).unwrap();
    file.write(&mut doc.transact_mut()).unwrap();
    let map = JourneyMap::read(&doc.transact());
    assert_eq!(map.cards[0].author, Written::new("Cleo", 0));
    assert_eq!(map.cards[1].author, None);
}

#[test]
fn an_author_that_somebody_forged_breaks_nothing() {
    let ana = Person::new("Ana");
    let id = "a01-actions-1";
    for forged in [
        Any::from("x".repeat(100_000)),
        Any::from("\u{202e}anA"),
        Any::from(7.5),
        Any::Array([Any::Null].into()),
    ] {
        ana.forge(id, forged);
        assert_eq!(ana.author(id), None);
    }
    ana.forge(id, Any::from("Ben"));
    assert_eq!(ana.author(id), Written::new("Ben", 0));
}

#[test]
fn a_metric_has_no_author() {
    let mut ana = Person::new("Ana");
    let metric = ana.map().metrics[0].id.clone();
    let edit = Edit::SetAuthor {
        of: Item::Metric(metric),
        author: Written::new("Ana", AT),
    };
    let who = Author::default();
    assert!(ana.history.edit(&ana.doc, &[edit], who).is_err());
}

#[test]
fn c32_a_card_has_one_author_and_keeps_what_is_done_to_it_meanwhile() {
    let id = "a01-actions-1";
    let says = |name: &str| Edit::SetAuthor {
        of: Item::Card(card(id)),
        author: Written::new(name, AT),
    };
    let text = Edit::SetText {
        field: waymark_model::edit::TextField::CardText(card(id)),
        text: "Asks a friend".to_owned(),
    };
    for clients in [(11, 22), (22, 11)] {
        let mut ana = Person::with_client("Ana", clients.0);
        let mut ben = Person {
            doc: new_doc(clients.1),
            ..Person::with_client("Ben", clients.1)
        };
        ben.history = History::new(&ben.doc, Arc::new(|| 1));
        meet(&ana.doc, &ben.doc);
        ana.does(&[says("Cleo")]);
        ben.does(&[says("Dan"), text.clone()]);
        meet(&ana.doc, &ben.doc);
        let author = ana.author(id).unwrap();
        assert!(["Cleo", "Dan"].contains(&author.by.as_str()));
        assert_eq!(ben.author(id), Some(author));
        for person in [&ana, &ben] {
            let map = person.map();
            let card = map.cards.iter().find(|it| it.id.as_str() == id).unwrap();
            assert_eq!(card.text, "Asks a friend");
        }
    }
}

fn meet(one: &Doc, other: &Doc) {
    let states = [one, other].map(|doc| {
        let txn = doc.transact();
        txn.encode_state_as_update_v1(&StateVector::default())
    });
    for (doc, state) in [one, other].into_iter().zip(states.iter().rev()) {
        let update = Update::decode_v1(state).unwrap();
        doc.transact_mut().apply_update(update).unwrap();
    }
}
