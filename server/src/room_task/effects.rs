//! Carrying out what a room wants done.

use std::time::Duration;

use waymark_sync::room::{CompactJob, Note};
use waymark_sync::{BatchId, DocumentId, Position, Record, RoomEffect, SessionId};

use super::RoomTask;
use super::fan_out::{self, Outgoing};
use super::message::{Answer, Ended};
use crate::metrics::Measured;
use crate::store::DocumentStore;

impl<S: DocumentStore + Clone> RoomTask<S> {
    /// Carries effects out. Whose messages went out at once is added to `sent`, once for
    /// each message.
    pub(super) async fn execute(&mut self, effects: Vec<RoomEffect>, sent: &mut Vec<SessionId>) {
        let mut outgoing = Vec::new();
        let mut ended = Vec::new();
        for effect in effects {
            match effect {
                RoomEffect::Send { session, message } => {
                    if let Some(output) = self.sessions.get(&session) {
                        let message = self.frames.of(message);
                        self.watch.sends(&message);
                        let sink = output.sink.clone();
                        outgoing.push(Outgoing {
                            session,
                            sink,
                            message,
                        });
                    }
                }
                // After its last messages.
                RoomEffect::Close { session, reason } => ended.push(Ended { session, reason }),
                RoomEffect::Append { batch, record } => self.append(batch, record),
                RoomEffect::Compact { upto, build } => self.compact(upto, build),
                RoomEffect::Written { ticket, ok } => {
                    if let Some(done) = self.writes.remove(&ticket) {
                        // Whoever asked may have stopped waiting.
                        let _ = done.send(ok);
                    }
                }
                RoomEffect::Retire => self.may_retire = true,
                RoomEffect::Note(note) => self.note(note),
            }
        }
        self.frames.clear();
        fan_out::write(outgoing, &self.answer, sent).await;
        for end in ended {
            if let Some(output) = self.sessions.remove(&end.session) {
                output.endings.tell(end);
            }
        }
    }

    fn append(&mut self, batch: BatchId, record: Record) {
        self.in_flight += 1;
        let answer = self.answer.clone();
        let done = move |result| {
            // The room is gone if this fails; what is stored stays stored.
            let _ = answer.send(Answer::Appended { batch, result });
        };
        let store = self.rooms.measured();
        store.append_then(&self.document, batch, record, done);
    }

    fn compact(&mut self, upto: Position, build: CompactJob) {
        self.in_flight += 1;
        let store = self.rooms.measured().clone();
        let document = self.document.clone();
        let answer = self.answer.clone();
        tokio::spawn(async move {
            let result = write_snapshot(&store, &document, upto, build).await;
            let _ = answer.send(Answer::Compacted { upto, result });
        });
    }

    fn note(&mut self, note: Note) {
        match note {
            Note::Refused { session, reason } => {
                tracing::info!(session = session.0, reason, "refused a message");
            }
            Note::FirstSync { after } => {
                let seconds = Duration::from_millis(after.0).as_secs_f64();
                self.watch.metrics().first_sync_seconds.observe(seconds);
            }
            Note::NotSaving { reason } => {
                tracing::error!(reason, "changes are not saved; it is tried again");
            }
            Note::SavingAgain => tracing::info!("changes are saved again"),
            Note::StoppedUnsaved { changes } => {
                self.unsaved = true;
                tracing::error!(
                    changes,
                    "stopped without saving; their authors still have them"
                );
            }
            Note::CompactFailed { reason } => {
                tracing::warn!(reason, "no snapshot; the log stays and it is tried again");
            }
        }
    }
}

/// Makes a snapshot of what is stored and writes it; its size in bytes.
async fn write_snapshot<S: DocumentStore>(
    store: &Measured<S>,
    document: &DocumentId,
    upto: Position,
    build: CompactJob,
) -> Result<usize, String> {
    let stored = store
        .load(document)
        .await
        .map_err(|error| error.to_string())?;
    let stored = stored.ok_or("the document is gone")?;
    let snapshot = tokio::task::spawn_blocking(move || build.run(&stored))
        .await
        .map_err(|_| "making the snapshot failed inside")??;
    let bytes = snapshot.state.len();
    let written = store.write_snapshot(document, upto, snapshot).await;
    written.map(|()| bytes).map_err(|error| error.to_string())
}
