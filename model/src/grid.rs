//! Lanes × steps: what goes in which cell. Pure layout, no pixels.

mod spans;

use std::collections::{BTreeSet, HashMap};

pub use self::spans::Span;
use crate::ids::{CardId, LaneId, MetricId, OpportunityId, PainId, StageId, StepId};
use crate::map::{Card, JourneyMap, Lane};
use crate::vocabulary::LaneKind;

/// Something shown in a cell.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Item {
    /// A card.
    Card(CardId),
    /// A pain point, in the first lane for pain points.
    Pain(PainId),
    /// An opportunity, in the first lane for opportunities.
    Opportunity(OpportunityId),
    /// A metric, in the first lane for metrics.
    Metric(MetricId),
}

/// Where a cell is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellId {
    /// The row.
    pub lane: LaneId,
    /// The column.
    pub step: StepId,
}

/// A stage's header over its steps; a stage without steps has one empty column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageSpan {
    /// The stage.
    pub stage: StageId,
    /// Its first column, counted from 0.
    pub first_column: usize,
    /// How many columns it covers, at least 1.
    pub columns: usize,
    /// How many steps it has, which is 0 when its one column is empty.
    pub steps: usize,
}

/// A column: a step, or the place of a stage that has none yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The stage it belongs to.
    pub stage: StageId,
    /// Its step.
    pub step: Option<StepId>,
}

/// The laid-out map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// Stage headers, left to right.
    pub stages: Vec<StageSpan>,
    /// Columns, left to right.
    pub columns: Vec<Column>,
    /// Rows, top to bottom: the lanes that are not hidden.
    pub rows: Vec<LaneId>,
    /// Those of the rows that only count what is in their cells.
    pub collapsed: BTreeSet<LaneId>,
    /// The lanes that are not shown, top to bottom.
    pub hidden: Vec<LaneId>,
    /// What is in each cell that is not empty, in order. A card that covers several steps
    /// is in the first of its cells.
    pub cells: HashMap<CellId, Vec<Item>>,
    /// The cards that cover several steps.
    pub spans: HashMap<CardId, Span>,
    /// How many tracks of such cards are above what else is in a cell, where there are any.
    pub bands: HashMap<CellId, usize>,
}

impl Grid {
    /// Lays out a map.
    pub fn of(map: &JourneyMap) -> Self {
        let (stages, columns) = columns(map);
        let (spans, bands) = spans::lay_out(map, &columns);
        Self {
            stages,
            columns,
            rows: lanes(map, |lane| !lane.hidden).collect(),
            collapsed: lanes(map, |lane| lane.collapsed && !lane.hidden).collect(),
            hidden: lanes(map, |lane| lane.hidden).collect(),
            cells: cells(map),
            spans,
            bands,
        }
    }

    /// Takes over the cards that a cell has now; what else is in it stays.
    pub fn refill(&mut self, cell: &CellId, cards: &[Card]) {
        let mut items: Vec<Item> = cards.iter().map(|it| Item::Card(it.id.clone())).collect();
        let others = self.cells.remove(cell).unwrap_or_default();
        items.extend(others.into_iter().filter(|it| !matches!(it, Item::Card(_))));
        if !items.is_empty() {
            self.cells.insert(cell.clone(), items);
        }
    }

    /// What is in a cell, in order.
    pub fn items(&self, cell: &CellId) -> &[Item] {
        self.cells.get(cell).map_or(&[], Vec::as_slice)
    }
}

fn lanes(map: &JourneyMap, wanted: fn(&Lane) -> bool) -> impl Iterator<Item = LaneId> {
    let wanted = move |lane: &&Lane| wanted(lane);
    map.lanes.iter().filter(wanted).map(|lane| lane.id.clone())
}

fn columns(map: &JourneyMap) -> (Vec<StageSpan>, Vec<Column>) {
    let mut by_stage: HashMap<&StageId, Vec<&StepId>> = HashMap::new();
    for step in &map.steps {
        by_stage.entry(&step.stage).or_default().push(&step.id);
    }
    let (mut spans, mut columns) = (Vec::new(), Vec::new());
    for stage in &map.stages {
        let steps = by_stage.remove(&stage.id).unwrap_or_default();
        let first_column = columns.len();
        let column = |step: Option<&StepId>| Column {
            stage: stage.id.clone(),
            step: step.cloned(),
        };
        if steps.is_empty() {
            columns.push(column(None));
        } else {
            columns.extend(steps.iter().map(|step| column(Some(step))));
        }
        spans.push(StageSpan {
            stage: stage.id.clone(),
            first_column,
            columns: steps.len().max(1),
            steps: steps.len(),
        });
    }
    (spans, columns)
}

/// Cards where they are, then pain points, opportunities and metrics in the first lane
/// of their kind.
fn cells(map: &JourneyMap) -> HashMap<CellId, Vec<Item>> {
    let mut cells: HashMap<CellId, Vec<Item>> = HashMap::new();
    let mut put = |lane: &LaneId, step: &StepId, item: Item| {
        let cell = CellId {
            lane: lane.clone(),
            step: step.clone(),
        };
        cells.entry(cell).or_default().push(item);
    };
    for card in &map.cards {
        put(&card.lane, &card.step, Item::Card(card.id.clone()));
    }
    if let Some(lane) = first_lane(map, LaneKind::PainPoints) {
        for pain in &map.pains {
            if let Some(step) = &pain.step {
                put(lane, step, Item::Pain(pain.id.clone()));
            }
        }
    }
    if let Some(lane) = first_lane(map, LaneKind::Opportunities) {
        for opportunity in &map.opportunities {
            if let Some(step) = opportunity.steps.first() {
                put(lane, step, Item::Opportunity(opportunity.id.clone()));
            }
        }
    }
    if let Some(lane) = first_lane(map, LaneKind::Metrics) {
        for metric in &map.metrics {
            if let Some(step) = &metric.step {
                put(lane, step, Item::Metric(metric.id.clone()));
            }
        }
    }
    cells
}

/// The lane in which things of a kind are shown.
pub(crate) fn first_lane(map: &JourneyMap, kind: LaneKind) -> Option<&LaneId> {
    map.lanes
        .iter()
        .find(|lane| lane.kind == kind)
        .map(|lane| &lane.id)
}
