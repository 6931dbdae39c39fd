//! Going to where somebody is, and following them: by stage, step, lane and card, so that
//! a phone and a wide screen, a grid and an outline show the same place. Following never
//! moves my focus or my selection, and ends or rests with the first thing I do myself.

use std::time::Duration;

use leptos::leptos_dom::helpers::{queue_microtask, request_animation_frame, set_timeout};
use leptos::prelude::*;

use super::board::Board;
use super::focus::{element, places_of, reveal};
use super::spot::Spot;
use crate::state::{Focus, MapState, Person};

/// How many frames to wait for a place that is about to be drawn.
const PATIENCE: u8 = 6;
/// Whoever comes back within this time was never gone, in milliseconds.
const GRACE_MS: u64 = 5_000;

/// Whom I follow, and whom I went to.
#[derive(Clone, Copy)]
pub(crate) struct Follow {
    state: MapState,
    /// Whom I follow, with the name they had.
    whom: RwSignal<Option<(u64, String)>>,
    /// I did something myself: their next move does not take me along.
    pub(crate) rests: RwSignal<bool>,
    /// Whom I went to just now, and have done nothing since.
    visited: RwSignal<Option<u64>>,
    /// Whom I followed or went to last.
    last: StoredValue<Option<u64>>,
    pub(crate) person: Memo<Option<Person>>,
}

impl Follow {
    pub(crate) fn new(state: MapState) -> Self {
        let whom = RwSignal::new(None::<(u64, String)>);
        let people = state.people();
        let person = Memo::new(move |_| {
            let (id, _) = whom.get()?;
            people.with(|people| people.iter().find(|person| person.client_id == id).cloned())
        });
        Self {
            state,
            whom,
            rests: RwSignal::new(false),
            visited: RwSignal::new(None),
            last: StoredValue::new(None),
            person,
        }
    }

    /// Whether I follow somebody; tracked.
    pub(crate) fn is_on(&self) -> bool {
        self.whom.with(Option::is_some)
    }

    /// The name of whom I follow; tracked.
    pub(crate) fn name(&self) -> Option<String> {
        self.whom
            .with(|whom| whom.as_ref().map(|(_, name)| name.clone()))
    }

    /// Whether I follow this person; tracked.
    pub(crate) fn is_of(&self, id: u64) -> bool {
        self.whom
            .with(|whom| whom.as_ref().is_some_and(|(other, _)| *other == id))
    }

    /// Whether I just went to this person; tracked.
    pub(crate) fn is_beside(&self, id: u64) -> bool {
        self.visited.get() == Some(id)
    }

    fn somebody(&self, id: u64) -> Option<Person> {
        let people = self.state.people();
        people.with_untracked(|people| people.iter().find(|it| it.client_id == id).cloned())
    }

    /// Whom "Follow" without a name means: the one before, or the only one there is.
    pub(crate) fn obvious(&self) -> Option<Person> {
        let last = self.last.get_value().and_then(|id| self.somebody(id));
        let people = self.state.people();
        last.or_else(|| {
            people.with_untracked(|people| match people.as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            })
        })
    }

    /// I did something in the map myself.
    pub(crate) fn note_own(&self) {
        if self.visited.with_untracked(Option::is_some) {
            self.visited.set(None);
        }
        if self.whom.with_untracked(Option::is_some) && !self.rests.get_untracked() {
            self.rests.set(true);
            self.state.announce("Following rests. F ends it.");
        }
    }
}

impl Board {
    /// Goes to where somebody is.
    pub(crate) fn go_to_person(&self, id: u64) {
        let Some(person) = self.follow.somebody(id) else {
            return;
        };
        self.follow.visited.set(Some(id));
        self.follow.last.set_value(Some(id));
        match &person.focus {
            Some(place) => self.visit(place),
            None => self.state.toast(format!(
                "{} is at no place of the map right now.",
                person.name
            )),
        }
    }

    /// Follows somebody from now on, or again.
    pub(crate) fn follow_person(&self, id: u64) {
        let Some(person) = self.follow.somebody(id) else {
            return;
        };
        self.follow.last.set_value(Some(id));
        self.follow.visited.set(None);
        self.follow.rests.set(false);
        self.state
            .announce(format!("Following {}. Escape ends it.", person.name));
        self.follow.whom.set(Some((id, person.name)));
        if let Some(place) = &person.focus {
            self.look_at(place);
        }
    }

    /// Follows nobody any more. Focus is where they were, if it was in the map or on what
    /// goes away now.
    pub(crate) fn stop_following(&self) {
        let Some(name) = untrack(|| self.follow.name()) else {
            return;
        };
        let place = self.follow.person.get_untracked().and_then(|it| it.focus);
        let rested = self.follow.rests.get_untracked();
        self.follow.whom.set(None);
        self.follow.visited.set(None);
        self.state.announce(format!("No longer following {name}"));
        if let Some(place) = place.filter(|_| !rested) {
            self.arrive(places_of(&place), |board, spot| board.settle(spot, false));
        } else if let Some(spot) = self.current() {
            self.settle(spot, false);
        }
    }

    /// Hides the rule that is shown on the curve; whether one was.
    pub(crate) fn hide_tip(&self) -> bool {
        let shown = self.tip.with_untracked(Option::is_some);
        if shown {
            self.tip.set(None);
        }
        shown
    }

    /// Whether nothing is edited, carried or open that Escape belongs to.
    pub(crate) fn is_idle(&self) -> bool {
        self.editing.now().is_none()
            && self.carried.with_untracked(Option::is_none)
            && self.popup.with_untracked(Option::is_none)
    }

    /// What a click on somebody does: go there; again: follow; once more: stop.
    pub(crate) fn meet(&self, id: u64) {
        if untrack(|| self.follow.is_of(id)) {
            self.stop_following();
        } else if untrack(|| self.follow.is_beside(id)) {
            self.follow_person(id);
        } else {
            self.go_to_person(id);
        }
    }

    /// Shows a place; focus stays where it is.
    fn look_at(&self, place: &Focus) {
        let spots = places_of(place);
        if let Some(spot) = spots.first() {
            self.turn_to(spot);
        }
        self.arrive(spots, |_, spot| {
            if let Some(place) = element(&spot) {
                reveal(&place);
            }
        });
    }

    /// Waits for the first of these places to be drawn, then for the others in turn.
    pub(crate) fn arrive(&self, spots: Vec<Spot>, then: fn(Self, Spot)) {
        let board = *self;
        queue_microtask(move || arrive(board, spots, PATIENCE, then));
    }
}

fn arrive(board: Board, mut spots: Vec<Spot>, patience: u8, then: fn(Board, Spot)) {
    let Some(spot) = spots.first().cloned() else {
        return;
    };
    if element(&spot).is_some() {
        then(board, spot);
    } else if patience > 0 {
        board.draw(&spot);
        request_animation_frame(move || arrive(board, spots, patience - 1, then));
    } else {
        spots.remove(0);
        arrive(board, spots, 1, then);
    }
}

/// Follows until the page is left.
pub(super) fn listen(board: Board) {
    let follow = board.follow;
    let place = Memo::new(move |_| follow.person.get().and_then(|person| person.focus));
    Effect::new(move |before: Option<()>| {
        let place = place.get();
        board.lens.track();
        board.narrow.track();
        if before.is_some()
            && !follow.rests.get_untracked()
            && let Some(place) = place
        {
            // After the view that was just chosen has gone to its own place.
            request_animation_frame(move || board.look_at(&place));
        }
    });
    let gone = Memo::new(move |_| {
        let (id, _) = follow.whom.get()?;
        follow.person.with(Option::is_none).then_some(id)
    });
    Effect::new(move |_| {
        let Some(id) = gone.get() else { return };
        let check = move || {
            if gone.try_get_untracked().flatten() == Some(id) {
                let name = untrack(|| follow.name()).unwrap_or_default();
                follow.whom.set(None);
                board
                    .state
                    .toast(format!("{name} left the map; you follow nobody now."));
            }
        };
        set_timeout(check, Duration::from_millis(GRACE_MS));
    });
}
