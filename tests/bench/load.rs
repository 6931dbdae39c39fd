//! One run of the open loop: everybody joins, everybody sends at the intended times, and
//! what arrives is counted until everything has, or has had its time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use hdrhistogram::Histogram;
use tokio::sync::{mpsc as channel, watch};

use crate::crowd::{self, Lines, Person, Progress, Shared};
use crate::lib0::{Typist, write_presence};
use crate::marker;
use crate::process::{self, Memory};
use crate::schedule::Schedule;
use crate::socket::{Outlet, Sent, write_message};
use crate::tally::{Kind, Tally, histogram, record};

/// Between the last one joining and the first message, so that the joining is over.
const SETTLE: Duration = Duration::from_millis(500);
/// How long joining may take altogether.
const JOIN_WITHIN: Duration = Duration::from_secs(60);

/// What to do.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    pub(crate) kind: Kind,
    pub(crate) people: Vec<Person>,
    /// Each person sends once in this time.
    pub(crate) period: Duration,
    pub(crate) warm_up: Duration,
    pub(crate) measure: Duration,
    /// How long after the last message deliveries are waited for.
    pub(crate) drain: Duration,
    /// Threads that receive.
    pub(crate) threads: usize,
    /// The server's process.
    pub(crate) server: u32,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) tally: Tally,
    /// Measured messages that were sent, and the deliveries they should have led to.
    pub(crate) sent: u64,
    pub(crate) expected: u64,
    /// From the first measured message until everything had arrived or had its time.
    pub(crate) took: Duration,
    /// Processor time of the server and of the generator in that time, and what was
    /// delivered in it.
    pub(crate) server_cpu: Duration,
    pub(crate) own_cpu: Duration,
    pub(crate) delivered: u64,
    /// The server's memory at the end of it.
    pub(crate) memory: Memory,
    /// How much later than intended messages left.
    pub(crate) lateness: Histogram<u64>,
}

impl Outcome {
    /// Deliveries that did not arrive.
    pub(crate) fn lost(&self) -> u64 {
        self.expected.saturating_sub(self.tally.unique)
    }

    /// Microseconds of the server's processor time for each delivery.
    pub(crate) fn cpu_us(&self) -> f64 {
        self.server_cpu.as_secs_f64() * 1e6 / self.delivered.max(1) as f64
    }
}

/// Runs it.
///
/// # Errors
/// When somebody cannot join, or the server has gone.
pub(crate) fn run(load: &Load) -> Result<Outcome> {
    let (period, warm_up, measure) = (load.period, load.warm_up, load.measure);
    let people = load.people.len();
    let schedule_at = |start| Schedule::new(start, people, period, warm_up, measure);
    let shared = Arc::new(Shared {
        kind: load.kind,
        measured: schedule_at(Instant::now()).measured(),
        schedule: OnceLock::new(),
        delivered: AtomicU64::new(0),
    });
    let (progress, news) = mpsc::channel();
    let (leave, leaving) = watch::channel(false);
    let mut threads = Vec::new();
    let mut stuck = Vec::new();
    for crowd in divide(&load.people, load.threads) {
        let (sender, receiver) = channel::unbounded_channel();
        stuck.push(sender);
        let lines = Lines {
            progress: progress.clone(),
            stuck: receiver,
            leave: leaving.clone(),
        };
        let shared = shared.clone();
        threads.push(thread::spawn(move || crowd::run(&crowd, &shared, lines)));
    }
    drop((progress, leaving));
    let outcome = conduct(load, &shared, &news, &stuck, schedule_at);
    // Threads are gone already if this fails.
    let _ = leave.send(true);
    let mut tally = Tally::new(load.kind);
    for thread in threads {
        match thread.join() {
            Ok(part) => tally.add(&part?),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
    let mut outcome = outcome?;
    outcome.tally = tally;
    Ok(outcome)
}

/// People of one document go to different threads, as they would come from different places.
fn divide(people: &[Person], threads: usize) -> Vec<Vec<Person>> {
    let mut crowds = vec![Vec::new(); threads.clamp(1, people.len().max(1))];
    let count = crowds.len();
    for (at, person) in people.iter().enumerate() {
        crowds[at % count].push(person.clone());
    }
    crowds
}

fn conduct(
    load: &Load,
    shared: &Shared,
    news: &mpsc::Receiver<Progress>,
    stuck: &[channel::UnboundedSender<Arc<Outlet>>],
    schedule_at: impl Fn(Instant) -> Schedule,
) -> Result<Outcome> {
    let mut outlets: Vec<Option<Arc<Outlet>>> = vec![None; load.people.len()];
    for _ in stuck {
        match news.recv_timeout(JOIN_WITHIN) {
            Ok(Progress::Joined(members)) => {
                for (number, outlet) in members {
                    outlets[number as usize] = Some(outlet);
                }
            }
            // Nobody is owed anything: a document with one person.
            Ok(Progress::Complete) => {}
            Err(_) => bail!("people could not join"),
        }
    }
    let outlets: Vec<_> = outlets.into_iter().flatten().collect();
    if outlets.len() < load.people.len() {
        bail!("not everybody could join");
    }
    let schedule = schedule_at(Instant::now() + SETTLE);
    shared
        .schedule
        .set(schedule.clone())
        .expect("it is set once a run");
    let read = || -> Result<_> {
        let delivered = shared.delivered.load(Ordering::Relaxed);
        let own = process::cpu(std::process::id())?;
        Ok((process::cpu(load.server)?, own, delivered, Instant::now()))
    };
    // The pacing waits for the end of this channel's other side, so that it can be ended.
    let (end, ending) = mpsc::channel::<()>();
    let (paced, before) = thread::scope(|scope| {
        let pacing = scope.spawn(|| pace(load, &schedule, &outlets, stuck, ending));
        let (_hold, waiting) = mpsc::channel::<()>();
        wait_until(&waiting, schedule.measure_from());
        let before = read();
        if before.is_err() {
            drop(end);
        }
        let paced = match pacing.join() {
            Ok(paced) => paced,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        (paced, before)
    });
    let before = before.context("the server has gone")?;
    let until = schedule.until() + load.drain;
    for _ in stuck {
        let left = until.saturating_duration_since(Instant::now());
        if news.recv_timeout(left).is_err() {
            break;
        }
    }
    let after = read().context("the server has gone")?;
    Ok(Outcome {
        tally: Tally::new(load.kind),
        sent: paced.sent,
        expected: paced.expected,
        took: after.3 - before.3,
        server_cpu: after.0 - before.0,
        own_cpu: after.1 - before.1,
        delivered: after.2 - before.2,
        memory: process::memory(load.server)?,
        lateness: paced.lateness,
    })
}

struct Paced {
    sent: u64,
    expected: u64,
    lateness: Histogram<u64>,
}

/// Sends everything at its time, whatever comes back.
fn pace(
    load: &Load,
    schedule: &Schedule,
    outlets: &[Arc<Outlet>],
    stuck: &[channel::UnboundedSender<Arc<Outlet>>],
    ending: mpsc::Receiver<()>,
) -> Paced {
    let mut typists: Vec<Typist> = load.people.iter().map(|p| Typist::new(p.number)).collect();
    let mut paced = Paced {
        sent: 0,
        expected: 0,
        lateness: histogram(),
    };
    let mut payload = Vec::new();
    let mut frame = Vec::new();
    for (intended, sender, number) in schedule.messages() {
        if !wait_until(&ending, intended) {
            break;
        }
        let person = &load.people[sender as usize];
        payload.clear();
        frame.clear();
        let tongue = &person.place.tongue;
        match load.kind {
            Kind::Typing => {
                typists[sender as usize].append(&marker::write(sender, number), &mut payload);
                write_message(&mut frame, &tongue.update(&payload));
            }
            Kind::Cursors => {
                write_presence(sender, number + 1, number, &mut payload);
                write_message(&mut frame, &tongue.presence(&payload));
            }
        }
        let outlet = &outlets[sender as usize];
        match outlet.send(&frame) {
            Ok(Sent::Whole) => {}
            Ok(Sent::Partly) => {
                // Gone only if the run is over. Threads have every so-manieth person.
                let _ = stuck[sender as usize % stuck.len()].send(outlet.clone());
            }
            // The connection was closed: what cannot be sent is not expected, but counted
            // as a connection that ended.
            Err(_) => continue,
        }
        if schedule.is_measured(number) {
            paced.sent += 1;
            paced.expected += u64::from(person.people) - 1;
            let late = Instant::now().saturating_duration_since(intended);
            record(&mut paced.lateness, late);
        }
    }
    paced
}

/// Waits for a time; `false` when the other side of the channel ends first.
fn wait_until(ending: &mpsc::Receiver<()>, time: Instant) -> bool {
    let left = time.saturating_duration_since(Instant::now());
    left.is_zero()
        || matches!(
            ending.recv_timeout(left),
            Err(mpsc::RecvTimeoutError::Timeout) | Ok(())
        )
}
