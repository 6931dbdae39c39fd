//! What changed in a document since somebody last asked.

use std::collections::BTreeSet;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use yrs::types::{Event, PathSegment};
use yrs::{DeepObservable, Doc, MapRef, Origin, TransactionMut};

use crate::schema;

/// What changed. Whoever made the change, and how (an edit, an update of somebody else,
/// an undo), the document tells it the same way.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// Something that others depend on: the order of steps, say.
    pub(super) all: bool,
    /// Something that is neither stage, step, lane nor card.
    pub(super) rest: bool,
    /// Stages, steps and lanes by root and id: fields that nothing else depends on.
    pub(super) named: BTreeSet<(&'static str, Arc<str>)>,
    /// Cards by id.
    pub(super) cards: BTreeSet<Arc<str>>,
}

/// Fields of stages, steps and lanes that are theirs alone.
const OWN_FIELDS: &[&str] = &[
    schema::TITLE,
    schema::GOAL,
    schema::DURATION,
    schema::MOMENT_OF_TRUTH,
    schema::LINE_ABOVE,
];

/// Observers of all roots, for as long as it lives.
pub(super) struct Watch {
    noted: Arc<Mutex<Noted>>,
    roots: Vec<MapRef>,
    key: Origin,
    // The roots point into it.
    _doc: Doc,
}

impl Watch {
    pub(super) fn new(doc: &Doc) -> Self {
        let noted = Arc::new(Mutex::new(Noted::default()));
        let key = Origin::from(format!("waymark-reader-{:p}", Arc::as_ptr(&noted)).as_str());
        let roots = schema::ROOTS.iter().map(|name| {
            let root = doc.get_or_insert_map(*name);
            let noted = Arc::clone(&noted);
            root.observe_deep(key.clone(), move |txn, events| {
                let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
                for event in events.iter() {
                    noted.note(name, txn, event);
                }
            });
            root
        });
        Self {
            roots: roots.collect(),
            noted,
            key,
            _doc: doc.clone(),
        }
    }

    /// What was noted since the last time.
    pub(super) fn take(&self) -> Noted {
        mem::take(&mut *self.noted.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        for root in &self.roots {
            root.unobserve_deep(self.key.clone());
        }
    }
}

impl Noted {
    fn note(&mut self, root: &'static str, txn: &TransactionMut<'_>, event: &Event) {
        match root {
            schema::CARDS => self.note_card(txn, event),
            schema::STAGES | schema::STEPS | schema::LANES => self.note_named(root, txn, event),
            schema::FRAME
            | schema::PERSONAS
            | schema::EMOTIONS
            | schema::PAINS
            | schema::OPPORTUNITIES
            | schema::METRICS
            | schema::CONNECTORS
            | schema::GROUPS
            | schema::CHOICES => self.rest = true,
            _ => self.all = true,
        }
    }

    fn note_card(&mut self, txn: &TransactionMut<'_>, event: &Event) {
        match (event.path().front(), event) {
            (Some(PathSegment::Key(id)), _) => {
                self.cards.insert(Arc::clone(id));
            }
            (None, Event::Map(root)) => self.cards.extend(root.keys(txn).keys().cloned()),
            _ => self.all = true,
        }
    }

    fn note_named(&mut self, root: &'static str, txn: &TransactionMut<'_>, event: &Event) {
        let path = event.path();
        let mut path = path.iter();
        let (Some(PathSegment::Key(id)), field) = (path.next(), path.next()) else {
            self.all = true;
            return;
        };
        let is_own = |field: &str| OWN_FIELDS.contains(&field);
        let harmless = match (field, event) {
            (Some(PathSegment::Key(field)), _) => is_own(field),
            (None, Event::Map(fields)) => fields.keys(txn).keys().all(|field| is_own(field)),
            _ => false,
        };
        if harmless {
            self.named.insert((root, Arc::clone(id)));
        } else {
            self.all = true;
        }
    }
}
