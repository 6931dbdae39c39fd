//! How much room a row of a large map is likely to need.

use leptos::prelude::*;
use waymark_model::ids::LaneId;

use super::super::board::{Board, Role};
use super::super::cell;

/// The height that the contents of a lane are expected to need, in CSS pixels: the most of
/// all its cells. It is a guess that keeps rows from jumping while one scrolls, so it
/// follows the columns and what the lane is for, and not every letter.
pub(crate) fn room(board: Board, lane: &LaneId) -> Memo<f64> {
    let lane = lane.clone();
    Memo::new(move |_| {
        board.columns.count();
        if board
            .lanes
            .with(|lanes| lanes.get(&lane).is_none_or(|it| it.1 == Role::Curve))
        {
            return 0.0;
        }
        let flows = cell::flows(board, &lane);
        let grid = board.grid();
        let here = grid.cells.iter().filter(|(cell, _)| cell.lane == lane);
        let heights = here.map(|(_, items)| {
            let texts: Vec<_> = items
                .iter()
                .filter_map(|item| board.text_of(item))
                .collect();
            height(texts.iter().map(String::as_str), flows)
        });
        heights.fold(0.0, f64::max)
    })
}

/// How high the contents of a cell are likely to be.
fn height<'a>(texts: impl Iterator<Item = &'a str>, flows: bool) -> f64 {
    const LINE: f64 = 17.0;
    const LETTERS: usize = 22;
    let lines = |text: &str| {
        let lines = text.split('\n');
        let lines = lines.map(|line| line.chars().count().div_ceil(LETTERS).max(1));
        lines.sum::<usize>() as f64
    };
    let around = if flows { 8.0 } else { 24.0 };
    let things: f64 = texts.map(|text| lines(text) * LINE + around).sum();
    things + 18.0 + 24.0
}

#[cfg(test)]
mod tests {
    use super::height;

    #[test]
    fn a_cell_with_more_to_say_is_expected_to_be_higher() {
        let short = height(["one"].into_iter(), false);
        let long = height(
            ["one and many more words than fit in a line"].into_iter(),
            false,
        );
        let two = height(["one", "two"].into_iter(), false);
        assert!(height([].into_iter(), false) < short && short < long && short < two);
    }
}
