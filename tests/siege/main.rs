//! `cargo xtask siege`: a real server under siege, measured from outside.
//!
//! `rooms` opens and closes many documents and looks at what the server's memory comes
//! back to. `readers` types in one map with and without readers that take next to
//! nothing, and compares how long the others' letters travel. Each ends with one line
//! that sums up, and exit code 1 if what was promised did not hold.
#![allow(
    clippy::print_stdout,
    reason = "a program whose result is what it prints"
)]

mod readers;
mod rooms;
mod server;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask siege",
    about = "Besieges a real server and measures it"
)]
struct Arguments {
    #[command(subcommand)]
    siege: Siege,
}

#[derive(Subcommand)]
enum Siege {
    /// Open and close many documents; memory must come back to its start
    Rooms(rooms::Options),
    /// Type beside readers that hardly read; the others must not notice
    Readers(readers::Options),
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let held = match Arguments::parse().siege {
        Siege::Rooms(options) => rooms::run(&options).await?,
        Siege::Readers(options) => readers::run(&options).await?,
    };
    Ok(if held {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
