//! What is carried just now looks lifted at its place.

use leptos::prelude::*;

use super::board::Board;
use super::moves::Moved;

/// Whether a header is carried.
pub(crate) fn lifted(board: Board, header: Moved) -> Memo<bool> {
    Memo::new(move |_| board.lifted.with(|lifted| lifted.as_ref() == Some(&header)))
}
