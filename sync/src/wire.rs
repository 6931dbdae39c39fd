//! Frames, and the two dialects they travel in.

pub(crate) mod varint;

mod address;
mod hocuspocus;
mod ywebsocket;

use bytes::Bytes;

use crate::document::DocumentId;
use crate::limits::Limits;

pub use address::Address;

/// How a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// `GET /sync/{document}`: y-protocols as `y-websocket` speaks them, one document a connection.
    YWebsocket,
    /// `GET /sync`: the Hocuspocus protocol, a document name before each message.
    Hocuspocus,
}

/// A decoded message whose payload is still unparsed bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// "This is what I have": a state vector.
    SyncStep1(Bytes),
    /// The answer to step 1: what the other lacks.
    SyncStep2(Bytes),
    /// A change.
    Update(Bytes),
    /// Presence of one or more client ids.
    Awareness(Bytes),
    /// "Tell me everybody's presence."
    QueryAwareness,
    /// A token (from a client), Hocuspocus only.
    AuthToken(String),
    /// Accepted, with the scope `read-write` or `readonly` (from the server).
    Authenticated(String),
    /// Refused, with the reason (from the server).
    PermissionDenied(String),
    /// Extra facts as JSON, Hocuspocus only.
    Stateless(String),
    /// Whether an update is durable (`true`) or was refused (`false`), Hocuspocus only, from the server.
    SyncStatus(bool),
    /// The other side leaves this document, Hocuspocus only.
    Close(String),
    /// Are you there?
    Ping,
    /// Yes.
    Pong,
}

/// Why bytes are not a frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Not the protocol.
    #[error("malformed message: {0}")]
    Malformed(&'static str),
    /// Over the limit of its kind.
    #[error("message of {bytes} bytes is over its limit of {limit}")]
    TooLarge {
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        limit: usize,
    },
}

/// The document name in front of a Hocuspocus message, still unchecked and without the
/// session suffix that newer providers add.
///
/// # Errors
/// [`WireError`] when there is none.
pub fn peek_document(message: &[u8]) -> Result<&str, WireError> {
    hocuspocus::peek_name(message).map(|(document, _)| document)
}

/// The whole address in front of a Hocuspocus message: what a connection tells its
/// sessions apart by, since one document may be open in it several times.
///
/// # Errors
/// [`WireError`] when there is none, or its document name breaks the naming rule.
pub fn peek_address(message: &[u8]) -> Result<Address, WireError> {
    let (document, whole) = hocuspocus::peek_name(message)?;
    let document =
        DocumentId::parse(document).map_err(|_| WireError::Malformed("not a document name"))?;
    Ok(Address::new(document, whole))
}

/// A Hocuspocus message that belongs to the connection instead of a document: a ping or
/// pong is one byte without a name. `None` for every other message.
pub fn connection_frame(message: &[u8]) -> Option<Frame> {
    hocuspocus::connection_frame(message)
}

/// Decodes a whole binary WebSocket message. For Hocuspocus the document name in front
/// must be `document`'s (a session suffix, which newer providers add, is allowed).
///
/// # Errors
/// [`WireError`]; the connection is to be closed with it.
pub fn decode(
    dialect: Dialect,
    document: &DocumentId,
    message: &Bytes,
    limits: &Limits,
) -> Result<Frame, WireError> {
    match dialect {
        Dialect::YWebsocket => ywebsocket::decode(message, limits),
        Dialect::Hocuspocus => hocuspocus::decode(document, message, limits),
    }
}

/// Encodes a frame; `None` when the dialect has no such message.
pub fn encode(dialect: Dialect, document: &DocumentId, frame: &Frame) -> Option<Bytes> {
    match dialect {
        Dialect::YWebsocket => ywebsocket::encode(frame),
        Dialect::Hocuspocus => Some(hocuspocus::encode(document.as_str(), frame)),
    }
}

/// Encodes a frame for a peer that gave its address; `None` as with [`encode`].
pub fn encode_to(dialect: Dialect, address: &Address, frame: &Frame) -> Option<Bytes> {
    match dialect {
        Dialect::YWebsocket => ywebsocket::encode(frame),
        Dialect::Hocuspocus => Some(hocuspocus::encode(address.as_str(), frame)),
    }
}

/// Reads the sync part that both dialects share, after its message type.
fn decode_sync(
    reader: &mut varint::Reader<'_>,
    message: &Bytes,
    limits: &Limits,
) -> Result<Frame, WireError> {
    let kind = reader.var_u64()?;
    let payload = reader.buffer()?;
    let (limit, frame): (usize, fn(Bytes) -> Frame) = match kind {
        0 => (limits.update_bytes, Frame::SyncStep1),
        1 => (limits.first_sync_bytes, Frame::SyncStep2),
        2 => (limits.update_bytes, Frame::Update),
        _ => return Err(WireError::Malformed("unknown sync message")),
    };
    check_size(payload.len(), limit)?;
    Ok(frame(message.slice_ref(payload)))
}

/// Reads a presence payload.
fn decode_awareness(
    reader: &mut varint::Reader<'_>,
    message: &Bytes,
    limits: &Limits,
) -> Result<Frame, WireError> {
    let payload = reader.buffer()?;
    check_size(payload.len(), limits.awareness_bytes)?;
    Ok(Frame::Awareness(message.slice_ref(payload)))
}

fn decode_text(reader: &mut varint::Reader<'_>, limits: &Limits) -> Result<String, WireError> {
    let text = reader.string()?;
    check_size(text.len(), limits.text_bytes)?;
    Ok(text.to_owned())
}

fn check_size(bytes: usize, limit: usize) -> Result<(), WireError> {
    if bytes > limit {
        return Err(WireError::TooLarge { bytes, limit });
    }
    Ok(())
}

/// Which of the three sync messages a frame is.
fn sync_kind(frame: &Frame) -> u64 {
    match frame {
        Frame::SyncStep1(_) => 0,
        Frame::SyncStep2(_) => 1,
        _ => 2,
    }
}

fn payload_len(frame: &Frame) -> usize {
    match frame {
        Frame::SyncStep1(payload)
        | Frame::SyncStep2(payload)
        | Frame::Update(payload)
        | Frame::Awareness(payload) => payload.len(),
        Frame::AuthToken(text)
        | Frame::Authenticated(text)
        | Frame::PermissionDenied(text)
        | Frame::Stateless(text)
        | Frame::Close(text) => text.len(),
        Frame::QueryAwareness | Frame::SyncStatus(_) | Frame::Ping | Frame::Pong => 0,
    }
}

#[cfg(test)]
mod tests;
