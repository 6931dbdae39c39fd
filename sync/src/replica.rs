//! The client side of one document: the twin of [`crate::Room`].
//!
//! The replica owns the `Doc`. Whoever edits opens a transaction on [`Replica::doc`] with
//! any origin but [`REMOTE_ORIGIN`] (an undo manager is welcome to do the same); the
//! replica notices each transaction's update by itself and sends it at the next `flush`.

mod incoming;
mod link;
mod people;
mod unsaved;

use std::collections::BTreeMap;

use bytes::Bytes;
use yrs::Doc;
use yrs::block::ClientID;

use crate::document::DocumentId;
use crate::grant::Role;
use crate::limits::Limits;
use crate::time::{Millis, Timestamp};
use crate::wire::{self, Dialect, Frame};

use link::{Due, Link};
use people::People;
use unsaved::Unsaved;

/// The transaction origin of changes that came from the server.
pub const REMOTE_ORIGIN: &str = "waymark-remote";

/// What a replica is for.
#[derive(Clone, Debug)]
pub struct ReplicaConfig {
    /// The document.
    pub document: DocumentId,
    /// This replica's yrs client id: random, 32 bits, never reused.
    pub client_id: u32,
    /// For the jitter of reconnect waits.
    pub seed: u64,
    /// The credential sent first.
    pub token: String,
}

/// Everything that can happen to a replica.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields say what they are")]
pub enum ReplicaInput {
    /// The connection asked for by `Connect` is open.
    Connected,
    /// A binary message arrived.
    Received(Bytes),
    /// The connection is closed, or could not be opened (code 1006).
    Disconnected { code: u16, reason: String },
    /// What others should see of me, as a JSON object; `None` leaves.
    SetPresence(Option<String>),
    /// The device says it is online (true) or offline (false): a hint to try at once, or to wait.
    NetworkHint(bool),
    /// A deadline may have passed.
    Tick,
}

/// Everything a replica wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields say what they are")]
pub enum ReplicaEffect {
    /// Open a connection (and drop a former one, whose events no longer count).
    Connect,
    /// Close it.
    Disconnect,
    /// Send one binary message.
    Send(Bytes),
    /// The document changed by somebody else.
    Changed,
    /// [`Replica::people`] changed.
    PresenceChanged,
    /// [`Replica::save_state`] changed.
    StateChanged,
    /// A local change was refused; the reason is for the person. What is in the document
    /// will not be accepted either as it is: whoever shows it starts a new replica.
    Refused { reason: String },
    /// [`Replica::role`] changed.
    RoleChanged,
}

/// What a person is told about their changes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields say what they are")]
pub enum SaveState {
    /// First contact: the document is not here yet.
    Loading,
    /// Connected; changes are on their way to durable storage.
    Saving,
    /// Connected, and every local change is durable.
    Saved,
    /// The connection broke a moment ago and is being tried again.
    Reconnecting { unsaved: usize },
    /// No connection for a while; editing goes on here.
    Offline { unsaved: usize, since: Timestamp },
    /// The server has answered for a while that it cannot open the document; it is tried
    /// again, and editing goes on here.
    Unavailable { unsaved: usize, since: Timestamp },
    /// Connected, but the server cannot store right now; it keeps trying.
    NotSaving { reason: String },
    /// It will not work again by itself: no such map, not allowed, history replaced.
    Closed { reason: String },
}

/// One client-side copy of a document.
pub struct Replica {
    config: ReplicaConfig,
    doc: Doc,
    limits: Limits,
    link: Link,
    unsaved: Unsaved,
    people: People,
    loaded: bool,
    /// The incarnation told first; another one is never merged.
    incarnation: Option<String>,
    /// What the server said last that this person may do.
    role: Option<Role>,
    /// Own first steps that the server has not paired with one of its own.
    unpaired_steps: u32,
    /// Why the server cannot store, while it cannot.
    not_saving: Option<String>,
    /// Why the last refused change was refused, until everything is accepted.
    refused: Option<String>,
    /// Refusals that were told and whose sync status is still to come: they are of
    /// messages later than those acknowledged so far.
    refusals_told: u32,
    told: SaveState,
}

impl Replica {
    /// A new, empty replica; the first effect of `handle(Tick)` is `Connect`.
    pub fn new(config: ReplicaConfig) -> Self {
        let client_id = ClientID::new(u64::from(config.client_id));
        let doc = Doc::with_options(crate::room::doc_options(&config.document, client_id));
        Self {
            unsaved: Unsaved::watch(&doc),
            link: Link::new(config.seed),
            people: People::new(u64::from(config.client_id)),
            config,
            doc,
            limits: Limits::for_replica(),
            loaded: false,
            incarnation: None,
            role: None,
            unpaired_steps: 0,
            not_saving: None,
            refused: None,
            refusals_told: 0,
            told: SaveState::Loading,
        }
    }

    /// The document. Read it, edit it, watch it.
    pub fn doc(&self) -> &Doc {
        &self.doc
    }

    /// Takes one input. No transaction may be open on the document meanwhile.
    pub fn handle(&mut self, now: Timestamp, input: ReplicaInput, out: &mut Vec<ReplicaEffect>) {
        match input {
            ReplicaInput::Connected => {
                if self.link.opened(now) {
                    let token = self.config.token.clone();
                    self.send(&Frame::AuthToken(token), out);
                }
            }
            ReplicaInput::Received(message) => {
                if self.link.received(now) {
                    self.on_message(now, &message, out);
                }
            }
            ReplicaInput::Disconnected { code, reason } => {
                self.on_closed(now, code, &reason);
            }
            ReplicaInput::SetPresence(state) => self.people.set_own(state),
            ReplicaInput::NetworkHint(online) => {
                if self.link.hint(now, online) {
                    out.push(ReplicaEffect::Disconnect);
                    self.unsaved.disconnected();
                }
            }
            ReplicaInput::Tick => {}
        }
        self.pass_time(now, out);
        self.tell_state(out);
    }

    /// Sends what has gathered; call it at most once an animation frame, and after `handle`.
    pub fn flush(&mut self, now: Timestamp, out: &mut Vec<ReplicaEffect>) {
        self.pass_time(now, out);
        if self.link.is_live()
            && let Some(frame) = self.unsaved.next_frame()
        {
            self.send(&frame, out);
        }
        if self.link.is_greeted()
            && let Some(presence) = self.people.next_own(now)
        {
            self.send(&Frame::Awareness(presence), out);
        }
        self.tell_state(out);
    }

    /// When `Tick` is wanted next.
    pub fn deadline(&self) -> Option<Timestamp> {
        let own = self.people.own_deadline();
        [
            self.link.deadline(),
            self.people.deadline(),
            own.filter(|_| self.link.is_greeted()),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// What to tell the person.
    pub fn save_state(&self) -> SaveState {
        let unsaved = self.unsaved();
        if let Some(reason) = self.link.closed() {
            let reason = reason.to_owned();
            return SaveState::Closed { reason };
        }
        if !self.link.is_live() {
            return match self.link.offline_since() {
                Some(since) if self.link.is_failing() => SaveState::Unavailable { unsaved, since },
                Some(since) => SaveState::Offline { unsaved, since },
                None if self.loaded => SaveState::Reconnecting { unsaved },
                None => SaveState::Loading,
            };
        }
        if let Some(reason) = self.not_saving.as_ref().or(self.refused.as_ref()) {
            let reason = reason.clone();
            return SaveState::NotSaving { reason };
        }
        if self.unsaved.is_settled() {
            SaveState::Saved
        } else {
            SaveState::Saving
        }
    }

    /// Whether the server's state has been received at least once.
    pub fn is_loaded(&self) -> bool {
        self.loaded
    }

    /// What this person may do here; `None` until a server has said so.
    pub fn role(&self) -> Option<Role> {
        self.role
    }

    /// Local updates that are not durable yet.
    pub fn unsaved(&self) -> usize {
        self.unsaved.count()
    }

    /// Everybody else's presence: client id to JSON object.
    pub fn people(&self) -> &BTreeMap<u64, String> {
        self.people.others()
    }

    /// How long until the next try, while disconnected.
    pub fn retry_in(&self, now: Timestamp) -> Option<Millis> {
        self.link.retry_at().map(|at| at.since(now))
    }

    /// Does what is due because time went by.
    fn pass_time(&mut self, now: Timestamp, out: &mut Vec<ReplicaEffect>) {
        match self.link.due(now) {
            Some(Due::Connect) => {
                self.people.connection_changed();
                self.unsaved.disconnected();
                out.push(ReplicaEffect::Connect);
            }
            Some(Due::Ping) => self.send(&Frame::Ping, out),
            Some(Due::Dead) => {
                out.push(ReplicaEffect::Disconnect);
                self.unsaved.disconnected();
            }
            None => {}
        }
        if self.people.expire(now) {
            out.push(ReplicaEffect::PresenceChanged);
        }
    }

    fn send(&self, frame: &Frame, out: &mut Vec<ReplicaEffect>) {
        if let Some(message) = wire::encode(Dialect::Hocuspocus, &self.config.document, frame) {
            out.push(ReplicaEffect::Send(message));
        }
    }

    fn tell_state(&mut self, out: &mut Vec<ReplicaEffect>) {
        let state = self.save_state();
        if state != self.told {
            self.told = state;
            out.push(ReplicaEffect::StateChanged);
        }
    }
}

#[cfg(test)]
mod tests;
