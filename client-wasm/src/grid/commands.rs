//! Everything one can do with a map, once.
//!
//! The menus, the keys, the command menu and the list of keys are all made from these
//! tables, so that nothing can be in one of them and missing in another. To add a
//! command, add it to the table of the place it belongs to.

mod cards;
mod cells;
mod chord;
mod common;
mod lanes;
mod map;
mod menu;
mod needs;
mod stages;
mod steps;
mod writing;

use leptos::ev::KeyboardEvent;
use leptos::prelude::Set;
use waymark_model::grid::Item;

use self::common::{
    CHOOSE, COMMENT, COPY, CUT, DETAILS, DUPLICATE, EARLIER, LATER, LINK, MENU, PASTE, PICK_UP,
    SELECT_NONE, UNCUT, delete, down, edit, is_in_outline, is_movable, left, move_to, right, up,
};
use super::board::Board;
use super::focus::element;
use super::popup::{Content, Popup};
use super::spot::Spot;

pub(crate) use self::chord::{Chords, shown};
pub(crate) use self::menu::menu;

/// Where a command is asked for.
#[derive(Clone)]
pub(crate) struct At {
    pub(crate) board: Board,
    /// The place that has focus, or had it last.
    pub(crate) spot: Option<Spot>,
    /// The menu it was chosen from.
    pub(crate) popup: Option<Popup>,
}

/// One thing a person can do.
#[derive(Clone, Copy)]
pub(crate) struct Command {
    /// Its name for tests: `step.add-after`.
    pub(crate) id: &'static str,
    pub(crate) icon: &'static str,
    words: &'static str,
    named: Option<fn(&At) -> String>,
    /// The keys that do it; the first are shown beside it.
    pub(crate) keys: &'static [&'static str],
    applies: fn(&At) -> bool,
    checked: Option<fn(&At) -> bool>,
    pub(crate) danger: bool,
    /// Whether its keys also work while a text of the map is edited.
    in_text: bool,
    /// Whether the browser itself tells of its keys, as of Ctrl+C: they are only shown here.
    told: bool,
    /// Whether it is offered in lists; the others are keys only, like Escape.
    listed: bool,
    run: fn(&At),
}

impl Command {
    pub(crate) const fn new(
        id: &'static str,
        icon: &'static str,
        words: &'static str,
        run: fn(&At),
    ) -> Self {
        Self {
            id,
            icon,
            words,
            named: None,
            keys: &[],
            applies: |_| true,
            checked: None,
            danger: false,
            in_text: false,
            told: false,
            listed: true,
            run,
        }
    }

    /// The keys that do it: `Mod+Shift+Z`, `Alt+ArrowLeft`, `M`, or two in a row, `G O`.
    /// `Mod` is Ctrl, and Cmd on a Mac.
    pub(crate) const fn keys(mut self, keys: &'static [&'static str]) -> Self {
        self.keys = keys;
        self
    }

    /// Where it can be done; everywhere otherwise.
    pub(crate) const fn when(mut self, applies: fn(&At) -> bool) -> Self {
        self.applies = applies;
        self
    }

    /// A name that depends on what is there.
    pub(crate) const fn named(mut self, named: fn(&At) -> String) -> Self {
        self.named = Some(named);
        self
    }

    /// It switches something on and off.
    pub(crate) const fn checked(mut self, checked: fn(&At) -> bool) -> Self {
        self.checked = Some(checked);
        self
    }

    pub(crate) const fn danger(mut self) -> Self {
        self.danger = true;
        self
    }

    pub(crate) const fn in_text(mut self) -> Self {
        self.in_text = true;
        self
    }

    /// The browser has an event for its keys, so that no permission is needed.
    pub(crate) const fn told(mut self) -> Self {
        self.told = true;
        self
    }

    /// Only keys do it; it is in no list.
    pub(crate) const fn unlisted(mut self) -> Self {
        self.listed = false;
        self
    }

    /// What it is called here.
    pub(crate) fn words(&self, at: &At) -> String {
        self.named
            .map_or_else(|| self.words.to_owned(), |named| named(at))
    }

    pub(crate) fn is_listed(&self) -> bool {
        self.listed
    }

    pub(crate) fn applies(&self, at: &At) -> bool {
        (self.applies)(at)
    }

    pub(crate) fn is_checked(&self, at: &At) -> Option<bool> {
        self.checked.map(|checked| checked(at))
    }

    /// Does it. A menu it was chosen from is closed first, and focus is on its place again.
    ///
    /// Whoever may not do it is told why.
    pub(crate) fn run(&self, at: &At) {
        if let Some(reason) = self.denied(at) {
            at.board.state.toast(crate::api::sentence(reason));
            return;
        }
        if at.popup.is_some() {
            at.board.close_popup();
        }
        (self.run)(at);
    }
}

impl At {
    /// Where focus is in the map, or was last.
    pub(crate) fn here(board: Board) -> Self {
        Self {
            board,
            spot: board.current(),
            popup: None,
        }
    }

    pub(crate) fn spot(board: Board, spot: Spot) -> Self {
        Self {
            board,
            spot: Some(spot),
            popup: None,
        }
    }

    /// The item at the place.
    pub(crate) fn item(&self) -> Option<&Item> {
        match &self.spot {
            Some(Spot::Item(item)) => Some(item),
            _ => None,
        }
    }

    /// Opens a menu or dialog where the menu was that this was chosen from, or at the place.
    pub(crate) fn open(&self, content: Content) {
        let popup = match &self.popup {
            Some(popup) => popup.instead(content),
            None => match self.spot.as_ref().and_then(element) {
                Some(place) => Popup::beside(content, &place),
                None => Popup::on_top(content),
            },
        };
        self.board.popup.set(Some(popup));
    }
}

/// A part of a menu, between two lines.
pub(crate) type Section = &'static [Command];

/// What can be done at a place, in the order of its menu.
pub(crate) fn at_place(spot: &Spot) -> &'static [Section] {
    match spot {
        Spot::Item(_) => cards::SECTIONS,
        Spot::Cell(_) | Spot::Gap(_) | Spot::Point(_) => cells::SECTIONS,
        Spot::Step(_) => steps::SECTIONS,
        Spot::Stage(_) => stages::SECTIONS,
        Spot::Lane(_) => lanes::SECTIONS,
    }
}

/// What can be done wherever one is.
pub(crate) fn everywhere() -> &'static [Section] {
    map::SECTIONS
}

/// Every table with its name, for the list of keys.
pub(crate) const TABLES: &[(&str, &[Section])] = &[
    ("Everywhere", map::SECTIONS),
    ("In a cell", cells::SECTIONS),
    ("On a card", cards::SECTIONS),
    ("On a step", steps::SECTIONS),
    ("On a stage", stages::SECTIONS),
    ("On a lane", lanes::SECTIONS),
    ("In details", writing::SECTIONS),
];

/// Does what a key means at a place; whether it means anything.
pub(crate) fn press(board: Board, event: &KeyboardEvent, spot: &Spot) -> bool {
    let at = At::spot(board, spot.clone());
    let chords = board.chords();
    let second = everywhere().iter().copied().flatten();
    // What works everywhere comes after this, and the second of two keys is theirs.
    let mut second = second.filter(|command| chords.match_second(event, command.keys));
    !second.any(|command| command.applies(&at)) && press_one_of(at_place(spot), event, &at, false)
}

/// Does what a key means everywhere; whether it means anything.
pub(crate) fn press_anywhere(board: Board, event: &KeyboardEvent, in_text: bool) -> bool {
    press_one_of(everywhere(), event, &At::here(board), in_text)
}

/// Does what a key means in a rich text; whether it means anything.
pub(crate) fn press_writing(board: Board, event: &KeyboardEvent) -> bool {
    press_one_of(writing::SECTIONS, event, &At::here(board), false)
}

fn press_one_of(sections: &[Section], event: &KeyboardEvent, at: &At, in_text: bool) -> bool {
    let chords = at.board.chords();
    let command = sections.iter().copied().flatten().find(|command| {
        !command.told
            && (command.in_text || !in_text)
            && chords.match_any(event, command.keys)
            && command.applies(at)
    });
    if let Some(command) = command {
        command.run(at);
    }
    command.is_some()
}

impl Board {
    /// Does the command of this name that works everywhere, as a button of the page does.
    pub(crate) fn command(&self, id: &str) {
        let at = At::here(*self);
        if let Some(command) = named(id).filter(|command| command.applies(&at)) {
            command.run(&at);
        }
    }

    /// The keys of that command, for people.
    pub(crate) fn keys_of(&self, id: &str) -> String {
        let keys = named(id).and_then(|command| command.keys.first());
        keys.map(|keys| shown(keys, crate::dom::is_mac()))
            .unwrap_or_default()
    }
}

fn named(id: &str) -> Option<&'static Command> {
    let commands = everywhere().iter().chain(writing::SECTIONS);
    let commands = commands.copied().flatten();
    commands.into_iter().find(|command| command.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Chords, TABLES};

    #[test]
    fn every_command_has_a_name_of_its_own() {
        for (_, sections) in TABLES {
            let mut seen = HashSet::new();
            for command in sections.iter().copied().flatten() {
                assert!(seen.insert(command.id), "{} is there twice", command.id);
                assert!(!command.words.is_empty() && !command.icon.is_empty());
            }
        }
    }

    #[test]
    fn all_keys_can_be_read() {
        for (_, sections) in TABLES {
            for key in sections.iter().copied().flatten().flat_map(|it| it.keys) {
                assert!(Chords::is_readable(key), "{key}");
            }
        }
    }
}
