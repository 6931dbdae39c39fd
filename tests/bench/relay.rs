//! The raw relay: what the same stack can do at most with one frame a message.
//!
//! Every message goes to everybody else at the same address, as it came: no document, no
//! storage, one shared buffer. It runs as a process of its own so that its processor time
//! can be told from the generator's.

use std::collections::HashMap;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use bytes::Bytes;
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

/// What a connection reads into: the library's own 128 KiB each would be all that one sees
/// of two thousand idle connections.
const READ_BUFFER: usize = 8 << 10;
/// Messages written before a flush at most.
const BATCH: usize = 64;

type Rooms = Arc<Mutex<HashMap<String, Arc<Mutex<Room>>>>>;
type Room = HashMap<u64, mpsc::UnboundedSender<Bytes>>;

/// Relays until it is killed.
///
/// # Errors
/// When it cannot listen.
pub(crate) fn serve() -> Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("no runtime")?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address: SocketAddr = listener.local_addr()?;
        writeln!(std::io::stderr(), "ready on http://{address}")?;
        let rooms = Rooms::default();
        for id in 0.. {
            let (stream, _) = listener.accept().await?;
            let rooms = rooms.clone();
            tokio::spawn(async move {
                // Whoever cannot speak is not relayed to.
                let _ = relay(id, stream, rooms).await;
            });
        }
        Ok(())
    })
}

async fn relay(id: u64, stream: TcpStream, rooms: Rooms) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut path = String::new();
    #[expect(clippy::result_large_err, reason = "the library's signature")]
    let accept = |request: &Request, response: Response| {
        request.uri().path().clone_into(&mut path);
        Ok(response)
    };
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
    let socket = accept_hdr_async_with_config(stream, accept, Some(config)).await?;
    let (sink, mut messages) = socket.split();
    let room = lock(&rooms).entry(path).or_default().clone();
    let (sender, outgoing) = mpsc::unbounded_channel();
    lock(&room).insert(id, sender);
    tokio::spawn(write(sink, outgoing));
    while let Some(Ok(message)) = messages.next().await {
        if let Message::Binary(bytes) = message {
            for (other, sender) in lock(&room).iter() {
                if *other != id {
                    // Gone already if this fails.
                    let _ = sender.send(bytes.clone());
                }
            }
        }
    }
    lock(&room).remove(&id);
    Ok(())
}

async fn write(
    mut sink: SplitSink<WebSocketStream<TcpStream>, Message>,
    mut outgoing: mpsc::UnboundedReceiver<Bytes>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while outgoing.recv_many(&mut batch, BATCH).await > 0 {
        for bytes in batch.drain(..) {
            if sink.feed(Message::Binary(bytes)).await.is_err() {
                return;
            }
        }
        if sink.flush().await.is_err() {
            return;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().expect("nobody panics with the lock")
}
