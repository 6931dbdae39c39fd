//! Cards that cover several steps: how wide each is, and on which track of its lane.

use std::collections::HashMap;

use super::{CellId, Column};
use crate::ids::{CardId, LaneId, StepId};
use crate::map::JourneyMap;

/// A card that covers several columns of its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// How many columns it covers from its own on, empty ones of stages included.
    pub columns: usize,
    /// Which track of its lane it is on, counted from 0 at the top. Cards of one lane that
    /// cover one column are on different tracks.
    pub track: usize,
}

/// The spans, and how many tracks are above each cell.
pub(super) fn lay_out(
    map: &JourneyMap,
    columns: &[Column],
) -> (HashMap<CardId, Span>, HashMap<CellId, usize>) {
    let (mut spans, mut bands) = (HashMap::new(), HashMap::new());
    if map.cards.iter().all(|card| card.span_to.is_none()) {
        return (spans, bands);
    }
    let places: HashMap<&StepId, usize> = columns
        .iter()
        .enumerate()
        .filter_map(|(place, column)| Some((column.step.as_ref()?, place)))
        .collect();
    // Cards come by step: a track that is free at a card's first column is free after it.
    let mut free: HashMap<&LaneId, Vec<usize>> = HashMap::new();
    for card in &map.cards {
        let end = card.span_to.as_ref().and_then(|end| places.get(end));
        let (Some(&first), Some(&last)) = (places.get(&card.step), end) else {
            continue;
        };
        let tracks = free.entry(&card.lane).or_default();
        let track = tracks.iter().position(|&from| from <= first);
        let track = track.unwrap_or(tracks.len());
        if track == tracks.len() {
            tracks.push(0);
        }
        tracks[track] = last + 1;
        let columns_covered = last + 1 - first;
        spans.insert(
            card.id.clone(),
            Span {
                columns: columns_covered,
                track,
            },
        );
        for step in columns[first..=last]
            .iter()
            .filter_map(|it| it.step.clone())
        {
            let lane = card.lane.clone();
            let band = bands.entry(CellId { lane, step }).or_default();
            *band = (*band).max(track + 1);
        }
    }
    (spans, bands)
}
