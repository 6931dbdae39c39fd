//! The replica of an open map, and what takes one's own changes in it back.

use std::sync::Arc;

use waymark_model::History;
use waymark_sync::{Replica, ReplicaConfig};

use crate::dom;

/// The document and who may change it. Invariant: no transaction is open between calls.
pub(crate) struct Core {
    // Dropped first: it holds observers of the replica's document.
    pub(super) history: History,
    pub(crate) replica: Replica,
}

impl Core {
    /// An empty replica of a map.
    pub(super) fn new(key: &str) -> Option<Self> {
        let document = waymark_sync::DocumentId::parse(&format!("map/{key}")).ok()?;
        let random = dom::random();
        let replica = Replica::new(ReplicaConfig {
            document,
            client_id: random as u32,
            seed: (random >> 64) as u64,
            token: String::new(),
        });
        Some(Self {
            history: history_of(&replica),
            replica,
        })
    }
}

pub(super) fn history_of(replica: &Replica) -> History {
    History::new(replica.doc(), Arc::new(|| dom::now() as u64 + 1))
}
