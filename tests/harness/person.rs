//! Somebody with a map open: our replica, or a plain y-websocket client.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use waymark_model::edit::Target;
use waymark_model::ids::CardId;
use waymark_model::{History, JourneyMap};
use waymark_sync::replica::REMOTE_ORIGIN;
use waymark_sync::{
    Dialect, DocumentId, Replica, ReplicaConfig, ReplicaEffect, ReplicaInput, SaveState, Timestamp,
};
use yrs::{Doc, Origin, TransactionMut};

use crate::footprint::Footprint;
use crate::intruder::Intruder;
use crate::link::ConnectionId;
use crate::plain::{PLAIN_REMOTE, PlainClient};

/// The origin of a person's own transactions.
pub(crate) const OWN_ORIGIN: &str = "person";

/// A person in a world: a tab with one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonId(pub usize);

/// Everything about a person.
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) client_id: u32,
    pub(crate) document: DocumentId,
    pub(crate) client: Client,
    pub(crate) undo: History,
    /// When the tab was opened: its clock counts from here.
    pub(crate) born: Timestamp,
    /// The tab is open.
    pub(crate) here: bool,
    /// The network lets connections through.
    pub(crate) online: bool,
    /// The program takes messages from its socket.
    pub(crate) reading: bool,
    /// It takes one now and then: each so many milliseconds.
    pub(crate) sips_each: Option<u64>,
    /// The device sleeps; its program hears later what happened meanwhile.
    pub(crate) asleep: bool,
    pub(crate) missed: Vec<ReplicaInput>,
    /// When the person last came back from something that kept messages away.
    pub(crate) back_at: Timestamp,
    /// Which life of the document's history the replica has merged from.
    pub(crate) history: Option<u64>,
    /// What the replica held when it was shut out for good.
    pub(crate) keepsake: Option<Footprint>,
    /// The program is hostile.
    pub(crate) intruder: Option<Intruder>,
    /// The map as the person saw it last, and for how many more edits it is looked at.
    pub(crate) glance: Option<(Rc<JourneyMap>, u32)>,
    pub(crate) connection: Option<ConnectionId>,
    pub(crate) tick_at: Option<Timestamp>,
    pub(crate) frame_planned: bool,
    pub(crate) presence: Option<String>,
    /// Since when they show themselves.
    pub(crate) shown_at: Option<Timestamp>,
    /// Characters that are still to be typed, and when the next is.
    pub(crate) keys_left: u64,
    pub(crate) key_interval: u64,
    /// The card that they type into.
    pub(crate) writes_in: Option<CardId>,
    /// What the person deleted, newest last, for a later restore.
    pub(crate) deleted: Vec<Target>,
    /// Local changes that were not yet shown as Saved.
    pub(crate) unclaimed: Vec<Footprint>,
    own_changes: Arc<Mutex<Vec<Footprint>>>,
    /// Messages with a part of the document received so far.
    pub(crate) updates_received: usize,
    /// What the replica last said about saving, to see it change.
    pub(crate) last_state: Option<SaveState>,
    /// Reasons given for refused changes.
    pub(crate) refusals: Vec<String>,
}

/// The program a person uses.
pub(crate) enum Client {
    Ours(Box<Replica>),
    Plain(Box<PlainClient>),
}

impl Person {
    pub(crate) fn new(
        name: &str,
        document: DocumentId,
        dialect: Dialect,
        client_id: u32,
        seed: u64,
        born: Timestamp,
    ) -> Self {
        let client = match dialect {
            Dialect::Hocuspocus => Client::Ours(Box::new(Replica::new(ReplicaConfig {
                document: document.clone(),
                client_id,
                seed,
                token: name.to_owned(),
            }))),
            Dialect::YWebsocket => Client::Plain(Box::new(PlainClient::new(client_id))),
        };
        let own_changes = record_own_changes(client.doc());
        let undo = History::new(client.doc(), Arc::new(|| 0));
        Self {
            name: name.to_owned(),
            client_id,
            document,
            client,
            undo,
            born,
            here: true,
            online: true,
            reading: true,
            sips_each: None,
            asleep: false,
            missed: Vec::new(),
            back_at: born,
            history: None,
            keepsake: None,
            intruder: None,
            glance: None,
            connection: None,
            tick_at: None,
            frame_planned: false,
            presence: None,
            shown_at: None,
            keys_left: 0,
            key_interval: 1,
            writes_in: None,
            deleted: Vec::new(),
            unclaimed: Vec::new(),
            own_changes,
            updates_received: 0,
            last_state: None,
            refusals: Vec::new(),
        }
    }

    /// Whether promises are made to them: nobody hostile counts.
    pub(crate) fn is_honest(&self) -> bool {
        self.intruder.is_none()
    }

    /// Here, in the network and reading: whatever the server says must have arrived soon.
    pub(crate) fn is_present(&self) -> bool {
        self.here && self.online && self.reading && self.is_honest()
    }

    /// World time as this person's program sees it.
    pub(crate) fn clock(&self, now: Timestamp) -> Timestamp {
        Timestamp(now.since(self.born).0)
    }

    /// A moment of this person's clock as world time.
    pub(crate) fn world_time(&self, local: Timestamp) -> Timestamp {
        Timestamp(self.born.0 + local.0)
    }

    /// Takes note of local changes made since the last call.
    pub(crate) fn notice_own_changes(&mut self) {
        let mut changes = self.own_changes.lock().expect("one thread");
        self.unclaimed.append(&mut changes);
    }

    /// The save state, which only our own program has.
    pub(crate) fn save_state(&self) -> Option<SaveState> {
        match &self.client {
            Client::Ours(replica) => Some(replica.save_state()),
            Client::Plain(_) => None,
        }
    }
}

impl Client {
    pub(crate) fn doc(&self) -> &Doc {
        match self {
            Self::Ours(replica) => replica.doc(),
            Self::Plain(plain) => plain.doc(),
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Ours(_) => Dialect::Hocuspocus,
            Self::Plain(_) => Dialect::YWebsocket,
        }
    }

    pub(crate) fn people(&self) -> &BTreeMap<u64, String> {
        match self {
            Self::Ours(replica) => replica.people(),
            Self::Plain(plain) => plain.people(),
        }
    }

    pub(crate) fn handle(
        &mut self,
        now: Timestamp,
        input: ReplicaInput,
        out: &mut Vec<ReplicaEffect>,
    ) {
        match self {
            Self::Ours(replica) => replica.handle(now, input, out),
            Self::Plain(plain) => plain.handle(now, input, out),
        }
    }

    pub(crate) fn flush(&mut self, now: Timestamp, out: &mut Vec<ReplicaEffect>) {
        match self {
            Self::Ours(replica) => replica.flush(now, out),
            Self::Plain(plain) => plain.flush(out),
        }
    }

    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        match self {
            Self::Ours(replica) => replica.deadline(),
            Self::Plain(plain) => plain.deadline(),
        }
    }
}

/// Watches a document for changes that did not come from the server.
fn record_own_changes(doc: &Doc) -> Arc<Mutex<Vec<Footprint>>> {
    let changes: Arc<Mutex<Vec<Footprint>>> = Arc::default();
    let sink = Arc::clone(&changes);
    let remote = [Origin::from(REMOTE_ORIGIN), Origin::from(PLAIN_REMOTE)];
    doc.observe_after_transaction("ledger", move |txn: &mut TransactionMut<'_>| {
        if txn.origin().is_some_and(|origin| remote.contains(origin)) {
            return;
        }
        let footprint = Footprint::of_transaction(txn);
        if !footprint.is_empty() {
            sink.lock().expect("one thread").push(footprint);
        }
    })
    .expect("no transaction is open on a new document");
    changes
}
