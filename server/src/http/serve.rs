//! Takes TCP connections and reads requests from them, within bounds.
//!
//! axum's own loop sets no time for a request's head and no bound to how many connections
//! wait without asking anything. Here a connection that is in no handler and no WebSocket
//! waits in a list of bounded length: its time runs out, and when the list is full, the one
//! that has waited longest goes. An honest handshake takes milliseconds, so whoever opens
//! connections and dawdles only ever displaces their own kind.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc, watch};

use super::App;
use crate::auth::address::Peer;
use crate::metrics::Metrics;

/// The longest head of a request, and how many headers may be in it.
const HEAD_BYTES: usize = 32 * 1024;
const HEADERS: usize = 64;
/// What a connection may take from us that the peer has not made room for yet. A peer that
/// reads slowly is noticed after so much, not after the whole send buffer: until then every
/// change is written to it as to everybody else, and what is in the buffer cannot be merged.
#[cfg(target_os = "linux")]
const UNSENT_BYTES: u32 = 16 * 1024;
/// How long no connection is taken after the operating system could not give one, which
/// it cannot while too many files are open.
const BREATH: Duration = Duration::from_millis(200);

/// Serves until told to stop, then until every request that has begun is answered.
pub(crate) async fn serve(listener: TcpListener, app: App, mut stopping: watch::Receiver<bool>) {
    let config = app.context.config.clone();
    let door = Arc::new(Door {
        places: config.waiting_connections as usize,
        waiting: Mutex::default(),
        metrics: app.context.rooms.metrics().clone(),
    });
    let router = super::router(app);
    // Connections inherit it. Left to itself the kernel keeps megabytes for a peer that does
    // not read, and it is long before its room notices.
    let buffer = config.send_buffer_bytes as usize;
    if let Err(error) = socket2::SockRef::from(&listener).set_send_buffer_size(buffer) {
        tracing::warn!(%error, "the size of send buffers stays as the system has it");
    }
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(config.head_timeout())
        .max_headers(HEADERS)
        .max_buf_size(HEAD_BYTES);
    let (busy, mut ended) = mpsc::channel::<std::convert::Infallible>(1);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let talk = talk(
                    http.clone(),
                    stream,
                    Peer(peer.ip()),
                    router.clone(),
                    door.clone(),
                    stopping.clone(),
                );
                let busy = busy.clone();
                tokio::spawn(async move {
                    talk.await;
                    drop(busy);
                });
            }
            // The peer has gone before we came to it.
            Err(error) if is_of_the_peer(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot take connections");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop((listener, busy));
    let _ = ended.recv().await;
}

fn is_of_the_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

/// Answers the requests of one connection, until it ends or becomes a WebSocket.
async fn talk(
    http: http1::Builder,
    stream: TcpStream,
    peer: Peer,
    router: Router,
    door: Arc<Door>,
    mut stopping: watch::Receiver<bool>,
) {
    // Small messages must not wait for more to come.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY is not possible");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = socket2::SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT_BYTES) {
        tracing::debug!(%error, "TCP_NOTSENT_LOWAT is not possible");
    }
    let _open = door.metrics.tcp_connection();
    let cut = Arc::new(Notify::new());
    let ticket = Ticket::new(door, cut.clone());
    let service = TowerToHyperService::new(router);
    let service = service_fn(|mut request: Request<Incoming>| {
        ticket.leave();
        request.extensions_mut().insert(peer);
        let answer = service.call(request);
        let ticket = &ticket;
        async move {
            let answer = answer.await;
            // The answer is still to be read, by whoever may not want to.
            ticket.wait();
            answer
        }
    });
    let talking = http.serve_connection(TokioIo::new(stream), service);
    let mut talking = std::pin::pin!(talking.with_upgrades());
    let mut told = false;
    loop {
        let result = tokio::select! {
            result = talking.as_mut() => result,
            () = cut.notified() => {
                tracing::debug!("cut a connection that waited longest of too many");
                return;
            }
            _ = stopping.wait_for(|stop| *stop), if !told => {
                told = true;
                talking.as_mut().graceful_shutdown();
                continue;
            }
        };
        if let Err(error) = result {
            tracing::debug!(%error, "a connection ended");
        }
        return;
    }
}

/// The connections that wait, in the order in which they began to.
struct Door {
    places: usize,
    waiting: Mutex<Waiting>,
    metrics: Arc<Metrics>,
}

#[derive(Default)]
struct Waiting {
    next: u64,
    cuts: BTreeMap<u64, Arc<Notify>>,
}

impl Door {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection's place among those that wait, while it does.
struct Ticket {
    door: Arc<Door>,
    cut: Arc<Notify>,
    number: Mutex<Option<u64>>,
}

impl Ticket {
    /// Begins to wait.
    fn new(door: Arc<Door>, cut: Arc<Notify>) -> Self {
        let ticket = Self {
            door,
            cut,
            number: Mutex::new(None),
        };
        ticket.wait();
        ticket
    }

    /// Waits from now on; whoever has waited longest goes if there are too many.
    fn wait(&self) {
        self.leave();
        let mut waiting = self.door.waiting();
        let number = waiting.next;
        waiting.next += 1;
        waiting.cuts.insert(number, self.cut.clone());
        if waiting.cuts.len() > self.door.places
            && let Some((_, cut)) = waiting.cuts.pop_first()
        {
            self.door.metrics.tcp_cut.inc();
            cut.notify_one();
        }
        *self.number() = Some(number);
    }

    /// Waits no longer: it is being answered, or has gone.
    fn leave(&self) {
        if let Some(number) = self.number().take() {
            self.door.waiting().cuts.remove(&number);
        }
    }

    fn number(&self) -> MutexGuard<'_, Option<u64>> {
        self.number.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.leave();
    }
}
