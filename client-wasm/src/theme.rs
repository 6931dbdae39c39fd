//! Light, dark, or as the device says.

use leptos::prelude::*;

use crate::dom;
use crate::icon::Icon;

const KEY: &str = "waymark.theme";
const ATTRIBUTE: &str = "data-theme";
/// What is stored, the word shown, and its icon.
const CHOICES: [(&str, &str, &str); 3] = [
    ("auto", "Auto", "sun-moon"),
    ("light", "Light", "sun"),
    ("dark", "Dark", "moon"),
];

fn remembered() -> &'static str {
    let stored = dom::remembered(KEY).unwrap_or_default();
    CHOICES
        .iter()
        .map(|choice| choice.0)
        .find(|name| *name == stored)
        .unwrap_or("auto")
}

/// Applies the remembered choice.
pub fn start() {
    apply(remembered());
}

fn apply(choice: &str) {
    if let Some(root) = dom::document().document_element() {
        let _ = match choice {
            "auto" => root.remove_attribute(ATTRIBUTE),
            _ => root.set_attribute(ATTRIBUTE, choice),
        };
    }
}

/// Three buttons to choose with.
#[component]
pub fn Choice() -> impl IntoView {
    let chosen = RwSignal::new(remembered());
    let button = move |(name, word, icon): (&'static str, &'static str, &'static str)| {
        let choose = move |_| {
            dom::remember(KEY, name);
            apply(name);
            chosen.set(name);
        };
        view! {
            <button
                type="button"
                class="segment"
                aria-pressed=move || (chosen.get() == name).to_string()
                on:click=choose
            >
                <Icon name=icon />
                {word}
            </button>
        }
    };
    view! {
        <div class="segments" role="group" aria-label="Appearance">
            {CHOICES.into_iter().map(button).collect_view()}
        </div>
    }
}
