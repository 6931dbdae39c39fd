//! Which cells of a large map are drawn: those near what is seen.
//!
//! Every cell has its box, its name and its place among rows and columns; only what is in
//! it waits until somebody comes near. A cell that is not drawn keeps the height that its
//! contents are expected to need, so that nothing jumps.

use std::collections::{HashMap, VecDeque};

use leptos::leptos_dom::helpers::request_animation_frame;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use waymark_model::grid::CellId;
use web_sys::js_sys::Array;
use web_sys::{
    DomRect, DomRectReadOnly, Element, IntersectionObserver, IntersectionObserverEntry,
    IntersectionObserverInit,
};

use super::focus::root;

/// Maps with no more cells and cards than this are drawn whole.
const SMALL: usize = 700;
/// How far around what is seen cells are drawn, in CSS pixels.
const MARGIN: &str = "300px 500px";
/// The columns and rows that are drawn at once when a map opens at its top left.
const FIRST_COLUMNS: usize = 9;
const FIRST_ROWS: usize = 9;
/// How many things are drawn, and how many taken away, in one frame.
const A_FRAME: usize = 40;

/// The cells of the table and which of them are drawn.
#[derive(Clone, Copy)]
pub(crate) struct Window(StoredValue<Inner, LocalStorage>);

#[derive(Default)]
struct Inner {
    observer: Option<Observer>,
    cells: HashMap<CellId, Entry>,
    /// How near the lanes and the steps are. Two lists are watched and not all cells: a
    /// browser looks at everything that is watched in every frame.
    lanes: HashMap<String, Reach>,
    steps: HashMap<String, Reach>,
    queue: VecDeque<CellId>,
    at_work: bool,
    /// The cell with the tab stop: it stays, wherever one scrolls.
    kept: Option<CellId>,
}

/// How near a lane or a step is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Far,
    Near,
    Seen,
}

struct Entry {
    near: ArcRwSignal<bool>,
    wanted: bool,
    weight: usize,
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

/// Whether a map is drawn only in part.
pub(crate) fn is_large(cells: usize, things: usize) -> bool {
    cells + things > SMALL
}

impl Inner {
    /// How near a cell is, if that is known.
    fn reach(&self, cell: &CellId) -> Option<Reach> {
        let lane = self.lanes.get(cell.lane.as_str())?;
        let step = self.steps.get(cell.step.as_str())?;
        Some(*lane.min(step))
    }

    /// Lines up the cells that came near or went away: what is seen comes first.
    fn want(&mut self) {
        let mut changed = Vec::new();
        for (cell, entry) in &self.cells {
            let Some(reach) = self.reach(cell) else {
                continue;
            };
            if (reach > Reach::Far) != entry.wanted {
                changed.push((reach, cell.clone()));
            }
        }
        for (reach, cell) in changed {
            if let Some(entry) = self.cells.get_mut(&cell) {
                entry.wanted = reach > Reach::Far;
            }
            if reach == Reach::Seen {
                self.queue.push_front(cell);
            } else {
                self.queue.push_back(cell);
            }
        }
    }
}

impl Window {
    pub(crate) fn new() -> Self {
        Self(StoredValue::new_local(Inner::default()))
    }

    /// Whether what is in a cell is drawn, from now on.
    pub(crate) fn enter(
        &self,
        cell: &CellId,
        column: usize,
        row: usize,
        weight: usize,
    ) -> ArcRwSignal<bool> {
        let is_first = column < FIRST_COLUMNS && row < FIRST_ROWS;
        let is_near = self
            .0
            .try_with_value(|inner| inner.reach(cell))
            .flatten()
            .map_or(is_first, |reach| reach > Reach::Far);
        let near = ArcRwSignal::new(is_near);
        let entry = Entry {
            near: near.clone(),
            wanted: is_near,
            weight: weight + 1,
        };
        let _ = self
            .0
            .try_update_value(|inner| inner.cells.insert(cell.clone(), entry));
        near
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
            if inner.cells.is_empty() {
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
        let near = self.0.try_with_value(|inner| {
            let entry = inner.cells.get(cell)?;
            Some(entry.near.clone())
        });
        let Some(near) = near.flatten().filter(|near| !near.get_untracked()) else {
            return false;
        };
        near.set(true);
        true
    }

    /// The cell with the tab stop stays, and the one before may go.
    pub(crate) fn keep(&self, cell: Option<&CellId>) {
        let key = cell.cloned();
        let changed = self.0.try_update_value(|inner| {
            if inner.kept == key {
                return false;
            }
            let before = std::mem::replace(&mut inner.kept, key);
            inner.queue.extend(before);
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
                if let Some(lane) = place.get_attribute("data-lane") {
                    let reach = reach(&entry, view.as_ref(), |place, view| {
                        place.bottom() > view.top() && place.top() < view.bottom()
                    });
                    inner.lanes.insert(lane, reach);
                } else if let Some(step) = place.get_attribute("data-step") {
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
        let mut changes = Vec::new();
        let _ = self.0.try_update_value(|inner| {
            let mut budget = A_FRAME;
            while budget > 0
                && let Some(key) = inner.queue.pop_front()
            {
                let Some(cell) = inner.cells.get(&key) else {
                    continue;
                };
                let stays = !cell.wanted && inner.kept.as_ref() == Some(&key);
                if cell.wanted != cell.near.get_untracked() && !stays {
                    changes.push((cell.near.clone(), cell.wanted));
                    budget = budget.saturating_sub(cell.weight);
                }
            }
        });
        for (near, wanted) in changes {
            near.set(wanted);
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

/// How high the contents of a cell are likely to be, in CSS pixels: for its box while they
/// are not drawn.
pub(crate) fn height<'a>(texts: impl Iterator<Item = &'a str>, flows: bool) -> f64 {
    const LINE: f64 = 17.0;
    const LETTERS: usize = 22;
    let lines = |text: &str| {
        let lines = text.split('\n');
        let lines = lines.map(|line| line.chars().count().div_ceil(LETTERS).max(1));
        lines.sum::<usize>() as f64
    };
    let around = if flows { 8.0 } else { 24.0 };
    let things: f64 = texts.map(|text| lines(text) * LINE + around).sum();
    things + 18.0 + 24.0
}

#[cfg(test)]
mod tests {
    use super::{height, is_large};

    #[test]
    fn small_maps_are_drawn_whole() {
        assert!(!is_large(14 * 9, 120));
        assert!(is_large(60 * 25, 3_000));
    }

    #[test]
    fn a_cell_with_more_to_say_is_expected_to_be_higher() {
        let short = height(["one"].into_iter(), false);
        let long = height(
            ["one and many more words than fit in a line"].into_iter(),
            false,
        );
        let two = height(["one", "two"].into_iter(), false);
        assert!(height([].into_iter(), false) < short && short < long && short < two);
    }
}
