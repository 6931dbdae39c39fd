//! Rich texts, and carets in all texts: mine for others, theirs for me.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use waymark_model::caret::{self, CaretIn};
use waymark_model::rich::{DetailsOf, Rich};
use waymark_model::{Edit, EditError};
use yrs::Transact;

use super::shared::Shared;
use super::{FOCUS_MS, MapState};
use crate::presence::caret::{self as presence, Caret, Guest};

impl MapState {
    /// A rich text as it is; wakes when anybody changes it.
    pub fn details(&self, of: &DetailsOf) -> Signal<Arc<Rich>> {
        let shared = self.shared();
        let now = || {
            shared.expect(of);
            Arc::new(shared.rich(of))
        };
        shared.signals.details.get(&of.root(), now)
    }

    /// Whether a rich text says anything.
    pub fn has_details(&self, of: &DetailsOf) -> Signal<bool> {
        let shared = self.shared();
        let now = || {
            shared.expect(of);
            !shared.rich(of).is_blank()
        };
        shared.signals.detailed.get(&of.root(), now)
    }

    /// Writes in a rich text while somebody types: keystrokes close together are one undo
    /// step.
    pub fn type_details(&self, edit: Edit) -> Result<(), EditError> {
        self.shared_if_open()
            .map_or(Ok(()), |shared| shared.type_details(edit))
    }

    /// An offset in a text, said so that it stays with its letters.
    pub fn tell_caret(&self, of: &CaretIn, offset: usize) -> Option<String> {
        self.shared_if_open()?.tell_caret(of, offset)
    }

    /// The offset of a caret that was told.
    pub fn find_caret(&self, of: &CaretIn, told: &str) -> Option<usize> {
        let shared = self.shared_if_open()?;
        let core = shared.core.borrow();
        let txn = core.replica.doc().try_transact().ok()?;
        caret::find(&txn, of, told)
    }

    /// Tells others where my caret is: the text, where the selection began, where it is.
    pub fn set_caret(&self, place: Option<(CaretIn, usize, usize)>) {
        let Some(shared) = self.shared_if_open() else {
            return;
        };
        let told = place.and_then(|(of, anchor, head)| {
            Some(Caret {
                anchor: shared.tell_caret(&of, anchor)?,
                head: shared.tell_caret(&of, head)?,
                of,
            })
        });
        if shared.caret.replace(told.clone()) != told {
            let _ = self.inner.try_with_value(|inner| {
                if !inner.tell_focus.is_set() {
                    inner.tell_focus.set(FOCUS_MS);
                }
            });
        }
    }

    /// The carets of everybody else.
    pub fn carets(&self) -> Signal<Vec<Guest>> {
        self.shared().carets.clone().into()
    }
}

impl Shared {
    fn expect(&self, of: &DetailsOf) {
        if let Some(watch) = &*self.details.borrow() {
            watch.expect(of);
        }
    }

    fn rich(&self, of: &DetailsOf) -> Rich {
        let core = self.core.borrow();
        let txn = core.replica.doc().try_transact();
        txn.map_or_else(|_| Rich::default(), |txn| Rich::read(&txn, of))
    }

    fn tell_caret(&self, of: &CaretIn, offset: usize) -> Option<String> {
        let core = self.core.borrow();
        let txn = core.replica.doc().try_transact().ok()?;
        caret::tell(&txn, of, offset)
    }

    fn type_details(self: &Rc<Self>, edit: Edit) -> Result<(), EditError> {
        let done = [edit.clone()];
        let result = self
            .permit(&done)
            .and_then(|()| self.write(|history, doc, who| history.type_details(doc, edit, who)));
        self.after_edit(&done, result)
    }

    /// Wakes who shows rich texts that changed.
    pub(super) fn refresh_details(&self) {
        let changed = {
            let watch = self.details.borrow();
            watch.as_ref().map(|watch| watch.take()).unwrap_or_default()
        };
        for of in changed {
            let (root, rich) = (of.root(), self.rich(&of));
            self.signals.detailed.set(&root, || !rich.is_blank());
            self.signals.details.set(&root, || Arc::new(rich));
        }
    }

    /// Shows every rich text as another document has it.
    pub(super) fn reread_details(&self) {
        let of = |root: &str| DetailsOf::parse(root);
        self.signals
            .details
            .set_all(|root| Arc::new(of(root).map(|of| self.rich(&of)).unwrap_or_default()));
        self.signals
            .detailed
            .set_all(|root| of(root).is_some_and(|of| !self.rich(&of).is_blank()));
    }

    /// Reads again where others' carets are.
    pub(super) fn refresh_carets(&self) {
        let carets: Vec<Guest> = {
            let core = self.core.borrow();
            let people = core.replica.people();
            let carets = people
                .iter()
                .filter_map(|(id, json)| presence::read(*id, json));
            carets.collect()
        };
        if self.carets.with_untracked(|old| *old != carets) {
            self.carets.set(carets);
        }
    }
}
