//! A few choices, each with a dot that shows what it looks like or whether it is chosen.

use leptos::prelude::*;

use crate::icon::Icon;

/// One of them.
pub(crate) struct Swatch<T> {
    pub(crate) value: T,
    pub(crate) words: &'static str,
    /// The class of its dot.
    pub(crate) class: &'static str,
}

/// The radio buttons.
#[component]
pub(crate) fn Swatches<T>(
    label: &'static str,
    swatches: Vec<Swatch<T>>,
    now: Signal<T>,
    on_choose: Callback<T>,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let button = move |swatch: Swatch<T>| {
        let value = swatch.value;
        let chosen = move || now.get() == value;
        view! {
            <button
                class="swatch"
                type="button"
                role="radio"
                aria-checked=move || chosen().to_string()
                on:click=move |_| on_choose.run(value)
            >
                <span class=format!("swatch-dot {}", swatch.class) aria-hidden="true">
                    {move || chosen().then(|| view! { <Icon name="check" /> })}
                </span>
                {swatch.words}
            </button>
        }
    };
    let buttons = swatches.into_iter().map(button).collect_view();
    view! { <div class="swatches" role="radiogroup" aria-label=label>{buttons}</div> }.into_any()
}
