//! The one thread that writes to sled.
//!
//! It takes everything that waits, stages it, makes it durable with one flush, and only
//! then answers: group commit. When the disk fails, everybody is told, nothing more is
//! written, and the database is opened again until that works.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use waymark_sync::{BatchId, DocumentId, Incarnation, Position, Record, Snapshot};

use super::answer::Answer;
use super::keyspace::Keyspace;
use super::log::{Log, SnapshotJob};
use super::sled::{Place, Shared, SledKeyspace, unavailable};
use super::{Revision, StoreError};

/// How many commands share one flush.
const GROUP: usize = 512;
/// The first commands after a pause are written at once; after that a flush begins no
/// sooner than this after the last. Each costs two waits for the disk and wakes all of
/// sled's threads, which is most of what an append costs.
const WINDOW: Duration = Duration::from_millis(15);
/// How long to wait before the database is opened again after a failure.
const REOPEN_PAUSE: Duration = Duration::from_secs(1);
/// How long readers may keep a failed database open.
const READERS_LEAVE: Duration = Duration::from_secs(5);
/// Writing nests no deeper than sled does; the rest is margin.
const STACK_BYTES: usize = 4 << 20;

/// What the committer can be asked for.
#[derive(Debug)]
pub(super) enum Command {
    Create {
        id: DocumentId,
        incarnation: Incarnation,
        batch: BatchId,
        first: Record,
        answer: Answer<Position>,
    },
    Append {
        id: DocumentId,
        batch: BatchId,
        record: Record,
        answer: Answer<Position>,
    },
    WriteSnapshot {
        id: DocumentId,
        upto: Position,
        snapshot: Snapshot,
        answer: Answer<()>,
    },
    Delete {
        id: DocumentId,
        answer: Answer<()>,
    },
    PutSmall {
        key: String,
        expected: Revision,
        /// `None` forgets the record.
        value: Option<Bytes>,
        answer: Answer<bool>,
    },
    /// A reader saw an error: find out whether the database still works.
    Check,
    Stop,
}

impl Command {
    fn refuse(self, error: StoreError) {
        match self {
            Self::Create { answer, .. } | Self::Append { answer, .. } => answer.send(Err(error)),
            Self::WriteSnapshot { answer, .. } | Self::Delete { answer, .. } => {
                answer.send(Err(error));
            }
            Self::PutSmall { answer, .. } => answer.send(Err(error)),
            Self::Check | Self::Stop => {}
        }
    }
}

pub(super) fn spawn(
    place: Place,
    engine: Arc<SledKeyspace>,
    shared: Arc<Shared>,
) -> std::io::Result<(Sender<Command>, JoinHandle<()>)> {
    // Bounded by what rooms do: one append and one snapshot in flight each.
    let (commands, inbox) = mpsc::channel();
    let committer = Committer {
        place,
        shared,
        inbox,
        state: State::Open(Box::new(Log::new(engine))),
        unacknowledged: Vec::new(),
        last_group: None,
        snapshots: VecDeque::new(),
    };
    let thread = std::thread::Builder::new()
        .name("waymark-store".into())
        .stack_size(STACK_BYTES)
        .spawn(move || committer.run())?;
    Ok((commands, thread))
}

struct Committer {
    place: Place,
    shared: Arc<Shared>,
    inbox: Receiver<Command>,
    state: State,
    /// Documents whose log may hold records that nobody was told are durable.
    unacknowledged: Vec<(DocumentId, Option<Position>)>,
    /// When the last group was begun.
    last_group: Option<Instant>,
    /// Snapshots that are being written, one after the other, a step with each group.
    snapshots: VecDeque<(SnapshotJob, Answer<()>)>,
}

enum State {
    Open(Box<Log<Arc<SledKeyspace>>>),
    Failed { error: StoreError, since: Instant },
}

impl Committer {
    fn run(mut self) {
        loop {
            let command = match &self.state {
                State::Open(_) if !self.snapshots.is_empty() => match self.inbox.try_recv() {
                    Err(TryRecvError::Empty) => {
                        self.take_group(None);
                        continue;
                    }
                    result => result.map_err(|_| RecvTimeoutError::Disconnected),
                },
                State::Open(_) => self
                    .inbox
                    .recv()
                    .map_err(|_| RecvTimeoutError::Disconnected),
                State::Failed { since, .. } => {
                    let wait = REOPEN_PAUSE.saturating_sub(since.elapsed());
                    self.inbox.recv_timeout(wait)
                }
            };
            match command {
                Err(RecvTimeoutError::Disconnected) | Ok(Command::Stop) => break,
                Err(RecvTimeoutError::Timeout) => self.reopen(),
                Ok(command) => {
                    self.gather();
                    if !self.take_group(Some(command)) {
                        break;
                    }
                }
            }
        }
        // Close the database before the folder's lock goes.
        *self
            .shared
            .engine
            .write()
            .unwrap_or_else(PoisonError::into_inner) = None;
        self.shared.set_fault(Some(unavailable("it is stopped")));
    }

    /// Handles a command and everything that waits behind it, with a step of the snapshot
    /// that is being written; false after `Stop`.
    fn take_group(&mut self, first: Option<Command>) -> bool {
        let mut go_on = true;
        let mut group = Vec::from_iter(first);
        while group.len() < GROUP {
            match self.inbox.try_recv() {
                Ok(Command::Stop) => {
                    go_on = false;
                    break;
                }
                Ok(command) => group.push(command),
                Err(_) => break,
            }
        }
        let log = match &mut self.state {
            State::Open(log) => log,
            State::Failed { error, .. } => {
                for command in group {
                    command.refuse(error.clone());
                }
                return go_on;
            }
        };
        // sled panics where it finds its own state impossible; that is a failed engine,
        // not the end of the process. Whoever waits sees their channel dropped.
        let mut ends = Vec::new();
        let snapshots = &mut self.snapshots;
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            commit(log, group, snapshots, &mut ends)
        }))
        .unwrap_or_else(|_| Err(unavailable("the engine failed inside")));
        if let Err(error) = outcome {
            self.unacknowledged.append(&mut ends);
            self.fail(error);
        }
        go_on
    }

    /// Lets commands gather until the window of the last group is over. Asleep, so that
    /// those who bring them need not wake anybody.
    fn gather(&mut self) {
        if matches!(self.state, State::Open(_))
            && let Some(last) = self.last_group
        {
            std::thread::sleep(WINDOW.saturating_sub(last.elapsed()));
        }
        self.last_group = Some(Instant::now());
    }

    fn fail(&mut self, error: StoreError) {
        tracing::error!(%error, "the store failed: nothing is saved until it can be opened again");
        self.shared.set_fault(Some(error.clone()));
        for (_, answer) in self.snapshots.drain(..) {
            answer.send(Err(error.clone()));
        }
        self.state = State::Failed {
            error,
            since: Instant::now(),
        };
    }

    /// Tries to open the database again after a failure.
    fn reopen(&mut self) {
        match self.try_reopen() {
            Ok(log) => {
                tracing::info!("the store works again");
                self.unacknowledged.clear();
                self.state = State::Open(Box::new(log));
                self.shared.set_fault(None);
            }
            Err(error) => {
                self.shared.set_fault(Some(error.clone()));
                self.state = State::Failed {
                    error,
                    since: Instant::now(),
                };
            }
        }
    }

    fn try_reopen(&self) -> Result<Log<Arc<SledKeyspace>>, StoreError> {
        let failed = self
            .shared
            .engine
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(mut failed) = failed {
            let patience = Instant::now() + READERS_LEAVE;
            // The database closes when its last user is gone, and only then opens again.
            while let Err(still_used) = Arc::try_unwrap(failed).map(drop) {
                failed = still_used;
                if Instant::now() > patience {
                    let mut engine = self
                        .shared
                        .engine
                        .write()
                        .unwrap_or_else(PoisonError::into_inner);
                    *engine = Some(failed);
                    return Err(unavailable("readers keep the failed database open"));
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        let engine = Arc::new(self.place.open().map_err(|reason| unavailable(&reason))?);
        let mut log = Log::new(engine.clone());
        log.cut_back(&self.unacknowledged)?;
        *self
            .shared
            .engine
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(engine);
        Ok(log)
    }
}

/// Stages a group, commits it and answers. `ends` says what to cut back on failure.
fn commit(
    log: &mut Log<Arc<SledKeyspace>>,
    group: Vec<Command>,
    snapshots: &mut VecDeque<(SnapshotJob, Answer<()>)>,
    ends: &mut Vec<(DocumentId, Option<Position>)>,
) -> Result<(), StoreError> {
    let mut replies = Vec::with_capacity(group.len());
    let mut alone = Vec::new();
    let mut fault = None;
    for command in group {
        match command {
            Command::Create {
                id,
                incarnation,
                batch,
                first,
                answer,
            } => {
                let staged = log.stage_create(&id, incarnation, batch, &first);
                fault = fault.or_else(|| engine_fault(&staged));
                replies.push(Reply::Position(answer, staged));
            }
            Command::Append {
                id,
                batch,
                record,
                answer,
            } => {
                let staged = log.stage_append(&id, batch, &record);
                fault = fault.or_else(|| engine_fault(&staged));
                replies.push(Reply::Position(answer, staged));
            }
            Command::PutSmall {
                key,
                expected,
                value,
                answer,
            } => {
                let staged = log.stage_small(&key, expected, value.as_ref());
                fault = fault.or_else(|| engine_fault(&staged));
                replies.push(Reply::Written(answer, staged));
            }
            // These come after the appends that came with them.
            other => alone.push(other),
        }
    }
    let mut written = None;
    if let Some((job, _)) = snapshots.front_mut() {
        match log.stage_snapshot(job) {
            Ok(true) => {}
            Ok(false) => written = Some(Ok(())),
            Err(error) => {
                fault = fault.or(Some(error.clone()));
                written = Some(Err(error));
            }
        }
    }
    *ends = log.staged_ends();
    let committed = log.commit();
    for reply in replies {
        match reply {
            Reply::Position(answer, staged) => answer.send(after(&committed, staged)),
            Reply::Written(answer, staged) => answer.send(after(&committed, staged)),
        }
    }
    if let Some(written) = written
        && let Some((_, answer)) = snapshots.pop_front()
    {
        answer.send(written);
    }
    committed?;
    ends.clear();
    if let Some(fault) = fault {
        for command in alone {
            command.refuse(fault.clone());
        }
        return Err(fault);
    }
    for command in alone {
        let done = match command {
            Command::WriteSnapshot {
                id,
                upto,
                snapshot,
                answer,
            } => match log.begin_snapshot(&id, upto, &snapshot) {
                Ok(Some(job)) => {
                    snapshots.push_back((job, answer));
                    continue;
                }
                begun => {
                    let done = begun.map(drop);
                    let fault = engine_fault(&done);
                    answer.send(done);
                    fault
                }
            },
            Command::Delete { id, answer } => {
                // Its steps would bring parts of the document back.
                snapshots.retain(|(job, _)| *job.document() != id);
                let done = log.delete(&id);
                let fault = engine_fault(&done);
                answer.send(done);
                fault
            }
            _ => log.keyspace().flush().err(),
        };
        if let Some(fault) = done {
            return Err(fault);
        }
    }
    Ok(())
}

/// Somebody who is answered after the commit, and what was staged for them.
enum Reply {
    Position(Answer<Position>, Result<Position, StoreError>),
    Written(Answer<bool>, Result<bool, StoreError>),
}

/// What was staged, if the commit went well.
fn after<T>(
    committed: &Result<(), StoreError>,
    staged: Result<T, StoreError>,
) -> Result<T, StoreError> {
    staged.and_then(|value| committed.clone().map(|()| value))
}

/// An error that is the engine's and not about what was asked.
fn engine_fault<T>(done: &Result<T, StoreError>) -> Option<StoreError> {
    let error = done.as_ref().err()?;
    matches!(error, StoreError::Unavailable { .. } | StoreError::Full).then(|| error.clone())
}
