//! The line above a lane, and the lanes that are hidden.

use waymark_model::ids::LaneId;
use waymark_model::vocabulary::LaneLine;

use super::super::board::Board;
use super::super::faces;
use super::menu::Entry;

/// The lines that can be above a lane; the one it has is marked.
pub(super) fn lines(board: Board, id: &LaneId) -> Vec<Entry> {
    let present = board.lane_now(id).and_then(|lane| lane.line_above);
    let entry = |line: Option<LaneLine>| {
        let id = id.clone();
        let text = line.map_or("No line", LaneLine::label);
        let icon = line.map_or("x", |_| "separator-horizontal");
        Entry::new(icon, text, move || {
            board.set_lane_line(&id, line);
            board.close_popup();
        })
        .checked(present == line)
    };
    let lines = LaneLine::ALL.iter().map(|line| entry(Some(*line)));
    std::iter::once(entry(None)).chain(lines).collect()
}

/// The hidden lanes; choosing one shows it again.
pub(super) fn hidden(board: Board) -> Vec<Entry> {
    let hidden = board.grid().hidden.clone();
    let show = |id: &LaneId| {
        let lane = board.lane_now(id)?;
        let icon = faces::icon(lane.kind);
        Some(Entry::new(icon, lane.title, move || {
            board.show_lanes(std::slice::from_ref(&lane.id));
        }))
    };
    let mut entries: Vec<Entry> = hidden.iter().filter_map(show).collect();
    if hidden.len() > 1 {
        entries.push(Entry::Line);
        entries.push(Entry::new("eye", "Show all", move || {
            board.show_lanes(&hidden);
        }));
    }
    entries
}
