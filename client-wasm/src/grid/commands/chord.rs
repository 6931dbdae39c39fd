//! Keys as they are written in the tables: `Mod+Shift+Z`, `F2`, `G O`.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::ev::KeyboardEvent;

use crate::dom;

/// The second of two keys must come within this time, in milliseconds.
const TOGETHER_MS: f64 = 1_500.0;

/// Knows the first of two keys in a row.
#[derive(Clone, Default)]
pub(crate) struct Chords {
    first: Rc<RefCell<Option<(String, f64)>>>,
}

/// One key with its modifiers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Chord<'a> {
    control: bool,
    alt: bool,
    shift: bool,
    key: &'a str,
}

impl<'a> Chord<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut chord = Self::default();
        let mut rest = text;
        while let Some((modifier, after)) = rest.split_once('+')
            && !after.is_empty()
        {
            match modifier {
                "Mod" => chord.control = true,
                "Alt" => chord.alt = true,
                "Shift" => chord.shift = true,
                _ => return None,
            }
            rest = after;
        }
        chord.key = if rest == "Space" { " " } else { rest };
        (!rest.is_empty()).then_some(chord)
    }

    fn matches(&self, pressed: &Pressed) -> bool {
        // How a sign is typed (with or without Shift) differs between keyboards.
        let is_sign = {
            let mut signs = self.key.chars();
            matches!((signs.next(), signs.next()), (Some(sign), None) if !sign.is_alphanumeric() && sign != ' ')
        };
        self.control == pressed.control
            && self.alt == pressed.alt
            && (is_sign || self.shift == pressed.shift)
            && self.key.eq_ignore_ascii_case(&pressed.key)
    }
}

/// What was pressed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Pressed {
    control: bool,
    alt: bool,
    shift: bool,
    key: String,
}

impl Pressed {
    fn of(event: &KeyboardEvent) -> Self {
        Self {
            control: event.ctrl_key() || event.meta_key(),
            alt: event.alt_key(),
            shift: event.shift_key(),
            key: event.key(),
        }
    }
}

impl Chords {
    /// Whether these keys are written as keys are.
    #[cfg(test)]
    pub(crate) fn is_readable(keys: &str) -> bool {
        keys.split(' ').all(|key| Chord::parse(key).is_some())
    }

    /// Whether this press is one of these keys, or the second of two.
    pub(crate) fn match_any(&self, event: &KeyboardEvent, keys: &[&str]) -> bool {
        let pressed = Pressed::of(event);
        let alone = |keys: &&str| Chord::parse(keys).is_some_and(|chord| chord.matches(&pressed));
        keys.iter().any(alone) || self.match_second(event, keys)
    }

    /// Whether this press is the second of two of these keys. What it would mean alone it
    /// does not mean then.
    pub(crate) fn match_second(&self, event: &KeyboardEvent, keys: &[&str]) -> bool {
        let pressed = Pressed::of(event);
        let mut pairs = keys.iter().filter_map(|keys| keys.split_once(' '));
        pairs.any(|(first, second)| {
            self.was(first) && Chord::parse(second).is_some_and(|chord| chord.matches(&pressed))
        })
    }

    /// Remembers a key that may be the first of two.
    pub(crate) fn note(&self, event: &KeyboardEvent) {
        let plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        *self.first.borrow_mut() = plain.then(|| (event.key(), dom::now()));
    }

    /// Whether the key before was this one, just now.
    fn was(&self, key: &str) -> bool {
        self.first.borrow().as_ref().is_some_and(|(before, at)| {
            before.eq_ignore_ascii_case(key) && dom::now() - at < TOGETHER_MS
        })
    }
}

/// Keys as people read them: `Ctrl+Shift+Z`, `Alt+←`.
pub(crate) fn shown(keys: &str, mac: bool) -> String {
    let one = |chord: &str| {
        let mut parts: Vec<&str> = chord.split('+').collect();
        // "Mod++" is the plus sign with Ctrl.
        if chord.ends_with('+') {
            parts.truncate(parts.len() - 2);
            parts.push("+");
        }
        let named = parts.into_iter().map(|part| match part {
            "Mod" if mac => "⌘",
            "Mod" => "Ctrl",
            "Alt" if mac => "⌥",
            "ArrowLeft" => "←",
            "ArrowRight" => "→",
            "ArrowUp" => "↑",
            "ArrowDown" => "↓",
            "Delete" => "Del",
            "Escape" => "Esc",
            "ContextMenu" => "Menu",
            // How most keyboards type it.
            "!" => "1",
            other => other,
        });
        named.collect::<Vec<_>>().join("+")
    };
    keys.split(' ').map(one).collect::<Vec<_>>().join(" then ")
}

#[cfg(test)]
mod tests {
    use super::{Chord, Pressed, shown};

    fn pressed(control: bool, shift: bool, key: &str) -> Pressed {
        Pressed {
            control,
            shift,
            key: key.to_owned(),
            alt: false,
        }
    }

    #[test]
    fn letters_match_in_either_case_and_only_with_their_modifiers() {
        let redo = Chord::parse("Mod+Shift+Z").unwrap();
        assert!(redo.matches(&pressed(true, true, "Z")));
        assert!(!redo.matches(&pressed(true, false, "z")));
        let m = Chord::parse("M").unwrap();
        assert!(m.matches(&pressed(false, false, "m")));
        assert!(m.matches(&pressed(false, false, "M")));
        assert!(!m.matches(&pressed(false, true, "M")));
    }

    #[test]
    fn a_sign_is_the_same_however_a_keyboard_types_it() {
        let help = Chord::parse("?").unwrap();
        assert!(help.matches(&pressed(false, true, "?")));
        assert!(help.matches(&pressed(false, false, "?")));
        let plus = Chord::parse("Mod++").unwrap();
        assert_eq!((plus.control, plus.key), (true, "+"));
    }

    #[test]
    fn keys_are_shown_as_they_stand_on_keyboards() {
        assert_eq!(shown("Mod+Shift+Z", false), "Ctrl+Shift+Z");
        assert_eq!(shown("Mod+K", true), "⌘+K");
        assert_eq!(shown("Alt+Shift+ArrowLeft", false), "Alt+Shift+←");
        assert_eq!(shown("G O", false), "G then O");
        assert_eq!(shown("Mod++", false), "Ctrl++");
        assert_eq!(shown("Space", false), "Space");
    }
}
