//! Who wrote something, as the document remembers it.

use std::collections::HashMap;
use std::sync::Arc;

use yrs::{Any, Number, Out};

use super::value::{entry, finite};
use crate::edit::Author;
use crate::limits;

/// Who wrote a thing, and when; whoever changes, moves or copies the thing later leaves it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Written {
    /// Their id, so that names stand in one place and can be erased there; in a file from
    /// elsewhere perhaps a name: one line of at most [`limits::NAME_CHARS`] characters, never empty.
    pub by: String,
    /// In milliseconds since the Unix epoch, by their clock; 0 when nobody knows.
    pub at: u64,
}

const BY: &str = "by";
const AT: &str = "at";

impl Written {
    /// By somebody at some time; `None` for a name that is none or cannot be shown.
    pub fn new(by: &str, at: u64) -> Option<Self> {
        let by = by.trim();
        let fits = by.len() <= 4 * limits::NAME_CHARS && by.chars().count() <= limits::NAME_CHARS;
        let is_name = !by.is_empty() && fits && !by.chars().any(is_unfit);
        is_name.then(|| Self {
            by: by.to_owned(),
            at: if is_time(at as f64) { at } else { 0 },
        })
    }

    /// By the author of an edit.
    pub(crate) fn by(who: Author<'_>) -> Option<Self> {
        Self::new(who.by, who.at)
    }

    /// What a document holds in that place; anybody may have written it.
    pub(super) fn read(value: &Out) -> Option<Self> {
        let Out::Any(value) = value else {
            return None;
        };
        match value {
            // The short way to say it in a file.
            Any::String(by) => Self::new(by, 0),
            Any::Map(entries) => {
                let at = entries.get(AT).and_then(finite).filter(|at| is_time(*at));
                Self::new(entry(value, BY)?, at.map_or(0, |at| at as u64))
            }
            _ => None,
        }
    }

    /// As it stands in a document.
    pub(crate) fn to_any(&self) -> Any {
        let at = Any::Number(Number::try_i64(self.at as f64));
        Any::Map(Arc::new(HashMap::from([
            (BY.to_owned(), Any::from(self.by.as_str())),
            (AT.to_owned(), at),
        ])))
    }
}

/// Whether a number is a time that can be shown.
fn is_time(at: f64) -> bool {
    (0.0..=limits::TIME_MS as f64).contains(&at)
}

/// What would break a line, or change the direction of what stands beside it.
fn is_unfit(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: impl Into<Any>) -> Option<Written> {
        Written::read(&Out::Any(value.into()))
    }

    #[test]
    fn what_is_written_is_read_again() {
        let ana = Written::new(" Ana ", 1_700_000_000_000).expect("a name");
        assert_eq!(ana.by, "Ana");
        assert_eq!(read(ana.to_any()), Some(ana));
        assert_eq!(read("Ana"), Written::new("Ana", 0));
    }

    #[test]
    fn a_hostile_name_is_as_good_as_none_and_a_hostile_time_is_unknown() {
        for name in [
            "",
            "  ",
            "a\nb",
            "Ana\u{202e}",
            &"x".repeat(limits::NAME_CHARS + 1),
        ] {
            assert_eq!(Written::new(name, 1), None, "{name:?}");
            assert_eq!(read(name), None);
        }
        for odd in [
            Any::from(7.0),
            Any::Null,
            Any::Bool(true),
            Any::Array([].into()),
        ] {
            assert_eq!(read(odd), None);
        }
        for at in [
            Any::from(-1.0),
            Any::from(1e300),
            Any::from(f64::NAN),
            "now".into(),
        ] {
            let fields = HashMap::from([("by".to_owned(), "Ana".into()), ("at".to_owned(), at)]);
            assert_eq!(read(Any::Map(Arc::new(fields))), Written::new("Ana", 0));
        }
    }
}
