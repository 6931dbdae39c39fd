//! `kill -9` at random points, and what the people then find.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tempfile::TempDir;
use waymark_tests::Rng;

use crate::Outcome;
use crate::ledger::Verdict;
use crate::person::Manner;
use crate::server::{self, Server};
use crate::town::Town;

/// So many rounds share a folder, so that logs grow, compact and are opened again.
const ROUNDS_A_FOLDER: u64 = 25;
/// The longest life of a server that is killed while it opens its store.
const OPENING_MS: u64 = 40;

/// A town and its folder.
struct Epoch {
    town: Town,
    data: TempDir,
}

impl Epoch {
    async fn begin(rng: &mut Rng) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let town = Town::found(data.path(), rng.fork(), Manner::Typing).await?;
        Ok(Self { town, data })
    }
}

/// Kills the real server so often.
///
/// # Errors
/// When something does not go on: a server that does not start, people who are not saved.
pub(crate) async fn run(rounds: u64, seed: u64) -> Result<Outcome> {
    let started = Instant::now();
    let mut rng = Rng::new(seed);
    let mut outcome = Outcome::default();
    let mut epoch = Epoch::begin(&mut rng).await?;
    for round in 1..=rounds {
        if round % ROUNDS_A_FOLDER == 0 {
            finish(&mut epoch, &mut outcome).await?;
            epoch = Epoch::begin(&mut rng).await?;
        }
        let verdict = one_round(&mut epoch, &mut rng)
            .await
            .with_context(|| format!("seed {seed}, round {round}"))?;
        outcome.note(&format!("round {round}"), verdict);
        outcome.rounds += 1;
        if round % 50 == 0 {
            outcome.progress(&format!("{round} rounds in {:.0?}", started.elapsed()));
        }
    }
    finish(&mut epoch, &mut outcome).await?;
    Ok(outcome)
}

/// Starts, looks, lets people come back, lets them type, kills.
async fn one_round(Epoch { town, data }: &mut Epoch, rng: &mut Rng) -> Result<Verdict> {
    if rng.chance(10) {
        kill_while_it_opens(data.path(), rng).await?;
    }
    let server = Server::start(data.path())?;
    // Before anybody comes back who could bring a lost edit along.
    let mut verdict = town.known().check_saved(&server.url).await?;
    town.go(&server.url, false);
    if rng.chance(25) {
        verdict.add(town.converge(&server.url).await?);
    }
    town.go(&server.url, true);
    for _ in 0..rng.between(1, 3) {
        town.acknowledgements(rng.between(1, 60)).await?;
        if rng.chance(30) {
            town.replace_somebody();
            town.go(&server.url, true);
        }
    }
    server.kill();
    town.hold();
    Ok(verdict)
}

/// A server that never gets so far as to serve.
async fn kill_while_it_opens(data: &std::path::Path, rng: &mut Rng) -> Result<()> {
    let mut child = server::command(data)?
        .stderr(std::process::Stdio::null())
        .spawn()?;
    // There is nothing to wait for but time: it is to be killed before it says anything.
    tokio::time::sleep(Duration::from_millis(rng.below(OPENING_MS))).await;
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// The last look at a folder: everybody converges, and again on what was stored.
async fn finish(Epoch { town, data }: &mut Epoch, outcome: &mut Outcome) -> Result<()> {
    let server = Server::start(data.path())?;
    let verdict = town.known().check_saved(&server.url).await?;
    outcome.note("the last look", verdict);
    town.go(&server.url, false);
    let verdict = town.converge(&server.url).await?;
    outcome.note("converging", verdict);
    server.kill();
    town.hold();
    let server = Server::start(data.path())?;
    let verdict = town.known().check_saved(&server.url).await?;
    outcome.note("what is stored after converging", verdict);
    server.kill();
    let (made, saved) = town.known().totals();
    outcome.made += made;
    outcome.saved += saved;
    Ok(())
}
