//! Edits of how a lane is shown.

use yrs::{Any, Map, TransactionMut};

use super::EditError;
use super::entity::{Kind, live};
use crate::ids::LaneId;
use crate::map::value::plain;
use crate::schema;
use crate::vocabulary::{Colour, LaneLine};

/// A yes or no of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneFlag {
    /// A thin row that counts what is in its cells.
    Collapsed,
    /// Not in the grid until somebody shows it again.
    Hidden,
    /// Stays under the headers while one scrolls.
    Pinned,
}

impl LaneFlag {
    fn key(self) -> &'static str {
        match self {
            Self::Collapsed => schema::COLLAPSED,
            Self::Hidden => schema::HIDDEN,
            Self::Pinned => schema::PINNED,
        }
    }
}

/// "No" is the absence of the field, as in a file that does not mention it.
pub(super) fn set_flag(
    txn: &mut TransactionMut<'_>,
    id: &LaneId,
    flag: LaneFlag,
    value: bool,
) -> Result<(), EditError> {
    set(txn, id, flag.key(), value.then_some(Any::Bool(true)))
}

pub(super) fn set_line(
    txn: &mut TransactionMut<'_>,
    id: &LaneId,
    line: Option<LaneLine>,
) -> Result<(), EditError> {
    let line = line.map(|line| Any::from(line.word()));
    set(txn, id, schema::LINE_ABOVE, line)
}

pub(super) fn set_colour(
    txn: &mut TransactionMut<'_>,
    id: &LaneId,
    colour: Option<Colour>,
) -> Result<(), EditError> {
    let colour = colour.map(|colour| Any::from(colour.word()));
    set(txn, id, schema::COLOUR, colour)
}

fn set(
    txn: &mut TransactionMut<'_>,
    id: &LaneId,
    key: &str,
    value: Option<Any>,
) -> Result<(), EditError> {
    let fields = live(txn, Kind::Lane, id.as_str())?;
    match value {
        Some(value) => {
            fields.try_update(txn, key, value);
        }
        None if plain(txn, &fields, key).is_some() => {
            fields.remove(txn, key);
        }
        None => {}
    }
    Ok(())
}
