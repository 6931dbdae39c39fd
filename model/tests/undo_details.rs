//! Undo in rich texts that two people write at the same time.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use std::sync::Arc;

use waymark_model::History;
use waymark_model::edit::{Author, Edit, Target};
use waymark_model::ids::CardId;
use waymark_model::interchange::MapFile;
use waymark_model::rich::{DetailsOf, ListKind, Mark, Marks, Rich, to_markdown};
use waymark_model::schema::new_doc;
use waymark_model::templates::DEMO_MAPS;
use yrs::updates::decoder::Decode;
use yrs::{Doc, ReadTxn, Transact, Update};

struct Person {
    doc: Doc,
    history: History,
}

fn card() -> CardId {
    CardId::parse("a06-actions-1").unwrap()
}

fn of() -> DetailsOf {
    DetailsOf::Card(card())
}

impl Person {
    fn new(client: u64) -> Self {
        let doc = new_doc(client);
        let history = History::new(&doc, Arc::new(|| 1));
        Self { doc, history }
    }

    fn types(&mut self, at: usize, insert: &str) {
        let edit = Edit::SpliceDetails {
            of: of(),
            at,
            remove: 0,
            insert: insert.to_owned(),
            marks: Marks::default(),
        };
        self.history
            .type_details(&self.doc, edit, Author::default())
            .unwrap();
    }

    fn marks(&mut self, from: usize, to: usize, mark: Mark) {
        let edit = Edit::MarkDetails {
            of: of(),
            from,
            to,
            mark,
        };
        self.history
            .edit(&self.doc, &[edit], Author::default())
            .unwrap();
    }

    fn undoes(&mut self) {
        assert!(self.history.undo(&self.doc), "there is something to undo");
    }

    fn reads(&self) -> String {
        to_markdown(&Rich::read(&self.doc.transact(), &of()))
            .trim_end()
            .to_owned()
    }
}

fn two() -> (Person, Person) {
    let (ana, ben) = (Person::new(11), Person::new(22));
    let file = MapFile::parse(DEMO_MAPS[0].1).unwrap();
    file.write(&mut ana.doc.transact_mut()).unwrap();
    meet(&ana, &ben);
    (ana, ben)
}

fn meet(ana: &Person, ben: &Person) {
    for (from, to) in [(ana, ben), (ben, ana)] {
        let since = to.doc.transact().state_vector();
        let update = from.doc.transact().encode_state_as_update_v1(&since);
        to.doc
            .transact_mut()
            .apply_update(Update::decode_v1(&update).unwrap())
            .unwrap();
    }
    assert_eq!(ana.reads(), ben.reads());
}

#[test]
fn u9_undo_in_details_takes_back_only_my_words() {
    let (mut ana, mut ben) = two();
    ana.types(0, "Asked ");
    ana.types(6, "twice");
    meet(&ana, &ben);
    ben.types(11, ", politely");
    meet(&ana, &ben);
    assert_eq!(ana.reads(), "Asked twice, politely");
    ana.undoes();
    meet(&ana, &ben);
    assert_eq!(ana.reads(), ", politely");
    assert!(ana.history.redo(&ana.doc));
    meet(&ana, &ben);
    assert_eq!(ana.reads(), "Asked twice, politely");
}

#[test]
fn u9_undo_of_a_mark_leaves_the_words_and_the_marks_of_others() {
    let (mut ana, mut ben) = two();
    ana.types(0, "one two");
    meet(&ana, &ben);
    ben.marks(0, 3, Mark::Bold(true));
    ana.marks(4, 7, Mark::Italic(true));
    meet(&ana, &ben);
    assert_eq!(ana.reads(), "**one** *two*");
    ana.undoes();
    meet(&ana, &ben);
    assert_eq!(ana.reads(), "**one** two");
    ana.marks(0, 7, Mark::List(Some(ListKind::Bullet)));
    assert_eq!(ana.reads(), "- **one** two");
    ana.undoes();
    assert_eq!(ana.reads(), "**one** two");
}

#[test]
fn u9_words_in_details_and_other_edits_are_taken_back_in_order() {
    let (mut ana, _) = two();
    ana.types(0, "said");
    let delete = Edit::Delete {
        target: Target::Card(card()),
        by: String::new(),
        at: 1,
    };
    ana.history
        .edit(&ana.doc, &[delete], Author::default())
        .unwrap();
    ana.undoes();
    assert_eq!(ana.reads(), "said");
    ana.undoes();
    assert_eq!(ana.reads(), "");
    assert!(!ana.history.can_undo());
}
