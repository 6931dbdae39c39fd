//! The only bridge between a map's document and the view.
//!
//! One signal for each thing, keyed by id: a remote edit to one card wakes the one
//! view of that card and nothing else.

mod core;
mod details;
mod here;
mod label;
mod may;
mod people;
mod refused;
mod rights;
mod seen_as;
mod shared;
mod signals;

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use waymark_model::clip::Clip;
use waymark_model::edit::{Target, TextField};
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::*;
use waymark_model::map::{
    Card, Connector, Frame, Group, Lane, Metric, News, Opportunity, PainPoint, Persona, Stage,
    Step, label_of,
};
use waymark_model::rhythm::Rhythm;
use waymark_model::scalar::{Choice, ScalarField};
use waymark_model::{Edit, EditError, Grid, JourneyMap};
use waymark_sync::{Role, SaveState};

use crate::dom::{self, Timer};
use crate::driver::companion::Companion;
use crate::talk::me;
use crate::toast;
pub use crate::toast::Toast;
pub use may::May;
pub use people::{Attention, Person};
pub use refused::Refusal;
pub use seen_as::SeenAs;
pub use shared::Pending;
pub(crate) use shared::Shared;
pub use signals::{Counts, Feelings};

/// What somebody has focus on, as others see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Focus {
    Cell(CellRef),
    Item {
        cell: CellRef,
        item: String,
        typing: bool,
    },
    Stage(String),
    Step(String),
    Lane(String),
}

/// A cell, by the ids of its lane and step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CellRef {
    pub lane: String,
    pub step: String,
}

impl CellRef {
    /// The cell of these ids.
    pub fn of(cell: &CellId) -> Self {
        Self {
            lane: cell.lane.to_string(),
            step: cell.step.to_string(),
        }
    }
}

/// Focus changes closer together than this are told as one, in milliseconds.
const FOCUS_MS: f64 = 80.0;

/// An open map. `Copy`: hand it around freely (it is provided as context too).
#[derive(Clone, Copy)]
pub struct MapState {
    inner: StoredValue<Inner, LocalStorage>,
}

struct Inner {
    shared: Rc<Shared>,
    tell_focus: Timer,
}

impl MapState {
    /// Opens a map for a page; `None` when this cannot be the name of one.
    ///
    /// The map is left when the page's owner is cleaned up; changes that are not saved
    /// by then are still sent.
    pub fn open(key: &str) -> Option<Self> {
        let shared = Shared::open(key)?;
        let weak = Rc::downgrade(&shared);
        let tell_focus = Timer::new(move || {
            if let Some(shared) = weak.upgrade() {
                shared.tell_presence();
            }
        });
        let inner = StoredValue::new_local(Inner { shared, tell_focus });
        Some(Self { inner })
    }

    /// Leaves the map: others no longer see me here.
    pub fn leave(&self) {
        if let Some(shared) = self.shared_if_open() {
            shared.hide();
        }
    }

    fn shared(&self) -> Rc<Shared> {
        self.shared_if_open()
            .expect("a view of a map lives as long as its page")
    }

    // Late events (a blur while the page goes) may find the page's owner gone.
    fn shared_if_open(&self) -> Option<Rc<Shared>> {
        self.inner.try_with_value(|inner| Rc::clone(&inner.shared))
    }

    /// What is said about the map, and what I should hear: documents that are only read.
    pub(crate) fn companions(&self) -> [Rc<Companion>; 2] {
        self.shared().companions.clone()
    }

    /// Begins to read my inbox: once the server knows me, there is one.
    pub(crate) fn call_inbox(&self) {
        if let Some(shared) = self.shared_if_open() {
            shared.companions[1].call(&shared);
        }
    }

    /// The map as it is now, for a look that needs no signal.
    pub fn map(&self) -> Rc<JourneyMap> {
        self.shared_if_open()
            .map(|shared| shared.map())
            .unwrap_or_default()
    }

    /// Shows others' changes now that would be shown with the next frame. Whoever computes
    /// an edit from what is shown calls this first: what is shown may be a frame old.
    pub fn catch_up(&self) {
        if let Some(shared) = self.shared_if_open() {
            shared.catch_up();
        }
    }

    /// The part of the map in these lanes and steps, with those items that pass.
    pub fn clip(&self, lanes: &[LaneId], steps: &[StepId], pass: &dyn Fn(&Item) -> bool) -> Clip {
        self.shared_if_open()
            .map(|shared| shared.clip(lanes, steps, pass))
            .unwrap_or_default()
    }

    /// The map's name in addresses.
    pub fn key(&self) -> String {
        self.shared().key.clone()
    }

    /// Applies one edit as one undo step; an error is shown as a toast and returned.
    pub fn edit(&self, edit: Edit) -> Result<(), EditError> {
        self.edit_all(vec![edit])
    }

    /// Applies several edits as one undo step: all of them or, when one fails, none.
    pub fn edit_all(&self, edits: Vec<Edit>) -> Result<(), EditError> {
        self.shared_if_open()
            .map_or(Ok(()), |shared| shared.edit_all(&edits))
    }

    /// Sets a text while somebody types: keystrokes close together are one undo step.
    pub fn type_text(&self, field: TextField, text: String) -> Result<(), EditError> {
        self.shared_if_open()
            .map_or(Ok(()), |shared| shared.type_text(field, text))
    }

    /// Deletes softly and offers Undo in a toast ("Deleted step “Pays”").
    pub fn delete(&self, target: Target) {
        let Some(label) = label_of(&self.map(), &target) else {
            return;
        };
        let by = me::person().to_string();
        let edit = Edit::Delete {
            target: target.clone(),
            by,
            at: dom::unix_now(),
        };
        if self.edit(edit).is_ok() {
            toast::show_undo(String::from("Deleted ") + &label, vec![target]);
        }
    }

    /// Deletes several things softly as one undo step, with one offer to undo.
    pub fn delete_all(&self, mut targets: Vec<Target>) {
        if targets.len() == 1 {
            return self.delete(targets.remove(0));
        }
        let by = me::person().to_string();
        let at = dom::unix_now();
        let delete = |target: &Target| Edit::Delete {
            target: target.clone(),
            by: by.clone(),
            at,
        };
        let edits: Vec<Edit> = targets.iter().map(delete).collect();
        if !edits.is_empty() && self.edit_all(edits).is_ok() {
            toast::show_undo(format!("Deleted {} cards", targets.len()), targets);
        }
    }

    /// Random bits for a new id.
    pub fn random(&self) -> u128 {
        dom::random()
    }

    /// Undoes this person's last change.
    pub fn undo(&self) {
        self.take_step(true, "Undone", "Nothing to undo");
    }

    /// Redoes it.
    pub fn redo(&self) {
        self.take_step(false, "Redone", "Nothing to redo");
    }

    fn take_step(&self, back: bool, done: &str, nothing: &str) {
        if let Some(shared) = self.shared_if_open() {
            toast::announce(if shared.step(back) { done } else { nothing });
        }
    }

    pub fn can_undo(&self) -> Signal<bool> {
        self.shared().can_undo.clone().into()
    }
    pub fn can_redo(&self) -> Signal<bool> {
        self.shared().can_redo.clone().into()
    }

    /// Whether the map has arrived; before that everything reads as empty.
    pub fn loaded(&self) -> Signal<bool> {
        self.shared().loaded.clone().into()
    }
    /// Title, scope… of the map.
    pub fn frame(&self) -> Signal<Frame> {
        self.shared().signals.frame.clone().into()
    }
    /// Stages, columns, rows and cells. Wakes on structure and on cell membership.
    pub fn grid(&self) -> Signal<Arc<Grid>> {
        self.shared().signals.grid.clone().into()
    }
    /// The items of one cell, in order.
    pub fn cell(&self, cell: &CellId) -> Signal<Vec<Item>> {
        let shared = self.shared();
        let grid = &shared.signals.grid;
        let now = || grid.with_untracked(|grid| grid.cells.get(cell).cloned().unwrap_or_default());
        shared.signals.cells.get(&signals::cell_key_of(cell), now)
    }
    /// One stage; `None` once it is gone. The same for the others.
    pub fn stage(&self, id: &StageId) -> Signal<Option<Stage>> {
        self.thing(
            id.as_str(),
            |s| &s.stages,
            |map| &map.stages,
            |stage| stage.id.as_str(),
        )
    }
    pub fn step(&self, id: &StepId) -> Signal<Option<Step>> {
        self.thing(
            id.as_str(),
            |s| &s.steps,
            |map| &map.steps,
            |step| step.id.as_str(),
        )
    }
    pub fn lane(&self, id: &LaneId) -> Signal<Option<Lane>> {
        self.thing(
            id.as_str(),
            |s| &s.lanes,
            |map| &map.lanes,
            |lane| lane.id.as_str(),
        )
    }
    pub fn card(&self, id: &CardId) -> Signal<Option<Card>> {
        let shared = self.shared();
        shared.signals.cards.get(id.as_str(), || shared.card(id))
    }
    /// What a card says right now, found without looking at the others; not tracked.
    pub fn card_text(&self, id: &CardId) -> Option<String> {
        let card = self.shared_if_open()?.card(id)?;
        Some(card.text)
    }
    pub fn pain(&self, id: &PainId) -> Signal<Option<PainPoint>> {
        self.thing(
            id.as_str(),
            |s| &s.pains,
            |map| &map.pains,
            |pain| pain.id.as_str(),
        )
    }
    pub fn opportunity(&self, id: &OpportunityId) -> Signal<Option<Opportunity>> {
        self.thing(
            id.as_str(),
            |s| &s.opportunities,
            |map| &map.opportunities,
            |x| x.id.as_str(),
        )
    }
    pub fn metric(&self, id: &MetricId) -> Signal<Option<Metric>> {
        self.thing(
            id.as_str(),
            |s| &s.metrics,
            |map| &map.metrics,
            |metric| metric.id.as_str(),
        )
    }

    fn thing<T: Clone + PartialEq + Send + Sync + 'static>(
        &self,
        id: &str,
        registry: impl Fn(&signals::Signals) -> &signals::Registry<Option<T>>,
        things: impl Fn(&JourneyMap) -> &Vec<T>,
        of: impl Fn(&T) -> &str,
    ) -> Signal<Option<T>> {
        let shared = self.shared();
        registry(&shared.signals).get(id, || signals::find(things(&shared.map()), id, of))
    }

    /// All personas, in order.
    pub fn personas(&self) -> Signal<Vec<Persona>> {
        self.shared().signals.personas.clone().into()
    }
    /// The persona whose feelings are shown and edited here: the one that was asked for last,
    /// else the first.
    pub fn whose(&self) -> Signal<Option<Persona>> {
        self.shared().signals.whose.clone().into()
    }
    /// Shows and edits the feelings of this persona from now on, in this page alone.
    pub fn show_feelings_of(&self, persona: Option<PersonaId>) {
        let shared = self.shared();
        shared.signals.want(&shared.map(), persona);
    }
    /// How the other personas feel, those who feel anything.
    pub fn others(&self) -> Signal<Vec<(Persona, Feelings)>> {
        self.shared().signals.others.clone().into()
    }
    /// How that persona feels at each column's step (`None`: not set), in column order.
    pub fn emotions(&self) -> Signal<Feelings> {
        self.shared().signals.emotions.clone().into()
    }
    /// The connections between steps, in order.
    pub fn connectors(&self) -> Signal<Vec<Connector>> {
        self.shared().signals.connectors.clone().into()
    }
    /// The groups of cards, in the order they were made.
    pub fn groups(&self) -> Signal<Vec<Group>> {
        self.shared().signals.groups.clone().into()
    }
    /// The patterns on that line.
    pub fn rhythm(&self) -> Signal<Rhythm> {
        self.shared().signals.rhythm.clone().into()
    }
    /// Rank of a pain point from 1 (worst), if it has all three numbers.
    pub fn pain_rank(&self, id: &PainId) -> Signal<Option<u32>> {
        let shared = self.shared();
        shared
            .signals
            .ranks
            .get(id.as_str(), || signals::rank_of(&shared.map(), id))
    }
    /// What people chose for a scalar, where they disagree; empty where they do not.
    pub fn choices(&self, field: &ScalarField) -> Signal<Vec<Choice>> {
        let shared = self.shared();
        shared.signals.choices.get(&field.key(), || {
            let map = shared.map();
            map.choices.get(field).cloned().unwrap_or_default()
        })
    }
    /// Whether people disagree about anything on the map.
    pub fn is_disputed(&self) -> Signal<bool> {
        self.shared().signals.disputed.clone().into()
    }
    /// Counts up with every change of the map, whatever it is about.
    pub fn revision(&self) -> Signal<u64> {
        self.shared().signals.revision.clone().into()
    }
    /// How much is on the map.
    pub fn counts(&self) -> Signal<Counts> {
        self.shared().signals.counts.clone().into()
    }

    /// What others changed last.
    pub fn heard(&self) -> Signal<Arc<News>> {
        self.shared().heard.clone().into()
    }

    /// What this person may do.
    pub fn may(&self) -> Signal<May> {
        self.shared().may.clone().into()
    }
    /// The same now; everything on a page that is closing.
    pub fn may_now(&self) -> May {
        let shared = self.shared_if_open();
        shared.map_or_else(May::default, |shared| shared.may.get_untracked())
    }
    /// The role this person has, once the server has said so.
    pub fn role(&self) -> Signal<Option<Role>> {
        self.shared().role.clone().into()
    }

    /// What to tell about saving.
    pub fn save_state(&self) -> Signal<SaveState> {
        self.shared().save_state.clone().into()
    }
    /// What is not saved yet.
    pub fn pending(&self) -> Signal<Pending> {
        self.shared().pending.clone().into()
    }
    /// Everybody else who is here, in a stable order.
    pub fn people(&self) -> Signal<Vec<Person>> {
        self.shared().people.all.clone().into()
    }
    /// Who else is at a place: on a header, or in a cell or on something in it.
    pub fn people_at(&self, place: &Focus) -> Signal<Vec<Person>> {
        self.shared().people.at(place)
    }
    /// Where I am, as others see it.
    pub fn focus(&self) -> Signal<Option<Focus>> {
        self.shared().focus.clone().into()
    }
    /// Tells others where I am.
    pub fn set_focus(&self, focus: Option<Focus>) {
        let _ = self.inner.try_with_value(|inner| {
            let changed = inner.shared.focus_on(focus);
            if changed && !inner.tell_focus.is_set() {
                inner.tell_focus.set(FOCUS_MS);
            }
        });
    }
    /// Tells others since when I am away from the keyboard, in milliseconds since the Unix
    /// epoch; `None` when I am at it.
    pub fn set_idle(&self, since: Option<u64>) {
        if let Some(shared) = self.shared_if_open() {
            shared.set_idle(since);
        }
    }
    /// Tells others my name and colour again, after they changed.
    pub fn tell_presence(&self) {
        if let Some(shared) = self.shared_if_open() {
            shared.tell_presence();
        }
    }

    /// Shows a line at the bottom.
    pub fn toast(&self, text: impl Into<String>) {
        toast::show(text);
    }
    /// Says something to screen readers, politely.
    pub fn announce(&self, text: impl Into<String>) {
        toast::announce(text);
    }
}

/// The key of an item in [`Focus::Item`].
pub fn item_key(item: &Item) -> String {
    match item {
        Item::Card(id) => format!("card-{id}"),
        Item::Pain(id) => format!("pain-{id}"),
        Item::Opportunity(id) => format!("opportunity-{id}"),
        Item::Metric(id) => format!("metric-{id}"),
    }
}
