//! A second one of something, right behind it.

use waymark_model::Edit;
use waymark_model::clip::Copies;
use waymark_model::edit::Place;
use waymark_model::grid::Item;
use waymark_model::ids::LaneId;

use super::super::batch::count_words;
use super::super::board::Board;
use super::super::roving::cell_of;
use super::super::spot::Spot;
use super::wire::What;

impl Board {
    /// Makes a second one of what is at a place, right behind it, as one undo step.
    pub(crate) fn duplicate(&self, spot: &Spot) {
        match spot {
            Spot::Item(_) | Spot::Cell(_) => self.duplicate_items(&self.items_at(spot)),
            Spot::Lane(lane) => self.duplicate_lane(lane),
            Spot::Step(_) | Spot::Stage(_) => {
                if let Some((what, clip)) = self.clip_at(spot) {
                    self.paste_steps(spot, &clip, what == What::Stage, "Duplicated");
                }
            }
            Spot::Gap(_) | Spot::Point(_) => {}
        }
    }

    fn duplicate_items(&self, items: &[Item]) {
        let grid = self.grid();
        let map = self.state.map();
        let clip = self.clip_of(items);
        let state = self.state;
        let mut ids = || state.random();
        let mut copies = Copies::new(&map, &mut ids);
        let (mut edits, mut made) = (Vec::new(), Vec::new());
        for item in items {
            let Some(cell) = cell_of(&grid, item) else {
                continue;
            };
            let (new, add) = copies.copied(&clip, item, &cell, Some(item));
            edits.extend(add);
            if let (Item::Card(old), Item::Card(id)) = (item, &new) {
                let wide = map.cards.iter().find(|it| it.id == *old);
                let to = wide.and_then(|card| card.span_to.clone());
                let group = wide.and_then(|card| map.group_of(card));
                edits.extend(group.map(|group| Edit::GroupCard {
                    id: id.clone(),
                    group: Some(group.id.clone()),
                }));
                edits.extend(to.map(|to| Edit::SpanCard {
                    id: id.clone(),
                    to: Some(to),
                }));
            }
            made.push(new);
        }
        let words = format!("Duplicated {}", count_words(made.len()));
        self.finish_items(edits, made, words, false);
    }

    fn duplicate_lane(&self, lane: &LaneId) {
        let Some((_, clip)) = self.clip_at(&Spot::Lane(lane.clone())) else {
            return;
        };
        let map = self.state.map();
        let landings = clip
            .map
            .steps
            .iter()
            .map(|it| Some(it.id.clone()))
            .collect();
        let state = self.state;
        let mut ids = || state.random();
        let id = LaneId::from_random(ids());
        let place = Place::After(lane.clone());
        let pasted = clip.as_lane(&mut Copies::new(&map, &mut ids), &id, place, &landings);
        self.finish_structure(
            pasted.edits,
            Spot::Lane(id),
            "Duplicated the lane".to_owned(),
        );
    }
}
