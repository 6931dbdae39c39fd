//! Carrying out what a room wants done.

use tokio::sync::mpsc::error::TrySendError;
use waymark_sync::room::{CompactJob, Note};
use waymark_sync::{BatchId, DocumentId, Position, Record, RoomEffect, SessionId};

use super::RoomTask;
use super::message::{Answer, Credit, Ended, Outgoing};
use crate::store::DocumentStore;

impl<S: DocumentStore + Clone> RoomTask<S> {
    pub(super) fn execute(&mut self, effect: RoomEffect) {
        match effect {
            RoomEffect::Send { session, message } => self.send(session, message),
            RoomEffect::Close { session, reason } => {
                if let Some(output) = self.sessions.remove(&session) {
                    // The connection is gone already if this fails.
                    let _ = output.ended.send(Ended { session, reason });
                }
            }
            RoomEffect::Append { batch, record } => self.append(batch, record),
            RoomEffect::Compact { upto, build } => self.compact(upto, build),
            RoomEffect::Retire => self.may_retire = true,
            RoomEffect::Note(note) => self.note(note),
        }
    }

    fn send(&self, session: SessionId, message: bytes::Bytes) {
        let Some(output) = self.sessions.get(&session) else {
            return;
        };
        let credit = Credit {
            session,
            room: self.answer.clone(),
        };
        let sent = output.frames.try_send(Outgoing::Frame {
            message,
            credit: Some(credit),
        });
        if let Err(TrySendError::Full(_)) = sent {
            // Cannot happen while rooms keep to their credit. Dropping a message would leave
            // the session silently stale, so it never gets its credit back and is closed.
            tracing::error!(
                session = session.0,
                "a session was sent more than its credit"
            );
        }
    }

    fn append(&mut self, batch: BatchId, record: Record) {
        self.in_flight += 1;
        let store = self.rooms.store().clone();
        let document = self.document.clone();
        let answer = self.answer.clone();
        tokio::spawn(async move {
            let result = store.append(&document, batch, record).await;
            // The room is gone if this fails; what is stored stays stored.
            let _ = answer.send(Answer::Appended { batch, result });
        });
    }

    fn compact(&mut self, upto: Position, build: CompactJob) {
        self.in_flight += 1;
        let store = self.rooms.store().clone();
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
    store: &S,
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
