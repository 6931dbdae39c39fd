//! Places in the grid that can have focus, and their names in the DOM.

use waymark_model::grid::{CellId, Item};
use waymark_model::ids::{CardId, LaneId, MetricId, OpportunityId, PainId, StageId, StepId};

/// A place in the grid that can have focus.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Spot {
    /// A stage's header.
    Stage(StageId),
    /// A step's header.
    Step(StepId),
    /// The empty column of a stage that has no step yet.
    Gap(StageId),
    /// A lane's header.
    Lane(LaneId),
    /// A cell.
    Cell(CellId),
    /// A card, pain point, opportunity or metric.
    Item(Item),
    /// The emotion slider of a step.
    Point(StepId),
}

impl Spot {
    /// The value of this place's `data-spot` attribute.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Stage(id) => format!("stage:{id}"),
            Self::Step(id) => format!("step:{id}"),
            Self::Gap(id) => format!("gap:{id}"),
            Self::Lane(id) => format!("lane:{id}"),
            Self::Cell(cell) => format!("cell:{}", cell_key(cell)),
            Self::Item(Item::Card(id)) => format!("card:{id}"),
            Self::Item(Item::Pain(id)) => format!("pain:{id}"),
            Self::Item(Item::Opportunity(id)) => format!("opportunity:{id}"),
            Self::Item(Item::Metric(id)) => format!("metric:{id}"),
            Self::Point(id) => format!("point:{id}"),
        }
    }

    /// Reads a `data-spot` attribute.
    pub(crate) fn parse(key: &str) -> Option<Self> {
        let (kind, id) = key.split_once(':')?;
        Some(match kind {
            "stage" => Self::Stage(StageId::parse(id).ok()?),
            "step" => Self::Step(StepId::parse(id).ok()?),
            "gap" => Self::Gap(StageId::parse(id).ok()?),
            "lane" => Self::Lane(LaneId::parse(id).ok()?),
            "cell" => Self::Cell(parse_cell(id)?),
            "card" => Self::Item(Item::Card(CardId::parse(id).ok()?)),
            "pain" => Self::Item(Item::Pain(PainId::parse(id).ok()?)),
            "opportunity" => Self::Item(Item::Opportunity(OpportunityId::parse(id).ok()?)),
            "metric" => Self::Item(Item::Metric(MetricId::parse(id).ok()?)),
            "point" => Self::Point(StepId::parse(id).ok()?),
            _ => return None,
        })
    }
}

/// The value of a cell's `data-cell` attribute: lane and step.
pub(crate) fn cell_key(cell: &CellId) -> String {
    format!("{}/{}", cell.lane, cell.step)
}

/// Reads a `data-cell` attribute.
pub(crate) fn parse_cell(key: &str) -> Option<CellId> {
    let (lane, step) = key.split_once('/')?;
    Some(CellId {
        lane: LaneId::parse(lane).ok()?,
        step: StepId::parse(step).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_comes_back_from_its_name_in_the_dom() {
        let lane = LaneId::parse("pains").unwrap();
        let step = StepId::parse("a_0-1").unwrap();
        let spots = [
            Spot::Stage(StageId::parse("s1").unwrap()),
            Spot::Step(step.clone()),
            Spot::Gap(StageId::parse("s2").unwrap()),
            Spot::Lane(lane.clone()),
            Spot::Cell(CellId {
                lane,
                step: step.clone(),
            }),
            Spot::Item(Item::Card(CardId::parse("c").unwrap())),
            Spot::Item(Item::Pain(PainId::parse("c").unwrap())),
            Spot::Item(Item::Opportunity(OpportunityId::parse("c").unwrap())),
            Spot::Item(Item::Metric(MetricId::parse("c").unwrap())),
            Spot::Point(step),
        ];
        for spot in spots {
            assert_eq!(Spot::parse(&spot.key()), Some(spot));
        }
    }

    #[test]
    fn a_strange_name_is_no_place() {
        for key in ["", "card", "card:", "cell:a", "moon:1", "card:a b"] {
            assert_eq!(Spot::parse(key), None, "{key:?}");
        }
    }
}
