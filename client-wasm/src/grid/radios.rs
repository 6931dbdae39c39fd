//! A few words or numbers, one of which is chosen.

use leptos::prelude::*;

/// One of them.
pub(crate) struct Radio<T> {
    pub(crate) value: T,
    pub(crate) shown: String,
    /// What is read out, where that is more than what is shown.
    pub(crate) spoken: Option<String>,
    /// What tests know it by.
    pub(crate) word: String,
}

impl<T> Radio<T> {
    /// A word of a closed set.
    pub(crate) fn word(value: T, word: &str, shown: &str) -> Self {
        Self {
            value,
            shown: shown.to_owned(),
            spoken: None,
            word: word.to_owned(),
        }
    }
}

/// The radio buttons; choosing the chosen one again clears it.
#[component]
pub(crate) fn Radios<T>(
    label: &'static str,
    radios: Vec<Radio<T>>,
    now: Signal<Option<T>>,
    on_choose: Callback<Option<T>>,
    /// Whether they are as wide as their words, not all alike.
    #[prop(optional)]
    words: bool,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let button = move |radio: Radio<T>| {
        let value = radio.value;
        let chosen = move || now.get() == Some(value);
        let choose = move |_| on_choose.run((now.get_untracked() != Some(value)).then_some(value));
        view! {
            <button
                class="score-choice"
                class:wide=words
                class:chosen=chosen
                type="button"
                role="radio"
                aria-checked=move || chosen().to_string()
                aria-label=radio.spoken
                data-choice=radio.word
                on:click=choose
            >
                {radio.shown}
            </button>
        }
    };
    let buttons = radios.into_iter().map(button).collect_view();
    view! { <div class="score-choices" role="radiogroup" aria-label=label>{buttons}</div> }
        .into_any()
}
