//! `cargo xtask …`: one command for all set-up, building, running, checking and testing.
//!
//! Each command installs what it needs when it can, says what it is doing, and names the
//! remedy when it cannot. Every step is idempotent, and quick the second time.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "talking to the person at the terminal is what a build tool is for"
)]

mod boundaries;
mod browser_bench;
mod check;
mod client;
mod fuzz;
mod page;
mod progress;
mod proofs;
mod screenshots;
mod serve;
mod suites;
mod tidy;
mod tools;
mod workspace;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::proofs::Proof;
use crate::workspace::{Flavour, Workspace};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, runs, checks and tests Waymark")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the client and the server, then serve the demo maps
    Run {
        #[command(flatten)]
        build: BuildArgs,
        /// Folder of the embedded store, made when it is missing [default: the repository's data/]
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// Address to serve on; loopback only until people can sign in
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
    },
    /// Build the client and the server
    Build {
        #[command(flatten)]
        build: BuildArgs,
    },
    /// Format, lints, boundaries, tidiness and documentation; compiles but runs nothing
    Check,
    /// Take the pictures of the demo maps that the README shows
    Screenshots {
        #[command(flatten)]
        build: BuildArgs,
    },
    /// Every test: Rust, interoperability with JavaScript, and the real browser
    Test {
        /// Only these parts (all when none is named)
        #[arg(value_enum)]
        parts: Vec<suites::Part>,
    },
    /// Run seeded worlds full of accidents; `--help` after it tells how many and which
    #[command(disable_help_flag = true)]
    Sim(ProofArgs),
    /// Kill the real server, or cut its power, again and again under load
    #[command(disable_help_flag = true)]
    Crash(ProofArgs),
    /// Do random things here and in Yjs, and compare
    #[command(disable_help_flag = true)]
    Differential(ProofArgs),
    /// Throw made-up bytes at everything that takes bytes from outside
    Fuzz(fuzz::FuzzArgs),
    /// Measure this server, and others beside it; `bench browser` measures the page
    #[command(disable_help_flag = true)]
    Bench(ProofArgs),
    /// Besiege a real server with slow readers or a hundred thousand documents
    #[command(disable_help_flag = true)]
    Siege(ProofArgs),
}

/// What is handed on to a proof as it is.
#[derive(Args)]
struct ProofArgs {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

#[derive(Args)]
struct BuildArgs {
    /// Optimise for people instead of for the next change
    #[arg(long)]
    release: bool,
}

impl BuildArgs {
    fn flavour(&self) -> Flavour {
        if self.release {
            Flavour::Release
        } else {
            Flavour::Dev
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = Workspace::find().and_then(|workspace| match cli.command {
        Command::Run {
            build,
            data,
            listen,
        } => serve::run(&workspace, build.flavour(), data.as_deref(), listen),
        Command::Build { build } => serve::build(&workspace, build.flavour(), &[]).map(drop),
        Command::Screenshots { build } => screenshots::take(&workspace, build.flavour()),
        Command::Check => check::run(&workspace),
        Command::Test { parts } => suites::run(&workspace, &parts),
        Command::Sim(proof) => proofs::run(&workspace, Proof::Sim, &proof.arguments),
        Command::Crash(proof) => proofs::run(&workspace, Proof::Crash, &proof.arguments),
        Command::Differential(proof) => {
            proofs::run(&workspace, Proof::Differential, &proof.arguments)
        }
        Command::Fuzz(args) => fuzz::run(&workspace, &args),
        Command::Bench(proof) => match proof.arguments.split_first() {
            Some((first, rest)) if first == "browser" => browser_bench::run(&workspace, rest),
            _ => proofs::run(&workspace, Proof::Bench, &proof.arguments),
        },
        Command::Siege(proof) => proofs::run(&workspace, Proof::Siege, &proof.arguments),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
