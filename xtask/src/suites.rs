//! `cargo xtask test`: every test there is, part by part.

use std::ffi::OsString;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::progress::{Progress, spoken, timed};
use crate::proofs::{self, Proof};
use crate::serve::{self, Built};
use crate::tools;
use crate::workspace::{self, Flavour, Workspace};

/// One kind of test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Units, the simulator, the store contract and the real server over sockets
    Rust,
    /// Standard Yjs clients from npm against the real server
    Interop,
    /// Several people in real browsers, with the client as people get it
    Browser,
    /// A small budget of each proof: simulator, crashes, comparison with Yjs, load
    Proofs,
}

impl Part {
    const ALL: [Self; 4] = [Self::Rust, Self::Interop, Self::Browser, Self::Proofs];

    fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Interop => "interop",
            Self::Browser => "browser",
            Self::Proofs => "proofs",
        }
    }

    fn needs_product(self) -> bool {
        matches!(self, Self::Interop | Self::Browser)
    }
}

/// How one part went.
struct Outcome {
    name: &'static str,
    result: Result<()>,
    took: Duration,
}

/// Runs the parts that were asked for, or all; a part that fails does not stop the next.
///
/// # Errors
/// When any part fails.
pub(crate) fn run(workspace: &Workspace, asked: &[Part]) -> Result<()> {
    let parts: Vec<Part> = Part::ALL
        .into_iter()
        .filter(|part| asked.is_empty() || asked.contains(part))
        .collect();
    let mut outcomes = Vec::new();

    let mut progress = Progress::new(parts.len() + 1);
    progress.phase("checking what the tests need");
    let chromium = prepare(workspace, &parts)?;

    let mut built = None;
    for &part in &parts {
        if part.needs_product() && built.is_none() {
            println!("      building the client and the server as people get them");
            // What the proofs run is compiled while the client keeps the other core busy.
            let more: &[&str] = if parts.contains(&Part::Proofs) {
                &["--package", "waymark-tests", "--bins"]
            } else {
                &[]
            };
            let (result, took) = timed(|| serve::build(workspace, Flavour::Release, more));
            let (result, product) = match result {
                Ok(product) => (Ok(()), Some(product)),
                Err(error) => (Err(error), None),
            };
            outcomes.push(Outcome {
                name: "build",
                result,
                took,
            });
            built = product;
            if built.is_none() {
                break;
            }
        }
        progress.phase(&format!("tests: {}", part.name()));
        let (result, took) = timed(|| match (part, &built) {
            (Part::Rust, _) => rust(workspace),
            (Part::Proofs, _) => proofs(workspace),
            (_, Some(built)) => node(workspace, part, built, chromium.as_deref()),
            (_, None) => bail!("the product was not built"),
        });
        outcomes.push(Outcome {
            name: part.name(),
            result,
            took,
        });
    }
    summarise(&outcomes)
}

/// Installs what the parts need; returns the browser when one is needed.
fn prepare(workspace: &Workspace, parts: &[Part]) -> Result<Option<std::path::PathBuf>> {
    if parts.iter().any(|part| part.needs_product()) {
        tools::ensure_wasm_target(workspace)?;
        tools::ensure_node(workspace)?;
        tools::ensure_npm_packages(workspace)?;
    }
    if parts.contains(&Part::Browser) {
        return tools::ensure_chromium(workspace).map(Some);
    }
    Ok(None)
}

fn rust(workspace: &Workspace) -> Result<()> {
    // The client's plain logic is tested here too, compiled for this machine.
    workspace::run(&mut workspace.cargo(["test", "--workspace", "--no-fail-fast"]))
}

/// What each proof is given here. Fuzzing draws by chance and is not among them: the tests
/// replay its corpus instead. `docs/evidence.md` has what it was given at length.
const BUDGETS: [(Proof, &[&str]); 5] = [
    (Proof::Sim, &["--seeds", "2000", "--threads", "2"]),
    (Proof::Crash, &["--rounds", "20"]),
    (Proof::Crash, &["--rounds", "20", "--power-loss"]),
    (Proof::Differential, &["--cases", "2000"]),
    (Proof::Bench, &["--quick"]),
];

fn proofs(workspace: &Workspace) -> Result<()> {
    for (proof, arguments) in BUDGETS {
        let arguments: Vec<_> = arguments.iter().map(OsString::from).collect();
        proofs::run(workspace, proof, &arguments)
            .with_context(|| format!("cargo xtask {} …", proof.program()))?;
    }
    Ok(())
}

fn node(
    workspace: &Workspace,
    part: Part,
    built: &Built,
    chromium: Option<&std::path::Path>,
) -> Result<()> {
    // A browser test mostly waits for its pages, so that two get on beside each other; the
    // interoperability tests keep a core busy each.
    let files_at_once = if part == Part::Browser { 2 } else { 1 };
    let mut command = tools::node_tests(workspace, part.name(), files_at_once)?;
    command
        .env("SERVER_UNDER_TEST", &built.server)
        .env("PAGE_UNDER_TEST", &built.web);
    if let Some(chromium) = chromium {
        command.env("CHROMIUM", chromium);
    }
    workspace::run(&mut command).with_context(|| format!("tests/{}", part.name()))
}

fn summarise(outcomes: &[Outcome]) -> Result<()> {
    println!("\nsummary");
    for outcome in outcomes {
        let verdict = if outcome.result.is_ok() {
            "ok"
        } else {
            "FAILED"
        };
        println!(
            "  {:<8} {verdict:<7} {}",
            outcome.name,
            spoken(outcome.took)
        );
    }
    let failed: Vec<&Outcome> = outcomes
        .iter()
        .filter(|outcome| outcome.result.is_err())
        .collect();
    for outcome in &failed {
        if let Err(error) = &outcome.result {
            println!("  {}: {error:#}", outcome.name);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("{} of {} parts failed", failed.len(), outcomes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failed_part_fails_the_whole() {
        let outcome = |name, result| Outcome {
            name,
            result,
            took: Duration::ZERO,
        };
        summarise(&[outcome("rust", Ok(()))]).expect("nothing failed");
        let error = summarise(&[
            outcome("rust", Ok(())),
            outcome("browser", Err(anyhow::anyhow!("it broke"))),
        ])
        .expect_err("one failed");
        assert_eq!(error.to_string(), "1 of 2 parts failed");
    }
}
