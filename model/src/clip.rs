//! A part of a map that people carry elsewhere: some lanes, some steps and what is in
//! their cells. It travels as a `journey-map/1` file, so that whatever comes back from a
//! clipboard is checked like any file.

mod copies;
mod links;
mod paste;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use yrs::{ReadTxn, Transact};

pub use self::copies::Copies;
pub use self::links::{AllLinks, Links, Named};
pub use self::paste::{Landings, Match, Pasted};
use crate::edit::{Edit, Place, TextField, apply};
use crate::grid::{CellId, Grid, Item};
use crate::ids::{GroupId, LaneId, MapId, PersonaId, StepId};
use crate::interchange::{FileError, MapFile};
use crate::map::{JourneyMap, text_of};
use crate::rich::{DetailsOf, Rich};
use crate::schema;

/// The largest clip that is read or written, in bytes.
pub const CLIP_BYTES: usize = 4 * 1024 * 1024;

/// What a clip is called as a file.
const NAME: &str = "clip";

/// A part of a map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clip {
    /// The lanes, the steps with their stages, and what is in their cells.
    pub map: JourneyMap,
    /// What is written in the details of all that.
    pub details: BTreeMap<DetailsOf, Rich>,
    /// What its opportunities are about, in the map it comes from.
    pub links: AllLinks,
}

/// Why a clip cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    /// It is larger than [`CLIP_BYTES`].
    #[error("this is too much for the clipboard: at most {} MiB fit", CLIP_BYTES / 1024 / 1024)]
    TooLarge,
    /// It is no map file.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Clip {
    /// Takes lanes, steps and those items in their cells that pass.
    pub fn take<T: ReadTxn>(
        txn: &T,
        map: &JourneyMap,
        lanes: &[LaneId],
        steps: &[StepId],
        pass: impl Fn(&Item) -> bool,
    ) -> Self {
        let mut part = JourneyMap {
            lanes: map.lanes.clone(),
            steps: map.steps.clone(),
            personas: map.personas.clone(),
            ..JourneyMap::default()
        };
        part.frame.scale = map.frame.scale;
        part.lanes.retain(|lane| lanes.contains(&lane.id));
        part.steps.retain(|step| steps.contains(&step.id));
        let of_stage = |stage| part.steps.iter().any(|step| step.stage == stage);
        let stages = map.stages.iter().filter(|it| of_stage(it.id.clone()));
        part.stages = stages.cloned().collect();

        let grid = Grid::of(map);
        let mut taken: Vec<&Item> = Vec::new();
        for lane in &part.lanes {
            for step in &part.steps {
                let cell = CellId {
                    lane: lane.id.clone(),
                    step: step.id.clone(),
                };
                if let Some(items) = grid.cells.get(&cell) {
                    taken.extend(items.iter().filter(|item| pass(item)));
                }
            }
        }
        let has = |item: Item| taken.contains(&&item);
        let cards = map.cards.iter().filter(|it| has(Item::Card(it.id.clone())));
        part.cards = cards.cloned().collect();
        let of_group = |id: &GroupId| part.cards.iter().any(|it| it.group.as_ref() == Some(id));
        let groups = map.groups.iter().filter(|it| of_group(&it.id));
        part.groups = groups.cloned().collect();
        for card in &mut part.cards {
            let inside = |end: &StepId| part.steps.iter().any(|step| step.id == *end);
            card.span_to = card.span_to.take().filter(inside);
        }
        let pains = map.pains.iter().filter(|it| has(Item::Pain(it.id.clone())));
        part.pains = pains.cloned().collect();
        let all = map.opportunities.iter();
        let opportunities = all.filter(|it| has(Item::Opportunity(it.id.clone())));
        part.opportunities = opportunities.cloned().collect();
        let mut links = AllLinks::new();
        for opportunity in &mut part.opportunities {
            let of = Links::of(map, opportunity);
            if !of.is_empty() {
                links.insert(opportunity.id.clone(), of);
            }
            // It is shown at the first of its steps; the others may be outside.
            opportunity.steps.truncate(1);
            opportunity.pains.clear();
        }
        let all = map.emotions.iter();
        let felt = all.filter(|((step, _), _)| part.steps.iter().any(|it| it.id == *step));
        part.emotions = felt.map(|(key, value)| (key.clone(), *value)).collect();
        // Of those who feel nothing there nothing is carried, but the first stands for all.
        let felt = &part.emotions;
        let feels = |id: &PersonaId| felt.keys().any(|(_, who)| who == id);
        let first = part.personas.first().map(|it| it.id.clone());
        part.personas
            .retain(|it| Some(&it.id) == first.as_ref() || feels(&it.id));
        let details = details_of(txn, &part);
        Self {
            map: part,
            details,
            links,
        }
    }

    /// Leaves out how the steps feel.
    #[must_use]
    pub fn without_emotions(mut self) -> Self {
        self.map.emotions.clear();
        self.map.personas.clear();
        self
    }

    /// Reads what [`Self::to_file`] wrote; it may come from anybody.
    ///
    /// # Errors
    /// [`ClipError`] when it is too large or no map file.
    pub fn parse(text: &str) -> Result<Self, ClipError> {
        if text.len() > CLIP_BYTES {
            return Err(ClipError::TooLarge);
        }
        let file = MapFile::parse_json(text)?;
        let doc = schema::new_doc(1);
        file.write(&mut doc.transact_mut())?;
        let txn = doc.transact();
        let map = JourneyMap::read(&txn);
        let lanes: Vec<LaneId> = map.lanes.iter().map(|lane| lane.id.clone()).collect();
        let steps: Vec<StepId> = map.steps.iter().map(|step| step.id.clone()).collect();
        let clip = Self::take(&txn, &map, &lanes, &steps, |_| true);
        let links = links::read(&txn, &clip.map);
        Ok(Self { links, ..clip })
    }

    /// The clip as a file, in JSON.
    ///
    /// # Errors
    /// [`ClipError::TooLarge`].
    pub fn to_file(&self) -> Result<String, ClipError> {
        let doc = schema::new_doc(1);
        let mut txn = doc.transact_mut();
        let title = Edit::SetText {
            field: TextField::MapTitle,
            text: NAME.to_owned(),
        };
        for edit in std::iter::once(title).chain(self.rebuilt()) {
            // What stood in one map is written into another: there is nothing to refuse.
            let written = apply(&mut txn, &edit);
            debug_assert!(written.is_ok(), "{written:?} by {edit:?}");
        }
        links::write(&mut txn, &self.links);
        let id = MapId::parse(NAME).expect("four letters are an id");
        let file = MapFile::read(&txn, &id).to_json();
        if file.len() > CLIP_BYTES {
            return Err(ClipError::TooLarge);
        }
        Ok(file)
    }

    /// The edits that make it in an empty map, with the ids it has.
    fn rebuilt(&self) -> Vec<Edit> {
        let map = &self.map;
        let mut edits: Vec<Edit> = Vec::new();
        edits.extend(map.personas.iter().map(|it| Edit::AddPersona {
            id: it.id.clone(),
            name: it.name.clone(),
        }));
        for lane in &map.lanes {
            edits.extend(copies::lane(lane, &lane.id, Place::Last));
        }
        for stage in &map.stages {
            edits.extend(copies::stage(self, stage, &stage.id, Place::Last));
        }
        for step in &map.steps {
            edits.extend(copies::step(
                self,
                step,
                (&step.id, &step.stage),
                Place::Last,
            ));
        }
        for (row, column, item) in self.items() {
            let cell = CellId {
                lane: map.lanes[row].id.clone(),
                step: map.steps[column].id.clone(),
            };
            edits.extend(copies::item(self, &item, &item, &cell, None));
        }
        edits.extend(map.groups.iter().map(|it| Edit::AddGroup {
            id: it.id.clone(),
            title: it.title.clone(),
        }));
        for card in &map.cards {
            edits.extend(map.group_of(card).map(|group| Edit::GroupCard {
                id: card.id.clone(),
                group: Some(group.id.clone()),
            }));
            edits.extend(card.span_to.clone().map(|to| Edit::SpanCard {
                id: card.id.clone(),
                to: Some(to),
            }));
        }
        edits.extend(
            map.emotions
                .iter()
                .map(|((step, who), value)| Edit::SetEmotion {
                    step: step.clone(),
                    persona: who.clone(),
                    value: Some(*value),
                }),
        );
        edits
    }

    /// Everything in its cells with the places of its lane and its step, row by row.
    pub fn items(&self) -> Vec<(usize, usize, Item)> {
        let grid = Grid::of(&self.map);
        let mut items = Vec::new();
        for (row, lane) in self.map.lanes.iter().enumerate() {
            for (column, step) in self.map.steps.iter().enumerate() {
                let cell = CellId {
                    lane: lane.id.clone(),
                    step: step.id.clone(),
                };
                let here = grid.items(&cell).iter();
                let known = here.filter(|item| !matches!(item, Item::Metric(_)));
                items.extend(known.map(|item| (row, column, item.clone())));
            }
        }
        items
    }

    /// What an item says.
    pub fn text(&self, item: &Item) -> String {
        let field = match item {
            Item::Card(id) => TextField::CardText(id.clone()),
            Item::Pain(id) => TextField::PainText(id.clone()),
            Item::Opportunity(id) => TextField::OpportunityTitle(id.clone()),
            Item::Metric(_) => return String::new(),
        };
        text_of(&self.map, &field).unwrap_or_default().to_owned()
    }

    /// What the cells say: rows of lanes, columns of steps, texts of items.
    pub fn table(&self) -> Vec<Vec<Vec<String>>> {
        let columns = self.map.steps.len();
        let mut table = vec![vec![Vec::new(); columns]; self.map.lanes.len()];
        for (row, column, item) in self.items() {
            table[row][column].push(self.text(&item));
        }
        table
    }
}

fn details_of<T: ReadTxn>(txn: &T, map: &JourneyMap) -> BTreeMap<DetailsOf, Rich> {
    let stages = map.stages.iter().map(|it| DetailsOf::Stage(it.id.clone()));
    let steps = map.steps.iter().map(|it| DetailsOf::Step(it.id.clone()));
    let cards = map.cards.iter().map(|it| DetailsOf::Card(it.id.clone()));
    let pains = map.pains.iter().map(|it| DetailsOf::Pain(it.id.clone()));
    let opportunities = map.opportunities.iter();
    let opportunities = opportunities.map(|it| DetailsOf::Opportunity(it.id.clone()));
    let all = stages
        .chain(steps)
        .chain(cards)
        .chain(pains)
        .chain(opportunities);
    let read = |of: DetailsOf| {
        let mut rich = Rich::read(txn, &of);
        while !copies::fits(&rich) {
            rich.lines.pop();
        }
        (of, rich)
    };
    all.map(read).filter(|(_, rich)| !rich.is_blank()).collect()
}
