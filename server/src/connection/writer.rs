//! The writing half of a connection.

use futures_util::SinkExt;
use futures_util::stream::SplitSink;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use waymark_sync::CloseReason;

use super::Socket;
use crate::room_task::{Credit, Outgoing};

/// What is fed before it is flushed: a few small frames cost one system call, a large
/// one does not wait for more.
const FEED_BYTES: usize = 64 * 1024;

/// Writes until told to close, or until nobody can send any more. Hands the half back.
pub(super) async fn write(
    mut sink: SplitSink<Socket, Message>,
    mut outgoing: mpsc::Receiver<Outgoing>,
) -> SplitSink<Socket, Message> {
    let mut credits: Vec<Credit> = Vec::new();
    while let Some(first) = outgoing.recv().await {
        let mut next = Some(first);
        let mut fed = 0;
        while let Some(item) = next.take() {
            let message = match item {
                Outgoing::Frame { message, credit } => {
                    fed += message.len();
                    credits.extend(credit);
                    Message::Binary(message)
                }
                Outgoing::Ping => Message::Ping(bytes::Bytes::new()),
                Outgoing::Close(reason) => {
                    // The connection is gone already if this fails.
                    let _ = sink.send(close(reason)).await;
                    return sink;
                }
            };
            if sink.feed(message).await.is_err() {
                return sink;
            }
            if fed < FEED_BYTES {
                next = outgoing.try_recv().ok();
            }
        }
        if sink.flush().await.is_err() {
            return sink;
        }
        for credit in credits.drain(..) {
            credit.give_back();
        }
    }
    sink
}

fn close(reason: CloseReason) -> Message {
    Message::Close(Some(CloseFrame {
        code: reason.code().into(),
        reason: reason.text().into(),
    }))
}
