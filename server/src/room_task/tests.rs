//! Rooms over a store that gives trouble, with a clock that jumps.

mod own;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use waymark_sync::wire::{self, Address};
use waymark_sync::{
    BatchId, CloseReason, Dialect, DocumentId, Frame, Incarnation, Limits, Record, SessionId,
    Timestamp,
};
use yrs::updates::encoder::Encode;
use yrs::{Doc, Map, ReadTxn, Transact};

use self::trouble::Trouble;
use super::message::Endings;
use super::*;
use crate::clock::Clock;
use crate::rooms::{Mailbox, Stopped};
use crate::store::MemoryStore;

type TestRooms = Rooms<Trouble<MemoryStore>>;

fn document() -> DocumentId {
    DocumentId::parse("map/a").unwrap()
}

/// An update that sets one key.
fn update(key: &str) -> Bytes {
    let doc = Doc::new();
    let map = doc.get_or_insert_map("frame");
    let mut txn = doc.transact_mut();
    map.insert(&mut txn, key, "value");
    txn.encode_update_v1().into()
}

/// Rooms over a store that holds one document.
async fn rooms() -> TestRooms {
    let store = Trouble::over(MemoryStore::default());
    let record = Record {
        update: update("first"),
        author: "ana".into(),
        at: Timestamp(1),
    };
    let life = Incarnation(1);
    store
        .create(&document(), life, BatchId(1), record)
        .await
        .unwrap();
    Rooms::new(store, Limits::default(), Clock::start(), 16, None)
}

/// Somebody in a room, without a socket.
struct Visitor {
    session: SessionId,
    mailbox: Mailbox,
    frames: mpsc::UnboundedReceiver<(Bytes, Credit)>,
    endings: Arc<Endings>,
}

impl Visitor {
    async fn join(rooms: &TestRooms) -> Self {
        Self::join_document(rooms, &document()).await
    }

    async fn join_document(rooms: &TestRooms, document: &DocumentId) -> Self {
        let (frames_in, frames) = mpsc::unbounded_channel();
        let endings = Arc::<Endings>::default();
        let session = rooms.next_session();
        let join = Join {
            session,
            dialect: Dialect::Hocuspocus,
            address: Address::of(document),
            grant: crate::auth::tests::owner(document),
            output: Output {
                sink: Sink::Channel(frames_in),
                endings: Arc::clone(&endings),
            },
        };
        let mailbox = rooms.join(document, join).await.unwrap();
        Self {
            session,
            mailbox,
            frames,
            endings,
        }
    }

    async fn send(&self, frame: Frame) {
        let message = Message::Frame {
            session: self.session,
            frame,
        };
        self.mailbox.send(message).await.unwrap();
    }

    /// Says that it has nothing, as every client does first.
    async fn greet(&self) {
        let nothing = yrs::StateVector::default().encode_v1();
        self.send(Frame::SyncStep1(nothing.into())).await;
    }

    /// The next frame that is wanted; credit is given back on the way.
    async fn until(&mut self, mut wanted: impl FnMut(&Frame) -> bool) -> Frame {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(600), self.frames.recv()).await;
            let (message, credit) = next.unwrap().unwrap();
            credit.give_back();
            let limits = Limits::for_replica();
            let frame = wire::decode(Dialect::Hocuspocus, &document(), &message, &limits).unwrap();
            if wanted(&frame) {
                return frame;
            }
        }
    }

    async fn synced(&mut self) {
        self.greet().await;
        self.until(|frame| matches!(frame, Frame::SyncStep2(_)))
            .await;
    }

    async fn ended(&mut self) -> CloseReason {
        self.endings.next().await.reason
    }

    async fn leave(self) {
        self.mailbox
            .send(Message::Leave {
                session: self.session,
            })
            .await
            .unwrap();
    }
}

async fn stored_keys(rooms: &TestRooms) -> Vec<String> {
    let stored = rooms.store().load(&document()).await.unwrap().unwrap();
    let doc = Doc::new();
    let mut txn = doc.transact_mut();
    let snapshot = stored
        .snapshot
        .into_iter()
        .map(|(_, snapshot)| snapshot.state);
    let updates = stored.records.into_iter().map(|(_, record)| record.update);
    for bytes in snapshot.chain(updates) {
        use yrs::updates::decoder::Decode;
        txn.apply_update(yrs::Update::decode_v1(&bytes).unwrap())
            .unwrap();
    }
    let map = txn.get_map("frame").unwrap();
    let mut keys: Vec<_> = map.keys(&txn).map(str::to_owned).collect();
    keys.sort();
    keys
}

#[tokio::test(start_paused = true)]
async fn a_hundred_joins_at_once_open_the_document_once() {
    let rooms = rooms().await;
    let joins: Vec<_> = (0..100)
        .map(|_| {
            let rooms = rooms.clone();
            tokio::spawn(async move {
                let mut visitor = Visitor::join(&rooms).await;
                visitor.synced().await;
                visitor
            })
        })
        .collect();
    let mut visitors = Vec::new();
    for join in joins {
        visitors.push(join.await.unwrap());
    }
    assert_eq!(rooms.store().loads(), 1);
    assert_eq!(rooms.people(&document()), 100);
}

#[tokio::test(start_paused = true)]
async fn a_room_ends_when_it_is_idle_and_not_before() {
    let rooms = rooms().await;
    let mut ana = Visitor::join(&rooms).await;
    ana.synced().await;
    ana.leave().await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let mut ben = Visitor::join(&rooms).await;
    ben.synced().await;
    assert_eq!(rooms.store().loads(), 1);
    ben.leave().await;
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert!(!rooms.is_open(&document()));
    Visitor::join(&rooms).await.synced().await;
    assert_eq!(rooms.store().loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_room_does_not_end_while_somebody_may_still_write_to_it() {
    let rooms = rooms().await;
    let mut ana = Visitor::join(&rooms).await;
    ana.synced().await;
    let still_held = ana.mailbox.clone();
    ana.leave().await;
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert!(rooms.is_open(&document()));
    drop(still_held);
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert!(!rooms.is_open(&document()));
}

#[tokio::test(start_paused = true)]
async fn a_join_that_meets_a_room_on_its_way_out_is_never_lost() {
    let limits = Limits {
        idle: waymark_sync::Millis(0),
        ..Limits::default()
    };
    let rooms = rooms().await;
    let rooms = Rooms::new(rooms.store().clone(), limits, Clock::start(), 2, None);
    let visits: Vec<_> = (0..200_u64)
        .map(|number| {
            let rooms = rooms.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(number / 4 * 7 % 90)).await;
                let mut visitor = Visitor::join(&rooms).await;
                visitor.synced().await;
                visitor.leave().await;
            })
        })
        .collect();
    for visit in visits {
        visit.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_document_is_refused_and_leaves_nothing_behind() {
    let rooms = rooms().await;
    let unknown = DocumentId::parse("map/nobody-made-me").unwrap();
    let mut visitor = Visitor::join_document(&rooms, &unknown).await;
    assert_eq!(visitor.ended().await, CloseReason::Unknown);
    assert!(!rooms.is_open(&unknown));
    assert_eq!(rooms.store().list(None, 9).await.unwrap(), [document()]);
}

#[tokio::test(start_paused = true)]
async fn a_load_that_fails_closes_with_retry_and_the_next_one_works() {
    let rooms = rooms().await;
    rooms.store().fail_loads(true);
    let mut visitor = Visitor::join(&rooms).await;
    assert_eq!(visitor.ended().await, CloseReason::Internal);
    rooms.store().fail_loads(false);
    Visitor::join(&rooms).await.synced().await;
    assert_eq!(stored_keys(&rooms).await, ["first"]);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_is_told_and_tried_again_and_nothing_is_lost() {
    let rooms = rooms().await;
    let mut ana = Visitor::join(&rooms).await;
    ana.synced().await;
    rooms.store().fail_appends(true);
    ana.send(Frame::Update(update("second"))).await;
    ana.until(|frame| matches!(frame, Frame::Stateless(fact) if fact.contains("\"ok\":false")))
        .await;
    assert_eq!(stored_keys(&rooms).await, ["first"]);
    rooms.store().fail_appends(false);
    ana.until(|frame| *frame == Frame::SyncStatus(true)).await;
    assert_eq!(stored_keys(&rooms).await, ["first", "second"]);
}

#[tokio::test(start_paused = true)]
async fn a_room_that_panics_is_loaded_again_and_its_sessions_come_back() {
    let rooms = rooms().await;
    let mut ana = Visitor::join(&rooms).await;
    ana.synced().await;
    // Under way when it happens: the load waits for it.
    rooms.store().hold_appends(true);
    ana.send(Frame::Update(update("second"))).await;
    rooms.store().held().await;
    ana.mailbox.send(Message::Panic).await.unwrap();
    assert_eq!(ana.ended().await, CloseReason::Internal);
    let mut ben = Visitor::join(&rooms).await;
    rooms.store().hold_appends(false);
    ben.synced().await;
    assert_eq!(rooms.store().loads(), 2);
    ben.send(Frame::Update(update("third"))).await;
    ben.until(|frame| *frame == Frame::SyncStatus(true)).await;
    assert_eq!(stored_keys(&rooms).await, ["first", "second", "third"]);
}

#[tokio::test(start_paused = true)]
async fn a_document_that_fails_twice_within_a_minute_stays_closed_and_others_do_not_care() {
    let rooms = rooms().await;
    for pause in [120, 10, 0] {
        let mut visitor = Visitor::join(&rooms).await;
        visitor.synced().await;
        visitor.mailbox.send(Message::Panic).await.unwrap();
        assert_eq!(visitor.ended().await, CloseReason::Internal);
        tokio::time::sleep(Duration::from_secs(pause)).await;
    }
    let mut visitor = Visitor::join(&rooms).await;
    assert_eq!(visitor.ended().await, CloseReason::Internal);
    assert_eq!(stored_keys(&rooms).await, ["first"]);
    let other = DocumentId::parse("map/b").unwrap();
    let record = Record {
        update: update("other"),
        author: "ana".into(),
        at: Timestamp(1),
    };
    rooms
        .store()
        .create(&other, Incarnation(2), BatchId(2), record)
        .await
        .unwrap();
    let mut visitor = Visitor::join_document(&rooms, &other).await;
    assert!(visitor.frames.recv().await.is_some());
    let stopped = rooms.stop(Duration::from_secs(10)).await;
    assert_eq!(stopped.unfinished, 0);
}

#[tokio::test(start_paused = true)]
async fn stopping_waits_for_the_store_and_then_says_goodbye() {
    let rooms = rooms().await;
    let mut ana = Visitor::join(&rooms).await;
    ana.synced().await;
    rooms.store().hold_appends(true);
    ana.send(Frame::Update(update("second"))).await;
    rooms.store().held().await;
    let stopping = tokio::spawn({
        let rooms = rooms.clone();
        async move { rooms.stop(Duration::from_secs(10)).await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!stopping.is_finished());
    rooms.store().hold_appends(false);
    let stopped = stopping.await.unwrap();
    assert_eq!(
        stopped,
        Stopped {
            saved: 1,
            unsaved: 0,
            unfinished: 0
        }
    );
    ana.until(|frame| *frame == Frame::SyncStatus(true)).await;
    assert_eq!(ana.ended().await, CloseReason::GoingAway);
    assert_eq!(stored_keys(&rooms).await, ["first", "second"]);
}

#[tokio::test(start_paused = true)]
async fn stopping_does_not_wait_for_ever_and_says_what_was_not_saved() {
    let rooms = rooms().await;
    let mut ana = Visitor::join(&rooms).await;
    ana.synced().await;
    rooms.store().fail_appends(true);
    ana.send(Frame::Update(update("second"))).await;
    let stopped = rooms.stop(Duration::from_secs(60)).await;
    assert_eq!(
        stopped,
        Stopped {
            saved: 0,
            unsaved: 1,
            unfinished: 0
        }
    );
    assert_eq!(ana.ended().await, CloseReason::GoingAway);
}

#[tokio::test(start_paused = true)]
async fn a_room_that_panics_while_stopping_still_stops_with_everything_saved() {
    let rooms = rooms().await;
    let mut ana = Visitor::join(&rooms).await;
    ana.synced().await;
    rooms.store().hold_appends(true);
    ana.send(Frame::Update(update("second"))).await;
    rooms.store().held().await;
    let stopping = tokio::spawn({
        let rooms = rooms.clone();
        async move { rooms.stop(Duration::from_secs(10)).await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    ana.mailbox.send(Message::Panic).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    rooms.store().hold_appends(false);
    assert_eq!(stopping.await.unwrap().saved, 1);
    assert_eq!(stored_keys(&rooms).await, ["first", "second"]);
}

#[tokio::test]
async fn the_message_that_a_room_failed_with_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quarantine");
    let frame = Frame::Update(update("suspect"));
    quarantine::keep(&path, &document(), &frame, Timestamp(7)).await;
    let kept = Bytes::from(std::fs::read(path.join("7-map-a.bin")).unwrap());
    let limits = Limits::default();
    assert_eq!(
        wire::decode(Dialect::Hocuspocus, &document(), &kept, &limits),
        Ok(frame)
    );
}
