//! What a session still has to be sent.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use yrs::StateVector;

use super::content::Change;
use crate::limits::Limits;
use crate::time::Timestamp;
use crate::wire::Frame;

/// From this size on queued updates do not wait for their window.
const EARLY_BYTES: usize = 64 * 1024;

/// What a session still has to be sent.
///
/// Updates merge and presence collapses while the writer is busy, so the size is bounded
/// by [`Limits::outbox_bytes`]; past that the session is *behind* and will be sent one
/// diff instead (PROTOCOL.md, O4).
#[derive(Default)]
pub(super) struct Outbox {
    control: VecDeque<Frame>,
    answer: Option<StateVector>,
    updates: Updates,
    presence: BTreeSet<u64>,
    updates_at: Timestamp,
    presence_at: Timestamp,
}

#[derive(Default)]
enum Updates {
    #[default]
    Nothing,
    /// These, after the state `since`.
    Queued {
        since: Arc<StateVector>,
        changes: Vec<Arc<Change>>,
        bytes: usize,
    },
    /// Too much: everything after this state.
    Behind { since: Arc<StateVector> },
}

/// The next thing to be sent.
pub(super) enum Outgoing {
    Control(Frame),
    /// Step 2 for a replica in this state.
    Answer(StateVector),
    Changes(Vec<Arc<Change>>),
    /// An update with everything after this state.
    Diff(Arc<StateVector>),
    /// Presence of these client ids.
    Presence(BTreeSet<u64>),
}

impl Outbox {
    /// Queues a message that keeps its place; false when too many wait.
    #[must_use]
    pub(super) fn push_control(&mut self, frame: Frame, limits: &Limits) -> bool {
        self.control.push_back(frame);
        self.control.len() <= limits.control_frames
    }

    /// Owes step 2 for a replica in state `known`. It is made when it is sent, so it will
    /// hold everything queued until then.
    pub(super) fn push_answer(&mut self, known: StateVector) {
        self.answer = Some(known);
        self.updates = Updates::Nothing;
    }

    /// Queues a change that was made to the state `before`.
    pub(super) fn push_change(
        &mut self,
        change: &Arc<Change>,
        before: &Arc<StateVector>,
        limits: &Limits,
    ) {
        if self.answer.is_some() {
            return;
        }
        match &mut self.updates {
            Updates::Behind { .. } => {}
            Updates::Nothing => {
                self.updates = Updates::Queued {
                    since: Arc::clone(before),
                    changes: vec![Arc::clone(change)],
                    bytes: change.update().len(),
                };
            }
            Updates::Queued {
                since,
                changes,
                bytes,
            } => {
                *bytes += change.update().len();
                if *bytes > limits.outbox_bytes {
                    self.updates = Updates::Behind {
                        since: Arc::clone(since),
                    };
                } else {
                    changes.push(Arc::clone(change));
                }
            }
        }
    }

    /// Queues the presence of a client id, as it will be when it is sent.
    pub(super) fn push_presence(&mut self, client: u64) {
        self.presence.insert(client);
    }

    /// The next thing to send at `now`, if any.
    pub(super) fn next(&mut self, now: Timestamp, limits: &Limits) -> Option<Outgoing> {
        if let Some(frame) = self.control.pop_front() {
            return Some(Outgoing::Control(frame));
        }
        if let Some(known) = self.answer.take() {
            return Some(Outgoing::Answer(known));
        }
        if self.updates_due().is_some_and(|at| at <= now) {
            self.updates_at = now + limits.update_window;
            return match std::mem::take(&mut self.updates) {
                Updates::Nothing => None,
                Updates::Queued { changes, .. } => Some(Outgoing::Changes(changes)),
                Updates::Behind { since } => Some(Outgoing::Diff(since)),
            };
        }
        if !self.presence.is_empty() && self.presence_at <= now {
            self.presence_at = now + limits.presence_window;
            return Some(Outgoing::Presence(std::mem::take(&mut self.presence)));
        }
        None
    }

    /// Whether messages wait that keep their place, such as acknowledgements.
    pub(super) fn has_control(&self) -> bool {
        !self.control.is_empty()
    }

    /// When the next thing may be sent.
    pub(super) fn due(&self) -> Option<Timestamp> {
        if !self.control.is_empty() || self.answer.is_some() {
            return Some(Timestamp(0));
        }
        let presence = (!self.presence.is_empty()).then_some(self.presence_at);
        [self.updates_due(), presence].into_iter().flatten().min()
    }

    fn updates_due(&self) -> Option<Timestamp> {
        match &self.updates {
            Updates::Nothing => None,
            Updates::Queued { bytes, .. } if *bytes >= EARLY_BYTES => Some(Timestamp(0)),
            _ => Some(self.updates_at),
        }
    }
}
