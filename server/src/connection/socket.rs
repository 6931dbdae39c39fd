//! The socket below a connection: its limits, and how it ends.
//!
//! The upgrade is done here and not by axum's extractor because the raw stream is
//! needed twice: to bound what a peer may send before it has signed in, and to read an
//! overlong message to its end, without which TCP would throw our close code away.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::writer::Writer;
use crate::config::Config;

/// The reading half of a WebSocket.
pub(crate) type Socket = WebSocketStream<Gate>;

/// Names, tags and lengths around the largest payload.
const ENVELOPE_BYTES: usize = 1024;
/// Kept by every connection for its life, and enough for what people type. What is longer
/// gets room of its own, which goes with it.
const READ_BUFFER_BYTES: usize = 1024;
const DRAIN_BUFFER_BYTES: usize = 16 * 1024;
/// How much of an overlong message is read away, and how long its sender may pause.
const DRAIN_BYTES: usize = 64 * 1024 * 1024;
const DRAIN_PAUSE: Duration = Duration::from_millis(500);

/// A connection after its upgrade.
#[derive(Debug)]
pub(crate) struct Upgrade {
    pub(super) socket: Box<Socket>,
    pub(super) writer: Arc<Writer>,
    pub(super) allowance: Allowance,
}

/// Makes a WebSocket of an upgraded stream, with every limit set and none inherited.
/// `None` if it is not a stream of ours.
pub(crate) async fn upgrade(stream: Upgraded, config: &Config) -> Option<Upgrade> {
    let parts = stream.downcast::<TokioIo<TcpStream>>().ok()?;
    let (half, write_half) = parts.io.into_inner().into_split();
    let writer = Writer::new(write_half);
    let largest = config.first_sync_bytes.max(config.update_bytes) as usize + ENVELOPE_BYTES;
    let limits = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(ENVELOPE_BYTES)
        .max_message_size(Some(largest))
        .max_frame_size(Some(largest));
    let allowance = Allowance(Arc::new(AtomicUsize::new(config.greeting_bytes as usize)));
    let gate = Gate {
        // Even when nothing is in it, it keeps the buffer that the request was read into.
        early: Bytes::copy_from_slice(&parts.read_buf),
        half,
        writer: Arc::clone(&writer),
        allowance: allowance.clone(),
    };
    let socket = WebSocketStream::from_raw_socket(gate, Role::Server, Some(limits)).await;
    Some(Upgrade {
        // It is handed on, and each place it passes through would keep room for it.
        socket: Box::new(socket),
        writer,
        allowance,
    })
}

/// How many bytes a peer may still send before it has signed in.
#[derive(Clone, Debug)]
pub(crate) struct Allowance(Arc<AtomicUsize>);

const UNLIMITED: usize = usize::MAX;

impl Allowance {
    /// The peer has signed in.
    pub(crate) fn lift(&self) {
        self.0.store(UNLIMITED, Ordering::Relaxed);
    }
}

#[derive(Debug, thiserror::Error)]
#[error("too much sent before signing in")]
struct OverAllowance;

/// Whether a read failed because the peer sent too much before it had signed in.
pub(super) fn is_over_allowance(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(|inner| inner.is::<OverAllowance>())
}

/// Reads no more than the allowance. What the protocol answers by itself (pongs, the echo
/// of a close) goes to the writer.
#[derive(Debug)]
pub(crate) struct Gate {
    /// What had arrived with the request.
    early: Bytes,
    half: OwnedReadHalf,
    writer: Arc<Writer>,
    allowance: Allowance,
}

impl Gate {
    fn poll_bytes(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.early.is_empty() {
            return Pin::new(&mut self.half).poll_read(cx, buffer);
        }
        let count = self.early.len().min(buffer.remaining());
        buffer.put_slice(&self.early[..count]);
        self.early.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Gate {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let left = self.allowance.0.load(Ordering::Relaxed);
        if left == UNLIMITED {
            return self.poll_bytes(cx, buffer);
        }
        if left == 0 {
            return Poll::Ready(Err(io::Error::other(OverAllowance)));
        }
        let space = left.min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(space));
        let result = self.poll_bytes(cx, &mut part);
        let read = part.filled().len();
        buffer.advance(read);
        // Lifted only between two reads, by the task that reads.
        self.allowance.0.store(left - read, Ordering::Relaxed);
        result
    }
}

impl AsyncWrite for Gate {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let sent = self.writer.send_framed(Bytes::copy_from_slice(bytes));
        Poll::Ready(match sent {
            Ok(()) => Ok(bytes.len()),
            Err(full) => Err(io::Error::other(full)),
        })
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Ends a connection: what waits goes out, then the peer may answer.
pub(super) async fn finish(
    mut socket: Box<Socket>,
    writer: Arc<Writer>,
    overlong: bool,
    patience: Duration,
) {
    // A peer that does not read in time loses the rest; waiting longer would only keep
    // its memory.
    let in_time = tokio::time::timeout(patience, writer.written())
        .await
        .is_ok();
    if in_time && overlong {
        let gate = socket.get_mut();
        gate.allowance.lift();
        drain(gate).await;
    } else if in_time {
        // The peer's answer to our close, or its end.
        let answer = async { while let Some(Ok(_)) = socket.next().await {} };
        let _ = tokio::time::timeout(patience, answer).await;
    }
    writer.end();
}

/// Reads away what a peer is still sending, within bounds.
async fn drain(stream: &mut Gate) {
    let mut buffer = vec![0; DRAIN_BUFFER_BYTES];
    let mut left = DRAIN_BYTES;
    while left > 0 {
        match tokio::time::timeout(DRAIN_PAUSE, stream.read(&mut buffer)).await {
            Ok(Ok(read)) if read > 0 => left = left.saturating_sub(read),
            _ => return,
        }
    }
}
