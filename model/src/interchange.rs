//! The `journey-map/1` file: YAML and JSON in and out, in canonical order.
//!
//! Everything the file says is kept, also what this program does not know.
//!
//! The section `connectors` is there when steps are connected beside reading order:
//! a list of `{id, from, to, kind, label, condition}`, where `from` and `to` are ids of
//! steps, `kind` is a word of [`crate::vocabulary::ConnectorKind`] and the two texts may
//! be left out.
//!
//! The section `groups` is there when cards are put together under a name: a list of
//! `{id, title}`. A card of a cell that is in one has its id as `group`.

mod check;
mod convert;
mod council;
mod export;
mod import;
mod layout;
mod shape;
mod syntax;
#[cfg(test)]
mod tests;

use serde_json::Value;
use yrs::{ReadTxn, TransactionMut};

use crate::ids::{MapId, PersonaId, StepId};
use crate::rhythm::{self, Rhythm, Run};

/// The version word of the files this program reads and writes.
pub const FORMAT: &str = "journey-map/1";

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Not YAML or JSON, or beyond the limits on size, depth and aliases.
    #[error("not a readable map file: {0}")]
    Syntax(String),
    /// YAML or JSON, but not `journey-map/1`, or a part of it is wrong.
    #[error("{place}: {problem}")]
    Content {
        /// Where, as a path (`steps[3].stage`).
        place: String,
        /// What is wrong, and what would be right.
        problem: String,
    },
}

/// A parsed and checked map file.
#[derive(Clone, Debug)]
pub struct MapFile {
    value: Value,
}

impl MapFile {
    /// Reads YAML or JSON.
    ///
    /// # Errors
    /// [`FileError`] with the place and the problem.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        Self::from_value(syntax::parse(text)?)
    }

    /// Reads JSON, with the same checks.
    ///
    /// # Errors
    /// [`FileError`] with the place and the problem.
    pub fn parse_json(text: &str) -> Result<Self, FileError> {
        Self::from_value(syntax::parse_json(text)?)
    }

    /// Takes a value that was parsed elsewhere, with the same checks.
    ///
    /// # Errors
    /// [`FileError`] with the place and the problem.
    pub fn from_value(mut value: Value) -> Result<Self, FileError> {
        syntax::tidy(&mut value)?;
        check::check(&value)?;
        Ok(Self { value })
    }

    /// The map's id in the file.
    ///
    /// # Errors
    /// [`FileError`] when the file has none.
    pub fn id(&self) -> Result<MapId, FileError> {
        let id = self.value["map"]["id"].as_str();
        id.and_then(|id| MapId::parse(id).ok())
            .ok_or_else(|| FileError::Content {
                place: "map.id".to_owned(),
                problem: "is missing: a map needs an id of letters, digits, - and _".to_owned(),
            })
    }

    /// The map's title in the file.
    pub fn title(&self) -> &str {
        self.value["map"]["title"].as_str().unwrap_or_default()
    }

    /// The whole file as a value; equal values mean equal files.
    ///
    /// Numbers are as browsers know them: `2.0` is `2`.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Writes the map into an empty document.
    ///
    /// # Errors
    /// [`FileError`] when ids clash or a reference leads nowhere.
    pub fn write(&self, txn: &mut TransactionMut<'_>) -> Result<(), FileError> {
        import::write(&self.value, txn)
    }

    /// Reads the map's document back into a file.
    pub fn read<T: ReadTxn>(txn: &T, id: &MapId) -> Self {
        Self {
            value: layout::ordered(export::read(txn, id)),
        }
    }

    /// The file as YAML, in canonical order.
    pub fn to_yaml(&self) -> String {
        syntax::to_yaml(&layout::ordered(self.value.clone()))
    }

    /// The file as JSON, in canonical order.
    pub fn to_json(&self) -> String {
        syntax::to_json(&layout::ordered(self.value.clone()))
    }

    /// The analysis of the file's first persona, with the keys of `expected_analysis`.
    ///
    /// # Errors
    /// [`FileError`] never, as long as files are checked when they are read.
    pub fn analysis(&self) -> Result<Value, FileError> {
        Ok(analysis(&rhythm::of_values(&check::sentiments(
            &self.value,
        )?)))
    }
}

/// A rhythm with the keys of `expected_analysis`.
pub fn analysis(rhythm: &Rhythm) -> Value {
    let steps = |ids: &[StepId]| {
        ids.iter()
            .map(|id| Value::from(id.as_str()))
            .collect::<Value>()
    };
    let runs = |runs: &[Run]| {
        runs.iter()
            .map(|run| Value::from(run.to_string()))
            .collect::<Value>()
    };
    let number = |value: Option<f64>| value.map_or(Value::Null, convert::number);
    serde_json::json!({
        "mean": number(rhythm.mean),
        "lowest": steps(&rhythm.lowest),
        "highest": steps(&rhythm.highest),
        "rapid_drops": steps(&rhythm.rapid_drops),
        "troughs": runs(&rhythm.troughs),
        "peaks": runs(&rhythm.peaks),
        "sawtooth": runs(&rhythm.sawtooth),
        "end": number(rhythm.end),
    })
}

/// The persona whom a file's feelings belong to when it names nobody.
fn nobody() -> PersonaId {
    PersonaId::parse("persona-1").expect("letters, a hyphen and a digit are an id")
}

/// Whom [`nobody`] is called.
const NOBODY: &str = "Persona";
