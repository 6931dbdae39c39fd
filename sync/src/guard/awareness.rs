//! Presence messages.

use serde::de::IgnoredAny;

use super::Fault;
use super::state_vector::clock;
use super::value::check_json;
use crate::wire::varint::{Reader, write_buffer, write_var};

/// What a presence message says of one client id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresenceEntry<'a> {
    /// Whose presence.
    pub client: u64,
    /// Rises with each change.
    pub clock: u32,
    /// The state as a JSON text; `None` (`null` on the wire) when they left.
    pub state: Option<&'a str>,
}

/// Most people of one message, which is more than ever fit into a room.
const MOST_PEOPLE: usize = 100_000;

/// Reads a presence message.
///
/// # Errors
/// [`Fault`] when it is not one.
pub fn check_awareness(bytes: &[u8]) -> Result<Vec<PresenceEntry<'_>>, Fault> {
    let mut reader = Reader::new(bytes);
    let count = reader.var_u64()?;
    if count > reader.remaining() as u64 / 4 {
        return Err(Fault("count beyond the end"));
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if count > MOST_PEOPLE {
        return Err(Fault("too many people"));
    }
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        let client = reader.var_u64()?;
        let clock = clock(&mut reader)?;
        let text = reader.string()?;
        // Yrs does not read it.
        check_json::<IgnoredAny>(text)?;
        let state = (text.trim() != "null").then_some(text);
        entries.push(PresenceEntry {
            client,
            clock,
            state,
        });
    }
    reader.end()?;
    Ok(entries)
}

/// Writes a presence message.
pub fn write_awareness<'a>(
    entries: impl ExactSizeIterator<Item = PresenceEntry<'a>>,
) -> bytes::Bytes {
    let mut out = Vec::new();
    write_var(&mut out, entries.len() as u64);
    for entry in entries {
        write_presence(&mut out, &entry);
    }
    out.into()
}

/// Writes one entry of a presence message.
pub fn write_presence(out: &mut Vec<u8>, entry: &PresenceEntry<'_>) {
    write_var(out, entry.client);
    write_var(out, u64::from(entry.clock));
    write_buffer(out, entry.state.unwrap_or("null").as_bytes());
}
