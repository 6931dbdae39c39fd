//! What everybody is told when the store fails, and when it works again.

use super::session::Ask;
use super::{Note, Room, RoomEffect};
use crate::time::Timestamp;

impl Room {
    /// Tells everybody when saving starts or stops to work.
    pub(super) fn tell_saving_state(&mut self, now: Timestamp, out: &mut Vec<RoomEffect>) {
        if self.journal.is_slow(now) {
            self.tell_not_saving("the storage does not answer".to_owned(), out);
        } else if self.journal.is_full(&self.limits) {
            self.tell_not_saving("the storage cannot keep up".to_owned(), out);
        } else if self.not_saving.is_some() && self.journal.has_room(&self.limits) {
            self.not_saving = None;
            out.push(RoomEffect::Note(Note::SavingAgain));
            for session in self.sessions.values_mut() {
                session.tell_fact(&fact(None), &self.limits);
            }
            self.everybody_ready = true;
        }
    }

    pub(super) fn tell_not_saving(&mut self, reason: String, out: &mut Vec<RoomEffect>) {
        if self.not_saving.is_some() {
            return;
        }
        for session in self.sessions.values_mut() {
            session.tell_fact(&fact(Some(&reason)), &self.limits);
        }
        self.everybody_ready = true;
        out.push(RoomEffect::Note(Note::NotSaving {
            reason: reason.clone(),
        }));
        self.not_saving = Some(reason);
    }

    /// Asks again for what was put aside while the store could not keep up.
    pub(super) fn refill(&mut self) {
        if !self.journal.has_room(&self.limits) {
            return;
        }
        for session in self.sessions.values_mut() {
            if std::mem::take(&mut session.refill) {
                session.ask(Ask::Repair, &self.limits);
                self.everybody_ready = true;
            }
        }
    }
}

/// `{"type":"waymark/saving"}`: whether changes reach the store, and if not, why.
pub(super) fn fact(problem: Option<&str>) -> serde_json::Value {
    match problem {
        None => serde_json::json!({ "type": "waymark/saving", "ok": true }),
        Some(reason) => {
            serde_json::json!({ "type": "waymark/saving", "ok": false, "reason": reason })
        }
    }
}
