//! What all parts of the grid share: what is edited, drafted, open and being moved.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::prelude::*;
use waymark_model::Grid;
use waymark_model::edit::{Target, TextField};
use waymark_model::grid::{CellId, Item, Span};
use waymark_model::ids::{CardId, LaneId};
use waymark_model::vocabulary::LaneKind;

use super::clipboard::Clipboard;
use super::columns::Columns;
use super::commands::Chords;
use super::curve::Tip;
use super::drafts::Draft;
use super::drag::Carried;
use super::drawer::Drawer;
use super::filters::Filters;
use super::find::Finder;
use super::focus::Memory;
use super::follow::Follow;
use super::groups::Groups;
use super::handles::Handles;
use super::lens::Lens;
use super::look::Look;
use super::moves::Moved;
use super::outline::Outline;
use super::popup::Popup;
use super::roving;
use super::selection::Selection;
use super::spot::Spot;
use super::which::Which;
use super::window::{self, Window};
use crate::state::MapState;
use crate::talk::Talking;

/// What a lane holds besides cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Cards,
    /// The curve: the first emotion lane.
    Curve,
    /// The map's pain points: the first lane for them.
    Pains,
    /// The map's opportunities, likewise.
    Opportunities,
}

/// The handle all parts of the grid hold. `Copy`: hand it around freely.
#[derive(Clone, Copy)]
pub(crate) struct Board {
    pub(crate) state: MapState,
    /// Stages, steps and lanes laid out.
    pub(crate) layout: Signal<Arc<Grid>>,
    pub(crate) columns: Columns,
    /// The cards that cover several steps. Every cell asks, and few changes concern them.
    pub(crate) spans: Memo<HashMap<CardId, Span>>,
    /// How many of them lie above what else is in a cell.
    pub(crate) bands: Memo<HashMap<CellId, usize>>,
    /// The text being edited, by the place it belongs to.
    pub(crate) editing: Which<Spot>,
    /// The cell with a draft; the draft itself is beside it.
    pub(crate) drafting: Which<CellId>,
    pub(crate) draft: RwSignal<Option<Draft>>,
    pub(crate) popup: RwSignal<Option<Popup>>,
    pub(crate) carried: RwSignal<Option<Carried>>,
    /// What that is, wherever it is just now: each card asks.
    pub(crate) lifted: Memo<Option<Moved>>,
    pub(crate) drawer: Drawer,
    /// The items that are chosen together.
    pub(crate) selection: Selection,
    pub(crate) clipboard: Clipboard,
    pub(crate) groups: Groups,
    pub(crate) lanes: Memo<Arc<HashMap<LaneId, (LaneKind, Role)>>>,
    /// The lanes that stay under the headers.
    pub(crate) pinned: Memo<Vec<LaneId>>,
    /// The view that the address asks for.
    pub(crate) lens: Memo<Lens>,
    pub(crate) outline: Outline,
    /// Whether there is only room for the phone's view of the grid.
    pub(crate) narrow: RwSignal<bool>,
    /// The step the phone and the story show.
    pub(crate) shown: RwSignal<Option<waymark_model::ids::StepId>>,
    /// What is searched for, and what was found.
    pub(crate) find: Finder,
    /// How large and how close together things are.
    pub(crate) look: Look,
    /// What of the map is asked for.
    pub(crate) filters: Filters,
    /// Whose rule is shown on the curve.
    pub(crate) tip: RwSignal<Option<Tip>>,
    /// Whom one follows.
    pub(crate) follow: Follow,
    /// What is at hand, and so has its buttons.
    pub(crate) handles: Handles,
    /// What is said about the map.
    pub(crate) talk: Talking,
    /// Which cells of a large map are drawn.
    pub(crate) window: Window,
    /// The heights that the rows of a large map are expected to need.
    pub(crate) rooms: Memo<HashMap<LaneId, f64>>,
    pub(super) memory: StoredValue<Memory, LocalStorage>,
    /// Whether a letter typed on a cell starts a card (off: letters are commands there too).
    typing: RwSignal<bool>,
    chords: StoredValue<Chords, LocalStorage>,
}

/// Where the browser keeps [`Board::typing_starts`].
const TYPING: &str = "waymark.typing";

impl Board {
    pub(crate) fn new(state: MapState) -> Self {
        let (whole, filters, groups) = (state.grid(), Filters::new(state), Groups::new(state));
        let layout: Signal<Arc<Grid>> =
            Memo::new(move |_| groups.of(state, filters.of(state, whole.get()))).into();
        let carried = RwSignal::new(None::<Carried>);
        let lifted = move |carried: &Option<Carried>| Some(carried.as_ref()?.moved.clone());
        let lanes = Memo::new(move |_| Arc::new(roles(state, &layout.get())));
        Self {
            state,
            layout,
            columns: Columns::new(layout),
            spans: Memo::new(move |_| layout.with(|grid| grid.spans.clone())),
            bands: Memo::new(move |_| layout.with(|grid| grid.bands.clone())),
            editing: Which::new(),
            drafting: Which::new(),
            draft: RwSignal::new(None),
            popup: RwSignal::new(None),
            carried,
            lifted: Memo::new(move |_| carried.with(lifted)),
            drawer: Drawer::new(),
            selection: Selection::new(),
            clipboard: Clipboard::new(),
            groups,
            lanes,
            rooms: window::rooms(state, layout, lanes),
            pinned: Memo::new(move |_| pinned(state, &layout.get())),
            lens: Lens::here(),
            outline: Outline::new(),
            narrow: RwSignal::new(false),
            shown: RwSignal::new(None),
            find: Finder::new(state),
            look: Look::new(),
            filters,
            tip: RwSignal::new(None),
            follow: Follow::new(state),
            handles: Handles::new(),
            talk: Talking::new(state),
            window: Window::new(layout),
            memory: StoredValue::new_local(Memory::default()),
            typing: RwSignal::new(crate::dom::remembered(TYPING).as_deref() != Some("off")),
            chords: StoredValue::new_local(Chords::default()),
        }
    }

    /// The board of the view this is called in.
    pub(crate) fn here() -> Self {
        expect_context()
    }

    /// The keys pressed just now.
    pub(crate) fn chords(&self) -> Chords {
        self.chords.try_get_value().unwrap_or_default()
    }

    /// Whether a letter typed on a cell starts a card; not tracked.
    pub(crate) fn typing_starts(&self) -> bool {
        self.typing.get_untracked()
    }

    /// Switches that, in this browser.
    pub(crate) fn set_typing_starts(&self, on: bool) {
        self.typing.set(on);
        crate::dom::remember(TYPING, if on { "on" } else { "off" });
        self.state.announce(if on {
            "Typing on a cell starts a card"
        } else {
            "Letters are commands on a cell"
        });
    }

    /// Whether the phone's view is shown; not tracked.
    pub(crate) fn is_narrow(&self) -> bool {
        self.narrow.get_untracked()
    }

    /// The layout right now; not tracked.
    pub(crate) fn grid(&self) -> Arc<Grid> {
        self.layout.get_untracked()
    }

    /// What a lane holds right now; not tracked.
    pub(crate) fn role(&self, lane: &LaneId) -> Role {
        self.lanes
            .with_untracked(|lanes| lanes.get(lane).map_or(Role::Cards, |(_, role)| *role))
    }

    /// A lane's kind right now; not tracked.
    pub(crate) fn kind(&self, lane: &LaneId) -> LaneKind {
        self.lanes
            .with_untracked(|lanes| lanes.get(lane).map_or(LaneKind::Custom, |(kind, _)| *kind))
    }

    /// What an item says right now; `None` when it is not in the map. Not tracked.
    pub(crate) fn text_of(&self, item: &Item) -> Option<String> {
        let map = self.state.map();
        match item {
            Item::Card(id) => self.state.card_text(id),
            Item::Pain(id) => map
                .pains
                .iter()
                .find(|pain| pain.id == *id)
                .map(|pain| pain.text.clone()),
            Item::Opportunity(id) => map
                .opportunities
                .iter()
                .find(|o| o.id == *id)
                .map(|o| o.title.clone()),
            Item::Metric(id) => map
                .metrics
                .iter()
                .find(|metric| metric.id == *id)
                .map(|metric| metric.name.clone()),
        }
    }

    /// The cell an item is in, a draft included.
    pub(crate) fn cell_of(&self, item: &Item) -> Option<CellId> {
        self.draft_of(item)
            .map(|draft| draft.cell)
            .or_else(|| roving::cell_of(&self.grid(), item))
    }

    /// Deletes what is at a place, with an offer to undo, and goes to what was beside it.
    pub(crate) fn delete(&self, spot: &Spot) {
        if let Spot::Item(item) = spot
            && self.selection.has_now(item)
        {
            self.delete_items(&self.chosen());
            return;
        }
        let Some(target) = target_of(spot) else {
            return;
        };
        let next = self.beside(spot);
        self.popup.set(None);
        self.editing.set(None);
        self.state.delete(target);
        if let Some(next) = next {
            self.settle(next, false);
        }
    }

    /// Where focus goes when a place is deleted: the next thing of its kind, the one
    /// before, or what it was in.
    pub(super) fn beside(&self, spot: &Spot) -> Option<Spot> {
        let grid = self.grid();
        match spot {
            Spot::Item(item) => {
                let cell = roving::cell_of(&grid, item)?;
                let items = grid.cells.get(&cell)?;
                let at = items.iter().position(|other| other == item)?;
                let next = items.get(at + 1).or_else(|| items.get(at.checked_sub(1)?));
                Some(next.cloned().map_or(Spot::Cell(cell), Spot::Item))
            }
            Spot::Step(id) => {
                let at = grid
                    .columns
                    .iter()
                    .position(|column| column.step.as_ref() == Some(id))?;
                let stage = &grid.columns[at].stage;
                let others = grid.columns[at + 1..]
                    .iter()
                    .chain(grid.columns[..at].iter().rev());
                let next = others
                    .filter(|column| column.stage == *stage)
                    .find_map(|column| column.step.clone());
                Some(next.map_or_else(|| Spot::Gap(stage.clone()), Spot::Step))
            }
            Spot::Stage(id) => {
                let at = grid.stages.iter().position(|span| span.stage == *id)?;
                let next = grid
                    .stages
                    .get(at + 1)
                    .or_else(|| grid.stages.get(at.checked_sub(1)?));
                next.map(|span| Spot::Stage(span.stage.clone()))
            }
            Spot::Lane(id) => {
                let at = grid.rows.iter().position(|lane| lane == id)?;
                let next = grid
                    .rows
                    .get(at + 1)
                    .or_else(|| grid.rows.get(at.checked_sub(1)?));
                next.cloned().map(Spot::Lane)
            }
            Spot::Gap(_) | Spot::Cell(_) | Spot::Point(_) => None,
        }
    }
}

/// The text at a place, if it has one that people edit.
pub(crate) fn text_field(spot: &Spot) -> Option<TextField> {
    Some(match spot {
        Spot::Stage(id) => TextField::StageTitle(id.clone()),
        Spot::Step(id) => TextField::StepTitle(id.clone()),
        Spot::Lane(id) => TextField::LaneTitle(id.clone()),
        Spot::Item(Item::Card(id)) => TextField::CardText(id.clone()),
        Spot::Item(Item::Pain(id)) => TextField::PainText(id.clone()),
        Spot::Item(Item::Opportunity(id)) => TextField::OpportunityTitle(id.clone()),
        Spot::Item(Item::Metric(_)) | Spot::Gap(_) | Spot::Cell(_) | Spot::Point(_) => return None,
    })
}

pub(crate) fn target_of(spot: &Spot) -> Option<Target> {
    Some(match spot {
        Spot::Stage(id) => Target::Stage(id.clone()),
        Spot::Step(id) => Target::Step(id.clone()),
        Spot::Lane(id) => Target::Lane(id.clone()),
        Spot::Item(Item::Card(id)) => Target::Card(id.clone()),
        Spot::Item(Item::Pain(id)) => Target::Pain(id.clone()),
        Spot::Item(Item::Opportunity(id)) => Target::Opportunity(id.clone()),
        Spot::Item(Item::Metric(_)) | Spot::Gap(_) | Spot::Cell(_) | Spot::Point(_) => return None,
    })
}

fn pinned(state: MapState, grid: &Grid) -> Vec<LaneId> {
    let is_pinned = |id: &&LaneId| {
        state
            .lane(id)
            .with(|lane| lane.as_ref().is_some_and(|lane| lane.pinned))
    };
    grid.rows.iter().filter(is_pinned).cloned().collect()
}

fn roles(state: MapState, grid: &Grid) -> HashMap<LaneId, (LaneKind, Role)> {
    let mut taken = Vec::new();
    let mut roles = HashMap::new();
    for id in &grid.rows {
        let kind = state
            .lane(id)
            .with(|lane| lane.as_ref().map_or(LaneKind::Custom, |lane| lane.kind));
        let special = match kind {
            LaneKind::Emotion => Role::Curve,
            LaneKind::PainPoints => Role::Pains,
            LaneKind::Opportunities => Role::Opportunities,
            _ => Role::Cards,
        };
        let role = if taken.contains(&kind) {
            Role::Cards
        } else {
            special
        };
        taken.push(kind);
        roles.insert(id.clone(), (kind, role));
    }
    roles
}
