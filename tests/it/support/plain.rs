//! A client of the plain y-websocket dialect, written from its description.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use waymark_sync::{Dialect, DocumentId, Frame, Limits, wire};
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Doc, OffsetKind, Options, ReadTxn, StateVector, Transact, TransactionMut, Update};

use super::soon;

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens a WebSocket.
pub(crate) async fn connect(url: &str) -> Socket {
    let (socket, _) = soon("a connection", connect_async(url)).await.unwrap();
    socket
}

/// Reads until the other side closes; its code.
pub(crate) async fn close_code(socket: &mut Socket) -> u16 {
    let closed = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(Some(frame)))) => return u16::from(frame.code),
                Some(Ok(Message::Close(None))) => return 1005,
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return 1006,
            }
        }
    };
    soon("the connection to be closed", closed).await
}

pub(crate) struct Plain {
    pub(crate) socket: Socket,
    pub(crate) doc: Doc,
    document: DocumentId,
}

impl Plain {
    pub(crate) async fn join(url: &str, document: &DocumentId) -> Self {
        let socket = connect(&format!("{url}/{document}")).await;
        Self::over(socket, document).await
    }

    /// Joins over a socket that is connected already.
    pub(crate) async fn over(socket: Socket, document: &DocumentId) -> Self {
        let options = Options {
            offset_kind: OffsetKind::Utf16,
            ..Options::default()
        };
        let mut plain = Self {
            socket,
            doc: Doc::with_options(options),
            document: document.clone(),
        };
        let have = plain.doc.transact().state_vector().encode_v1();
        plain.send(Frame::SyncStep1(have.into())).await;
        plain
    }

    pub(crate) async fn edit(&mut self, edit: impl FnOnce(&mut TransactionMut<'_>)) {
        let update = {
            let mut txn = self.doc.transact_mut();
            edit(&mut txn);
            txn.encode_update_v1()
        };
        self.send(Frame::Update(update.into())).await;
    }

    /// Takes messages until the document is as wanted.
    pub(crate) async fn until(&mut self, what: &str, wanted: impl Fn(&Doc) -> bool) {
        let happening = async {
            while !wanted(&self.doc) {
                match self.socket.next().await {
                    Some(Ok(Message::Binary(message))) => self.receive(message).await,
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    other => panic!("waiting for {what}, got {other:?}"),
                }
            }
        };
        soon(what, happening).await;
    }

    pub(crate) async fn receive(&mut self, message: Bytes) {
        let limits = Limits::for_replica();
        match wire::decode(Dialect::YWebsocket, &self.document, &message, &limits).unwrap() {
            Frame::SyncStep1(theirs) => {
                let theirs = StateVector::decode_v1(&theirs).unwrap();
                let diff = self.doc.transact().encode_diff_v1(&theirs);
                self.send(Frame::SyncStep2(diff.into())).await;
            }
            Frame::SyncStep2(update) | Frame::Update(update) => {
                let update = Update::decode_v1(&update).unwrap();
                self.doc.transact_mut().apply_update(update).unwrap();
            }
            _ => {}
        }
    }

    async fn send(&mut self, frame: Frame) {
        let message = wire::encode(Dialect::YWebsocket, &self.document, &frame).unwrap();
        self.socket.send(Message::Binary(message)).await.unwrap();
    }
}
