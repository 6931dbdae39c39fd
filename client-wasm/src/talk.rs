//! What is said about the map, on this side: read from a document that only the server
//! writes, with what waits here to be sent played on top of it.

pub(crate) mod address;
pub mod drafts;
mod marks;
pub mod me;
pub(crate) mod order;
mod outbox;
pub mod places;
mod said;
pub mod voices;
pub mod wire;

pub(crate) use self::said::{Filter, Mood, Refused, Talking, View};
