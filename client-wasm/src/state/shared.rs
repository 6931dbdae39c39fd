//! What one open map owns: its replica, its undo history, its signals and its driver.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use waymark_model::clip::Clip;
use waymark_model::diff;
use waymark_model::edit::{Author, TextField};
use waymark_model::grid::Item;
use waymark_model::ids::{CardId, LaneId, StepId};
use waymark_model::map::{Card, News, Reader};
use waymark_model::rich::Watch;
use waymark_model::{Edit, EditError, History, JourneyMap};
use waymark_sync::{ReplicaInput, Role, SaveState};
use yrs::{Doc, Transact};

use crate::dom::Timer;
use crate::driver::Driver;
use crate::driver::companion::Companion;
use crate::presence::caret::{Caret, Guest};
use crate::state::core::Core;
use crate::state::here::is_cut_off;
use crate::state::people::People;
use crate::state::refused::{self, Lost, Refusal};
use crate::state::signals::Signals;
use crate::state::{Focus, May, SeenAs, label};
use crate::talk::me;
use crate::toast;
use crate::{api, dom};

/// An open map. It outlives its page while changes are not saved.
pub(crate) struct Shared {
    pub(crate) key: String,
    pub(crate) core: RefCell<Core>,
    pub(crate) driver: Driver,
    /// What else is read on the map's connection: what is said about it, and my inbox.
    pub(crate) companions: [Rc<Companion>; 2],
    /// What the document says; begins when the map has arrived.
    pub(super) reader: RefCell<Option<Reader>>,
    /// Which rich texts changed; begins likewise.
    pub(super) details: RefCell<Option<Watch>>,
    pub(super) signals: Signals,
    pub(super) loaded: ArcRwSignal<bool>,
    pub(super) save_state: ArcRwSignal<SaveState>,
    pub(super) pending: ArcRwSignal<Pending>,
    /// What this person may do, and by which role.
    pub(super) may: ArcRwSignal<May>,
    pub(super) role: ArcRwSignal<Option<Role>>,
    /// The same without looking as somebody else.
    pub(super) own: Cell<May>,
    /// As whom the address asks to look, and as whom this person does.
    pub(super) wanted: Cell<Option<SeenAs>>,
    pub(super) seen_as: ArcRwSignal<Option<SeenAs>>,
    /// What was done and is not saved yet, for the case that it is refused.
    pub(super) unsaved: RefCell<Vec<Edit>>,
    /// While the map is fetched anew: what was refused.
    pub(super) lost: RefCell<Option<Lost>>,
    pub(super) refused: ArcRwSignal<Vec<Refusal>>,
    pub(super) renewal: Timer,
    pub(super) people: People,
    /// What others changed last.
    pub(super) heard: ArcRwSignal<Arc<News>>,
    pub(super) can_undo: ArcRwSignal<bool>,
    pub(super) can_redo: ArcRwSignal<bool>,
    pub(super) focus: ArcRwSignal<Option<Focus>>,
    /// Where my caret is, as others are told.
    pub(super) caret: RefCell<Option<Caret>>,
    pub(super) carets: ArcRwSignal<Vec<Guest>>,
    /// Since when nobody is at the keyboard, in milliseconds since the Unix epoch.
    pub(super) idle: Cell<Option<u64>>,
    /// Whether a page shows it.
    pub(crate) shown: Cell<bool>,
}

/// Changes that are not durable yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// How many updates.
    pub updates: usize,
    /// What was done, by kind, in the order it first happened.
    pub kinds: Vec<(&'static str, usize)>,
    /// When the first of them was made, in milliseconds since the Unix epoch.
    pub since: u64,
}

thread_local! {
    /// Every open map: a page that comes back finds its map with the changes still in it.
    static OPEN: RefCell<BTreeMap<String, Rc<Shared>>> = const { RefCell::new(BTreeMap::new()) };
}

impl Shared {
    /// The open map of this name, or a new one that begins to connect.
    ///
    /// `None` when the name cannot be a map's.
    pub(crate) fn open(key: &str) -> Option<Rc<Self>> {
        if let Some(shared) = OPEN.with_borrow(|open| open.get(key).cloned()) {
            shared.shown.set(true);
            shared.tell_presence();
            return Some(shared);
        }
        let beside = [
            waymark_sync::DocumentId::parse(&format!("talk/{key}")).ok()?,
            waymark_sync::DocumentId::parse(&format!("inbox/{}", me::person())).ok()?,
        ];
        let core = Core::new(key)?;
        let shared = Rc::new_cyclic(|weak| Self {
            key: key.to_owned(),
            core: RefCell::new(core),
            driver: Driver::new(weak.clone()),
            companions: beside.map(|document| Companion::new(document, weak.clone())),
            reader: RefCell::new(None),
            details: RefCell::new(None),
            signals: Signals::default(),
            loaded: ArcRwSignal::new(false),
            save_state: ArcRwSignal::new(SaveState::Loading),
            pending: ArcRwSignal::default(),
            may: ArcRwSignal::default(),
            role: ArcRwSignal::default(),
            own: Cell::default(),
            wanted: Cell::default(),
            seen_as: ArcRwSignal::default(),
            unsaved: RefCell::default(),
            lost: RefCell::default(),
            refused: ArcRwSignal::new(refused::remembered(key)),
            renewal: {
                let weak = weak.clone();
                Timer::new(move || {
                    if let Some(shared) = weak.upgrade() {
                        shared.renew();
                    }
                })
            },
            people: People::default(),
            heard: ArcRwSignal::default(),
            can_undo: ArcRwSignal::new(false),
            can_redo: ArcRwSignal::new(false),
            focus: ArcRwSignal::new(None),
            caret: RefCell::new(None),
            carets: ArcRwSignal::default(),
            idle: Cell::new(None),
            shown: Cell::new(true),
        });
        OPEN.with_borrow_mut(|open| open.insert(key.to_owned(), Rc::clone(&shared)));
        shared.tell_presence();
        shared.feed(ReplicaInput::Tick);
        shared.companions[0].call(&shared);
        Some(shared)
    }

    /// The page is gone: leave, but stay connected until everything is saved.
    pub(crate) fn hide(self: &Rc<Self>) {
        self.shown.set(false);
        self.see_as(None);
        self.focus_on(None);
        *self.caret.borrow_mut() = None;
        self.feed(ReplicaInput::SetPresence(None));
        self.flush();
        self.close_if_done();
    }

    fn close_if_done(self: &Rc<Self>) {
        let is_done = {
            let core = self.core.borrow();
            core.replica.unsaved() == 0
                || matches!(core.replica.save_state(), SaveState::Closed { .. })
        };
        if is_done && !self.shown.get() {
            OPEN.with_borrow_mut(|open| open.remove(&self.key));
        }
    }

    /// Updates of all open maps that would be lost with this page.
    pub(crate) fn unsaved_anywhere() -> usize {
        OPEN.with_borrow(|open| {
            open.values()
                .map(|shared| shared.core.borrow().replica.unsaved())
                .sum()
        })
    }

    /// Lets go of every open map, saved or not.
    pub(crate) fn forget_all() {
        drop(OPEN.take());
    }

    /// Gives one input to every open map.
    pub(crate) fn feed_all(input: &ReplicaInput) {
        for shared in Self::all() {
            shared.feed(input.clone());
        }
    }

    /// Sends what has gathered in every open map.
    pub(crate) fn flush_all() {
        for shared in Self::all() {
            shared.flush();
        }
    }

    fn all() -> Vec<Rc<Self>> {
        OPEN.with_borrow(|open| open.values().cloned().collect())
    }

    /// Applies edits as one undo step: all of them or none.
    pub(super) fn edit_all(self: &Rc<Self>, edits: &[Edit]) -> Result<(), EditError> {
        let result = self
            .permit(edits)
            .and_then(|()| self.write(|history, doc, who| history.edit(doc, edits, who)));
        self.after_edit(edits, result)
    }

    /// Writes a text while somebody types in it.
    pub(super) fn type_text(
        self: &Rc<Self>,
        field: TextField,
        text: String,
    ) -> Result<(), EditError> {
        let edit = [Edit::SetText {
            field: field.clone(),
            text: text.clone(),
        }];
        let result = self
            .permit(&edit)
            .and_then(|()| self.write(|history, doc, who| history.type_in(doc, field, text, who)));
        self.after_edit(&edit, result)
    }

    /// Writes with the history, as this person.
    pub(super) fn write(
        &self,
        write: impl FnOnce(&mut History, &Doc, Author<'_>) -> Result<(), EditError>,
    ) -> Result<(), EditError> {
        let me = me::person();
        let who = Author {
            by: me.as_str(),
            at: dom::unix_now(),
        };
        let core = &mut *self.core.borrow_mut();
        write(&mut core.history, core.replica.doc(), who)
    }

    pub(super) fn after_edit(
        self: &Rc<Self>,
        edits: &[Edit],
        result: Result<(), EditError>,
    ) -> Result<(), EditError> {
        match &result {
            Ok(()) => {
                self.remember_edits(edits);
                self.note_pending(edits);
            }
            Err(error) => toast::show(api::sentence(&error.to_string())),
        }
        self.after_local_change();
        result
    }

    fn after_local_change(self: &Rc<Self>) {
        self.refresh();
        {
            let core = self.core.borrow();
            set_if_new(&self.can_undo, core.history.can_undo());
            set_if_new(&self.can_redo, core.history.can_redo());
        }
        self.flush_when_due();
        self.tell_state();
    }

    /// Undoes or redoes one step of this person's; whether there was one.
    pub(super) fn step(self: &Rc<Self>, back: bool) -> bool {
        let may = !self.is_only_looking() && self.may.get_untracked() >= May::Cards;
        if !may || self.lost.borrow().is_some() {
            return false;
        }
        let changed = {
            let core = &mut *self.core.borrow_mut();
            if back {
                core.history.undo(core.replica.doc())
            } else {
                core.history.redo(core.replica.doc())
            }
        };
        self.after_local_change();
        changed
    }

    /// The map as it is now.
    pub(super) fn map(&self) -> Rc<JourneyMap> {
        if let Some(reader) = &*self.reader.borrow() {
            return Rc::clone(reader.map());
        }
        // While the map is fetched anew, what was shown is shown.
        let lost = self.lost.borrow();
        lost.as_ref()
            .map_or_else(Rc::default, |lost| Rc::clone(&lost.shown))
    }

    /// A part of the map, to be carried elsewhere.
    pub(super) fn clip(
        &self,
        lanes: &[LaneId],
        steps: &[StepId],
        pass: &dyn Fn(&Item) -> bool,
    ) -> Clip {
        let map = self.map();
        let core = self.core.borrow();
        match core.replica.doc().try_transact() {
            Ok(txn) => Clip::take(&txn, &map, lanes, steps, pass),
            Err(_) => Clip::default(),
        }
    }

    /// One card as it is now.
    pub(super) fn card(&self, id: &CardId) -> Option<Card> {
        if let Some(reader) = &*self.reader.borrow() {
            return reader.card(id).cloned();
        }
        let map = self.map();
        map.cards.iter().find(|card| card.id == *id).cloned()
    }

    /// Reads what changed and wakes who shows it. Before the map has arrived there is
    /// nothing to read.
    fn refresh(&self) -> Option<News> {
        let news = {
            let core = self.core.borrow();
            let mut reader = self.reader.borrow_mut();
            let (Some(reader), Ok(txn)) = (reader.as_mut(), core.replica.doc().try_transact())
            else {
                return None;
            };
            reader.catch_up(&txn)
        };
        if let Some(reader) = &*self.reader.borrow() {
            self.signals.apply(reader, &news, dom::now());
        }
        self.refresh_details();
        Some(news)
    }

    /// Shows what others changed.
    pub(crate) fn refresh_others(&self) {
        if let Some(news) = self.refresh().filter(|news| !news.changes.is_empty()) {
            self.heard.set(Arc::new(news));
        }
    }

    /// Reads the map for the first time.
    fn load(&self) {
        let before = self.map();
        let reader = Reader::new(self.core.borrow().replica.doc());
        let map = Rc::clone(reader.map());
        *self.reader.borrow_mut() = Some(reader);
        let watch = Watch::new(self.core.borrow().replica.doc());
        // What is there already is read when somebody asks for it.
        watch.take();
        *self.details.borrow_mut() = Some(watch);
        self.signals.load(&map);
        if self.lost.borrow().is_some() {
            self.show_instead(&before, &map);
        }
    }

    /// Shows another reading of the map than before, and wakes what differs.
    fn show_instead(&self, before: &JourneyMap, map: &JourneyMap) {
        let news = News {
            changes: diff::changes(before, map),
            cells: None,
        };
        if let Some(reader) = &*self.reader.borrow() {
            self.signals.apply(reader, &news, dom::now());
        }
        self.reread_details();
        self.settle_lost(map);
    }

    /// Takes over what the replica says about saving.
    pub(crate) fn tell_state(self: &Rc<Self>) {
        let (state, unsaved, loaded) = {
            let core = self.core.borrow();
            (
                core.replica.save_state(),
                core.replica.unsaved(),
                core.replica.is_loaded(),
            )
        };
        if loaded && self.reader.borrow().is_none() {
            self.load();
            self.loaded.set(true);
        }
        let before = self.pending.with_untracked(|pending| pending.updates);
        if before != unsaved {
            self.pending.update(|pending| {
                if unsaved == 0 {
                    self.unsaved.borrow_mut().clear();
                    *pending = Pending::default();
                } else if pending.since == 0 {
                    pending.since = dom::unix_now();
                }
                pending.updates = unsaved;
            });
        }
        let was_cut_off = self.save_state.with_untracked(is_cut_off);
        set_if_new(&self.save_state, state);
        if was_cut_off != self.save_state.with_untracked(is_cut_off) {
            self.refresh_people();
        }
        self.close_if_done();
    }

    fn note_pending(&self, edits: &[Edit]) {
        self.pending.update(|pending| {
            for edit in edits {
                let kind = label::of_edit(edit);
                // Typing makes an update of each keystroke; nobody wants them counted.
                let typed = matches!(edit, Edit::SetText { .. } | Edit::SpliceDetails { .. });
                let count = usize::from(!typed);
                match pending.kinds.iter_mut().find(|(other, _)| *other == kind) {
                    Some((_, times)) => *times += count,
                    None => pending.kinds.push((kind, 1)),
                }
            }
            if pending.since == 0 {
                pending.since = dom::unix_now();
            }
        });
    }
}

pub(super) fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}
