//! Rows that stay under the headers while one scrolls: where each sticks.
//!
//! The headers are as high as their words, and so are the rows. Both are measured
//! whenever they change: `--stick` on a row that is `stuck` is its place for the style sheet,
//! and the board's scroll padding keeps clear of all of it. That is no property that parts
//! inherit: changing one makes a browser look at every card again.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, HtmlElement, ResizeObserver};

use super::board::Board;
use super::focus::ROOT;
use crate::dom::{Frame, document};

/// How much of the board pinned rows may take; those that do not fit scroll away.
const MOST: f64 = 0.45;
/// What is left between them and what has focus, in CSS pixels.
const CLEAR: f64 = 12.0;

struct Observer {
    observer: ResizeObserver,
    _run: Closure<dyn FnMut()>,
    measure: Frame,
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Keeps the places right as long as the view that calls this is there.
pub(crate) fn watch(board: Board) {
    let measure = std::rc::Rc::new(measure as fn());
    let frame = {
        let measure = std::rc::Rc::clone(&measure);
        Frame::new(move || measure())
    };
    let run = Closure::<dyn FnMut()>::new(move || measure());
    let Ok(observer) = ResizeObserver::new(run.as_ref().unchecked_ref()) else {
        return;
    };
    let hand = StoredValue::new_local(Observer {
        observer,
        _run: run,
        measure: frame,
    });
    // Which rows there are, and which of them are pinned, is the map's business.
    Effect::new(move |_| {
        board.narrow.track();
        board.layout.track();
        // Read, not only tracked: a memo that nobody reads never wakes anybody.
        board.pinned.with(|_| ());
        hand.with_value(|hand| {
            hand.observer.disconnect();
            for part in all(".board, .head, .row.pinned") {
                hand.observer.observe(&part);
            }
            hand.measure.request();
        });
    });
}

fn all(selector: &str) -> Vec<Element> {
    let Some(root) = document().get_element_by_id(ROOT) else {
        return Vec::new();
    };
    let Ok(found) = root.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.get(index)?.dyn_into().ok())
        .collect()
}

fn measure() {
    let height = |part: &Element| part.get_bounding_client_rect().height();
    let one = |selector| all(selector).pop()?.dyn_into::<HtmlElement>().ok();
    let (Some(board), Some(header)) = (one(".board"), one(".head")) else {
        return;
    };
    let head = height(&header);
    let room = height(&board) * MOST;
    let rows: Vec<HtmlElement> = all(".row.pinned")
        .into_iter()
        .filter_map(|row| row.dyn_into().ok())
        .collect();
    let heights: Vec<f64> = rows.iter().map(|row| height(row)).collect();
    // The table may be zoomed: places in it are in pixels of its own.
    let own = f64::from(header.offset_height());
    let zoom = if own > 0.0 { head / own } else { 1.0 };
    let mut taken = 0.0;
    for (row, height) in rows.iter().zip(heights) {
        let fits = taken + height <= room;
        let _ = row.class_list().toggle_with_force("stuck", fits);
        if fits {
            let place = (head + taken) / zoom;
            let _ = row.style().set_property("--stick", &format!("{place}px"));
            taken += height;
        }
    }
    let clear = format!("{}px", head + taken + CLEAR);
    let style = board.style();
    if style.get_property_value("scroll-padding-top").as_deref() != Ok(&clear) {
        let _ = style.set_property("scroll-padding-top", &clear);
    }
}
