//! How lanes are shown: collapsed, hidden, pinned, coloured, under a blueprint line.

use leptos::prelude::*;
use waymark_model::Edit;
use waymark_model::edit::LaneFlag;
use waymark_model::ids::LaneId;
use waymark_model::map::Lane;
use waymark_model::vocabulary::{Colour, LaneLine};

use super::board::Board;
use super::spot::Spot;

impl Board {
    /// A lane as it is now; not tracked.
    pub(crate) fn lane_now(&self, id: &LaneId) -> Option<Lane> {
        let map = self.state.map();
        map.lanes.iter().find(|lane| lane.id == *id).cloned()
    }

    /// Collapses a lane or opens it again; focus stays on its header.
    pub(crate) fn collapse_lane(&self, id: &LaneId, value: bool) {
        if self.set_flag(id, LaneFlag::Collapsed, value) {
            self.say(id, if value { "collapsed" } else { "open" });
            self.settle(Spot::Lane(id.clone()), false);
        }
    }

    /// Pins a lane under the headers, or lets it go.
    pub(crate) fn pin_lane(&self, id: &LaneId, value: bool) {
        if self.set_flag(id, LaneFlag::Pinned, value) {
            self.say(id, if value { "pinned" } else { "no longer pinned" });
            self.settle(Spot::Lane(id.clone()), false);
        }
    }

    /// Takes a lane out of the grid; focus goes to its neighbour.
    pub(crate) fn hide_lane(&self, id: &LaneId) {
        let next = self.beside(&Spot::Lane(id.clone()));
        if self.set_flag(id, LaneFlag::Hidden, true) {
            self.say(id, "hidden. Hidden lanes are under the map");
            if let Some(next) = next {
                self.settle(next, false);
            }
        }
    }

    /// Shows lanes again, as one undo step; focus goes to the first of them.
    pub(crate) fn show_lanes(&self, ids: &[LaneId]) {
        let show = |id: &LaneId| Edit::SetLaneFlag {
            id: id.clone(),
            flag: LaneFlag::Hidden,
            value: false,
        };
        if self.state.edit_all(ids.iter().map(show).collect()).is_err() {
            return;
        }
        self.popup.set(None);
        match ids {
            [one] => self.say(one, "shown"),
            more => self.state.announce(format!("{} lanes shown", more.len())),
        }
        if let Some(first) = ids.first() {
            self.settle(Spot::Lane(first.clone()), true);
        }
    }

    /// Draws a blueprint line above a lane, or takes it away.
    pub(crate) fn set_lane_line(&self, id: &LaneId, line: Option<LaneLine>) {
        let id = id.clone();
        let _ = self.state.edit(Edit::SetLaneLine { id, line });
    }

    /// Gives a lane a colour, or takes it away.
    pub(crate) fn set_lane_colour(&self, id: &LaneId, colour: Option<Colour>) {
        let id = id.clone();
        let _ = self.state.edit(Edit::SetLaneColour { id, colour });
    }

    fn set_flag(&self, id: &LaneId, flag: LaneFlag, value: bool) -> bool {
        self.popup.set(None);
        let id = id.clone();
        self.state
            .edit(Edit::SetLaneFlag { id, flag, value })
            .is_ok()
    }

    fn say(&self, id: &LaneId, what: &str) {
        if let Some(lane) = self.lane_now(id) {
            self.state.announce(format!("Lane {} {what}", lane.title));
        }
    }
}

/// The blueprint lines that a lane has crossed: those above it in one order of the lanes
/// and not in the other.
pub(crate) fn crossed(id: &LaneId, before: &[Lane], after: &[Lane]) -> Vec<LaneLine> {
    let above = |lanes: &[Lane]| -> Vec<LaneLine> {
        let mut lines = Vec::new();
        for lane in lanes {
            // Its own line goes with it.
            if lane.id == *id {
                break;
            }
            lines.extend(lane.line_above);
        }
        lines
    };
    let (before, after) = (above(before), above(after));
    let only_in = |one: &[LaneLine], other: &[LaneLine]| -> Vec<LaneLine> {
        let missing = one.iter().filter(|line| !other.contains(line));
        missing.copied().collect()
    };
    let mut lines = only_in(&before, &after);
    lines.extend(only_in(&after, &before));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use waymark_model::vocabulary::LaneKind;

    fn lanes(order: &str) -> Vec<Lane> {
        let lane = |name: char| Lane {
            id: LaneId::parse(&name.to_string()).unwrap(),
            kind: LaneKind::Custom,
            title: String::new(),
            line_above: (name == 'v').then_some(LaneLine::Visibility),
            collapsed: false,
            hidden: false,
            pinned: false,
            colour: None,
        };
        order.chars().map(lane).collect()
    }

    #[test]
    fn a_lane_that_leaves_its_side_of_a_line_has_crossed_it() {
        let id = LaneId::parse("a").unwrap();
        let crosses = |before: &str, after: &str| crossed(&id, &lanes(before), &lanes(after));
        assert_eq!(crosses("abvc", "bvac"), [LaneLine::Visibility]);
        assert_eq!(crosses("vca", "avc"), [LaneLine::Visibility]);
        assert_eq!(crosses("abvc", "bavc"), []);
    }
}
