//! Document to [`JourneyMap`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use yrs::types::map::MapIter;
use yrs::{Any, Map, MapRef, Out, ReadTxn};

use super::choices;
use super::outline::{Outline, Placed, last_covered, live};
use super::value::{
    finite, is_mark, key_in, number, plain, root, score, shown, strings, text, text_in, word,
    word_in,
};
use super::{
    Card, Connector, Frame, Group, JourneyMap, Lane, Metric, Opportunity, PainPoint, Persona,
    Scale, Stage, Step, Written,
};
use crate::grid::CellId;
use crate::ids::{
    CardId, ConnectorId, GroupId, LaneId, MetricId, OpportunityId, PainId, PersonaId, StageId,
    StepId,
};
use crate::schema;
use crate::vocabulary::{
    ClaimStatus, Colour, ConnectorKind, LaneKind, LaneLine, MapKind, PainEffect,
};

/// A reading and what is kept of it to bring it up to date.
pub(super) struct Whole {
    pub(super) map: JourneyMap,
    pub(super) cells: Cells,
    /// The places of the map's cards, in the same order.
    pub(super) places: Vec<CardPlace>,
}

impl Whole {
    pub(super) fn read<T: ReadTxn>(txn: &T) -> Self {
        let outline = Outline::read(txn);
        let cells = Cells::of(&outline);
        let placed = cards(txn, &cells);
        let (places, cards) = placed.into_iter().map(|it| (it.place, it.card)).unzip();
        let steps = outline.steps.iter().map(|placed| {
            let stage = outline.stages[placed.stage].id.clone();
            step(txn, placed.step.id.clone(), stage, &placed.step.fields)
        });
        let stages = outline.stages.iter();
        let lanes = outline.lanes.iter();
        let mut map = JourneyMap {
            cards,
            stages: stages
                .map(|placed| stage(txn, placed.id.clone(), &placed.fields))
                .collect(),
            steps: steps.collect(),
            lanes: lanes
                .map(|placed| lane(txn, placed.id.clone(), &placed.fields))
                .collect(),
            ..JourneyMap::default()
        };
        map.read_rest(txn);
        Self { map, cells, places }
    }
}

impl JourneyMap {
    /// Reads the map from a document. [`Reader`](super::Reader) keeps a reading up to date
    /// for less.
    pub fn read<T: ReadTxn>(txn: &T) -> Self {
        Whole::read(txn).map
    }

    /// Reads all that is neither stage, step, lane nor card: there is not much of it.
    pub(super) fn read_rest<T: ReadTxn>(&mut self, txn: &T) {
        let frame = frame(txn);
        let personas = personas(txn);
        let known: HashMap<&str, &StepId> = self
            .steps
            .iter()
            .map(|step| (step.id.as_str(), &step.id))
            .collect();
        let at = |fields: &MapRef| known.get(word(txn, fields, schema::STEP).as_str()).copied();
        let pains: Vec<PainPoint> = live(txn, schema::PAINS, PainId::parse)
            .into_iter()
            .map(|placed| pain(txn, &placed, at(&placed.fields).cloned()))
            .collect();
        let pain_ids: HashMap<&str, &PainId> = pains
            .iter()
            .map(|pain| (pain.id.as_str(), &pain.id))
            .collect();
        let metrics = live(txn, schema::METRICS, MetricId::parse)
            .into_iter()
            .map(|placed| metric(txn, &placed, at(&placed.fields).cloned()))
            .collect();
        let connectors = live(txn, schema::CONNECTORS, ConnectorId::parse)
            .into_iter()
            .filter_map(|placed| connector(txn, placed, &known))
            .collect();
        let groups = live(txn, schema::GROUPS, GroupId::parse)
            .into_iter()
            .map(|Placed { id, fields, .. }| Group {
                id,
                title: text(txn, &fields, schema::TITLE),
            })
            .collect();
        let opportunities = live(txn, schema::OPPORTUNITIES, OpportunityId::parse)
            .into_iter()
            .map(|placed| opportunity(txn, &placed, &known, &pain_ids))
            .collect();
        self.emotions = emotions(txn, &known, &personas, frame.scale);
        self.frame = frame;
        self.personas = personas;
        self.pains = pains;
        self.metrics = metrics;
        self.opportunities = opportunities;
        self.connectors = connectors;
        self.groups = groups;
        self.choices = choices::read(txn, self);
    }
}

fn frame<T: ReadTxn>(txn: &T) -> Frame {
    let Some(fields) = root(txn, schema::FRAME) else {
        return Frame::default();
    };
    Frame {
        title: text(txn, &fields, schema::TITLE),
        kind: MapKind::from_word(&word(txn, &fields, schema::TYPE)).unwrap_or_default(),
        scope: text(txn, &fields, schema::SCOPE),
        starts_when: text(txn, &fields, schema::STARTS_WHEN),
        ends_when: text(txn, &fields, schema::ENDS_WHEN),
        why: text(txn, &fields, schema::WHY),
        out_of_scope: strings(txn, &fields, schema::OUT_OF_SCOPE),
        scenario: text(txn, &fields, schema::SCENARIO),
        persona_goal: text(txn, &fields, schema::PERSONA_GOAL),
        business_goal: text(txn, &fields, schema::BUSINESS_GOAL),
        lead: text(txn, &fields, schema::LEAD),
        manager: text(txn, &fields, schema::MANAGER),
        coordinators: text(txn, &fields, schema::COORDINATORS),
        supporters: text(txn, &fields, schema::SUPPORTERS),
        scale: scale(plain(txn, &fields, schema::SCALE)),
    }
}

/// The map's scale; the usual one when what stands there is no scale.
pub(crate) fn scale(value: Option<Any>) -> Scale {
    let Some(Any::Map(entries)) = value else {
        return Scale::default();
    };
    let number = |key: &str, other: f64| match entries.get(key) {
        Some(value) => finite(value).unwrap_or(other),
        None => other,
    };
    let usual = Scale::default();
    let scale = Scale {
        min: number("min", usual.min),
        max: number("max", usual.max),
        step: number("step", usual.step),
    };
    if scale.min < scale.max && scale.step > 0.0 {
        scale
    } else {
        usual
    }
}

fn personas<T: ReadTxn>(txn: &T) -> Vec<Persona> {
    live(txn, schema::PERSONAS, PersonaId::parse)
        .into_iter()
        .map(|Placed { id, fields, .. }| Persona {
            id,
            name: text(txn, &fields, schema::NAME),
            role: word(txn, &fields, schema::ROLE),
            demographics: demographics(plain(txn, &fields, schema::DEMOGRAPHICS)),
            goals: strings(txn, &fields, schema::GOALS),
            quotes: strings(txn, &fields, schema::QUOTES),
        })
        .collect()
}

fn demographics(value: Option<Any>) -> Vec<(String, String)> {
    match value {
        Some(Any::Array(pairs)) => pairs
            .iter()
            .filter_map(|pair| match pair {
                Any::Array(pair) => match pair.as_ref() {
                    [Any::String(name), value] => Some((name.as_ref().to_owned(), shown(value)?)),
                    _ => None,
                },
                _ => None,
            })
            .collect(),
        // A mapping from elsewhere has no order but that of its names.
        Some(Any::Map(entries)) => {
            let sorted: BTreeMap<&String, &Any> = entries.iter().collect();
            sorted
                .into_iter()
                .filter_map(|(name, value)| Some((name.clone(), shown(value)?)))
                .collect()
        }
        _ => Vec::new(),
    }
}

pub(super) fn stage<T: ReadTxn>(txn: &T, id: StageId, fields: &MapRef) -> Stage {
    Stage {
        id,
        title: text(txn, fields, schema::TITLE),
        goal: text(txn, fields, schema::GOAL),
    }
}

pub(super) fn step<T: ReadTxn>(txn: &T, id: StepId, stage: StageId, fields: &MapRef) -> Step {
    Step {
        id,
        stage,
        title: text(txn, fields, schema::TITLE),
        duration: word(txn, fields, schema::DURATION),
        moment_of_truth: matches!(
            plain(txn, fields, schema::MOMENT_OF_TRUTH),
            Some(Any::Bool(true))
        ),
    }
}

pub(super) fn lane<T: ReadTxn>(txn: &T, id: LaneId, fields: &MapRef) -> Lane {
    let is = |key| plain(txn, fields, key) == Some(Any::Bool(true));
    Lane {
        id,
        kind: LaneKind::from_word(&word(txn, fields, schema::TYPE)).unwrap_or(LaneKind::Custom),
        title: text(txn, fields, schema::TITLE),
        line_above: LaneLine::from_word(&word(txn, fields, schema::LINE_ABOVE)),
        collapsed: is(schema::COLLAPSED),
        hidden: is(schema::HIDDEN),
        pinned: is(schema::PINNED),
        colour: Colour::from_word(&word(txn, fields, schema::COLOUR)),
    }
}

/// Where the cells are: columns and rows of live steps and lanes.
#[derive(Debug, Default)]
pub(super) struct Cells {
    steps: HashMap<Box<str>, (usize, StepId)>,
    lanes: HashMap<Box<str>, (usize, LaneId)>,
    /// The steps left to right.
    order: Vec<StepId>,
    /// How many live steps stand before where each deleted step was.
    gone: HashMap<StepId, usize>,
}

impl Cells {
    pub(super) fn of(outline: &Outline) -> Self {
        let steps = outline.steps.iter().map(|placed| &placed.step.id);
        let order = steps.clone();
        let lanes = outline.lanes.iter().map(|placed| &placed.id);
        Self {
            steps: steps
                .enumerate()
                .map(|(i, id)| (id.as_str().into(), (i, id.clone())))
                .collect(),
            lanes: lanes
                .enumerate()
                .map(|(i, id)| (id.as_str().into(), (i, id.clone())))
                .collect(),
            order: order.cloned().collect(),
            gone: outline.gone.clone(),
        }
    }

    /// The last step that a card in a column covers, when it is to reach to `end`.
    fn last_covered(&self, column: usize, end: &str) -> Option<&StepId> {
        if end.is_empty() {
            return None;
        }
        let live = self.steps.get(end).map(|(column, _)| *column);
        let gone = || self.gone.get(&StepId::parse(end).ok()?).copied();
        last_covered(column, live, gone).map(|last| &self.order[last])
    }

    /// Column and row of a cell.
    pub(super) fn position(&self, cell: &CellId) -> Option<(usize, usize)> {
        let (column, _) = self.steps.get(cell.step.as_str())?;
        let (row, _) = self.lanes.get(cell.lane.as_str())?;
        Some((*column, *row))
    }
}

/// The place of a card among all cards: its column, its row, its order key.
pub(super) type CardPlace = (usize, usize, Arc<str>);

/// A card and its place.
#[derive(Clone, Debug)]
pub(super) struct PlacedCard {
    pub(super) place: CardPlace,
    pub(super) card: Card,
}

impl PlacedCard {
    /// What cards are ordered by.
    pub(super) fn order(&self) -> (&CardPlace, &CardId) {
        (&self.place, &self.card.id)
    }
}

/// The cards by step, then lane, then place.
pub(super) fn cards<T: ReadTxn>(txn: &T, cells: &Cells) -> Vec<PlacedCard> {
    let Some(root) = root(txn, schema::CARDS) else {
        return Vec::new();
    };
    let entries: MapIter<'_, &T, T> = root.iter(txn);
    let mut found: Vec<PlacedCard> = entries
        .filter_map(|(id, entry)| card(txn, cells, id, entry))
        .collect();
    found.sort_unstable_by(|a, b| a.order().cmp(&b.order()));
    found
}

/// The card that an entry of the root is, if it is one that is shown.
pub(super) fn card<T: ReadTxn>(txn: &T, cells: &Cells, id: &str, entry: Out) -> Option<PlacedCard> {
    let Out::YMap(fields) = entry else {
        return None;
    };
    // There are many cards: each field is looked at once, in whatever order they come.
    let (mut cell, mut key, mut said, mut source, mut end, mut deleted) = Default::default();
    let (mut colour, mut status, mut group, mut author) = (None, None, None, None);
    let fields: MapIter<'_, &T, T> = fields.iter(txn);
    for (name, value) in fields {
        match name {
            schema::CELL => cell = Some(value),
            schema::POS => key = key_in(value),
            schema::TEXT => said = text_in(txn, value),
            schema::SOURCE => source = word_in(value),
            schema::COLOUR => colour = Colour::from_word(&word_in(value)),
            schema::STATUS => status = ClaimStatus::from_word(&word_in(value)),
            schema::SPAN_TO => end = word_in(value),
            schema::GROUP => group = GroupId::parse(&word_in(value)).ok(),
            schema::AUTHOR => author = Written::read(&value),
            schema::DELETED => deleted = is_mark(&value),
            _ => {}
        }
    }
    let Some(Out::Any(Any::String(cell))) = cell else {
        return None;
    };
    if deleted {
        return None;
    }
    let (step, lane) = cell.split_once('/')?;
    let (column, step) = cells.steps.get(step)?;
    let (row, lane) = cells.lanes.get(lane)?;
    Some(PlacedCard {
        place: (*column, *row, key),
        card: Card {
            id: CardId::parse(id).ok()?,
            step: step.clone(),
            lane: lane.clone(),
            span_to: cells.last_covered(*column, &end).cloned(),
            text: said,
            source,
            colour,
            status,
            group,
            author,
        },
    })
}

fn emotions<T: ReadTxn>(
    txn: &T,
    steps: &HashMap<&str, &StepId>,
    personas: &[Persona],
    scale: Scale,
) -> BTreeMap<(StepId, PersonaId), f64> {
    let Some(root) = root(txn, schema::EMOTIONS) else {
        return BTreeMap::new();
    };
    let personas: HashMap<&str, &PersonaId> = personas
        .iter()
        .map(|persona| (persona.id.as_str(), &persona.id))
        .collect();
    let entries: MapIter<'_, &T, T> = root.iter(txn);
    entries
        .filter_map(|(key, value)| {
            let (step, persona) = key.split_once('/')?;
            let value = emotion(&value)?.clamp(scale.min, scale.max);
            let key = (
                (*steps.get(step)?).clone(),
                (*personas.get(persona)?).clone(),
            );
            Some((key, value))
        })
        .collect()
}

fn emotion(value: &Out) -> Option<f64> {
    match value {
        Out::Any(Any::Map(entries)) => finite(entries.get(schema::VALUE)?),
        Out::Any(value) => finite(value),
        _ => None,
    }
}

fn pain<T: ReadTxn>(txn: &T, placed: &Placed<PainId>, step: Option<StepId>) -> PainPoint {
    let fields = &placed.fields;
    PainPoint {
        id: placed.id.clone(),
        step,
        text: text(txn, fields, schema::TEXT),
        severity: score(txn, fields, schema::SEVERITY, 1..=5),
        frequency: score(txn, fields, schema::FREQUENCY, 1..=5),
        impact: score(txn, fields, schema::IMPACT, 1..=5),
        effect: PainEffect::from_word(&word(txn, fields, schema::EFFECT)),
        status: word(txn, fields, schema::STATUS),
        author: written(txn, fields),
    }
}

fn written<T: ReadTxn>(txn: &T, fields: &MapRef) -> Option<Written> {
    Written::read(&fields.get(txn, schema::AUTHOR)?)
}

fn opportunity<T: ReadTxn>(
    txn: &T,
    placed: &Placed<OpportunityId>,
    steps: &HashMap<&str, &StepId>,
    pains: &HashMap<&str, &PainId>,
) -> Opportunity {
    let fields = &placed.fields;
    Opportunity {
        id: placed.id.clone(),
        title: text(txn, fields, schema::TITLE),
        steps: known(strings(txn, fields, schema::STEPS), steps),
        pains: known(strings(txn, fields, schema::PAIN_POINTS), pains),
        customer_value: score(txn, fields, schema::CUSTOMER_VALUE, 0..=100),
        business_value: score(txn, fields, schema::BUSINESS_VALUE, 0..=100),
        effort: score(txn, fields, schema::EFFORT, 0..=5),
        status: word(txn, fields, schema::STATUS),
        author: written(txn, fields),
    }
}

/// Those of a list of references that lead somewhere, each once.
fn known<Id: Clone + Ord>(references: Vec<String>, ids: &HashMap<&str, &Id>) -> Vec<Id> {
    let mut seen = BTreeSet::new();
    references
        .iter()
        .filter_map(|reference| ids.get(reference.as_str()).copied())
        .filter(|id| seen.insert(*id))
        .cloned()
        .collect()
}

/// A connection, if both its ends are there.
fn connector<T: ReadTxn>(
    txn: &T,
    placed: Placed<ConnectorId>,
    steps: &HashMap<&str, &StepId>,
) -> Option<Connector> {
    let Placed { id, fields, .. } = placed;
    let step = |key| Some((*steps.get(word(txn, &fields, key).as_str())?).clone());
    Some(Connector {
        from: step(schema::FROM)?,
        to: step(schema::TO)?,
        kind: ConnectorKind::from_word(&word(txn, &fields, schema::KIND)).unwrap_or_default(),
        label: text(txn, &fields, schema::LABEL),
        condition: text(txn, &fields, schema::CONDITION),
        id,
    })
}

fn metric<T: ReadTxn>(txn: &T, placed: &Placed<MetricId>, step: Option<StepId>) -> Metric {
    let fields = &placed.fields;
    Metric {
        id: placed.id.clone(),
        step,
        name: text(txn, fields, schema::NAME),
        unit: word(txn, fields, schema::UNIT),
        baseline: number(txn, fields, schema::BASELINE),
        current: number(txn, fields, schema::CURRENT),
        target: number(txn, fields, schema::TARGET),
    }
}
