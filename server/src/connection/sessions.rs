//! The documents that one connection has open.

use std::sync::Arc;

use waymark_sync::wire::Address;
use waymark_sync::{CloseReason, SessionId};

use crate::auth::Caller;
use crate::room_task::Message;
use crate::rooms::Mailbox;

/// One open document.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: SessionId,
    pub(super) mailbox: Mailbox,
    /// Whose it is: decided about anew when rights change.
    pub(super) caller: Arc<Caller>,
}

impl Session {
    pub(super) async fn say_goodbye(self) {
        let message = Message::Leave { session: self.id };
        // A room that is gone needs none.
        let _ = self.mailbox.send(message).await;
    }
}

/// Open documents by how the peer addresses them, and those that are no longer.
#[derive(Debug)]
pub(super) struct Sessions {
    /// Mostly one, and never many: a list takes a tenth of what a map's node does.
    open: Vec<(Address, Session)>,
    /// What was refused or left lately: messages for it are expected and mean nothing.
    past: Vec<Address>,
    capacity: usize,
    greeted: bool,
    last_refusal: CloseReason,
}

impl Sessions {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            open: Vec::new(),
            past: Vec::new(),
            capacity,
            greeted: false,
            last_refusal: CloseReason::Unauthenticated,
        }
    }

    pub(super) fn insert(&mut self, address: Address, session: Session) {
        self.past.retain(|past| *past != address);
        self.open.retain(|(open, _)| *open != address);
        self.open.reserve_exact(1);
        self.open.push((address, session));
        self.greeted = true;
    }

    pub(super) fn get(&self, address: &Address) -> Option<&Session> {
        let mut open = self.open.iter();
        open.find(|(open, _)| open == address)
            .map(|(_, session)| session)
    }

    /// Those that a change of rights may concern.
    pub(super) fn concerned(&self, by: impl Fn(&Address, &Caller) -> bool) -> Vec<Address> {
        let open = self.open.iter();
        open.filter(|(address, session)| by(address, &session.caller))
            .map(|(address, _)| address.clone())
            .collect()
    }

    /// The address of the only session there is.
    pub(super) fn only(&self) -> Option<&Address> {
        self.open.first().map(|(address, _)| address)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.open.len() >= self.capacity
    }

    /// Whether a session was ever opened and not refused.
    pub(super) fn greeted(&self) -> bool {
        self.greeted
    }

    pub(super) fn remove(&mut self, id: SessionId) -> Option<Address> {
        let index = self.open.iter().position(|(_, open)| open.id == id)?;
        let (address, _) = self.open.swap_remove(index);
        self.remember(address.clone());
        Some(address)
    }

    /// Takes out what its peer leaves.
    pub(super) fn take(&mut self, address: &Address) -> Option<Session> {
        let index = self.open.iter().position(|(open, _)| open == address)?;
        let (address, session) = self.open.swap_remove(index);
        self.remember(address);
        Some(session)
    }

    pub(super) fn was_here(&self, address: &Address) -> bool {
        self.past.contains(address)
    }

    pub(super) fn remember_refusal(&mut self, address: Address, reason: CloseReason) {
        self.remember(address);
        self.last_refusal = reason;
        // A connection that has only been refused has not greeted yet.
        self.greeted = !self.open.is_empty();
    }

    /// Why a connection without a session is closed.
    pub(super) fn last_refusal(&self) -> CloseReason {
        self.last_refusal
    }

    pub(super) fn drain(&mut self) -> impl Iterator<Item = Session> {
        std::mem::take(&mut self.open)
            .into_iter()
            .map(|(_, session)| session)
    }

    fn remember(&mut self, address: Address) {
        if !self.past.contains(&address) {
            self.past.push(address);
        }
        if self.past.len() > self.capacity {
            self.past.remove(0);
        }
    }
}
