//! Somebody who keeps a reading of a document up to date, and is checked each time.

use waymark_model::Grid;
use waymark_model::diff::changes;
use waymark_model::map::{JourneyMap, Reader};
use yrs::{Doc, Transact};

/// A kept reading and the layout that is kept with it.
pub(crate) struct Kept {
    reader: Reader,
    grid: Grid,
}

impl Kept {
    pub(crate) fn of(doc: &Doc) -> Self {
        let reader = Reader::new(doc);
        let grid = Grid::of(reader.map());
        Self { reader, grid }
    }

    /// Catches up: what is kept is what a reading of everything gives, and what is told
    /// is what a comparison of everything tells.
    pub(crate) fn check(&mut self, doc: &Doc) {
        let before = JourneyMap::clone(self.reader.map());
        let txn = doc.transact();
        let news = self.reader.catch_up(&txn);
        let now = JourneyMap::read(&txn);
        assert_eq!(**self.reader.map(), now);
        assert_eq!(news.changes, changes(&before, &now));
        match &news.cells {
            None => self.grid = Grid::of(&now),
            Some(cells) => {
                for cell in cells {
                    self.grid.refill(cell, self.reader.cards_in(cell));
                }
            }
        }
        assert_eq!(self.grid, Grid::of(&now), "{:?}", news.cells);
        for card in &now.cards {
            assert_eq!(self.reader.card(&card.id), Some(card));
        }
    }
}
