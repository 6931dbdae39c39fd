//! Where things are, and how cargo and other programs are started.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail, ensure};

/// The target that the client is compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// For whom something is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// Quick to build, for whoever is changing the code.
    Dev,
    /// Small and fast, as people get it.
    Release,
}

impl Flavour {
    /// The folder name below `target/web`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }

    /// The cargo profile of the client.
    pub(crate) fn client_profile(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "client",
        }
    }

    /// The cargo profile of the server, and the folder cargo keeps it in.
    pub(crate) fn server_profile(self) -> (&'static str, &'static str) {
        match self {
            Self::Dev => ("dev", "debug"),
            Self::Release => ("release", "release"),
        }
    }
}

/// The repository on this machine.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the repository that this tool belongs to.
    ///
    /// # Errors
    /// When it was not started through cargo, or the repository has moved since.
    pub(crate) fn find() -> Result<Self> {
        // Cargo says at run time where the manifest is; the path compiled in could be that
        // of another checkout which shares the target folder.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .parent()
            .context("the xtask package has no parent folder")?
            .to_path_buf();
        ensure!(
            root.join("Cargo.toml").is_file(),
            "no Cargo.toml in {}; start this as `cargo xtask …` inside the repository",
            root.display()
        );
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |dir| root.join(dir));
        Ok(Self { root, target })
    }

    /// The repository's root folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder with everything that is built.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Where the assembled page of a flavour is.
    pub(crate) fn web(&self, flavour: Flavour) -> PathBuf {
        self.target.join("web").join(flavour.name())
    }

    /// Where cargo leaves the server of a flavour.
    pub(crate) fn server(&self, flavour: Flavour) -> PathBuf {
        let name = format!("waymark{}", std::env::consts::EXE_SUFFIX);
        self.target.join(flavour.server_profile().1).join(name)
    }

    /// Whether anything was built for `target` and `profile` before: the first time takes minutes.
    pub(crate) fn is_warm(&self, target: Option<&str>, profile: &str) -> bool {
        let base = target.map_or_else(|| self.target.clone(), |name| self.target.join(name));
        base.join(profile).join("deps").is_dir()
    }

    /// A cargo command that runs at the root of the repository.
    pub(crate) fn cargo<I, S>(&self, arguments: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = self.command(cargo);
        command.args(arguments);
        command
    }

    /// Any command, run at the root of the repository.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }
}

/// Runs a command whose output the person sees.
///
/// # Errors
/// When it cannot be started or does not succeed; the message repeats the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .map_err(|error| not_started(command, &error))?;
    succeeded(command, status)
}

/// A command that was started and is still to be waited for.
#[derive(Debug)]
pub(crate) struct Running {
    command: Command,
    child: Child,
}

impl Running {
    /// Waits for its end.
    ///
    /// # Errors
    /// When it does not succeed; the message repeats the command.
    pub(crate) fn finish(mut self) -> Result<()> {
        let status = self
            .child
            .wait()
            .map_err(|error| not_started(&self.command, &error))?;
        succeeded(&self.command, status)
    }
}

/// Starts a command whose output the person sees, and does not wait.
///
/// # Errors
/// When it cannot be started.
pub(crate) fn start(mut command: Command) -> Result<Running> {
    let child = command
        .spawn()
        .map_err(|error| not_started(&command, &error))?;
    Ok(Running { command, child })
}

/// Runs a command and returns what it printed.
///
/// # Errors
/// When it cannot be started or does not succeed; the message ends with what it said.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| not_started(command, &error))?;
    succeeded(command, output.status)
        .with_context(|| String::from_utf8_lossy(&output.stderr).trim().to_owned())?;
    String::from_utf8(output.stdout)
        .with_context(|| format!("{} did not print text", spell(command)))
}

/// A command as one would type it.
pub(crate) fn spell(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_stem().unwrap_or(program.as_os_str());
    std::iter::once(name)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!("`{}` failed ({status})", spell(command))
}

fn not_started(command: &Command, error: &io::Error) -> anyhow::Error {
    let program = command.get_program().to_string_lossy().into_owned();
    match error.kind() {
        io::ErrorKind::NotFound => anyhow::anyhow!("the program `{program}` is not installed"),
        _ => anyhow::anyhow!("`{program}` could not be started: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("waymark-no-such-program")).expect_err("cannot start");
        assert_eq!(
            error.to_string(),
            "the program `waymark-no-such-program` is not installed"
        );
    }

    #[test]
    fn a_failed_command_is_repeated_in_the_message() {
        let workspace = Workspace::find().expect("the tests run inside the repository");
        let mut command = workspace.cargo(["no-such-command"]);
        let error = output(&mut command).expect_err("cargo refuses");
        assert!(format!("{error:#}").contains("`cargo no-such-command` failed"));
    }
}
