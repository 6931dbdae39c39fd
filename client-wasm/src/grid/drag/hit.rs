//! What is under the pointer, and the marks that show where a drop would land.

use leptos::leptos_dom::helpers::request_animation_frame;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use waymark_model::Grid;
use waymark_model::grid::{CellId, Item};
use web_sys::{DomRect, Element};

use super::super::board::{Board, Role};
use super::super::focus::{cell_element, element, root};
use super::super::moves::{Landing, Moved, steps_of};
use super::super::roving::cell_of;
use super::super::spot::{Spot, parse_cell};
use super::Carried;
use crate::dom::document;

/// Where something carried to this point would land.
pub(crate) fn landing(board: Board, moved: &Moved, x: f64, y: f64) -> Option<Landing> {
    let grid = board.grid();
    match moved {
        Moved::Item(_) | Moved::Group(..) => in_cell(board, &grid, moved.items(), x, y),
        Moved::Step(_) => between_steps(&grid, moved, x),
        Moved::Stage(id) => {
            let others = grid.stages.iter().filter(|span| span.stage != *id);
            let before = others
                .filter(|span| {
                    rect_of(&Spot::Stage(span.stage.clone()))
                        .is_some_and(|rect| middle_x(&rect) < x)
                })
                .count();
            Some(Landing::Stage { index: before })
        }
        Moved::Lane(id) => {
            let others = grid.rows.iter().filter(|lane| *lane != id);
            let before = others
                .filter(|lane| {
                    rect_of(&Spot::Lane((*lane).clone())).is_some_and(|rect| middle_y(&rect) < y)
                })
                .count();
            Some(Landing::Lane { index: before })
        }
    }
}

fn in_cell(board: Board, grid: &Grid, items: &[Item], x: f64, y: f64) -> Option<Landing> {
    #[expect(clippy::cast_possible_truncation, reason = "pixels")]
    let under = document().element_from_point(x as f32, y as f32)?;
    let cell = under.closest("[data-cell]").ok().flatten()?;
    let mut cell = parse_cell(&cell.get_attribute("data-cell")?)?;
    // A pain point or an opportunity stays in its lane: only the step is chosen.
    if let Some(item) = items.iter().find(|item| !matches!(item, Item::Card(_))) {
        cell.lane = cell_of(grid, item)?.lane;
    }
    let flows = board.role(&cell.lane) == Role::Curve
        || super::super::faces::Face::of(board.kind(&cell.lane)).flows();
    let before = |rect: &DomRect| {
        if flows {
            rect.bottom() < y || (rect.top() <= y && middle_x(rect) < x)
        } else {
            middle_y(rect) < y
        }
    };
    let index = others(grid, &cell, items)
        .iter()
        .filter(|spot| rect_of(spot).is_some_and(|rect| before(&rect)))
        .count();
    Some(Landing::Cell { cell, index })
}

fn others(grid: &Grid, cell: &CellId, items: &[Item]) -> Vec<Spot> {
    grid.cells
        .get(cell)
        .into_iter()
        .flatten()
        .filter(|other| !items.contains(other))
        .cloned()
        .map(Spot::Item)
        .collect()
}

fn between_steps(grid: &Grid, moved: &Moved, x: f64) -> Option<Landing> {
    let columns = grid.columns.iter().map(|column| {
        let spot = column
            .step
            .clone()
            .map_or_else(|| Spot::Gap(column.stage.clone()), Spot::Step);
        (column, spot)
    });
    let nearest = columns
        .filter_map(|(column, spot)| rect_of(&spot).map(|rect| (column, middle_x(&rect))))
        .min_by(|(_, a), (_, b)| (a - x).abs().total_cmp(&(b - x).abs()));
    let (column, middle) = nearest?;
    let steps: Vec<_> = steps_of(grid, &column.stage)
        .into_iter()
        .filter(|step| *moved != Moved::Step(step.clone()))
        .collect();
    let index = match &column.step {
        Some(step) => match steps.iter().position(|other| other == step) {
            Some(at) if x > middle => at + 1,
            Some(at) => at,
            // Over itself: where it is.
            None => return super::moves::here(grid, moved),
        },
        None => 0,
    };
    Some(Landing::Step {
        stage: column.stage.clone(),
        index,
    })
}

pub(crate) fn rect_of(spot: &Spot) -> Option<DomRect> {
    element(spot).map(|element| element.get_bounding_client_rect())
}

fn middle_x(rect: &DomRect) -> f64 {
    f64::midpoint(rect.left(), rect.right())
}

fn middle_y(rect: &DomRect) -> f64 {
    f64::midpoint(rect.top(), rect.bottom())
}

/// A line, in pixels of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Mark {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

/// Where to draw the line that shows a landing.
fn mark(board: Board, carried: &Carried) -> Option<Mark> {
    let grid = board.grid();
    match (&carried.moved, carried.landing.as_ref()?) {
        (Moved::Item(_) | Moved::Group(..), Landing::Cell { cell, index }) => {
            let others = others(&grid, cell, carried.moved.items());
            let flows = board.role(&cell.lane) == Role::Curve
                || super::super::faces::Face::of(board.kind(&cell.lane)).flows();
            let at = |rect: &DomRect, after: bool| {
                if flows {
                    Mark {
                        left: if after {
                            rect.right() + 1.0
                        } else {
                            rect.left() - 4.0
                        },
                        top: rect.top(),
                        width: 3.0,
                        height: rect.height(),
                    }
                } else {
                    Mark {
                        left: rect.left(),
                        top: if after {
                            rect.bottom() + 1.5
                        } else {
                            rect.top() - 4.5
                        },
                        width: rect.width(),
                        height: 3.0,
                    }
                }
            };
            if let Some(rect) = others.get(*index).and_then(rect_of) {
                return Some(at(&rect, false));
            }
            if let Some(rect) = others.last().and_then(rect_of) {
                return Some(at(&rect, true));
            }
            let items = cell_element(cell)?
                .query_selector(".items")
                .ok()
                .flatten()?;
            let rect = items.get_bounding_client_rect();
            Some(Mark {
                left: rect.left() + 8.0,
                top: rect.top() + 8.0,
                width: (rect.width() - 16.0).max(20.0),
                height: 3.0,
            })
        }
        (Moved::Step(id), Landing::Step { stage, index }) => {
            let steps: Vec<_> = steps_of(&grid, stage)
                .into_iter()
                .filter(|step| step != id)
                .collect();
            let spot = |step: &waymark_model::ids::StepId| Spot::Step(step.clone());
            let rect = steps
                .get(*index)
                .and_then(|step| rect_of(&spot(step)))
                .map(|rect| (rect.left(), rect));
            let rect = rect.or_else(|| {
                steps
                    .last()
                    .and_then(|step| rect_of(&spot(step)))
                    .map(|rect| (rect.right(), rect))
            });
            let (x, rect) = rect
                .or_else(|| rect_of(&Spot::Gap(stage.clone())).map(|rect| (rect.left(), rect)))?;
            Some(Mark {
                left: x - 2.0,
                top: rect.top(),
                width: 3.0,
                height: rect.height(),
            })
        }
        (Moved::Stage(id), Landing::Stage { index }) => {
            let others: Vec<_> = grid
                .stages
                .iter()
                .filter(|span| span.stage != *id)
                .map(|span| Spot::Stage(span.stage.clone()))
                .collect();
            let rect = others
                .get(*index)
                .and_then(rect_of)
                .map(|rect| (rect.left(), rect));
            let (x, rect) = rect.or_else(|| {
                others
                    .last()
                    .and_then(rect_of)
                    .map(|rect| (rect.right(), rect))
            })?;
            Some(Mark {
                left: x - 2.0,
                top: rect.top(),
                width: 3.0,
                height: rect.height(),
            })
        }
        (Moved::Lane(id), Landing::Lane { index }) => {
            let others: Vec<_> = grid
                .rows
                .iter()
                .filter(|lane| *lane != id)
                .map(|lane| Spot::Lane(lane.clone()))
                .collect();
            let rect = others
                .get(*index)
                .and_then(rect_of)
                .map(|rect| (rect.top(), rect));
            let (y, rect) = rect.or_else(|| {
                others
                    .last()
                    .and_then(rect_of)
                    .map(|rect| (rect.bottom(), rect))
            })?;
            let width = root().map_or(rect.width(), |root| {
                root.get_bounding_client_rect().right() - rect.left()
            });
            Some(Mark {
                left: rect.left(),
                top: y - 1.5,
                width,
                height: 3.0,
            })
        }
        _ => None,
    }
}

/// Scrolls the cell into view that something carried by keys would land in.
pub(crate) fn reveal_mark(board: Board) {
    request_animation_frame(move || {
        let mark = document()
            .query_selector(".drop-cell, .drop-mark")
            .ok()
            .flatten();
        if let Some(cell) = mark
            .and_then(|mark| mark.get_attribute("data-over"))
            .and_then(|key| parse_cell(&key))
            .as_ref()
            .and_then(cell_element)
        {
            super::super::focus::reveal(&cell);
            // The mark is where the cell was before.
            board.carried.notify();
        }
    });
}

/// The line between things that shows where a drop would land.
#[component]
pub(crate) fn DropMark() -> impl IntoView {
    let board = Board::here();
    let drawn = move || {
        let carried = board.carried.get()?;
        let mark = mark(board, &carried)?;
        let over = match &carried.landing {
            Some(Landing::Cell { cell, .. }) => Some(super::super::spot::cell_key(cell)),
            _ => None,
        };
        Some(view! {
            <div
                class="drop-mark"
                data-over=over
                style:left=format!("{}px", mark.left)
                style:top=format!("{}px", mark.top)
                style:width=format!("{}px", mark.width)
                style:height=format!("{}px", mark.height)
                aria-hidden="true"
            ></div>
        })
    };
    drawn.into_any()
}

/// What is carried, at the pointer.
#[component]
pub(crate) fn Ghost() -> impl IntoView {
    let board = Board::here();
    let drawn = move || {
        let carried = board.carried.get()?;
        let (x, y) = carried.pointer?;
        let class = match &carried.moved {
            Moved::Item(_) | Moved::Group(..) => {
                let first = carried.moved.items().first();
                let cell = first.and_then(|item| cell_of(&board.grid(), item));
                let kind = cell.map(|cell| board.kind(&cell.lane));
                kind.map_or("card face-paper", |kind| {
                    super::super::faces::Face::of(kind).class()
                })
            }
            _ => "card face-paper",
        };
        Some(view! {
            <div class=format!("ghost {class}") class:stacked=matches!(carried.moved, Moved::Group(..)) style:transform=format!("translate({x}px, {y}px)") aria-hidden="true">
                <p class="card-text">{carried.words}</p>
            </div>
        })
    };
    drawn.into_any()
}

/// The element that scrolls.
pub(crate) fn scroller() -> Option<Element> {
    root()?
        .query_selector(".board")
        .ok()
        .flatten()?
        .dyn_into()
        .ok()
}
