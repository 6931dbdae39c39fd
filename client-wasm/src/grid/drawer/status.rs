//! How something is known, or how far it has got: one word of a few.

use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::scalar::ScalarField;

use super::super::board::Board;
use super::super::radios::{Radio, Radios};

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
    let all: Vec<&'static str> = words.iter().map(|(word, _)| *word).collect();
    let now = Signal::derive(move || {
        now.with(|now| {
            all.iter()
                .copied()
                .find(|word| now.as_deref() == Some(*word))
        })
    });
    let choose = Callback::new(move |word: Option<&'static str>| {
        let _ = board.state.edit(Edit::SetScalar {
            field: field.clone(),
            value: word.map(Into::into),
        });
    });
    let radios = words.into_iter();
    let radios = radios.map(|(word, shown)| Radio::word(word, word, shown));
    view! {
        <div class="drawer-field">
            <span class="drawer-label">{label}</span>
            <Radios label=label radios=radios.collect() now=now on_choose=choose words=true />
        </div>
    }
    .into_any()
}
