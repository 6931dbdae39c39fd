//! Who else is on an open map, as the view sees them: each message about somebody wakes
//! only the places they left and came to.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;

use super::Focus;
use super::signals::Registry;
use crate::presence;

/// Idle for longer than this, somebody is away; in milliseconds.
const AWAY_MS: u64 = 600_000;
/// More people than this are not shown: nobody can overlook them, and names cost memory.
const MOST: usize = 500;

/// Somebody else on this map.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub client_id: u64,
    pub name: String,
    /// A CSS colour from the fixed palette.
    pub colour: String,
    pub focus: Option<Focus>,
    pub attention: Attention,
}

/// Whether somebody is at the keyboard. Times are milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// Here, and doing something.
    Here,
    /// Neither a key nor a pointer since then.
    Idle(u64),
    /// Not heard of since then: the connection is gone, theirs or mine.
    Unheard(u64),
}

impl Attention {
    /// In words, at a time: "idle 3 min", "away since 14:32"; nothing of whoever is here.
    /// `clock` writes a time of day.
    pub fn words(self, now: u64, clock: impl Fn(u64) -> String) -> Option<String> {
        match self {
            Self::Here => None,
            Self::Idle(since) if now.saturating_sub(since) < AWAY_MS => {
                let minutes = (now.saturating_sub(since) / 60_000).max(1);
                Some(format!("idle {minutes} min"))
            }
            Self::Idle(since) => Some(format!("away since {}", clock(since))),
            Self::Unheard(since) => Some(format!("last seen {}", clock(since))),
        }
    }
}

/// Everybody else, and who is at each place that is drawn.
#[derive(Default)]
pub(crate) struct People {
    /// What each said last, so that nothing is read twice.
    said: RefCell<BTreeMap<u64, (String, Option<Person>)>>,
    pub(super) all: ArcRwSignal<Vec<Person>>,
    at: Registry<Vec<Person>>,
}

impl People {
    /// Takes over who is here. Without a connection nobody leaves: they were here when they
    /// were last heard of, at `now`.
    pub(super) fn refresh(&self, told: &BTreeMap<u64, String>, connected: bool, now: u64) {
        let people = self.read(told, connected, now);
        let before = self.all.get_untracked();
        let mut changed = BTreeSet::new();
        let mut note = |person: &Person| changed.extend(person.focus.as_ref().map(place_key));
        let same = |all: &[Person], person: &Person| {
            let found = all.binary_search_by_key(&person.client_id, |other| other.client_id);
            found.is_ok_and(|at| all[at] == *person)
        };
        before
            .iter()
            .filter(|it| !same(&people, it))
            .for_each(&mut note);
        people
            .iter()
            .filter(|it| !same(&before, it))
            .for_each(&mut note);
        for key in &changed {
            self.at.set(key, || at_place(&people, key));
        }
        if before != people {
            self.all.set(people);
        }
    }

    fn read(&self, told: &BTreeMap<u64, String>, connected: bool, now: u64) -> Vec<Person> {
        let mut said = self.said.borrow_mut();
        for (id, (_, person)) in said.iter_mut() {
            if let Some(person) = person.as_mut().filter(|_| !connected)
                && !matches!(person.attention, Attention::Unheard(_))
            {
                person.attention = match person.attention {
                    Attention::Idle(since) => Attention::Unheard(since),
                    _ => Attention::Unheard(now),
                };
            } else if connected && !told.contains_key(id) {
                *person = None;
            }
        }
        if connected {
            said.retain(|id, _| told.contains_key(id));
            for (id, json) in told.iter().take(MOST) {
                let is_known = said.get(id).is_some_and(|(before, person)| {
                    let unheard = |it: &Person| matches!(it.attention, Attention::Unheard(_));
                    before == json && !person.as_ref().is_some_and(unheard)
                });
                if !is_known {
                    said.insert(*id, (json.clone(), presence::read(*id, json, now)));
                }
            }
        }
        let people = said.values().filter_map(|(_, person)| person.clone());
        people.collect()
    }

    /// Who is at a place: a header, or a cell with all that is in it.
    pub(super) fn at(&self, place: &Focus) -> Signal<Vec<Person>> {
        let key = place_key(place);
        self.at.get(&key, || {
            self.all.with_untracked(|people| at_place(people, &key))
        })
    }
}

fn at_place(people: &[Person], key: &str) -> Vec<Person> {
    let is_here = |person: &&Person| {
        let place = person.focus.as_ref().map(place_key);
        place.as_deref() == Some(key)
    };
    people.iter().filter(is_here).cloned().collect()
}

/// The key of a place; ids hold neither spaces nor colons.
fn place_key(place: &Focus) -> String {
    match place {
        Focus::Cell(cell) | Focus::Item { cell, .. } => {
            super::signals::cell_key(&cell.lane, &cell.step)
        }
        Focus::Stage(id) => format!("stage:{id}"),
        Focus::Step(id) => format!("step:{id}"),
        Focus::Lane(id) => format!("lane:{id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::CellRef;

    fn told(people: &[(u64, &str, Option<Focus>)]) -> BTreeMap<u64, String> {
        let told = people
            .iter()
            .map(|(id, name, focus)| (*id, presence::write(name, 0, focus.as_ref(), None)));
        told.collect()
    }

    fn cell(lane: &str, step: &str) -> Focus {
        Focus::Cell(CellRef {
            lane: lane.to_owned(),
            step: step.to_owned(),
        })
    }

    #[test]
    fn only_the_places_somebody_left_and_came_to_change() {
        let people = People::default();
        let (here, there, quiet) = (cell("l", "a"), cell("l", "b"), Focus::Lane("l".to_owned()));
        let names = |place: &Focus| {
            let at = people.at(place).get_untracked();
            at.into_iter().map(|person| person.name).collect::<Vec<_>>()
        };
        let first = told(&[
            (1, "Ana", Some(here.clone())),
            (2, "Ben", Some(quiet.clone())),
        ]);
        people.refresh(&first, true, 0);
        assert_eq!(
            (names(&here), names(&quiet)),
            (vec!["Ana".to_owned()], vec!["Ben".to_owned()])
        );
        let moved = told(&[
            (1, "Ana", Some(there.clone())),
            (2, "Ben", Some(quiet.clone())),
        ]);
        people.refresh(&moved, true, 0);
        assert_eq!(
            (names(&here), names(&there)),
            (vec![], vec!["Ana".to_owned()])
        );
        assert_eq!(names(&quiet), ["Ben"]);
        people.refresh(&told(&[(2, "Ben", None)]), true, 0);
        assert_eq!((names(&there), names(&quiet)), (vec![], vec![]));
    }

    #[test]
    fn without_a_connection_people_stay_with_the_time_they_were_last_seen() {
        let people = People::default();
        people.refresh(&told(&[(1, "Ana", None)]), true, 1_000);
        people.refresh(&BTreeMap::new(), false, 2_000);
        people.refresh(&BTreeMap::new(), false, 9_000);
        let all = people.all.get_untracked();
        assert_eq!(all[0].attention, Attention::Unheard(2_000));
        people.refresh(&told(&[(1, "Ana", None)]), true, 10_000);
        assert_eq!(people.all.get_untracked()[0].attention, Attention::Here);
        people.refresh(&BTreeMap::new(), true, 11_000);
        assert!(people.all.get_untracked().is_empty());
    }

    #[test]
    fn idle_is_told_in_minutes_and_away_by_the_clock() {
        let clock = |_| "14:32".to_owned();
        assert_eq!(Attention::Here.words(0, clock), None);
        let idle = Attention::Idle(60_000);
        assert_eq!(idle.words(250_000, clock).as_deref(), Some("idle 3 min"));
        assert_eq!(idle.words(60_000, clock).as_deref(), Some("idle 1 min"));
        assert_eq!(
            idle.words(900_000, clock).as_deref(),
            Some("away since 14:32")
        );
        let unheard = Attention::Unheard(5).words(6, clock);
        assert_eq!(unheard.as_deref(), Some("last seen 14:32"));
    }
}
