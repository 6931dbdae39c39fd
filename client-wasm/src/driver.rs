//! Executes what a replica wants: one WebSocket, its deadline, and frames that gather
//! what is sent and what is shown.

pub(crate) mod companion;
mod socket;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use waymark_sync::{ReplicaEffect, ReplicaInput, Timestamp};

use crate::dom::{self, Frame, Timer};
use crate::state::Shared;
use socket::Socket;

/// Two sends are at least this far apart, in milliseconds: one frame at 60 Hz.
const SEND_MS: f64 = 16.0;

/// The moving parts of one open map.
pub(crate) struct Driver {
    socket: RefCell<Option<Socket>>,
    deadline: Timer,
    frame: Frame,
    /// Somebody else changed the document since the view was last brought up to date.
    stale: Cell<bool>,
    /// Something may be waiting to be sent.
    unsent: Cell<bool>,
    flushed_at: Cell<f64>,
}

impl Driver {
    pub(crate) fn new(shared: Weak<Shared>) -> Self {
        let owner = shared.clone();
        let deadline = Timer::new(move || {
            if let Some(shared) = owner.upgrade() {
                shared.feed(ReplicaInput::Tick);
            }
        });
        let frame = Frame::new(move || {
            if let Some(shared) = shared.upgrade() {
                shared.on_frame();
            }
        });
        Self {
            socket: RefCell::new(None),
            deadline,
            frame,
            stale: Cell::new(false),
            unsent: Cell::new(false),
            flushed_at: Cell::new(f64::NEG_INFINITY),
        }
    }
}

impl Driver {
    /// Whether messages can be sent right now.
    fn is_connected(&self) -> bool {
        let socket = self.socket.borrow();
        socket.as_ref().is_some_and(Socket::is_open)
    }

    /// Sends one message; without a connection it is dropped.
    fn send(&self, message: &[u8]) {
        if let Some(socket) = &*self.socket.borrow() {
            socket.send(message);
        }
    }
}

fn timestamp() -> Timestamp {
    Timestamp(dom::now() as u64)
}

impl Shared {
    /// Gives the replica one input and does what it wants then.
    pub(crate) fn feed(self: &Rc<Self>, input: ReplicaInput) {
        let Some(input) = self.share(input) else {
            return;
        };
        let mut effects = Vec::new();
        self.core
            .borrow_mut()
            .replica
            .handle(timestamp(), input, &mut effects);
        self.execute(effects);
        self.flush_when_due();
    }

    /// Sends what has gathered: now, or in the next frame when something was just sent.
    pub(crate) fn flush_when_due(self: &Rc<Self>) {
        if dom::now() - self.driver.flushed_at.get() >= SEND_MS {
            self.flush();
        } else {
            self.driver.unsent.set(true);
            self.driver.frame.request();
        }
    }

    /// Sends what has gathered, now.
    pub(crate) fn flush(self: &Rc<Self>) {
        self.driver.unsent.set(false);
        self.driver.flushed_at.set(dom::now());
        let mut effects = Vec::new();
        self.core
            .borrow_mut()
            .replica
            .flush(timestamp(), &mut effects);
        self.execute(effects);
        self.arm();
    }

    fn on_frame(self: &Rc<Self>) {
        self.catch_up();
        self.catch_up_companions();
        if self.driver.unsent.get() {
            self.flush();
        }
    }

    /// Brings the view up to date now, if others' changes only wait for the next frame.
    pub(crate) fn catch_up(&self) {
        if self.driver.stale.replace(false) {
            self.refresh_others();
        }
    }

    /// Lets go of the connection.
    pub(crate) fn drop_socket(&self) {
        drop(self.driver.socket.replace(None));
    }

    fn arm(&self) {
        match self.core.borrow().replica.deadline() {
            Some(at) => self
                .driver
                .deadline
                .set(at.since(timestamp()).0 as f64 + 1.0),
            None => self.driver.deadline.cancel(),
        }
    }

    fn execute(self: &Rc<Self>, effects: Vec<ReplicaEffect>) {
        for effect in effects {
            match effect {
                ReplicaEffect::Connect => {
                    // The former socket's events end before the new one's begin.
                    self.driver.socket.replace(None);
                    let socket = Socket::open(&Rc::downgrade(self));
                    self.driver.socket.replace(Some(socket));
                }
                ReplicaEffect::Disconnect => drop(self.driver.socket.replace(None)),
                ReplicaEffect::Send(message) => self.driver.send(&message),
                ReplicaEffect::Changed => {
                    self.driver.stale.set(true);
                    self.driver.frame.request();
                }
                ReplicaEffect::PresenceChanged => self.refresh_people(),
                ReplicaEffect::StateChanged => self.tell_state(),
                ReplicaEffect::RoleChanged => self.on_role(),
                ReplicaEffect::Refused { reason } => self.on_refused(&reason),
            }
        }
    }
}
