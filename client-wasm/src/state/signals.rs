//! Signals keyed by id, and how a new reading of the map wakes only what it touches.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use leptos::prelude::*;
use waymark_model::diff::Change;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::{PainId, PersonaId, StepId};
use waymark_model::map::{
    Card, Connector, Frame, Group, Lane, Metric, News, Opportunity, PainPoint, Persona, Reader,
    Stage, Step,
};
use waymark_model::rhythm::{self, Rhythm};
use waymark_model::rich::Rich;
use waymark_model::scalar::Choice;
use waymark_model::{Grid, JourneyMap, ranking};

/// How long a signal outlives its thing, in milliseconds. A delete that is undone at
/// once finds the views of the thing still mounted, and they must wake again.
const LINGER_MS: f64 = 2_000.0;

/// One signal for each key that somebody asked for.
pub(super) struct Registry<T: 'static>(RefCell<BTreeMap<Box<str>, ArcRwSignal<T>>>);

impl<T> Default for Registry<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<T: Clone + PartialEq + Send + Sync> Registry<T> {
    /// The signal for `key`; made with `current` when nobody asked before.
    pub(super) fn get(&self, key: &str, current: impl FnOnce() -> T) -> Signal<T> {
        let mut signals = self.0.borrow_mut();
        if let Some(signal) = signals.get(key) {
            return signal.clone().into();
        }
        let signal = ArcRwSignal::new(current());
        signals.insert(key.into(), signal.clone());
        signal.into()
    }

    /// Sets what `key` says, if somebody asked for it and it differs.
    pub(super) fn set(&self, key: &str, value: impl FnOnce() -> T) {
        let signal = self.0.borrow().get(key).cloned();
        if let Some(signal) = signal {
            set_if_new(&signal, value());
        }
    }

    /// Sets every signal that somebody asked for.
    pub(super) fn set_all(&self, value: impl Fn(&str) -> T) {
        let signals: Vec<_> = self
            .0
            .borrow()
            .iter()
            .map(|(key, signal)| (key.clone(), signal.clone()))
            .collect();
        for (key, signal) in signals {
            set_if_new(&signal, value(&key));
        }
    }

    /// Forgets signals that say `nothing`.
    fn sweep(&self, nothing: &T) {
        self.0
            .borrow_mut()
            .retain(|_, signal| signal.with_untracked(|value| value != nothing));
    }
}

fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}

/// Everything the view can watch about the map itself.
#[derive(Default)]
pub(super) struct Signals {
    pub(super) frame: ArcRwSignal<Frame>,
    pub(super) grid: ArcRwSignal<Arc<Grid>>,
    pub(super) personas: ArcRwSignal<Vec<Persona>>,
    /// Whose feelings somebody here wants to see.
    wanted: RefCell<Option<PersonaId>>,
    /// Whose they see: that persona while it is there, else the first.
    pub(super) whose: ArcRwSignal<Option<Persona>>,
    /// How the others feel who feel anything.
    pub(super) others: ArcRwSignal<Vec<(Persona, Feelings)>>,
    pub(super) emotions: ArcRwSignal<Feelings>,
    pub(super) rhythm: ArcRwSignal<Rhythm>,
    pub(super) connectors: ArcRwSignal<Vec<Connector>>,
    pub(super) groups: ArcRwSignal<Vec<Group>>,
    pub(super) counts: ArcRwSignal<Counts>,
    pub(super) revision: ArcRwSignal<u64>,
    pub(super) choices: Registry<Vec<Choice>>,
    /// Whether there are any.
    pub(super) disputed: ArcRwSignal<bool>,
    pub(super) cells: Registry<Vec<Item>>,
    pub(super) stages: Registry<Option<Stage>>,
    pub(super) steps: Registry<Option<Step>>,
    pub(super) lanes: Registry<Option<Lane>>,
    pub(super) cards: Registry<Option<Card>>,
    pub(super) pains: Registry<Option<PainPoint>>,
    pub(super) opportunities: Registry<Option<Opportunity>>,
    pub(super) metrics: Registry<Option<Metric>>,
    pub(super) ranks: Registry<Option<u32>>,
    /// Rich texts, by the names of their roots, and whether they say anything.
    pub(super) details: Registry<Arc<Rich>>,
    pub(super) detailed: Registry<bool>,
    gone_at: Cell<f64>,
}

/// How each step feels to somebody (`None`: not set), in column order.
pub type Feelings = Vec<(StepId, Option<f64>)>;

/// How much is on the map, for its foot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Steps of all stages.
    pub steps: usize,
    /// Lanes.
    pub lanes: usize,
    /// Cards, pain points and opportunities.
    pub cards: usize,
    /// How many percent of what is claimed is backed by evidence, if anything is claimed.
    pub evidence: Option<u8>,
}

/// The key of a cell in a registry; ids hold no spaces.
pub(super) fn cell_key(lane: &str, step: &str) -> String {
    let mut key = String::with_capacity(lane.len() + step.len() + 1);
    key.push_str(lane);
    key.push(' ');
    key.push_str(step);
    key
}

/// The thing with this id, if it is there.
pub(super) fn find<T: Clone>(things: &[T], id: &str, of: impl Fn(&T) -> &str) -> Option<T> {
    things.iter().find(|thing| of(thing) == id).cloned()
}

impl Signals {
    /// Takes the first reading, before anything of the map is shown.
    pub(super) fn load(&self, map: &JourneyMap) {
        set_if_new(&self.frame, map.frame.clone());
        set_if_new(&self.personas, map.personas.clone());
        set_if_new(&self.connectors, map.connectors.clone());
        set_if_new(&self.groups, map.groups.clone());
        self.lay_out(map);
        self.feel(map);
        set_if_new(&self.counts, Counts::of(map));
        set_if_new(&self.disputed, !map.choices.is_empty());
    }

    /// Wakes what differs from the reading before.
    pub(super) fn apply(&self, reader: &Reader, news: &News, now: f64) {
        let map = reader.map();
        if now - self.gone_at.get() > LINGER_MS {
            self.gone_at.set(f64::INFINITY);
            self.sweep();
        }
        if !news.changes.is_empty() {
            self.revision.update(|revision| *revision += 1);
        }
        let (mut layout, mut emotions, mut ranks, mut counts) = (false, false, false, false);
        for change in &news.changes {
            match change {
                Change::Frame => set_if_new(&self.frame, map.frame.clone()),
                Change::Structure => (layout, emotions, ranks, counts) = (true, true, true, true),
                Change::Cells => (layout, ranks, counts) = (true, true, true),
                Change::Emotions => emotions = true,
                Change::Connectors => set_if_new(&self.connectors, map.connectors.clone()),
                Change::Groups => set_if_new(&self.groups, map.groups.clone()),
                Change::Persona(_) => {
                    set_if_new(&self.personas, map.personas.clone());
                    emotions = true;
                }
                Change::Stage(id) => self.set(
                    &self.stages,
                    &map.stages,
                    id.as_str(),
                    |x| x.id.as_str(),
                    now,
                ),
                Change::Step(id) => {
                    self.set(&self.steps, &map.steps, id.as_str(), |x| x.id.as_str(), now)
                }
                Change::Lane(id) => {
                    self.set(&self.lanes, &map.lanes, id.as_str(), |x| x.id.as_str(), now)
                }
                Change::Card(id) => {
                    let card = reader.card(id).cloned();
                    if card.is_none() {
                        self.gone_at.set(now);
                    }
                    self.cards.set(id.as_str(), || card);
                    counts = true;
                }
                Change::Pain(id) => {
                    self.set(&self.pains, &map.pains, id.as_str(), |x| x.id.as_str(), now);
                    (ranks, counts) = (true, true);
                }
                Change::Opportunity(id) => {
                    self.set(
                        &self.opportunities,
                        &map.opportunities,
                        id.as_str(),
                        |x| x.id.as_str(),
                        now,
                    );
                    counts = true;
                }
                Change::Choices(field) => self.choices.set(&field.key(), || {
                    map.choices.get(field).cloned().unwrap_or_default()
                }),
                Change::Metric(id) => self.set(
                    &self.metrics,
                    &map.metrics,
                    id.as_str(),
                    |x| x.id.as_str(),
                    now,
                ),
            }
        }
        set_if_new(&self.disputed, !map.choices.is_empty());
        match &news.cells {
            _ if !layout => {}
            Some(cells) => self.refill(reader, cells),
            None => self.lay_out(map),
        }
        if emotions {
            self.feel(map);
        }
        if ranks {
            self.rank(map);
        }
        if counts {
            set_if_new(&self.counts, Counts::of(map));
        }
    }

    fn set<T: Clone + PartialEq + Send + Sync + 'static>(
        &self,
        registry: &Registry<Option<T>>,
        things: &[T],
        id: &str,
        of: impl Fn(&T) -> &str,
        now: f64,
    ) {
        let thing = find(things, id, of);
        if thing.is_none() {
            self.gone_at.set(now);
        }
        registry.set(id, || thing);
    }

    fn lay_out(&self, map: &JourneyMap) {
        let grid = Arc::new(Grid::of(map));
        let by_key: HashMap<String, &Vec<Item>> = grid
            .cells
            .iter()
            .map(|(cell, items)| (cell_key_of(cell), items))
            .collect();
        self.cells.set_all(|key| {
            by_key
                .get(key)
                .map_or_else(Vec::new, |items| (*items).clone())
        });
        set_if_new(&self.grid, grid);
    }

    /// Lays out again the cells whose cards changed, and no other.
    fn refill(&self, reader: &Reader, cells: &BTreeSet<CellId>) {
        self.grid.update(|grid| {
            let grid = Arc::make_mut(grid);
            for cell in cells {
                grid.refill(cell, reader.cards_in(cell));
            }
        });
        for cell in cells {
            self.cells.set(&cell_key_of(cell), || {
                self.grid.with_untracked(|grid| grid.items(cell).to_vec())
            });
        }
    }

    /// Shows the feelings of somebody from now on.
    pub(super) fn want(&self, map: &JourneyMap, persona: Option<PersonaId>) {
        *self.wanted.borrow_mut() = persona;
        self.feel(map);
    }

    fn feel(&self, map: &JourneyMap) {
        let wanted = self.wanted.borrow().clone();
        let wanted = map
            .personas
            .iter()
            .find(|it| Some(&it.id) == wanted.as_ref());
        let whose = wanted.or(map.personas.first());
        let values = |whose: Option<&Persona>| -> Feelings {
            let value = |step: &StepId| {
                let key = (step.clone(), whose?.id.clone());
                map.emotions.get(&key).copied()
            };
            let steps = map.steps.iter();
            steps.map(|it| (it.id.clone(), value(&it.id))).collect()
        };
        let others = map.personas.iter().filter(|it| Some(*it) != whose);
        let others = others.map(|it| (it.clone(), values(Some(it))));
        let felt = others.filter(|(_, values)| values.iter().any(|(_, value)| value.is_some()));
        set_if_new(&self.whose, whose.cloned());
        set_if_new(&self.others, felt.collect());
        set_if_new(&self.emotions, values(whose));
        set_if_new(
            &self.rhythm,
            whose
                .map(|persona| rhythm::of(map, &persona.id))
                .unwrap_or_default(),
        );
    }

    fn rank(&self, map: &JourneyMap) {
        let ranks = ranking::pain_ranks(map);
        self.ranks.set_all(|key| {
            ranks
                .iter()
                .find(|(id, _)| id.as_str() == key)
                .map(|(_, rank)| *rank)
        });
    }

    fn sweep(&self) {
        self.stages.sweep(&None);
        self.steps.sweep(&None);
        self.lanes.sweep(&None);
        self.cards.sweep(&None);
        self.pains.sweep(&None);
        self.opportunities.sweep(&None);
        self.metrics.sweep(&None);
    }
}

/// The same for a cell's id.
pub(super) fn cell_key_of(cell: &CellId) -> String {
    cell_key(cell.lane.as_str(), cell.step.as_str())
}

/// Rank of one pain point.
pub(super) fn rank_of(map: &JourneyMap, id: &PainId) -> Option<u32> {
    ranking::pain_ranks(map)
        .into_iter()
        .find(|(other, _)| other == id)
        .map(|(_, rank)| rank)
}

impl Counts {
    fn of(map: &JourneyMap) -> Self {
        Self {
            steps: map.steps.len(),
            lanes: map.lanes.len(),
            cards: map.cards.len() + map.pains.len() + map.opportunities.len(),
            evidence: ranking::evidence_share(map).map(|share| (share * 100.0).round() as u8),
        }
    }
}
