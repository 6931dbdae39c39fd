//! Writing a turn's messages to their sockets: on several threads when they are many.

use bytes::Bytes;
use tokio::sync::mpsc;
use waymark_sync::SessionId;

use super::message::{Answer, Credit, Sink};
use crate::connection::Framed;

/// So many messages are worth a thread's while: writing one takes about 10 µs, waking a
/// thread as much again.
const SHARE: usize = 64;
/// How many messages that were framed last are looked at again. All sessions of a dialect
/// mostly get the same one.
const LOOK_BACK: usize = 4;

/// A message on its way to a session.
pub(super) struct Outgoing {
    pub(super) session: SessionId,
    pub(super) sink: Sink,
    pub(super) message: Framed,
}

/// Writes messages, each session's in their order. Whose messages went out at once is added
/// to `sent`, once for each message. Nothing here waits for a socket.
pub(super) async fn write(
    mut outgoing: Vec<Outgoing>,
    room: &mpsc::UnboundedSender<Answer>,
    sent: &mut Vec<SessionId>,
) {
    let mut shares = Vec::new();
    while outgoing.len() >= 2 * SHARE {
        let mut at = outgoing.len() - SHARE;
        while at > 0 && outgoing[at - 1].session == outgoing[at].session {
            at -= 1;
        }
        let (share, room) = (outgoing.split_off(at), room.clone());
        shares.push(tokio::spawn(async move { write_share(&share, &room) }));
    }
    sent.extend(write_share(&outgoing, room));
    for share in shares {
        // What a share that panicked did not write is missing from these, and its sessions
        // are closed for not reading.
        sent.extend(share.await.unwrap_or_default());
    }
}

fn write_share(outgoing: &[Outgoing], room: &mpsc::UnboundedSender<Answer>) -> Vec<SessionId> {
    let mut sent = Vec::with_capacity(outgoing.len());
    for messages in outgoing.chunk_by(|a, b| a.session == b.session) {
        let Outgoing { session, sink, .. } = &messages[0];
        let credit = || Credit {
            session: *session,
            room: room.clone(),
        };
        let written = sink.send(messages.iter().map(|outgoing| &outgoing.message), credit);
        sent.extend(std::iter::repeat_n(*session, written));
    }
    sent
}

/// Frames messages, and one that many sessions get once.
#[derive(Default)]
pub(super) struct Frames {
    recent: Vec<(Bytes, Framed)>,
}

impl Frames {
    pub(super) fn of(&mut self, message: Bytes) -> Framed {
        let same = |(known, _): &&(Bytes, Framed)| {
            known.as_ptr() == message.as_ptr() && known.len() == message.len()
        };
        if let Some((_, framed)) = self.recent.iter().rev().take(LOOK_BACK).find(same) {
            return framed.clone();
        }
        let framed = Framed::new(message.clone());
        self.recent.push((message, framed.clone()));
        framed
    }

    /// Forgets what was framed: those messages may go.
    pub(super) fn clear(&mut self) {
        self.recent.clear();
    }
}
