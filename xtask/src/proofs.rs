//! `cargo xtask sim | crash | differential | bench | siege`: proofs that can be run for as long as
//! somebody has patience. Each is a program of the tests' package, built for speed, that
//! explains its own options with `--help`.

use std::ffi::OsString;

use anyhow::Result;

use crate::tools;
use crate::workspace::{self, Workspace};

/// One proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Seeded worlds full of accidents.
    Sim,
    /// The real server, killed or without power at random points.
    Crash,
    /// The same operations here and in Yjs.
    Differential,
    /// Load, side by side with other servers.
    Bench,
    /// Hostile clients and many documents.
    Siege,
}

impl Proof {
    /// The program's name in the tests' package, and the command's.
    pub(crate) fn program(self) -> &'static str {
        match self {
            Self::Sim => "sim",
            Self::Crash => "crash",
            Self::Differential => "differential",
            Self::Bench => "bench",
            Self::Siege => "siege",
        }
    }

    /// Whether it uses the tests' packages from npm. The bench installs the servers that it
    /// compares with itself, once they are asked for.
    fn needs_node(self) -> bool {
        matches!(self, Self::Differential)
    }

    /// Whether it starts the server's program.
    fn needs_server(self) -> bool {
        matches!(self, Self::Crash | Self::Bench | Self::Siege)
    }
}

/// Builds what a proof needs and runs it with what follows on the command line.
///
/// # Errors
/// When something cannot be built or installed, or the proof fails.
pub(crate) fn run(workspace: &Workspace, proof: Proof, arguments: &[OsString]) -> Result<()> {
    if proof.needs_node() {
        tools::ensure_node(workspace)?;
        tools::ensure_npm_packages(workspace)?;
    }
    let mut build = workspace.cargo(["build", "--release", "--package", "waymark-tests"]);
    build.args(["--bin", proof.program()]);
    if proof.needs_server() {
        build.args(["--package", "waymark-server", "--bin", "waymark"]);
    }
    workspace::run(&mut build)?;
    let program = workspace.target().join("release").join(format!(
        "{}{}",
        proof.program(),
        std::env::consts::EXE_SUFFIX
    ));
    let mut command = workspace.command(program);
    command.args(arguments).env(
        "SERVER_UNDER_TEST",
        workspace.server(workspace::Flavour::Release),
    );
    workspace::run(&mut command)
}
