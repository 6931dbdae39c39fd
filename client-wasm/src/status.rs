//! The save state in words, and what is behind it.

use leptos::prelude::*;
use waymark_sync::{SaveState, Timestamp};

use crate::dom::{self, Timer};
use crate::icon::Icon;
use crate::panels::popover::Popover;
use crate::state::{MapState, Pending};

/// Saved is shown after this many quiet milliseconds: while somebody types, the words
/// would blink otherwise. Waiting is honest, the other way round would not be.
const SETTLE_MS: f64 = 250.0;

/// How a state looks: a word for machines, an icon (or none: a dot) and words for people.
struct Look {
    state: &'static str,
    icon: Option<&'static str>,
    words: String,
}

fn look(state: &SaveState) -> Look {
    let (state, icon, words) = match state {
        SaveState::Loading => ("loading", None, "Opening…".to_owned()),
        SaveState::Saving => ("saving", None, "Saving…".to_owned()),
        SaveState::Saved => ("saved", None, "Saved".to_owned()),
        SaveState::Reconnecting { unsaved: 0 } => {
            ("reconnecting", None, "Reconnecting…".to_owned())
        }
        SaveState::Reconnecting { unsaved } => (
            "reconnecting",
            None,
            format!("Reconnecting… · {}", changes(*unsaved)),
        ),
        SaveState::Offline { unsaved: 0, .. } => {
            ("offline", Some("cloud-off"), "Offline".to_owned())
        }
        SaveState::Offline { unsaved, .. } => (
            "offline",
            Some("cloud-off"),
            format!("Offline · {} on this page", changes(*unsaved)),
        ),
        SaveState::Unavailable { unsaved: 0, .. } => (
            "unavailable",
            Some("triangle-alert"),
            "Map unavailable".to_owned(),
        ),
        SaveState::Unavailable { unsaved, .. } => (
            "unavailable",
            Some("triangle-alert"),
            format!("Map unavailable · {} on this page", changes(*unsaved)),
        ),
        SaveState::NotSaving { reason } => (
            "not-saving",
            Some("triangle-alert"),
            format!("Not saving: {reason}"),
        ),
        SaveState::Closed { .. } => ("closed", Some("triangle-alert"), "Closed".to_owned()),
    };
    Look { state, icon, words }
}

fn changes(count: usize) -> String {
    if count == 1 {
        "1 change".to_owned()
    } else {
        format!("{count} changes")
    }
}

/// The one quiet place in the top bar; a click says more.
#[component]
pub fn SaveStatus() -> impl IntoView {
    let map = expect_context::<MapState>();
    let shown = settled(map.save_state());
    let button = ViewFn::from(move || {
        let state = move || shown.with(|state| look(state).state);
        let icon = move || shown.with(|state| look(state).icon);
        view! {
            <span class="save-state" data-state=state>
                {move || match icon() {
                    Some(name) => view! { <Icon name=name /> }.into_any(),
                    None => view! { <i class="dot"></i> }.into_any(),
                }}
                <span class="save-words">{move || shown.with(|state| look(state).words)}</span>
            </span>
        }
    });
    let open = RwSignal::new(false);
    view! {
        <Popover id="save-details" label="Saving" class="save-button" button=button open=open>
            <Details open=open />
        </Popover>
        // What is in a button is only its name: the words are told from beside it.
        <span class="sr-only" role="status">{move || shown.with(|state| look(state).words)}</span>
    }
}

/// The state, except that Saved must last for a moment before it is believed.
fn settled(state: Signal<SaveState>) -> Signal<SaveState> {
    let shown = RwSignal::new(state.get_untracked());
    let timer = StoredValue::new_local(Timer::new(move || {
        if let (Some(state), Some(SaveState::Saving)) =
            (state.try_get_untracked(), shown.try_get_untracked())
        {
            shown.set(state);
        }
    }));
    Effect::new(move || {
        let state = state.get();
        let was_saving = shown.with_untracked(|shown| *shown == SaveState::Saving);
        if state == SaveState::Saved && was_saving {
            timer.with_value(|timer| timer.set(SETTLE_MS));
        } else {
            timer.with_value(Timer::cancel);
            shown.set(state);
        }
    });
    shown.into()
}

/// What is behind the words, read only while somebody looks: it changes with every letter.
#[component]
fn Details(open: RwSignal<bool>) -> impl IntoView {
    let map = expect_context::<MapState>();
    let (state, all) = (map.save_state(), map.pending());
    let pending = Memo::new(move |_| {
        if open.get() {
            all.get()
        } else {
            Pending::default()
        }
    });
    let since = move || match pending.with(|pending| pending.since) {
        0 => None,
        since => Some(format!(
            "The first of them was made at {}.",
            dom::clock(since)
        )),
    };
    let list = move || {
        pending.with(|pending| {
            let line = |(kind, count): &(&'static str, usize)| match count {
                1 => view! { <li>{*kind}</li> }.into_any(),
                count => view! { <li>{format!("{kind} × {count}")}</li> }.into_any(),
            };
            pending.kinds.iter().map(line).collect_view()
        })
    };
    view! {
        <div class="save-details">
            <p>{move || explain(&state.get(), &pending.get())}</p>
            <Show when=move || pending.with(|pending| pending.updates > 0)>
                <ul>{list}</ul>
                <p class="quiet">{since}</p>
            </Show>
        </div>
    }
}

fn explain(state: &SaveState, pending: &Pending) -> String {
    let waiting = match pending.updates {
        0 => "Nothing is waiting to be saved.",
        _ => "Not saved yet:",
    };
    match state {
        SaveState::Loading => "The map is on its way.".to_owned(),
        SaveState::Saved => {
            "Every change is stored on the server, safe from a power cut.".to_owned()
        }
        SaveState::Saving => {
            "Changes are on their way to the server's disk. Not saved yet:".to_owned()
        }
        SaveState::Reconnecting { .. } => {
            format!(
                "The connection broke and is being tried again. You can go on editing. {waiting}"
            )
        }
        SaveState::Offline { since, .. } => {
            format!(
                "No connection since {}. You can go on editing; changes stay on this page and are sent when the \
                 connection returns. Keep the page open until then. {waiting}",
                dom::clock(unix_ms(*since))
            )
        }
        SaveState::Unavailable { since, .. } => {
            format!(
                "The server has not been able to open this map since {}; it keeps trying, and its log says why. You can \
                 go on editing; changes stay on this page and are sent when it works again. Keep the page open until then. \
                 {waiting}",
                dom::clock(unix_ms(*since))
            )
        }
        SaveState::NotSaving { reason } => {
            format!(
                "The server cannot store changes right now ({reason}). It keeps trying. {waiting}"
            )
        }
        SaveState::Closed { reason } => reason.clone(),
    }
}

/// A moment of the page's own clock.
fn unix_ms(at: Timestamp) -> u64 {
    (dom::unix_now() as f64 - (dom::now() - at.0 as f64)) as u64
}
