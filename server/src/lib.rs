//! The Waymark server: maps over HTTP and WebSocket, kept in a store.
//!
//! [`run`] is the whole server as a function of its settings, a listener and a signal
//! to stop, so that tests start the real thing on a free port. `main.rs` only parses.

pub mod admin;
mod audit;
mod auth;
mod clock;
pub mod config;
mod connection;
mod contributions;
mod files;
mod http;
mod maps;
mod metrics;
mod outward;
mod people;
mod random;
mod records;
mod room_task;
mod rooms;
pub mod store;
mod talk;

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;

use self::auth::Auth;
use self::clock::Clock;
pub use self::config::Config;
use self::config::{Engine, SignIn};
use self::connection::Context;
pub use self::contributions::contributions;
pub use self::files::raise_limit;
use self::http::App;
use self::maps::Maps;
use self::outward::{Outward, Worker};
use self::people::WorkspaceId;
use self::rooms::{Rooms, Stopped};
use self::store::{MemoryStore, OpenStoreError, SledStore, Store, StoreError};
use self::talk::Talks;

/// Why the server does not start, or cannot go on. One line, with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An address that others could reach.
    #[error(
        "refusing to listen on {0}: in local mode whoever reaches Waymark may change every map; let \
         people sign in with sign_in = \"accounts\", or use a loopback address such as 127.0.0.1:8080"
    )]
    NotLoopback(SocketAddr),
    /// An address whose pages would all be refused.
    #[error(
        "refusing to listen on {0} without public_url: say how people reach Waymark, such as \
         \"https://maps.example\""
    )]
    NoPublicUrl(SocketAddr),
    /// The address is taken or not ours.
    #[error(
        "cannot listen on {address}: {problem}; stop what uses it or choose another with --listen"
    )]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// What the operating system says.
        problem: std::io::Error,
    },
    /// The data folder cannot be used.
    #[error("{problem}; {remedy}")]
    Data {
        /// What is wrong.
        problem: OpenStoreError,
        /// What helps.
        remedy: &'static str,
    },
    /// The demo maps could not be made.
    #[error("the demo maps cannot be made: {0}; start with `demo = false` to do without")]
    Demo(String),
    /// The listener failed.
    #[error("the server cannot go on: {0}")]
    Serve(std::io::Error),
    /// What is still to be sent cannot be read.
    #[error("what is still to be sent cannot be read: {0}")]
    Outward(StoreError),
    /// Nobody could be let in.
    #[error("the setup link cannot be made: {0}")]
    Setup(StoreError),
}

/// Checks an address before anything is opened.
///
/// # Errors
/// [`RunError::NotLoopback`] and [`RunError::NoPublicUrl`].
pub fn check_listen(config: &Config, address: SocketAddr) -> Result<(), RunError> {
    if address.ip().is_loopback() {
        Ok(())
    } else if config.sign_in == SignIn::Local {
        Err(RunError::NotLoopback(address))
    } else if config.public_url.is_empty() {
        Err(RunError::NoPublicUrl(address))
    } else {
        Ok(())
    }
}

/// Opens the store that the settings name.
///
/// # Errors
/// [`RunError::Data`] with the remedy.
pub async fn open_store(config: &Config) -> Result<Store, RunError> {
    if config.store == Engine::Memory {
        return Ok(Store::Memory(MemoryStore::default()));
    }
    let folder: PathBuf = config.data.clone();
    let cache_bytes = u64::from(config.store_cache_mib) << 20;
    let opened = tokio::task::spawn_blocking(move || SledStore::open(&folder, cache_bytes));
    let opened = opened.await.unwrap_or_else(|_| {
        let problem = "opening it failed inside".to_owned();
        Err(OpenStoreError::Unreadable {
            path: config.data.clone(),
            problem,
        })
    });
    opened.map(Store::Sled).map_err(|problem| {
        let remedy = match &problem {
            OpenStoreError::Unwritable { .. } => "make it writable or choose another with --data",
            OpenStoreError::Locked { .. } => "stop that one or choose another folder with --data",
            OpenStoreError::Unreadable { .. } => {
                "nothing in it was changed; restore a backup or choose another folder with --data"
            }
        };
        RunError::Data { problem, remedy }
    })
}

/// Serves until `shutdown` resolves, then gets everything durable and ends.
///
/// # Errors
/// [`RunError`] when it cannot start.
pub async fn run(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> Result<(), RunError> {
    // Before anything is opened.
    check_listen(&config, listener.local_addr().map_err(RunError::Serve)?)?;
    let store = open_store(&config).await?;
    run_on(store, config, listener, shutdown).await
}

/// The same on a store that is open: tests have their hands on its disk.
///
/// # Errors
/// [`RunError`] when it cannot start.
pub async fn run_on(
    store: Store,
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> Result<(), RunError> {
    let address = listener.local_addr().map_err(RunError::Serve)?;
    check_listen(&config, address)?;
    let config = Arc::new(config);
    let clock = Clock::start();
    let maps = Maps::new(store.clone());
    if config.demo {
        let seeded = maps.seed(clock.now()).await;
        let made = seeded.map_err(|error| RunError::Demo(error.to_string()))?;
        if made > 0 {
            tracing::info!(maps = made, "made the demo maps in a new store");
        }
    }
    let quarantine = (config.store == Engine::Sled).then(|| config.data.join("quarantine"));
    let mailbox = config.mailbox as usize;
    let rooms = Rooms::new(store.clone(), config.limits(), clock, mailbox, quarantine);
    let auth = Auth::new(&store, &config);
    let per_minute = config.comments_per_minute;
    let base = base_url(&config, address);
    let outward = Outward::open(&store, &config, base.clone()).await;
    let outward = outward.map_err(RunError::Outward)?;
    let talks = Talks::new(
        rooms.clone(),
        maps.clone(),
        auth.clone(),
        outward.clone(),
        per_minute,
    );
    let (stop, stopping) = watch::channel(false);
    let worker = Worker {
        outward: outward.clone(),
        auth: auth.clone(),
        talks: talks.clone(),
        maps: maps.clone(),
        clock,
    };
    let sending = tokio::spawn(worker.run(stopping.clone()));
    let (alive, ended) = mpsc::channel::<Infallible>(1);
    let app = App {
        context: Context {
            rooms: rooms.clone(),
            config: config.clone(),
            auth: auth.clone(),
            stopping,
        },
        maps,
        talks,
        outward,
        connections: Arc::new(Semaphore::new(config.connections as usize)),
        alive: alive.downgrade(),
    };
    match config.sign_in {
        SignIn::Local => tracing::info!(
            "local mode, on loopback only: whoever reaches Waymark may change every map"
        ),
        SignIn::Accounts => offer_setup(&auth, &base).await.map_err(RunError::Setup)?,
    }
    tracing::info!("Waymark is ready on http://{address}");

    let serving = http::serve(listener, app, stop.subscribe());
    tokio::pin!(serving);
    tokio::select! {
        () = &mut serving => {}
        () = shutdown => {}
    }

    tracing::info!("stopping: no new connections, getting everything durable");
    let deadline = Instant::now() + config.shutdown();
    stop.send_replace(true);
    let outcome = rooms.stop(config.shutdown()).await;
    // Then the connections, which have said goodbye, and requests that are being answered.
    drop(alive);
    let farewell = async { tokio::join!(wait_for_all(ended), &mut serving) };
    let in_time = tokio::time::timeout_at(deadline, farewell).await.is_ok();
    // What it has not sent is sent at the next start.
    sending.abort();
    let _ = sending.await;
    store.close().await;
    report(outcome, in_time);
    Ok(())
}

/// How people reach this server.
fn base_url(config: &Config, address: SocketAddr) -> String {
    match config.public_url.as_str() {
        "" => format!("http://{address}"),
        url => url.to_owned(),
    }
}

/// Prints the one-time link by which the first administrator comes in, as long as there is
/// none. It is the one secret that is ever printed: whoever starts the server must get it.
async fn offer_setup(auth: &Auth, base: &str) -> Result<(), StoreError> {
    if auth
        .people()
        .has_administrator(&WorkspaceId::first())
        .await?
    {
        return Ok(());
    }
    let secret = auth.links().setup().await?;
    let link = format!("{base}/setup#{}", secret.reveal());
    tracing::info!("there is no administrator yet; become it with this link: {link}");
    Ok(())
}

/// Resolves when nobody holds a sender any more.
async fn wait_for_all(mut ended: mpsc::Receiver<Infallible>) {
    let _ = ended.recv().await;
}

fn report(
    Stopped {
        saved,
        unsaved,
        unfinished,
    }: Stopped,
    in_time: bool,
) {
    if unsaved + unfinished > 0 {
        tracing::error!(
            saved,
            unsaved,
            unfinished,
            "stopped; not every open map could be saved"
        );
    } else {
        tracing::info!(
            maps = saved,
            "stopped; everything in the open maps is durable"
        );
    }
    if !in_time {
        tracing::warn!("some connections did not end in time and were cut");
    }
}
