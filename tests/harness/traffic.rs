//! A look at the messages that pass, for the trace and for knowing when all is quiet.

use bytes::Bytes;
use waymark_sync::wire;
use waymark_sync::{Dialect, DocumentId, Frame, Limits};

use crate::link::ConnectionId;
use crate::trace::digest_of_all;
use crate::world::World;

/// What kind of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Traffic {
    /// A part of the document.
    Document,
    /// Another step of the protocol: state vectors, tokens, acknowledgements.
    Talk,
    /// Presence and heartbeats, which never end.
    Presence,
}

impl World {
    /// Writes a passing message into the trace.
    pub(crate) fn observe_traffic(
        &mut self,
        direction: &str,
        connection: ConnectionId,
        message: &Bytes,
    ) -> Traffic {
        let link = &self.connections[connection.0];
        let (traffic, word) = classify(link.dialect, &link.document, message);
        if traffic != Traffic::Presence {
            self.stir();
        }
        if self.trace.is_terse() {
            self.trace.number(message.len() as u64);
            self.note(format_args!(""));
            return traffic;
        }
        self.note(format_args!(
            "{direction} {} {word} {} {:016x}",
            connection.0,
            message.len(),
            digest_of_all(message)
        ));
        traffic
    }
}

/// What kind of message it is, and a word for it.
pub(crate) fn classify(
    dialect: Dialect,
    document: &DocumentId,
    message: &Bytes,
) -> (Traffic, &'static str) {
    // An update without a change is two zero bytes: an answer, not a part.
    let document_or_talk = |update: &Bytes| match update.len() {
        0..=2 => Traffic::Talk,
        _ => Traffic::Document,
    };
    match wire::decode(dialect, document, message, &Limits::default()) {
        Ok(Frame::SyncStep1(_)) => (Traffic::Talk, "step1"),
        Ok(Frame::SyncStep2(update)) => (document_or_talk(&update), "step2"),
        Ok(Frame::Update(update)) => (document_or_talk(&update), "update"),
        Ok(Frame::Awareness(_)) => (Traffic::Presence, "awareness"),
        Ok(Frame::QueryAwareness) => (Traffic::Presence, "query"),
        Ok(Frame::AuthToken(_)) => (Traffic::Talk, "token"),
        Ok(Frame::Authenticated(_)) => (Traffic::Talk, "authenticated"),
        Ok(Frame::PermissionDenied(_)) => (Traffic::Talk, "denied"),
        Ok(Frame::Stateless(_)) => (Traffic::Talk, "stateless"),
        Ok(Frame::SyncStatus(_)) => (Traffic::Talk, "status"),
        Ok(Frame::Close(_)) => (Traffic::Talk, "close"),
        Ok(Frame::Ping) => (Traffic::Presence, "ping"),
        Ok(Frame::Pong) => (Traffic::Presence, "pong"),
        Err(_) => (Traffic::Talk, "unreadable"),
    }
}
