//! State vectors.

use yrs::StateVector;

use super::{CLOCK_END, Fault};
use crate::wire::varint::Reader;

/// Most client ids of a state vector. A document gets one each time somebody opens a page
/// and edits, so this is far above any document, and far below what memory is for.
const MOST_CLIENTS: usize = 100_000;

/// Reads a state vector.
///
/// # Errors
/// [`Fault`] when it is not one.
pub fn check_state_vector(bytes: &[u8]) -> Result<StateVector, Fault> {
    let mut reader = Reader::new(bytes);
    let count = reader.var_u64()?;
    if count > reader.remaining() as u64 / 2 {
        return Err(Fault("count beyond the end"));
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if count > MOST_CLIENTS {
        return Err(Fault("too many clients"));
    }
    let mut clocks = Vec::with_capacity(count);
    for _ in 0..count {
        clocks.push((reader.var_u64()?, clock(&mut reader)?));
    }
    reader.end()?;
    clocks.sort_unstable();
    if clocks.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(Fault("client named twice"));
    }
    Ok(clocks
        .into_iter()
        .map(|(client, clock)| (yrs::block::ClientID::new(client), clock))
        .collect())
}

pub(super) fn clock(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    match u32::try_from(reader.var_u64()?) {
        Ok(clock) if clock <= CLOCK_END => Ok(clock),
        _ => Err(Fault("clock too high")),
    }
}

/// Whether no client is named twice. They are put in order.
pub(super) fn all_differ(clients: &mut [u64]) -> bool {
    clients.sort_unstable();
    clients.windows(2).all(|pair| pair[0] != pair[1])
}
