//! One map, everybody moves their cursor twenty times a second.
//!
//! A server may leave out states that are overtaken, so what counts is how old a state is
//! when somebody sees it, how long they see nothing newer, and that everybody's last state
//! arrives everywhere.

use std::time::Duration;

use anyhow::Result;

use super::{each_server, load, one_document, shares};
use crate::load::run as run_load;
use crate::options::Options;
use crate::report::{Report, Row};
use crate::server::{Kind, Setup};
use crate::tally::{self, quantile_ms};

const PERIOD: Duration = Duration::from_millis(50);

pub(super) fn run(options: &Options, setup: &Setup, report: &mut Report, round: u32) -> Result<()> {
    let numbers = match (&options.people[..], options.quick) {
        ([], true) => vec![10],
        ([], false) => vec![20, 100, 200],
        (people, _) => people.to_vec(),
    };
    for people in numbers {
        let parameter = ("people", people as u64);
        each_server(options, report, round, ("cursors", parameter), |kind| {
            once(options, setup, kind, people).map(Some)
        })?;
    }
    Ok(())
}

fn once(options: &Options, setup: &Setup, kind: Kind, people: usize) -> Result<Row> {
    let server = setup.start(kind)?;
    let place = &server.places(1)?[0];
    let crowd = one_document(place, people);
    let outcome = run_load(&load(options, tally::Kind::Cursors, &server, crowd, PERIOD))?;
    let tally = &outcome.tally;
    let pairs = (people * people.saturating_sub(1)).max(1) as f64;
    let seconds = outcome.took.as_secs_f64();
    let mut values = vec![
        ("fresh_p50_ms", quantile_ms(&tally.latency, 0.5)),
        ("fresh_p99_ms", quantile_ms(&tally.latency, 0.99)),
        ("gap_p99_ms", quantile_ms(&tally.gaps, 0.99)),
        ("cpu_us", outcome.cpu_us()),
        (
            "delivered_%",
            tally.unique as f64 / outcome.expected.max(1) as f64 * 100.0,
        ),
        ("starved_%", tally.starved as f64 / pairs * 100.0),
        ("last_lost", tally.missing as f64),
        (
            "kib_s_client",
            outcome.bytes as f64 / 1024.0 / seconds / people as f64,
        ),
        ("closed", tally.closed as f64),
    ];
    let (shares, note) = shares(&outcome);
    values.extend(shares);
    Ok(Row {
        scenario: "cursors",
        server: kind,
        parameter: ("people", people as u64),
        values,
        note,
    })
}
