//! Snapshots, made away from the room's turn.

use bytes::Bytes;
use yrs::block::ClientID;
use yrs::updates::decoder::Decode;
use yrs::{Doc, OffsetKind, Options, ReadTxn, StateVector, Transact, Update};

use crate::guard::{self, Bounds};
use crate::journal::Snapshot;

/// Work that makes a snapshot from what the log holds, away from the room's turn.
#[derive(Debug)]
pub struct CompactJob {
    /// The state to rebuild and check, as one update.
    pub state: Bytes,
}

impl CompactJob {
    /// Rebuilds the state in a fresh document, compares state vectors and encodes it.
    ///
    /// # Errors
    /// A text for the log when the rebuilt document differs or the state cannot be read.
    pub fn run(self) -> Result<Snapshot, String> {
        let outline = guard::check_update(&self.state, &Bounds::TRUSTED_SIZE)
            .map_err(|fault| format!("the state cannot be read: {fault}"))?
            .outline;
        let expected: StateVector = outline
            .sections
            .iter()
            .map(|section| (ClientID::new(section.client), section.end))
            .collect();
        let update = Update::decode_v1(&self.state)
            .map_err(|error| format!("the state cannot be decoded: {error}"))?;
        // Nobody edits here, so the client id is of no matter.
        let doc = Doc::with_options(Options {
            offset_kind: OffsetKind::Utf16,
            cleanup_formatting: false,
            ..Options::with_client_id(ClientID::new(1))
        });
        {
            let mut txn = doc.transact_mut();
            txn.apply_update(update)
                .map_err(|error| format!("the state cannot be applied: {error}"))?;
            if txn.has_missing_updates() {
                return Err("the state has holes".to_owned());
            }
        }
        let txn = doc.transact();
        if txn.state_vector() != expected {
            return Err("the rebuilt document differs from the state".to_owned());
        }
        Ok(Snapshot {
            state: txn.encode_diff_v1(&StateVector::default()).into(),
        })
    }
}
