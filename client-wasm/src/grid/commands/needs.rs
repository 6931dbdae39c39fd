//! What one must be allowed to do for a command.

use leptos::prelude::GetUntracked;

use super::super::board::Board;
use super::super::spot::Spot;
use super::{At, Command};
use crate::state::May;

/// Commands that only look, besides those of the map as a whole.
const READING: &[&str] = &[
    "card.group-fold",
    "card.select",
    "card.select-all",
    "card.select-left",
    "card.select-right",
    "card.select-up",
    "card.select-down",
    "card.leave",
    "cell.enter",
    "cell.select-all",
    "cell.next-persona",
    "place.link",
    "place.details",
    "place.menu",
    "place.copy",
    "place.uncut",
    "place.select-none",
];

/// Commands that say something about the map, wherever they begin.
const SAYING: &[&str] = &["place.comment", "text.comment", "map.comment"];

/// What changes the map among the commands of the map as a whole.
const OF_THE_MAP: &[&str] = &["map.add-stage", "map.add-lane", "map.hidden-lanes"];

/// What is needed to change what is at a place.
fn to_change(spot: &Spot) -> May {
    match spot {
        Spot::Item(_) | Spot::Cell(_) | Spot::Point(_) => May::Cards,
        Spot::Stage(_) | Spot::Step(_) | Spot::Gap(_) | Spot::Lane(_) => May::Everything,
    }
}

impl Command {
    /// What is needed for it at this place.
    fn needs(&self, spot: Option<&Spot>) -> May {
        let (table, _) = self.id.split_once('.').unwrap_or((self.id, ""));
        match table {
            _ if READING.contains(&self.id) => May::Read,
            _ if SAYING.contains(&self.id) => May::Comment,
            "map" if OF_THE_MAP.contains(&self.id) => May::Everything,
            "map" if matches!(self.id, "map.undo" | "map.redo") => May::Cards,
            "map" => May::Read,
            "card" | "cell" | "text" => May::Cards,
            "place" => spot.map_or(May::Everything, to_change),
            // Stages, steps, lanes and the gap of a stage without steps.
            _ => May::Everything,
        }
    }

    /// Why this person may not do it there, if they may not.
    pub(crate) fn denied(&self, at: &At) -> Option<&'static str> {
        let may = at.board.state.may_now();
        (may < self.needs(at.spot.as_ref())).then(|| may.reason())
    }

    /// Whether it is offered: to whoever only reads or comments, nothing is that changes the
    /// map, and to whoever only reads, no comment.
    pub(crate) fn is_offered(&self, at: &At) -> bool {
        let reads = at.board.state.may_now() < May::Cards;
        self.is_listed() && self.applies(at) && !(reads && self.denied(at).is_some())
    }
}

impl Board {
    /// Whether this person may change what is at a place.
    pub(crate) fn may_change(&self, spot: &Spot) -> bool {
        to_change(spot) <= self.state.may_now()
    }

    /// The same; if not, they are told why.
    pub(crate) fn check_may_change(&self, spot: &Spot) -> bool {
        let may = self.may_change(spot);
        if !may {
            let reason = self.state.may().get_untracked().reason();
            self.state.toast(crate::api::sentence(reason));
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::super::TABLES;
    use super::*;

    #[test]
    fn every_name_here_is_a_commands() {
        let commands = TABLES.iter().flat_map(|(_, sections)| sections.iter());
        let ids: Vec<&str> = commands.copied().flatten().map(|it| it.id).collect();
        for id in READING.iter().chain(SAYING).chain(OF_THE_MAP) {
            assert!(ids.contains(id), "{id} is no command");
        }
    }

    #[test]
    fn looking_takes_nothing_and_structure_takes_everything() {
        for (_, sections) in TABLES {
            for command in sections.iter().copied().flatten() {
                let needs = command.needs(None);
                let structure = ["stage.", "step.", "lane.", "gap."];
                let structure = structure.iter().any(|it| command.id.starts_with(it));
                assert!(!structure || needs == May::Everything, "{}", command.id);
                if command.id.starts_with("map.zoom") || command.id == "map.find" {
                    assert_eq!(needs, May::Read);
                }
            }
        }
    }
}
