//! A reading of a document that keeps up with it.

mod noted;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem;
use std::rc::Rc;

use yrs::{Doc, Map, MapRef, Out, ReadTxn};

use self::noted::{Noted, Watch};
use super::read::{self, CardPlace, Cells, PlacedCard, Whole};
use super::value::root;
use super::{Card, JourneyMap};
use crate::diff::{self, Change};
use crate::grid::CellId;
use crate::ids::CardId;
use crate::schema;

/// With more cards than this at once, everything is read again.
const MANY_CARDS: usize = 200;

/// A [`JourneyMap`] that is brought up to date by reading what changed since, and no more:
/// a letter typed in one of thousands of cards costs one card.
///
/// It watches the document from its making on, so no transaction may be open then or when
/// it is dropped.
///
/// Invariant: after [`Reader::catch_up`] the map is what [`JourneyMap::read`] would give.
pub struct Reader {
    watch: Watch,
    map: Rc<JourneyMap>,
    cells: Cells,
    /// The places of the map's cards, in the same order.
    places: Vec<CardPlace>,
    /// The places again, by card.
    by_card: HashMap<CardId, CardPlace>,
}

/// What changed since the last reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// What [`diff::changes`] would say.
    pub changes: Vec<Change>,
    /// The cells with other items or in another order; `None` when it may be any.
    pub cells: Option<BTreeSet<CellId>>,
}

/// The cards that touched cells had before, in order.
type Before = BTreeMap<CellId, Vec<CardId>>;

impl Reader {
    /// Reads a document and begins to watch it.
    pub fn new(doc: &Doc) -> Self {
        use yrs::Transact as _;
        let mut reader = Self {
            watch: Watch::new(doc),
            map: Rc::default(),
            cells: Cells::default(),
            places: Vec::new(),
            by_card: HashMap::new(),
        };
        let whole = Whole::read(&doc.transact());
        reader.take(whole);
        reader
    }

    /// The map as it was at the last reading.
    pub fn map(&self) -> &Rc<JourneyMap> {
        &self.map
    }

    /// One card, found without looking at the others.
    pub fn card(&self, id: &CardId) -> Option<&Card> {
        let at = self.position(self.by_card.get(id)?, id).ok()?;
        self.map.cards.get(at)
    }

    /// The cards of one cell in order, likewise.
    pub fn cards_in(&self, cell: &CellId) -> &[Card] {
        let Some((column, row)) = self.cells.position(cell) else {
            return &[];
        };
        let from = self
            .places
            .partition_point(|place| (place.0, place.1) < (column, row));
        let to = self
            .places
            .partition_point(|place| (place.0, place.1) <= (column, row));
        &self.map.cards[from..to]
    }

    /// Reads what changed since the last time.
    pub fn catch_up<T: ReadTxn>(&mut self, txn: &T) -> News {
        let noted = self.watch.take();
        if noted.all || noted.cards.len() > MANY_CARDS {
            return self.read_all(txn);
        }
        let mut found = News {
            changes: Vec::new(),
            cells: Some(BTreeSet::new()),
        };
        if noted.rest {
            self.read_rest(txn, &mut found);
        }
        self.read_named(txn, &noted, &mut found.changes);
        self.read_cards(txn, &noted, &mut found);
        found.changes.sort_unstable();
        found.changes.dedup();
        found
    }

    fn take(&mut self, whole: Whole) {
        self.by_card = whole
            .map
            .cards
            .iter()
            .map(|card| card.id.clone())
            .zip(whole.places.iter().cloned())
            .collect();
        self.map = Rc::new(whole.map);
        self.cells = whole.cells;
        self.places = whole.places;
    }

    fn read_all<T: ReadTxn>(&mut self, txn: &T) -> News {
        let old = Rc::clone(&self.map);
        self.take(Whole::read(txn));
        News {
            changes: diff::changes(&old, &self.map),
            cells: None,
        }
    }

    /// All but stages, steps, lanes and cards.
    fn read_rest<T: ReadTxn>(&mut self, txn: &T, found: &mut News) {
        let map = Rc::make_mut(&mut self.map);
        let large = (
            mem::take(&mut map.cards),
            mem::take(&mut map.stages),
            mem::take(&mut map.steps),
        );
        // Both sides keep the lanes: they say in which cells things are.
        let lanes = map.lanes.clone();
        let old = mem::take(map);
        map.lanes = lanes;
        (map.cards, map.stages, map.steps) = large;
        map.read_rest(txn);
        let large = (
            mem::take(&mut map.cards),
            mem::take(&mut map.stages),
            mem::take(&mut map.steps),
        );
        found.changes = diff::changes(&old, map);
        (map.cards, map.stages, map.steps) = large;
        if found.changes.contains(&Change::Cells) {
            found.cells = None;
        }
    }

    /// Stages, steps and lanes whose own fields changed, and nothing of their order.
    fn read_named<T: ReadTxn>(&mut self, txn: &T, noted: &Noted, changes: &mut Vec<Change>) {
        if noted.named.is_empty() {
            return;
        }
        let map = Rc::make_mut(&mut self.map);
        for (name, id) in &noted.named {
            let Some(fields) = fields(txn, name, id) else {
                continue;
            };
            match *name {
                schema::STAGES => {
                    let here = map.stages.iter_mut().find(|it| it.id.as_str() == &**id);
                    if let Some(old) = here {
                        let new = read::stage(txn, old.id.clone(), &fields);
                        replace(old, new, |it| Change::Stage(it.id.clone()), changes);
                    }
                }
                schema::STEPS => {
                    let here = map.steps.iter_mut().find(|it| it.id.as_str() == &**id);
                    if let Some(old) = here {
                        let new = read::step(txn, old.id.clone(), old.stage.clone(), &fields);
                        replace(old, new, |it| Change::Step(it.id.clone()), changes);
                    }
                }
                _ => {
                    let here = map.lanes.iter_mut().find(|it| it.id.as_str() == &**id);
                    if let Some(old) = here {
                        let new = read::lane(txn, old.id.clone(), &fields);
                        replace(old, new, |it| Change::Lane(it.id.clone()), changes);
                    }
                }
            }
        }
    }

    fn read_cards<T: ReadTxn>(&mut self, txn: &T, noted: &Noted, found: &mut News) {
        let Some(root) = root(txn, schema::CARDS) else {
            return;
        };
        let mut before = Before::new();
        let (mut reach, mut wide) = (false, false);
        for id in &noted.cards {
            let card = root
                .get(txn, id)
                .and_then(|entry| read::card(txn, &self.cells, id, entry));
            let end = |card: Option<&Card>| card.and_then(|card| card.span_to.clone());
            let old = CardId::parse(id).ok();
            let old = end(old.as_ref().and_then(|id| self.card(id)));
            let new = end(card.as_ref().map(|placed| &placed.card));
            reach |= old != new;
            wide |= old.is_some() || new.is_some();
            self.put(id, card, &mut before, &mut found.changes);
        }
        before.retain(|cell, old| !old.iter().eq(self.cards_in(cell).iter().map(|it| &it.id)));
        if reach || !before.is_empty() {
            found.changes.push(Change::Cells);
            if wide {
                // It has other cells make room.
                found.cells = None;
            }
            if let Some(cells) = &mut found.cells {
                cells.extend(before.into_keys());
            }
        }
    }

    /// Puts one card where it is now, or nowhere.
    fn put(
        &mut self,
        id: &str,
        new: Option<PlacedCard>,
        before: &mut Before,
        changes: &mut Vec<Change>,
    ) {
        let old = CardId::parse(id).ok().and_then(|id| {
            let place = self.by_card.get(&id)?;
            self.position(place, &id).ok()
        });
        if let (Some(at), Some(new)) = (old, &new)
            && self.places[at] == new.place
        {
            let map = Rc::make_mut(&mut self.map);
            let changed = |it: &Card| Change::Card(it.id.clone());
            replace(&mut map.cards[at], new.card.clone(), changed, changes);
            return;
        }
        for card in [
            old.map(|at| &self.map.cards[at]),
            new.as_ref().map(|new| &new.card),
        ]
        .into_iter()
        .flatten()
        {
            let cell = CellId {
                lane: card.lane.clone(),
                step: card.step.clone(),
            };
            before
                .entry(cell)
                .or_insert_with_key(|cell| ids(self.cards_in(cell)));
        }
        let old = old.map(|at| {
            self.places.remove(at);
            let card = Rc::make_mut(&mut self.map).cards.remove(at);
            self.by_card.remove(&card.id);
            card
        });
        // A card that only moved inside its cell is the same card.
        let new_card = new.as_ref().map(|new| &new.card);
        if old.as_ref() != new_card
            && let Some(card) = new_card.or(old.as_ref())
        {
            changes.push(Change::Card(card.id.clone()));
        }
        if let Some(PlacedCard { place, card }) = new {
            let at = self
                .position(&place, &card.id)
                .unwrap_or_else(|beside| beside);
            self.by_card.insert(card.id.clone(), place.clone());
            self.places.insert(at, place);
            Rc::make_mut(&mut self.map).cards.insert(at, card);
        }
    }

    /// Where a card of this place is in the list, or belongs.
    fn position(&self, place: &CardPlace, id: &CardId) -> Result<usize, usize> {
        let cards = &self.map.cards;
        let at = self.places.partition_point(|other| other < place);
        // Cards that were placed at the same time may share a place; then ids decide.
        let shared = self.places[at..]
            .iter()
            .take_while(|other| *other == place)
            .count();
        cards[at..at + shared]
            .binary_search_by(|card| card.id.cmp(id))
            .map(|found| at + found)
            .map_err(|beside| at + beside)
    }
}

fn ids(cards: &[Card]) -> Vec<CardId> {
    cards.iter().map(|card| card.id.clone()).collect()
}

fn fields<T: ReadTxn>(txn: &T, name: &str, id: &str) -> Option<MapRef> {
    match root(txn, name)?.get(txn, id)? {
        Out::YMap(fields) => Some(fields),
        _ => None,
    }
}

fn replace<T: PartialEq>(
    old: &mut T,
    new: T,
    changed: impl Fn(&T) -> Change,
    changes: &mut Vec<Change>,
) {
    if *old != new {
        changes.push(changed(&new));
        *old = new;
    }
}
