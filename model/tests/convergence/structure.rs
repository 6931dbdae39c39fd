//! Edits of how lanes look, of what stages hold and of what leads where.

use std::collections::BTreeSet;

use waymark_model::Grid;
use waymark_model::edit::{Edit, LaneFlag, Target, TextField};
use waymark_model::grid::{CellId, Item};
use waymark_model::ids::{CardId, ConnectorId, GroupId, LaneId, StageId, StepId};
use waymark_model::map::JourneyMap;
use waymark_model::vocabulary::{Colour, ConnectorKind, LaneLine};

use super::pick;

/// The edit that two dice choose, if the map has what it needs.
pub(super) fn edit(map: &JourneyMap, (a, b): (u16, u16), name: &str) -> Option<Edit> {
    let stages: Vec<StageId> = map.stages.iter().map(|it| it.id.clone()).collect();
    let steps: Vec<StepId> = map.steps.iter().map(|it| it.id.clone()).collect();
    let lanes: Vec<LaneId> = map.lanes.iter().map(|it| it.id.clone()).collect();
    let cards: Vec<CardId> = map.cards.iter().map(|it| it.id.clone()).collect();
    let connectors: Vec<ConnectorId> = map.connectors.iter().map(|it| it.id.clone()).collect();
    let groups: Vec<GroupId> = map.groups.iter().map(|it| it.id.clone()).collect();
    let (kind, a) = (a % 14, a / 14);
    Some(match kind {
        0 => Edit::SetLaneFlag {
            id: pick(&lanes, a)?,
            flag: [LaneFlag::Collapsed, LaneFlag::Hidden, LaneFlag::Pinned][usize::from(b % 3)],
            value: b % 2 == 0,
        },
        1 => Edit::SetLaneLine {
            id: pick(&lanes, a)?,
            line: pick(LaneLine::ALL, b).filter(|_| b % 4 > 0),
        },
        2 => Edit::SetLaneColour {
            id: pick(&lanes, a)?,
            colour: pick(Colour::ALL, b).filter(|_| b % 4 > 0),
        },
        3 => Edit::SplitStage {
            at: pick(&steps, a)?,
            id: StageId::parse(name).ok()?,
            title: name.to_owned(),
        },
        4 | 5 => Edit::SpanCard {
            id: pick(&cards, a)?,
            to: pick(&steps, b).filter(|_| b % 5 > 0),
        },
        6 | 7 => Edit::AddConnector {
            id: ConnectorId::parse(name).ok()?,
            from: pick(&steps, a)?,
            to: pick(&steps, b)?,
            kind: pick(ConnectorKind::ALL, b)?,
        },
        8 => Edit::SetConnectorKind {
            id: pick(&connectors, a)?,
            kind: pick(ConnectorKind::ALL, b)?,
        },
        9 if b % 2 == 0 => Edit::SetText {
            field: TextField::ConnectorLabel(pick(&connectors, a)?),
            text: name.to_owned(),
        },
        9 => Edit::Delete {
            target: Target::Connector(pick(&connectors, a)?),
            by: name.to_owned(),
            at: 1,
        },
        10 if groups.len() < 3 => Edit::AddGroup {
            id: GroupId::parse(name).ok()?,
            title: name.to_owned(),
        },
        10 => Edit::Delete {
            target: Target::Group(pick(&groups, b)?),
            by: name.to_owned(),
            at: 1,
        },
        11 | 12 => Edit::GroupCard {
            id: pick(&cards, a)?,
            group: pick(&groups, b).filter(|_| b % 5 > 0),
        },
        _ => Edit::MergeStage {
            id: pick(&stages, a)?,
            into: pick(&stages, b)?,
            by: name.to_owned(),
            at: 1,
        },
    })
}

/// Wide cards never lie on each other nor on what else is in the cells they cover, and
/// no card is lost or doubled by its width.
pub(super) fn check_spans(map: &JourneyMap) {
    let grid = Grid::of(map);
    let place = |step: &StepId| {
        grid.columns
            .iter()
            .position(|it| it.step.as_ref() == Some(step))
    };
    let mut taken = BTreeSet::new();
    for card in &map.cards {
        let span = grid.spans.get(&card.id);
        assert_eq!(span.is_some(), card.span_to.is_some());
        let (Some(span), Some(end)) = (span, &card.span_to) else {
            continue;
        };
        let (first, last) = (place(&card.step).unwrap(), place(end).unwrap());
        assert_eq!(first + span.columns, last + 1);
        for column in first..=last {
            assert!(taken.insert((card.lane.clone(), column, span.track)));
            if let Some(step) = grid.columns[column].step.clone() {
                let lane = card.lane.clone();
                assert!(grid.bands[&CellId { lane, step }] > span.track);
            }
        }
    }
    let mut shown: Vec<&Item> = grid.cells.values().flatten().collect();
    shown.sort();
    shown.dedup();
    assert_eq!(
        shown.len(),
        grid.cells.values().map(Vec::len).sum::<usize>()
    );
}
