//! The mark of a thing that people talk about.

use leptos::prelude::*;

use super::board::Board;
use super::spot::Spot;
use crate::icon::Icon;

/// How many open threads there are, as a button that opens them; nothing where there are
/// none. With keys, "C" on the place itself does the same.
#[component]
pub(crate) fn TalkMark(spot: Spot) -> impl IntoView {
    let board = Board::here();
    move || mark(board.talk.count(&spot))
}

/// The mark for so many threads; the click is handled by the grid.
pub(crate) fn mark(count: usize) -> Option<impl IntoView + use<>> {
    (count > 0).then(|| {
        let label = match count {
            1 => "1 open comment".to_owned(),
            count => format!("{count} open comments"),
        };
        view! {
            <button
                class="talk-mark"
                type="button"
                tabindex="-1"
                data-action="comments"
                data-testid="talk-mark"
                title=label.clone()
                aria-label=label
            >
                <Icon name="message-circle" />
                {count}
            </button>
        }
    })
}

/// The same for screen readers, behind the name of a thing.
pub(crate) fn said(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => ", 1 open comment".to_owned(),
        count => format!(", {count} open comments"),
    }
}
