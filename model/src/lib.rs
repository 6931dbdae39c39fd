//! What a journey map is: its document, its edits, its layout and its analysis.
//!
//! | to… | use |
//! |---|---|
//! | know how a map stands in a document | [`schema`] |
//! | read a document | [`JourneyMap::read`], then [`Grid::of`], [`rhythm::of`], [`ranking`] |
//! | keep that reading up to date | [`map::Reader`] |
//! | change it | [`Edit`] and [`apply_by`] |
//! | change it so that it can be taken back | [`History`] |
//! | know what changed | [`diff::changes`] |
//! | find words in it, or see only a part of it | [`search::find`], [`filter::Filter`] |
//! | carry a part of it elsewhere | [`clip::Clip`] |
//! | exchange it with the world | [`interchange::MapFile`] |
//! | begin one | [`templates`] |
//! | talk about it | [`talk`] |
//!
//! Nothing here does IO, reads a clock or draws random numbers; reading never fails and
//! editing never leaves a map that breaks the [`invariants`].
#![deny(missing_docs)]

pub mod caret;
pub mod clip;
pub mod diff;
pub mod edit;
pub mod filter;
pub mod grid;
pub mod history;
pub mod ids;
pub mod interchange;
pub mod invariants;
pub mod limits;
pub mod map;
pub mod order;
pub mod ranking;
pub mod rhythm;
pub mod rich;
pub mod scalar;
pub mod schema;
pub mod search;
pub mod talk;
pub mod templates;
pub mod vocabulary;

pub use edit::{Edit, EditError, apply, apply_by};
pub use grid::Grid;
pub use history::History;
pub use map::JourneyMap;
