//! The simulated world: fixed seeds, saved plans, and scenes with a name.

mod flaws;
mod plans;
mod scenes;
mod seeds;
