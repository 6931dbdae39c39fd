//! Tables for people: medians over the rounds, one line a server.

use std::io::{self, Write};

use super::Row;
use crate::server::Kind;

/// Writes one table for each scenario.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(out: &mut impl Write, rows: &[Row]) -> io::Result<()> {
    for scenario in in_order(rows.iter().map(|row| row.scenario)) {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.scenario == scenario).collect();
        let keys = in_order(rows.iter().flat_map(|row| row.values.iter().map(|v| v.0)));
        let parameter = rows[0].parameter.0;
        let mut head = vec![parameter.to_owned(), scenario.to_owned()];
        head.extend(keys.iter().map(|key| (*key).to_owned()));
        let mut lines = vec![head];
        let cases = in_order(rows.iter().map(|row| (row.parameter.1, row.server)));
        for (value, server) in by_parameter(cases) {
            let of_case: Vec<&Row> = rows
                .iter()
                .copied()
                .filter(|row| row.parameter.1 == value && row.server == server)
                .collect();
            let shown = if parameter.is_empty() {
                String::new()
            } else {
                value.to_string()
            };
            let mut line = vec![shown, server.to_string()];
            line.extend(
                keys.iter()
                    .map(|key| median(&of_case, key).map_or_else(String::new, short)),
            );
            lines.push(line);
        }
        writeln!(out)?;
        write_lines(out, &lines)?;
        for row in rows {
            if let Some(note) = &row.note {
                writeln!(
                    out,
                    "  {} {} {}: {note}",
                    row.server, row.parameter.0, row.parameter.1
                )?;
            }
        }
    }
    Ok(())
}

fn by_parameter(mut cases: Vec<(u64, Kind)>) -> Vec<(u64, Kind)> {
    cases.sort_by_key(|case| case.0);
    cases
}

fn write_lines(out: &mut impl Write, lines: &[Vec<String>]) -> io::Result<()> {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|at| {
            lines
                .iter()
                .filter_map(|line| line.get(at))
                .map(String::len)
                .max()
                .unwrap_or(0)
        })
        .collect();
    for line in lines {
        for (at, (cell, width)) in line.iter().zip(&widths).enumerate() {
            match at {
                1 => write!(out, "{cell:<width$}  ")?,
                _ => write!(out, "{cell:>width$}  ")?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

fn in_order<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

/// The median of a value over the rounds.
pub(super) fn median(rows: &[&Row], key: &str) -> Option<f64> {
    let mut values: Vec<f64> = rows.iter().filter_map(|row| row.value(key)).collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

fn short(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        v if v >= 100.0 || value.fract() == 0.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
