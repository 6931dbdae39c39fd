//! One connection at a time, for what is not about load: joining, seeding, looking again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use memchr::memmem;
use tokio::io::AsyncReadExt;
use tokio::net::tcp::OwnedReadHalf;

use crate::dialect::Said;
use crate::server::Place;
use crate::socket::{Event, Outlet, Parser, connect};

/// Bytes read at once.
const READ: usize = 64 << 10;

/// Somebody in a document who keeps nothing of it.
#[derive(Debug)]
pub(crate) struct Visitor {
    half: OwnedReadHalf,
    outlet: Arc<Outlet>,
    parser: Parser,
    place: Arc<Place>,
    inbox: VecDeque<Vec<u8>>,
    buffer: Vec<u8>,
    closed: Option<u16>,
    /// Answers to what we have that may still get a status, as changes do.
    pub(crate) answered: u64,
}

/// What a visitor is told.
#[derive(Debug)]
pub(crate) enum News {
    /// Content: a step 2 (`true`) or an update.
    Content(Vec<u8>, bool),
    /// A change of ours is stored, or refused.
    Status(bool),
}

impl Visitor {
    /// Connects and greets; the answer comes as news.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub(crate) async fn knock(place: &Arc<Place>) -> Result<Self> {
        let (half, outlet, rest) = connect(place.address, &place.path).await?;
        let mut visitor = Self {
            half,
            outlet: Arc::new(outlet),
            parser: Parser::default(),
            place: place.clone(),
            inbox: VecDeque::new(),
            buffer: vec![0; READ],
            closed: None,
            answered: 0,
        };
        for message in place.tongue.greeting() {
            visitor.outlet.deliver(&message).await?;
        }
        visitor.take(&rest)?;
        Ok(visitor)
    }

    /// Connects and waits for the content.
    ///
    /// # Errors
    /// When the document does not open.
    pub(crate) async fn enter(place: &Arc<Place>) -> Result<(Self, Vec<u8>)> {
        let mut visitor = Self::knock(place).await?;
        loop {
            match visitor.news().await? {
                News::Content(content, true) => return Ok((visitor, content)),
                // The status of our answer may come before the answer to our question.
                News::Status(_) => visitor.answered = visitor.answered.saturating_sub(1),
                News::Content(..) => {}
            }
        }
    }

    /// Somebody who only sends, while this one reads.
    pub(crate) fn pen(&self) -> Pen {
        Pen {
            outlet: self.outlet.clone(),
            place: self.place.clone(),
        }
    }

    /// What comes next.
    ///
    /// # Errors
    /// When the connection ends.
    pub(crate) async fn news(&mut self) -> Result<News> {
        loop {
            while let Some(message) = self.inbox.pop_front() {
                let tongue = &self.place.tongue;
                match tongue.read(&message) {
                    Said::Step1 => {
                        self.answered += 1;
                        self.outlet.deliver(&tongue.nothing_new()).await?;
                    }
                    Said::Ping => self.outlet.deliver(&tongue.pong()).await?,
                    Said::Step2(content) => return Ok(News::Content(content.to_vec(), true)),
                    Said::Update(content) => return Ok(News::Content(content.to_vec(), false)),
                    Said::Status(stored) => return Ok(News::Status(stored)),
                    Said::Refused => bail!("not let in"),
                    Said::Presence | Said::Other => {}
                }
            }
            if let Some(code) = self.closed {
                bail!("the server closed the connection ({code})");
            }
            let count = self.half.read(&mut self.buffer).await?;
            if count == 0 {
                bail!("the connection ended");
            }
            let buffer = std::mem::take(&mut self.buffer);
            let taken = self.take(&buffer[..count]);
            self.buffer = buffer;
            taken?;
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        let (inbox, outlet, closed) = (&mut self.inbox, &self.outlet, &mut self.closed);
        self.parser.take(bytes, |event| match event {
            Event::Message(message) => inbox.push_back(message.to_vec()),
            Event::Ping(payload) => {
                // A connection that is gone is noticed when it is read next.
                let _ = outlet.pong(payload);
            }
            Event::Close(code) => *closed = Some(code),
            // It keeps everything.
            Event::Part(..) => {}
        })
    }
}

/// The sending side of a visitor.
#[derive(Debug)]
pub(crate) struct Pen {
    outlet: Arc<Outlet>,
    place: Arc<Place>,
}

impl Pen {
    /// Sends a change as soon as the kernel takes it.
    ///
    /// # Errors
    /// When the connection is gone.
    pub(crate) async fn change(&self, update: &[u8]) -> Result<()> {
        let message = self.place.tongue.update(update);
        Ok(self.outlet.deliver(&message).await?)
    }
}

/// Opens a document and waits for one message with an update of it of at least so many bytes
/// and with `end` in it. Returns how long it took and, when `keep` says so, the update; else
/// the message is looked through as it comes, so that it costs as little as possible.
///
/// # Errors
/// When the document does not open.
pub(crate) async fn open(
    place: &Arc<Place>,
    (least, end): (usize, &[u8]),
    keep: bool,
) -> Result<(Duration, Vec<u8>)> {
    let started = Instant::now();
    let (mut half, outlet, rest) = connect(place.address, &place.path).await?;
    for message in place.tongue.greeting() {
        outlet.deliver(&message).await?;
    }
    let mut parser = Parser::keeping(if keep { usize::MAX } else { least });
    let mut found = None;
    let mut skimmed = Skimmed::default();
    let mut take = |bytes: &[u8]| {
        parser.take(bytes, |event| match event {
            Event::Part(part, left) => {
                skimmed.take(part, end);
                if left == 0 && std::mem::take(&mut skimmed).found {
                    found.get_or_insert((started.elapsed(), Vec::new()));
                }
            }
            Event::Message(message) => {
                if let Said::Step2(content) | Said::Update(content) = place.tongue.read(message)
                    && content.len() >= least
                    && memmem::find(content, end).is_some()
                {
                    found.get_or_insert_with(|| (started.elapsed(), content.to_vec()));
                }
            }
            Event::Ping(_) | Event::Close(_) => {}
        })?;
        Ok::<_, anyhow::Error>(found.take())
    };
    if let Some(found) = take(&rest)? {
        return Ok(found);
    }
    let mut buffer = vec![0; READ];
    loop {
        let count = half.read(&mut buffer).await?;
        if count == 0 {
            bail!("the connection ended before the document was there");
        }
        if let Some(found) = take(&buffer[..count])? {
            return Ok(found);
        }
    }
}

/// Looks for something in what comes in parts.
#[derive(Default)]
struct Skimmed {
    found: bool,
    /// The end of what came, shorter than what is looked for.
    tail: Vec<u8>,
}

impl Skimmed {
    fn take(&mut self, part: &[u8], what: &[u8]) {
        let keep = what.len() - 1;
        self.tail.extend_from_slice(&part[..part.len().min(keep)]);
        self.found |=
            memmem::find(&self.tail, what).is_some() || memmem::find(part, what).is_some();
        if part.len() >= keep {
            self.tail.clear();
            self.tail.extend_from_slice(&part[part.len() - keep..]);
        } else {
            let surplus = self.tail.len().saturating_sub(keep);
            self.tail.drain(..surplus);
        }
    }
}
