//! What is measured, and in which order: for each parameter all servers one after the
//! other, so that whatever else the machine does meets all of them.

mod capacity;
mod cursors;
mod idle;
mod join;
mod kill;
mod maps;
mod seed;
mod typing;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::crowd::Person;
use crate::load::{Load, Outcome};
use crate::options::{Options, Scenario};
use crate::process;
use crate::report::{Report, Row, progress};
use crate::server::{Kind, Peers, Place, Server, Setup};
use crate::tally::{self, quantile_ms};

/// Runs everything that was asked for and reports it.
///
/// # Errors
/// When a server cannot be started, or with `--quick` when something was lost.
pub(crate) fn run_all(options: &Options) -> Result<()> {
    let setup = Setup {
        waymark: options.server.clone(),
        dialect: options.dialect(),
        running: options.attach.zip(options.pid),
        peers: Peers::new(options.peers_folder.clone()),
    };
    let mut report = Report::new(options)?;
    for scenario in options.wanted() {
        for round in 0..options.rounds {
            match scenario {
                Scenario::Typing => typing::run(options, &setup, &mut report, round)?,
                Scenario::Capacity => capacity::run(options, &setup, &mut report, round)?,
                Scenario::Maps => maps::run(options, &setup, &mut report, round)?,
                Scenario::Cursors => cursors::run(options, &setup, &mut report, round)?,
                Scenario::Join => join::run(options, &setup, &mut report, round)?,
                Scenario::Seed => seed::run(options, &setup, &mut report, round)?,
                Scenario::Idle => idle::run(options, &setup, &mut report, round)?,
                Scenario::Kill => kill::run(options, &setup, &mut report, round)?,
                Scenario::ServeRelay => {}
            }
        }
    }
    report.finish()?;
    if options.quick && report.lost() > 0 {
        bail!("{} deliveries were lost", report.lost());
    }
    Ok(())
}

/// Everybody in one document.
fn one_document(place: &Arc<Place>, people: usize) -> Vec<Person> {
    (0..people as u32)
        .map(|number| Person {
            number,
            place: place.clone(),
            first: 0,
            people: people as u32,
        })
        .collect()
}

/// The load of a scenario with the options' times.
fn load(
    options: &Options,
    kind: tally::Kind,
    server: &Server,
    people: Vec<Person>,
    period: Duration,
) -> Load {
    Load {
        kind,
        people,
        period,
        warm_up: Duration::from_secs(if options.quick { 1 } else { options.warm_up }),
        measure: Duration::from_secs(if options.quick { 2 } else { options.seconds }),
        drain: Duration::from_secs(options.drain),
        threads: options.threads,
        server: server.id,
    }
}

/// Runs one case at each server in turn; a server that fails is reported as such and does
/// not end the run, unless it is our own.
fn each_server(
    options: &Options,
    report: &mut Report,
    round: u32,
    (scenario, parameter): (&'static str, (&'static str, u64)),
    mut case: impl FnMut(Kind) -> Result<Option<Row>>,
) -> Result<()> {
    for kind in options.servers() {
        progress(&format!(
            "{scenario} {} {}: {kind}",
            parameter.0, parameter.1
        ));
        match case(kind) {
            Ok(Some(row)) => report.add(round, row)?,
            Ok(None) => {}
            Err(error) if kind.is_peer() => {
                let row = Row {
                    scenario,
                    server: kind,
                    parameter,
                    values: Vec::new(),
                    note: Some(format!("failed: {error:#}")),
                };
                report.add(round, row)?;
            }
            Err(error) => return Err(error).with_context(|| format!("{scenario} at {kind}")),
        }
    }
    Ok(())
}

/// Messages that leave later than this, with a machine that we did not fill, mean that
/// others did.
const LATE_MS: f64 = 30.0;

/// Shares of the machine that a run took, and whether the generator was the limit.
fn shares(outcome: &Outcome) -> (Vec<(&'static str, f64)>, Option<String>) {
    let took = outcome.took.as_secs_f64();
    let server = outcome.server_cpu.as_secs_f64() / took;
    let own = outcome.own_cpu.as_secs_f64() / took;
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as f64;
    let late = quantile_ms(&outcome.lateness, 0.99);
    let note = if server + own > cores * 0.9 {
        let who = if own > server {
            "the generator"
        } else {
            "the server"
        };
        Some(format!(
            "the machine was full, mostly with {who}; messages left {late:.1} ms late (p99)"
        ))
    } else if late > LATE_MS {
        Some(format!(
            "other programs kept the generator from sending in time ({late:.0} ms late, p99): \
             no figures to rely on"
        ))
    } else {
        None
    };
    let values = vec![
        ("server_cores", server),
        ("generator_cores", own),
        ("sent_late_p99_ms", late),
        ("rss_mb", mb(outcome.memory.resident)),
        ("peak_mb", mb(outcome.memory.peak)),
    ];
    (values, note)
}

/// Megabytes.
fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// A runtime for what is not about load.
fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no runtime")
}

/// How often a server is looked at while it is waited for.
const LOOK: Duration = Duration::from_millis(250);
/// So many looks in a row without work mean that it is done.
const LOOKS: u32 = 8;

/// Waits until the server has nothing more to do, `most` at the most.
async fn quiet(server: &Server, most: Duration) -> Result<()> {
    let mut cpu = process::cpu(server.id)?;
    let mut idle = 0;
    let end = tokio::time::Instant::now() + most;
    while idle < LOOKS && tokio::time::Instant::now() < end {
        tokio::time::sleep(LOOK).await;
        let now = process::cpu(server.id)?;
        idle = if now - cpu <= Duration::from_millis(10) {
            idle + 1
        } else {
            0
        };
        cpu = now;
    }
    Ok(())
}
