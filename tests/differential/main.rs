//! `cargo xtask differential`: random things done in yrs and in Yjs, delivered in any order
//! and more than once; at the end all replicas are equal.
//!
//! A case follows from its seed alone. What Yjs writes passes the guard before yrs sees it,
//! as in the product, and in some cases everything goes through a real room.

#![allow(
    clippy::print_stdout,
    reason = "a program tells its result on its standard output"
)]

mod case;
mod relay;
mod replica;
mod yjs;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::Parser;

use case::{Case, Verdict};
use yjs::Yjs;

/// So many cases share each line to and from Node.
const BATCH: u64 = 50;

#[derive(Parser)]
#[command(about = "Random operations in yrs and in Yjs, compared")]
struct Args {
    /// How many cases
    #[arg(long, default_value_t = 2_000)]
    cases: u64,
    /// The first seed; each case has the next
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Do only so many things in a case: what a failure was shrunk to
    #[arg(long, default_value_t = u32::MAX, hide_default_value = true)]
    steps: u32,
    /// Tell what each replica holds at the end
    #[arg(long)]
    verbose: bool,
}

fn main() -> Result<ExitCode> {
    let args = Args::parse();
    let mut yjs = Yjs::start()?;
    let begin = Instant::now();
    let mut totals = Totals::default();
    let mut failures = Vec::new();
    let seeds = args.seed..args.seed.saturating_add(args.cases);
    let mut next = seeds.start;
    while next < seeds.end {
        let batch: Vec<u64> = (next..seeds.end.min(next + BATCH)).collect();
        next += batch.len() as u64;
        for verdict in run(&mut yjs, &batch, args.steps, args.verbose)? {
            totals.add(&verdict);
            if verdict.problem.is_some() {
                failures.push(verdict);
            }
        }
        if failures.len() >= 20 {
            println!("twenty failures are enough");
            break;
        }
    }
    for failure in &failures {
        report(&mut yjs, failure)?;
    }
    let seconds = begin.elapsed().as_secs_f64();
    println!(
        "differential: {} cases, {} operations, {} updates, {} cases through a room, {} divergences, {} healed by resync, {:.0} s, {:.0} cases/s",
        totals.cases,
        totals.steps,
        totals.updates,
        totals.rooms,
        failures.len(),
        totals.resynced,
        seconds,
        totals.cases as f64 / seconds
    );
    Ok(if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[derive(Default)]
struct Totals {
    cases: u64,
    steps: u64,
    updates: u64,
    rooms: u64,
    /// Cases in which a Yjs replica held back what it had until it synchronised anew, and
    /// which were equal then.
    resynced: u64,
}

impl Totals {
    fn add(&mut self, verdict: &Verdict) {
        self.cases += 1;
        self.steps += u64::from(verdict.steps);
        self.updates += verdict.updates;
        self.rooms += u64::from(verdict.room);
        self.resynced += u64::from(verdict.resynced && verdict.problem.is_none());
    }
}

/// Runs cases side by side, each line to Node with what all of them want next.
fn run(yjs: &mut Yjs, seeds: &[u64], steps: u32, verbose: bool) -> Result<Vec<Verdict>> {
    let mut cases: BTreeMap<u64, Case> = seeds
        .iter()
        .map(|seed| (*seed, Case::new(*seed, steps)))
        .collect();
    let mut verdicts = Vec::new();
    while !cases.is_empty() {
        let wanted: Vec<_> = cases
            .iter_mut()
            .map(|(seed, case)| (*seed, case.wants()))
            .collect();
        for (seed, answers) in yjs.ask(wanted)? {
            let Some(case) = cases.get_mut(&seed) else {
                continue;
            };
            if let Some(verdict) = case.hear(answers, verbose) {
                cases.remove(&seed);
                verdicts.push(verdict);
            }
        }
    }
    verdicts.sort_by_key(|verdict| verdict.seed);
    Ok(verdicts)
}

/// Finds the fewest things that still fail, and tells how to see it again.
fn report(yjs: &mut Yjs, failure: &Verdict) -> Result<()> {
    let mut least = failure.steps;
    for steps in 0..failure.steps {
        let verdicts = run(yjs, &[failure.seed], steps, false)?;
        if verdicts.iter().any(|verdict| verdict.problem.is_some()) {
            least = steps;
            break;
        }
    }
    println!(
        "seed {} after {least} of {} operations: {}\n  again: cargo xtask differential --seed {} --cases 1 --steps {least} --verbose",
        failure.seed,
        failure.steps,
        failure.problem.as_deref().unwrap_or("it failed"),
        failure.seed,
    );
    Ok(())
}
