//! Threads in the order of the map, and going from one to another.

use std::collections::HashMap;

use leptos::leptos_dom::helpers::request_animation_frame;
use leptos::prelude::*;
use waymark_model::ids::{StageId, StepId};
use waymark_model::talk::{Place, Thread, Whereabouts};

use super::{Talking, View, places};
use crate::grid::spot::Spot;
use crate::grid::{Board, Role};

/// What threads are listed under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Heading {
    /// The map as a whole, and its lanes.
    Map,
    /// A stage, by its place among them.
    Stage(usize, StageId, String),
    /// What they are about is not on the map any more.
    Gone,
}

impl Heading {
    /// What it is called.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Map => "The whole map".to_owned(),
            Self::Stage(_, _, title) if title.trim().is_empty() => "Untitled stage".to_owned(),
            Self::Stage(_, _, title) => title.clone(),
            Self::Gone => "Not on the map any more".to_owned(),
        }
    }
}

impl Talking {
    /// Those threads under their headings, as the map has them; tracked.
    pub(crate) fn grouped(&self, threads: Vec<Thread>) -> Vec<(Heading, Vec<Thread>)> {
        let grid = self.state.grid().get();
        let map = self.state.map();
        let columns: HashMap<&StepId, usize> = grid
            .columns
            .iter()
            .enumerate()
            .filter_map(|(index, column)| Some((column.step.as_ref()?, index)))
            .collect();
        let mut placed: Vec<(Heading, usize, u64, Thread)> = threads
            .into_iter()
            .map(|thread| {
                let (heading, column) = match self.whereabouts(&thread) {
                    Whereabouts::Gone => (Heading::Gone, 0),
                    Whereabouts::There { stage: None, .. } => (Heading::Map, 0),
                    Whereabouts::There {
                        stage: Some(id),
                        step,
                    } => {
                        let at = map.stages.iter().position(|it| it.id == id).unwrap_or(0);
                        let title = map.stages.get(at).map(|it| it.title.clone());
                        // What is about the stage itself comes before its steps.
                        let column = step.and_then(|step| columns.get(&step).copied());
                        let column = column.map_or(0, |column| column + 1);
                        (Heading::Stage(at, id, title.unwrap_or_default()), column)
                    }
                };
                (heading, column, thread.begun.at, thread)
            })
            .collect();
        placed.sort_by(|a, b| (&a.0, a.1, a.2).cmp(&(&b.0, b.1, b.2)));
        let mut groups: Vec<(Heading, Vec<Thread>)> = Vec::new();
        for (heading, _, _, thread) in placed {
            match groups.last_mut() {
                Some((last, threads)) if *last == heading => threads.push(thread),
                _ => groups.push((heading, vec![thread])),
            }
        }
        groups
    }

    /// The threads about a place, the open ones first; tracked.
    pub(crate) fn about(&self, place: &Place) -> Vec<Thread> {
        let spot = places::spot_of(place);
        let mut threads: Vec<Thread> = self.talk.with(|talk| {
            let here = |it: &&Thread| match &spot {
                Some(spot) => places::spot_of(&it.anchor.place).as_ref() == Some(spot),
                None => it.anchor.place == *place,
            };
            talk.threads.iter().filter(here).cloned().collect()
        });
        threads.sort_by_key(|it| !it.is_open());
        threads
    }
}

impl Board {
    /// Opens one thread and shows what it is about.
    pub(crate) fn open_thread(&self, thread: &Thread) {
        self.make_room_for_talk();
        self.talk.show(View::Thread(thread.id.clone()));
        let there = untrack(|| self.talk.whereabouts(thread)) != Whereabouts::Gone;
        if let Some(spot) = places::spot_of(&thread.anchor.place).filter(|_| there) {
            let board = *self;
            // By then the map beside the panel has its width.
            request_animation_frame(move || board.show(spot));
        }
    }

    /// Opens what is said about a place, with room for more.
    pub(crate) fn comment_on(&self, spot: &Spot) {
        self.make_room_for_talk();
        self.talk.show(View::At(places::place_of(*self, spot)));
    }

    /// The same about a place that is not one of the map's own, such as some words.
    pub(crate) fn comment_at(&self, place: Place) {
        self.make_room_for_talk();
        self.talk.show(View::At(place));
    }

    /// The same about the whole map.
    pub(crate) fn comment_on_map(&self) {
        self.make_room_for_talk();
        self.talk.show(View::At(Place::Map {}));
    }

    /// Opens what was said at a place: the thread if it is one, else all of them.
    pub(crate) fn read_comments(&self, spot: &Spot) {
        // What is said about a feeling is marked in its cell.
        let point = match spot {
            Spot::Cell(cell) if self.role(&cell.lane) == Role::Curve => {
                Some(Spot::Point(cell.step.clone()))
            }
            _ => None,
        };
        let spot = point.as_ref().unwrap_or(spot);
        let stage = match spot {
            Spot::Stage(stage) => Some(stage.clone()),
            _ => None,
        };
        if stage.is_some() {
            // The mark of a stage counts all that is said in it.
            self.talk.filter.update(|filter| filter.stage = stage);
            self.make_room_for_talk();
            self.talk.show(View::List);
            return;
        }
        let place = places::place_of(*self, spot);
        let threads = untrack(|| self.talk.about(&place));
        let mut open = threads.iter().filter(|thread| thread.is_open());
        match (open.next(), open.next()) {
            (Some(only), None) => self.open_thread(only),
            _ => self.comment_on(spot),
        }
    }

    /// Opens the list of comments, or closes the panel.
    pub(crate) fn toggle_talk(&self) {
        if self.talk.view.with_untracked(|view| *view == View::Closed) {
            self.make_room_for_talk();
            self.talk.show(View::List);
        } else {
            self.close_talk();
        }
    }

    /// Opens who is asked to look at the map.
    pub(crate) fn open_reviews(&self) {
        self.make_room_for_talk();
        self.talk.show(View::Reviews);
    }

    /// Closes the panel; focus is back where it was in the map.
    pub(crate) fn close_talk(&self) {
        self.talk.show(View::Closed);
        if let Some(spot) = self.current() {
            self.settle(spot, false);
        }
    }

    /// Opens the next thread of the list, or the one before.
    pub(crate) fn next_thread(&self, back: bool) {
        let list: Vec<Thread> = untrack(|| {
            let groups = self.talk.grouped(self.talk.listed());
            groups
                .into_iter()
                .flat_map(|(_, threads)| threads)
                .collect()
        });
        let now = match self.talk.view.get_untracked() {
            View::Thread(id) => list.iter().position(|thread| thread.id == id),
            _ => None,
        };
        let count = list.len();
        let next = match (now, back) {
            (None, false) => 0,
            (None, true) => count.saturating_sub(1),
            (Some(at), false) => (at + 1) % count,
            (Some(at), true) => (at + count - 1) % count,
        };
        match list.get(next) {
            Some(thread) => self.open_thread(thread),
            None => self.state.announce("There is no comment to go to"),
        }
    }

    /// Only one panel has room beside the map.
    fn make_room_for_talk(&self) {
        self.popup.set(None);
        self.drawer.subject.set(None);
        if self.find.open.get_untracked() {
            self.close_find();
        }
    }
}
