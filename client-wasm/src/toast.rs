//! Lines at the bottom that go away by themselves, and what screen readers are told.

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use waymark_model::edit::{Edit, Target};

use crate::dom::Timer;
use crate::icon::Icon;
use crate::state::MapState;

/// A line at the bottom that goes away by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    pub id: u64,
    pub text: String,
    /// Shown as a button "Undo" that restores these.
    pub restore: Vec<Target>,
}

/// How long a line stays, in milliseconds; pointing at it or focusing it makes it stay.
const SHOWN_MS: f64 = 12_000.0;
/// More lines than this push the oldest out.
const MOST: usize = 3;
/// Announcements this close together are read as one, in milliseconds.
const ANNOUNCE_MS: f64 = 400.0;

thread_local! {
    static TOASTS: ArcRwSignal<Vec<Toast>> = ArcRwSignal::default();
    static NEXT: Cell<u64> = const { Cell::new(0) };
    static SAID: ArcRwSignal<String> = ArcRwSignal::default();
    static TO_SAY: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static SAY: Timer = Timer::new(|| {
        let text = TO_SAY.take().join(". ");
        SAID.with(|said| said.set(text));
    });
}

fn toasts() -> ArcRwSignal<Vec<Toast>> {
    TOASTS.with(Clone::clone)
}

/// Shows a line.
pub fn show(text: impl Into<String>) {
    push(text.into(), Vec::new());
}

/// Shows a line with a button that restores what was deleted.
pub fn show_undo(text: String, restore: Vec<Target>) {
    push(text, restore);
}

fn push(text: String, restore: Vec<Target>) {
    let id = NEXT.replace(NEXT.get() + 1);
    toasts().update(|toasts| {
        toasts.retain(|toast| toast.text != text);
        toasts.push(Toast { id, text, restore });
        if toasts.len() > MOST {
            toasts.remove(0);
        }
    });
}

fn close(id: u64) {
    toasts().update(|toasts| toasts.retain(|toast| toast.id != id));
}

/// Says something to screen readers, politely, together with what else is said now.
pub fn announce(text: impl Into<String>) {
    TO_SAY.with_borrow_mut(|queue| queue.push(text.into()));
    SAY.with(|timer| timer.set(ANNOUNCE_MS));
}

/// The lines, and the region that screen readers listen to.
#[component]
pub fn Toasts() -> impl IntoView {
    let said = SAID.with(Clone::clone);
    view! {
        <div class="toasts" role="region" aria-label="Messages">
            <For each=move || toasts().get() key=|toast| toast.id let:toast>
                <ToastLine toast=toast />
            </For>
        </div>
        <div class="sr-only" aria-live="polite">{move || said.get()}</div>
    }
}

#[component]
fn ToastLine(toast: Toast) -> impl IntoView {
    let id = toast.id;
    let timer = StoredValue::new_local(Timer::new(move || close(id)));
    timer.with_value(|timer| timer.set(SHOWN_MS));
    let pause = move || timer.with_value(Timer::cancel);
    let resume = move || timer.with_value(|timer| timer.set(SHOWN_MS));
    let restore = toast.restore;
    let undo = use_context::<MapState>()
        .filter(|_| !restore.is_empty())
        .map(|map| {
            let restore = move |_| {
                let edits = restore.iter().cloned().map(Edit::Restore).collect();
                if map.edit_all(edits).is_ok() {
                    announce("Restored");
                }
                close(id);
            };
            view! { <button class="toast-undo" on:click=restore>"Undo"</button> }
        });
    view! {
        <div
            class="toast"
            role="status"
            on:pointerenter=move |_| pause()
            on:pointerleave=move |_| resume()
            on:focusin=move |_| pause()
            on:focusout=move |_| resume()
        >
            <span>{toast.text}</span>
            {undo}
            <button class="icon-button" aria-label="Close" on:click=move |_| close(id)>
                <Icon name="x" />
            </button>
        </div>
    }
}
