//! What the details of a thing say, under the thing, to read. They are written in the
//! drawer.

use leptos::prelude::*;
use waymark_model::rich::{DetailsOf, Rich};

use super::super::board::Board;
use super::super::drawer::rich::RichText;
use crate::icon::Icon;

/// How much is shown at first: lines, and letters.
const LINES: usize = 4;
const LETTERS: usize = 320;

/// The details, where there are any; long ones can be opened.
#[component]
pub(super) fn Excerpt(of: DetailsOf) -> impl IntoView {
    let has = Board::here().state.has_details(&of);
    move || has.get().then(|| view! { <Text of=of.clone() /> })
}

#[component]
fn Text(of: DetailsOf) -> impl IntoView {
    let rich = Board::here().state.details(&of);
    let long = Memo::new(move |_| rich.with(|rich| is_long(rich)));
    let open = RwSignal::new(false);
    let words = move || if open.get() { "Less" } else { "All of it" };
    let icon = move || {
        let name = if open.get() {
            "chevron-down"
        } else {
            "chevron-right"
        };
        view! { <Icon name=name /> }
    };
    let toggle = move || {
        long.get().then(|| {
            view! {
                <button
                    class="excerpt-more"
                    type="button"
                    tabindex="-1"
                    aria-expanded=move || open.get().to_string()
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    {icon}
                    {words}
                </button>
            }
        })
    };
    view! {
        <div
            class="excerpt"
            class:short=move || long.get() && !open.get()
            role="group"
            aria-label="Details"
            data-testid="excerpt"
        >
            <RichText rich=rich />
            {toggle}
        </div>
    }
    .into_any()
}

/// Whether a text is more than one sees at a glance.
fn is_long(rich: &Rich) -> bool {
    let letters: usize = rich
        .lines
        .iter()
        .map(|line| line.text().chars().count())
        .sum();
    rich.lines.len() > LINES || letters > LETTERS
}
