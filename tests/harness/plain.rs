//! A person whose program is not ours: a small y-websocket client.
//!
//! It follows the npm package `y-websocket` as far as the server can notice, with a
//! codec that is not the product's: plain sync steps, presence renewed every fifteen
//! seconds, and hanging up when nothing was heard for thirty.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use waymark_sync::{Millis, ReplicaEffect, ReplicaInput, Timestamp};
use yrs::block::ClientID;
use yrs::sync::awareness::AwarenessUpdateEntry;
use yrs::sync::{AwarenessUpdate, Message, SyncMessage};
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Doc, OffsetKind, Options, Origin, ReadTxn, Transact, Update};

/// The origin of transactions that came from the server.
pub(crate) const PLAIN_REMOTE: &str = "plain-remote";

const RENEW: Millis = Millis(15_000);
const OUTDATED: Millis = Millis(30_000);
const SILENCE: Millis = Millis(30_000);
const FIRST_RETRY: Millis = Millis(100);
const LONGEST_RETRY: Millis = Millis(2_500);

/// The client: takes and gives what [`waymark_sync::Replica`] does.
pub(crate) struct PlainClient {
    doc: Doc,
    id: u64,
    line: Line,
    retry: Millis,
    local: Arc<Mutex<Vec<Vec<u8>>>>,
    loaded: bool,
    presence: Option<String>,
    clock: u32,
    renewed: Timestamp,
    others: BTreeMap<u64, Other>,
    people: BTreeMap<u64, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Down { retry_at: Timestamp },
    Opening,
    Open { heard: Timestamp },
}

struct Other {
    clock: u32,
    state: Option<String>,
    heard: Timestamp,
}

impl PlainClient {
    pub(crate) fn new(client_id: u32) -> Self {
        let id = u64::from(client_id);
        let doc = Doc::with_options(Options {
            offset_kind: OffsetKind::Utf16,
            // Yjs sends what it cleans up; yrs hides it in what it has just received.
            cleanup_formatting: false,
            ..Options::with_client_id(ClientID::new(id))
        });
        let local: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let sink = Arc::clone(&local);
        let remote = Origin::from(PLAIN_REMOTE);
        doc.observe_transaction_cleanup("plain-send", move |txn, _| {
            if txn.origin() != Some(&remote) {
                let update = txn.encode_update_v1();
                if update != Update::EMPTY_V1 {
                    sink.lock().expect("one thread").push(update);
                }
            }
        })
        .expect("no transaction is open on a new document");
        Self {
            doc,
            id,
            line: Line::Down {
                retry_at: Timestamp(0),
            },
            retry: FIRST_RETRY,
            local,
            loaded: false,
            presence: None,
            clock: 0,
            renewed: Timestamp(0),
            others: BTreeMap::new(),
            people: BTreeMap::new(),
        }
    }

    /// Whether the map has arrived.
    pub(crate) fn is_loaded(&self) -> bool {
        self.loaded
    }

    pub(crate) fn doc(&self) -> &Doc {
        &self.doc
    }

    pub(crate) fn people(&self) -> &BTreeMap<u64, String> {
        &self.people
    }

    pub(crate) fn handle(
        &mut self,
        now: Timestamp,
        input: ReplicaInput,
        out: &mut Vec<ReplicaEffect>,
    ) {
        match input {
            ReplicaInput::Connected => self.on_connected(now, out),
            ReplicaInput::Received(bytes) => self.on_received(now, &bytes, out),
            ReplicaInput::Disconnected { .. } => self.on_disconnected(now),
            ReplicaInput::SetPresence(state) => {
                self.presence = state;
                self.announce(now, out);
            }
            ReplicaInput::NetworkHint(_) => {}
            ReplicaInput::Tick => self.on_tick(now, out),
        }
        self.people = self
            .others
            .iter()
            .filter_map(|(id, other)| Some((*id, other.state.clone()?)))
            .collect();
    }

    pub(crate) fn flush(&mut self, out: &mut Vec<ReplicaEffect>) {
        let updates = std::mem::take(&mut *self.local.lock().expect("one thread"));
        // What is typed while the line is down goes with the next sync step 2.
        if matches!(self.line, Line::Open { .. }) {
            for update in updates {
                send(&Message::Sync(SyncMessage::Update(update)), out);
            }
        }
    }

    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        match self.line {
            Line::Down { retry_at } => Some(retry_at),
            Line::Opening => None,
            Line::Open { heard } => {
                let present = self.others.values().filter(|other| other.state.is_some());
                let oldest = present.map(|other| other.heard + OUTDATED).min();
                let renewal = self.presence.is_some().then(|| self.renewed + RENEW);
                [Some(heard + SILENCE), renewal, oldest]
                    .into_iter()
                    .flatten()
                    .min()
            }
        }
    }

    fn on_connected(&mut self, now: Timestamp, out: &mut Vec<ReplicaEffect>) {
        self.line = Line::Open { heard: now };
        self.retry = FIRST_RETRY;
        let state_vector = self.doc.transact().state_vector();
        send(&Message::Sync(SyncMessage::SyncStep1(state_vector)), out);
        self.local.lock().expect("one thread").clear();
        if self.presence.is_some() {
            self.announce(now, out);
        }
    }

    fn on_received(&mut self, now: Timestamp, bytes: &[u8], out: &mut Vec<ReplicaEffect>) {
        let Line::Open { .. } = self.line else { return };
        self.line = Line::Open { heard: now };
        let message = Message::decode_v1(bytes)
            .expect("the server sends a plain client only what y-protocols knows");
        match message {
            Message::Sync(SyncMessage::SyncStep1(theirs)) => {
                let update = self.doc.transact().encode_state_as_update_v1(&theirs);
                send(&Message::Sync(SyncMessage::SyncStep2(update)), out);
            }
            Message::Sync(SyncMessage::SyncStep2(update) | SyncMessage::Update(update)) => {
                self.loaded |= update.len() > 2;
                let update = Update::decode_v1(&update).expect("the server relays valid updates");
                let mut txn = self.doc.transact_mut_with(PLAIN_REMOTE);
                txn.apply_update(update)
                    .expect("a valid update is applied or kept pending");
            }
            Message::Awareness(update) => self.on_awareness(now, update),
            Message::AwarenessQuery => self.announce(now, out),
            // Its user sees that it says so in the console, at best.
            Message::Auth(reason) => {
                out.extend(reason.map(|reason| ReplicaEffect::Refused { reason }))
            }
            Message::Custom(..) => {}
        }
    }

    fn on_awareness(&mut self, now: Timestamp, update: AwarenessUpdate) {
        for (client, entry) in update.clients {
            let state = (&*entry.json != "null").then(|| entry.json.to_string());
            if client.get() == self.id {
                // Somebody thinks that we are gone: the next renewal outdoes them.
                if entry.clock >= self.clock && state.is_none() && self.presence.is_some() {
                    self.clock = entry.clock + 1;
                }
                continue;
            }
            let known = self.others.get(&client.get());
            let newer = known.is_none_or(|known| {
                known.clock < entry.clock
                    || (known.clock == entry.clock && state.is_none() && known.state.is_some())
            });
            if newer {
                let clock = entry.clock;
                self.others.insert(
                    client.get(),
                    Other {
                        clock,
                        state,
                        heard: now,
                    },
                );
            }
        }
    }

    fn on_disconnected(&mut self, now: Timestamp) {
        self.line = Line::Down {
            retry_at: now + self.retry,
        };
        self.retry = Millis((self.retry.0 * 2).min(LONGEST_RETRY.0));
        self.others
            .values_mut()
            .for_each(|other| other.state = None);
    }

    fn on_tick(&mut self, now: Timestamp, out: &mut Vec<ReplicaEffect>) {
        match self.line {
            Line::Down { retry_at } if now >= retry_at => {
                self.line = Line::Opening;
                out.push(ReplicaEffect::Connect);
            }
            Line::Open { heard } if now >= heard + SILENCE => {
                out.push(ReplicaEffect::Disconnect);
                self.on_disconnected(now);
            }
            Line::Open { .. } => {
                for other in self.others.values_mut() {
                    if now >= other.heard + OUTDATED {
                        other.state = None;
                    }
                }
                if self.presence.is_some() && now >= self.renewed + RENEW {
                    self.announce(now, out);
                }
            }
            Line::Down { .. } | Line::Opening => {}
        }
    }

    fn announce(&mut self, now: Timestamp, out: &mut Vec<ReplicaEffect>) {
        self.clock += 1;
        self.renewed = now;
        if matches!(self.line, Line::Open { .. }) {
            let json = self.presence.as_deref().unwrap_or("null").into();
            let entry = AwarenessUpdateEntry {
                clock: self.clock,
                json,
            };
            let clients = HashMap::from([(ClientID::new(self.id), entry)]);
            send(&Message::Awareness(AwarenessUpdate { clients }), out);
        }
    }
}

fn send(message: &Message, out: &mut Vec<ReplicaEffect>) {
    out.push(ReplicaEffect::Send(Bytes::from(message.encode_v1())));
}
