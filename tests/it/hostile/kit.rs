//! What a hostile client is made of, and the honest people beside it.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use waymark_server::Config;
use waymark_sync::{Dialect, DocumentId, Frame, wire};

use crate::support::person::Person;
use crate::support::server::Server;
use crate::support::{DEMO, demo, document, soon};

/// The map that no attack is on.
const OTHER: &str = "map-claim";
/// Honest people, two in each map.
const HONEST: usize = 4;

/// A server whose patience is short, so that tests of it are too.
pub(crate) async fn impatient(data: &Path, change: impl FnOnce(&mut Config)) -> Server {
    Server::start_with(data, |config| {
        config.greeting_seconds = 1;
        config.request_seconds = 2;
        config.frames_patience_seconds = 1;
        change(config);
    })
    .await
}

/// Runs an attack while honest people work, and demands that they do not notice it and
/// that the server holds nothing of it in the end.
pub(crate) async fn only_the_offender_suffers(server: &Server, attack: impl Future<Output = ()>) {
    let sync = server.url("/sync");
    let (over, mut is_over) = watch::channel(false);
    let other = document(OTHER);
    let here = pair(&sync, demo(), 11, over.subscribe());
    let there = pair(&sync, other, 21, over.subscribe());
    let attack = async {
        soon("the attack to end", attack).await;
        over.send_replace(true);
    };
    let nobody_left = async {
        is_over.wait_for(|over| *over).await.unwrap();
        until_metric(server, "waymark_connections", HONEST).await;
        until_metric(server, "waymark_sessions", HONEST).await;
    };
    tokio::join!(attack, here, there, nobody_left);
}

/// Two people who type and see each other's words, until told that the attack is over.
async fn pair(sync: &str, map: DocumentId, id: u32, over: watch::Receiver<bool>) {
    let mut ana = Person::join(sync, &map, id).await;
    let mut ben = Person::join(sync, &map, id + 1).await;
    for round in 0.. {
        let last = *over.borrow() && round >= 2;
        let [from_ana, from_ben] = ["ana", "ben"].map(|name| format!("{name}{round}."));
        ana.edit(|txn| crate::socket::write(txn, &from_ana));
        ben.edit(|txn| crate::socket::write(txn, &from_ben));
        let both = |doc: &yrs::Doc| {
            let scope = crate::socket::scope(doc);
            scope.contains(&from_ana) && scope.contains(&from_ben)
        };
        tokio::join!(ana.sees("both words", both), ben.sees("both words", both));
        tokio::join!(ana.saved(), ben.saved());
        if last {
            break;
        }
    }
    let (ana_sees, ben_sees) = (
        crate::socket::scope(ana.replica.doc()),
        crate::socket::scope(ben.replica.doc()),
    );
    assert_eq!(ana_sees, ben_sees);
    assert_eq!((ana.connects, ben.connects), (1, 1), "somebody was cut off");
    // They stay until the server was looked at.
    drop(over);
    let stays = async {
        ana.until("the other pair", |_| false).await;
    };
    let _ = tokio::time::timeout(std::time::Duration::from_millis(500), stays).await;
}

/// The value of a metric without labels.
pub(crate) async fn metric(server: &Server, name: &str) -> usize {
    let text = crate::api::get(server, "/metrics").await.text();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let value: f64 = line.expect(name).parse().unwrap();
    value as usize
}

/// Waits until a metric is at most this.
pub(crate) async fn until_metric(server: &Server, name: &str, most: usize) {
    let falls = async {
        while metric(server, name).await > most {
            tokio::task::yield_now().await;
        }
    };
    soon(name, falls).await;
}

/// A message of the plain dialect.
pub(crate) fn plain(frame: &Frame) -> Bytes {
    wire::encode(Dialect::YWebsocket, &demo(), frame).unwrap()
}

/// A message of the Hocuspocus dialect about some document.
pub(crate) fn about(document: &DocumentId, frame: &Frame) -> Bytes {
    wire::encode(Dialect::Hocuspocus, document, frame).unwrap()
}

/// A TCP connection that sends whatever it likes.
pub(crate) struct Raw {
    stream: TcpStream,
    address: SocketAddr,
}

/// One WebSocket frame, right or wrong.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) first: u8,
    pub(crate) masked: bool,
    /// What the header says, if not the truth.
    pub(crate) claims: Option<u64>,
    pub(crate) payload: Vec<u8>,
}

pub(crate) const FIN: u8 = 0x80;
pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;

impl Wire {
    pub(crate) fn new(first: u8, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            first,
            masked: true,
            claims: None,
            payload: payload.into(),
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mask = if self.masked { 0x80 } else { 0 };
        let length = self.claims.unwrap_or(self.payload.len() as u64);
        let mut bytes = vec![self.first];
        match u16::try_from(length) {
            Ok(short) if short < 126 => bytes.push(mask | short as u8),
            Ok(short) => {
                bytes.push(mask | 126);
                bytes.extend(short.to_be_bytes());
            }
            Err(_) => {
                bytes.push(mask | 127);
                bytes.extend(length.to_be_bytes());
            }
        }
        if self.masked {
            // A key of zeros leaves the payload as it is.
            bytes.extend([0; 4]);
        }
        bytes.extend(&self.payload);
        bytes
    }
}

impl Raw {
    pub(crate) async fn connect(server: &Server) -> Self {
        let stream = TcpStream::connect(server.address).await.unwrap();
        Self {
            stream,
            address: server.address,
        }
    }

    /// Becomes a WebSocket on a path.
    pub(crate) async fn upgrade(server: &Server, path: &str) -> Self {
        Self::upgrade_with(server, path, "").await.0
    }

    /// Becomes a WebSocket with more headers; also what the server answered.
    pub(crate) async fn upgrade_with(server: &Server, path: &str, more: &str) -> (Self, String) {
        let mut raw = Self::connect(server).await;
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n",
            raw.address
        );
        raw.send(head.as_bytes()).await;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(soon("the upgrade", raw.stream.read_u8()).await.unwrap());
        }
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
        (raw, answer)
    }

    /// A session of the plain dialect in the demo map.
    pub(crate) async fn in_demo(server: &Server) -> Self {
        Self::upgrade(server, &format!("/sync/map/{DEMO}")).await
    }

    /// Sends; false when the server no longer takes it.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    /// Sends frames; false when the server no longer takes them.
    pub(crate) async fn frame(&mut self, frame: &Wire) -> bool {
        self.send(&frame.bytes()).await
    }

    /// Sends until the server closes, and reads meanwhile; its close code.
    pub(crate) async fn flood(self, bytes: &[u8]) -> u16 {
        let (mut reader, mut writer) = self.stream.into_split();
        let flood = async {
            while writer.write_all(bytes).await.is_ok() {}
            std::future::pending::<u16>().await
        };
        tokio::select! {
            code = flood => code,
            code = soon("the flood to be closed", read_code(&mut reader)) => code,
        }
    }

    /// Reads until the server closes; its close code, 1006 without one.
    pub(crate) async fn code(mut self) -> u16 {
        soon("the connection to be closed", read_code(&mut self.stream)).await
    }

    /// Everything the server says until it closes.
    pub(crate) async fn text(mut self) -> String {
        let mut bytes = Vec::new();
        // A reset is an end too.
        let _ = soon("the end", self.stream.read_to_end(&mut bytes)).await;
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

async fn read_code(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> u16 {
    loop {
        match read_frame(stream).await {
            Ok((opcode, payload)) if opcode == CLOSE && payload.len() >= 2 => {
                return u16::from_be_bytes([payload[0], payload[1]]);
            }
            Ok(_) => {}
            Err(_) => return 1006,
        }
    }
}

async fn read_frame(
    stream: &mut (impl tokio::io::AsyncRead + Unpin),
) -> std::io::Result<(u8, Vec<u8>)> {
    let opcode = stream.read_u8().await? & 0x0f;
    let length = match stream.read_u8().await? {
        126 => u64::from(stream.read_u16().await?),
        127 => stream.read_u64().await?,
        short => u64::from(short),
    };
    let mut payload = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut payload).await?;
    Ok((opcode, payload))
}
