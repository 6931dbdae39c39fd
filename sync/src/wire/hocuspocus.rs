//! The Hocuspocus dialect: the document's name, a message type, then the payload.

use bytes::Bytes;

use super::address::Address;
use super::varint::{Reader, write_buffer, write_var};
use super::{Frame, WireError, decode_awareness, decode_sync, decode_text, payload_len, sync_kind};
use crate::document::DocumentId;
use crate::limits::Limits;

const SYNC: u64 = 0;
const AWARENESS: u64 = 1;
const AUTH: u64 = 2;
const QUERY_AWARENESS: u64 = 3;
/// A sync message that asks for no answer; older peers send it.
const SYNC_REPLY: u64 = 4;
const STATELESS: u64 = 5;
const CLOSE: u64 = 7;
const SYNC_STATUS: u64 = 8;
const PING: u64 = 9;
const PONG: u64 = 10;

const AUTH_TOKEN: u64 = 0;
const AUTH_DENIED: u64 = 1;
const AUTH_ACCEPTED: u64 = 2;

/// Between the document's name and a session's suffix.
const SEPARATOR: char = '\0';

/// The document's part of the name in front, and the whole of it.
pub(super) fn peek_name(message: &[u8]) -> Result<(&str, &str), WireError> {
    read_name(&mut Reader::new(message))
}

pub(super) fn connection_frame(message: &[u8]) -> Option<Frame> {
    match message {
        [byte] if u64::from(*byte) == PING => Some(Frame::Ping),
        [byte] if u64::from(*byte) == PONG => Some(Frame::Pong),
        _ => None,
    }
}

pub(super) fn decode(
    document: &DocumentId,
    message: &Bytes,
    limits: &Limits,
) -> Result<Frame, WireError> {
    if let Some(frame) = connection_frame(message) {
        return Ok(frame);
    }
    let mut reader = Reader::new(message);
    let (name, _) = read_name(&mut reader)?;
    if name != document.as_str() {
        return Err(WireError::Malformed("another document's name"));
    }
    let frame = match reader.var_u64()? {
        SYNC | SYNC_REPLY => decode_sync(&mut reader, message, limits)?,
        AWARENESS => decode_awareness(&mut reader, message, limits)?,
        AUTH => decode_auth(&mut reader, limits)?,
        QUERY_AWARENESS => Frame::QueryAwareness,
        STATELESS => Frame::Stateless(decode_text(&mut reader, limits)?),
        // A provider says no reason, a server does.
        CLOSE if reader.is_empty() => Frame::Close(String::new()),
        CLOSE => Frame::Close(decode_text(&mut reader, limits)?),
        SYNC_STATUS => match reader.var_u64()? {
            0 => Frame::SyncStatus(false),
            1 => Frame::SyncStatus(true),
            _ => return Err(WireError::Malformed("unknown sync status")),
        },
        PING => Frame::Ping,
        PONG => Frame::Pong,
        _ => return Err(WireError::Malformed("unknown message")),
    };
    reader.end()?;
    Ok(frame)
}

pub(super) fn encode(name: &str, frame: &Frame) -> Bytes {
    let mut out = Vec::with_capacity(name.len() + payload_len(frame) + 12);
    match frame {
        Frame::SyncStep1(payload) | Frame::SyncStep2(payload) | Frame::Update(payload) => {
            start(&mut out, name, SYNC);
            write_var(&mut out, sync_kind(frame));
            write_buffer(&mut out, payload);
        }
        Frame::Awareness(payload) => {
            start(&mut out, name, AWARENESS);
            write_buffer(&mut out, payload);
        }
        Frame::QueryAwareness => start(&mut out, name, QUERY_AWARENESS),
        Frame::AuthToken(token) => write_auth(&mut out, name, AUTH_TOKEN, token),
        Frame::PermissionDenied(reason) => write_auth(&mut out, name, AUTH_DENIED, reason),
        Frame::Authenticated(scope) => write_auth(&mut out, name, AUTH_ACCEPTED, scope),
        Frame::Stateless(text) => {
            start(&mut out, name, STATELESS);
            write_buffer(&mut out, text.as_bytes());
        }
        Frame::SyncStatus(durable) => {
            start(&mut out, name, SYNC_STATUS);
            write_var(&mut out, u64::from(*durable));
        }
        Frame::Close(reason) => {
            start(&mut out, name, CLOSE);
            write_buffer(&mut out, reason.as_bytes());
        }
        Frame::Ping => start(&mut out, name, PING),
        Frame::Pong => start(&mut out, name, PONG),
    }
    out.into()
}

fn read_name<'a>(reader: &mut Reader<'a>) -> Result<(&'a str, &'a str), WireError> {
    let whole = reader.string()?;
    let (document, suffix) = whole.split_once(SEPARATOR).unwrap_or((whole, ""));
    if document.is_empty()
        || document.len() > DocumentId::MAX_BYTES
        || suffix.len() > Address::MAX_SUFFIX_BYTES
    {
        return Err(WireError::Malformed("not a document name"));
    }
    Ok((document, whole))
}

fn decode_auth(reader: &mut Reader<'_>, limits: &Limits) -> Result<Frame, WireError> {
    match reader.var_u64()? {
        AUTH_TOKEN => {
            let token = decode_text(reader, limits)?;
            // Newer providers tell their version after the token.
            if !reader.is_empty() {
                decode_text(reader, limits)?;
            }
            Ok(Frame::AuthToken(token))
        }
        AUTH_DENIED => Ok(Frame::PermissionDenied(decode_text(reader, limits)?)),
        AUTH_ACCEPTED => Ok(Frame::Authenticated(decode_text(reader, limits)?)),
        _ => Err(WireError::Malformed("unknown auth message")),
    }
}

fn start(out: &mut Vec<u8>, name: &str, kind: u64) {
    write_buffer(out, name.as_bytes());
    write_var(out, kind);
}

fn write_auth(out: &mut Vec<u8>, name: &str, kind: u64, text: &str) {
    start(out, name, AUTH);
    write_var(out, kind);
    write_buffer(out, text.as_bytes());
}
