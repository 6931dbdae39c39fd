//! How much room a row of a large map is likely to need.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::prelude::*;
use waymark_model::Grid;
use waymark_model::ids::{LaneId, StepId};
use waymark_model::vocabulary::LaneKind;

use super::super::board::Role;
use super::super::faces::Face;
use crate::state::MapState;

/// The letters that fit in a line of a card, and how high a line is.
const LETTERS: usize = 22;
const LINE: f64 = 17.0;
/// What is around the words of a card, and of a small one that stands beside others.
const AROUND: f64 = 24.0;
const AROUND_SMALL: f64 = 8.0;
/// The air and the button of a cell.
const CELL: f64 = 42.0;

/// The heights that the lanes' contents are expected to need, in CSS pixels: of each the
/// most of its cells. They are guesses that keep rows from jumping while one scrolls, so they
/// follow what lanes and columns there are, and not every letter and card.
pub(crate) fn rooms(
    state: MapState,
    layout: Signal<Arc<Grid>>,
    lanes: Memo<Arc<HashMap<LaneId, (LaneKind, Role)>>>,
) -> Memo<HashMap<LaneId, f64>> {
    let steps = Memo::new(move |_| layout.with(|grid| grid.columns.len()));
    Memo::new(move |_| {
        steps.track();
        let map = state.map();
        let lanes = lanes.get();
        let cards = map.cards.iter();
        let mut texts: Vec<(&LaneId, &StepId, &str)> = cards
            .map(|card| (&card.lane, &card.step, card.text.as_str()))
            .collect();
        for (lane, (_, role)) in lanes.iter() {
            match role {
                Role::Pains => texts.extend(
                    map.pains
                        .iter()
                        .filter_map(|pain| Some((lane, pain.step.as_ref()?, pain.text.as_str()))),
                ),
                Role::Opportunities => texts.extend(
                    map.opportunities
                        .iter()
                        .filter_map(|it| Some((lane, it.steps.first()?, it.title.as_str()))),
                ),
                Role::Cards | Role::Curve => {}
            }
        }
        let is_small = |lane: &LaneId| lanes.get(lane).is_some_and(|it| Face::of(it.0).flows());
        highest(texts.into_iter(), is_small)
    })
}

/// The height of each lane's highest cell.
fn highest<'a>(
    texts: impl Iterator<Item = (&'a LaneId, &'a StepId, &'a str)>,
    is_small: impl Fn(&LaneId) -> bool,
) -> HashMap<LaneId, f64> {
    let mut cells: HashMap<(&LaneId, &StepId), f64> = HashMap::new();
    for (lane, step, text) in texts {
        let around = if is_small(lane) { AROUND_SMALL } else { AROUND };
        *cells.entry((lane, step)).or_insert(CELL) += lines(text) * LINE + around;
    }
    let mut lanes: HashMap<LaneId, f64> = HashMap::new();
    for ((lane, _), height) in cells {
        match lanes.get_mut(lane) {
            Some(most) => *most = most.max(height),
            None => {
                lanes.insert(lane.clone(), height);
            }
        }
    }
    lanes
}

#[expect(clippy::cast_precision_loss, reason = "texts are short")]
fn lines(text: &str) -> f64 {
    let lines = text.split('\n');
    let lines = lines.map(|line| line.chars().count().div_ceil(LETTERS).max(1));
    lines.sum::<usize>() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_is_as_high_as_its_fullest_cell_and_longer_texts_need_more() {
        let (lane, other) = (LaneId::parse("l").unwrap(), LaneId::parse("o").unwrap());
        let (one, two) = (StepId::parse("a").unwrap(), StepId::parse("b").unwrap());
        let long = "one and many more words than fit in a line";
        let of = |texts: &[(&LaneId, &StepId, &str)]| {
            let texts = texts.iter().map(|(lane, step, text)| (*lane, *step, *text));
            highest(texts, |_| false)
        };
        let short = of(&[(&lane, &one, "one"), (&other, &one, long)]);
        assert!(short[&lane] < short[&other]);
        let spread = of(&[(&lane, &one, "one"), (&lane, &two, "two")]);
        let full = of(&[(&lane, &one, "one"), (&lane, &one, "two")]);
        assert!(spread[&lane] < full[&lane]);
        assert_eq!(spread[&lane], short[&lane]);
    }
}
