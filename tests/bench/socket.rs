//! A WebSocket that costs the generator as little as possible: messages are looked at where
//! they were read, and what is sent is masked with zeros, which leaves it as it is.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Mutex;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

const CONTINUATION: u8 = 0;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;
const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;
/// No server sends messages larger than this; a length beyond it is a fault.
const LARGEST: u64 = 1 << 30;

/// Connects and asks for a WebSocket at `path`. What the server said right after its answer
/// is returned as well.
///
/// # Errors
/// When the server cannot be reached or answers something else.
pub(crate) async fn connect(
    address: SocketAddr,
    path: &str,
) -> Result<(OwnedReadHalf, Outlet, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).await.context("no connection")?;
    stream.set_nodelay(true)?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: d2F5bWFyayBiZW5jaCEhIQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::with_capacity(1 << 10);
    let end = loop {
        if stream.read_buf(&mut answer).await? == 0 {
            bail!("the server hung up instead of opening a WebSocket");
        }
        if let Some(at) = memchr::memmem::find(&answer, b"\r\n\r\n") {
            break at + 4;
        }
    };
    if !answer.starts_with(b"HTTP/1.1 101") {
        let line = String::from_utf8_lossy(&answer);
        bail!("no WebSocket: {}", line.lines().next().unwrap_or_default());
    }
    let rest = answer.split_off(end);
    let (reading, writing) = stream.into_split();
    let outlet = Outlet {
        half: writing,
        waiting: Mutex::default(),
    };
    Ok((reading, outlet, rest))
}

/// Writes a binary message as one frame.
pub(crate) fn write_message(out: &mut Vec<u8>, payload: &[u8]) {
    write_frame(out, BINARY, payload);
}

fn write_frame(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    out.push(FINAL | opcode);
    match payload.len() {
        length @ 0..=125 => out.push(MASKED | length as u8),
        length @ 126..=0xffff => {
            out.push(MASKED | 126);
            out.extend((length as u16).to_be_bytes());
        }
        length => {
            out.push(MASKED | 127);
            out.extend((length as u64).to_be_bytes());
        }
    }
    out.extend([0; 4]);
    out.extend_from_slice(payload);
}

/// The sending side of a connection; whoever sends never waits.
#[derive(Debug)]
pub(crate) struct Outlet {
    half: OwnedWriteHalf,
    /// What the kernel did not take yet.
    waiting: Mutex<Vec<u8>>,
}

impl Outlet {
    /// Sends whole frames, or keeps what the kernel does not take for [`Outlet::flush`].
    ///
    /// # Errors
    /// When the connection is gone.
    pub(crate) fn send(&self, frames: &[u8]) -> io::Result<Sent> {
        let mut waiting = self.waiting.lock().expect("nobody panics with the lock");
        if !waiting.is_empty() {
            waiting.extend_from_slice(frames);
            return self.flush_locked(&mut waiting);
        }
        let taken = self.write(frames)?;
        waiting.extend_from_slice(&frames[taken..]);
        Ok(Sent::of(&waiting))
    }

    /// Tries again to send what is waiting.
    ///
    /// # Errors
    /// When the connection is gone.
    pub(crate) fn flush(&self) -> io::Result<Sent> {
        let mut waiting = self.waiting.lock().expect("nobody panics with the lock");
        self.flush_locked(&mut waiting)
    }

    fn flush_locked(&self, waiting: &mut Vec<u8>) -> io::Result<Sent> {
        let taken = self.write(waiting)?;
        waiting.drain(..taken);
        Ok(Sent::of(waiting))
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut taken = 0;
        while taken < bytes.len() {
            match self.half.try_write(&bytes[taken..]) {
                Ok(count) => taken += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(taken)
    }

    /// Waits until the kernel may take more.
    ///
    /// # Errors
    /// When the connection is gone.
    pub(crate) async fn sent(&self) -> io::Result<()> {
        while self.flush()? == Sent::Partly {
            self.half.writable().await?;
        }
        Ok(())
    }

    /// Sends one binary message and waits until the kernel has taken it.
    ///
    /// # Errors
    /// When the connection is gone.
    pub(crate) async fn deliver(&self, message: &[u8]) -> io::Result<()> {
        let mut frame = Vec::with_capacity(message.len() + 14);
        write_message(&mut frame, message);
        self.send(&frame)?;
        self.sent().await
    }

    /// Answers a ping.
    ///
    /// # Errors
    /// When the connection is gone.
    pub(crate) fn pong(&self, payload: &[u8]) -> io::Result<Sent> {
        let mut frame = Vec::with_capacity(payload.len() + 6);
        write_frame(&mut frame, PONG, payload);
        self.send(&frame)
    }
}

/// How much of what was to be sent has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Whole,
    Partly,
}

impl Sent {
    fn of(waiting: &[u8]) -> Self {
        if waiting.is_empty() {
            Self::Whole
        } else {
            Self::Partly
        }
    }
}

/// What a server said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event<'a> {
    Message(&'a [u8]),
    /// Some of a frame that is too long to be kept, with its head: what is still to come.
    Part(&'a [u8], usize),
    Ping(&'a [u8]),
    Close(u16),
}

/// Cuts what is read into messages; only what is incomplete is copied.
#[derive(Debug)]
pub(crate) struct Parser {
    /// The beginning of a frame that is not complete.
    partial: Vec<u8>,
    /// How long that frame will be, once its header says so.
    wanted: usize,
    /// The parts of a message that is sent in several frames.
    fragments: Vec<u8>,
    /// Frames longer than this are handed on as they come.
    keeps: usize,
    /// What is still to come of one.
    passing: usize,
}

impl Default for Parser {
    fn default() -> Self {
        Self::keeping(usize::MAX)
    }
}

impl Parser {
    /// One that gathers frames up to a length; what is longer costs no memory.
    pub(crate) fn keeping(keeps: usize) -> Self {
        Self {
            partial: Vec::new(),
            wanted: 0,
            fragments: Vec::new(),
            keeps,
            passing: 0,
        }
    }

    /// Takes what was read and calls `on_event` for everything that is complete.
    ///
    /// # Errors
    /// For bytes that are no WebSocket frames.
    pub(crate) fn take(
        &mut self,
        mut bytes: &[u8],
        mut on_event: impl FnMut(Event<'_>),
    ) -> Result<()> {
        bytes = self.pass(bytes, &mut on_event);
        while !self.partial.is_empty() {
            // At first only enough for the header, then up to the end of the frame.
            let goal = self.wanted.max(2);
            let missing = goal.saturating_sub(self.partial.len()).min(bytes.len());
            let (taken, rest) = bytes.split_at(missing);
            self.partial.extend_from_slice(taken);
            bytes = rest;
            if self.partial.len() < goal {
                return Ok(());
            }
            let length = match frame_length(&self.partial)? {
                Length::Header(length) => {
                    self.wanted = length;
                    continue;
                }
                Length::Frame(length) => length,
            };
            if length > self.keeps {
                let partial = std::mem::take(&mut self.partial);
                (self.wanted, self.passing) = (0, length);
                self.pass(&partial, &mut on_event);
                bytes = self.pass(bytes, &mut on_event);
                continue;
            }
            if self.partial.len() < length {
                self.wanted = length;
                self.partial.reserve(length - self.partial.len());
                continue;
            }
            let frame = std::mem::take(&mut self.partial);
            self.wanted = 0;
            self.on_frame(&frame, &mut on_event)?;
        }
        while !bytes.is_empty() {
            match frame_length(bytes)? {
                Length::Frame(length) if length > self.keeps => {
                    self.passing = length;
                    bytes = self.pass(bytes, &mut on_event);
                }
                Length::Frame(length) if length <= bytes.len() => {
                    let (frame, rest) = bytes.split_at(length);
                    self.on_frame(frame, &mut on_event)?;
                    bytes = rest;
                }
                Length::Frame(wanted) | Length::Header(wanted) => {
                    self.partial.reserve(wanted);
                    self.partial.extend_from_slice(bytes);
                    self.wanted = wanted;
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Hands on what belongs to a frame that is not kept; what follows it.
    fn pass<'a>(&mut self, bytes: &'a [u8], on_event: &mut impl FnMut(Event<'_>)) -> &'a [u8] {
        let (part, rest) = bytes.split_at(self.passing.min(bytes.len()));
        self.passing -= part.len();
        if !part.is_empty() {
            on_event(Event::Part(part, self.passing));
        }
        rest
    }

    fn on_frame(&mut self, frame: &[u8], on_event: &mut impl FnMut(Event<'_>)) -> Result<()> {
        let payload = &frame[header_length(frame[1])..];
        let last = frame[0] & FINAL != 0;
        match frame[0] & 0x0f {
            CONTINUATION | BINARY if last && self.fragments.is_empty() => {
                on_event(Event::Message(payload));
            }
            CONTINUATION | BINARY => {
                self.fragments.extend_from_slice(payload);
                if last {
                    on_event(Event::Message(&std::mem::take(&mut self.fragments)));
                }
            }
            PING => on_event(Event::Ping(payload)),
            PONG => {}
            CLOSE => {
                let code = payload
                    .first_chunk()
                    .copied()
                    .map_or(1005, u16::from_be_bytes);
                on_event(Event::Close(code));
            }
            other => bail!("a frame of kind {other}"),
        }
        Ok(())
    }
}

/// How many bytes are needed to go on.
enum Length {
    /// At least these, to know how long the frame is.
    Header(usize),
    /// The whole frame.
    Frame(usize),
}

fn frame_length(bytes: &[u8]) -> Result<Length> {
    let Some(second) = bytes.get(1) else {
        return Ok(Length::Header(2));
    };
    if second & MASKED != 0 {
        bail!("a server does not mask");
    }
    let header = header_length(*second);
    if bytes.len() < header {
        return Ok(Length::Header(header));
    }
    let payload = match second {
        126 => u64::from(u16::from_be_bytes([bytes[2], bytes[3]])),
        127 => u64::from_be_bytes(bytes[2..10].try_into().context("eight bytes")?),
        length => u64::from(*length),
    };
    if payload > LARGEST {
        bail!("a frame of {payload} bytes");
    }
    Ok(Length::Frame(header + payload as usize))
}

fn header_length(second: u8) -> usize {
    match second {
        126 => 4,
        127 => 10,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server's frame: ours without the mask.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut masked = Vec::new();
        write_frame(&mut masked, first & 0x0f, payload);
        let header = masked.len() - payload.len() - 4;
        masked[0] = first;
        masked[1] &= 0x7f;
        masked.drain(header..header + 4);
        masked
    }

    fn parse(chunks: &[&[u8]]) -> Vec<String> {
        let mut parser = Parser::default();
        let mut seen = Vec::new();
        for chunk in chunks {
            parser
                .take(chunk, |event| {
                    seen.push(match event {
                        Event::Message(bytes) => format!("message {}", bytes.len()),
                        Event::Part(bytes, left) => {
                            format!("part {} of {}", bytes.len(), bytes.len() + left)
                        }
                        Event::Ping(bytes) => format!("ping {}", bytes.len()),
                        Event::Close(code) => format!("close {code}"),
                    });
                })
                .unwrap();
        }
        seen
    }

    #[test]
    fn messages_are_found_however_the_bytes_arrive() {
        let mut stream = Vec::new();
        for length in [0, 1, 125, 126, 300, 70_000] {
            stream.extend(frame(FINAL | BINARY, &vec![7; length]));
        }
        stream.extend(frame(FINAL | PING, b"hi"));
        stream.extend(frame(BINARY, &[1; 3]));
        stream.extend(frame(FINAL | CONTINUATION, &[1; 4]));
        stream.extend(frame(FINAL | CLOSE, &4408_u16.to_be_bytes()));
        let expected = [
            "message 0",
            "message 1",
            "message 125",
            "message 126",
            "message 300",
            "message 70000",
            "ping 2",
            "message 7",
            "close 4408",
        ];
        assert_eq!(parse(&[&stream]), expected);
        for size in [1, 2, 3, 7, 1_000] {
            let chunks: Vec<&[u8]> = stream.chunks(size).collect();
            assert_eq!(parse(&chunks), expected, "in chunks of {size}");
        }
    }

    #[test]
    fn what_is_too_long_to_be_kept_is_handed_on_to_its_end() {
        let mut stream = frame(FINAL | BINARY, &[7; 3]);
        stream.extend(frame(FINAL | BINARY, &[7; 5_000]));
        stream.extend(frame(FINAL | PING, b"hi"));
        for size in [1, 2, 3, 7, 1_000, 10_000] {
            let (mut parser, mut whole, mut others) = (Parser::keeping(4_000), 0, 0);
            for chunk in stream.chunks(size) {
                let take = parser.take(chunk, |event| match event {
                    Event::Part(part, left) => {
                        whole += part.len();
                        assert_eq!(whole + left, 5_004);
                    }
                    _ => others += 1,
                });
                take.unwrap();
            }
            assert_eq!((whole, others), (5_004, 2), "in chunks of {size}");
        }
    }

    #[test]
    fn what_is_no_frame_is_an_error() {
        let mut parser = Parser::default();
        assert!(parser.take(&[FINAL | BINARY, MASKED | 1], |_| {}).is_err());
        let endless = [FINAL | BINARY, 127, 255, 0, 0, 0, 0, 0, 0, 0];
        assert!(Parser::default().take(&endless, |_| {}).is_err());
    }
}
