//! What one open map owns: its replica, its undo history, its signals and its driver.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use waymark_model::clip::Clip;
use waymark_model::edit::{Author, TextField};
use waymark_model::grid::Item;
use waymark_model::ids::{CardId, LaneId, StepId};
use waymark_model::map::{Card, News, Reader};
use waymark_model::rich::Watch;
use waymark_model::{Edit, EditError, History, JourneyMap};
use waymark_sync::{Replica, ReplicaConfig, ReplicaInput, SaveState};
use yrs::{Doc, Transact};

use crate::driver::Driver;
use crate::presence::caret::{Caret, Guest};
use crate::profile::{self, Me};
use crate::state::people::People;
use crate::state::signals::Signals;
use crate::state::{Focus, label};
use crate::{api, dom};
use crate::{presence, toast};

/// An open map. It outlives its page while changes are not saved.
pub(crate) struct Shared {
    pub(crate) key: String,
    pub(crate) core: RefCell<Core>,
    pub(crate) driver: Driver,
    /// What the document says; begins when the map has arrived.
    reader: RefCell<Option<Reader>>,
    /// Which rich texts changed; begins likewise.
    pub(super) details: RefCell<Option<Watch>>,
    pub(super) signals: Signals,
    pub(super) loaded: ArcRwSignal<bool>,
    pub(super) save_state: ArcRwSignal<SaveState>,
    pub(super) pending: ArcRwSignal<Pending>,
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
    idle: Cell<Option<u64>>,
    /// Whether a page shows it.
    pub(crate) shown: Cell<bool>,
}

/// The document and who may change it. Invariant: no transaction is open between calls.
pub(crate) struct Core {
    // Dropped first: it holds observers of the replica's document.
    history: History,
    pub(crate) replica: Replica,
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
        let document = waymark_sync::DocumentId::parse(&format!("map/{key}")).ok()?;
        let random = dom::random();
        let replica = Replica::new(ReplicaConfig {
            document,
            client_id: random as u32,
            seed: (random >> 64) as u64,
            token: String::new(),
        });
        let core = Core {
            history: History::new(replica.doc(), Arc::new(|| dom::now() as u64 + 1)),
            replica,
        };
        let shared = Rc::new_cyclic(|weak| Self {
            key: key.to_owned(),
            core: RefCell::new(core),
            driver: Driver::new(weak.clone()),
            reader: RefCell::new(None),
            details: RefCell::new(None),
            signals: Signals::default(),
            loaded: ArcRwSignal::new(false),
            save_state: ArcRwSignal::new(SaveState::Loading),
            pending: ArcRwSignal::default(),
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
        Some(shared)
    }

    /// The page is gone: leave, but stay connected until everything is saved.
    pub(crate) fn hide(self: &Rc<Self>) {
        self.shown.set(false);
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
        let result = self.write(|history, doc, who| history.edit(doc, edits, who));
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
        let result = self.write(|history, doc, who| history.type_in(doc, field, text, who));
        self.after_edit(&edit, result)
    }

    /// Writes with the history, as this person.
    pub(super) fn write(
        &self,
        write: impl FnOnce(&mut History, &Doc, Author<'_>) -> Result<(), EditError>,
    ) -> Result<(), EditError> {
        let me = profile::me().get_untracked();
        let core = &mut *self.core.borrow_mut();
        write(&mut core.history, core.replica.doc(), author(&me))
    }

    pub(super) fn after_edit(
        self: &Rc<Self>,
        edits: &[Edit],
        result: Result<(), EditError>,
    ) -> Result<(), EditError> {
        match &result {
            Ok(()) => self.note_pending(edits),
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
        let reader = self.reader.borrow();
        reader
            .as_ref()
            .map_or_else(Rc::default, |reader| Rc::clone(reader.map()))
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
        let reader = self.reader.borrow();
        reader.as_ref()?.card(id).cloned()
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
        let reader = Reader::new(self.core.borrow().replica.doc());
        let map = Rc::clone(reader.map());
        *self.reader.borrow_mut() = Some(reader);
        let watch = Watch::new(self.core.borrow().replica.doc());
        // What is there already is read when somebody asks for it.
        watch.take();
        *self.details.borrow_mut() = Some(watch);
        self.signals.load(&map);
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
        if loaded && !self.loaded.get_untracked() {
            self.load();
            self.loaded.set(true);
        }
        let before = self.pending.with_untracked(|pending| pending.updates);
        if before != unsaved {
            self.pending.update(|pending| {
                if unsaved == 0 {
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
fn is_cut_off(state: &SaveState) -> bool {
    matches!(
        state,
        SaveState::Offline { .. } | SaveState::Unavailable { .. } | SaveState::Reconnecting { .. }
    )
}

fn author(me: &Me) -> Author<'_> {
    Author {
        by: me.shown_name(),
        at: dom::unix_now(),
    }
}

fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}
