//! Who comes, and what they may do from then on.

use super::session::{Ask, Session};
use super::{Life, Room, RoomEffect, SessionId, saving};
use crate::close::CloseReason;
use crate::grant::Grant;
use crate::time::Timestamp;
use crate::wire::{Address, Dialect, Frame};

impl Room {
    pub(super) fn on_join(
        &mut self,
        now: Timestamp,
        id: SessionId,
        dialect: Dialect,
        address: Address,
        grant: Grant,
        out: &mut Vec<RoomEffect>,
    ) {
        let refusal = if self.life != Life::Open {
            Some(CloseReason::GoingAway)
        } else if *grant.document() != self.document
            || *address.document() != self.document
            || !grant.live_at(now)
        {
            Some(CloseReason::Forbidden)
        } else {
            None
        };
        if let Some(reason) = refusal {
            out.push(RoomEffect::Close {
                session: id,
                reason,
            });
            return;
        }
        let mut session = Session::new(dialect, address, grant, now, &self.limits);
        session.tell(
            Frame::Authenticated(session.scope().to_owned()),
            &self.limits,
        );
        let hello = serde_json::json!({
            "type": "waymark/hello",
            "incarnation": self.incarnation.to_string(),
            "document": self.document.as_str(),
            "role": session.grant.role().word(),
        });
        session.tell_fact(&hello, &self.limits);
        if let Some(reason) = &self.not_saving {
            session.tell_fact(&saving::fact(Some(reason)), &self.limits);
        }
        session.ask(Ask::Handshake, &self.limits);
        session.outbox.everybody = true;
        session.outbox.presence = self.presence.newest();
        if let Some(at) = session.deadline(&self.limits) {
            self.check_by(at);
        }
        self.sessions.insert(id, session);
        self.counts.joins += 1;
        self.touch(id);
        self.idle_since = None;
    }

    pub(super) fn on_grant_changed(
        &mut self,
        now: Timestamp,
        id: SessionId,
        grant: Option<Grant>,
        out: &mut Vec<RoomEffect>,
    ) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        match grant {
            Some(grant) if *grant.document() == self.document && grant.live_at(now) => {
                let (before, dialect) = (session.scope(), session.dialect);
                // Something may have been refused just after it ended.
                let had_ended = !session.grant.live_at(now);
                let shown = (session.grant.profile(), session.grant.role());
                if shown != (grant.profile(), grant.role()) {
                    self.presence.stamp(id, &grant);
                }
                let other_role = session.grant.role() != grant.role();
                session.grant = grant;
                let scope = session.scope();
                if scope != before || had_ended {
                    session.tell(Frame::Authenticated(scope.to_owned()), &self.limits);
                    // A plain client cannot be told that it may write: it is asked for
                    // what was refused meanwhile.
                    if dialect == Dialect::YWebsocket && scope == "read-write" {
                        session.ask(Ask::Handshake, &self.limits);
                    }
                }
                if other_role {
                    let role = session.grant.role().word();
                    let fact = serde_json::json!({ "type": "waymark/grant", "role": role });
                    session.tell_fact(&fact, &self.limits);
                }
                if let Some(at) = session.deadline(&self.limits) {
                    self.check_by(at);
                }
                self.touch(id);
            }
            _ => self.close(now, id, CloseReason::Forbidden, out),
        }
    }
}
