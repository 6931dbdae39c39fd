//! A place's commands as the lines of its menu.

use super::super::board::Board;
use super::super::popup::{Entry, Popup};
use super::super::spot::Spot;
use super::{At, Command, at_place, shown};
use crate::dom::is_mac;

/// The menu of a place.
pub(crate) fn menu(board: Board, spot: &Spot, popup: &Popup) -> Vec<Entry> {
    let at = At {
        board,
        spot: Some(spot.clone()),
        popup: Some(popup.clone()),
    };
    let mut entries: Vec<Entry> = Vec::new();
    for section in at_place(spot) {
        let offered: Vec<&Command> = section
            .iter()
            .filter(|command| command.is_offered(&at))
            .collect();
        if !offered.is_empty() && !entries.is_empty() {
            entries.push(Entry::Line);
        }
        entries.extend(offered.into_iter().map(|command| entry(*command, &at)));
    }
    entries
}

/// One command as a line.
fn entry(command: Command, at: &At) -> Entry {
    let run = {
        let at = at.clone();
        move || command.run(&at)
    };
    let keys = command
        .keys
        .first()
        .map(|keys| shown(keys, is_mac()))
        .unwrap_or_default();
    let mut entry = Entry::new(command.icon, command.words(at), run)
        .keys(keys)
        .id(command.id);
    if command.danger {
        entry = entry.danger();
    }
    if let Some(reason) = command.denied(at) {
        entry = entry.denied(reason);
    }
    match command.is_checked(at) {
        Some(checked) => entry.checked(checked),
        None => entry,
    }
}
