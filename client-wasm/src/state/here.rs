//! Where I am, and who else is here.

use std::rc::Rc;

use leptos::prelude::*;
use waymark_sync::{ReplicaInput, SaveState};

use super::Focus;
use super::shared::Shared;
use crate::{dom, presence, profile};

impl Shared {
    /// Reads again who else is here.
    pub(crate) fn refresh_people(&self) {
        let connected = !self.save_state.with_untracked(is_cut_off);
        let core = self.core.borrow();
        let told = core.replica.people();
        self.people.refresh(told, connected, dom::unix_now());
        drop(core);
        self.refresh_carets();
    }

    /// Notes where I am; whether that is somewhere else.
    pub(super) fn focus_on(&self, focus: Option<Focus>) -> bool {
        let changed = self.focus.with_untracked(|before| *before != focus);
        if changed {
            self.focus.set(focus);
        }
        changed
    }

    /// Tells others who I am and where.
    pub(crate) fn tell_presence(self: &Rc<Self>) {
        if !self.shown.get() {
            return;
        }
        let me = profile::me().get_untracked();
        let json = presence::write(
            me.shown_name(),
            me.colour,
            self.focus.get_untracked().as_ref(),
            self.idle.get(),
        );
        let json = presence::caret::add(json, self.caret.borrow().as_ref());
        self.feed(ReplicaInput::SetPresence(Some(json)));
    }

    /// Notes since when this person is away from the keyboard; `None` when at it.
    pub(crate) fn set_idle(self: &Rc<Self>, since: Option<u64>) {
        if self.idle.replace(since) != since {
            self.tell_presence();
        }
    }
}

/// Whether nothing is heard of others.
pub(super) fn is_cut_off(state: &SaveState) -> bool {
    matches!(
        state,
        SaveState::Offline { .. } | SaveState::Unavailable { .. } | SaveState::Reconnecting { .. }
    )
}
