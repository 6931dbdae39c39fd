//! How something is known, or how far it has got: one word of a few.

use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::scalar::ScalarField;

use super::super::board::Board;

/// One word of a closed set; choosing it again clears it.
#[component]
pub(super) fn WordChoice(
    label: &'static str,
    field: ScalarField,
    /// The words and how people read them.
    words: Vec<(&'static str, &'static str)>,
    #[prop(into)] now: Signal<Option<String>>,
) -> impl IntoView {
    let board = Board::here();
    let choice = move |(word, shown): (&'static str, &'static str)| {
        let field = field.clone();
        let chosen = move || now.with(|now| now.as_deref() == Some(word));
        let set = move |_| {
            let value = (!untrack(chosen)).then(|| word.into());
            let _ = board.state.edit(Edit::SetScalar {
                field: field.clone(),
                value,
            });
        };
        view! {
            <button
                class="score-choice wide"
                class:chosen=chosen
                type="button"
                role="radio"
                aria-checked=move || chosen().to_string()
                data-status=word
                on:click=set
            >
                {shown}
            </button>
        }
    };
    view! {
        <div class="drawer-field">
            <span class="drawer-label">{label}</span>
            <div class="score-choices" role="radiogroup" aria-label=label>
                {words.into_iter().map(choice).collect_view()}
            </div>
        </div>
    }
    .into_any()
}
