//! How a room ends.

use super::{LAST_WORDS, Life, Note, Room, RoomEffect};
use crate::close::CloseReason;
use crate::time::Timestamp;

impl Room {
    pub(super) fn end_if_done(&mut self, now: Timestamp, out: &mut Vec<RoomEffect>) {
        match self.life {
            Life::Over => {}
            Life::Open => {
                let idle = self.idle_since.map(|since| since + self.limits.idle);
                if self.may_retire() && idle.is_some_and(|until| until <= now) {
                    // The task may find a join in its mailbox and go on.
                    self.idle_since = Some(now);
                    out.push(RoomEffect::Retire);
                }
            }
            Life::Stopping { until, stored } => {
                if !stored && self.journal.all_durable() {
                    // What was just stored should also be acknowledged.
                    self.life = Life::Stopping {
                        until: until.min(now + LAST_WORDS),
                        stored: true,
                    };
                    return self.end_if_done(now, out);
                }
                let durable = self.journal.durable();
                let mut sessions = self.sessions.values();
                let words =
                    sessions.any(|s| s.outbox.has_control() || s.due_ack(durable).is_some());
                if now < until && (words || !stored) {
                    return;
                }
                if !stored {
                    out.push(RoomEffect::Note(Note::StoppedUnsaved {
                        changes: self.journal.unsaved(),
                    }));
                }
                while let Some((session, _)) = self.sessions.pop_first() {
                    out.push(RoomEffect::Close {
                        session,
                        reason: CloseReason::GoingAway,
                    });
                }
                self.life = Life::Over;
                out.push(RoomEffect::Retire);
            }
        }
    }

    pub(super) fn may_retire(&self) -> bool {
        self.sessions.is_empty() && self.journal.all_durable() && !self.journal.is_compacting()
    }
}
