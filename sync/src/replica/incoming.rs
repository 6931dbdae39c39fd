//! What the server says.

use bytes::Bytes;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{ReadTxn, Transact, Update, WriteTxn};

use super::{REMOTE_ORIGIN, Replica, ReplicaEffect};
use crate::close::CloseReason;
use crate::grant::Role;
use crate::guard::{self, Bounds, Fault};
use crate::time::Timestamp;
use crate::wire::{self, Dialect, Frame};

/// What became of the server's update.
enum Merged {
    Nothing,
    Changed,
    /// Something before it never arrived.
    Missing,
}

impl Replica {
    pub(super) fn on_message(
        &mut self,
        now: Timestamp,
        message: &Bytes,
        out: &mut Vec<ReplicaEffect>,
    ) {
        let document = &self.config.document;
        let outcome = wire::decode(Dialect::Hocuspocus, document, message, &self.limits)
            .map_err(Fault::from)
            .and_then(|frame| self.on_frame(now, frame, out));
        if outcome.is_err() {
            // Either side may be older than the other: a fresh start often helps.
            self.drop_connection(now, out);
        }
    }

    pub(super) fn on_closed(&mut self, now: Timestamp, code: u16, reason: &str) {
        self.unsaved.disconnected();
        match CloseReason::from_code(code) {
            Some(known) if !known.retry() => {
                let told = if reason.is_empty() {
                    known.text()
                } else {
                    reason
                };
                self.link.close(told);
            }
            Some(CloseReason::Internal) => self.link.lose_to_failure(now),
            _ => self.link.lose(now),
        }
    }

    fn on_frame(
        &mut self,
        now: Timestamp,
        frame: Frame,
        out: &mut Vec<ReplicaEffect>,
    ) -> Result<(), Fault> {
        match frame {
            Frame::PermissionDenied(reason) => self.end(reason, out),
            Frame::Authenticated(_) if self.link.is_greeted() && self.refused.is_some() => {
                // Permission changed: offer what was refused once more. It may have been
                // refused before the server's state arrived.
                self.synchronise(out);
            }
            Frame::Authenticated(_) => {}
            Frame::Stateless(text) => self.on_fact(&text, out),
            Frame::Ping => self.send(&Frame::Pong, out),
            Frame::Pong => {}
            Frame::Close(_) => self.drop_connection(now, out),
            // Nothing of a document may be merged before its incarnation is known.
            _ if !self.link.is_greeted() => return Err(Fault("document before its hello")),
            Frame::SyncStep1(bytes) => self.on_step1(&bytes, out)?,
            Frame::SyncStep2(bytes) => {
                self.on_update(&bytes, out)?;
                self.loaded = true;
                if !self.link.is_live() {
                    self.people.connection_works(now);
                }
                self.link.live(now);
            }
            Frame::Update(bytes) => self.on_update(&bytes, out)?,
            Frame::Awareness(bytes) => {
                if self.people.hear(now, &guard::check_awareness(&bytes)?) {
                    out.push(ReplicaEffect::PresenceChanged);
                }
            }
            Frame::QueryAwareness => self.people.own_asked(),
            Frame::SyncStatus(true) => {
                if self.unsaved.acked() && self.refusals_told == 0 {
                    self.refused = None;
                }
            }
            Frame::SyncStatus(false) => {
                self.unsaved.refused();
                self.refusals_told = self.refusals_told.saturating_sub(1);
                self.refused
                    .get_or_insert_with(|| "not accepted".to_owned());
            }
            Frame::AuthToken(_) => return Err(Fault("only a client says this")),
        }
        Ok(())
    }

    fn on_step1(&mut self, bytes: &Bytes, out: &mut Vec<ReplicaEffect>) -> Result<(), Fault> {
        let known = guard::check_state_vector(bytes)?;
        let diff = self
            .doc
            .try_transact()
            .expect(NOT_OPEN)
            .encode_diff_v1(&known);
        // Each of our own step 1 is paired with one of the server's, whose answer it
        // acknowledges; what it asks beyond that is for itself (PROTOCOL.md, S5).
        let acked = self.unpaired_steps > 0;
        self.unpaired_steps -= u32::from(acked);
        self.unsaved.step2_sent(acked);
        self.send(&Frame::SyncStep2(diff.into()), out);
        Ok(())
    }

    fn on_update(&mut self, bytes: &Bytes, out: &mut Vec<ReplicaEffect>) -> Result<(), Fault> {
        match self.merge(bytes)? {
            Merged::Nothing => {}
            Merged::Changed => out.push(ReplicaEffect::Changed),
            // Once is enough until the server answers.
            Merged::Missing if self.unpaired_steps > 0 => {}
            Merged::Missing => self.synchronise(out),
        }
        Ok(())
    }

    fn merge(&mut self, bytes: &Bytes) -> Result<Merged, Fault> {
        let walk = guard::check_update(bytes, &Bounds::TRUSTED_SIZE)?;
        let known = self.doc.try_transact().expect(NOT_OPEN).state_vector();
        if !walk.outline.fits(&known) {
            return Ok(Merged::Missing);
        }
        let update = Update::decode_v1(bytes).map_err(|_| Fault("not an update"))?;
        let mut txn = self
            .doc
            .try_transact_mut_with(REMOTE_ORIGIN)
            .expect(NOT_OPEN);
        let applied = txn.apply_update(update);
        if txn.has_missing_updates() {
            txn.prune_pending();
        }
        applied.map_err(|_| Fault("a struct's parent cannot hold it"))?;
        Ok(if txn.has_changes() {
            Merged::Changed
        } else {
            Merged::Nothing
        })
    }

    /// Says what is here, so that the server answers with what is not.
    fn synchronise(&mut self, out: &mut Vec<ReplicaEffect>) {
        let known = self.doc.try_transact().expect(NOT_OPEN).state_vector();
        self.unpaired_steps += 1;
        self.send(&Frame::SyncStep1(known.encode_v1().into()), out);
    }

    fn on_fact(&mut self, text: &str, out: &mut Vec<ReplicaEffect>) {
        // Facts that are not for us are none of our business.
        let Ok(fact) = serde_json::from_str::<serde_json::Value>(text) else {
            return;
        };
        let word = |key: &str| fact.get(key).and_then(|value| value.as_str());
        match word("type") {
            Some("waymark/hello") => {
                let told = word("incarnation").unwrap_or_default().to_owned();
                let known = self.incarnation.get_or_insert_with(|| told.clone());
                if *known != told {
                    self.end(OTHER_HISTORY.to_owned(), out);
                    return;
                }
                self.take_role(word("role"), out);
                if !self.link.is_greeted() {
                    self.link.greeted();
                    self.unpaired_steps = 0;
                    self.not_saving = None;
                    self.refused = None;
                    self.refusals_told = 0;
                    self.synchronise(out);
                }
            }
            Some("waymark/grant") => self.take_role(word("role"), out),
            Some("waymark/refused") => {
                let reason = word("reason").unwrap_or("not accepted").to_owned();
                self.refused = Some(reason.clone());
                self.refusals_told += 1;
                out.push(ReplicaEffect::Refused { reason });
            }
            Some("waymark/saving") => {
                let works = fact.get("ok").and_then(serde_json::Value::as_bool) == Some(true);
                let reason = word("reason").unwrap_or("the storage does not work");
                self.not_saving = (!works).then(|| reason.to_owned());
            }
            _ => {}
        }
    }

    fn take_role(&mut self, word: Option<&str>, out: &mut Vec<ReplicaEffect>) {
        // Servers of others do not say; what they say in words that we lack changes nothing.
        let Some(role) = word.and_then(Role::parse) else {
            return;
        };
        if self.role.replace(role) != Some(role) {
            out.push(ReplicaEffect::RoleChanged);
        }
    }

    /// Gives the document up: it will not work again by itself.
    fn end(&mut self, reason: String, out: &mut Vec<ReplicaEffect>) {
        self.link.close(reason);
        self.unsaved.disconnected();
        out.push(ReplicaEffect::Disconnect);
    }

    fn drop_connection(&mut self, now: Timestamp, out: &mut Vec<ReplicaEffect>) {
        self.link.lose(now);
        self.unsaved.disconnected();
        out.push(ReplicaEffect::Disconnect);
    }
}

const NOT_OPEN: &str = "whoever edits ends the transaction before the replica goes on";

/// What people read when a document was restored or replaced under the same name.
const OTHER_HISTORY: &str = "this document was replaced by another history";
