//! `cargo xtask sim`: as many seeded worlds as somebody has patience for.
//!
//! Each seed is one plan in one world ([`Plan::generate`] says which mix). Seeds run
//! without words; the first one of each hundred runs twice with words, and the traces must
//! be equal. What fails is run again with words, shrunk, and saved in `tests/plans/`.
#![expect(clippy::print_stdout, reason = "a program that talks to a terminal")]

mod progress;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Parser;
use waymark_tests::{Failure, Outcome, Plan, Telling, report, run, run_with};

use progress::{Progress, commit};

/// As in the server's program; worlds are mostly made and thrown away.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// One of so many seeds runs twice, with words.
const TWICE: u64 = 100;

/// Runs seeded worlds full of accidents and checks every promise in each.
#[derive(Debug, Parser)]
struct Options {
    /// How many seeds.
    #[arg(long, default_value_t = 2_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Threads; each world lives in one of them.
    #[arg(long, default_value_t = 1)]
    threads: u64,
    /// Stop after so many minutes, wherever the seeds are then.
    #[arg(long)]
    minutes: Option<f64>,
    /// Go on after a failure, up to twenty of them.
    #[arg(long)]
    keep_going: bool,
    /// Do not shrink and save what fails.
    #[arg(long)]
    no_save: bool,
    /// Run this plan instead, twice and with words.
    #[arg(long)]
    plan: Option<PathBuf>,
    /// Print the plan of the first seed and stop.
    #[arg(long)]
    print: bool,
}

/// What a worker has to say.
enum News {
    Kept(Outcome),
    Broken(u64, Failure),
}

fn main() -> Result<ExitCode> {
    let options = Options::parse();
    if options.print {
        print!("{}", Plan::generate(options.from).to_lines());
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(path) = &options.plan {
        return replay(path);
    }
    Ok(run_seeds(&options))
}

fn replay(path: &PathBuf) -> Result<ExitCode> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let plan = Plan::parse(&text).map_err(anyhow::Error::msg)?;
    Ok(match run_twice(&plan) {
        Ok(outcome) => {
            println!(
                "kept: {} happenings, {}",
                outcome.happenings, outcome.faults
            );
            ExitCode::SUCCESS
        }
        Err(failure) => {
            println!("{}\nbroken: {}", failure.trace, failure.problem);
            ExitCode::FAILURE
        }
    })
}

fn run_seeds(options: &Options) -> ExitCode {
    let patience = options.minutes.map(|minutes| minutes * 60.0);
    let patience = patience.map(Duration::from_secs_f64);
    let (begun, next) = (Instant::now(), AtomicU64::new(0));
    let (tell, news) = mpsc::channel();
    let mut progress = Progress::new(options.seeds);
    thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            let (tell, next) = (tell.clone(), &next);
            scope.spawn(move || {
                while patience.is_none_or(|patience| begun.elapsed() < patience) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= options.seeds {
                        return;
                    }
                    let seed = options.from + number;
                    let verdict = match run_seed(seed) {
                        Ok(outcome) => News::Kept(outcome),
                        Err(failure) => News::Broken(seed, failure),
                    };
                    // Nobody listens any more once it is over.
                    if tell.send(verdict).is_err() {
                        return;
                    }
                }
            });
        }
        drop(tell);
        for verdict in news {
            match verdict {
                News::Kept(outcome) => progress.kept(&outcome),
                News::Broken(seed, failure) => {
                    progress.broken();
                    println!("FAILED {}", describe(options, seed, &failure));
                    if !options.keep_going || progress.failures() >= 20 {
                        next.store(options.seeds, Ordering::Relaxed);
                    }
                }
            }
        }
    });
    println!("{}", progress.summary(options.from, &commit()));
    if progress.failures() == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn describe(options: &Options, seed: u64, failure: &Failure) -> String {
    if options.no_save {
        return format!("seed {seed}: {}", failure.problem);
    }
    report(&Plan::generate(seed), failure)
}

fn run_seed(seed: u64) -> Result<Outcome, Failure> {
    let plan = Plan::generate(seed);
    if seed.is_multiple_of(TWICE) {
        run_twice(&plan)
    } else {
        run_with(&plan, None, Telling::Terse)
    }
}

fn run_twice(plan: &Plan) -> Result<Outcome, Failure> {
    let (first, second) = (run(plan)?, run(plan)?);
    if first == second {
        return Ok(first);
    }
    Err(Failure {
        problem: format!("two runs of one seed differ: {first:?} and {second:?}"),
        trace: String::new(),
    })
}
