//! What is carried just now looks lifted at its place.

use leptos::prelude::*;

use super::board::Board;
use super::moves::Moved;

/// Whether a header is carried.
pub(crate) fn lifted(board: Board, header: Moved) -> Memo<bool> {
    Memo::new(move |_| {
        board.carried.with(|carried| {
            carried.as_ref().is_some_and(|carried| match &header {
                Moved::Stage(id) => carried.is_stage(id),
                Moved::Step(id) => carried.is_step(id),
                Moved::Lane(id) => carried.is_lane(id),
                Moved::Item(item) => carried.is_item(item),
            })
        })
    })
}
