//! Our own client over a real socket: a [`Replica`] and what carries out its effects.

use std::time::Duration;

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use waymark_sync::{
    DocumentId, Replica, ReplicaConfig, ReplicaEffect, ReplicaInput, SaveState, Timestamp,
};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How long anything that must happen may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A replica and its connection.
pub(crate) struct Line {
    pub(crate) replica: Replica,
    /// Where the server is; `None` while there is none.
    url: Option<String>,
    socket: Option<Socket>,
    /// The replica wants a connection.
    wanted: bool,
    started: Instant,
}

impl Line {
    pub(crate) fn new(document: &DocumentId, client_id: u32) -> Self {
        let config = ReplicaConfig {
            document: document.clone(),
            client_id,
            seed: client_id.into(),
            token: "local".to_owned(),
        };
        Self {
            replica: Replica::new(config),
            url: None,
            socket: None,
            wanted: false,
            started: Instant::now(),
        }
    }

    /// The server is here now: tries at once.
    pub(crate) async fn go(&mut self, url: &str) {
        self.url = Some(url.to_owned());
        self.give(ReplicaInput::NetworkHint(true)).await;
    }

    /// Without a server until [`Line::go`]; an open connection is cut.
    pub(crate) async fn hold(&mut self) {
        self.url = None;
        if self.socket.take().is_some() {
            self.give(lost()).await;
        }
    }

    /// When time alone has something to do here.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let at = self.replica.deadline()?;
        Some(self.started + Duration::from_millis(at.0))
    }

    /// The next message; never resolves without a connection.
    pub(crate) async fn receive(&mut self) -> ReplicaInput {
        let Some(socket) = &mut self.socket else {
            return std::future::pending().await;
        };
        match socket.next().await {
            Some(Ok(Message::Binary(bytes))) => ReplicaInput::Received(bytes),
            Some(Ok(Message::Close(frame))) => {
                self.socket = None;
                let (code, reason) = frame.map_or((1005, String::new()), |frame| {
                    (frame.code.into(), frame.reason.to_string())
                });
                ReplicaInput::Disconnected { code, reason }
            }
            Some(Ok(_)) => ReplicaInput::Tick,
            Some(Err(_)) | None => {
                self.socket = None;
                lost()
            }
        }
    }

    /// Gives the replica an input and does what it wants.
    pub(crate) async fn give(&mut self, input: ReplicaInput) {
        let mut next = Some(input);
        while let Some(input) = next.take() {
            let now = self.now();
            let mut effects = Vec::new();
            self.replica.handle(now, input, &mut effects);
            self.replica.flush(now, &mut effects);
            for effect in effects {
                match effect {
                    ReplicaEffect::Connect => self.wanted = true,
                    ReplicaEffect::Disconnect => {
                        self.socket = None;
                        self.wanted = false;
                    }
                    ReplicaEffect::Send(bytes) => {
                        if let Some(socket) = &mut self.socket {
                            // The end of the connection is seen when reading.
                            let _ = socket.send(Message::Binary(bytes)).await;
                        }
                    }
                    _ => {}
                }
            }
            if self.wanted
                && let Some(url) = &self.url
            {
                self.wanted = false;
                next = Some(match connect_async(url).await {
                    Ok((socket, _)) => {
                        self.socket = Some(socket);
                        ReplicaInput::Connected
                    }
                    Err(_) => lost(),
                });
            }
        }
    }

    /// Lives on until the replica is as wanted.
    ///
    /// # Errors
    /// When that takes longer than [`PATIENCE`].
    pub(crate) async fn until(
        &mut self,
        what: &str,
        wanted: impl Fn(&Replica) -> bool,
    ) -> Result<()> {
        let happening = async {
            while !wanted(&self.replica) {
                let deadline = self.deadline();
                let input = tokio::select! {
                    input = self.receive() => input,
                    () = sleep_until(deadline) => ReplicaInput::Tick,
                };
                self.give(input).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, happening).await;
        let state = self.replica.save_state();
        in_time.with_context(|| format!("waited in vain for {what}; the state is {state:?}"))
    }

    fn now(&self) -> Timestamp {
        Timestamp(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}

/// Waits for a moment, or for ever.
pub(crate) async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Reads a document as somebody does who has nothing of it.
///
/// # Errors
/// When the server does not give it.
pub(crate) async fn read_afresh(url: &str, document: &DocumentId, client: u32) -> Result<Line> {
    let mut line = Line::new(document, client);
    line.go(url).await;
    let arrived = |replica: &Replica| {
        replica.is_loaded() || matches!(replica.save_state(), SaveState::Closed { .. })
    };
    line.until("the document", arrived).await?;
    anyhow::ensure!(
        line.replica.is_loaded(),
        "{document} is refused: {:?}",
        line.replica.save_state()
    );
    Ok(line)
}

fn lost() -> ReplicaInput {
    ReplicaInput::Disconnected {
        code: 1006,
        reason: String::new(),
    }
}
