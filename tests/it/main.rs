//! Tests that cross crates, in one binary: it links once.
#![allow(
    clippy::unwrap_used,
    reason = "a panic is how a test speaks, in its helpers too"
)]

mod accounts;
mod api;
mod authorization;
mod backpressure;
mod crash;
mod disk;
mod fuzz;
mod hostile;
mod metrics;
mod outward;
mod process;
mod simulator;
mod socket;
mod store_contract;
mod support;
mod talk;
mod verify;
