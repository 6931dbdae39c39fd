//! Drives one [`Room`]: mailbox, batches, effects, deadlines, and what to do when it panics.
//!
//! Nothing in a turn awaits a socket or a disk. Sessions' messages come through the
//! bounded mailbox; answers to what the room itself asked for (credit, appends,
//! snapshots) come through a lane of their own, whose length is bounded by what was
//! asked, so that they never wait behind a full mailbox.

mod effects;
mod ending;
mod fan_out;
mod message;
mod opening;
mod quarantine;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use waymark_sync::room::OpenError;
use waymark_sync::{DocumentId, Frame, Room, RoomInput, SessionId};

use self::fan_out::Frames;
use self::message::Answer;
pub(crate) use self::message::{Credit, Ended, Join, Message, Output, Sink, Write};
use crate::metrics::Watch;
use crate::rooms::Rooms;
use crate::store::{DocumentStore, StoreError};

/// How many messages are taken in one turn.
const BATCH: usize = 64;

/// How a room's life goes on after a turn.
enum Turn {
    Continue,
    Ended,
}

/// Why a room's life ends before its time.
enum Broken {
    /// While it handled this, as far as can be told.
    Panicked(Option<Frame>),
    Unloadable(LoadError),
}

/// Why a room cannot be opened.
enum LoadError {
    Missing,
    Store(StoreError),
    Unreadable(OpenError),
    Panicked,
}

pub(crate) struct RoomTask<S> {
    rooms: Rooms<S>,
    document: DocumentId,
    number: u64,
    inbox: mpsc::Receiver<Message>,
    answer: mpsc::UnboundedSender<Answer>,
    answers: mpsc::UnboundedReceiver<Answer>,
    watch: Watch,
    sessions: HashMap<SessionId, Output>,
    /// Who waits for the server's own writes, by ticket.
    writes: HashMap<u64, oneshot::Sender<bool>>,
    next_ticket: u64,
    frames: Frames,
    /// Appends and snapshots that the store has not answered yet.
    in_flight: usize,
    /// The room has said in this turn that it may end.
    may_retire: bool,
    stopping: bool,
    /// What could not be saved when the room stopped.
    unsaved: bool,
    panics: VecDeque<Instant>,
    #[cfg(test)]
    panic_next: bool,
}

impl<S: DocumentStore + Clone> RoomTask<S> {
    pub(crate) fn new(
        rooms: Rooms<S>,
        document: DocumentId,
        number: u64,
        inbox: mpsc::Receiver<Message>,
        watch: Watch,
    ) -> Self {
        let (answer, answers) = mpsc::unbounded_channel();
        Self {
            rooms,
            document,
            number,
            inbox,
            answer,
            answers,
            watch,
            sessions: HashMap::new(),
            writes: HashMap::new(),
            next_ticket: 0,
            frames: Frames::default(),
            in_flight: 0,
            may_retire: false,
            stopping: false,
            unsaved: false,
            panics: VecDeque::new(),
            #[cfg(test)]
            panic_next: false,
        }
    }

    #[tracing::instrument(name = "room", skip_all, fields(document = %self.document))]
    pub(crate) async fn run(mut self) {
        loop {
            let suspect = match self.live().await {
                Ok(()) => return,
                Err(Broken::Panicked(suspect)) => suspect,
                // Boxed, as all that happens once: a room that is open for days would
                // otherwise keep the space that its beginning and its end take.
                Err(Broken::Unloadable(error)) => return Box::pin(self.refuse(error)).await,
            };
            Box::pin(self.recover(suspect)).await;
            if self.panics.len() > 1 {
                tracing::error!(
                    "the document failed twice within a minute and stays closed until the next start; \
                     its stored changes are untouched"
                );
                return self.stay_closed().await;
            }
        }
    }

    /// One life of the room, until it ends by itself or breaks.
    async fn live(&mut self) -> Result<(), Broken> {
        let (mut room, held) = Box::pin(self.open()).await?;
        self.watch.opened();
        let mut first = Vec::from_iter(held);
        // A room that was loaded again has not heard that the process stops.
        first.extend(self.stopping.then_some(RoomInput::Stop));
        loop {
            match self.turn(&mut room, std::mem::take(&mut first)).await? {
                Turn::Continue => {}
                Turn::Ended => {
                    self.end();
                    return Ok(());
                }
            }
        }
    }

    /// Takes what waits, lets the room decide, and carries it out.
    async fn turn(&mut self, room: &mut Room, first: Vec<RoomInput>) -> Result<Turn, Broken> {
        let clock = self.rooms.clock();
        let wake = room.deadline().map(|at| clock.instant(at));
        let mut messages = Vec::new();
        let mut inputs = first;
        tokio::select! {
            biased;
            () = std::future::ready(()), if !inputs.is_empty() => {}
            Some(answer) = self.answers.recv() => {
                inputs.extend(self.input_of_answer(answer));
                while inputs.len() < BATCH && let Ok(answer) = self.answers.try_recv() {
                    inputs.extend(self.input_of_answer(answer));
                }
            }
            _ = self.inbox.recv_many(&mut messages, BATCH) => {}
            () = sleep_until(wake) => inputs.push(RoomInput::Tick),
        }
        inputs.extend(
            messages
                .into_iter()
                .filter_map(|message| self.input_of_message(message)),
        );
        self.decide(room, inputs).await?;
        // A room that may end and does not, because somebody is on the way in, says so
        // again after a while.
        if !std::mem::take(&mut self.may_retire) {
            return Ok(Turn::Continue);
        }
        if self.stopping {
            self.rooms.forget(&self.document, self.number);
            return Ok(Turn::Ended);
        }
        match self.rooms.retire(&self.document, self.number, &self.inbox) {
            true => Ok(Turn::Ended),
            false => Ok(Turn::Continue),
        }
    }

    /// Lets the room decide about inputs, and carries it out.
    async fn decide(&mut self, room: &mut Room, mut inputs: Vec<RoomInput>) -> Result<(), Broken> {
        let now = self.rooms.clock().now();
        let started = Instant::now();
        let taken = inputs.len();
        let mut suspect = None;
        #[cfg(test)]
        let panic_next = std::mem::take(&mut self.panic_next);
        let mut done = 0;
        // What a socket takes at once earns its credit at once, and with it the next message.
        while !inputs.is_empty() {
            let mut effects = Vec::new();
            let decided = catch_unwind(AssertUnwindSafe(|| {
                #[cfg(test)]
                assert!(!panic_next, "as the test wants it");
                for input in inputs.drain(..) {
                    suspect = match &input {
                        RoomInput::Frame { frame, .. } => Some(frame.clone()),
                        _ => None,
                    };
                    room.handle(now, input, &mut effects);
                }
                room.flush(now, &mut effects);
            }));
            if decided.is_err() {
                return Err(Broken::Panicked(suspect));
            }
            done += effects.len();
            let mut sent = Vec::new();
            self.execute(effects, &mut sent).await;
            inputs.extend(sent.into_iter().map(|session| RoomInput::Sent { session }));
        }
        tracing::trace!(
            inputs = taken,
            effects = done,
            micros = started.elapsed().as_micros(),
            "turn"
        );
        self.watch.turn(room, taken, started);
        Ok(())
    }

    fn input_of_message(&mut self, message: Message) -> Option<RoomInput> {
        match message {
            Message::Join(join) => {
                let Join {
                    session,
                    dialect,
                    address,
                    grant,
                    output,
                } = *join;
                self.sessions.insert(session, output);
                Some(RoomInput::Join {
                    session,
                    dialect,
                    address,
                    grant,
                })
            }
            // Messages of sessions that the room has ended already go nowhere.
            Message::Frame { session, frame } => self
                .sessions
                .contains_key(&session)
                .then_some(RoomInput::Frame { session, frame }),
            Message::Leave { session } => self
                .sessions
                .remove(&session)
                .map(|_| RoomInput::Leave { session }),
            Message::Write(write) => {
                let Write {
                    update,
                    subject,
                    done,
                } = *write;
                let ticket = self.next_ticket;
                self.next_ticket += 1;
                self.writes.insert(ticket, done);
                Some(RoomInput::Write {
                    ticket,
                    update,
                    subject,
                })
            }
            Message::Grant { session, grant } => {
                let grant = Some(*grant);
                let known = self.sessions.contains_key(&session);
                known.then_some(RoomInput::GrantChanged { session, grant })
            }
            Message::Stop => {
                self.stopping = true;
                Some(RoomInput::Stop)
            }
            #[cfg(test)]
            Message::Panic => {
                self.panic_next = true;
                Some(RoomInput::Tick)
            }
        }
    }

    fn input_of_answer(&mut self, answer: Answer) -> Option<RoomInput> {
        match answer {
            Answer::Sent { session } => self
                .sessions
                .contains_key(&session)
                .then_some(RoomInput::Sent { session }),
            Answer::Appended { batch, result } => {
                self.in_flight -= 1;
                Some(match result {
                    Ok(position) => RoomInput::Appended { batch, position },
                    Err(error) => RoomInput::AppendFailed {
                        batch,
                        reason: error.for_people(),
                    },
                })
            }
            Answer::Compacted { upto, result } => {
                self.in_flight -= 1;
                Some(match result {
                    Ok(bytes) => RoomInput::Compacted { upto, bytes },
                    Err(reason) => RoomInput::CompactFailed { reason },
                })
            }
        }
    }
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
