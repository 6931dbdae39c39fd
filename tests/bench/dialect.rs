//! How a person talks to a server: the messages of both dialects, and of none.

use crate::lib0::{EMPTY_STATE_VECTOR, NOTHING, read_buffer, read_var, write_buffer, write_var};

/// What a server understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// y-websocket: the document is in the address.
    YWebsocket,
    /// Hocuspocus: the document's name is in front of each message, sign in first.
    Hocuspocus,
    /// Whatever is sent is passed on: the messages of y-websocket without any greeting.
    Raw,
}

const SYNC: u64 = 0;
const AWARENESS: u64 = 1;
const AUTH: u64 = 2;
const SYNC_REPLY: u64 = 4;
const SYNC_STATUS: u64 = 8;
const PING: u64 = 9;

const STEP_1: u64 = 0;
const STEP_2: u64 = 1;
const UPDATE: u64 = 2;

/// What a message from a server is, as far as it matters here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said<'a> {
    /// The server asks what we have.
    Step1,
    /// What we asked for.
    Step2(&'a [u8]),
    /// A change, or several.
    Update(&'a [u8]),
    /// Presence.
    Presence,
    /// A change of ours is stored (`true`) or refused.
    Status(bool),
    /// The server wants a sign of life.
    Ping,
    /// We are not let in.
    Refused,
    /// Something else.
    Other,
}

/// One document at one server, and how to talk about it.
#[derive(Clone, Debug)]
pub(crate) struct Tongue {
    pub(crate) dialect: Dialect,
    /// What comes before each message: the document's name, or nothing.
    prefix: Vec<u8>,
}

impl Tongue {
    /// For a document of this name.
    pub(crate) fn new(dialect: Dialect, document: &str) -> Self {
        let mut prefix = Vec::new();
        if dialect == Dialect::Hocuspocus {
            write_buffer(&mut prefix, document.as_bytes());
        }
        Self { dialect, prefix }
    }

    /// What is said first, in this order.
    pub(crate) fn greeting(&self) -> Vec<Vec<u8>> {
        let step_1 = self.sync(STEP_1, EMPTY_STATE_VECTOR);
        match self.dialect {
            Dialect::Raw => Vec::new(),
            Dialect::YWebsocket => vec![step_1],
            Dialect::Hocuspocus => {
                let mut token = self.prefix.clone();
                write_var(&mut token, AUTH);
                write_var(&mut token, 0);
                write_buffer(&mut token, b"bench");
                vec![token, step_1]
            }
        }
    }

    /// Whether a step 2 answers the greeting.
    pub(crate) fn is_answered(&self) -> bool {
        self.dialect != Dialect::Raw
    }

    /// The answer to step 1 of somebody who has nothing that the server lacks.
    pub(crate) fn nothing_new(&self) -> Vec<u8> {
        self.sync(STEP_2, NOTHING)
    }

    /// A change.
    pub(crate) fn update(&self, update: &[u8]) -> Vec<u8> {
        self.sync(UPDATE, update)
    }

    /// Presence.
    pub(crate) fn presence(&self, presence: &[u8]) -> Vec<u8> {
        let mut message = self.prefix.clone();
        write_var(&mut message, AWARENESS);
        write_buffer(&mut message, presence);
        message
    }

    /// The answer to a ping of the protocol.
    pub(crate) fn pong(&self) -> Vec<u8> {
        let mut message = self.prefix.clone();
        write_var(&mut message, PING + 1);
        message
    }

    fn sync(&self, kind: u64, payload: &[u8]) -> Vec<u8> {
        let mut message = Vec::with_capacity(self.prefix.len() + payload.len() + 12);
        message.extend_from_slice(&self.prefix);
        write_var(&mut message, SYNC);
        write_var(&mut message, kind);
        write_buffer(&mut message, payload);
        message
    }

    /// What a message says.
    pub(crate) fn read<'a>(&self, message: &'a [u8]) -> Said<'a> {
        let mut rest = message;
        if self.dialect == Dialect::Hocuspocus {
            if message == [PING as u8] {
                return Said::Ping;
            }
            if read_buffer(&mut rest).is_none() {
                return Said::Other;
            }
        }
        match read_var(&mut rest) {
            Some(SYNC | SYNC_REPLY) => match read_var(&mut rest) {
                Some(STEP_1) => Said::Step1,
                Some(STEP_2) => read_buffer(&mut rest).map_or(Said::Other, Said::Step2),
                Some(UPDATE) => read_buffer(&mut rest).map_or(Said::Other, Said::Update),
                _ => Said::Other,
            },
            Some(AWARENESS) => Said::Presence,
            Some(SYNC_STATUS) => Said::Status(read_var(&mut rest) == Some(1)),
            Some(PING) if self.dialect == Dialect::Hocuspocus => Said::Ping,
            Some(AUTH) => match (self.dialect, read_var(&mut rest)) {
                (Dialect::YWebsocket, Some(0)) | (Dialect::Hocuspocus, Some(1)) => Said::Refused,
                _ => Said::Other,
            },
            _ => Said::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use waymark_sync::{DocumentId, Frame, Limits, wire};

    use super::*;

    #[test]
    fn what_is_written_and_read_is_what_the_protocol_says() {
        let name = "map/abc";
        let document = DocumentId::parse(name).unwrap();
        let dialects = [
            (Dialect::YWebsocket, waymark_sync::Dialect::YWebsocket),
            (Dialect::Hocuspocus, waymark_sync::Dialect::Hocuspocus),
        ];
        for (ours, theirs) in dialects {
            let tongue = Tongue::new(ours, name);
            let decode = |message: Vec<u8>| {
                wire::decode(theirs, &document, &Bytes::from(message), &Limits::default()).unwrap()
            };
            let bytes = Bytes::from_static;
            assert_eq!(decode(tongue.update(b"u")), Frame::Update(bytes(b"u")));
            assert_eq!(decode(tongue.presence(b"p")), Frame::Awareness(bytes(b"p")));
            assert_eq!(
                decode(tongue.nothing_new()),
                Frame::SyncStep2(bytes(&[0, 0]))
            );
            let greeting: Vec<Frame> = tongue.greeting().into_iter().map(decode).collect();
            assert_eq!(greeting.last(), Some(&Frame::SyncStep1(bytes(&[0]))));
            if ours == Dialect::Hocuspocus {
                assert_eq!(greeting[0], Frame::AuthToken("bench".into()));
                assert_eq!(decode(tongue.pong()), Frame::Pong);
            }
            let said = [
                (Frame::SyncStep1(bytes(&[0])), Said::Step1),
                (Frame::SyncStep2(bytes(b"22")), Said::Step2(b"22")),
                (Frame::Update(bytes(b"u")), Said::Update(b"u")),
                (Frame::Awareness(bytes(b"p")), Said::Presence),
                (Frame::SyncStatus(true), Said::Status(true)),
                (Frame::SyncStatus(false), Said::Status(false)),
                (Frame::PermissionDenied("no".into()), Said::Refused),
                (Frame::Ping, Said::Ping),
            ];
            for (frame, expected) in said {
                if let Some(message) = wire::encode(theirs, &document, &frame) {
                    assert_eq!(tongue.read(&message), expected, "{frame:?}");
                }
            }
        }
    }
}
