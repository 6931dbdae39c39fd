//! The servers that are measured: how each is started, and how a document in it is reached.

mod http;
mod peers;

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use tempfile::TempDir;

use crate::dialect::{Dialect, Tongue};
use crate::report::progress;

pub(crate) use peers::Peers;

/// How long a server may take until it accepts.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// How long a server may take to end when it is asked to.
const STOP_WITHIN: Duration = Duration::from_secs(60);
/// Lines of a server's output that are kept.
const LOG_LINES: usize = 200;
/// The most connections of any scenario, and some more.
const CONNECTIONS: &str = "5000";

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum Kind {
    /// This repository's.
    Waymark,
    /// No document, no storage: what the stack can do at most.
    Relay,
    /// @y/websocket-server with LevelDB.
    #[value(name = "y-websocket")]
    YWebsocket,
    /// @hocuspocus/server with SQLite.
    Hocuspocus,
    /// y-sweet with a folder.
    #[value(name = "y-sweet")]
    YSweet,
}

impl Kind {
    /// Whether it keeps documents.
    pub(crate) fn stores(self) -> bool {
        self != Self::Relay
    }

    /// Whether it is somebody else's: what Waymark is compared with.
    pub(crate) fn is_peer(self) -> bool {
        !matches!(self, Self::Waymark | Self::Relay)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Waymark => "waymark",
            Self::Relay => "relay",
            Self::YWebsocket => "y-websocket",
            Self::Hocuspocus => "hocuspocus",
            Self::YSweet => "y-sweet",
        })
    }
}

/// One document at one server.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) address: SocketAddr,
    pub(crate) path: String,
    pub(crate) tongue: Tongue,
    /// The document's name in the server, to find it again after a restart.
    pub(crate) name: String,
}

/// How servers are started.
#[derive(Debug)]
pub(crate) struct Setup {
    /// Waymark's program.
    pub(crate) waymark: Option<PathBuf>,
    /// Which dialect is spoken with Waymark.
    pub(crate) dialect: Dialect,
    /// A Waymark that runs already, and its process.
    pub(crate) running: Option<(SocketAddr, u32)>,
    pub(crate) peers: Peers,
}

/// A running server with a folder of its own; killed when dropped, the folder goes as well.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) kind: Kind,
    pub(crate) address: SocketAddr,
    pub(crate) id: u32,
    child: Option<Child>,
    dialect: Dialect,
    folder: Arc<TempDir>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Setup {
    /// Starts a server with nothing in it.
    ///
    /// # Errors
    /// When it cannot be started or is not ready in time.
    pub(crate) fn start(&self, kind: Kind) -> Result<Server> {
        let folder = tempfile::tempdir().context("no temporary folder")?;
        if let (Kind::Waymark, Some((address, id))) = (kind, self.running) {
            return Ok(Server {
                kind,
                address,
                id,
                child: None,
                dialect: self.dialect,
                folder: Arc::new(folder),
                log: Arc::default(),
            });
        }
        self.start_in(kind, Arc::new(folder), &[])
    }

    /// Starts a server that only a scenario of its own needs to be set up so.
    ///
    /// # Errors
    /// As [`Setup::start`].
    pub(crate) fn start_with(&self, kind: Kind, settings: &[(&str, &str)]) -> Result<Server> {
        let folder = tempfile::tempdir().context("no temporary folder")?;
        self.start_in(kind, Arc::new(folder), settings)
    }

    /// Starts a server on what an earlier one left.
    ///
    /// # Errors
    /// As [`Setup::start`].
    pub(crate) fn start_again(
        &self,
        earlier: &Stopped,
        settings: &[(&str, &str)],
    ) -> Result<Server> {
        self.start_in(earlier.kind, earlier.folder.clone(), settings)
    }

    /// Whether a server tells what it has stored, or at least taken.
    pub(crate) fn acknowledges(&self, kind: Kind) -> bool {
        self.dialect_with(kind) == Dialect::Hocuspocus
    }

    fn dialect_with(&self, kind: Kind) -> Dialect {
        match kind {
            Kind::Waymark => self.dialect,
            Kind::Relay => Dialect::Raw,
            Kind::Hocuspocus => Dialect::Hocuspocus,
            Kind::YWebsocket | Kind::YSweet => Dialect::YWebsocket,
        }
    }

    fn start_in(
        &self,
        kind: Kind,
        folder: Arc<TempDir>,
        settings: &[(&str, &str)],
    ) -> Result<Server> {
        let mut command = match kind {
            Kind::Waymark => self.waymark(&folder)?,
            Kind::Relay => {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg("serve-relay");
                command
            }
            peer => self.peers.command(peer, folder.path())?,
        };
        // Its own folder also keeps it from reading settings that lie about.
        command
            .current_dir(folder.path())
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command
            .spawn()
            .with_context(|| format!("{kind} could not be started"))?;
        let mut server = Server {
            kind,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            id: child.id(),
            child: Some(child),
            dialect: self.dialect_with(kind),
            folder,
            log: Arc::default(),
        };
        server.address = server.ready()?;
        Ok(server)
    }

    fn waymark(&self, folder: &TempDir) -> Result<Command> {
        let program = self
            .waymark
            .as_ref()
            .context("SERVER_UNDER_TEST has to name Waymark's program")?;
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("WAYMARK_") {
                command.env_remove(name);
            }
        }
        let web = folder.path().join("web");
        std::fs::create_dir_all(&web)?;
        std::fs::write(web.join("index.html"), "<!doctype html>")?;
        command
            .args(["serve", "--demo=false", "--listen", "127.0.0.1:0"])
            .arg("--web")
            .arg(web)
            .arg("--data")
            .arg(folder.path().join("maps"))
            .env("WAYMARK_CONNECTIONS", CONNECTIONS);
        Ok(command)
    }
}

impl Server {
    /// Waits for the line with the address, and keeps reading so that the server can write.
    fn ready(&mut self) -> Result<SocketAddr> {
        let child = self.child.as_mut().context("it has just been started")?;
        let (found, ready) = mpsc::channel();
        let streams: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|out| Box::new(out) as _),
            child.stderr.take().map(|out| Box::new(out) as _),
        ];
        for stream in streams.into_iter().flatten() {
            let found = found.clone();
            let log = self.log.clone();
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    if let Some(address) = address_in(&line) {
                        // Nobody listens any more once the first is found.
                        let _ = found.send(address);
                    }
                    let mut log = log.lock().expect("nobody panics with the lock");
                    if log.len() < LOG_LINES {
                        log.push(line);
                    }
                }
            });
        }
        drop(found);
        ready
            .recv_timeout(READY_WITHIN)
            .map_err(|_| anyhow::anyhow!("{} was not ready in time:\n{}", self.kind, self.said()))
    }

    /// The last lines it printed.
    pub(crate) fn said(&self) -> String {
        let log = self.log.lock().expect("nobody panics with the lock");
        log[log.len().saturating_sub(10)..].join("\n")
    }

    /// Makes documents and says how to reach them.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) fn places(&self, count: usize) -> Result<Vec<Arc<Place>>> {
        (0..count)
            .map(|number| match self.kind {
                Kind::Waymark => {
                    let body = format!(r#"{{"from":"blank","title":"Bench {number}"}}"#);
                    let made = http::post(self.address, "/api/maps", body.as_bytes())?;
                    let id = made["id"].as_str().context("the answer names the map")?;
                    self.place(&format!("map/{id}"))
                }
                Kind::YSweet => {
                    let name = format!("bench{number}");
                    let body = format!(r#"{{"docId":"{name}"}}"#);
                    http::post(self.address, "/doc/new", body.as_bytes())?;
                    self.place(&name)
                }
                _ => self.place(&format!("bench{number}")),
            })
            .collect()
    }

    /// How to reach a document that exists.
    ///
    /// # Errors
    /// When the server does not say.
    pub(crate) fn place(&self, name: &str) -> Result<Arc<Place>> {
        let path = match (self.kind, self.dialect) {
            (Kind::Waymark, Dialect::Hocuspocus) => "/sync".to_owned(),
            (Kind::Waymark, _) => format!("/sync/{}", name.replace('/', "%2F")),
            (Kind::Hocuspocus, _) => "/".to_owned(),
            (Kind::YSweet, _) => {
                http::post(self.address, &format!("/doc/{name}/auth"), b"{}")?;
                format!("/d/{name}/ws/{name}")
            }
            _ => format!("/{name}"),
        };
        Ok(Arc::new(Place {
            address: self.address,
            path,
            tongue: Tongue::new(self.dialect, name),
            name: name.to_owned(),
        }))
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) -> Stopped {
        self.end();
        self.left()
    }

    /// Asks it to end and waits until it has.
    ///
    /// # Errors
    /// When it does not end in time.
    pub(crate) fn stop(mut self) -> Result<Stopped> {
        let status = Command::new("kill").arg(self.id.to_string()).status()?;
        if !status.success() {
            bail!("{} had ended already", self.kind);
        }
        let Some(mut child) = self.child.take() else {
            bail!("it was not started here");
        };
        let (done, ended) = mpsc::channel();
        let id = self.id;
        thread::spawn(move || {
            let _ = child.wait();
            // Nobody waits any more if it took too long.
            let _ = done.send(());
        });
        if ended.recv_timeout(STOP_WITHIN).is_err() {
            Command::new("kill")
                .args(["-9", &id.to_string()])
                .status()?;
            bail!("{} did not end when it was asked to", self.kind);
        }
        Ok(self.left())
    }

    fn left(&self) -> Stopped {
        Stopped {
            kind: self.kind,
            folder: self.folder.clone(),
        }
    }

    fn end(&mut self) {
        if let Some(mut child) = self.child.take() {
            if let Ok(Some(status)) = child.try_wait() {
                let said = self.said();
                progress(&format!("{} ended by itself ({status}): {said}", self.kind));
            }
            // It has ended already if this fails.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// What a server left behind.
#[derive(Debug)]
pub(crate) struct Stopped {
    kind: Kind,
    folder: Arc<TempDir>,
}

/// The address in a line that says that a server is ready.
fn address_in(line: &str) -> Option<SocketAddr> {
    let lower = line.to_ascii_lowercase();
    if !["ready on", "running at", "listening on"]
        .iter()
        .any(|words| lower.contains(words))
    {
        return None;
    }
    let (_, port) = ["127.0.0.1:", "on port "]
        .iter()
        .find_map(|before| lower.split_once(before))?;
    let port = port.split(|c: char| !c.is_ascii_digit()).next()?;
    Some(SocketAddr::from(([127, 0, 0, 1], port.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_what_each_server_prints() {
        let lines = [
            "INFO ready on http://127.0.0.1:34567 data=/tmp/x12345/maps",
            "running at '127.0.0.1' on port 34567",
            "ready on http://127.0.0.1:34567/",
            "Listening on ws://127.0.0.1:34567",
        ];
        for line in lines {
            let address = address_in(line).map(|address| address.port());
            assert_eq!(address, Some(34_567), "{line}");
        }
        assert_eq!(address_in("Persisting documents to 1234"), None);
    }
}
