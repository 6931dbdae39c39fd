//! How large and how close together things are: a person's own choice, in this browser.
//!
//! The table is scaled by the browser's layout (CSS `zoom`) and not by a transform: text
//! stays crisp, sticky headers stick, and what a pointer hits is where it is seen.

use leptos::prelude::*;
use web_sys::Element;

use super::board::Board;
use super::focus;
use crate::dom;

/// What one step of zooming leads to, in percent.
const LEVELS: [u16; 11] = [50, 60, 70, 80, 90, 100, 110, 125, 150, 175, 200];
const LEAST: u16 = LEVELS[0];
const MOST: u16 = LEVELS[LEVELS.len() - 1];
const NORMAL: u16 = 100;
/// The table's margin to each side, as in the style sheet.
const MARGIN: f64 = 16.0;

const ZOOM: &str = "waymark.zoom";
const DENSITY: &str = "waymark.density";

/// Zoom and density.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    zoom: RwSignal<u16>,
    compact: RwSignal<bool>,
}

impl Look {
    pub(crate) fn new() -> Self {
        let zoom = dom::remembered(ZOOM).and_then(|zoom| zoom.parse().ok());
        Self {
            zoom: RwSignal::new(zoom.unwrap_or(NORMAL).clamp(LEAST, MOST)),
            compact: RwSignal::new(dom::remembered(DENSITY).as_deref() == Some("compact")),
        }
    }

    /// In percent; tracked.
    pub(crate) fn zoom(&self) -> u16 {
        self.zoom.get()
    }

    /// Whether things are close together; tracked.
    pub(crate) fn is_compact(&self) -> bool {
        self.compact.get()
    }

    /// Whether one can still zoom in, or out; tracked.
    pub(crate) fn can_zoom(&self, closer: bool) -> bool {
        next(self.zoom.get(), closer).is_some()
    }
}

/// The level after this one, if there is one.
fn next(zoom: u16, closer: bool) -> Option<u16> {
    if closer {
        LEVELS.into_iter().find(|level| *level > zoom)
    } else {
        LEVELS.into_iter().rev().find(|level| *level < zoom)
    }
}

/// The zoom at which something `wide` at 100 % fits.
fn fitting(wide: f64, room: f64) -> u16 {
    let percent = ((room - 2.0 * MARGIN) / wide.max(1.0) * 100.0).floor();
    (percent.clamp(f64::from(LEAST), f64::from(MOST))) as u16
}

impl Board {
    /// One level closer or further.
    pub(crate) fn zoom_by(&self, closer: bool) {
        if let Some(zoom) = next(self.look.zoom.get_untracked(), closer) {
            self.zoom_to(zoom);
        }
    }

    pub(crate) fn zoom_to_normal(&self) {
        self.zoom_to(NORMAL);
    }

    /// As close as all steps still fit beside each other.
    pub(crate) fn zoom_to_fit(&self) {
        let Some((board, table)) = scroller().and_then(|board| {
            let table = board.query_selector(".table").ok().flatten()?;
            Some((board, table))
        }) else {
            return;
        };
        let zoom = f64::from(self.look.zoom.get_untracked()) / 100.0;
        let wide = table.get_bounding_client_rect().width() / zoom;
        self.zoom_to(fitting(wide, f64::from(board.client_width())));
        board.set_scroll_left(0);
    }

    /// Zooms around the place that has focus, or the middle of what is seen.
    fn zoom_to(&self, zoom: u16) {
        if self.look.zoom.get_untracked() != zoom {
            let anchor = anchor();
            self.look.zoom.set(zoom);
            dom::remember(ZOOM, &zoom.to_string());
            keep_in_place(anchor);
        }
        self.popup.set(None);
        self.state.announce(format!("Zoom {zoom} %"));
    }

    /// Puts things closer together, or further apart.
    pub(crate) fn set_compact(&self, compact: bool) {
        let anchor = anchor();
        self.look.compact.set(compact);
        dom::remember(DENSITY, if compact { "compact" } else { "comfortable" });
        keep_in_place(anchor);
        self.state
            .announce(if compact { "Compact" } else { "Comfortable" });
    }
}

/// What scrolls.
fn scroller() -> Option<Element> {
    focus::root()?.query_selector(".board").ok().flatten()
}

/// Something that is seen, and where its corner is in the window.
type Anchor = Option<(Element, f64, f64)>;

fn anchor() -> Anchor {
    let board = scroller()?;
    let view = board.get_bounding_client_rect();
    let is_seen = |element: &Element| {
        let rect = element.get_bounding_client_rect();
        rect.bottom() > view.top()
            && rect.top() < view.bottom()
            && rect.right() > view.left()
            && rect.left() < view.right()
    };
    let active = dom::document().active_element();
    let focused = active
        .and_then(|active| active.closest("[data-spot]").ok().flatten())
        .filter(|place| board.contains(Some(place)) && is_seen(place));
    let place = focused.or_else(|| {
        let (x, y) = (
            f64::midpoint(view.left(), view.right()),
            f64::midpoint(view.top(), view.bottom()),
        );
        let middle = dom::document().element_from_point(x as f32, y as f32)?;
        middle.closest(".board [data-spot]").ok().flatten()
    })?;
    let rect = place.get_bounding_client_rect();
    Some((place, rect.left(), rect.top()))
}

/// Scrolls so that the anchor is where it was, once the new size is in the page.
fn keep_in_place(anchor: Anchor) {
    request_animation_frame(move || {
        let (Some((place, left, top)), Some(board)) = (anchor, scroller()) else {
            return;
        };
        let rect = place.get_bounding_client_rect();
        board.set_scroll_left(board.scroll_left() + (rect.left() - left) as i32);
        board.set_scroll_top(board.scroll_top() + (rect.top() - top) as i32);
    });
}

#[cfg(test)]
mod tests {
    use super::{fitting, next};

    #[test]
    fn levels_lead_from_any_zoom_to_the_next_and_end() {
        assert_eq!(next(100, true), Some(110));
        assert_eq!(next(100, false), Some(90));
        assert_eq!(next(83, true), Some(90), "a fitted zoom is between levels");
        assert_eq!(next(83, false), Some(80));
        assert_eq!((next(200, true), next(50, false)), (None, None));
    }

    #[test]
    fn a_map_that_fits_takes_the_room_beside_its_margins() {
        assert_eq!(fitting(1408.0, 1440.0), 100);
        assert_eq!(fitting(2816.0, 1440.0), 50);
        assert_eq!(
            fitting(100_000.0, 1440.0),
            50,
            "no smaller than can be read"
        );
        assert_eq!(fitting(0.0, 1440.0), 200);
    }
}
