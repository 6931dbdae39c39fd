//! Results: a JSON line as soon as there is one, tables and verdicts at the end.

mod table;
mod verdict;

use std::fs::File;
use std::io::{self, Write};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::options::Options;
use crate::server::Kind;

/// One scenario at one server with one parameter, once.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) scenario: &'static str,
    pub(crate) server: Kind,
    /// What was varied, and its value; `("", 0)` when nothing was.
    pub(crate) parameter: (&'static str, u64),
    pub(crate) values: Vec<(&'static str, f64)>,
    /// What a reader has to know about the figures.
    pub(crate) note: Option<String>,
}

impl Row {
    pub(crate) fn value(&self, key: &str) -> Option<f64> {
        self.values
            .iter()
            .find_map(|(name, value)| (*name == key).then_some(*value))
    }
}

/// Everything that was measured.
#[derive(Debug)]
pub(crate) struct Report {
    rows: Vec<Row>,
    json: Option<File>,
}

impl Report {
    /// # Errors
    /// When the file for the JSON lines cannot be made.
    pub(crate) fn new(options: &Options) -> Result<Self> {
        let json = options
            .json
            .as_ref()
            .map(|path| File::create(path).with_context(|| path.display().to_string()))
            .transpose()?;
        Ok(Self {
            rows: Vec::new(),
            json,
        })
    }

    /// Writes a result and keeps it for the tables.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn add(&mut self, round: u32, row: Row) -> Result<()> {
        let mut line = Map::new();
        line.insert("scenario".into(), row.scenario.into());
        line.insert("server".into(), row.server.to_string().into());
        if !row.parameter.0.is_empty() {
            line.insert(row.parameter.0.into(), row.parameter.1.into());
        }
        line.insert("round".into(), round.into());
        for (key, value) in &row.values {
            line.insert((*key).into(), number(*value));
        }
        if let Some(note) = &row.note {
            line.insert("note".into(), json!(note));
        }
        let line = Value::Object(line).to_string();
        match &mut self.json {
            Some(file) => writeln!(file, "{line}")?,
            None => writeln!(io::stdout(), "{line}")?,
        }
        self.rows.push(row);
        Ok(())
    }

    /// Writes the tables.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(crate) fn finish(&self) -> Result<()> {
        let mut out = io::stdout().lock();
        table::write(&mut out, &self.rows)?;
        verdict::write(&mut out, &self.rows)?;
        Ok(out.flush()?)
    }

    /// What was lost in all rows, of everything that should have been delivered.
    pub(crate) fn lost(&self) -> u64 {
        let lost = |row: &Row| row.value("lost").unwrap_or_default() as u64;
        self.rows.iter().map(lost).sum()
    }
}

/// Three digits after the point are enough, and whole numbers need none.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 {
        json!(value as i64)
    } else {
        json!((value * 1000.0).round() / 1000.0)
    }
}

/// Says what is going on.
pub(crate) fn progress(text: &str) {
    // Nobody watches if this fails.
    let _ = writeln!(io::stderr(), "bench: {text}");
}
