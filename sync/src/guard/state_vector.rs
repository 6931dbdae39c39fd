//! State vectors.

use std::collections::BTreeMap;

use yrs::StateVector;

use super::{CLOCK_END, Fault};
use crate::wire::varint::Reader;

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
    let mut clocks = BTreeMap::new();
    for _ in 0..count {
        let client = reader.var_u64()?;
        let clock = clock(&mut reader)?;
        if clocks.insert(client, clock).is_some() {
            return Err(Fault("client named twice"));
        }
    }
    reader.end()?;
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
