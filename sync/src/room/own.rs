//! What the server itself writes into a document: it comes from no session, is given to
//! everybody, and whoever wrote it hears when it is durable.

use std::collections::VecDeque;

use bytes::Bytes;

use super::content::{Author, Outcome};
use super::{Life, Room, RoomEffect, SessionId};
use crate::grant::WritePermit;
use crate::guard::{self, Bounds};
use crate::time::Timestamp;

/// Who is named as the author of the server's own changes in the list of recent ones; no
/// session has this id.
const NOBODY: SessionId = SessionId(0);

/// Writes that are not durable yet, in the order of their changes.
#[derive(Default)]
pub(super) struct OwnWrites {
    waiting: VecDeque<(u64, u64)>,
}

impl OwnWrites {
    /// Answers those whose changes are durable.
    pub(super) fn tell(&mut self, durable: u64, out: &mut Vec<RoomEffect>) {
        while let Some((_, ticket)) = self.waiting.pop_front_if(|(number, _)| *number <= durable) {
            out.push(RoomEffect::Written { ticket, ok: true });
        }
    }
}

impl Room {
    /// Takes a write of the server's own, or says at once that it does not.
    pub(super) fn on_own_write(
        &mut self,
        now: Timestamp,
        ticket: u64,
        update: &Bytes,
        subject: &str,
        out: &mut Vec<RoomEffect>,
    ) {
        if self.take_own(now, update, subject) {
            // What changed nothing may repeat what is itself on its way to the store.
            let number = self.journal.applied();
            self.own.waiting.push_back((number, ticket));
        } else {
            out.push(RoomEffect::Written { ticket, ok: false });
        }
    }

    fn take_own(&mut self, now: Timestamp, update: &Bytes, subject: &str) -> bool {
        if self.life != Life::Open || self.journal.is_full(&self.limits) {
            return false;
        }
        // Ours as well: what passes no guard now could not be loaded again.
        let Ok(walk) = guard::check_update(update, &Bounds::FIRST_SYNC) else {
            return false;
        };
        let permit = WritePermit::of_server(subject);
        let author = Author {
            session: NOBODY,
            permit: &permit,
            repeats: false,
        };
        let journal = &mut self.journal;
        match self
            .content
            .apply(update, &walk, author, || journal.next_number())
        {
            Err(_) | Ok(Outcome::Missing | Outcome::Forbidden(_)) => false,
            Ok(Outcome::Nothing) => true,
            Ok(Outcome::Changed { change, fault }) => {
                self.counts.updates += 1;
                self.spread(&change);
                self.journal
                    .stage(change, permit.subject(), Vec::new(), now);
                fault.is_none()
            }
        }
    }
}
