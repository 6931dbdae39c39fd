//! Runs plans, and keeps those that fail.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::plan::{Cast, Plan};
use crate::tally::Tally;
use crate::trace::Trace;
use crate::world::{Flaw, World};

/// How much of a run is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Every happening in words, for whoever has to understand a failure.
    Words,
    /// Only numbers: several times faster.
    Terse,
}

/// How a plan that kept every promise went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Of the trace: equal for equal runs.
    pub digest: u64,
    /// How many things happened.
    pub happenings: u64,
    /// How often each fault really happened.
    pub faults: Tally,
}

/// A promise that a plan broke.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which one, in words.
    pub problem: String,
    /// The last lines of the trace.
    pub trace: String,
}

/// Runs a plan to its end, heals everything, waits until it is quiet and asks every oracle.
///
/// # Errors
/// [`Failure`] with the first promise that was broken; a panic counts as one.
pub fn run(plan: &Plan) -> Result<Outcome, Failure> {
    run_with(plan, None, Telling::Words)
}

/// The same, in a world with a deliberate fault if there is one, told as wanted.
///
/// # Errors
/// As [`run`]; with a flaw that is what is hoped for.
pub fn run_with(plan: &Plan, flaw: Option<Flaw>, telling: Telling) -> Result<Outcome, Failure> {
    let mut world = World::in_any_weather(plan.seed);
    world.flaw = flaw;
    if telling == Telling::Terse {
        world.trace = Trace::terse();
    }
    let verdict = catch_unwind(AssertUnwindSafe(|| play(&mut world, plan)));
    let problem = match verdict {
        Ok(Ok(())) => {
            let (digest, happenings) = (world.trace().digest(), world.trace().len());
            let faults = world.tally.clone();
            return Ok(Outcome {
                digest,
                happenings,
                faults,
            });
        }
        Ok(Err(problem)) => problem,
        Err(panic) => format!("panic: {}", panic_text(panic.as_ref())),
    };
    let trace = world.trace().tail(400);
    // After a panic a document may be locked for ever; a leaked world is harmless.
    std::mem::forget(world);
    Err(Failure { problem, trace })
}

fn play(world: &mut World, plan: &Plan) -> Result<(), String> {
    let mut cast = Cast::default();
    for step in &plan.steps {
        world.run_until_moment(step.at);
        cast.perform(world, &step.act);
        world.check_trouble_is_told();
        check_violations(world)?;
    }
    world.heal_everything();
    world.try_until_quiet()?;
    check_violations(world)?;
    world.check_presence()?;
    world.check_deadlines()?;
    world.check_converged()?;
    check_violations(world)?;
    // The last crash of each world is an oracle, no fault.
    let faults = world.tally.clone();
    world.crash_server();
    world.tally = faults;
    check_violations(world)
}

fn check_violations(world: &World) -> Result<(), String> {
    world
        .violations()
        .first()
        .map_or(Ok(()), |first| Err(first.clone()))
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a word")
        .to_owned()
}

/// Leaves out steps as long as the plan still fails, with at most `attempts` runs.
pub fn shrink(plan: &Plan, fails: impl Fn(&Plan) -> bool, attempts: usize) -> Plan {
    let mut best = plan.clone();
    let mut left = attempts;
    let mut chunk = best.steps.len() / 2;
    while chunk > 0 {
        let mut start = 0;
        while start < best.steps.len() && left > 0 {
            left -= 1;
            let mut candidate = best.clone();
            let end = (start + chunk).min(candidate.steps.len());
            candidate.steps.drain(start..end);
            if fails(&candidate) {
                best = candidate;
            } else {
                start = end;
            }
        }
        chunk /= 2;
    }
    best
}

/// The folder of the plans that failed once.
pub fn plans_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("plans")
}

/// Shrinks a failing plan, saves it and returns the text for the person who looks.
///
/// # Panics
/// When the folder of the plans cannot be written.
pub fn report(plan: &Plan, failure: &Failure) -> String {
    let fails = |candidate: &Plan| run_with(candidate, None, Telling::Terse).is_err();
    let mut small = shrink(plan, fails, 300);
    let last = run(&small).err().unwrap_or_else(|| failure.clone());
    small.about.clone_from(&last.problem);
    let path = plans_folder().join(format!("seed-{}.jsonl", plan.seed));
    std::fs::write(&path, small.to_lines()).expect("the folder of the plans can be written");
    format!(
        "seed {}: {}\nshrunk to {} steps: {}\nsaved as {}\n{}",
        plan.seed,
        failure.problem,
        small.steps.len(),
        last.problem,
        path.display(),
        last.trace
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Act;

    #[test]
    fn shrinking_leaves_only_what_the_failure_needs() {
        let plan = Plan::generate(3);
        let crashes = |plan: &Plan| {
            plan.steps
                .iter()
                .filter(|step| matches!(step.act, Act::Edit { .. }))
                .count()
        };
        let small = shrink(&plan, |candidate| crashes(candidate) >= 2, 500);
        assert_eq!(small.steps.len(), 2);
        assert_eq!(crashes(&small), 2);
    }
}
