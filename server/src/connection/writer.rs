//! The writing half of a connection.
//!
//! Messages are written straight from the bytes that all sessions share, by whoever sends
//! them: a message that the socket takes at once costs its sender one system call and wakes
//! nobody. What the socket does not take waits in a queue, which a task empties as the peer
//! reads; its length is bounded by the rooms' credit and by [`OWN_MESSAGES`].

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;
use waymark_sync::CloseReason;

use super::frame::Framed;
use crate::room_task::Credit;

/// How many of the connection's own messages (pings, refusals) may wait.
const OWN_MESSAGES: usize = 64;
/// How many pieces one system call is given.
const TOGETHER: usize = 32;

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
    pub(crate) fn send<'a>(
        self: &Arc<Self>,
        messages: impl ExactSizeIterator<Item = &'a Framed>,
        credit: impl Fn() -> Credit,
    ) -> usize {
        let mut state = self.lock();
        if state.closing || state.half.is_none() {
            return 0;
        }
        let idle = state.queue.is_empty();
        let alone = idle && messages.len() == 1;
        for message in messages {
            if alone && let Some(whole) = message.whole() {
                let taken = state.write_now(whole);
                if taken == whole.len() {
                    return 1;
                }
                if state.half.is_none() {
                    return 0;
                }
                state.push(whole.slice(taken..), Then::Credit(credit()));
            } else {
                let pieces = message.clone().into_pieces();
                state.push_pieces(pieces, Then::Credit(credit()));
            }
        }
        let mut written = 0;
        if idle {
            state.write(|then| written += usize::from(matches!(then, Then::Credit(_))));
        }
        self.settle(state);
        written
    }

    /// Sends a message of the connection itself.
    pub(super) fn send_own(self: &Arc<Self>, message: Bytes) -> Result<(), Full> {
        self.push_own(Framed::new(message).into_pieces())
    }

    /// Asks the other side for a sign of life.
    pub(super) fn ping(self: &Arc<Self>) -> Result<(), Full> {
        self.push_own((Bytes::from_static(&[PING, 0]), Bytes::new()))
    }

    /// Sends bytes that are frames already.
    pub(super) fn send_framed(self: &Arc<Self>, frames: Bytes) -> Result<(), Full> {
        self.push_own((frames, Bytes::new()))
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
        let _ = self.push_own((frame.freeze(), Bytes::new()));
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

    fn push_own(self: &Arc<Self>, pieces: (Bytes, Bytes)) -> Result<(), Full> {
        let mut state = self.lock();
        if state.closing || state.half.is_none() {
            return Ok(());
        }
        if state.own >= OWN_MESSAGES {
            return Err(Full);
        }
        let idle = state.queue.is_empty();
        state.own += 1;
        state.push_pieces(pieces, Then::Own);
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

    fn push_pieces(&mut self, (start, rest): (Bytes, Bytes), then: Then) {
        if rest.is_empty() {
            self.push(start, then);
        } else {
            self.push(start, Then::Nothing);
            self.push(rest, then);
        }
    }

    /// Writes bytes that nothing waits before; how many the socket took.
    fn write_now(&mut self, bytes: &[u8]) -> usize {
        let Some(half) = &self.half else {
            return 0;
        };
        let result = half.try_write(bytes);
        self.took(result)
    }

    /// Writes as much of what waits as the socket takes.
    fn write(&mut self, mut done: impl FnMut(Then)) {
        while let Some(half) = self.half.as_ref().filter(|_| !self.queue.is_empty()) {
            let mut slices = [IoSlice::new(&[]); TOGETHER];
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
