//! One person's own changes to a map, which they can take back and do again.
//!
//! Texts are taken back by yrs, which knows whose characters are whose. Everything else
//! is taken back here, because what yrs does with the keys of maps loses work (as Yjs
//! does, yjs#514 and yjs#472): it removes a key whose former value it cannot bring back
//! after somebody else's write, and it makes a thing again that it has removed, without
//! what others wrote into it meanwhile. Here a key gets its former value again if it
//! still has the value this person gave it, and a thing that was made is deleted softly.
//! `CONCURRENCY.md` says what follows (U1 to U8).

mod keys;

use yrs::undo::Options;
use yrs::{Doc, Transact, UndoManager};

use self::keys::{KeyChange, KeyLog};
use crate::caret::CaretIn;
use crate::edit::{Author, Edit, EditError, TextField, apply_by, ensure_text};
use crate::schema;

/// The origin of transactions that write into texts.
const TYPING: &str = "waymark-typing";
/// The origin of transactions that write anything else.
const ACTING: &str = "waymark-acting";
/// The origin of what [`History`] writes itself.
const TAKING_BACK: &str = "waymark-history";

/// Typing that goes on within this time, in milliseconds, is one step.
const TYPING_MS: u64 = 500;

/// A clock in milliseconds, for telling what was typed in one go. It only has to grow.
pub type Clock = std::sync::Arc<dyn Fn() -> u64 + Send + Sync>;

/// The undo history of one replica. Everything that its person does to the map is
/// written with it; what comes from others is not.
pub struct History {
    // Dropped before the document: it holds observers of it.
    texts: UndoManager,
    log: KeyLog,
    undo: Vec<Step>,
    redo: Vec<Step>,
    /// The text whose keystrokes the newest step still gathers.
    typing: Option<CaretIn>,
}

/// What one Undo takes back.
type Step = Vec<Part>;

#[derive(Debug)]
enum Part {
    /// An item of the stack of `texts`, by its place in that stack.
    Text(usize),
    Keys(Vec<KeyChange>),
}

impl History {
    /// An empty history of a document. The document is watched from now on.
    pub fn new(doc: &Doc, clock: Clock) -> Self {
        let mut texts = UndoManager::with_options(Options {
            capture_timeout_millis: TYPING_MS,
            tracked_origins: [TYPING.into()].into(),
            capture_transaction: None,
            timestamp: std::sync::Arc::new(move || clock()),
            init_undo_stack: Vec::new(),
            init_redo_stack: Vec::new(),
        });
        for root in schema::ROOTS {
            let root = doc.get_or_insert_map(*root);
            texts.expand_scope(doc, &root);
        }
        Self {
            texts,
            log: KeyLog::watch(doc),
            undo: Vec::new(),
            redo: Vec::new(),
            typing: None,
        }
    }

    /// Applies somebody's edits as one step: all of them, or none.
    ///
    /// # Errors
    /// [`EditError`] of the first that cannot be applied.
    pub fn edit(&mut self, doc: &Doc, edits: &[Edit], who: Author<'_>) -> Result<(), EditError> {
        self.end_typing();
        let mut step = Step::new();
        let result = self.write(doc, edits, who, &mut step);
        self.end_typing();
        if result.is_ok() {
            self.did(step);
        } else if !step.is_empty() {
            // The first ones are written already: take them back for good.
            self.turn(doc, step, true);
            self.texts.clear_redo();
            self.redo.clear();
        }
        result
    }

    /// Writes a text while somebody types in it. What is typed in one text without a
    /// pause is one step.
    ///
    /// # Errors
    /// [`EditError`]; nothing has been written then.
    pub fn type_in(
        &mut self,
        doc: &Doc,
        field: TextField,
        text: String,
        who: Author<'_>,
    ) -> Result<(), EditError> {
        self.keystroke(doc, Edit::SetText { field, text }, who)
    }

    /// Writes in a rich text while somebody types in it, likewise. Edits of anything else
    /// are a step each.
    ///
    /// # Errors
    /// [`EditError`]; nothing has been written then.
    pub fn type_details(
        &mut self,
        doc: &Doc,
        edit: Edit,
        who: Author<'_>,
    ) -> Result<(), EditError> {
        if edit.details().is_some() {
            self.keystroke(doc, edit, who)
        } else {
            self.edit(doc, &[edit], who)
        }
    }

    fn keystroke(&mut self, doc: &Doc, edit: Edit, who: Author<'_>) -> Result<(), EditError> {
        let place = match &edit {
            Edit::SetText { field, .. } => Some(CaretIn::Text(field.clone())),
            edit => edit.details().cloned().map(CaretIn::Details),
        };
        if self.typing != place {
            self.end_typing();
            self.typing = place;
        }
        let mut step = Step::new();
        self.write(doc, &[edit], who, &mut step)?;
        self.did(step);
        Ok(())
    }

    /// Whatever is typed next begins a new step.
    fn end_typing(&mut self) {
        self.typing = None;
        self.texts.reset();
    }

    /// Takes back the newest step that still has an effect; whether there was one.
    pub fn undo(&mut self, doc: &Doc) -> bool {
        self.end_typing();
        while let Some(step) = self.undo.pop() {
            if let Some(done) = self.turn(doc, step, true) {
                self.redo.push(done);
                return true;
            }
        }
        false
    }

    /// Does again what was taken back last; whether there was something.
    pub fn redo(&mut self, doc: &Doc) -> bool {
        self.end_typing();
        while let Some(step) = self.redo.pop() {
            if let Some(done) = self.turn(doc, step, false) {
                self.undo.push(done);
                return true;
            }
        }
        false
    }

    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Whether there is a step to do again.
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    fn did(&mut self, step: Step) {
        if step.is_empty() {
            return;
        }
        self.undo.push(step);
        self.redo.clear();
        self.texts.clear_redo();
    }

    /// Writes edits, those of one sort that follow each other in one transaction, and
    /// notes in `step` how to take back what was written.
    fn write(
        &mut self,
        doc: &Doc,
        edits: &[Edit],
        who: Author<'_>,
        step: &mut Step,
    ) -> Result<(), EditError> {
        for run in edits.chunk_by(|a, b| a.is_typing() == b.is_typing()) {
            if run[0].is_typing() {
                self.write_texts(doc, run, who, step)?;
            } else {
                self.write_keys(doc, run, who, step)?;
            }
        }
        Ok(())
    }

    fn write_texts(
        &mut self,
        doc: &Doc,
        edits: &[Edit],
        who: Author<'_>,
        step: &mut Step,
    ) -> Result<(), EditError> {
        {
            // A text is made for good: taking that back would lose what others write.
            let mut txn = doc.transact_mut_with(TAKING_BACK);
            edits.iter().for_each(|edit| ensure_text(&mut txn, edit));
        }
        for of in edits.iter().filter_map(Edit::details) {
            // Rich texts are roots of their own, made with their first letter.
            let text = of.text(&doc.transact());
            if let Some(text) = text {
                self.texts.expand_scope(doc, &text);
            }
        }
        let before = self.texts.undo_stack().len();
        let result = {
            let mut txn = doc.transact_mut_with(TYPING);
            edits
                .iter()
                .try_for_each(|edit| apply_by(&mut txn, edit, who))
        };
        if self.texts.undo_stack().len() > before {
            step.push(Part::Text(before));
        }
        result
    }

    fn write_keys(
        &mut self,
        doc: &Doc,
        edits: &[Edit],
        who: Author<'_>,
        step: &mut Step,
    ) -> Result<(), EditError> {
        let result = {
            let mut txn = doc.transact_mut_with(ACTING);
            edits
                .iter()
                .try_for_each(|edit| apply_by(&mut txn, edit, who))
        };
        let changes = self.log.take();
        if !changes.is_empty() {
            step.push(Part::Keys(changes));
        }
        result
    }

    /// Takes a step back (or does it again); what would turn it round again, or `None`
    /// if nothing of it had an effect.
    fn turn(&mut self, doc: &Doc, step: Step, back: bool) -> Option<Step> {
        let mut done = Step::new();
        for part in step.into_iter().rev() {
            match part {
                Part::Text(place) => done.extend(self.turn_text(place, back)),
                Part::Keys(changes) => {
                    let mut txn = doc.transact_mut_with(TAKING_BACK);
                    let turned = keys::turn(&mut txn, changes, back);
                    if !turned.is_empty() {
                        done.push(Part::Keys(turned));
                    }
                }
            }
        }
        (!done.is_empty()).then_some(done)
    }

    fn turn_text(&mut self, place: usize, back: bool) -> Option<Part> {
        let (from, to) = if back {
            (self.texts.undo_stack().len(), self.texts.redo_stack().len())
        } else {
            (self.texts.redo_stack().len(), self.texts.undo_stack().len())
        };
        // yrs passes over what has no effect any more, and takes the one before it: what
        // stood at this place may be done already.
        if place >= from {
            return None;
        }
        let changed = if back {
            self.texts.undo_blocking()
        } else {
            self.texts.redo_blocking()
        };
        changed.then_some(Part::Text(to))
    }
}

impl std::fmt::Debug for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("History")
            .field("undo", &self.undo)
            .field("redo", &self.redo)
            .finish_non_exhaustive()
    }
}
