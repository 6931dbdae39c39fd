//! Walks untrusted bytes before yrs may see them.
//!
//! Every byte from outside (update, state vector, presence) and every stored byte goes
//! through here first. The walks are iterative, allocate nothing by a declared length and
//! accept exactly what yrs can decode and integrate without panicking or exhausting its
//! stack; what they learn on the way (which structs, which needs, which deletions) is what
//! a [`crate::Room`] decides with.

mod awareness;
mod outline;
mod places;
mod state_vector;
mod update;
mod value;

pub use awareness::{PresenceEntry, check_awareness, write_awareness, write_presence};
pub use outline::{DeletedRange, Outline, Section, merge};
pub use places::{MAX_DEPTH, Places};
pub use state_vector::check_state_vector;
pub use update::{Walk, check_update};

use crate::limits::{KIB, MIB};
use crate::wire::WireError;

/// The first clock that is too high.
pub const CLOCK_END: u32 = 1 << 31;

/// Why bytes may not be given to yrs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fault(pub &'static str);

impl From<WireError> for Fault {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Malformed(problem) => Self(problem),
            WireError::TooLarge { .. } => Self("over its limit"),
        }
    }
}

/// How much one update may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Structs, and as many ranges of deleted ones.
    pub structs: usize,
    /// Clients that wrote them, and clients whose structs it deletes.
    pub clients: usize,
    /// Bytes of one text, name or value.
    pub text_bytes: usize,
    /// Bytes that yrs copies while it joins texts and values that follow each other, which
    /// is quadratic in how many there are. Whoever encodes a state has joined them already.
    pub joined_bytes: usize,
}

impl Bounds {
    /// One change.
    pub const UPDATE: Self = Self {
        structs: 50_000,
        clients: 1_000,
        text_bytes: 256 * KIB,
        joined_bytes: 8 * MIB,
    };
    /// Everything a client gathered while it was away.
    pub const FIRST_SYNC: Self = Self {
        structs: 500_000,
        clients: 10_000,
        text_bytes: 256 * KIB,
        joined_bytes: 8 * MIB,
    };
    /// What our own store or server hands out: as large as the bytes are. Texts may be
    /// larger than a session may send, because yrs joins neighbours.
    pub const TRUSTED_SIZE: Self = Self {
        structs: usize::MAX,
        clients: usize::MAX,
        text_bytes: usize::MAX,
        joined_bytes: usize::MAX,
    };
}

#[cfg(test)]
mod tests;
