//! How many open threads each thing of the map has, where each asks only about itself.

use std::collections::HashMap;
use std::hash::Hash;

use leptos::prelude::*;
use waymark_model::ids::StageId;
use waymark_model::talk::{Place, Places, Talk, Whereabouts};

use super::places;
use crate::grid::spot::Spot;

/// Counts by things: a signal for each that was asked about, so that a comment wakes only
/// what it is about.
struct Counts<T: Clone + Eq + Hash + Send + Sync + 'static> {
    now: StoredValue<HashMap<T, usize>>,
    each: StoredValue<HashMap<T, ArcRwSignal<usize>>>,
}

impl<T: Clone + Eq + Hash + Send + Sync + 'static> Clone for Counts<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Clone + Eq + Hash + Send + Sync + 'static> Copy for Counts<T> {}

impl<T: Clone + Eq + Hash + Send + Sync + 'static> Counts<T> {
    fn new() -> Self {
        Self {
            now: StoredValue::default(),
            each: StoredValue::default(),
        }
    }

    fn get(&self, thing: &T) -> usize {
        let now = self.now.try_with_value(|now| now.get(thing).copied());
        let now = now.flatten().unwrap_or(0);
        let signal = self.each.try_update_value(|each| {
            let new = || ArcRwSignal::new(now);
            each.entry(thing.clone()).or_insert_with(new).clone()
        });
        signal.map_or(0, |signal| signal.get())
    }

    fn set(&self, counts: HashMap<T, usize>) {
        let changed: Vec<(ArcRwSignal<usize>, usize)> = self.each.with_value(|each| {
            self.now.with_value(|old| {
                let things = old.keys().chain(counts.keys());
                things
                    .filter_map(|thing| {
                        let count = counts.get(thing).copied().unwrap_or(0);
                        let signal = each.get(thing)?;
                        (signal.get_untracked() != count).then(|| (signal.clone(), count))
                    })
                    .collect()
            })
        });
        self.now.set_value(counts);
        for (signal, count) in changed {
            signal.set(count);
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Marks {
    spots: Counts<Spot>,
    stages: Counts<StageId>,
}

impl Marks {
    pub(super) fn new() -> Self {
        Self {
            spots: Counts::new(),
            stages: Counts::new(),
        }
    }

    /// Counts anew.
    pub(super) fn show(&self, talk: &Talk, places: &Places) {
        let (mut spots, mut stages) = (HashMap::new(), HashMap::new());
        for thread in talk.threads.iter().filter(|thread| thread.is_open()) {
            let place: &Place = &thread.anchor.place;
            let Whereabouts::There { stage, .. } = places.find(place) else {
                continue;
            };
            if let Some(spot) = places::spot_of(place) {
                *spots.entry(spot).or_insert(0) += 1;
            }
            if let Some(stage) = stage {
                *stages.entry(stage).or_insert(0) += 1;
            }
        }
        self.spots.set(spots);
        self.stages.set(stages);
    }
}

impl super::Talking {
    /// How many open threads are about a place, in a stage about anything in it; tracked.
    pub(crate) fn count(&self, spot: &Spot) -> usize {
        match spot {
            Spot::Stage(stage) => self.marks.stages.get(stage),
            other => self.marks.spots.get(other),
        }
    }
}
