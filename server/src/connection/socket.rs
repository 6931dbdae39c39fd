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

use futures_util::StreamExt;
use futures_util::stream::{SplitSink, SplitStream};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::config::Config;

/// A WebSocket whose raw stream can be reached.
pub(crate) type Socket = WebSocketStream<Gate>;

/// Names, tags and lengths around the largest payload.
const ENVELOPE_BYTES: usize = 1024;
const READ_BUFFER_BYTES: usize = 16 * 1024;
const WRITE_BUFFER_BYTES: usize = 64 * 1024;
/// More than any document: a message is one diff at most. Reached only when the peer
/// does not read, and then the connection ends.
const MAX_WRITE_BUFFER_BYTES: usize = 256 * 1024 * 1024;
/// How much of an overlong message is read away, and how long its sender may pause.
const DRAIN_BYTES: usize = 64 * 1024 * 1024;
const DRAIN_PAUSE: Duration = Duration::from_millis(500);

/// Makes a WebSocket of an upgraded stream, with every limit set and none inherited.
pub(crate) async fn socket(stream: Upgraded, config: &Config) -> (Socket, Allowance) {
    let largest = config.first_sync_bytes.max(config.update_bytes) as usize + ENVELOPE_BYTES;
    let limits = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(MAX_WRITE_BUFFER_BYTES)
        .max_message_size(Some(largest))
        .max_frame_size(Some(largest));
    let allowance = Allowance(Arc::new(AtomicUsize::new(config.greeting_bytes as usize)));
    let gate = Gate {
        stream: TokioIo::new(stream),
        allowance: allowance.clone(),
    };
    (
        WebSocketStream::from_raw_socket(gate, Role::Server, Some(limits)).await,
        allowance,
    )
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

/// A stream that reads no more than the allowance.
#[derive(Debug)]
pub(crate) struct Gate {
    stream: TokioIo<Upgraded>,
    allowance: Allowance,
}

impl AsyncRead for Gate {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let left = self.allowance.0.load(Ordering::Relaxed);
        if left == UNLIMITED {
            return Pin::new(&mut self.stream).poll_read(cx, buffer);
        }
        if left == 0 {
            return Poll::Ready(Err(io::Error::other(OverAllowance)));
        }
        let space = left.min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(space));
        let result = Pin::new(&mut self.stream).poll_read(cx, &mut part);
        let read = part.filled().len();
        buffer.advance(read);
        // Lifted only between two reads, by the task that reads.
        self.allowance.0.store(left - read, Ordering::Relaxed);
        result
    }
}

impl AsyncWrite for Gate {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }
}

/// Ends a connection: what the writer still has goes out, then the peer may answer.
pub(super) async fn finish(
    mut stream: SplitStream<Socket>,
    mut writer: JoinHandle<SplitSink<Socket, Message>>,
    overlong: bool,
    patience: Duration,
) {
    let Ok(Ok(sink)) = tokio::time::timeout(patience, &mut writer).await else {
        // The peer does not read; waiting longer would only keep its memory.
        writer.abort();
        return;
    };
    if overlong {
        if let Ok(mut socket) = stream.reunite(sink) {
            let gate = socket.get_mut();
            gate.allowance.lift();
            drain(gate).await;
        }
        return;
    }
    // The peer's answer to our close, or its end.
    let answer = async { while let Some(Ok(_)) = stream.next().await {} };
    let _ = tokio::time::timeout(patience, answer).await;
}

/// Reads away what a peer is still sending, within bounds.
async fn drain(stream: &mut Gate) {
    let mut buffer = vec![0; READ_BUFFER_BYTES];
    let mut left = DRAIN_BYTES;
    while left > 0 {
        match tokio::time::timeout(DRAIN_PAUSE, stream.read(&mut buffer)).await {
            Ok(Ok(read)) if read > 0 => left = left.saturating_sub(read),
            _ => return,
        }
    }
}
