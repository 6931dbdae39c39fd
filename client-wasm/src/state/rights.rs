//! What this person may do, and beginning anew when what was done is not accepted.

use std::rc::Rc;

use leptos::prelude::*;
use waymark_model::{Edit, EditError};
use waymark_sync::{ReplicaInput, Role};

use super::core::{Core, history_of};
use super::shared::{Shared, set_if_new};
use super::{MapState, May, SeenAs};

/// Why nothing is changed while an owner looks as somebody else.
const ONLY_LOOKING: &str =
    "nothing is changed while you see the map as somebody else; go back first";

impl MapState {
    /// Shows the map as somebody with fewer rights would see it, if this person owns it;
    /// nothing is changed meanwhile. `None` ends that.
    pub fn see_as(&self, who: Option<SeenAs>) {
        if let Some(shared) = self.shared_if_open() {
            shared.see_as(who);
        }
    }

    /// As whom this person looks at the map, if as somebody else.
    pub fn seen_as(&self) -> Signal<Option<SeenAs>> {
        self.shared().seen_as.clone().into()
    }

    /// Whether nothing may be changed because one looks as somebody else; told if so.
    pub(crate) fn is_only_looking(&self) -> bool {
        let looks = self
            .shared_if_open()
            .is_some_and(|shared| shared.is_only_looking());
        if looks {
            self.toast(crate::api::sentence(ONLY_LOOKING));
        }
        looks
    }
}

impl Shared {
    /// Whether these may be made, and now.
    pub(super) fn permit(&self, edits: &[Edit]) -> Result<(), EditError> {
        if self.is_only_looking() {
            let reason = ONLY_LOOKING;
            return Err(EditError::NotPermitted { reason });
        }
        if self.lost.borrow().is_some() {
            let reason = "one moment: the map is being fetched anew";
            return Err(EditError::NotPermitted { reason });
        }
        let may = self.may.get_untracked();
        match edits.iter().all(|edit| may.allows(edit)) {
            true => Ok(()),
            false => Err(EditError::NotPermitted {
                reason: may.reason(),
            }),
        }
    }

    /// Takes over what this person may do.
    pub(crate) fn on_role(self: &Rc<Self>) {
        let may = May::of(self.core.borrow().replica.role());
        let before = self.own.replace(may);
        self.show_rights();
        if may < before && self.loaded.get_untracked() {
            // What was done with other rights is not this person's to take back.
            let core = &mut *self.core.borrow_mut();
            core.history = history_of(&core.replica);
            set_if_new(&self.can_undo, false);
            set_if_new(&self.can_redo, false);
        }
    }

    /// Shows what may be done: by this person, or by whom they look as.
    fn show_rights(&self) {
        let own = self.core.borrow().replica.role();
        // Nobody is shown more than they have, so only owners look as others.
        let seen = self.wanted.get().filter(|_| own == Some(Role::Owner));
        let role = seen.map(|seen| seen.role).or(own);
        set_if_new(&self.seen_as, seen);
        set_if_new(&self.role, role);
        set_if_new(&self.may, May::of(role));
    }

    pub(super) fn see_as(&self, who: Option<SeenAs>) {
        self.wanted.set(who);
        self.show_rights();
    }

    pub(super) fn is_only_looking(&self) -> bool {
        self.seen_as.with_untracked(Option::is_some)
    }

    /// Begins with an empty replica once this turn is over, because what is in this one will
    /// not be accepted.
    pub(super) fn renew_soon(&self) {
        self.renewal.set(0.0);
    }

    pub(super) fn renew(self: &Rc<Self>) {
        let Some(core) = Core::new(&self.key) else {
            return;
        };
        *self.reader.borrow_mut() = None;
        *self.details.borrow_mut() = None;
        self.drop_socket();
        *self.core.borrow_mut() = core;
        *self.caret.borrow_mut() = None;
        self.unsaved.borrow_mut().clear();
        set_if_new(&self.can_undo, false);
        set_if_new(&self.can_redo, false);
        self.tell_presence();
        self.feed(ReplicaInput::Tick);
        self.tell_state();
    }
}
