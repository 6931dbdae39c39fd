//! A finger that goes sideways turns to another step.

use leptos::prelude::*;
use web_sys::TouchEvent;

use super::super::board::Board;

/// How far a finger goes for the next step, in pixels.
const FAR: f64 = 64.0;

/// One finger on its way.
#[derive(Clone, Copy)]
pub(crate) struct Swipe {
    board: Board,
    from: StoredValue<Option<(f64, f64)>>,
}

impl Swipe {
    pub(crate) fn new(board: Board) -> Self {
        Self {
            board,
            from: StoredValue::new(None),
        }
    }

    pub(crate) fn start(&self, event: &TouchEvent) {
        let touches = event.touches();
        let touch = touches.get(0).filter(|_| touches.length() == 1);
        self.from.set_value(touch.map(|touch| at(&touch)));
    }

    /// How many steps further it turned: one, one back, or nothing.
    pub(crate) fn end(&self, event: &TouchEvent) -> Option<isize> {
        let from = self.from.get_value()?;
        let to = at(&event.changed_touches().get(0)?);
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let carrying = self.board.carried.with_untracked(Option::is_some);
        let turned = dx.abs() > FAR && dx.abs() > 2.0 * dy.abs();
        (turned && !carrying && self.board.editing.now().is_none()).then_some(if dx < 0.0 {
            1
        } else {
            -1
        })
    }
}

fn at(touch: &web_sys::Touch) -> (f64, f64) {
    (f64::from(touch.client_x()), f64::from(touch.client_y()))
}
