//! `cargo xtask bench browser`: the same notes in Waymark and in two whiteboards, in one
//! browser.

use std::ffi::OsString;
use std::fs;

use anyhow::{Context, Result};

use crate::progress::detail;
use crate::workspace::{self, Flavour, Workspace};
use crate::{serve, tools};

/// The benchmark's folder. Its packages are installed only when it is asked for.
const FOLDER: &str = "tests/bench/browser";

/// Builds the product as people get it and runs the benchmark with what follows on the
/// command line.
///
/// # Errors
/// When something cannot be built or installed, or the benchmark fails.
pub(crate) fn run(workspace: &Workspace, arguments: &[OsString]) -> Result<()> {
    tools::ensure_node(workspace)?;
    tools::ensure_npm_packages(workspace)?;
    ensure_whiteboards(workspace)?;
    let mut command = workspace.command("node");
    command.arg(format!("{FOLDER}/main.mjs")).args(arguments);
    let only_explains = arguments.iter().any(|word| word == "--help");
    if !only_explains {
        let chromium = tools::ensure_chromium(workspace)?;
        let built = serve::build(workspace, Flavour::Release, &[])?;
        command
            .env("SERVER_UNDER_TEST", &built.server)
            .env("PAGE_UNDER_TEST", &built.web)
            .env("CHROMIUM", chromium);
    }
    workspace::run(&mut command)
}

/// Installs the whiteboards, exactly as the lock file says.
fn ensure_whiteboards(workspace: &Workspace) -> Result<()> {
    let folder = workspace.root().join(FOLDER);
    let lock = fs::read(folder.join("package-lock.json"))
        .with_context(|| format!("{FOLDER}/package-lock.json"))?;
    let installed_from = folder.join("node_modules").join(".installed-from");
    if fs::read(&installed_from).is_ok_and(|earlier| earlier == lock) {
        return Ok(());
    }
    detail("installing the whiteboards to compare with (npm ci, half a minute, once)");
    workspace::run(
        workspace
            .command("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(&folder),
    )
    .with_context(|| {
        format!(
            "npm could not install the packages of {FOLDER}/package-lock.json; is there a network?"
        )
    })?;
    fs::write(&installed_from, &lock)
        .with_context(|| format!("cannot write below {FOLDER}/node_modules"))
}
