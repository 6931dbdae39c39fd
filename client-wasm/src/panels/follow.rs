//! The line that says whom one follows, and ends it.

use leptos::prelude::*;

use super::people::place::whereabouts;
use crate::grid::Board;
use crate::icon::Icon;
use crate::presence::initials;

/// Between the bar and the map, while one follows somebody.
#[component]
pub fn FollowBar() -> impl IntoView {
    let board = expect_context::<Board>();
    let on = Memo::new(move |_| board.follow.is_on());
    (move || on.get().then(|| view! { <Line board=board /> })).into_any()
}

#[component]
fn Line(board: Board) -> impl IntoView {
    let follow = board.follow;
    let name = move || follow.name().unwrap_or_default();
    let colour = move || {
        let colour = follow
            .person
            .with(|it| it.as_ref().map(|it| it.colour.clone()));
        colour.unwrap_or_else(|| "var(--u8)".to_owned())
    };
    let place = move || match follow.person.get() {
        Some(person) => whereabouts(&board.state.map(), &person),
        None => "is away".to_owned(),
    };
    let rests = follow.rests;
    let again = move |_| {
        if let Some(person) = follow.person.get_untracked() {
            board.follow_person(person.client_id);
        }
    };
    view! {
        <div class="follow-bar" class:rests=rests style=("--u", colour) role="region" aria-label="Following" data-testid="following">
            <span class="avatar" aria-hidden="true">{move || initials(&name())}</span>
            <p class="follow-words">
                <b>{move || if rests.get() { "Not following " } else { "Following " }} {name} {move || if rests.get() { " for now" } else { "" }}</b>
                <span class="follow-place">{place}</span>
            </p>
            {move || rests.get().then(|| view! {
                <button class="button small" type="button" data-testid="follow-again" on:click=again>
                    <Icon name="footprints" />
                    "Follow again"
                </button>
            })}
            <button
                class="button small"
                type="button"
                data-testid="follow-stop"
                on:click=move |_| board.stop_following()
            >
                "Stop"
                <kbd aria-hidden="true">"Esc"</kbd>
            </button>
        </div>
    }
    .into_any()
}
