//! `cargo xtask crash`: the server dies, and what was shown Saved is looked for.
//!
//! Ends with one line that sums it up, and with exit code 1 when anything was lost or
//! doubled.
#![allow(clippy::print_stdout, reason = "a program that reports to people")]

mod kill;
mod ledger;
mod line;
mod person;
mod server;
mod town;

use std::process::ExitCode;

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
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) rounds: u64,
    pub(crate) made: u64,
    pub(crate) saved: u64,
    pub(crate) found: Verdict,
}

impl Outcome {
    /// Counts a verdict, and says so when it is a bad one.
    pub(crate) fn note(&mut self, when: &str, verdict: Verdict) {
        if !verdict.is_clean() {
            println!("{when}: {} lost, {} doubled", verdict.lost, verdict.doubled);
        }
        self.found.add(verdict);
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
        let started = std::time::Instant::now();
        let outcome = kill::run(arguments.rounds, arguments.seed).await?;
        let Outcome {
            rounds,
            made,
            saved,
            found: Verdict { lost, doubled },
        } = &outcome;
        println!(
            "crash: {rounds} kills, seed {}, {made} edits, {saved} acknowledged, {lost} lost, {doubled} doubled, in {:.0?}",
            arguments.seed,
            started.elapsed(),
        );
        Ok(outcome.found.is_clean())
    })
}
