//! Another document on the connection of a map: one that this page only reads, such as what
//! is said about the map. The map's replica opens, keeps and closes the connection.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use leptos::prelude::*;
use waymark_sync::{
    Dialect, DocumentId, Frame, Replica, ReplicaConfig, ReplicaEffect, ReplicaInput, SaveState,
    wire,
};
use yrs::{Transact, Transaction};

use super::timestamp;
use crate::dom::{self, Timer};
use crate::state::Shared;

/// A document beside the map's own.
pub(crate) struct Companion {
    document: DocumentId,
    replica: RefCell<Replica>,
    deadline: Timer,
    /// Whether anybody wants to read it yet.
    called: Cell<bool>,
    /// It changed since the view was last told.
    stale: Cell<bool>,
    /// Counts up with every change.
    revision: ArcRwSignal<u64>,
    loaded: ArcRwSignal<bool>,
    closed: ArcRwSignal<bool>,
}

impl Companion {
    pub(crate) fn new(document: DocumentId, shared: Weak<Shared>) -> Rc<Self> {
        let random = dom::random();
        let replica = Replica::new(ReplicaConfig {
            document: document.clone(),
            client_id: random as u32,
            seed: (random >> 64) as u64,
            token: String::new(),
        });
        Rc::new_cyclic(|weak: &Weak<Self>| {
            let own = weak.clone();
            Self {
                document,
                replica: RefCell::new(replica),
                deadline: Timer::new(move || {
                    if let (Some(own), Some(shared)) = (own.upgrade(), shared.upgrade()) {
                        own.feed(&shared, ReplicaInput::Tick);
                    }
                }),
                called: Cell::new(false),
                stale: Cell::new(false),
                revision: ArcRwSignal::new(0),
                loaded: ArcRwSignal::new(false),
                closed: ArcRwSignal::new(false),
            }
        })
    }

    /// Counts up with every change of the document.
    pub(crate) fn revision(&self) -> Signal<u64> {
        self.revision.clone().into()
    }

    /// Whether the document has arrived.
    pub(crate) fn loaded(&self) -> Signal<bool> {
        self.loaded.clone().into()
    }

    /// Whether it cannot be had.
    pub(crate) fn closed(&self) -> Signal<bool> {
        self.closed.clone().into()
    }

    /// Reads the document.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Transaction<'_>) -> T) -> Option<T> {
        let replica = self.replica.borrow();
        let txn = replica.doc().try_transact().ok()?;
        Some(read(&txn))
    }

    /// Tells the view of changes, if there were any.
    fn catch_up(&self) {
        if self.stale.replace(false) {
            self.revision.update(|revision| *revision += 1);
        }
    }

    /// Begins to read it: now, or as soon as there is a connection.
    pub(crate) fn call(&self, shared: &Rc<Shared>) {
        if !self.called.replace(true) {
            self.feed(shared, ReplicaInput::Tick);
        }
    }

    fn feed(&self, shared: &Rc<Shared>, input: ReplicaInput) {
        if !self.called.get() {
            return;
        }
        let mut effects = Vec::new();
        {
            let mut replica = self.replica.borrow_mut();
            replica.handle(timestamp(), input, &mut effects);
            replica.flush(timestamp(), &mut effects);
        }
        for effect in effects {
            match effect {
                // Else it is told when the map's own replica has one.
                ReplicaEffect::Connect if shared.driver.is_connected() => {
                    self.feed(shared, ReplicaInput::Connected);
                }
                // The server must not think that it is still here when it comes again.
                ReplicaEffect::Disconnect => {
                    let leave = Frame::Close(String::new());
                    let message = wire::encode(Dialect::Hocuspocus, &self.document, &leave);
                    if let Some(message) = message {
                        shared.driver.send(&message);
                    }
                }
                ReplicaEffect::Send(message) => shared.driver.send(&message),
                ReplicaEffect::Changed => {
                    self.stale.set(true);
                    shared.driver.frame.request();
                }
                ReplicaEffect::StateChanged => self.tell_state(),
                // Nothing is written here, and nobody is shown.
                ReplicaEffect::Connect
                | ReplicaEffect::PresenceChanged
                | ReplicaEffect::RoleChanged
                | ReplicaEffect::Refused { .. } => {}
            }
        }
        match self.replica.borrow().deadline() {
            Some(at) => self.deadline.set(at.since(timestamp()).0 as f64 + 1.0),
            None => self.deadline.cancel(),
        }
    }

    fn tell_state(&self) {
        let (loaded, closed) = {
            let replica = self.replica.borrow();
            let closed = matches!(replica.save_state(), SaveState::Closed { .. });
            (replica.is_loaded(), closed)
        };
        for (signal, value) in [(&self.loaded, loaded), (&self.closed, closed)] {
            if signal.get_untracked() != value {
                signal.set(value);
            }
        }
    }
}

impl Shared {
    /// Gives companions what concerns them; what is left for the map's own replica.
    pub(super) fn share(self: &Rc<Self>, input: ReplicaInput) -> Option<ReplicaInput> {
        match &input {
            ReplicaInput::Received(message) => {
                let address = wire::peek_address(message).ok();
                let companion = self.companions.iter().find(|it| {
                    address
                        .as_ref()
                        .is_some_and(|address| *address.document() == it.document)
                });
                if let Some(companion) = companion {
                    companion.feed(self, input);
                    return None;
                }
            }
            ReplicaInput::Disconnected { .. } | ReplicaInput::NetworkHint(_) => {
                for companion in &self.companions {
                    companion.feed(self, input.clone());
                }
            }
            ReplicaInput::Connected => {
                for companion in &self.companions {
                    companion.feed(self, ReplicaInput::NetworkHint(true));
                    companion.feed(self, ReplicaInput::Connected);
                }
            }
            ReplicaInput::SetPresence(_) | ReplicaInput::Tick => {}
        }
        Some(input)
    }

    /// Tells the view what changed in companions.
    pub(super) fn catch_up_companions(&self) {
        for companion in &self.companions {
            companion.catch_up();
        }
    }
}
