//! `cargo xtask run` and `cargo xtask build`.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::progress::Progress;
use crate::workspace::{self, Flavour, Workspace};
use crate::{client, page, tools};

/// The phases of [`build_phases`].
const BUILD_PHASES: usize = 3;

/// What a build leaves behind.
#[derive(Debug)]
pub(crate) struct Built {
    /// The server's program.
    pub(crate) server: PathBuf,
    /// The folder with the page that it serves.
    pub(crate) web: PathBuf,
}

/// Builds the client and the server, and what else cargo is asked for by `more` (such as
/// `--package` and a name) for the server's profile.
///
/// # Errors
/// When a tool is missing that cannot be installed, or something does not compile.
pub(crate) fn build(workspace: &Workspace, flavour: Flavour, more: &[&str]) -> Result<Built> {
    let built = build_phases(workspace, flavour, more, &mut Progress::new(BUILD_PHASES))?;
    println!(
        "built {} and {}",
        built.server.display(),
        built.web.display()
    );
    Ok(built)
}

/// Builds the client and the server, then becomes the server.
///
/// # Errors
/// As [`build`], and when the address cannot be listened on.
pub(crate) fn run(
    workspace: &Workspace,
    flavour: Flavour,
    data: Option<&Path>,
    listen: SocketAddr,
) -> Result<()> {
    // Better now than after minutes of building.
    check_address(listen)?;
    let mut progress = Progress::new(BUILD_PHASES + 1);
    let built = build_phases(workspace, flavour, &[], &mut progress)?;
    let data = match data {
        Some(named) => {
            std::path::absolute(named).context("the data folder has no absolute path")?
        }
        None => workspace.root().join("data"),
    };
    progress.phase(&format!(
        "serving http://{listen}/ from {} (Ctrl-C stops it)",
        data.display()
    ));
    let mut command = Command::new(&built.server);
    command
        .arg("serve")
        .arg("--web")
        .arg(&built.web)
        .arg("--data")
        .arg(&data)
        .arg("--listen")
        .arg(listen.to_string());
    become_program(command)
}

fn build_phases(
    workspace: &Workspace,
    flavour: Flavour,
    more: &[&str],
    progress: &mut Progress,
) -> Result<Built> {
    progress.phase("checking the tools");
    tools::ensure_wasm_target(workspace)?;

    let is_warm = workspace.is_warm(Some(workspace::WASM), flavour.client_profile())
        && workspace.is_warm(None, flavour.server_profile().1);
    progress.phase(&format!(
        "building the client for the browser, and the server{}",
        first_time(is_warm, "5 to 9 minutes")
    ));
    // Side by side: the client's last step keeps one core busy for minutes, and cargo keeps
    // the two in different folders.
    let server = start_server_build(workspace, flavour, more)?;
    let client = client::build(workspace, flavour);
    // Also when the client failed: cargo would go on behind a prompt otherwise.
    let server = server.finish();
    let client = client?;
    server.context("the server does not build; what cargo says about it is above")?;

    progress.phase("assembling the page");
    let web = page::assemble(workspace, flavour, client)?;
    Ok(Built {
        server: workspace.server(flavour),
        web,
    })
}

fn start_server_build(
    workspace: &Workspace,
    flavour: Flavour,
    more: &[&str],
) -> Result<workspace::Running> {
    let profile = flavour.server_profile().0;
    let mut command = workspace.cargo(["build", "--package", "waymark-server"]);
    command.args(["--profile", profile]).args(more);
    workspace::start(command)
}

fn first_time(is_warm: bool, about: &str) -> String {
    if is_warm {
        String::new()
    } else {
        format!(" (the first time: {about} on 2 cores)")
    }
}

fn check_address(listen: SocketAddr) -> Result<()> {
    if let Err(error) = TcpListener::bind(listen) {
        match error.kind() {
            std::io::ErrorKind::AddrInUse => bail!(
                "{listen} is taken by another program; stop that one, or choose another \
                 port: `cargo xtask run --listen {}:{}`",
                listen.ip(),
                listen.port().wrapping_add(1)
            ),
            _ => bail!("cannot listen on {listen}: {error}; try `--listen 127.0.0.1:8080`"),
        }
    }
    Ok(())
}

/// Replaces this process, so that signals reach the server as if it had been started directly.
#[cfg(unix)]
fn become_program(mut command: Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    let error = command.exec();
    Err(error).with_context(|| format!("cannot start {}", workspace::spell(&command)))
}

/// Where a process cannot be replaced, Ctrl-C reaches both and the server decides when to stop.
#[cfg(not(unix))]
fn become_program(mut command: Command) -> Result<()> {
    workspace::run(&mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_said_before_anything_is_built() {
        let holder = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = holder.local_addr().expect("a bound address");
        let message = check_address(address).expect_err("it is taken").to_string();
        assert!(message.contains("is taken by another program"), "{message}");
        assert!(message.contains("--listen 127.0.0.1:"), "{message}");
    }
}
