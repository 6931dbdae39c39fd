//! Undo and redo of a person's own changes, as the client offers them.

use std::collections::HashSet;
use std::sync::Arc;

use waymark_model::schema::ROOTS;
use yrs::undo::Options;
use yrs::{Doc, IdSet, Origin, UndoManager};

use crate::person::OWN_ORIGIN;

/// A person's undo history.
pub(crate) struct Undo {
    manager: UndoManager,
}

impl Undo {
    pub(crate) fn new(doc: &Doc) -> Self {
        let mut manager = UndoManager::with_options(Options {
            capture_timeout_millis: 0,
            tracked_origins: HashSet::from([Origin::from(OWN_ORIGIN)]),
            capture_transaction: None,
            timestamp: Arc::new(|| 0),
            init_undo_stack: Vec::new(),
            init_redo_stack: Vec::new(),
        });
        for root in ROOTS {
            let map = doc.get_or_insert_map(*root);
            manager.expand_scope(doc, &map);
        }
        Self { manager }
    }

    /// Takes back the person's last change; whether there was something to do.
    pub(crate) fn undo(&mut self) -> bool {
        let step = self.manager.undo_stack().last();
        repeatable(step.map(yrs::undo::StackItem::deletions)) && self.manager.undo_blocking()
    }

    /// Does it again.
    pub(crate) fn redo(&mut self) -> bool {
        let step = self.manager.redo_stack().last();
        repeatable(step.map(yrs::undo::StackItem::deletions)) && self.manager.redo_blocking()
    }
}

/// yrs brings deleted elements back in the random order of a hash set. A step with more
/// than one would make a run impossible to repeat, so it is left alone here; property
/// tests that need no equal traces cover it.
fn repeatable(deletions: Option<&IdSet>) -> bool {
    let Some(deletions) = deletions else {
        return false;
    };
    let elements: u32 = deletions
        .iter()
        .flat_map(|(_, ranges)| ranges.iter())
        .map(|range| range.end - range.start)
        .sum();
    elements <= 1
}
