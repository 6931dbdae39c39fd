//! Many worlds from many seeds, each run twice.

use std::ops::Range;
use std::thread;

use waymark_tests::{Failure, Plan, report, run};

/// The seeds that run with every test run.
const FIXED: Range<u64> = 0..300;

/// How many threads share the seeds; each world lives in one of them.
const THREADS: u64 = 2;

/// The fixed seeds, or those of `WAYMARK_SEEDS=from..to`.
fn seeds() -> Range<u64> {
    let Ok(text) = std::env::var("WAYMARK_SEEDS") else {
        return FIXED;
    };
    let bounds = text
        .split_once("..")
        .map(|(from, to)| (from.parse(), to.parse()));
    match bounds {
        Some((Ok(from), Ok(to))) => from..to,
        _ => panic!("WAYMARK_SEEDS={text} is not from..to"),
    }
}

fn run_twice(plan: &Plan) -> Result<(), Failure> {
    let (first, second) = (run(plan)?, run(plan)?);
    if first == second {
        return Ok(());
    }
    let problem = format!("two runs of one seed differ: {first:?} and {second:?}");
    Err(Failure {
        problem,
        trace: String::new(),
    })
}

#[test]
fn every_seed_keeps_all_promises_and_runs_the_same_twice() {
    let seeds = seeds();
    let share = |offset: u64| {
        let mut mine = seeds
            .clone()
            .skip(offset as usize)
            .step_by(THREADS as usize);
        mine.find_map(|seed| {
            let plan = Plan::generate(seed);
            run_twice(&plan)
                .err()
                .map(|failure| report(&plan, &failure))
        })
    };
    let reports: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|offset| scope.spawn(move || share(offset)))
            .collect();
        workers
            .into_iter()
            .filter_map(|worker| worker.join().unwrap())
            .collect()
    });
    assert!(reports.is_empty(), "\n{}", reports.join("\n\n"));
}
