//! One connection at a time, for what is not about load: joining, seeding, looking again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::io::AsyncReadExt;
use tokio::net::tcp::OwnedReadHalf;

use crate::dialect::Said;
use crate::server::Place;
use crate::socket::{Event, Outlet, Parser, connect};

/// Bytes read at once.
const READ: usize = 256 << 10;

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
    /// How often we were asked what we have: each answer may get a status, too.
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
            if let News::Content(content, true) = visitor.news().await? {
                return Ok((visitor, content));
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

/// Opens a document and waits for content that is `complete`; nothing is copied that need
/// not be. Returns how long it took and, when `keep` says so, that content.
///
/// # Errors
/// When the document does not open.
pub(crate) async fn open(
    place: &Arc<Place>,
    complete: impl Fn(&[u8]) -> bool,
    keep: bool,
) -> Result<(Duration, Vec<u8>)> {
    let started = Instant::now();
    let (mut half, outlet, mut read) = connect(place.address, &place.path).await?;
    for message in place.tongue.greeting() {
        outlet.deliver(&message).await?;
    }
    let mut parser = Parser::default();
    let mut found = None;
    loop {
        parser.take(&read, |event| {
            if let Event::Message(message) = event
                && let Said::Step2(content) | Said::Update(content) = place.tongue.read(message)
                && found.is_none()
                && complete(content)
            {
                let took = started.elapsed();
                found = Some((took, if keep { content.to_vec() } else { Vec::new() }));
            }
        })?;
        if let Some(found) = found {
            return Ok(found);
        }
        read.resize(READ, 0);
        let count = half.read(&mut read).await?;
        if count == 0 {
            bail!("the connection ended before the document was there");
        }
        read.truncate(count);
    }
}
