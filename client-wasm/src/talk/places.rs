//! What threads are about, between the map's places and the words of people.

use waymark_model::JourneyMap;
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::{LaneId, StageId, StepId};
use waymark_model::talk::limits::WORDS_CHARS;
use waymark_model::talk::{Anchor, Place};

use crate::grid::Board;
use crate::grid::spot::Spot;

/// The place of the map that a thread is shown at.
pub(crate) fn spot_of(place: &Place) -> Option<Spot> {
    Some(match place.bearer() {
        Place::Map {} | Place::Text { .. } => return None,
        Place::Stage { stage } => Spot::Stage(stage),
        Place::Step { step } => Spot::Step(step),
        Place::Lane { lane } => Spot::Lane(lane),
        Place::Cell { lane, step } => Spot::Cell(CellId { lane, step }),
        Place::Card { card } => Spot::Item(Item::Card(card)),
        Place::Emotion { step, .. } => Spot::Point(step),
        Place::Pain { pain } => Spot::Item(Item::Pain(pain)),
        Place::Opportunity { opportunity } => Spot::Item(Item::Opportunity(opportunity)),
        Place::Metric { metric } => Spot::Item(Item::Metric(metric)),
    })
}

/// What a comment at a place is about.
pub(crate) fn place_of(board: Board, spot: &Spot) -> Place {
    match spot.clone() {
        Spot::Stage(stage) | Spot::Gap(stage) => Place::Stage { stage },
        Spot::Step(step) => Place::Step { step },
        Spot::Lane(lane) => Place::Lane { lane },
        Spot::Cell(CellId { lane, step }) => Place::Cell { lane, step },
        Spot::Item(Item::Card(card)) => Place::Card { card },
        Spot::Item(Item::Pain(pain)) => Place::Pain { pain },
        Spot::Item(Item::Opportunity(opportunity)) => Place::Opportunity { opportunity },
        Spot::Item(Item::Metric(metric)) => Place::Metric { metric },
        Spot::Point(step) => match board.whose_now() {
            Some(persona) => Place::Emotion { step, persona },
            None => Place::Step { step },
        },
    }
}

/// A place with what is to be read there now, for when it is gone.
pub(crate) fn anchor(board: Board, place: Place) -> Anchor {
    let map = board.state.map();
    let spot = spot_of(&place);
    let cell = match &spot {
        Some(Spot::Item(item)) => board.cell_of(item),
        Some(Spot::Cell(cell)) => Some(cell.clone()),
        _ => None,
    };
    let step = match &spot {
        Some(Spot::Step(step) | Spot::Point(step)) => Some(step.clone()),
        _ => cell.as_ref().map(|cell| cell.step.clone()),
    };
    let mut path = Vec::new();
    if let Some(step) = &step {
        path.extend(board.stage_of(step).map(|stage| stage_title(&map, &stage)));
        if !matches!(spot, Some(Spot::Step(_))) {
            path.push(step_title(&map, step));
        }
    }
    if let (Some(cell), Some(Spot::Item(_))) = (&cell, &spot) {
        path.push(lane_title(&map, &cell.lane));
    }
    path.retain(|name| !name.is_empty());
    Anchor {
        path: path.iter().map(|name| short(name)).collect(),
        words: short(&says(&map, &place).unwrap_or_default()),
        place,
    }
}

/// What a place says now; `None` when it is not there.
fn says(map: &JourneyMap, place: &Place) -> Option<String> {
    Some(match place {
        Place::Map {} => map.frame.title.clone(),
        Place::Stage { stage } => map.stages.iter().find(|it| it.id == *stage)?.title.clone(),
        Place::Step { step } => map.steps.iter().find(|it| it.id == *step)?.title.clone(),
        Place::Lane { lane } => map.lanes.iter().find(|it| it.id == *lane)?.title.clone(),
        Place::Cell { lane, step } => {
            map.steps.iter().find(|it| it.id == *step)?;
            map.lanes.iter().find(|it| it.id == *lane)?.title.clone()
        }
        Place::Card { card } => map.cards.iter().find(|it| it.id == *card)?.text.clone(),
        Place::Text { quote, .. } => quote.clone(),
        Place::Emotion { persona, .. } => {
            let persona = map.personas.iter().find(|it| it.id == *persona)?;
            format!("How {} feels", persona.name)
        }
        Place::Pain { pain } => map.pains.iter().find(|it| it.id == *pain)?.text.clone(),
        Place::Opportunity { opportunity } => {
            let found = map.opportunities.iter().find(|it| it.id == *opportunity);
            found?.title.clone()
        }
        Place::Metric { metric } => map.metrics.iter().find(|it| it.id == *metric)?.name.clone(),
    })
}

/// What a thread is about, in a few words: what is there now, else what was there.
pub(crate) fn words(map: &JourneyMap, anchor: &Anchor) -> String {
    let now = says(map, &anchor.place).map(|words| short(&words));
    let words = now.unwrap_or_else(|| anchor.words.clone());
    match (words.trim(), &anchor.place) {
        (_, Place::Map {}) => "the whole map".to_owned(),
        ("", place) => noun(place).to_lowercase(),
        (words, Place::Text { .. }) => format!("“{words}”"),
        (words, _) => words.to_owned(),
    }
}

/// What kind of thing a place is.
pub(crate) fn noun(place: &Place) -> &'static str {
    match place {
        Place::Map {} => "Map",
        Place::Stage { .. } => "Stage",
        Place::Step { .. } => "Step",
        Place::Lane { .. } => "Lane",
        Place::Cell { .. } => "Cell",
        Place::Card { .. } => "Card",
        Place::Text { .. } => "Words",
        Place::Emotion { .. } => "Emotion",
        Place::Pain { .. } => "Pain point",
        Place::Opportunity { .. } => "Opportunity",
        Place::Metric { .. } => "Metric",
    }
}

/// The icon of such a thing.
pub(crate) fn icon(place: &Place) -> &'static str {
    match place {
        Place::Map {} | Place::Stage { .. } => "map",
        Place::Step { .. } => "route",
        Place::Lane { .. } => "rows-3",
        Place::Cell { .. } => "table-2",
        Place::Card { .. } => "shapes",
        Place::Text { .. } => "quote",
        Place::Emotion { .. } => "heart-pulse",
        Place::Pain { .. } => "zap",
        Place::Opportunity { .. } => "lightbulb",
        Place::Metric { .. } => "chart-line",
    }
}

fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let visible = line.chars().filter(|letter| !letter.is_control());
    visible.take(WORDS_CHARS).collect()
}

fn stage_title(map: &JourneyMap, id: &StageId) -> String {
    let found = map.stages.iter().find(|it| it.id == *id);
    found.map_or_else(String::new, |it| it.title.clone())
}

fn step_title(map: &JourneyMap, id: &StepId) -> String {
    let found = map.steps.iter().find(|it| it.id == *id);
    found.map_or_else(String::new, |it| it.title.clone())
}

fn lane_title(map: &JourneyMap, id: &LaneId) -> String {
    let found = map.lanes.iter().find(|it| it.id == *id);
    found.map_or_else(String::new, |it| it.title.clone())
}
