//! Many people on few threads: each thread has a runtime of its own, reads for its people
//! and counts what they are given.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use futures_util::{StreamExt, stream};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::tcp::OwnedReadHalf;
use tokio::sync::{mpsc as channel, oneshot, watch};
use tokio::task::LocalSet;

use crate::dialect::Said;
use crate::marker;
use crate::schedule::Schedule;
use crate::server::Place;
use crate::socket::{Event, Outlet, Parser, Sent, connect};
use crate::tally::{Kind, Receiver, Tally};

/// How many people of a thread knock at the same time.
const JOINING: usize = 16;
/// How long a document may take to open.
const JOIN_WITHIN: Duration = Duration::from_secs(30);
/// Bytes read at once, by all connections of a thread in turn.
const READ: usize = 256 << 10;

/// Somebody in a document.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) number: u32,
    pub(crate) place: Arc<Place>,
    /// The first person of the same document, and how many there are.
    pub(crate) first: u32,
    pub(crate) people: u32,
}

/// What all threads of one run share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) kind: Kind,
    /// Measured messages of each person.
    pub(crate) measured: u32,
    /// Set when everybody is there.
    pub(crate) schedule: OnceLock<Schedule>,
    /// Everything received so far from others, for the processor time of each.
    pub(crate) delivered: AtomicU64,
    /// Bytes read so far.
    pub(crate) bytes: AtomicU64,
}

/// What a thread tells the one that started it.
#[derive(Debug)]
pub(crate) enum Progress {
    /// All its people are in their documents.
    Joined(Vec<(u32, Arc<Outlet>)>),
    /// All that its people were owed has arrived.
    Complete,
}

/// The handles that a thread is given.
pub(crate) struct Lines {
    pub(crate) progress: mpsc::Sender<Progress>,
    /// Outlets that the kernel did not take everything from.
    pub(crate) stuck: channel::UnboundedReceiver<Arc<Outlet>>,
    /// Turns true when everybody is to go.
    pub(crate) leave: watch::Receiver<bool>,
}

/// What the readers of a thread use in turn.
struct Desk {
    tally: Tally,
    receivers: Vec<Receiver>,
    buffer: Vec<u8>,
    /// Whether everything that is owed has arrived.
    complete: bool,
}

/// Runs a thread's people until they are to leave.
///
/// # Errors
/// When somebody cannot join.
pub(crate) fn run(people: &[Person], shared: &Arc<Shared>, lines: Lines) -> Result<Tally> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no runtime")?;
    LocalSet::new().block_on(&runtime, live(people, shared, lines))
}

async fn live(people: &[Person], shared: &Arc<Shared>, mut lines: Lines) -> Result<Tally> {
    let receivers: Vec<Receiver> = people
        .iter()
        .map(|person| Receiver::new(person.number, person.first, person.people))
        .collect();
    let mut tally = Tally::new(shared.kind);
    tally.missing = receivers
        .iter()
        .map(|receiver| receiver.awaits(shared.kind, shared.measured))
        .sum();
    let desk = Rc::new(RefCell::new(Desk {
        tally,
        receivers,
        buffer: vec![0; READ],
        complete: false,
    }));
    let mut joined = Vec::with_capacity(people.len());
    let mut readers = Vec::with_capacity(people.len());
    let mut joining = stream::iter(people.iter().enumerate())
        .map(|(seat, person)| join(seat, person, &desk, shared, &lines.progress))
        .buffer_unordered(JOINING);
    while let Some(member) = joining.next().await {
        let (number, outlet, reader) = member?;
        joined.push((number, outlet));
        readers.push(reader);
    }
    drop(joining);
    // Gone only if the run has failed elsewhere.
    let _ = lines.progress.send(Progress::Joined(joined));
    loop {
        tokio::select! {
            Some(outlet) = lines.stuck.recv() => {
                tokio::task::spawn_local(async move { outlet.sent().await });
            }
            _ = lines.leave.wait_for(|leave| *leave) => break,
        }
    }
    for reader in readers {
        reader.abort();
    }
    let mut desk = desk.borrow_mut();
    let Desk {
        tally, receivers, ..
    } = &mut *desk;
    for receiver in receivers.iter() {
        tally.finish(receiver);
    }
    Ok(std::mem::replace(tally, Tally::new(shared.kind)))
}

type Member = (u32, Arc<Outlet>, tokio::task::JoinHandle<()>);

/// Opens a document and waits until the server has said what is in it.
async fn join(
    seat: usize,
    person: &Person,
    desk: &Rc<RefCell<Desk>>,
    shared: &Arc<Shared>,
    progress: &mpsc::Sender<Progress>,
) -> Result<Member> {
    let place = &person.place;
    let opening = async {
        let (half, outlet, rest) = connect(place.address, &place.path).await?;
        let outlet = Arc::new(outlet);
        let (opened, opening) = oneshot::channel();
        let mut reader = Reader {
            seat,
            parser: Parser::default(),
            place: place.clone(),
            outlet: outlet.clone(),
            desk: desk.clone(),
            shared: shared.clone(),
            progress: progress.clone(),
            opened: Some(opened),
        };
        if !place.tongue.is_answered() {
            reader.open();
        }
        for message in place.tongue.greeting() {
            outlet.deliver(&message).await?;
        }
        let task = tokio::task::spawn_local(reader.read(half, rest));
        if opening.await.is_err() {
            bail!("the connection ended before the document was there");
        }
        Ok((person.number, outlet, task))
    };
    tokio::time::timeout(JOIN_WITHIN, opening)
        .await
        .context("the document did not open in time")?
}

struct Reader {
    /// The place of this person's receiver.
    seat: usize,
    parser: Parser,
    place: Arc<Place>,
    outlet: Arc<Outlet>,
    desk: Rc<RefCell<Desk>>,
    shared: Arc<Shared>,
    progress: mpsc::Sender<Progress>,
    /// Told when the document is there.
    opened: Option<oneshot::Sender<()>>,
}

impl Reader {
    async fn read(mut self, mut half: OwnedReadHalf, first: Vec<u8>) {
        let desk = self.desk.clone();
        let mut alive = {
            let mut desk = desk.borrow_mut();
            let Desk {
                tally, receivers, ..
            } = &mut *desk;
            self.take(&first, &mut receivers[self.seat], tally)
        };
        while alive {
            alive = poll_fn(|cx| {
                let mut desk = desk.borrow_mut();
                let Desk {
                    tally,
                    receivers,
                    buffer,
                    complete,
                } = &mut *desk;
                let mut buffer = ReadBuf::new(buffer);
                let result = ready!(Pin::new(&mut half).poll_read(cx, &mut buffer));
                let read = buffer.filled();
                let alive = result.is_ok()
                    && !read.is_empty()
                    && self.take(read, &mut receivers[self.seat], tally);
                if tally.missing == 0 && !*complete {
                    *complete = true;
                    // Gone only if the run has failed elsewhere.
                    let _ = self.progress.send(Progress::Complete);
                }
                Poll::Ready(alive)
            })
            .await;
        }
        desk.borrow_mut().tally.closed += 1;
    }

    fn open(&mut self) {
        if let Some(opened) = self.opened.take() {
            // Nobody waits any more if the joining has failed.
            let _ = opened.send(());
        }
    }

    /// Takes what was read; whether the connection goes on.
    fn take(&mut self, bytes: &[u8], receiver: &mut Receiver, tally: &mut Tally) -> bool {
        let now = Instant::now();
        let bytes_read = bytes.len() as u64;
        self.shared.bytes.fetch_add(bytes_read, Ordering::Relaxed);
        let mut parser = std::mem::take(&mut self.parser);
        let before = tally.deliveries;
        let mut alive = true;
        let result = parser.take(bytes, |event| match event {
            Event::Message(message) => self.on_message(message, now, receiver, tally),
            Event::Ping(payload) => alive &= self.outlet.pong(payload).is_ok(),
            Event::Close(_) => alive = false,
            // It keeps everything.
            Event::Part(..) => {}
        });
        self.parser = parser;
        let delivered = tally.deliveries - before;
        if delivered > 0 {
            self.shared
                .delivered
                .fetch_add(delivered, Ordering::Relaxed);
        }
        alive && result.is_ok()
    }

    fn on_message(
        &mut self,
        message: &[u8],
        now: Instant,
        receiver: &mut Receiver,
        tally: &mut Tally,
    ) {
        let tongue = &self.place.tongue;
        match tongue.read(message) {
            Said::Step1 => self.answer(&tongue.nothing_new()),
            Said::Ping => self.answer(&tongue.pong()),
            Said::Status(true) => tally.stored += 1,
            Said::Status(false) => tally.refused += 1,
            Said::Refused => {
                self.opened = None;
                tally.refused += 1;
            }
            said => {
                if matches!(said, Said::Step2(_)) {
                    self.open();
                }
                // Before the schedule is there, nothing of this run is under way.
                if let Some(schedule) = self.shared.schedule.get() {
                    marker::scan(message, |sender, number| {
                        tally.receive(schedule, receiver, now, sender, number);
                    });
                }
            }
        }
    }

    fn answer(&self, message: &[u8]) {
        let outlet = self.outlet.clone();
        let mut frame = Vec::with_capacity(message.len() + 14);
        crate::socket::write_message(&mut frame, message);
        if matches!(outlet.send(&frame), Ok(Sent::Partly)) {
            tokio::task::spawn_local(async move { outlet.sent().await });
        }
    }
}
