//! `cargo xtask crash`: the server dies, and what was shown Saved is looked for.
//!
//! Ends with one line that sums it up, and with exit code 1 when anything was lost or
//! doubled.
#![allow(clippy::print_stdout, reason = "a program that reports to people")]

mod disk;
mod kill;
mod ledger;
mod line;
mod load;
mod person;
mod power;
mod server;
mod town;
mod volume;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;

use crate::ledger::Verdict;

/// As the server has it: decoding what the guard lets through needs room.
const STACK_BYTES: usize = 8 << 20;

/// Kills the real server under real load, or cuts its power, and looks for every edit that
/// was shown Saved.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many kills, or points at which the power is cut
    #[arg(long, default_value_t = 100)]
    rounds: u64,
    /// Where all chance comes from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Cut the power: what was not flushed is dropped, torn and reordered
    #[arg(long)]
    power_loss: bool,
    /// Let the disk ignore so many syncs in a row, to see that the loss is found
    #[arg(long, default_value_t = 0)]
    ignore_syncs: u64,
    /// Instead: measure what so many appends a second cost the store
    #[arg(long, value_name = "RATE")]
    load: Option<u64>,
    /// Instead: edit and compact so many times, and look at the size of the folder
    #[arg(long, value_name = "APPENDS")]
    churn: Option<u64>,
    /// Instead: fill a folder with so many GiB and open it again
    #[arg(long, value_name = "GIB")]
    reopen: Option<f64>,
    /// How long to measure
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) rounds: u64,
    pub(crate) made: u64,
    pub(crate) saved: u64,
    pub(crate) found: Verdict,
    /// Folders that no server would open or give documents from.
    pub(crate) unreadable: u64,
}

impl Outcome {
    /// Counts a verdict, and says so when it is a bad one.
    pub(crate) fn note(&mut self, when: &str, verdict: Verdict) {
        if !verdict.is_clean() {
            println!("{when}: {} lost, {} doubled", verdict.lost, verdict.doubled);
        }
        self.found.add(verdict);
    }

    fn is_clean(&self) -> bool {
        self.found.is_clean() && self.unreadable == 0
    }

    fn summary(&self, arguments: &Arguments, took: Duration) -> String {
        let Self {
            rounds,
            made,
            saved,
            found: Verdict { lost, doubled },
            unreadable,
        } = self;
        let what = match arguments.power_loss {
            true => "power cuts",
            false => "kills",
        };
        format!(
            "crash: {rounds} {what}, seed {}, {made} edits, {saved} acknowledged, \
             {lost} lost, {doubled} doubled, {unreadable} unreadable, in {took:.0?}",
            arguments.seed,
        )
    }

    pub(crate) fn progress(&self, how_far: &str) {
        println!(
            "{how_far}: {} lost, {} doubled",
            self.found.lost, self.found.doubled
        );
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match perform(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("crash: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(arguments: &Arguments) -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(STACK_BYTES)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        if let Some(rate) = arguments.load {
            println!("{}", load::run(rate, arguments.seconds).await?);
            return Ok(true);
        }
        if let Some(appends) = arguments.churn {
            println!("{}", volume::churn(appends, arguments.seed).await?);
            return Ok(true);
        }
        if let Some(gib) = arguments.reopen {
            println!("{}", volume::reopen(gib, arguments.seed).await?);
            return Ok(true);
        }
        let started = std::time::Instant::now();
        let outcome = match arguments.power_loss {
            true => power::run(arguments.rounds, arguments.seed, arguments.ignore_syncs).await?,
            false => kill::run(arguments.rounds, arguments.seed).await?,
        };
        println!("{}", outcome.summary(arguments, started.elapsed()));
        Ok(outcome.is_clean())
    })
}
