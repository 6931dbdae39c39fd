//! The power is cut: unflushed writes are dropped, torn and reordered.
//!
//! The real server runs in this process, with real sockets and people. Whenever its store is
//! about to sync its file, what was written so far is copied. When it is about to sync the
//! next time, everything that anybody has been told so far was covered by the first of the
//! two, so that is a point to cut the power at: the disk then holds the first copy and any
//! part of the difference to the second. A server is started on that, and somebody who has
//! nothing looks for everything that was shown saved.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use waymark_server::store::{Faults, SledStore, Store};
use waymark_server::{Config, RunError, run_on};
use waymark_tests::Rng;

use crate::Outcome;
use crate::disk::Image;
use crate::ledger::Ledger;
use crate::person::Manner;
use crate::town::{Snapshot, Town};
use waymark_sync::DocumentId;

/// So many points are taken from one running server.
const POINTS_A_SERVER: u64 = 25;
/// Points that wait for being looked at; the store waits when there are more.
const WAITING: usize = 4;
/// Small, so that pages are read back from the file.
const CACHE_BYTES: u64 = 8 << 20;

/// A point at which the power is cut.
struct Cut {
    synced: Image,
    live: Image,
    told: Snapshot,
}

/// Takes pictures of a disk around its syncs.
#[derive(Debug)]
struct Camera {
    ledgers: Vec<(DocumentId, Arc<Ledger>)>,
    cuts: mpsc::Sender<Cut>,
    state: Mutex<Film>,
    stopped: AtomicBool,
}

#[derive(Debug)]
struct Film {
    rng: Rng,
    /// Syncs to let pass before the next picture.
    pass: u64,
    /// Syncs that are taken for ones that did nothing, and how many of them are left.
    ignore: u64,
    ignored: u64,
    /// What the last sync is sure to have covered.
    synced: Option<Image>,
}

impl Faults for Camera {
    fn before_sync(&self, database: &Path) -> io::Result<()> {
        if self.stopped.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut film = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let told = Snapshot::of(&self.ledgers);
        if film.pass > 0 && film.synced.is_none() {
            film.pass -= 1;
            return Ok(());
        }
        let Ok(live) = Image::of(database) else {
            return Ok(());
        };
        match film.synced.take() {
            // This sync is going to cover it.
            None => film.synced = Some(live),
            Some(synced) if film.ignored < film.ignore => {
                film.ignored += 1;
                film.synced = Some(synced);
            }
            Some(synced) => {
                film.ignored = 0;
                film.pass = film.rng.below(4);
                let cut = Cut { synced, live, told };
                // Nobody looks any more if this fails.
                let _ = self.cuts.blocking_send(cut);
            }
        }
        Ok(())
    }
}

/// A server in this process.
pub(crate) struct Inside {
    pub(crate) url: String,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), RunError>>,
}

impl Inside {
    pub(crate) async fn start(data: &Path, faults: Option<Arc<dyn Faults>>) -> Result<Self> {
        let config = Config {
            data: data.to_owned(),
            web: data.join("no-client"),
            demo: false,
            compact_records: 30,
            compact_bytes: 200_000,
            frames_per_second: 1_000,
            frames_burst: 1_000,
            ..Config::default()
        };
        let folder: PathBuf = data.to_owned();
        let opened =
            tokio::task::spawn_blocking(move || SledStore::open_with(&folder, CACHE_BYTES, faults));
        let store = opened.await.context("opening the store failed inside")??;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("ws://{}/sync", listener.local_addr()?);
        let (stop, stopped) = oneshot::channel();
        let shutdown = async { drop(stopped.await) };
        let running = tokio::spawn(run_on(Store::Sled(store), config, listener, shutdown));
        Ok(Self { url, stop, running })
    }

    pub(crate) async fn stop(self) -> Result<()> {
        // It has ended already if this fails.
        let _ = self.stop.send(());
        self.running.await??;
        Ok(())
    }
}

/// Cuts the power so often.
///
/// # Errors
/// When something does not go on: a store that does not open, people who are not saved.
pub(crate) async fn run(points: u64, seed: u64, ignore: u64) -> Result<Outcome> {
    let started = Instant::now();
    let mut rng = Rng::new(seed);
    let mut outcome = Outcome::default();
    while outcome.rounds < points {
        let some = POINTS_A_SERVER.min(points - outcome.rounds);
        one_server(some, ignore, &mut rng, &mut outcome)
            .await
            .with_context(|| format!("seed {seed}, after {} points", outcome.rounds))?;
        outcome.progress(&format!(
            "{} points in {:.0?}",
            outcome.rounds,
            started.elapsed()
        ));
    }
    Ok(outcome)
}

async fn one_server(points: u64, ignore: u64, rng: &mut Rng, outcome: &mut Outcome) -> Result<()> {
    let data = tempfile::tempdir()?;
    let manner = match rng.chance(30) {
        true => Manner::Pasting,
        false => Manner::Typing,
    };
    let mut town = Town::found(data.path(), rng.fork(), manner).await?;
    let (cuts, mut pictures) = mpsc::channel(WAITING);
    let film = Film {
        rng: rng.fork(),
        pass: rng.below(20),
        ignore,
        ignored: 0,
        synced: None,
    };
    let camera = Arc::new(Camera {
        ledgers: town.ledgers(),
        cuts,
        state: Mutex::new(film),
        stopped: AtomicBool::new(false),
    });
    let server = Inside::start(data.path(), Some(camera.clone())).await?;
    town.go(&server.url, true);
    for _ in 0..points {
        let next = tokio::time::timeout(crate::line::PATIENCE, pictures.recv()).await;
        let cut = next.context("nothing is synced")?.context("no camera")?;
        look(cut, rng, outcome).await?;
        if rng.chance(30) {
            town.replace_somebody();
            town.go(&server.url, true);
        }
    }
    camera.stopped.store(true, Ordering::Relaxed);
    pictures.close();
    let verdict = town.converge(&server.url).await?;
    outcome.note("converging", verdict);
    let (made, saved) = town.known().totals();
    outcome.made += made;
    outcome.saved += saved;
    town.hold();
    server.stop().await
}

/// Starts a server on what the cut left, and looks for what was shown saved.
async fn look(cut: Cut, rng: &mut Rng, outcome: &mut Outcome) -> Result<()> {
    outcome.rounds += 1;
    let folder = tempfile::tempdir()?;
    let left = cut.synced.cut(&cut.live, rng);
    left.write(&folder.path().join("sled"))?;
    let looked = async {
        let server = Inside::start(folder.path(), None).await?;
        let verdict = cut.told.check_saved(&server.url).await;
        server.stop().await?;
        verdict
    };
    match looked.await {
        Ok(verdict) => outcome.note(&format!("point {}", outcome.rounds), verdict),
        Err(error) => {
            outcome.unreadable += 1;
            let kept = folder.keep();
            println!(
                "point {}: {error:#}; what the cut left is in {}",
                outcome.rounds,
                kept.display()
            );
        }
    }
    Ok(())
}
