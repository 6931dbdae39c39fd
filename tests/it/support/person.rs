//! A person at our own client: a [`Replica`] with a real socket.

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use waymark_sync::{
    DocumentId, Replica, ReplicaConfig, ReplicaEffect, ReplicaInput, SaveState, Timestamp,
};
use yrs::{Doc, Transact, TransactionMut};

use super::plain::Socket;
use super::soon;

pub(crate) struct Person {
    pub(crate) replica: Replica,
    url: String,
    /// Who it is, as a browser tells it.
    headers: Vec<(&'static str, String)>,
    socket: Option<Socket>,
    started: Instant,
    /// How often it has connected.
    pub(crate) connects: usize,
}

impl Person {
    /// Opens a document and waits until it is there.
    pub(crate) async fn join(url: &str, document: &DocumentId, client_id: u32) -> Self {
        let mut person = Self::arrive(url, document, client_id);
        person
            .until("the document", |replica| replica.is_loaded())
            .await;
        person
    }

    /// Opens a document without waiting.
    pub(crate) fn arrive(url: &str, document: &DocumentId, client_id: u32) -> Self {
        Self::arrive_as(url, document, client_id, Vec::new())
    }

    /// The same for somebody who is signed in.
    pub(crate) fn arrive_as(
        url: &str,
        document: &DocumentId,
        client_id: u32,
        headers: Vec<(&'static str, String)>,
    ) -> Self {
        let config = ReplicaConfig {
            document: document.clone(),
            client_id,
            seed: client_id.into(),
            token: "local".to_owned(),
        };
        Self {
            replica: Replica::new(config),
            url: url.to_owned(),
            headers,
            socket: None,
            started: Instant::now(),
            connects: 0,
        }
    }

    /// Goes to another address, as a browser does when a server comes back.
    pub(crate) fn moves_to(&mut self, url: &str) {
        self.url = url.to_owned();
    }

    pub(crate) fn edit(&mut self, edit: impl FnOnce(&mut TransactionMut<'_>)) {
        edit(&mut self.replica.doc().transact_mut());
    }

    /// Shows itself to others like this.
    pub(crate) async fn shows(&mut self, state: &str) {
        self.give(ReplicaInput::SetPresence(Some(state.to_owned())))
            .await;
    }

    fn request(&self) -> Request {
        let mut request = self.url.as_str().into_client_request().unwrap();
        for (name, value) in &self.headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        request
    }

    pub(crate) async fn saved(&mut self) {
        self.until("Saved", |replica| replica.save_state() == SaveState::Saved)
            .await;
    }

    pub(crate) async fn sees(&mut self, what: &str, wanted: impl Fn(&Doc) -> bool) {
        self.until(what, |replica| wanted(replica.doc())).await;
    }

    /// Lives on until the replica is as wanted.
    pub(crate) async fn until(&mut self, what: &str, wanted: impl Fn(&Replica) -> bool) {
        let happening = async {
            self.give(ReplicaInput::Tick).await;
            while !wanted(&self.replica) {
                self.step().await;
            }
        };
        soon(what, happening).await;
    }

    async fn step(&mut self) {
        let now = self.now();
        let wait = self
            .replica
            .deadline()
            .map(|at| Duration::from_millis(at.since(now).0));
        // Also looks up now and then for conditions that time alone brings about.
        let wait = wait
            .unwrap_or(Duration::from_millis(50))
            .min(Duration::from_millis(50));
        let message = match &mut self.socket {
            Some(socket) => tokio::time::timeout(wait, socket.next()).await.ok(),
            None => {
                tokio::time::sleep(wait).await;
                None
            }
        };
        let input = match message {
            None => ReplicaInput::Tick,
            Some(Some(Ok(Message::Binary(bytes)))) => ReplicaInput::Received(bytes),
            Some(Some(Ok(Message::Close(frame)))) => {
                self.socket = None;
                let (code, reason) = frame.map_or((1005, String::new()), |f| {
                    (f.code.into(), f.reason.to_string())
                });
                ReplicaInput::Disconnected { code, reason }
            }
            Some(Some(Ok(_))) => ReplicaInput::Tick,
            Some(Some(Err(_)) | None) => {
                self.socket = None;
                ReplicaInput::Disconnected {
                    code: 1006,
                    reason: String::new(),
                }
            }
        };
        self.give(input).await;
    }

    async fn give(&mut self, input: ReplicaInput) {
        let mut next = Some(input);
        while let Some(input) = next.take() {
            let now = self.now();
            let mut effects = Vec::new();
            self.replica.handle(now, input, &mut effects);
            self.replica.flush(now, &mut effects);
            for effect in effects {
                match effect {
                    ReplicaEffect::Connect => {
                        self.connects += 1;
                        next = Some(match connect_async(self.request()).await {
                            Ok((socket, _)) => {
                                self.socket = Some(socket);
                                ReplicaInput::Connected
                            }
                            Err(_) => ReplicaInput::Disconnected {
                                code: 1006,
                                reason: String::new(),
                            },
                        });
                    }
                    ReplicaEffect::Disconnect => self.socket = None,
                    ReplicaEffect::Send(bytes) => {
                        if let Some(socket) = &mut self.socket {
                            // The end of the connection is seen when reading.
                            let _ = socket.send(Message::Binary(bytes)).await;
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp(u64::try_from(self.started.elapsed().as_millis()).unwrap())
    }
}
