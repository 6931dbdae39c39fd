//! `cargo xtask screenshots`: pictures of the demo maps, for the README.

use anyhow::{Context, Result};

use crate::workspace::{self, Flavour, Workspace};
use crate::{serve, tools};

/// Where the pictures are kept.
const FOLDER: &str = "docs/screenshots";

/// Builds the product and takes every picture anew.
///
/// # Errors
/// When it does not build, a view does not appear, or the pictures together are too large.
pub(crate) fn take(workspace: &Workspace, flavour: Flavour) -> Result<()> {
    tools::ensure_node(workspace)?;
    tools::ensure_npm_packages(workspace)?;
    let chromium = tools::ensure_chromium(workspace)?;
    let built = serve::build(workspace, flavour, &[])?;
    let folder = workspace.root().join(FOLDER);
    let mut command = workspace.command("node");
    command
        .arg("tests/screenshots/take.mjs")
        .arg(&folder)
        .env("SERVER_UNDER_TEST", &built.server)
        .env("PAGE_UNDER_TEST", &built.web)
        .env("CHROMIUM", chromium);
    workspace::run(&mut command).context("the pictures could not be taken")?;
    println!("the pictures are in {FOLDER}; look at each before it is committed");
    Ok(())
}
