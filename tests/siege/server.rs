//! The server's program as a process, and connections to it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{WebSocketStream, client_async};

/// A server on a free port with a store of its own; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    _data: TempDir,
}

impl Server {
    /// Starts the program that `SERVER_UNDER_TEST` names, with settings as variables.
    pub(crate) fn start(settings: &[(&str, String)]) -> Result<Self> {
        let program = std::env::var_os("SERVER_UNDER_TEST")
            .context("SERVER_UNDER_TEST does not name the server's program")?;
        let data = tempfile::tempdir()?;
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data.path().join("store"))
            .envs(settings.iter().map(|(key, value)| (*key, value)))
            .env("WAYMARK_LOG", "warn,waymark_server=info")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let log = child.stderr.take().context("the server has no log")?;
        let mut lines = BufReader::new(log).lines();
        let address = loop {
            let line = lines.next().context("the server ended")??;
            let address = line
                .split_once("ready on http://")
                .map(|(_, rest)| rest.trim());
            if let Some(address) = address {
                break address.parse()?;
            }
        };
        // Read on, or the server would wait for us.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self {
            child,
            address,
            _data: data,
        })
    }

    /// Resident memory in KiB, as the operating system sees it.
    pub(crate) fn memory_kib(&self) -> Result<u64> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path)?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next());
        Ok(kib.context("no VmRSS")?.parse()?)
    }

    /// A sample of `/metrics`, by its name with labels.
    pub(crate) async fn metric(&self, name: &str) -> Result<f64> {
        let page = self.request("GET", "/metrics", "").await?;
        let value = page
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.map_or(Ok(0.0), str::parse)?)
    }

    /// Makes a map and tells its document's name.
    pub(crate) async fn make_map(&self) -> Result<String> {
        let answer = self
            .request("POST", "/api/maps", r#"{"from":"blank"}"#)
            .await?;
        let body = answer.split("\r\n\r\n").nth(1).context("no body")?;
        let made: serde_json::Value = serde_json::from_str(body)?;
        let id = made["id"].as_str().context("no map was made")?;
        Ok(format!("map/{id}"))
    }

    async fn request(&self, method: &str, path: &str, body: &str) -> Result<String> {
        let mut stream = TcpStream::connect(self.address).await?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    /// A plain session; with a small receive buffer if one is given.
    pub(crate) async fn join(
        &self,
        document: &str,
        receive_buffer: Option<u32>,
    ) -> Result<WebSocketStream<TcpStream>> {
        let socket = TcpSocket::new_v4()?;
        if let Some(bytes) = receive_buffer {
            socket.set_recv_buffer_size(bytes)?;
        }
        let stream = socket.connect(self.address).await?;
        stream.set_nodelay(true)?;
        let url = format!("ws://{}/sync/{document}", self.address);
        Ok(client_async(url, stream).await?.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already if this fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
