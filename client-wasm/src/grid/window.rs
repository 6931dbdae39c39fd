//! Which cells of a large map are in the page: those near what is seen.
//!
//! Every row is there with its header and keeps the height that its contents are expected to
//! need, so that nothing jumps; it holds the cells near what is seen, the one with focus and
//! those with cards that reach over several steps. The grid says how many rows and columns
//! there are, and each cell which one it is in, so that ears miss nothing; keys lead to
//! cells that are not there yet.

mod room;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use leptos::leptos_dom::helpers::request_animation_frame;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use waymark_model::Grid;
use waymark_model::grid::CellId;
use waymark_model::ids::{LaneId, StepId};
use web_sys::js_sys::Array;
use web_sys::{
    DomRect, DomRectReadOnly, Element, IntersectionObserver, IntersectionObserverEntry,
    IntersectionObserverInit,
};

use super::columns::Column;
use super::focus::root;

pub(crate) use self::room::rooms;

/// Maps with no more cells and cards than this are in the page whole.
const SMALL: usize = 700;
/// How far around what is seen cells are drawn, in CSS pixels.
const MARGIN: &str = "300px 500px";
/// The columns and rows that are drawn at once when a map opens at its top left.
const FIRST_COLUMNS: usize = 8;
const FIRST_ROWS: usize = 5;
/// How many things are drawn, and how many taken away, in one frame.
const A_FRAME: usize = 16;

/// The rows of the table and which of their cells are in the page.
#[derive(Clone, Copy)]
pub(crate) struct Window(StoredValue<Inner, LocalStorage>);

/// The steps at which a row has its cells in the page.
pub(crate) type Shown = ArcRwSignal<HashSet<StepId>>;

struct Inner {
    layout: Signal<Arc<Grid>>,
    observer: Option<Observer>,
    rows: HashMap<LaneId, Shown>,
    /// How near the lanes and the steps are. Two lists are watched and not all cells: a
    /// browser looks at everything that is watched in every frame.
    lanes: HashMap<LaneId, Reach>,
    steps: HashMap<StepId, Reach>,
    /// Cells to draw or to take away.
    queue: VecDeque<CellId>,
    at_work: bool,
    /// The cell with the tab stop: it stays, wherever one scrolls.
    kept: Option<CellId>,
    /// The cell that is about to get it.
    awaited: Option<CellId>,
}

/// How near a lane or a step is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Far,
    Near,
    Seen,
}

struct Observer {
    observer: IntersectionObserver,
    _run: Closure<dyn FnMut(Array)>,
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Whether a map of so many cells and cards is in the page only in part.
pub(crate) fn is_large(cells: usize, things: usize) -> bool {
    cells + things > SMALL
}

impl Inner {
    /// How near a cell is, if that is known.
    fn reach(&self, lane: &LaneId, step: &StepId) -> Option<Reach> {
        Some(*self.lanes.get(lane)?.min(self.steps.get(step)?))
    }

    fn stays(&self, cell: &CellId) -> bool {
        [&self.kept, &self.awaited]
            .into_iter()
            .any(|it| it.as_ref() == Some(cell))
    }

    /// Lines up the cells that came near or went away: what is seen comes first, from the
    /// left.
    fn want(&mut self) {
        let grid = self.layout.get_untracked();
        let steps = grid
            .columns
            .iter()
            .filter_map(|column| column.step.as_ref());
        let steps: Vec<&StepId> = steps.collect();
        let mut found = Vec::new();
        for (lane, shown) in &self.rows {
            let shown = shown.read_untracked();
            for (column, step) in steps.iter().enumerate() {
                let Some(reach) = self.reach(lane, step) else {
                    continue;
                };
                let cell = || CellId {
                    lane: lane.clone(),
                    step: (*step).clone(),
                };
                let differs = (reach > Reach::Far) != shown.contains(*step);
                if differs && !(reach == Reach::Far && self.stays(&cell())) {
                    found.push((Reverse(reach), column, cell()));
                }
            }
        }
        found.sort_unstable_by_key(|found| (found.0, found.1));
        self.queue = found.into_iter().map(|(_, _, cell)| cell).collect();
    }

    /// What there is time for in one frame, by rows: a step, and whether its cell comes.
    ///
    /// In a row with focus cells come and go one by one: a keyed list puts cells that stay
    /// in anew when several change before them, and they would lose focus.
    fn next(&mut self) -> Vec<(Shown, Vec<(StepId, bool)>)> {
        let grid = self.layout.get_untracked();
        let mut changes: HashMap<LaneId, Vec<(StepId, bool)>> = HashMap::new();
        let mut later = VecDeque::new();
        let mut budget = A_FRAME;
        while budget > 0
            && let Some(cell) = self.queue.pop_front()
        {
            let focus = [&self.kept, &self.awaited].into_iter().flatten();
            let is_careful = focus.into_iter().any(|it| it.lane == cell.lane);
            if is_careful && changes.contains_key(&cell.lane) {
                later.push_back(cell);
                continue;
            }
            let comes = self.reach(&cell.lane, &cell.step) > Some(Reach::Far);
            budget = budget.saturating_sub(grid.items(&cell).len() + 1);
            let CellId { lane, step } = cell;
            changes.entry(lane).or_default().push((step, comes));
        }
        later.append(&mut self.queue);
        self.queue = later;
        let rows = changes.into_iter();
        rows.filter_map(|(lane, steps)| Some((self.rows.get(&lane)?.clone(), steps)))
            .collect()
    }
}

impl Window {
    pub(crate) fn new(layout: Signal<Arc<Grid>>) -> Self {
        Self(StoredValue::new_local(Inner {
            layout,
            observer: None,
            rows: HashMap::new(),
            lanes: HashMap::new(),
            steps: HashMap::new(),
            queue: VecDeque::new(),
            at_work: false,
            kept: None,
            awaited: None,
        }))
    }

    /// Takes in a row that is about to be drawn: the steps at which its cells are, from now
    /// on. `None` in a small map, whose cells are all there. Not tracked.
    pub(crate) fn enter(&self, lane: &LaneId, things: usize) -> Option<Shown> {
        let shown = self.0.try_update_value(|inner| {
            let grid = inner.layout.get_untracked();
            if !is_large(grid.rows.len() * grid.columns.len(), things) {
                return None;
            }
            let row = grid.rows.iter().position(|row| row == lane)?;
            let steps = grid
                .columns
                .iter()
                .filter_map(|column| column.step.clone())
                .enumerate()
                .filter(|(column, step)| match inner.reach(lane, step) {
                    Some(reach) => reach > Reach::Far,
                    None => row < FIRST_ROWS && *column < FIRST_COLUMNS,
                });
            let shown = Shown::new(steps.map(|(_, step)| step).collect());
            inner.rows.insert(lane.clone(), shown.clone());
            Some(shown)
        });
        shown.flatten()
    }

    /// Forgets a row that is not drawn any more, unless the lane has been drawn anew since.
    pub(crate) fn leave(&self, lane: &LaneId, row: &Shown) {
        let _ = self.0.try_update_value(|inner| {
            if inner.rows.get(lane) == Some(row) {
                inner.rows.remove(lane);
            }
        });
    }

    /// Watches the lanes and the steps that are in the page now.
    pub(crate) fn watch(&self) {
        let Some(board) = root().and_then(|root| root.query_selector(".board").ok().flatten())
        else {
            return;
        };
        let window = *self;
        let _ = self.0.try_update_value(|inner| {
            let stale = inner.observer.as_ref().is_none_or(|old| {
                old.observer
                    .root()
                    .is_none_or(|root| !root.is_same_node(Some(&board)))
            });
            if stale {
                inner.observer = observer(window, &board);
            }
            let Some(Observer { observer, .. }) = &inner.observer else {
                return;
            };
            if inner.rows.is_empty() {
                return;
            }
            let Ok(places) = board.query_selector_all(".row[data-lane], .step[data-step]") else {
                return;
            };
            for index in 0..places.length() {
                if let Some(place) = places.get(index).and_then(|place| place.dyn_into().ok()) {
                    observer.observe(&place);
                }
            }
        });
    }

    /// Draws a cell, wherever it is; whether it was not drawn before.
    pub(crate) fn demand(&self, cell: &CellId) -> bool {
        let shown = self.0.try_update_value(|inner| {
            let shown = inner.rows.get(&cell.lane)?.clone();
            if shown.read_untracked().contains(&cell.step) {
                return None;
            }
            inner.awaited = Some(cell.clone());
            Some(shown)
        });
        let Some(shown) = shown.flatten() else {
            return false;
        };
        shown.update(|steps| {
            steps.insert(cell.step.clone());
        });
        true
    }

    /// The cell with the tab stop stays, and the one before may go.
    pub(crate) fn keep(&self, cell: Option<&CellId>) {
        let changed = self.0.try_update_value(|inner| {
            if inner.awaited.as_ref() == cell {
                inner.awaited = None;
            }
            if inner.kept.as_ref() == cell {
                return false;
            }
            inner.kept = cell.cloned();
            inner.want();
            !inner.queue.is_empty()
        });
        if changed == Some(true) {
            self.work_soon();
        }
    }

    fn note(&self, entries: &Array) {
        let view = root().map(|root| root.get_bounding_client_rect());
        let _ = self.0.try_update_value(|inner| {
            for entry in entries.iter() {
                let entry: IntersectionObserverEntry = entry.unchecked_into();
                let place = entry.target();
                // Another view is shown: it is as near as it was when this one comes back.
                if !place.is_connected() {
                    continue;
                }
                if let Some(lane) = place.get_attribute("data-lane").and_then(parsed) {
                    let reach = reach(&entry, view.as_ref(), |place, view| {
                        place.bottom() > view.top() && place.top() < view.bottom()
                    });
                    inner.lanes.insert(lane, reach);
                } else if let Some(step) = place.get_attribute("data-step").and_then(parsed) {
                    let reach = reach(&entry, view.as_ref(), |place, view| {
                        place.right() > view.left() && place.left() < view.right()
                    });
                    inner.steps.insert(step, reach);
                }
            }
            inner.want();
        });
        self.work();
    }

    /// Draws and takes away what there is time for, and goes on in the next frame.
    fn work(&self) {
        let changes = self.0.try_update_value(Inner::next).unwrap_or_default();
        for (shown, steps) in changes {
            shown.update(|shown| {
                for (step, comes) in steps {
                    if comes {
                        shown.insert(step);
                    } else {
                        shown.remove(&step);
                    }
                }
            });
        }
        let more = self.0.try_with_value(|inner| !inner.queue.is_empty());
        if more == Some(true) {
            self.work_soon();
        }
    }

    fn work_soon(&self) {
        let window = *self;
        let is_first = self
            .0
            .try_update_value(|inner| !std::mem::replace(&mut inner.at_work, true));
        if is_first == Some(true) {
            request_animation_frame(move || {
                let _ = window.0.try_update_value(|inner| inner.at_work = false);
                window.work();
            });
        }
    }
}

/// Of all columns those at which a row has a cell in the page. `reaches` says whether a card
/// at a step may be seen from elsewhere.
pub(crate) fn columns(
    all: Vec<Column>,
    shown: &HashSet<StepId>,
    reaches: impl Fn(&StepId) -> bool,
) -> Vec<Column> {
    let mut all = all;
    all.retain(|column| match column {
        Column::Step(step) => shown.contains(step) || reaches(step),
        Column::Gap(_) => true,
    });
    all
}

fn parsed<T: TryFrom<String>>(id: String) -> Option<T> {
    T::try_from(id).ok()
}

fn observer(window: Window, board: &Element) -> Option<Observer> {
    let run = Closure::<dyn FnMut(Array)>::new(move |entries: Array| window.note(&entries));
    let options = IntersectionObserverInit::new();
    options.set_root(Some(board));
    options.set_root_margin(MARGIN);
    let observer =
        IntersectionObserver::new_with_options(run.as_ref().unchecked_ref(), &options).ok()?;
    Some(Observer {
        observer,
        _run: run,
    })
}

/// How near a lane or a step is; `shares` says whether it and the view overlap.
fn reach(
    entry: &IntersectionObserverEntry,
    view: Option<&DomRect>,
    shares: impl Fn(&DomRectReadOnly, &DomRect) -> bool,
) -> Reach {
    if !entry.is_intersecting() {
        return Reach::Far;
    }
    if view.is_some_and(|view| shares(&entry.bounding_client_rect(), view)) {
        Reach::Seen
    } else {
        Reach::Near
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use waymark_model::ids::{StageId, StepId};

    use super::super::columns::Column;
    use super::{columns, is_large};

    #[test]
    fn small_maps_are_drawn_whole() {
        assert!(!is_large(14 * 9, 120));
        assert!(is_large(60 * 25, 3_000));
    }

    #[test]
    fn a_row_holds_what_is_near_what_reaches_out_and_the_columns_of_empty_stages() {
        let step = |id: &str| StepId::parse(id).unwrap();
        let gap = Column::Gap(StageId::parse("s").unwrap());
        let all = ["a", "b", "c"].map(|id| Column::Step(step(id)));
        let all = [all.to_vec(), vec![gap.clone()]].concat();
        let shown = HashSet::from([step("a")]);
        let found = columns(all, &shown, |id| *id == step("c"));
        let kept = [Column::Step(step("a")), Column::Step(step("c")), gap];
        assert_eq!(found, kept);
    }
}
