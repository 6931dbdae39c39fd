//! What is computed from the whole map follows its changes at a walking pace.

use leptos::prelude::*;

use crate::dom::Timer;
use crate::state::MapState;

/// How long changes gather, in milliseconds.
const GATHER_MS: f64 = 250.0;

/// Counts up a moment after the map changed, however often it did, while it is `wanted`.
pub(crate) fn lull(state: MapState, wanted: Signal<bool>) -> RwSignal<u32> {
    let count = RwSignal::new(0_u32);
    let timer = Timer::new(move || {
        let _ = count.try_update(|count| *count = count.wrapping_add(1));
    });
    let revision = state.revision();
    Effect::new(move |seen: Option<u64>| {
        let seen = seen.unwrap_or_default();
        if !wanted.get() {
            return seen;
        }
        let now = revision.get();
        if now != seen && !timer.is_set() {
            timer.set(GATHER_MS);
        }
        now
    });
    count
}
