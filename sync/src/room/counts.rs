//! What a room has done and how it is, for logs and metrics. Nothing is decided by it.

use super::session::{Session, Stage};
use super::{Room, SessionId};

/// What a room has done since it was opened; the numbers only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sessions that joined.
    pub joins: u64,
    /// Updates that changed the document.
    pub updates: u64,
    /// Updates that brought nothing new.
    pub repeated: u64,
    /// Updates not applied, to be sent again: what they build upon is not here, or the
    /// store could not keep up.
    pub deferred: u64,
    /// Messages that were refused, as not permitted or not the protocol.
    pub refused: u64,
    /// Changes sent to sessions: one for each change and each session that gets it, however
    /// many are in one message. What answers and diffs hold is not counted.
    pub deliveries: u64,
    /// Messages with changes; fewer than deliveries, because changes merge.
    pub change_messages: u64,
    /// Messages with one difference in place of what a session was too slow for.
    pub diffs: u64,
    /// Answers to a session's step 1.
    pub answers: u64,
    /// Messages with presence.
    pub presence_messages: u64,
    /// Acknowledgements and other messages that keep their place.
    pub control_messages: u64,
}

impl Counts {
    /// What came to these since an earlier look.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        Self {
            joins: self.joins - before.joins,
            updates: self.updates - before.updates,
            repeated: self.repeated - before.repeated,
            deferred: self.deferred - before.deferred,
            refused: self.refused - before.refused,
            deliveries: self.deliveries - before.deliveries,
            change_messages: self.change_messages - before.change_messages,
            diffs: self.diffs - before.diffs,
            answers: self.answers - before.answers,
            presence_messages: self.presence_messages - before.presence_messages,
            control_messages: self.control_messages - before.control_messages,
        }
    }
}

/// How a room is right now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Sessions here.
    pub sessions: usize,
    /// Bytes of changes that wait for the store.
    pub staged_bytes: usize,
    /// Changes applied and not yet durable.
    pub unsaved: u64,
    /// Whether the store is asked for an append right now.
    pub appending: bool,
    /// Whether the sessions have been told that saving fails.
    pub not_saving: bool,
}

/// What a room holds right now for its sessions and the store: never more than
/// [`Limits`](crate::Limits) allow, whatever the peers and the store do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Bytes of changes that wait for the store: below `staged_bytes` before the change
    /// that was taken last.
    pub staged_bytes: usize,
    /// Bytes of changes kept for sessions, once for all of them; those that no window has
    /// let out included. At most `outbox_bytes` and the next number.
    pub recent_bytes: usize,
    /// Bytes of changes that no window has let out; less than [`super::EARLY_BYTES`].
    pub unreleased_bytes: usize,
    /// Each session's part.
    pub sessions: Vec<SessionLoad>,
}

/// What a room holds for one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLoad {
    /// Which one.
    pub session: SessionId,
    /// Bytes of kept changes that it still has to be sent; 0 when it is owed one
    /// difference in their place, which is made when it is sent.
    pub owed_bytes: usize,
    /// Messages that keep their place; at most `control_frames`.
    pub control_frames: usize,
    /// Questions that it has not answered; at most `control_frames`.
    pub asked: usize,
    /// Runs of acknowledgements that wait: at most one for each change that is not durable
    /// and a few, and while it is asked for what is missing one for each of its messages.
    pub ack_runs: usize,
    /// Frames with its writer; at most `credit`.
    pub in_hand: u32,
    /// Client ids that it shows presence for; at most `presence_ids`.
    pub presence_ids: usize,
}

impl Room {
    /// What it holds, after a [`Room::flush`]. For oracles: looks at everything.
    pub fn load(&self) -> Load {
        let sessions = self.sessions.iter();
        Load {
            staged_bytes: self.journal.waiting_bytes(),
            recent_bytes: self.recent.bytes(),
            unreleased_bytes: self.unreleased_bytes,
            sessions: sessions
                .map(|(id, session)| SessionLoad {
                    session: *id,
                    owed_bytes: self.owed_to(session),
                    control_frames: session.outbox.control_frames(),
                    asked: session.asked(),
                    ack_runs: session.ack_runs(),
                    in_hand: session.in_hand(&self.limits),
                    presence_ids: self.presence.owned_by(*id).map_or(0, |shown| shown.len()),
                })
                .collect(),
        }
    }

    fn owed_to(&self, session: &Session) -> usize {
        if session.stage != Stage::Live || !session.outbox.follows() {
            return 0;
        }
        let owed = self.recent.after(session.outbox.sent);
        owed.map(|change| change.update().len()).sum()
    }

    /// What it has done so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// How it is. Costs nothing that grows with the sessions or the document.
    pub fn condition(&self) -> Condition {
        Condition {
            sessions: self.sessions.len(),
            staged_bytes: self.journal.waiting_bytes(),
            unsaved: self.journal.unsaved(),
            appending: self.journal.is_appending(),
            not_saving: self.not_saving.is_some(),
        }
    }

    /// How many sessions are behind: owed one difference in place of their changes.
    /// Looks at every session.
    pub fn behind(&self) -> usize {
        self.sessions
            .values()
            .filter(|session| session.outbox.is_behind())
            .count()
    }
}
