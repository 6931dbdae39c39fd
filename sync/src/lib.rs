//! How replicas of one document converge, without input, output or clock.
#![deny(missing_docs)]

pub mod close;
pub mod document;
pub mod grant;
pub mod guard;
pub mod journal;
pub mod limits;
pub mod replica;
pub mod room;
pub mod time;
pub mod wire;

pub use close::CloseReason;
pub use document::{DocumentId, Incarnation};
pub use grant::{Grant, Open, Profile, Role, Scope, WritePermit};
pub use journal::{BatchId, Position, Record, Snapshot, StoredDocument, authors_of};
pub use limits::Limits;
pub use replica::{Replica, ReplicaConfig, ReplicaEffect, ReplicaInput, SaveState};
pub use room::{Room, RoomEffect, RoomInput, SessionId};
pub use time::{Millis, Timestamp};
pub use wire::{Address, Dialect, Frame};

#[cfg(test)]
mod rules;
#[cfg(test)]
mod testing;
