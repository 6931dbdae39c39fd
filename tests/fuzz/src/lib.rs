//! What is done with bytes that nobody sensible would send, and what must hold then.
//!
//! Each [`Target`] takes any bytes and panics when something that Waymark relies on does
//! not hold. libFuzzer makes the bytes up (`cargo xtask fuzz`, package `libfuzzer` beside
//! this one); what it found worth keeping is in `corpus/` and replayed by the tests.

pub mod corpus;
pub mod hostile;
pub mod ops;
pub mod view;

mod awareness;
mod damage;
mod frame;
mod guard;
mod input;
mod nonsense;
mod room;
mod stage;
mod state_vector;
mod update;

pub use input::Input;

/// One way in for bytes from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A message of a connection, in both dialects.
    Frame,
    /// An update, a state vector or presence, as the guard walks it.
    Guard,
    /// Updates of an editor in a room: broken ones, and ones that nobody would make.
    Update,
    /// What a session says it has.
    StateVector,
    /// What sessions say of who is here.
    Awareness,
    /// Whatever several sessions do in one room.
    Room,
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Frame,
        Self::Guard,
        Self::Update,
        Self::StateVector,
        Self::Awareness,
        Self::Room,
    ];

    /// Its name on the command line and in file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Frame => "frame",
            Self::Guard => "guard",
            Self::Update => "update",
            Self::StateVector => "state-vector",
            Self::Awareness => "awareness",
            Self::Room => "room",
        }
    }

    /// The target of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.name() == name)
    }

    /// Does with the bytes what this target is for.
    ///
    /// # Panics
    /// When something does not hold: that is the finding.
    pub fn run(self, bytes: &[u8]) {
        match self {
            Self::Frame => frame::run(bytes),
            Self::Guard => guard::run(bytes),
            Self::Update => update::run(bytes),
            Self::StateVector => state_vector::run(bytes),
            Self::Awareness => awareness::run(bytes),
            Self::Room => room::run(bytes),
        }
    }
}
