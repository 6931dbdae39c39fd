//! What the commands need beside Rust: installed when missing, and said so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::progress::detail;
use crate::workspace::{self, WASM, Workspace};

/// The oldest Node.js whose test runner the JavaScript suites can use.
const NODE_MAJOR: u32 = 20;

/// Makes sure that Rust can compile for the browser.
///
/// # Errors
/// When the target is missing and `rustup` cannot add it.
pub(crate) fn ensure_wasm_target(workspace: &Workspace) -> Result<()> {
    if has_wasm_target(workspace) {
        return Ok(());
    }
    detail(format!(
        "adding Rust's {WASM} target (rustup, a few seconds)"
    ));
    workspace::run(workspace.command("rustup").args(["target", "add", WASM])).with_context(
        || {
            format!(
                "Rust cannot compile for the browser yet; with a network, \
             `rustup target add {WASM}` adds what is missing. \
             Rust from elsewhere than rustup needs its own package for {WASM}"
            )
        },
    )?;
    ensure!(
        has_wasm_target(workspace),
        "`rustup target add {WASM}` succeeded, but the rustc in use still lacks the target; \
         is it a rustc that rustup does not manage? See `rustup show` and `which rustc`"
    );
    Ok(())
}

fn has_wasm_target(workspace: &Workspace) -> bool {
    workspace::output(workspace.command("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        WASM,
    ]))
    .is_ok_and(|dir| Path::new(dir.trim()).is_dir())
}

/// Makes sure that a part of the Rust toolchain is there, as `cargo fmt` and `cargo clippy` are.
///
/// # Errors
/// When it is missing and `rustup` cannot add it.
pub(crate) fn ensure_component(workspace: &Workspace, command: &str, name: &str) -> Result<()> {
    if workspace::output(&mut workspace.cargo([command, "--version"])).is_ok() {
        return Ok(());
    }
    detail(format!(
        "adding {name} to the Rust toolchain (rustup, a few seconds)"
    ));
    workspace::run(workspace.command("rustup").args(["component", "add", name])).with_context(
        || format!("`cargo {command}` is missing; `rustup component add {name}` adds it"),
    )
}

/// Makes sure that there is a Node.js that can run the JavaScript suites.
///
/// # Errors
/// When it is missing or too old and apt cannot install it.
pub(crate) fn ensure_node(workspace: &Workspace) -> Result<()> {
    if node_major(workspace).is_none() || !is_installed("npm") {
        detail("installing Node.js and npm (apt-get)");
        apt_install(workspace, &["nodejs", "npm"]).with_context(|| {
            format!("the interoperability and browser tests need Node.js {NODE_MAJOR} or newer, with npm; install it and run this again")
        })?;
    }
    let major = node_major(workspace).unwrap_or(0);
    ensure!(
        major >= NODE_MAJOR,
        "Node.js {major} is too old for the tests: version {NODE_MAJOR} or newer is needed; \
         install it (a newer Debian has it, as has Node's own archive) and run this again"
    );
    Ok(())
}

fn node_major(workspace: &Workspace) -> Option<u32> {
    let version = workspace::output(workspace.command("node").arg("--version")).ok()?;
    version
        .trim()
        .strip_prefix('v')?
        .split('.')
        .next()?
        .parse()
        .ok()
}

/// Installs the JavaScript packages that the suites use, exactly as the lock file says.
///
/// # Errors
/// When npm fails, most often for want of a network.
pub(crate) fn ensure_npm_packages(workspace: &Workspace) -> Result<()> {
    let tests = workspace.root().join("tests");
    let lock = fs::read(tests.join("package-lock.json")).context("tests/package-lock.json")?;
    let installed_from = tests.join("node_modules").join(".installed-from");
    if fs::read(&installed_from).is_ok_and(|earlier| earlier == lock) {
        return Ok(());
    }
    detail("installing the JavaScript packages of the tests (npm ci)");
    workspace::run(
        workspace
            .command("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(&tests),
    )
    .context(
        "npm could not install the packages of tests/package-lock.json; is there a network?",
    )?;
    fs::write(&installed_from, &lock).context("cannot write below tests/node_modules")
}

/// Makes sure that there is a Chromium for the browser tests, and says where.
///
/// # Errors
/// When it is missing and apt cannot install it.
pub(crate) fn ensure_chromium(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(given) = std::env::var_os("CHROMIUM").map(PathBuf::from) {
        ensure!(
            given.is_file(),
            "CHROMIUM names {}, which does not exist",
            given.display()
        );
        return Ok(given);
    }
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    detail("installing Chromium (apt-get, about 100 MB)");
    apt_install(workspace, &["chromium"]).context(
        "the browser tests need Chromium; install it (Debian: the package `chromium`) and run \
         this again, or set CHROMIUM to the path of one",
    )?;
    find_chromium()
        .context("apt-get installed chromium, but it is not on the PATH; set CHROMIUM to its path")
}

fn find_chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .find_map(|name| find(name))
}

/// Installs Debian packages: directly as root, through `sudo` when it asks nothing.
fn apt_install(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    ensure!(
        is_installed("apt-get"),
        "there is no apt-get on this machine"
    );
    let prefix: &[&str] = if is_root(workspace) {
        &[]
    } else if is_installed("sudo") && sudo_asks_nothing(workspace) {
        &["sudo", "-n"]
    } else {
        bail!(
            "this needs root: run `sudo apt-get update && sudo apt-get install -y {}`",
            packages.join(" ")
        );
    };
    let apt = |arguments: &[&str]| {
        let mut words = prefix.iter().chain(&["apt-get"]).chain(arguments);
        let program = words.next().expect("the chain has at least apt-get");
        let mut command = workspace.command(program);
        command
            .args(words)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null());
        workspace::run(&mut command)
    };
    apt(&["update", "-qq"]).context("is there a network?")?;
    apt(&[
        &["install", "-y", "-qq", "--no-install-recommends"],
        packages,
    ]
    .concat())
}

fn is_root(workspace: &Workspace) -> bool {
    workspace::output(workspace.command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn sudo_asks_nothing(workspace: &Workspace) -> bool {
    workspace::output(workspace.command("sudo").args(["-n", "true"])).is_ok()
}

fn is_installed(program: &str) -> bool {
    find(program).is_some()
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|candidate| candidate.is_file())
}

/// Runs Node's test runner over the `*.test.mjs` files of a folder below `tests/`, so many
/// files at a time. Each file has its own servers and browsers.
pub(crate) fn node_tests(
    workspace: &Workspace,
    folder: &str,
    files_at_once: usize,
) -> Result<Command> {
    let dir = workspace.root().join("tests").join(folder);
    let mut files = Vec::new();
    for entry in fs::read_dir(&dir).with_context(|| format!("cannot read tests/{folder}"))? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    ensure!(!files.is_empty(), "tests/{folder} holds no *.test.mjs file");
    files.sort();
    let mut command = workspace.command("node");
    command
        .args(["--test", "--test-reporter=spec"])
        .arg(format!("--test-concurrency={files_at_once}"))
        .args(files)
        .stdin(Stdio::null());
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_on_the_path() {
        assert!(is_installed("sh"));
        assert!(!is_installed("waymark-no-such-program"));
    }
}
