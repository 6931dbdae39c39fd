//! A world in one thread: the real sync core and the real model under a seeded clock.
//!
//! Waymark's promises are about orderings: an edit shown as Saved survives a power cut
//! between any two messages, replicas agree after any loss. Tests with sockets see a
//! handful of orderings, slowly. Here everything that could be late, lost or forgotten
//! is an event in one queue ordered by time and sequence number, so that a seed decides
//! the whole run, thousands of runs take a minute, and a failure can be repeated.
//!
//! What is real: [`waymark_sync::Room`], [`waymark_sync::Replica`], the wire format of
//! both dialects, and every edit of [`waymark_model`]. What is simulated:
//!
//! | part | file | what it may do |
//! |---|---|---|
//! | clock and chance | `event`, `rng`, `weather` | one queue; latencies and bounds from the seed |
//! | network | `link`, `faults` | keep order, hold little, stop between any two messages, leave one end unaware |
//! | people | `person`, `client_side`, `edits` | edit, type, undo, show presence, stop reading |
//! | other programs | `plain` | a y-websocket client with a codec of its own |
//! | server process | `doors`, `server` | tokens and roles, rooms with mailboxes and turns, credit, retirement, stop, crash |
//! | storage | `disk`, `storage`, `compaction` | written versus flushed, failing, stalling, snapshot then trim, struck at each of these steps |
//!
//! What must hold (`oracle`, `bounds`, and checks on the way in `client_side`, `server`, `storage`):
//! after everything is healed and quiet, all replicas, newcomers of both dialects and the
//! reloaded log have equal state vectors, deletions and maps, with nothing pending;
//! whatever was shown as Saved was flushed by then and is there after any crash;
//! presence shows exactly who is there; nobody who may only look changes anything; no
//! session ever has more frames in hand than its credit, and no room ever holds more for a
//! session or for the store than its limits say; one append and one compaction at
//! most are under way; nobody honest is closed or refused; a state that is shown is told
//! when it changes; no map breaks the model's invariants; and the same seed gives the same
//! [`Trace`] twice.
//!
//! A test in words:
//!
//! ```
//! use waymark_tests::World;
//!
//! let mut world = World::new(7);
//! let [ana, ben] = world.join_all("map", ["ana", "ben"]);
//! world.run_until_quiet();
//! world.cut(ben);
//! world.type_into(ana, 20);
//! world.run_until_quiet();
//! world.heal(ben);
//! world.run_until_quiet();
//! assert_eq!(world.map(ana), world.map(ben));
//! world.assert_converged();
//! ```
//!
//! Random runs are [`Plan`]s: lists of timed steps made from a seed ([`Plan::generate`]).
//! A plan that fails is shrunk and saved in `tests/plans/` as JSON lines; every file there
//! is replayed with the tests for ever, so give it a name that says what broke.
//! `WAYMARK_SEEDS=1000..20000 cargo test -p waymark-tests --test it simulator::seeds`
//! runs more seeds.
//!
//! The oracles are tested too: a [`Flaw`] breaks the world on purpose, and the tests
//! demand that it is noticed.

mod bounds;
mod client_side;
mod compaction;
mod disk;
mod doors;
mod edits;
mod event;
mod faults;
mod fixture;
mod footprint;
mod generate;
mod grants;
mod history;
mod intruder;
mod link;
mod oracle;
mod person;
mod plain;
mod plan;
mod promises;
mod rng;
mod run;
mod server;
mod sleep;
mod storage;
mod tally;
mod trace;
mod traffic;
mod weather;
mod world;

pub use compaction::{CompactionStep, Strike};
pub use disk::SimDisk;
pub use edits::{EditKind, choose as any_edit};
pub use faults::Unaware;
pub use footprint::Footprint;
pub use person::PersonId;
pub use plan::{Act, Blind, Plan, Step};
pub use rng::Rng;
pub use run::{Failure, Outcome, Telling, plans_folder, report, run, run_with, shrink};
pub use tally::Tally;
pub use trace::Trace;
pub use weather::Weather;
pub use world::{Flaw, World};
