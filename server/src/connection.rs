//! One WebSocket: reads, limits and hands on; its writer writes and returns credit.
//!
//! A connection of the plain dialect is one session. In the Hocuspocus dialect each
//! document that the connection signs in to is a session of its own.
//!
//! Invariant: nothing here waits for the writer, so a peer that does not read cannot
//! keep us from noticing that its sessions have ended.

mod bucket;
mod frame;
mod sessions;
mod socket;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message as SocketMessage};
use waymark_sync::wire::{self, Address, WireError};
use waymark_sync::{CloseReason, Dialect, DocumentId, Frame};

use self::bucket::Bucket;
pub(crate) use self::frame::Framed;
use self::sessions::{Session, Sessions};
use self::socket::{Allowance, Socket};
pub(crate) use self::socket::{Upgrade, upgrade};
pub(crate) use self::writer::Writer;
use crate::auth::changes::Change;
use crate::auth::{Auth, Caller};
use crate::config::Config;
use crate::room_task::{Ended, Join, Message, Output, Sink};
use crate::rooms::Rooms;
use crate::store::Store;
use crate::talk;

/// How long the last messages and the close may take to be written and answered.
const FAREWELL: Duration = Duration::from_secs(2);

/// What every connection is given.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) rooms: Rooms<Store>,
    pub(crate) config: Arc<Config>,
    pub(crate) auth: Auth,
    /// Turns true when the process stops.
    pub(crate) stopping: watch::Receiver<bool>,
}

/// What a connection is for.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// `GET /sync/{document}`
    One(DocumentId),
    /// `GET /sync/…` with something that is not a document's name
    Nothing,
    /// `GET /sync`
    Many,
}

/// Why a connection ends.
#[derive(Clone, Copy, Debug)]
enum End {
    /// The other side has gone or says goodbye.
    Left,
    /// We close.
    Close(CloseReason),
    /// We close because of a message that was never read to its end.
    Overlong,
}

struct Connection {
    context: Context,
    /// Who came with the upgrade, by cookie or header.
    caller: Option<Arc<Caller>>,
    dialect: Dialect,
    sessions: Sessions,
    writer: Arc<Writer>,
    output: Output,
    /// What is said about rights since before any session of it was decided about.
    changes: broadcast::Receiver<Change>,
    bucket: Bucket,
    allowance: Allowance,
}

/// Serves one connection until it ends.
#[tracing::instrument(name = "connection", skip_all, fields(id = crate::random::bits64() as u32))]
pub(crate) async fn serve(
    upgrade: Upgrade,
    purpose: Purpose,
    caller: Option<Caller>,
    context: Context,
) {
    let Upgrade {
        mut socket,
        writer,
        allowance,
    } = upgrade;
    let config = &context.config;
    let dialect = match purpose {
        Purpose::One(_) | Purpose::Nothing => Dialect::YWebsocket,
        Purpose::Many => Dialect::Hocuspocus,
    };
    let mut connection = Connection {
        bucket: Bucket::new(config),
        caller: caller.map(Arc::new),
        sessions: Sessions::new(config.documents_per_connection as usize),
        dialect,
        writer: Arc::clone(&writer),
        output: Output {
            sink: Sink::Socket(Arc::clone(&writer)),
            endings: Arc::default(),
        },
        allowance,
        changes: context.auth.changes().subscribe(),
        context,
    };
    let end = match connection.begin(purpose).await {
        Ok(()) => connection.read(&mut socket).await,
        Err(reason) => End::Close(reason),
    };
    tracing::debug!(?end, "closing");
    connection.leave_all().await;
    let reason = match end {
        End::Left => None,
        End::Close(reason) => Some(reason),
        End::Overlong => Some(CloseReason::TooLarge),
    };
    connection.context.rooms.metrics().closed(reason);
    if let Some(reason) = reason {
        writer.close(reason);
    }
    drop(connection);
    let overlong = matches!(end, End::Overlong);
    Box::pin(socket::finish(socket, writer, overlong, FAREWELL)).await;
}

impl Connection {
    /// Opens the one session of the plain dialect.
    async fn begin(&mut self, purpose: Purpose) -> Result<(), CloseReason> {
        match purpose {
            Purpose::One(document) => self.join(Address::of(&document), "").await,
            // A browser cannot see why an upgrade was refused, but it can see a close code.
            Purpose::Nothing => Err(CloseReason::Unknown),
            Purpose::Many => Ok(()),
        }
    }

    async fn read(&mut self, stream: &mut Socket) -> End {
        let config = self.context.config.clone();
        let silence = Duration::from_secs(config.silence_seconds.into());
        let greeting = Duration::from_secs(config.greeting_seconds.into());
        let mut ping = tokio::time::interval(Duration::from_secs(config.ping_seconds.into()));
        ping.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        ping.reset();
        let mut stopping = self.context.stopping.clone();
        let mut heard = Instant::now();
        let greeted_by = heard + greeting;
        loop {
            let greeted = self.sessions.greeted();
            let outcome = tokio::select! {
                message = stream.next() => {
                    heard = Instant::now();
                    self.take(message).await
                }
                ended = self.output.endings.next() => self.on_ended(ended),
                change = self.changes.recv() => self.on_rights(change).await,
                _ = ping.tick() => {
                    if heard.elapsed() > silence {
                        Err(End::Close(CloseReason::TooSlow))
                    } else {
                        self.writer.ping().map_err(|_| End::Close(CloseReason::TooSlow))
                    }
                }
                () = tokio::time::sleep_until(greeted_by), if !greeted => {
                    Err(End::Close(self.sessions.last_refusal()))
                }
                // With sessions, their rooms say goodbye once everything is durable.
                () = is_set(&mut stopping), if self.sessions.is_empty() => {
                    Err(End::Close(CloseReason::GoingAway))
                }
            };
            if let Err(end) = outcome {
                return end;
            }
        }
    }

    /// Takes what the socket gave.
    async fn take(
        &mut self,
        message: Option<Result<SocketMessage, SocketError>>,
    ) -> Result<(), End> {
        let message = match message {
            None => return Err(End::Left),
            Some(Err(SocketError::Capacity(_))) => return Err(End::Overlong),
            // Most simply vanish: a closed laptop says no goodbye.
            Some(Err(SocketError::Protocol(ProtocolError::ResetWithoutClosingHandshake))) => {
                return Err(End::Left);
            }
            Some(Err(SocketError::Protocol(_) | SocketError::Utf8(_))) => {
                return Err(End::Close(CloseReason::Malformed));
            }
            Some(Err(SocketError::Io(error))) if self::socket::is_over_allowance(&error) => {
                return Err(End::Overlong);
            }
            Some(Err(_)) => return Err(End::Left),
            Some(Ok(message)) => message,
        };
        self.bucket.take().await.map_err(End::Close)?;
        match message {
            SocketMessage::Binary(bytes) => self.on_binary(bytes).await.map_err(End::Close),
            SocketMessage::Text(_) => Err(End::Close(CloseReason::Malformed)),
            SocketMessage::Close(_) => Err(End::Left),
            SocketMessage::Ping(_) | SocketMessage::Pong(_) | SocketMessage::Frame(_) => Ok(()),
        }
    }

    async fn on_binary(&mut self, bytes: Bytes) -> Result<(), CloseReason> {
        if self.dialect == Dialect::Hocuspocus {
            match wire::connection_frame(&bytes) {
                Some(Frame::Ping) => {
                    let pong = Bytes::from_static(PONG);
                    return self.send_message(pong);
                }
                Some(_) => return Ok(()),
                None => {}
            }
        }
        let address = match self.dialect {
            Dialect::YWebsocket => self.sessions.only().ok_or(CloseReason::Unknown)?.clone(),
            Dialect::Hocuspocus => wire::peek_address(&bytes).map_err(close_reason)?,
        };
        let limits = self.context.rooms.limits();
        let frame =
            wire::decode(self.dialect, address.document(), &bytes, limits).map_err(close_reason)?;
        self.context.rooms.metrics().received(&frame, bytes.len());
        if let Some(session) = self.sessions.get(&address) {
            match frame {
                // A renewed token: nothing changes until tokens mean something.
                Frame::AuthToken(_) => {}
                Frame::Close(_) => self.leave(&address).await,
                frame => {
                    let message = Message::Frame {
                        session: session.id,
                        frame,
                    };
                    self.context.rooms.post(&session.mailbox, message).await;
                }
            }
            return Ok(());
        }
        match frame {
            // Boxed: it happens once, and would make every connection larger for its life.
            Frame::AuthToken(token) => Box::pin(self.join(address, &token)).await,
            // What a client sent before it could know that it was refused, or has left.
            _ if self.sessions.was_here(&address) => Ok(()),
            _ => Err(CloseReason::Unauthenticated),
        }
    }

    /// Who asks for a document: whom a token or ticket in the message names, else who came
    /// with the upgrade.
    async fn caller(&self, token: &str) -> Result<Option<Arc<Caller>>, CloseReason> {
        let now = self.context.rooms.clock().now();
        let by_text = self.context.auth.by_text(token, now).await;
        let by_text = by_text.map_err(|error| {
            tracing::error!(%error, "a token cannot be looked up");
            CloseReason::Internal
        })?;
        Ok(by_text.map(Arc::new).or_else(|| self.caller.clone()))
    }

    /// Signs in to one document.
    async fn join(&mut self, address: Address, token: &str) -> Result<(), CloseReason> {
        if self.sessions.is_full() {
            return Err(CloseReason::TooFast);
        }
        let Some(caller) = self.caller(token).await? else {
            return self.refuse(&address, CloseReason::Unauthenticated);
        };
        let now = self.context.rooms.clock().now();
        let document = address.document();
        let grant = match self.context.auth.grant(&caller, document, now).await {
            Ok(grant) => grant,
            Err(reason) => return self.refuse(&address, reason),
        };
        let document = address.document().clone();
        let now = self.context.rooms.clock().now();
        if let Err(reason) = talk::prepare(self.context.rooms.store(), &document, now).await {
            return self.refuse(&address, reason);
        }
        let session = self.context.rooms.next_session();
        let join = Join {
            session,
            dialect: self.dialect,
            address: address.clone(),
            grant,
            output: self.output.clone(),
        };
        let mailbox = self.context.rooms.join(&document, join).await?;
        let session = Session {
            id: session,
            mailbox,
            caller,
        };
        self.sessions.insert(address, session);
        self.allowance.lift();
        Ok(())
    }

    /// Somebody's rights have changed: what is open here and may be concerned is decided
    /// about anew. Who hears of it too late asks about everything.
    async fn on_rights(
        &mut self,
        change: Result<Change, broadcast::error::RecvError>,
    ) -> Result<(), End> {
        let concerned = match change {
            Ok(change) => self.sessions.concerned(|address, caller| {
                let map = address.document().key();
                change.concerns(&caller.person, &caller.credential, map)
            }),
            Err(broadcast::error::RecvError::Lagged(_)) => self.sessions.concerned(|_, _| true),
            // The process ends.
            Err(broadcast::error::RecvError::Closed) => return Ok(()),
        };
        for address in concerned {
            // Boxed: it is rare, and would make every connection larger for its life.
            let decided = Box::pin(self.decide_anew(&address)).await;
            decided.map_err(End::Close)?;
        }
        Ok(())
    }

    /// Tells the room what a session may do now, or ends the session.
    async fn decide_anew(&mut self, address: &Address) -> Result<(), CloseReason> {
        let Some(session) = self.sessions.get(address) else {
            return Ok(());
        };
        let now = self.context.rooms.clock().now();
        let auth = &self.context.auth;
        let grant = auth.grant(&session.caller, address.document(), now).await;
        match grant {
            Ok(grant) => {
                let message = Message::Grant {
                    session: session.id,
                    grant: Box::new(grant),
                };
                self.context.rooms.post(&session.mailbox, message).await;
                Ok(())
            }
            Err(reason) => {
                self.leave(address).await;
                // They know that it exists.
                let told = match reason {
                    CloseReason::Unknown => CloseReason::Forbidden,
                    other => other,
                };
                self.refuse(address, told)
            }
        }
    }

    /// A room has ended one of our sessions.
    fn on_ended(&mut self, Ended { session, reason }: Ended) -> Result<(), End> {
        let Some(address) = self.sessions.remove(session) else {
            return Ok(());
        };
        self.refuse(&address, reason).map_err(End::Close)
    }

    /// Ends what concerns one document: that session where the dialect can say so and the
    /// fault is not the connection's, else the connection.
    fn refuse(&mut self, address: &Address, reason: CloseReason) -> Result<(), CloseReason> {
        let about_document = matches!(
            reason,
            CloseReason::Unknown | CloseReason::Forbidden | CloseReason::Unauthenticated
        );
        if self.dialect == Dialect::YWebsocket || !about_document {
            return Err(reason);
        }
        self.sessions.remember_refusal(address.clone(), reason);
        let text = reason.text().to_owned();
        for frame in [Frame::PermissionDenied(text.clone()), Frame::Close(text)] {
            if let Some(message) = wire::encode_to(self.dialect, address, &frame) {
                self.send_message(message)?;
            }
        }
        Ok(())
    }

    fn send_message(&self, message: Bytes) -> Result<(), CloseReason> {
        let sent = self.writer.send_own(message);
        sent.map_err(|_| CloseReason::TooSlow)
    }

    async fn leave(&mut self, address: &Address) {
        if let Some(session) = self.sessions.take(address) {
            session.say_goodbye().await;
        }
    }

    async fn leave_all(&mut self) {
        for session in self.sessions.drain() {
            session.say_goodbye().await;
        }
    }
}

/// Resolves once the value is true, or nobody can set it any more.
async fn is_set(value: &mut watch::Receiver<bool>) {
    let _ = value.wait_for(|value| *value).await;
}

/// The Hocuspocus answer to a ping of the connection: one byte without a name.
const PONG: &[u8] = &[10];

fn close_reason(error: WireError) -> CloseReason {
    match error {
        WireError::Malformed(_) => CloseReason::Malformed,
        WireError::TooLarge { .. } => CloseReason::TooLarge,
    }
}
