//! Finding words in a map, whatever their case and accents.

mod fold;

use std::collections::HashMap;
use std::ops::Range;

pub(crate) use self::fold::fold;
use self::fold::marks;
use crate::grid::{CellId, Item, first_lane};
use crate::ids::{LaneId, StageId, StepId};
use crate::map::{JourneyMap, Lane};
use crate::vocabulary::LaneKind;

/// More words than this are not looked for.
const MOST_WORDS: usize = 16;

/// What is looked for: words that must all be there, in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    words: Vec<String>,
}

impl Query {
    /// Reads what somebody typed; `None` when there is nothing to look for.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut words: Vec<String> = Vec::new();
        for word in fold(typed).split_whitespace().take(MOST_WORDS) {
            if !words.iter().any(|other| other == word) {
                words.push(word.to_owned());
            }
        }
        (!words.is_empty()).then_some(Self { words })
    }

    /// Whether these texts together have every word.
    pub fn matches(&self, texts: &[&str]) -> bool {
        let mut missing: Vec<&str> = self.words.iter().map(String::as_str).collect();
        for text in texts.iter().filter(|text| !text.is_empty()) {
            let folded = fold(text);
            missing.retain(|word| !folded.contains(word));
            if missing.is_empty() {
                return true;
            }
        }
        false
    }

    /// Where the words stand in a text: ranges of bytes, in order, apart from each other.
    pub fn marks(&self, text: &str) -> Vec<Range<usize>> {
        marks(text, &self.words)
    }
}

/// Where something was found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In a stage's header.
    Stage(StageId),
    /// In a step's header.
    Step(StepId),
    /// In a lane's header.
    Lane(LaneId),
    /// In a card, pain point, opportunity or metric, and the cell it is in.
    Item(CellId, Item),
}

/// Which of its texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// What it says or is called.
    Text,
    /// A stage's goal.
    Goal,
    /// How long a step takes.
    Duration,
    /// Where a quote comes from.
    Source,
}

/// A text in which words were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which text it is.
    pub field: Field,
    /// All of it.
    pub text: String,
    /// Where the words stand, as in [`Query::marks`].
    pub marks: Vec<Range<usize>>,
}

/// Something in which all words were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub place: Place,
    /// Its texts that have any of the words, at least one.
    pub lines: Vec<Line>,
}

/// Everything that has all words, in reading order: the lanes' headers, then stage by
/// stage and step by step, and in a step lane by lane.
///
/// What is shown nowhere, such as a pain point of a deleted step or a hidden lane, is not
/// found.
pub fn find(map: &JourneyMap, query: &Query) -> Vec<Hit> {
    let mut found = Found {
        query,
        hits: Vec::new(),
    };
    for (row, lane) in rows(map) {
        found.look(
            Rank::lane(row),
            || Place::Lane(lane.id.clone()),
            &[(Field::Text, &lane.title)],
        );
    }
    let columns: HashMap<&StepId, usize> = map
        .steps
        .iter()
        .enumerate()
        .map(|(at, step)| (&step.id, at))
        .collect();
    let mut first = 0;
    for stage in &map.stages {
        found.look(
            Rank::stage(first),
            || Place::Stage(stage.id.clone()),
            &[(Field::Text, &stage.title), (Field::Goal, &stage.goal)],
        );
        first += map
            .steps
            .iter()
            .filter(|step| step.stage == stage.id)
            .count();
    }
    for (column, step) in map.steps.iter().enumerate() {
        found.look(
            Rank::step(column),
            || Place::Step(step.id.clone()),
            &[
                (Field::Text, &step.title),
                (Field::Duration, &step.duration),
            ],
        );
    }
    items(map, &columns, &mut found);
    let mut hits = found.hits;
    // A stable sort: what is in one cell stays in its order.
    hits.sort_by_key(|(rank, _)| *rank);
    hits.into_iter().map(|(_, hit)| hit).collect()
}

/// The lanes that are shown.
fn rows(map: &JourneyMap) -> impl Iterator<Item = (usize, &Lane)> {
    let lanes = map.lanes.iter().filter(|lane| !lane.hidden);
    lanes.enumerate()
}

fn items(map: &JourneyMap, columns: &HashMap<&StepId, usize>, found: &mut Found<'_>) {
    let rows: HashMap<&LaneId, usize> = rows(map).map(|(row, lane)| (&lane.id, row)).collect();
    let mut look = |lane: Option<&LaneId>,
                    step: Option<&StepId>,
                    item: &dyn Fn() -> Item,
                    texts: &[(Field, &str)]| {
        let (Some(lane), Some(step)) = (lane, step) else {
            return;
        };
        if let (Some(&row), Some(&column)) = (rows.get(lane), columns.get(step)) {
            let cell = || CellId {
                lane: lane.clone(),
                step: step.clone(),
            };
            found.look(
                Rank::cell(column, row),
                || Place::Item(cell(), item()),
                texts,
            );
        }
    };
    for card in &map.cards {
        look(
            Some(&card.lane),
            Some(&card.step),
            &|| Item::Card(card.id.clone()),
            &[(Field::Text, &card.text), (Field::Source, &card.source)],
        );
    }
    let lane = first_lane(map, LaneKind::PainPoints);
    for pain in &map.pains {
        look(
            lane,
            pain.step.as_ref(),
            &|| Item::Pain(pain.id.clone()),
            &[(Field::Text, &pain.text)],
        );
    }
    let lane = first_lane(map, LaneKind::Opportunities);
    for opportunity in &map.opportunities {
        look(
            lane,
            opportunity.steps.first(),
            &|| Item::Opportunity(opportunity.id.clone()),
            &[(Field::Text, &opportunity.title)],
        );
    }
    let lane = first_lane(map, LaneKind::Metrics);
    for metric in &map.metrics {
        look(
            lane,
            metric.step.as_ref(),
            &|| Item::Metric(metric.id.clone()),
            &[(Field::Text, &metric.name)],
        );
    }
}

/// Where a thing comes in reading order: column (0 for the lanes' headers), then the
/// stage's header, the step's, and the lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    column: usize,
    row: usize,
}

impl Rank {
    fn lane(row: usize) -> Self {
        Self { column: 0, row }
    }

    fn stage(first_column: usize) -> Self {
        Self {
            column: first_column + 1,
            row: 0,
        }
    }

    fn step(column: usize) -> Self {
        Self {
            column: column + 1,
            row: 1,
        }
    }

    fn cell(column: usize, row: usize) -> Self {
        Self {
            column: column + 1,
            row: row + 2,
        }
    }
}

struct Found<'a> {
    query: &'a Query,
    hits: Vec<(Rank, Hit)>,
}

impl Found<'_> {
    fn look(&mut self, rank: Rank, place: impl Fn() -> Place, texts: &[(Field, &str)]) {
        let said: [&str; 2] = [
            texts.first().map_or("", |(_, text)| text),
            texts.get(1).map_or("", |(_, text)| text),
        ];
        if !self.query.matches(&said) {
            return;
        }
        let line = |(field, text): &(Field, &str)| {
            let marks = self.query.marks(text);
            (!marks.is_empty()).then(|| Line {
                field: *field,
                text: (*text).to_owned(),
                marks,
            })
        };
        let lines = texts.iter().filter_map(line).collect();
        self.hits.push((
            rank,
            Hit {
                place: place(),
                lines,
            },
        ));
    }
}

#[cfg(test)]
mod tests;
