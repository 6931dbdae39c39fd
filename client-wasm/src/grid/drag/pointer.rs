//! Dragging by pointer: after a few pixels with a mouse, after a long press by touch.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use leptos::ev::PointerEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use super::super::board::Board;
use super::super::focus::root;
use super::super::moves::Moved;
use super::super::spot::Spot;
use super::{Carried, hit};
use crate::dom::{Frame, Listener, Timer, document};

/// How far a mouse goes before a press is a drag, in pixels.
const SLACK: f64 = 5.0;
/// How far a finger may shake during a long press.
const TOUCH_SLACK: f64 = 9.0;
/// How long a long press is, in milliseconds.
const LONG_PRESS_MS: f64 = 380.0;
/// How near an edge scrolls, and how fast at most, in pixels (a frame).
const EDGE: f64 = 56.0;
const FASTEST: f64 = 22.0;

#[derive(Clone, Debug)]
struct Press {
    moved: Moved,
    pointer: i32,
    touch: bool,
    start: (f64, f64),
    now: (f64, f64),
    dragging: bool,
}

/// The hand: what is pressed and whether it is dragged.
pub(crate) struct Hand {
    board: Board,
    press: RefCell<Option<Press>>,
    /// A drag just ended: the click that follows means nothing.
    spent: RefCell<bool>,
    long_press: Timer,
    scroll: Frame,
}

/// Starts listening for the grid; ends with the current owner.
pub(crate) fn listen(board: Board) -> StoredValue<Rc<Hand>, LocalStorage> {
    let hand = Rc::new_cyclic(|hand: &Weak<Hand>| {
        let (long, frame) = (hand.clone(), hand.clone());
        Hand {
            board,
            press: RefCell::new(None),
            spent: RefCell::new(false),
            long_press: Timer::new(move || with(&long, |hand| hand.on_long_press())),
            scroll: Frame::new(move || with(&frame, |hand| hand.on_frame())),
        }
    });
    let document = document();
    let weak = Rc::downgrade(&hand);
    let on = |event: &'static str, run: fn(&Hand, &web_sys::Event)| {
        let weak = weak.clone();
        Listener::new(&document, event, move |event| {
            with(&weak, |hand| run(hand, &event))
        })
    };
    let listeners = vec![
        on("pointermove", |hand, event| {
            hand.on_move(event.unchecked_ref())
        }),
        on("pointerup", |hand, event| hand.on_up(event.unchecked_ref())),
        on("pointercancel", |hand, _| hand.cancel()),
        on("keydown", |hand, event| hand.on_key(event.unchecked_ref())),
    ];
    StoredValue::new_local(listeners);
    StoredValue::new_local(hand)
}

fn with(hand: &Weak<Hand>, run: impl FnOnce(&Hand)) {
    if let Some(hand) = hand.upgrade() {
        run(&hand);
    }
}

impl Hand {
    /// A press somewhere in the grid.
    pub(crate) fn on_down(&self, event: &PointerEvent) {
        *self.spent.borrow_mut() = false;
        if event.button() != 0 || !event.is_primary() {
            return;
        }
        let Some(target) = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
        else {
            return;
        };
        let near = |selector| target.closest(selector).ok().flatten();
        let spot = |place: Element| Spot::parse(&place.get_attribute("data-spot")?);
        // The head of a stack is a button, and the handle of all its cards.
        let moved = match near("[data-group]") {
            Some(head) => Spot::parse(&head.get_attribute("data-group").unwrap_or_default())
                .and_then(|lead| self.board.group_at(&lead)),
            None if near("button, input, textarea, select, a, [data-action]").is_some() => None,
            None => near("[data-spot]")
                .and_then(spot)
                .and_then(|spot| Moved::at(&spot)),
        };
        let Some(moved) = moved else { return };
        if self.board.editing.is_now(&moved.spot()) || !self.board.may_change(&moved.spot()) {
            return;
        }
        let touch = event.pointer_type() != "mouse";
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        *self.press.borrow_mut() = Some(Press {
            moved,
            pointer: event.pointer_id(),
            touch,
            start: at,
            now: at,
            dragging: false,
        });
        if touch {
            self.long_press.set(LONG_PRESS_MS);
        }
    }

    /// Whether the click now being handled only ends a drag.
    pub(crate) fn take_spent(&self) -> bool {
        std::mem::take(&mut *self.spent.borrow_mut())
    }

    /// Whether something is being dragged: scrolling by touch must wait then.
    pub(crate) fn is_dragging(&self) -> bool {
        self.press
            .borrow()
            .as_ref()
            .is_some_and(|press| press.dragging)
    }

    fn on_move(&self, event: &PointerEvent) {
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        let (start, lost) = {
            let mut press = self.press.borrow_mut();
            let Some(press) = press
                .as_mut()
                .filter(|press| press.pointer == event.pointer_id())
            else {
                return;
            };
            press.now = at;
            let far = (at.0 - press.start.0).hypot(at.1 - press.start.1);
            let start = !press.dragging && !press.touch && far > SLACK;
            let lost = !press.dragging && press.touch && far > TOUCH_SLACK;
            (start, lost)
        };
        if lost {
            // The finger scrolls.
            self.cancel();
            return;
        }
        if start {
            self.lift();
        }
        if self.is_dragging() {
            self.follow();
        }
    }

    fn on_long_press(&self) {
        if self.press.borrow().is_some() && !self.is_dragging() {
            self.lift();
            self.follow();
        }
    }

    fn lift(&self) {
        let moved = {
            let mut press = self.press.borrow_mut();
            let Some(press) = press.as_mut() else { return };
            press.dragging = true;
            press.moved.clone()
        };
        self.board.popup.set(None);
        let words = self.board.words_of(&moved);
        self.board.carried.set(Some(Carried {
            moved,
            landing: None,
            pointer: None,
            words,
        }));
        if let Some(root) = root() {
            let _ = root.class_list().add_1("carrying");
        }
        self.scroll.request();
    }

    fn follow(&self) {
        let Some(press) = self.press.borrow().clone() else {
            return;
        };
        let landing = hit::landing(self.board, &press.moved, press.now.0, press.now.1);
        self.board.carried.update(|carried| {
            if let Some(carried) = carried {
                carried.pointer = Some(press.now);
                carried.landing = landing;
            }
        });
    }

    /// Scrolls while the pointer is near an edge.
    fn on_frame(&self) {
        let Some(press) = self.press.borrow().clone().filter(|press| press.dragging) else {
            return;
        };
        if let Some(board) = hit::scroller() {
            let rect = board.get_bounding_client_rect();
            let dx = pull(press.now.0, rect.left(), rect.right());
            let dy = pull(press.now.1, rect.top(), rect.bottom());
            if dx != 0.0 || dy != 0.0 {
                board.scroll_by_with_x_and_y(dx, dy);
                self.follow();
            }
        }
        self.scroll.request();
    }

    fn on_up(&self, event: &PointerEvent) {
        self.long_press.cancel();
        let press = self
            .press
            .borrow_mut()
            .take_if(|press| press.pointer == event.pointer_id());
        let Some(press) = press.filter(|press| press.dragging) else {
            return;
        };
        *self.spent.borrow_mut() = true;
        self.lower();
        // Escape may have ended it before the button was released.
        let Some(carried) = self.board.carried.get_untracked() else {
            return;
        };
        self.board.carried.set(None);
        let landed = carried
            .landing
            .as_ref()
            .is_some_and(|landing| self.board.land(&press.moved, landing));
        if !landed {
            self.board.settle(press.moved.spot(), false);
        }
    }

    fn on_key(&self, event: &KeyboardEvent) {
        if event.key() == "Escape" && self.is_dragging() {
            event.prevent_default();
            event.stop_propagation();
            self.lower();
            *self.press.borrow_mut() = None;
            *self.spent.borrow_mut() = true;
            self.board.let_go();
        }
    }

    fn cancel(&self) {
        self.long_press.cancel();
        let press = self.press.borrow_mut().take();
        if press.is_some_and(|press| press.dragging) {
            self.lower();
            self.board.let_go();
        }
    }

    fn lower(&self) {
        if let Some(root) = root() {
            let _ = root.class_list().remove_1("carrying");
        }
    }
}

/// How much to scroll at this distance from the edges.
fn pull(at: f64, low: f64, high: f64) -> f64 {
    if at < low + EDGE {
        -FASTEST * ((low + EDGE - at) / EDGE).min(1.0)
    } else if at > high - EDGE {
        FASTEST * ((at - high + EDGE) / EDGE).min(1.0)
    } else {
        0.0
    }
}
