//! Edits of how lanes look, of what stages hold and of what leads where.

use waymark_model::edit::{Edit, LaneFlag};
use waymark_model::ids::{LaneId, StageId, StepId};
use waymark_model::map::JourneyMap;
use waymark_model::vocabulary::{Colour, LaneLine};

use super::pick;

/// The edit that two dice choose, if the map has what it needs.
pub(super) fn edit(map: &JourneyMap, (a, b): (u16, u16), name: &str) -> Option<Edit> {
    let stages: Vec<StageId> = map.stages.iter().map(|it| it.id.clone()).collect();
    let steps: Vec<StepId> = map.steps.iter().map(|it| it.id.clone()).collect();
    let lanes: Vec<LaneId> = map.lanes.iter().map(|it| it.id.clone()).collect();
    let (kind, a) = (a % 5, a / 5);
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
        _ => Edit::MergeStage {
            id: pick(&stages, a)?,
            into: pick(&stages, b)?,
            by: name.to_owned(),
            at: 1,
        },
    })
}
