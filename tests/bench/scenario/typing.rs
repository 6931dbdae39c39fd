//! One map, everybody changes it once a second.

use std::time::Duration;

use anyhow::Result;

use super::{each_server, load, one_document, shares};
use crate::load::{Outcome, run as run_load};
use crate::options::Options;
use crate::report::{Report, Row};
use crate::server::{Kind, Setup};
use crate::tally::{self, quantile_ms};

const PERIOD: Duration = Duration::from_secs(1);

pub(super) fn run(options: &Options, setup: &Setup, report: &mut Report, round: u32) -> Result<()> {
    for people in numbers(options) {
        let parameter = ("people", people as u64);
        each_server(options, report, round, ("typing", parameter), |kind| {
            once(options, setup, kind, people).map(Some)
        })?;
    }
    Ok(())
}

fn numbers(options: &Options) -> Vec<usize> {
    match (&options.people[..], options.quick) {
        ([], true) => vec![20],
        ([], false) => vec![50, 200, 400, 800],
        (people, _) => people.to_vec(),
    }
}

fn once(options: &Options, setup: &Setup, kind: Kind, people: usize) -> Result<Row> {
    let server = setup.start(kind)?;
    let place = &server.places(1)?[0];
    let load = load(
        options,
        tally::Kind::Typing,
        &server,
        one_document(place, people),
        PERIOD,
    );
    let outcome = run_load(&load)?;
    let (shares, note) = shares(&outcome);
    let mut values = deliveries(&outcome);
    values.extend(shares);
    Ok(Row {
        scenario: "typing",
        server: kind,
        parameter: ("people", people as u64),
        values,
        note,
    })
}

/// How well changes were delivered.
pub(super) fn deliveries(outcome: &Outcome) -> Vec<(&'static str, f64)> {
    let tally = &outcome.tally;
    vec![
        ("p50_ms", quantile_ms(&tally.latency, 0.5)),
        ("p99_ms", quantile_ms(&tally.latency, 0.99)),
        ("max_ms", quantile_ms(&tally.latency, 1.0)),
        ("cpu_us", outcome.cpu_us()),
        ("expected", outcome.expected as f64),
        ("lost", outcome.lost() as f64),
        ("duplicates", tally.duplicates as f64),
        ("closed", tally.closed as f64),
        ("refused", tally.refused as f64),
    ]
}
