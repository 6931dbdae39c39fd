//! The hostile client kit, and what each attack costs: only whoever makes it.
//!
//! In every test honest people type in the attacked map and in another one, for as long
//! as the attack lasts. They must lose nothing and never be disconnected, and afterwards
//! the server must hold nothing of the offender's.

mod floods;
mod frames;
mod handshakes;
mod identities;
pub(crate) mod kit;
