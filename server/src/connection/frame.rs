//! Messages as they go over the wire.

use bytes::{BufMut, Bytes, BytesMut};

/// Up to this size a message is copied behind its head, so that one plain write sends it.
const SHORT: usize = 16 * 1024;

const BINARY: u8 = 0x82;

/// A message with its head: an unmasked, final, binary frame (RFC 6455, section 5.2).
/// Clones share its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Framed {
    /// The head, and a short message behind it.
    start: Bytes,
    /// A message that is not short, as it was given.
    rest: Bytes,
}

impl Framed {
    pub(crate) fn new(message: Bytes) -> Self {
        let length = message.len();
        let is_short = length <= SHORT;
        let mut start = BytesMut::with_capacity(10 + if is_short { length } else { 0 });
        start.put_u8(BINARY);
        match length {
            0..=125 => start.put_u8(length as u8),
            126..=0xFFFF => {
                start.put_u8(126);
                start.put_u16(length as u16);
            }
            _ => {
                start.put_u8(127);
                start.put_u64(length as u64);
            }
        }
        if !is_short {
            return Self {
                start: start.freeze(),
                rest: message,
            };
        }
        start.put_slice(&message);
        Self {
            start: start.freeze(),
            rest: Bytes::new(),
        }
    }

    /// All of it, if it lies in one piece.
    pub(super) fn whole(&self) -> Option<&Bytes> {
        self.rest.is_empty().then_some(&self.start)
    }

    /// What is sent after each other: the second piece may be empty.
    pub(super) fn into_pieces(self) -> (Bytes, Bytes) {
        (self.start, self.rest)
    }

    /// In bytes, with the head.
    pub(crate) fn len(&self) -> usize {
        self.start.len() + self.rest.len()
    }

    /// The message without its head.
    #[cfg(test)]
    pub(crate) fn message(&self) -> Bytes {
        let head = match self.start[1] {
            126 => 4,
            127 => 10,
            _ => 2,
        };
        if self.rest.is_empty() {
            self.start.slice(head..)
        } else {
            self.rest.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_says_the_length_in_the_shortest_way() {
        let head = |length| {
            let (start, _) = Framed::new(vec![7; length].into()).into_pieces();
            start[..start.len().min(10)].to_vec()
        };
        assert_eq!(head(125)[..3], [0x82, 125, 7]);
        assert_eq!(head(126)[..5], [0x82, 126, 0, 126, 7]);
        assert_eq!(head(0x1_0000), [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn nothing_of_a_message_is_lost_in_its_frame() {
        for length in [0, 1, 125, 126, SHORT, SHORT + 1, 0x1_0000] {
            let message = Bytes::from(vec![7; length]);
            let framed = Framed::new(message.clone());
            assert_eq!(framed.message(), message);
            assert!(framed.len() >= length + 2);
            assert_eq!(framed.whole().is_some(), length <= SHORT);
        }
    }
}
