//! `cargo xtask bench`: Waymark and other servers under the same load in one run.
//!
//! The load is an open loop: when each message is to be sent is fixed beforehand and
//! latency counts from that time, so a server that is slow cannot make the load wait for
//! it. Every delivery is counted; what is lost is a result.

mod crowd;
mod dialect;
mod large_map;
mod lib0;
mod load;
mod marker;
mod options;
mod process;
mod relay;
mod report;
mod scenario;
mod schedule;
mod server;
mod socket;
mod tally;
mod visitor;

use anyhow::Result;
use clap::Parser;

fn main() -> Result<()> {
    let options = options::Options::parse();
    if options.is_relay() {
        return relay::serve();
    }
    scenario::run_all(&options)
}
