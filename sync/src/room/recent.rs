//! The changes that some session may still have to be sent, kept once for all of them.

use std::collections::VecDeque;
use std::sync::Arc;

use yrs::StateVector;
use yrs::block::ClientID;

use super::content::Change;

/// The newest changes in order, numbered without a gap. A session's debt is a place in
/// this list, so that a change costs the same for two sessions and for two thousand.
pub(super) struct Recent {
    changes: VecDeque<Arc<Change>>,
    bytes: usize,
    /// A state that everybody has reached who has the change before the first one here.
    base: StateVector,
}

impl Recent {
    /// Nothing yet, in a document that holds this.
    pub(super) fn new(base: StateVector) -> Self {
        Self {
            changes: VecDeque::new(),
            bytes: 0,
            base,
        }
    }

    pub(super) fn push(&mut self, change: Arc<Change>) {
        self.bytes += change.update().len();
        self.changes.push_back(change);
    }

    /// The changes after the one of this number.
    pub(super) fn after(&self, number: u64) -> impl Iterator<Item = &Arc<Change>> {
        self.changes.range(self.index_after(number)..)
    }

    /// How large all of them are together.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Forgets the changes up to this number: everybody has them, or will get a diff.
    pub(super) fn forget(&mut self, upto: u64) {
        for change in self.changes.drain(..self.index_after(upto)) {
            self.bytes -= change.update().len();
            for section in change.sections() {
                self.base
                    .set_max(ClientID::new(section.client), section.end);
            }
        }
    }

    /// The number up to which has to be forgotten so that no more than this is left.
    pub(super) fn excess(&self, bytes: usize) -> u64 {
        let mut left = self.bytes;
        let mut upto = 0;
        for change in &self.changes {
            if left <= bytes {
                break;
            }
            left -= change.update().len();
            upto = change.number();
        }
        upto
    }

    /// What everybody holds who has all changes before the first one here.
    pub(super) fn base(&self) -> &StateVector {
        &self.base
    }

    fn index_after(&self, number: u64) -> usize {
        let first = self.changes.front().map_or(0, |change| change.number());
        let index = (number + 1).saturating_sub(first) as usize;
        index.min(self.changes.len())
    }
}
