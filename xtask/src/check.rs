//! `cargo xtask check`: everything that can be known without running the product.

use anyhow::{Context, Result};

use crate::progress::{Progress, spoken, timed};
use crate::workspace::{self, WASM, Workspace};
use crate::{boundaries, tidy, tools};

/// Runs all checks, the quickest first.
///
/// # Errors
/// On the first finding.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let (result, took) = timed(|| phases(workspace));
    result?;
    println!("check: everything is in order ({})", spoken(took));
    Ok(())
}

fn phases(workspace: &Workspace) -> Result<()> {
    let mut progress = Progress::new(7);

    progress.phase("format");
    tools::ensure_component(workspace, "fmt", "rustfmt")?;
    workspace::run(&mut workspace.cargo(["fmt", "--all", "--check"]))
        .context("the format differs; `cargo fmt --all` mends it")?;

    progress.phase("tidiness");
    tidy::check(workspace)?;

    progress.phase("boundaries between the crates");
    tools::ensure_wasm_target(workspace)?;
    boundaries::check(workspace)?;

    progress.phase("lints, native");
    tools::ensure_component(workspace, "clippy", "clippy")?;
    let warnings_denied = ["--", "-D", "warnings"];
    workspace::run(
        workspace
            .cargo(["clippy", "--workspace", "--all-targets"])
            .args(warnings_denied),
    )?;

    progress.phase("lints, in the browser");
    workspace::run(
        workspace
            .cargo([
                "clippy",
                "--package",
                "waymark-client",
                "--all-targets",
                "--target",
                WASM,
            ])
            .args(warnings_denied),
    )?;

    progress.phase("sync and model, each alone in the browser");
    for package in ["waymark-sync", "waymark-model"] {
        workspace::run(&mut workspace.cargo(["check", "--package", package, "--target", WASM]))?;
    }

    progress.phase("documentation, broken links denied");
    workspace::run(
        workspace
            .cargo(["doc", "--workspace", "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}
