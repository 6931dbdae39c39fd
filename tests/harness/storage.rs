//! Between rooms and the disk: appends, and a store in a bad mood.

use waymark_sync::{BatchId, DocumentId, Millis, Position, Record, RoomInput};

use crate::event::{AppendAnswer, Event, Life};
use crate::world::{Flaw, World};

/// How long an append takes on a slow disk, in milliseconds.
const SLOW: (u64, u64) = (12_000, 16_000);

/// How the store behaves at the moment.
#[derive(Debug, Default)]
pub(crate) struct StoreMood {
    /// So many appends will fail.
    pub(crate) failing: u64,
    /// No append is answered.
    pub(crate) stalled: bool,
    /// There is no room: everything fails, and reaches nothing.
    pub(crate) full: bool,
    /// Each append takes fifteen seconds.
    pub(crate) slow: bool,
    /// The appends that wait.
    waiting: Vec<(DocumentId, Life, BatchId, Record)>,
}

impl World {
    pub(crate) fn append(
        &mut self,
        document: &DocumentId,
        life: Life,
        batch: BatchId,
        record: Record,
    ) {
        self.stir();
        self.note(format_args!(
            "append {:032x} of {} bytes by {:?}",
            batch.0,
            record.update.len(),
            record.author
        ));
        self.check_authors(&record);
        let now = self.now;
        let Some(host) = self.host_in(document, life) else {
            return;
        };
        host.append_since = Some(now);
        if let Some(other) = host.append.replace(batch) {
            self.violate(format!("two appends at once: {other:?} and {batch:?}"));
        }
        if self.mood.stalled {
            self.tally.count("append stalled");
            self.mood
                .waiting
                .push((document.clone(), life, batch, record));
        } else {
            self.start_append(document, life, batch, record);
        }
    }

    fn start_append(&mut self, document: &DocumentId, life: Life, batch: BatchId, record: Record) {
        let (shortest, longest) = match self.mood.slow {
            true => SLOW,
            false => self.weather.flush,
        };
        if self.mood.slow {
            self.tally.count("append of 15 s");
        }
        let answered = self.now + Millis(self.rng.between(shortest, longest));
        let answer = if self.mood.full {
            self.tally.count("append to a full disk");
            AppendAnswer::Failed
        } else if self.mood.failing > 0 {
            self.mood.failing -= 1;
            self.tally.count("append failed");
            // A failed append may have reached the disk all the same.
            if self.rng.chance(50) {
                self.disk.append(document, batch, record);
            }
            AppendAnswer::Failed
        } else {
            AppendAnswer::Durable(self.disk.append(document, batch, record))
        };
        let event = Event::Appended(document.clone(), life, batch, answer);
        self.queue.plan(answered, event);
    }

    pub(crate) fn on_appended(
        &mut self,
        document: &DocumentId,
        life: Life,
        batch: BatchId,
        answer: AppendAnswer,
    ) {
        let (lies, now) = (self.flaw == Some(Flaw::DiskLies), self.now);
        let Some(host) = self.host_in(document, life) else {
            return;
        };
        host.append = None;
        host.append_since = None;
        host.failing_since = match answer {
            AppendAnswer::Durable(_) => None,
            AppendAnswer::Failed => host.failing_since.or(Some(now)),
        };
        self.stir();
        match answer {
            AppendAnswer::Durable(position) => {
                if let Some(host) = self.host_in(document, life) {
                    host.durable = host.durable.max(position);
                }
                if !lies {
                    self.disk.flush(document, position);
                }
                self.note(format_args!("appended at {}", position.0));
                if self.rng.chance(8) {
                    let again = now + Millis(self.rng.below(3_000));
                    let event = Event::AppendedAgain(document.clone(), life, batch, position);
                    self.queue.plan(again, event);
                }
                self.post(document, RoomInput::Appended { batch, position });
            }
            AppendAnswer::Failed => {
                self.note(format_args!("the append failed"));
                let reason = "the disk is full".to_owned();
                self.post(document, RoomInput::AppendFailed { batch, reason });
            }
        }
    }

    /// The store repeats an answer, perhaps after later ones.
    pub(crate) fn on_appended_again(
        &mut self,
        document: &DocumentId,
        life: Life,
        batch: BatchId,
        position: Position,
    ) {
        if self.host_in(document, life).is_some() {
            self.tally.count("answer repeated");
            self.post(document, RoomInput::Appended { batch, position });
        }
    }

    /// Nobody who may never write stands in the log.
    fn check_authors(&mut self, record: &Record) {
        let intruders = self
            .people
            .iter()
            .filter(|person| person.intruder.is_some_and(|intruder| intruder.looks_only));
        let trespasser = intruders
            .map(|person| person.name.as_str())
            .find(|name| record.authors().any(|author| author == *name))
            .map(str::to_owned);
        if let Some(name) = trespasser {
            self.violate(format!("{name} may only look and is an author in the log"));
        }
    }

    /// The next `count` appends fail; some of them reach the disk all the same.
    pub fn fail_appends(&mut self, count: u64) {
        self.note(format_args!("the next {count} appends fail"));
        self.mood.failing = count;
    }

    /// From now on no append is answered.
    pub fn stall_appends(&mut self) {
        self.note(format_args!("the store stalls"));
        self.mood.stalled = true;
    }

    /// There is no room on the disk: appends and snapshots fail until there is.
    pub fn fill_disk(&mut self) {
        self.note(format_args!("the disk is full"));
        self.mood.full = true;
    }

    /// Somebody makes room.
    pub fn make_room(&mut self) {
        self.note(format_args!("there is room on the disk"));
        self.mood.full = false;
    }

    /// From now on each append takes some fifteen seconds.
    pub fn slow_disk(&mut self) {
        self.note(format_args!("the disk is slow"));
        self.mood.slow = true;
    }

    /// Appends take as long as usual.
    pub fn quick_disk(&mut self) {
        self.note(format_args!("the disk is as quick as usual"));
        self.mood.slow = false;
    }

    /// The store answers again, also what has waited.
    pub fn resume_appends(&mut self) {
        self.note(format_args!("the store is well"));
        self.mood.stalled = false;
        self.mood.failing = 0;
        self.make_room();
        self.quick_disk();
        for (document, life, batch, record) in std::mem::take(&mut self.mood.waiting) {
            if self.host_in(&document, life).is_some() {
                self.start_append(&document, life, batch, record);
            }
        }
    }
}
