//! Who may write what, with the map's own edits and the server's own rooms.

use waymark_model::edit::{self, Target};
use waymark_model::interchange::MapFile;
use waymark_model::schema::{self, new_doc};
use waymark_model::templates::DEMO_MAPS;
use waymark_model::{Edit, JourneyMap};
use waymark_sync::{
    Address, Dialect, DocumentId, Frame, Grant, Incarnation, Limits, Role, Room, RoomEffect,
    RoomInput, SessionId, StoredDocument, Timestamp,
};
use waymark_tests::{EditKind, Rng, any_edit};
use yrs::updates::decoder::Decode;
use yrs::{Doc, Map, ReadTxn, StateVector, Transact, Update, WriteTxn};

const EDITOR: SessionId = SessionId(1);
const CONTRIBUTOR: SessionId = SessionId(2);
const NOW: Timestamp = Timestamp(1);

/// A room with an editor and a contributor in it, and the replicas of both.
struct Table {
    room: Room,
    editor: Doc,
    contributor: Doc,
}

impl Table {
    fn new(map: &str) -> Self {
        let editor = new_doc(5);
        let file = MapFile::parse(map).unwrap();
        file.write(&mut editor.transact_mut()).unwrap();
        let document = DocumentId::parse("map/a").unwrap();
        let stored = StoredDocument {
            incarnation: Incarnation(1),
            snapshot: None,
            records: Vec::new(),
        };
        let limits = Limits {
            contributions: waymark_server::contributions(),
            ..Limits::default()
        };
        let mut room = Room::open(document.clone(), stored, limits, 1).unwrap();
        for (session, subject, role) in [
            (EDITOR, "ed", Role::Editor),
            (CONTRIBUTOR, "cora", Role::Contributor),
        ] {
            let join = RoomInput::Join {
                session,
                dialect: Dialect::YWebsocket,
                address: Address::of(&document),
                grant: Grant::new(subject, document.clone(), role, None),
            };
            room.handle(NOW, join, &mut Vec::new());
        }
        let whole = whole(&editor);
        let mut table = Self {
            room,
            editor,
            contributor: new_doc(7),
        };
        assert!(table.offer(EDITOR, &whole));
        apply(&table.contributor, &whole);
        table
    }

    /// Whether the room holds the update afterwards; the session stays in any case.
    fn offer(&mut self, session: SessionId, update: &[u8]) -> bool {
        let mut out = Vec::new();
        let frame = Frame::Update(update.to_vec().into());
        let refused = |out: &[RoomEffect]| {
            out.iter().any(|effect| match effect {
                RoomEffect::Note(note) => format!("{note:?}").contains("not the structure"),
                _ => false,
            })
        };
        let before = self.room.state();
        self.room
            .handle(NOW, RoomInput::Frame { session, frame }, &mut out);
        self.room.flush(NOW, &mut out);
        assert_eq!(self.room.session_count(), 2);
        let appended = out
            .iter()
            .filter(|effect| matches!(effect, RoomEffect::Append { .. }));
        if let Some(RoomEffect::Append { batch, .. }) = appended.last() {
            let (batch, position) = (*batch, waymark_sync::Position(1));
            let answer = RoomInput::Appended { batch, position };
            self.room.handle(NOW, answer, &mut Vec::new());
        }
        let refused = refused(&out);
        if refused {
            assert_eq!(self.room.state(), before, "a refused update left something");
        }
        !refused
    }
}

fn whole(doc: &Doc) -> Vec<u8> {
    doc.transact().encode_diff_v1(&StateVector::default())
}

fn apply(doc: &Doc, update: &[u8]) {
    let update = Update::decode_v1(update).unwrap();
    doc.transact_mut().apply_update(update).unwrap();
}

/// The update of an edit; `None` when it changes nothing or cannot be made.
fn made(doc: &Doc, edit: &Edit) -> Option<Vec<u8>> {
    let mut txn = doc.transact_mut();
    let who = edit::Author { by: "cora", at: 1 };
    edit::apply_by(&mut txn, edit, who).ok()?;
    let update = txn.encode_update_v1();
    (update != Update::EMPTY_V1).then_some(update)
}

fn deleted(map: &JourneyMap) -> Vec<Target> {
    // What was deleted last is asked for by the generator; the map's own cards do.
    map.cards
        .iter()
        .map(|card| Target::Card(card.id.clone()))
        .collect()
}

#[test]
fn a_contributor_makes_every_edit_of_cards_and_none_of_structure() {
    let mut allowed = std::collections::BTreeSet::new();
    let mut refused = std::collections::BTreeSet::new();
    for (number, (_, map)) in DEMO_MAPS.iter().enumerate() {
        let mut table = Table::new(map);
        for round in 0..EditKind::USUAL.len() as u64 * 6 {
            let mut rng = Rng::new(round + 10_000 * number as u64);
            let kind = EditKind::USUAL[round as usize % EditKind::USUAL.len()];
            let map = JourneyMap::read(&table.contributor.transact());
            let dice = rng.below(u64::MAX);
            let Some(edit) = any_edit(kind, dice, &map, &deleted(&map), "cora", 1) else {
                continue;
            };
            if edit.is_contribution() {
                let Some(update) = made(&table.contributor, &edit) else {
                    continue;
                };
                assert!(table.offer(CONTRIBUTOR, &update), "{edit:?}");
                apply(&table.editor, &update);
                allowed.insert(format!("{kind:?}"));
            } else {
                let scratch = new_doc(100 + round);
                apply(&scratch, &whole(&table.contributor));
                let Some(update) = made(&scratch, &edit) else {
                    continue;
                };
                assert!(!table.offer(CONTRIBUTOR, &update), "{edit:?}");
                // Nor together with a card.
                if let Some(card) = map.cards.first() {
                    let text = Edit::SetText {
                        field: edit::TextField::CardText(card.id.clone()),
                        text: format!("mixed {round}"),
                    };
                    let mixed = made(&scratch, &text).expect("a new text");
                    let both = yrs::merge_updates_v1([&update[..], &mixed[..]]).unwrap();
                    assert!(!table.offer(CONTRIBUTOR, &both), "{edit:?} and a card");
                }
                // An editor may.
                let update = made(&table.editor, &edit).expect("the same document");
                assert!(table.offer(EDITOR, &update), "{edit:?}");
                apply(&table.contributor, &update);
                refused.insert(format!("{kind:?}"));
            }
        }
    }
    assert!(allowed.len() >= 15, "{allowed:?}");
    assert!(refused.len() >= 12, "{refused:?}");
}

#[test]
fn a_contributor_writes_into_no_root_that_is_structure() {
    let mut table = Table::new(DEMO_MAPS[0].1);
    let open = [
        schema::CARDS,
        schema::PAINS,
        schema::OPPORTUNITIES,
        schema::GROUPS,
        schema::EMOTIONS,
    ];
    let own = ["details/steps/x", "unheard-of", "details", "", "cards/"];
    for (number, root) in schema::ROOTS.iter().copied().chain(own).enumerate() {
        let scratch = new_doc(1_000 + number as u64);
        apply(&scratch, &whole(&table.contributor));
        let update = {
            let mut txn = scratch.transact_mut();
            let root = txn.get_or_insert_map(root);
            root.insert(&mut txn, "intruder", 1);
            txn.encode_update_v1()
        };
        let taken = table.offer(CONTRIBUTOR, &update);
        assert_eq!(taken, open.contains(&root), "{root}");
    }
}

#[test]
fn a_contributor_deletes_nothing_of_the_structure_by_its_ids_alone() {
    let mut table = Table::new(DEMO_MAPS[0].1);
    for root in [schema::FRAME, schema::STEPS, schema::STAGES, schema::LANES] {
        let scratch = new_doc(2_000);
        apply(&scratch, &whole(&table.contributor));
        let update = {
            let mut txn = scratch.transact_mut();
            let map = txn.get_or_insert_map(root);
            let key = map.keys(&txn).next().map(str::to_owned).unwrap();
            map.remove(&mut txn, &key);
            txn.encode_update_v1()
        };
        assert!(!table.offer(CONTRIBUTOR, &update), "{root}");
    }
    // Everything that the document holds, named as deleted.
    let ids = table.contributor.transact().state_vector();
    let mut everything = vec![0, ids.len() as u8];
    for (client, clock) in ids.iter() {
        let mut number = |mut value: u64| {
            while value >= 0x80 {
                everything.push(value as u8 | 0x80);
                value >>= 7;
            }
            everything.push(value as u8);
        };
        for part in [client.get(), 1, 0, u64::from(*clock)] {
            number(part);
        }
    }
    assert!(!table.offer(CONTRIBUTOR, &everything));
    assert!(table.offer(EDITOR, &everything));
}

/// An update with every number written longer than it has to be, where that can be.
fn stretched(update: &[u8]) -> Vec<u8> {
    let mut bytes = update.to_vec();
    // The count of clients, one byte in any update of a few.
    bytes[0] |= 0x80;
    bytes.insert(1, 0);
    bytes
}

#[test]
fn no_bytes_of_a_viewer_change_store_or_reach_anything() {
    let mut table = Table::new(DEMO_MAPS[0].1);
    let mut rng = Rng::new(7);
    let scratch = new_doc(3_000);
    apply(&scratch, &whole(&table.contributor));
    let update = {
        let mut txn = scratch.transact_mut();
        let cards = txn.get_or_insert_map(schema::CARDS);
        cards.insert(&mut txn, "intruder", 1);
        txn.encode_update_v1()
    };
    let mut offers = vec![update.clone(), stretched(&update), whole(&scratch)];
    for _ in 0..500 {
        let mut damaged = update.clone();
        let at = rng.below(damaged.len() as u64) as usize;
        damaged[at] ^= 1 << rng.below(8);
        offers.push(damaged);
    }
    let before = table.room.state();
    for (number, bytes) in offers.into_iter().enumerate() {
        // Each time somebody new: what one is closed for must not protect from the next.
        let session = SessionId(100 + number as u64);
        let join = RoomInput::Join {
            session,
            dialect: Dialect::Hocuspocus,
            address: Address::of(table.room.document()),
            grant: Grant::new("vic", table.room.document().clone(), Role::Viewer, None),
        };
        let mut out = Vec::new();
        table.room.handle(NOW, join, &mut out);
        table.room.flush(NOW, &mut out);
        for frame in [
            Frame::Update(bytes.clone().into()),
            Frame::SyncStep2(bytes.clone().into()),
            Frame::SyncStep2(bytes.into()),
        ] {
            let mut out = Vec::new();
            table
                .room
                .handle(NOW, RoomInput::Frame { session, frame }, &mut out);
            table.room.flush(NOW, &mut out);
            let stored = |effect: &RoomEffect| matches!(effect, RoomEffect::Append { .. });
            assert!(!out.iter().any(stored));
            let to_others = out.iter().any(
                |effect| matches!(effect, RoomEffect::Send { session: to, .. } if *to != session),
            );
            assert!(!to_others);
        }
        table
            .room
            .handle(NOW, RoomInput::Leave { session }, &mut Vec::new());
    }
    assert_eq!(table.room.state(), before);
}

#[test]
fn what_an_editor_wrote_is_not_brought_again_by_a_contributor_as_their_own() {
    let mut table = Table::new(DEMO_MAPS[0].1);
    let update = {
        let mut txn = table.editor.transact_mut();
        let cards = txn.get_or_insert_map(schema::CARDS);
        cards.insert(&mut txn, "first", 1);
        txn.encode_update_v1()
    };
    assert!(table.offer(EDITOR, &update));
    let state = table.room.state();
    // Replayed it is nothing new, and goes to nobody.
    assert!(table.offer(CONTRIBUTOR, &update));
    assert_eq!(table.room.state(), state);
    // Going on under the editor's client id is refused, although cards are open.
    let forged = {
        let mut txn = table.editor.transact_mut();
        let cards = txn.get_or_insert_map(schema::CARDS);
        cards.insert(&mut txn, "second", 2);
        txn.encode_update_v1()
    };
    table.offer(CONTRIBUTOR, &forged);
    assert_eq!(table.room.state(), state);
    assert!(table.offer(EDITOR, &forged));
    assert_ne!(table.room.state(), state);
}
