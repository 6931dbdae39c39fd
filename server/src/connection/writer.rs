//! The writing half of a connection.
//!
//! Messages are framed here and written straight from the bytes that all sessions share:
//! nothing is copied, and a message that the socket takes at once costs its sender one
//! system call and wakes nobody. What the socket does not take waits in a queue, which a
//! task empties as the peer reads; its length is bounded by the rooms' credit and by
//! [`OWN_MESSAGES`].

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;
use waymark_sync::CloseReason;

use crate::room_task::Credit;

/// How many of the connection's own messages (pings, refusals) may wait.
const OWN_MESSAGES: usize = 64;
/// How many messages one system call is given.
const TOGETHER: usize = 16;

const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;

/// The writing half of a connection, shared by its reader and its rooms.
#[derive(Debug)]
pub(crate) struct Writer {
    state: Mutex<State>,
    /// Wakes whoever waits for the queue to be empty.
    emptied: Notify,
}

#[derive(Debug)]
struct State {
    /// Gone when the connection has ended.
    half: Option<Arc<OwnedWriteHalf>>,
    queue: VecDeque<Piece>,
    /// Messages of the connection itself that wait.
    own: usize,
    /// A task is writing what waits.
    draining: bool,
    /// The last message is in the queue.
    closing: bool,
}

/// Bytes that wait for the socket, and what happens when they are written.
#[derive(Debug)]
struct Piece {
    bytes: Bytes,
    then: Then,
}

#[derive(Debug)]
enum Then {
    /// A part of a message.
    Nothing,
    /// A room's message is written.
    Credit(Credit),
    /// One of the connection's own.
    Own,
}

/// As many messages wait as may: the peer does not read.
#[derive(Debug, thiserror::Error)]
#[error("the peer does not read")]
pub(crate) struct Full;

impl Writer {
    pub(crate) fn new(half: OwnedWriteHalf) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                half: Some(Arc::new(half)),
                queue: VecDeque::new(),
                own: 0,
                draining: false,
                closing: false,
            }),
            emptied: Notify::new(),
        })
    }

    /// Sends a room's messages; returns how many are written already. The others give
    /// their credit back when they are.
    pub(crate) fn send(self: &Arc<Self>, messages: &[Bytes], credit: &Credit) -> usize {
        let mut state = self.lock();
        if state.closing || state.half.is_none() {
            return 0;
        }
        let mut written = 0;
        for messages in messages.chunks(TOGETHER) {
            let bytes = if state.queue.is_empty() {
                state.write_now(messages)
            } else {
                0
            };
            if state.half.is_none() {
                return written;
            }
            written += state.queue_rest(messages, bytes, credit);
        }
        self.settle(state);
        written
    }

    /// Sends a message of the connection itself.
    pub(super) fn send_own(self: &Arc<Self>, message: Bytes) -> Result<(), Full> {
        let head = Head::new(BINARY, message.len());
        self.push_own(&[Bytes::copy_from_slice(head.bytes()), message])
    }

    /// Asks the other side for a sign of life.
    pub(super) fn ping(self: &Arc<Self>) -> Result<(), Full> {
        self.push_own(&[Bytes::from_static(&[PING, 0])])
    }

    /// Sends bytes that are frames already.
    pub(super) fn send_framed(self: &Arc<Self>, frames: Bytes) -> Result<(), Full> {
        self.push_own(&[frames])
    }

    /// Says why the connection ends; nothing is sent after it.
    pub(super) fn close(self: &Arc<Self>, reason: CloseReason) {
        let mut frame = BytesMut::with_capacity(128);
        frame.put_u8(CLOSE);
        // A close frame holds 125 bytes at most, two of which are the code.
        let text = &reason.text().as_bytes()[..reason.text().len().min(123)];
        frame.put_u8(text.len() as u8 + 2);
        frame.put_u16(reason.code());
        frame.put_slice(text);
        // Full only if the peer does not read, and then there is no polite end.
        let _ = self.push_own(&[frame.freeze()]);
        self.lock().closing = true;
    }

    /// Resolves when nothing waits to be written.
    pub(super) async fn written(&self) {
        loop {
            let emptied = self.emptied.notified();
            {
                let state = self.lock();
                if state.queue.is_empty() || state.half.is_none() {
                    return;
                }
            }
            emptied.await;
        }
    }

    /// Lets the socket go; what waits is dropped.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.half = None;
        state.queue.clear();
        drop(state);
        self.emptied.notify_waiters();
    }

    fn push_own(self: &Arc<Self>, pieces: &[Bytes]) -> Result<(), Full> {
        let mut state = self.lock();
        if state.closing || state.half.is_none() {
            return Ok(());
        }
        if state.own >= OWN_MESSAGES {
            return Err(Full);
        }
        let idle = state.queue.is_empty();
        state.own += 1;
        let last = pieces.len().saturating_sub(1);
        for (index, piece) in pieces.iter().enumerate() {
            let then = if index == last {
                Then::Own
            } else {
                Then::Nothing
            };
            state.push(piece.clone(), then);
        }
        if idle {
            state.write(drop);
            self.settle(state);
        }
        Ok(())
    }

    /// After a write: what is left is written by a task as the peer reads.
    fn settle(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        if !state.queue.is_empty() && !std::mem::replace(&mut state.draining, true) {
            tokio::spawn(Arc::clone(self).drain());
        }
    }

    /// Writes what waits, as fast as the peer reads.
    async fn drain(self: Arc<Self>) {
        loop {
            // Made before looking, so that an end between the two is not missed.
            let ended = self.emptied.notified();
            let Some(half) = self.lock().half.clone() else {
                return;
            };
            tokio::select! {
                // An error shows when it is written to.
                _ = half.writable() => {}
                () = ended => continue,
            }
            let mut done = Vec::new();
            let emptied = {
                let mut state = self.lock();
                state.write(|then| done.push(then));
                state.draining = !state.queue.is_empty();
                !state.draining
            };
            for then in done {
                if let Then::Credit(credit) = then {
                    credit.give_back();
                }
            }
            if emptied {
                self.emptied.notify_waiters();
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, bytes: Bytes, then: Then) {
        self.queue.push_back(Piece { bytes, then });
    }

    /// Writes messages that nothing waits before; how many bytes the socket took.
    fn write_now(&mut self, messages: &[Bytes]) -> usize {
        let mut heads = [Head::default(); TOGETHER];
        let mut slices = [IoSlice::new(&[]); 2 * TOGETHER];
        for (head, message) in heads.iter_mut().zip(messages) {
            *head = Head::new(BINARY, message.len());
        }
        for (index, (head, message)) in heads.iter().zip(messages).enumerate() {
            slices[2 * index] = IoSlice::new(head.bytes());
            slices[2 * index + 1] = IoSlice::new(message);
        }
        let Some(half) = &self.half else {
            return 0;
        };
        let result = half.try_write_vectored(&slices[..2 * messages.len()]);
        self.took(result)
    }

    /// Queues what is left of messages after so many bytes; how many are whole.
    fn queue_rest(&mut self, messages: &[Bytes], written: usize, credit: &Credit) -> usize {
        let (mut whole, mut left) = (0, written);
        for message in messages {
            let head = Head::new(BINARY, message.len());
            let length = head.bytes().len() + message.len();
            if left >= length {
                left -= length;
                whole += 1;
                continue;
            }
            let head_left = left.min(head.bytes().len());
            if head_left < head.bytes().len() {
                let rest = Bytes::copy_from_slice(&head.bytes()[head_left..]);
                self.push(rest, Then::Nothing);
            }
            let rest = message.slice(left - head_left..);
            self.push(rest, Then::Credit(credit.clone()));
            left = 0;
        }
        whole
    }

    /// Writes as much of what waits as the socket takes.
    fn write(&mut self, mut done: impl FnMut(Then)) {
        while let Some(half) = self.half.as_ref().filter(|_| !self.queue.is_empty()) {
            let mut slices = [IoSlice::new(&[]); 2 * TOGETHER];
            let count = self.queue.len().min(slices.len());
            for (slice, piece) in slices.iter_mut().zip(&self.queue) {
                *slice = IoSlice::new(&piece.bytes);
            }
            let result = half.try_write_vectored(&slices[..count]);
            let mut written = self.took(result);
            if written == 0 {
                return;
            }
            while let Some(piece) = self.queue.front_mut() {
                if piece.bytes.len() > written {
                    piece.bytes.advance(written);
                    break;
                }
                written -= piece.bytes.len();
                if let Some(piece) = self.queue.pop_front() {
                    self.own -= usize::from(matches!(piece.then, Then::Own));
                    done(piece.then);
                }
            }
        }
    }

    /// How many bytes the socket takes now; nothing is kept for one that is broken.
    fn took(&mut self, result: io::Result<usize>) -> usize {
        match result {
            Ok(written) => written,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(error) => {
                // The reader finds out by itself; nobody else has to.
                tracing::debug!(%error, "cannot be written to any more");
                self.half = None;
                self.queue.clear();
                self.closing = true;
                0
            }
        }
    }
}

/// The head of an unmasked, final frame (RFC 6455, section 5.2).
#[derive(Clone, Copy, Default)]
struct Head {
    bytes: [u8; 10],
    length: u8,
}

impl Head {
    fn new(opcode: u8, payload: usize) -> Self {
        let mut bytes = [0; 10];
        bytes[0] = opcode;
        let length = match payload {
            0..=125 => {
                bytes[1] = payload as u8;
                2
            }
            126..=0xFFFF => {
                bytes[1] = 126;
                bytes[2..4].copy_from_slice(&(payload as u16).to_be_bytes());
                4
            }
            _ => {
                bytes[1] = 127;
                bytes[2..10].copy_from_slice(&(payload as u64).to_be_bytes());
                10
            }
        };
        Self { bytes, length }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_says_the_length_in_the_shortest_way() {
        assert_eq!(Head::new(BINARY, 125).bytes(), [0x82, 125]);
        assert_eq!(Head::new(BINARY, 126).bytes(), [0x82, 126, 0, 126]);
        let long = [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0];
        assert_eq!(Head::new(BINARY, 0x1_0000).bytes(), long);
    }
}
