//! The one HTTP request that setting up takes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Posts JSON (or whatever the server takes) and reads the JSON that is answered.
///
/// # Errors
/// When the server cannot be reached or refuses.
pub(crate) fn post(address: SocketAddr, path: &str, body: &[u8]) -> Result<Value> {
    let mut stream = TcpStream::connect(address).context("no connection")?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    if !status.starts_with('2') {
        bail!("POST {path}: {}", answer.lines().next().unwrap_or_default());
    }
    // The answers are one object; a chunk's length may stand before and after it.
    let (start, end) = answer
        .split_once("\r\n\r\n")
        .and_then(|(_, body)| Some((body.find('{')?, body.rfind('}')?)))
        .context("an answer without JSON")?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    serde_json::from_str(&body[start..=end]).context("an answer that is not JSON")
}
