//! Walks untrusted bytes before yrs may see them.
//!
//! Every byte from outside (update, state vector, presence) and every stored byte goes
//! through here first. The walks are iterative, allocate nothing by a declared length and
//! accept exactly what yrs can decode and integrate without panicking or exhausting its
//! stack; what they learn on the way (which structs, which needs, which deletions) is what
//! a [`crate::Room`] decides with.

mod awareness;
mod bounds;
mod fitting;
mod nodes;
mod outline;
mod places;
mod resolver;
mod state_vector;
mod update;
mod value;

pub use awareness::{PresenceEntry, check_awareness, write_awareness, write_presence};
pub use bounds::{Bounds, Share};
pub use fitting::{Fitting, fitting};
pub use outline::{DeletedRange, Outline, Section, merge};
pub use places::{MAX_DEPTH, Places, Resolved};
pub use state_vector::check_state_vector;
pub use update::{Walk, check_update};

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

#[cfg(test)]
mod tests;
