//! What a session still has to be sent.

use std::collections::VecDeque;
use std::sync::Arc;

use yrs::StateVector;

use crate::limits::Limits;
use crate::wire::Frame;

/// What a session still has to be sent.
///
/// Only what keeps its place is held here. Changes and presence are kept once in the
/// room; a session's debt is how far it has got, so it costs nothing while the writer is
/// busy, and past a bound the session is *behind* and owed one diff (PROTOCOL.md, O4).
#[derive(Default)]
pub(super) struct Outbox {
    control: VecDeque<Frame>,
    answer: Option<StateVector>,
    behind: Option<Arc<StateVector>>,
    /// The newest change it was sent, or held before anything was sent to it.
    pub(super) sent: u64,
    /// The newest change that it made itself.
    pub(super) own: u64,
    /// The newest change of presence it was sent.
    pub(super) presence: u64,
    /// Whether it is owed the presence of everybody.
    pub(super) everybody: bool,
}

impl Outbox {
    /// Queues a message that keeps its place; false when too many wait.
    #[must_use]
    pub(super) fn push_control(&mut self, frame: Frame, limits: &Limits) -> bool {
        self.control.push_back(frame);
        self.control.len() <= limits.control_frames
    }

    /// The next message that keeps its place.
    pub(super) fn pop_control(&mut self) -> Option<Frame> {
        self.control.pop_front()
    }

    /// Whether messages wait that keep their place, such as acknowledgements.
    pub(super) fn has_control(&self) -> bool {
        !self.control.is_empty()
    }

    /// How many of them.
    pub(super) fn control_frames(&self) -> usize {
        self.control.len()
    }

    /// Owes step 2 for a replica in state `known`. It is made when it is sent, so it will
    /// hold everything that was changed until then.
    pub(super) fn push_answer(&mut self, known: StateVector) {
        self.answer = Some(known);
        self.behind = None;
    }

    pub(super) fn take_answer(&mut self) -> Option<StateVector> {
        self.answer.take()
    }

    /// Whether it will be sent changes one after the other, as they are kept.
    pub(super) fn follows(&self) -> bool {
        self.answer.is_none() && self.behind.is_none()
    }

    /// Owes a diff from a state that it is known to hold.
    pub(super) fn fall_behind(&mut self, since: &Arc<StateVector>) {
        self.behind = Some(Arc::clone(since));
    }

    pub(super) fn is_behind(&self) -> bool {
        self.behind.is_some()
    }

    pub(super) fn take_behind(&mut self) -> Option<Arc<StateVector>> {
        self.behind.take()
    }
}
