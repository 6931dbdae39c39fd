//! One chosen thing among many, where each asks only about itself.

use std::hash::Hash;

use leptos::prelude::*;
use leptos::reactive::computed::Selector;

/// A signal of at most one chosen thing. Choosing another wakes only the views of
/// these two, however many there are.
pub(crate) struct Which<T: Clone + Eq + Hash + Send + Sync + 'static> {
    chosen: RwSignal<Option<T>>,
    selector: StoredValue<Selector<Option<T>>>,
}

impl<T: Clone + Eq + Hash + Send + Sync + 'static> Clone for Which<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Clone + Eq + Hash + Send + Sync + 'static> Copy for Which<T> {}

impl<T: Clone + Eq + Hash + Send + Sync + 'static> Which<T> {
    pub(crate) fn new() -> Self {
        let chosen = RwSignal::new(None);
        let selector = StoredValue::new(Selector::new(move || chosen.get()));
        Self { chosen, selector }
    }

    /// Whether this one is chosen; tracked.
    pub(crate) fn is(&self, thing: &T) -> bool {
        let selector = self.selector.try_with_value(Clone::clone);
        selector.is_some_and(|selector| selector.selected(&Some(thing.clone())))
    }

    /// Whether this one is chosen right now; not tracked.
    pub(crate) fn is_now(&self, thing: &T) -> bool {
        self.chosen
            .try_with_untracked(|chosen| chosen.as_ref() == Some(thing))
            .unwrap_or(false)
    }

    /// The chosen one right now; not tracked.
    pub(crate) fn now(&self) -> Option<T> {
        self.chosen.try_get_untracked().flatten()
    }

    /// The chosen one; tracked.
    pub(crate) fn get(&self) -> Option<T> {
        self.chosen.get()
    }

    pub(crate) fn set(&self, thing: Option<T>) {
        if self.now() != thing {
            self.chosen.set(thing);
        }
    }
}
