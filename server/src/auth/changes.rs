//! What is said when rights change, so that sessions which are open are decided about anew.
//!
//! Whoever writes a record that rights follow from says so here, after the write is durable.
//! Whoever holds a [`Grant`](waymark_sync::Grant) listens, and asks
//! [`Auth::grant`](super::Auth::grant) again about what is concerned. A listener that comes
//! too late for some of it is told so by [`broadcast`], and then asks about everything.

use tokio::sync::broadcast;
use waymark_model::ids::MapId;

use super::caller::Credential;
use crate::people::PersonId;

/// Changes that wait for a listener; one that is further behind looks at everything again.
const WAITING: usize = 256;

/// Whose rights may be others than a moment ago.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Everything of one person: removed, or another place in the workspace.
    Person(PersonId),
    /// One person on one map.
    Access(PersonId, MapId),
    /// Everybody on one map: a link to it was changed or revoked.
    Map(MapId),
    /// What came in with one session or token, which has ended.
    Credential(PersonId, Credential),
    /// Everybody, everywhere: what the members of a workspace may do.
    Everybody,
}

impl Change {
    /// Whether it may concern this person on this map, who came in with this.
    pub(crate) fn concerns(&self, person: &PersonId, credential: &Credential, map: &str) -> bool {
        match self {
            Self::Person(whose) => whose == person,
            Self::Access(whose, which) => whose == person && which.as_str() == map,
            Self::Map(which) => which.as_str() == map,
            Self::Credential(whose, which) => whose == person && which == credential,
            Self::Everybody => true,
        }
    }
}

/// The place where it is said; clones are the same place.
#[derive(Clone, Debug)]
pub(crate) struct Changes(broadcast::Sender<Change>);

impl Default for Changes {
    fn default() -> Self {
        Self(broadcast::Sender::new(WAITING))
    }
}

impl Changes {
    /// Says that rights have changed. The one function for it.
    pub(crate) fn rights_changed(&self, change: Change) {
        // Nobody may be listening.
        let _ = self.0.send(change);
    }

    /// Hears every change from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.0.subscribe()
    }
}
