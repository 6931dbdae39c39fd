//! Somebody who types, goes offline, comes back, and waits until it is saved.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use waymark_sync::{DocumentId, ReplicaInput, SaveState};
use waymark_tests::Rng;
use yrs::{ReadTxn, StateVector, Transact};

use crate::ledger::{self, Ledger};
use crate::line::{Line, PATIENCE, sleep_until};

/// Edits that somebody makes ahead of the acknowledgements.
const AHEAD: u64 = 24;

/// How people edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Mostly letters.
    Typing,
    /// Long texts, so that snapshots of megabytes are written all the time.
    Pasting,
}

/// What people are told to do.
enum Command {
    /// The server is here; type or only watch.
    Go { url: String, typing: bool },
    /// There is no server.
    Hold,
    /// Stop typing and say when everything is saved.
    Settle(oneshot::Sender<()>),
    /// Say what you see once you have seen as much as this.
    See(StateVector, oneshot::Sender<String>),
}

/// Somebody's task.
pub(crate) struct Person {
    commands: mpsc::UnboundedSender<Command>,
    task: JoinHandle<()>,
    ledger: Arc<Ledger>,
    client: u32,
}

impl Person {
    /// Somebody new in a map, who does nothing yet.
    pub(crate) fn new(
        document: &DocumentId,
        client: u32,
        ledger: Arc<Ledger>,
        rng: Rng,
        manner: Manner,
    ) -> Self {
        let (commands, inbox) = mpsc::unbounded_channel();
        let life = Life {
            line: Line::new(document, client),
            client,
            ledger: ledger.clone(),
            rng,
            manner,
            typing: false,
            url: String::new(),
            next: Instant::now(),
            away_until: None,
            settling: None,
            watching: None,
        };
        Self {
            commands,
            task: tokio::spawn(life.run(inbox)),
            ledger,
            client,
        }
    }

    fn tell(&self, command: Command) {
        // A task that has ended is noticed by whoever waits for its answer.
        let _ = self.commands.send(command);
    }

    pub(crate) fn go(&self, url: &str, typing: bool) {
        let url = url.to_owned();
        self.tell(Command::Go { url, typing });
    }

    pub(crate) fn hold(&self) {
        self.tell(Command::Hold);
    }

    /// Stops typing; resolves when everything is saved.
    pub(crate) async fn settle(&self) -> Result<()> {
        let (answer, settled) = oneshot::channel();
        self.tell(Command::Settle(answer));
        tokio::time::timeout(PATIENCE, settled)
            .await
            .with_context(|| format!("{} is not saved", self.client))?
            .context("somebody fell over")
    }

    /// What they see, once they have everything up to there.
    pub(crate) async fn sees(&self, everything: StateVector) -> Result<String> {
        let (answer, seen) = oneshot::channel();
        self.tell(Command::See(everything, answer));
        tokio::time::timeout(PATIENCE, seen)
            .await
            .with_context(|| format!("{} does not see what the others see", self.client))?
            .context("somebody fell over")
    }

    /// Goes without a word.
    pub(crate) fn leave(self) {
        self.task.abort();
        self.ledger.leave(self.client);
    }
}

struct Life {
    line: Line,
    client: u32,
    ledger: Arc<Ledger>,
    rng: Rng,
    manner: Manner,
    typing: bool,
    url: String,
    /// When the next edit is made.
    next: Instant,
    /// Offline on purpose.
    away_until: Option<Instant>,
    settling: Option<oneshot::Sender<()>>,
    watching: Option<(StateVector, oneshot::Sender<String>)>,
}

impl Life {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Command>) {
        loop {
            let own = self.own_deadline();
            let replica = self.line.deadline();
            tokio::select! {
                biased;
                command = inbox.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => return,
                },
                input = self.line.receive() => self.line.give(input).await,
                () = sleep_until(own) => self.act().await,
                () = sleep_until(replica) => self.line.give(ReplicaInput::Tick).await,
            }
            let unsaved = self.line.replica.unsaved() as u64;
            self.ledger.acknowledge(self.client, unsaved);
            self.answer();
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Go { url, typing } => {
                self.typing = typing;
                self.next = Instant::now();
                self.away_until = None;
                self.line.go(&url).await;
                self.url = url;
            }
            Command::Hold => {
                self.typing = false;
                self.away_until = None;
                self.line.hold().await;
            }
            Command::Settle(answer) => {
                self.typing = false;
                self.settling = Some(answer);
                if self.away_until.take().is_some() {
                    let url = self.url.clone();
                    self.line.go(&url).await;
                }
            }
            Command::See(everything, answer) => self.watching = Some((everything, answer)),
        }
    }

    fn own_deadline(&self) -> Option<Instant> {
        match self.away_until {
            Some(until) if !self.typing => Some(until),
            Some(until) => Some(until.min(self.next)),
            None => self.typing.then_some(self.next),
        }
    }

    /// Types, goes offline, comes back: what is due.
    async fn act(&mut self) {
        let now = Instant::now();
        if self.away_until.is_some_and(|until| until <= now) {
            self.away_until = None;
            let url = self.url.clone();
            self.line.go(&url).await;
        }
        if !self.typing || self.next > now {
            return;
        }
        self.next = now + Duration::from_millis(self.rng.between(2, 12));
        if self.rng.chance(1) && self.away_until.is_none() {
            self.away_until = Some(now + Duration::from_millis(self.rng.between(5, 60)));
            self.line.hold().await;
        }
        let unsaved = self.line.replica.unsaved() as u64;
        if self.line.replica.is_loaded() && unsaved < AHEAD {
            for _ in 0..self.rng.between(1, 3) {
                let ballast = self.ballast();
                let number = self.ledger.make(self.client);
                let mut txn = self.line.replica.doc().transact_mut();
                ledger::write(&mut txn, (self.client, number), ballast as usize);
            }
        }
        self.line.give(ReplicaInput::Tick).await;
    }

    /// How much an edit says besides its number.
    fn ballast(&mut self) -> u64 {
        let large = match self.manner {
            Manner::Typing => 1,
            Manner::Pasting => 30,
        };
        match self.rng.below(100) {
            dice if dice < large => self.rng.between(20_000, 60_000),
            dice if dice < large + 9 => self.rng.between(500, 5_000),
            _ => self.rng.between(0, 60),
        }
    }

    fn answer(&mut self) {
        if self.settling.is_some()
            && self.line.replica.save_state() == SaveState::Saved
            && let Some(settled) = self.settling.take()
        {
            // Nobody waits any more if this fails.
            let _ = settled.send(());
        }
        if let Some((everything, _)) = &self.watching
            && self.line.replica.doc().transact().state_vector() == *everything
            && let Some((_, answer)) = self.watching.take()
        {
            let _ = answer.send(ledger::content(self.line.replica.doc()));
        }
    }
}
