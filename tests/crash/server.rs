//! The server's program as its own process.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};

/// Names the program to start.
const PROGRAM: &str = "SERVER_UNDER_TEST";

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    log: Arc<Mutex<Vec<String>>>,
}

/// The command that starts a server on this folder, with logs that compact often.
pub(crate) fn command(data: &Path) -> Result<Command> {
    let program: PathBuf = std::env::var_os(PROGRAM)
        .with_context(|| format!("{PROGRAM} does not say which server to start"))?
        .into();
    let mut command = Command::new(program);
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--demo=false", "--data"])
        .arg(data)
        .envs(settings())
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    Ok(command)
}

/// Settings under which what is rare happens often.
fn settings() -> [(&'static str, &'static str); 4] {
    [
        ("WAYMARK_COMPACT_RECORDS", "30"),
        ("WAYMARK_COMPACT_BYTES", "200000"),
        ("WAYMARK_FRAMES_PER_SECOND", "1000"),
        ("WAYMARK_FRAMES_BURST", "1000"),
    ]
}

impl Server {
    /// Starts it and waits until it is ready.
    ///
    /// # Errors
    /// With what it said, when it ends instead.
    pub(crate) fn start(data: &Path) -> Result<Self> {
        Self::spawn(command(data)?)
    }

    /// Starts a command that becomes the server, and waits until it is ready.
    ///
    /// # Errors
    /// With what it said, when it ends instead.
    pub(crate) fn spawn(mut command: Command) -> Result<Self> {
        let mut child = command
            .stderr(Stdio::piped())
            .spawn()
            .context("the server does not start")?;
        let errors = child.stderr.take().context("its log was asked for")?;
        let mut lines = BufReader::new(errors).lines();
        let log = Arc::new(Mutex::new(Vec::new()));
        let mut server = Self {
            child,
            url: String::new(),
            log: log.clone(),
        };
        loop {
            let Some(Ok(line)) = lines.next() else {
                bail!("the server ended: {}", server.said());
            };
            let ready = line.split_once("ready on http://").map(|(_, at)| {
                let end = at.find([' ', '"']).unwrap_or(at.len());
                format!("ws://{}/sync", &at[..end])
            });
            server.lines().push(line);
            if let Some(url) = ready {
                server.url = url;
                break;
            }
        }
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                log.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(line);
            }
        });
        Ok(server)
    }

    fn lines(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that it said.
    pub(crate) fn said(&self) -> String {
        self.lines().join("\n")
    }

    /// `kill -9`
    pub(crate) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // It has ended already if this fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}
