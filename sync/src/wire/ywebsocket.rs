//! The plain dialect: a message type, then the payload.

use bytes::Bytes;

use super::varint::{Reader, write_buffer, write_var};
use super::{Frame, WireError, decode_awareness, decode_sync, decode_text, payload_len, sync_kind};
use crate::limits::Limits;

const SYNC: u64 = 0;
const AWARENESS: u64 = 1;
const AUTH: u64 = 2;
const QUERY_AWARENESS: u64 = 3;
const PERMISSION_DENIED: u64 = 0;

pub(super) fn decode(message: &Bytes, limits: &Limits) -> Result<Frame, WireError> {
    let mut reader = Reader::new(message);
    let frame = match reader.var_u64()? {
        SYNC => decode_sync(&mut reader, message, limits)?,
        AWARENESS => decode_awareness(&mut reader, message, limits)?,
        QUERY_AWARENESS => Frame::QueryAwareness,
        AUTH => match reader.var_u64()? {
            PERMISSION_DENIED => Frame::PermissionDenied(decode_text(&mut reader, limits)?),
            _ => return Err(WireError::Malformed("unknown auth message")),
        },
        _ => return Err(WireError::Malformed("unknown message")),
    };
    reader.end()?;
    Ok(frame)
}

pub(super) fn encode(frame: &Frame) -> Option<Bytes> {
    let mut out = Vec::with_capacity(payload_len(frame) + 12);
    match frame {
        Frame::SyncStep1(payload) | Frame::SyncStep2(payload) | Frame::Update(payload) => {
            write_var(&mut out, SYNC);
            write_var(&mut out, sync_kind(frame));
            write_buffer(&mut out, payload);
        }
        Frame::Awareness(payload) => {
            write_var(&mut out, AWARENESS);
            write_buffer(&mut out, payload);
        }
        Frame::QueryAwareness => write_var(&mut out, QUERY_AWARENESS),
        Frame::PermissionDenied(reason) => {
            write_var(&mut out, AUTH);
            write_var(&mut out, PERMISSION_DENIED);
            write_buffer(&mut out, reason.as_bytes());
        }
        _ => return None,
    }
    Some(out.into())
}
