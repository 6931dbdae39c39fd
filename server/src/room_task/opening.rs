//! Reading a document and opening its room, with the heavy work away from the runtime's
//! threads. Who comes meanwhile is let in and sent what is stored.

use tokio::task::{JoinError, spawn_blocking};
use waymark_sync::room::OpenError;
use waymark_sync::{Room, RoomInput};

use super::{Broken, LoadError, RoomTask};
use crate::store::DocumentStore;

impl<S: DocumentStore + Clone> RoomTask<S> {
    /// Opens the room; also the input that had to wait for that, which comes first.
    pub(super) async fn open(&mut self) -> Result<(Room, Option<RoomInput>), Broken> {
        self.watch.opening();
        let stored = self.rooms.measured().load(&self.document).await;
        let stored = stored.map_err(LoadError::Store)?;
        let stored = stored.ok_or(LoadError::Missing)?;
        let (document, limits) = (self.document.clone(), *self.rooms.limits());
        let seed = crate::random::bits64();
        let begin = move || Room::begin(document, stored, limits, seed);
        let (mut room, opening) = outcome(spawn_blocking(begin).await)?;
        let mut loading = spawn_blocking(|| opening.run());
        let mut held = None;
        loop {
            tokio::select! {
                biased;
                loaded = &mut loading => {
                    room.loaded(outcome(loaded)?);
                    // If it still wants to, it says so again.
                    self.may_retire = false;
                    return Ok((room, held));
                }
                Some(answer) = self.answers.recv() => {
                    if let Some(input) = self.input_of_answer(answer) {
                        self.decide(&mut room, vec![input]).await?;
                    }
                }
                // Everything behind what has to wait waits as well.
                Some(message) = self.inbox.recv(), if held.is_none() => {
                    match self.input_of_message(message) {
                        Some(input) if room.takes(&input) => {
                            self.decide(&mut room, vec![input]).await?;
                        }
                        input => held = input,
                    }
                }
            }
        }
    }
}

fn outcome<T>(done: Result<Result<T, OpenError>, JoinError>) -> Result<T, LoadError> {
    match done {
        Ok(opened) => opened.map_err(LoadError::Unreadable),
        Err(_) => Err(LoadError::Panicked),
    }
}

impl From<LoadError> for Broken {
    fn from(error: LoadError) -> Self {
        Self::Unloadable(error)
    }
}
