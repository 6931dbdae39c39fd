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
    /// The server's processor time when the measured part began, since its start.
    pub(crate) server_cpu_before: Duration,
    pub(crate) own_cpu: Duration,
    pub(crate) delivered: u64,
    /// Bytes that all receivers read in it.
    pub(crate) bytes: u64,
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

/// People in their documents, on threads of their own.
#[derive(Debug)]
pub(crate) struct Gathering {
    shared: Arc<Shared>,
    news: mpsc::Receiver<Progress>,
    leave: watch::Sender<bool>,
    /// For each thread, where it takes outlets that the kernel did not take all from.
    stuck: Vec<channel::UnboundedSender<Arc<Outlet>>>,
    threads: Vec<thread::JoinHandle<Result<Tally>>>,
    pub(crate) outlets: Vec<Arc<Outlet>>,
}

impl Gathering {
    /// Lets everybody join. Those who are owed something know how much by `measured`, the
    /// measured messages of each person.
    ///
    /// # Errors
    /// When somebody cannot join.
    pub(crate) fn join(
        kind: Kind,
        people: &[Person],
        threads: usize,
        measured: u32,
    ) -> Result<Self> {
        let shared = Arc::new(Shared {
            kind,
            measured,
            schedule: OnceLock::new(),
            delivered: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        });
        let (progress, news) = mpsc::channel();
        let (leave, leaving) = watch::channel(false);
        let mut gathering = Self {
            shared,
            news,
            leave,
            stuck: Vec::new(),
            threads: Vec::new(),
            outlets: Vec::new(),
        };
        for crowd in divide(people, threads) {
            let (sender, receiver) = channel::unbounded_channel();
            gathering.stuck.push(sender);
            let lines = Lines {
                progress: progress.clone(),
                stuck: receiver,
                leave: leaving.clone(),
            };
            let shared = gathering.shared.clone();
            let live = move || crowd::run(&crowd, &shared, lines);
            gathering.threads.push(thread::spawn(live));
        }
        drop((progress, leaving));
        match gathering.everybody(people.len()) {
            Ok(outlets) => gathering.outlets = outlets,
            // The thread that failed knows better.
            Err(error) => {
                gathering.leave()?;
                return Err(error);
            }
        }
        Ok(gathering)
    }

    fn everybody(&self, people: usize) -> Result<Vec<Arc<Outlet>>> {
        let mut outlets = vec![None; people];
        let mut joined = 0;
        while joined < self.stuck.len() {
            match self.news.recv_timeout(JOIN_WITHIN) {
                Ok(Progress::Joined(members)) => {
                    joined += 1;
                    for (number, outlet) in members {
                        outlets[number as usize] = Some(outlet);
                    }
                }
                // Nobody there is owed anything.
                Ok(Progress::Complete) => {}
                Err(_) => bail!("not everybody could join"),
            }
        }
        Ok(outlets.into_iter().flatten().collect())
    }

    /// Everybody leaves; what was counted.
    ///
    /// # Errors
    /// When a thread has failed.
    pub(crate) fn leave(self) -> Result<Tally> {
        // Threads are gone already if this fails.
        let _ = self.leave.send(true);
        let mut tally = Tally::new(self.shared.kind);
        for thread in self.threads {
            match thread.join() {
                Ok(part) => tally.add(&part?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(tally)
    }
}

/// Runs it.
///
/// # Errors
/// When somebody cannot join, or the server has gone.
pub(crate) fn run(load: &Load) -> Result<Outcome> {
    let schedule_at = |start| {
        let (warm_up, measure) = (load.warm_up, load.measure);
        Schedule::new(start, load.people.len(), load.period, warm_up, measure)
    };
    let measured = schedule_at(Instant::now()).measured();
    let gathering = Gathering::join(load.kind, &load.people, load.threads, measured)?;
    let schedule = schedule_at(Instant::now() + SETTLE);
    let outcome = conduct(load, &gathering, &schedule);
    let tally = gathering.leave()?;
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

fn conduct(load: &Load, gathering: &Gathering, schedule: &Schedule) -> Result<Outcome> {
    let Gathering {
        shared,
        news,
        stuck,
        outlets,
        ..
    } = gathering;
    shared
        .schedule
        .set(schedule.clone())
        .expect("it is set once a run");
    let read = || Reading::take(load.server, shared);
    // The pacing waits for the end of this channel's other side, so that it can be ended.
    let (end, ending) = mpsc::channel::<()>();
    let (paced, before) = thread::scope(|scope| {
        let pacing = scope.spawn(|| pace(load, schedule, outlets, stuck, ending));
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
        took: after.at - before.at,
        server_cpu: after.server - before.server,
        server_cpu_before: before.server,
        own_cpu: after.own - before.own,
        delivered: after.delivered - before.delivered,
        bytes: after.bytes - before.bytes,
        memory: process::memory(load.server)?,
        lateness: paced.lateness,
    })
}

/// What is read at the beginning and at the end of the measured part.
struct Reading {
    server: Duration,
    own: Duration,
    delivered: u64,
    bytes: u64,
    at: Instant,
}

impl Reading {
    fn take(server: u32, shared: &Shared) -> Result<Self> {
        Ok(Self {
            server: process::cpu(server)?,
            own: process::cpu(std::process::id())?,
            delivered: shared.delivered.load(Ordering::Relaxed),
            bytes: shared.bytes.load(Ordering::Relaxed),
            at: Instant::now(),
        })
    }
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

#[cfg(test)]
mod tests;
