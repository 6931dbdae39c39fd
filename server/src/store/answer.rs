//! How the committer tells somebody what became of their command.

use tokio::sync::oneshot;

use super::StoreError;
use super::sled::unavailable;

type Call<T> = Box<dyn FnOnce(Result<T, StoreError>) + Send>;

/// Is called exactly once: with an error when the committer lets go of it without a word,
/// for example because sled panicked.
pub(super) struct Answer<T>(Option<Call<T>>);

impl<T> Answer<T> {
    pub(super) fn new(call: impl FnOnce(Result<T, StoreError>) + Send + 'static) -> Self {
        Self(Some(Box::new(call)))
    }

    pub(super) fn send(mut self, result: Result<T, StoreError>) {
        if let Some(call) = self.0.take() {
            call(result);
        }
    }
}

impl<T: Send + 'static> Answer<T> {
    /// One that somebody awaits.
    pub(super) fn channel() -> (Self, oneshot::Receiver<Result<T, StoreError>>) {
        let (sender, receiver) = oneshot::channel();
        // Nobody waits any more if sending fails; what was written stays written.
        let answer = Self::new(move |result| drop(sender.send(result)));
        (answer, receiver)
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        if let Some(call) = self.0.take() {
            call(Err(unavailable("it failed inside")));
        }
    }
}

impl<T> std::fmt::Debug for Answer<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answer")
    }
}
