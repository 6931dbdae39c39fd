//! The most people in one map, one change a second each, with p99 below 100 ms and nothing
//! lost.

use std::time::Duration;

use anyhow::Result;

use super::{each_server, load, one_document};
use crate::load::{Outcome, run as run_load};
use crate::options::Options;
use crate::report::{Report, Row, progress};
use crate::server::{Kind, Setup};
use crate::tally::{self, quantile_ms};

const PERIOD: Duration = Duration::from_secs(1);
const P99_MS: f64 = 100.0;
/// Where the search begins, how it goes up, and how far it goes.
const FIRST: usize = 200;
const STEP: f64 = 1.6;
const MOST: usize = 2_000;
/// The search ends when it is known this well.
const CLOSE: f64 = 1.1;
/// A number that fails gets a second chance: other programs disturb single runs.
const CHANCES: u32 = 2;

pub(super) fn run(options: &Options, setup: &Setup, report: &mut Report, round: u32) -> Result<()> {
    if options.quick && options.scenarios.is_empty() {
        return Ok(()); // a search takes longer than the budget
    }
    each_server(options, report, round, ("capacity", ("", 0)), |kind| {
        search(options, setup, kind).map(Some)
    })
}

fn search(options: &Options, setup: &Setup, kind: Kind) -> Result<Row> {
    let (first, most) = if options.quick {
        (10, 10)
    } else {
        (FIRST, MOST)
    };
    let mut good: Option<(usize, Outcome)> = None;
    let mut bad: Option<usize> = None;
    let mut next = first;
    let mut limit = None;
    loop {
        let outcome = holds(options, setup, kind, next)?;
        match outcome {
            (true, outcome) => good = Some((next, outcome)),
            (false, outcome) => {
                bad = Some(next);
                limit = Some(outcome);
            }
        }
        let lower = good.as_ref().map_or(0, |(people, _)| *people);
        next = match bad {
            Some(bad) if (bad as f64) < lower as f64 * CLOSE || bad <= 2 => break,
            Some(bad) => (lower + bad) / 2,
            None if lower >= most => break,
            None => most.min((lower as f64 * STEP) as usize),
        };
    }
    let cores = |outcome: &Outcome| {
        let took = outcome.took.as_secs_f64();
        (
            outcome.server_cpu.as_secs_f64() / took,
            outcome.own_cpu.as_secs_f64() / took,
        )
    };
    let mut values = vec![(
        "people",
        good.as_ref().map_or(0, |(people, _)| *people) as f64,
    )];
    if let Some((_, outcome)) = &good {
        let (server, own) = cores(outcome);
        // Nobody more could be tried, or those who were kept the generator busier.
        let limited = bad.is_none()
            || limit.as_ref().is_some_and(|outcome| {
                let (server, own) = cores(outcome);
                server < 0.5 && own > server
            });
        values.extend([
            ("generator_limited", f64::from(u8::from(limited))),
            ("p99_ms", quantile_ms(&outcome.tally.latency, 0.99)),
            ("server_cores", server),
            ("generator_cores", own),
        ]);
    }
    let note = match (bad, &limit) {
        (None, _) => Some("not searched further".to_owned()),
        (Some(bad), Some(outcome)) => {
            let (server, own) = cores(outcome);
            Some(format!(
                "{bad} people: p99 {:.0} ms, {} lost; the server used {server:.2} cores, the \
                 generator {own:.2}",
                quantile_ms(&outcome.tally.latency, 0.99),
                outcome.lost()
            ))
        }
        _ => None,
    };
    Ok(Row {
        scenario: "capacity",
        server: kind,
        parameter: ("", 0),
        values,
        note,
    })
}

/// Whether so many people are served well, and how it went.
fn holds(options: &Options, setup: &Setup, kind: Kind, people: usize) -> Result<(bool, Outcome)> {
    let mut chance = 1;
    loop {
        let server = setup.start(kind)?;
        let place = &server.places(1)?[0];
        let crowd = one_document(place, people);
        let mut load = load(options, tally::Kind::Typing, &server, crowd, PERIOD);
        load.warm_up = Duration::from_secs(1);
        load.measure = load.measure.min(Duration::from_secs(4));
        load.drain = Duration::from_secs(2);
        let outcome = run_load(&load)?;
        let p99 = quantile_ms(&outcome.tally.latency, 0.99);
        let good = outcome.lost() == 0 && p99 < P99_MS;
        progress(&format!("capacity: {kind} with {people}: p99 {p99:.0} ms"));
        // Three times over is no accident.
        if good || chance == CHANCES || p99 > 3.0 * P99_MS {
            return Ok((good, outcome));
        }
        chance += 1;
    }
}
