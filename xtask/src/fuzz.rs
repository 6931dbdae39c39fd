//! `cargo xtask fuzz`: libFuzzer makes bytes up, and the targets of `tests/fuzz` look
//! whether what Waymark relies on still holds.
//!
//! Works with stable Rust: the coverage that libFuzzer steers by comes from a pass that
//! LLVM has anyway. Everything that is built or found stays below `target/fuzz`; only
//! `--keep` writes into the repository.

mod corpus;

use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::progress::{spoken, timed};
use crate::workspace::{self, Workspace};

/// The targets of `tests/fuzz`.
const TARGETS: [&str; 6] = [
    "frame",
    "guard",
    "update",
    "state-vector",
    "awareness",
    "room",
];

/// What makes the compiler count where a run came along, for our code and yrs alike.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

#[derive(Args)]
pub(crate) struct FuzzArgs {
    /// How long to look for findings, over all targets together
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How many processes may run at once
    #[arg(long, default_value_t = 2)]
    processes: u64,
    /// Afterwards, keep the inputs that matter in the repository (`tests/fuzz/corpus`)
    #[arg(long)]
    keep: bool,
    /// Only these (all when none is named)
    targets: Vec<String>,
}

/// How one target did.
struct Run {
    target: &'static str,
    executions: u64,
    inputs: usize,
    finding: Option<PathBuf>,
}

/// Where the program and everything it makes are.
struct Shop<'a> {
    workspace: &'a Workspace,
    program: PathBuf,
}

/// Builds the fuzzer, runs it, and tells what it found.
///
/// # Errors
/// When there is a finding, or the fuzzer cannot be built or run.
pub(crate) fn run(workspace: &Workspace, args: &FuzzArgs) -> Result<()> {
    let targets = chosen(&args.targets)?;
    println!("fuzz: building the targets with coverage (minutes the first time)");
    let shop = Shop {
        workspace,
        program: build(workspace)?,
    };
    for target in &targets {
        corpus::seed(&shop.corpus(target), &shop.committed(target))?;
    }
    let mut runs = Vec::new();
    if args.seconds > 0 {
        let processes = args.processes.max(1);
        let each = (args.seconds * processes / targets.len() as u64).max(1);
        println!(
            "fuzz: {} targets for {each} s each, {processes} at once",
            targets.len()
        );
        let (result, took) = timed(|| shop.run_all(&targets, each, processes));
        runs = result?;
        summarise(&runs);
        println!("fuzz: took {}", spoken(took));
    }
    if args.keep {
        for target in &targets {
            shop.keep(target)?;
        }
    }
    let findings = runs.iter().filter(|run| run.finding.is_some()).count();
    ensure!(findings == 0, "{findings} findings");
    Ok(())
}

fn chosen(names: &[String]) -> Result<Vec<&'static str>> {
    if names.is_empty() {
        return Ok(TARGETS.to_vec());
    }
    names
        .iter()
        .map(|name| {
            let found = TARGETS.into_iter().find(|target| target == name);
            found.with_context(|| format!("`{name}` is none of {}", TARGETS.join(", ")))
        })
        .collect()
}

/// Builds the fuzzer with its own lock file and target folder.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    let version = workspace::output(workspace.command("rustc").arg("-vV"))?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc does not say what it runs on")?
        .to_owned();
    let folder = workspace.target().join("fuzz");
    let mut command = workspace.cargo(["build", "--release", "--locked"]);
    command
        .args(["--manifest-path", "tests/fuzz/libfuzzer/Cargo.toml"])
        // Named, so that build scripts and macros are not counted.
        .args(["--target", &host])
        .arg("--target-dir")
        .arg(&folder)
        .env("RUSTFLAGS", COVERAGE)
        .env_remove("CARGO_TARGET_DIR");
    workspace::run(&mut command).context("libFuzzer needs a C++ compiler (`g++`)")?;
    let name = format!("waymark-libfuzzer{}", std::env::consts::EXE_SUFFIX);
    Ok(folder.join(host).join("release").join(name))
}

impl Shop<'_> {
    fn folder(&self, kind: &str, target: &str) -> PathBuf {
        self.workspace.target().join("fuzz").join(kind).join(target)
    }

    /// The inputs that grow from run to run.
    fn corpus(&self, target: &str) -> PathBuf {
        self.folder("corpus", target)
    }

    /// The inputs in the repository.
    fn committed(&self, target: &str) -> PathBuf {
        let folder = self.workspace.root().join("tests/fuzz/corpus");
        folder.join(format!("{target}.hex"))
    }

    fn run_all(&self, targets: &[&'static str], each: u64, processes: u64) -> Result<Vec<Run>> {
        let waiting = Mutex::new(targets.iter().copied().collect::<VecDeque<_>>());
        let next = || waiting.lock().ok().and_then(|mut list| list.pop_front());
        let work = || -> Result<Vec<Run>> {
            let mut runs = Vec::new();
            while let Some(target) = next() {
                runs.push(self.run_one(target, each)?);
            }
            Ok(runs)
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..processes).map(|_| scope.spawn(work)).collect();
            let mut runs = Vec::new();
            for worker in workers {
                let Ok(done) = worker.join() else {
                    bail!("a worker ended early");
                };
                runs.extend(done?);
            }
            runs.sort_by_key(|run| TARGETS.iter().position(|target| *target == run.target));
            Ok(runs)
        })
    }

    fn run_one(&self, target: &'static str, seconds: u64) -> Result<Run> {
        let (corpus, findings) = (self.corpus(target), self.folder("findings", target));
        fs::create_dir_all(&findings)?;
        let log = self.folder("findings", target).join("log.txt");
        let mut command = self.workspace.command(&self.program);
        command
            .env("FUZZ_TARGET", target)
            .arg(&corpus)
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-artifact_prefix={}/", findings.display()))
            .args(["-max_len=4096", "-timeout=10", "-rss_limit_mb=2048"])
            .arg("-print_final_stats=1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log)?);
        let status = command
            .status()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        let executions = said
            .lines()
            .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))
            .and_then(|number| number.trim().parse().ok())
            .unwrap_or(0);
        let finding = if status.success() {
            None
        } else {
            Some(written(&said).unwrap_or(log))
        };
        let inputs = fs::read_dir(&corpus)?.count();
        Ok(Run {
            target,
            executions,
            inputs,
            finding,
        })
    }

    /// Minimises the working corpus of a target into the repository.
    fn keep(&self, target: &str) -> Result<()> {
        let least = self.folder("least", target);
        if least.exists() {
            fs::remove_dir_all(&least)?;
        }
        fs::create_dir_all(&least)?;
        let mut command = self.workspace.command(&self.program);
        command
            .env("FUZZ_TARGET", target)
            .arg("-set_cover_merge=1")
            .arg(&least)
            .arg(self.corpus(target))
            .stderr(Stdio::null());
        workspace::run(&mut command)?;
        let kept = corpus::keep(&least, &self.committed(target))?;
        println!("fuzz: {target:<13} {kept} inputs kept");
        Ok(())
    }
}

/// The path of the input that libFuzzer says it has written.
fn written(said: &str) -> Option<PathBuf> {
    let (_, path) = said.rsplit_once("Test unit written to ")?;
    Some(PathBuf::from(path.lines().next()?.trim()))
}

fn summarise(runs: &[Run]) {
    println!("\n  target        executions   inputs  finding");
    for run in runs {
        let finding = run
            .finding
            .as_ref()
            .map_or_else(|| "none".to_owned(), |path| path.display().to_string());
        println!(
            "  {:<13} {:>10} {:>8}  {finding}",
            run.target, run.executions, run.inputs
        );
    }
    let executions: u64 = runs.iter().map(|run| run.executions).sum();
    let findings = runs.iter().filter(|run| run.finding.is_some()).count();
    println!("\nfuzz: {executions} executions, {findings} findings");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_named_by_the_path_that_libfuzzer_wrote() {
        let said = "x\nartifact_prefix='a/'; Test unit written to a/crash-1\nBase64: AA==\n";
        assert_eq!(written(said), Some(PathBuf::from("a/crash-1")));
        assert_eq!(written("Done 3 runs"), None);
    }

    #[test]
    fn an_unknown_target_is_named() {
        assert!(chosen(&["room".to_owned()]).is_ok());
        let error = chosen(&["rooms".to_owned()]).expect_err("there is none");
        assert!(error.to_string().contains("`rooms`"));
    }
}
