//! Edits of what stages hold, how lanes look and what leads where.

use waymark_model::edit::LaneFlag;
use waymark_model::ids::{ConnectorId, GroupId, StageId};
use waymark_model::vocabulary::{Colour, ConnectorKind, LaneLine};
use waymark_model::{Edit, JourneyMap};

use super::{EditKind, words};
use crate::rng::Rng;

/// An edit of that kind, if the map has something to do it with.
pub(super) fn choose(
    kind: EditKind,
    map: &JourneyMap,
    (by, at): (&str, u64),
    rng: &mut Rng,
) -> Option<Edit> {
    Some(match kind {
        EditKind::SplitStage => Edit::SplitStage {
            at: rng.pick(&map.steps)?.id.clone(),
            id: StageId::from_random(rng.next_u128()),
            title: words(rng),
        },
        EditKind::MergeStage => Edit::MergeStage {
            id: rng.pick(&map.stages)?.id.clone(),
            into: rng.pick(&map.stages)?.id.clone(),
            by: by.to_owned(),
            at,
        },
        EditKind::SetLaneFlag => Edit::SetLaneFlag {
            id: rng.pick(&map.lanes)?.id.clone(),
            flag: *rng.pick(&[LaneFlag::Collapsed, LaneFlag::Hidden, LaneFlag::Pinned])?,
            value: rng.chance(50),
        },
        EditKind::SetLaneLine => Edit::SetLaneLine {
            id: rng.pick(&map.lanes)?.id.clone(),
            line: rng.pick(LaneLine::ALL).copied().filter(|_| rng.chance(80)),
        },
        EditKind::SetLaneColour => Edit::SetLaneColour {
            id: rng.pick(&map.lanes)?.id.clone(),
            colour: rng.pick(Colour::ALL).copied().filter(|_| rng.chance(80)),
        },
        EditKind::SpanCard => Edit::SpanCard {
            id: rng.pick(&map.cards)?.id.clone(),
            to: rng
                .pick(&map.steps)
                .map(|step| step.id.clone())
                .filter(|_| rng.chance(80)),
        },
        EditKind::AddConnector => Edit::AddConnector {
            id: ConnectorId::from_random(rng.next_u128()),
            from: rng.pick(&map.steps)?.id.clone(),
            to: rng.pick(&map.steps)?.id.clone(),
            kind: *rng.pick(ConnectorKind::ALL)?,
        },
        EditKind::SetConnectorKind => Edit::SetConnectorKind {
            id: rng.pick(&map.connectors)?.id.clone(),
            kind: *rng.pick(ConnectorKind::ALL)?,
        },
        EditKind::AddGroup => Edit::AddGroup {
            id: GroupId::from_random(rng.next_u128()),
            title: words(rng),
        },
        EditKind::GroupCard => Edit::GroupCard {
            id: rng.pick(&map.cards)?.id.clone(),
            group: rng
                .pick(&map.groups)
                .map(|group| group.id.clone())
                .filter(|_| rng.chance(80)),
        },
        _ => return None,
    })
}
