//! Who is here and where: what we tell others about ourselves, and what we believe of
//! what others tell us.

pub mod caret;

use serde_json::{Map, Value};

use crate::state::{Attention, CellRef, Focus, Person};

/// How many colours people are told apart by.
pub const COLOURS: usize = 8;
/// The longest name shown, in characters.
pub const NAME_CHARS: usize = 40;
/// The longest id believed in a focus; ids of the model are at most this long.
const ID_BYTES: usize = 80;

/// The CSS colour of a person, from the palette of `tokens.css`.
pub fn colour(index: usize) -> String {
    format!("var(--u{})", index % COLOURS + 1)
}

/// One or two letters for an avatar.
pub fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    match (first, words.next_back()) {
        (Some(first), Some(last)) => first.to_uppercase().chain(last.to_uppercase()).collect(),
        (Some(_), None) => name
            .trim()
            .chars()
            .filter(|c| c.is_alphanumeric())
            .take(2)
            .flat_map(char::to_uppercase)
            .collect(),
        _ => "?".to_owned(),
    }
}

/// A name fit to be shown: one line, trimmed, at most [`NAME_CHARS`] characters.
pub fn clean_name(name: &str) -> String {
    let visible = |c: char| {
        if c.is_whitespace() {
            Some(' ')
        } else {
            (!c.is_control() && !is_format(c)).then_some(c)
        }
    };
    name.trim()
        .chars()
        .filter_map(visible)
        .take(NAME_CHARS)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Characters that change the direction or look of what stands beside them.
fn is_format(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// What others are told. `idle` says since when nobody is at the keyboard, in milliseconds
/// since the Unix epoch.
pub fn write(name: &str, colour: usize, focus: Option<&Focus>, idle: Option<u64>) -> String {
    let mut out = Map::new();
    out.insert("name".to_owned(), name.into());
    out.insert("colour".to_owned(), colour.into());
    if let Some(focus) = focus {
        out.insert("focus".to_owned(), write_focus(focus));
    }
    if let Some(since) = idle {
        out.insert("idle".to_owned(), since.into());
    }
    Value::Object(out).to_string()
}

/// What somebody told us at `now`; `None` when it is not something we can show.
pub fn read(client_id: u64, json: &str, now: u64) -> Option<Person> {
    let value: Value = serde_json::from_str(json).ok()?;
    let name = clean_name(value.get("name")?.as_str()?);
    if name.is_empty() {
        return None;
    }
    let index = value
        .get("colour")
        .and_then(Value::as_u64)
        .unwrap_or(client_id);
    Some(Person {
        client_id,
        name,
        colour: colour((index % COLOURS as u64) as usize),
        focus: value.get("focus").and_then(read_focus),
        attention: value
            .get("idle")
            .map_or(Attention::Here, |idle| read_idle(idle, now)),
    })
}

/// Clocks differ: nobody is idle since a time that is still to come.
fn read_idle(idle: &Value, now: u64) -> Attention {
    match (idle.as_u64(), idle.as_bool()) {
        (Some(since), _) => Attention::Idle(since.min(now)),
        (None, Some(true)) => Attention::Idle(now),
        _ => Attention::Here,
    }
}

fn write_focus(focus: &Focus) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, text: &str| out.insert(key.to_owned(), text.into());
    match focus {
        Focus::Cell(cell) => {
            put("lane", &cell.lane);
            put("step", &cell.step);
        }
        Focus::Item { cell, item, typing } => {
            put("lane", &cell.lane);
            put("step", &cell.step);
            put("item", item);
            if *typing {
                out.insert("typing".to_owned(), true.into());
            }
        }
        Focus::Stage(id) => drop(put("stage", id)),
        Focus::Step(id) => drop(put("step", id)),
        Focus::Lane(id) => drop(put("lane", id)),
    }
    Value::Object(out)
}

fn read_focus(value: &Value) -> Option<Focus> {
    let id = |key: &str| {
        let text = value.get(key)?.as_str()?;
        let known = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        (!text.is_empty() && text.len() <= ID_BYTES && text.bytes().all(known))
            .then(|| text.to_owned())
    };
    match (id("stage"), id("lane"), id("step"), id("item")) {
        (Some(stage), ..) => Some(Focus::Stage(stage)),
        (None, Some(lane), Some(step), Some(item)) => {
            let typing = value
                .get("typing")
                .and_then(Value::as_bool)
                .unwrap_or(false);
            Some(Focus::Item {
                cell: CellRef { lane, step },
                item,
                typing,
            })
        }
        (None, Some(lane), Some(step), None) => Some(Focus::Cell(CellRef { lane, step })),
        (None, None, Some(step), _) => Some(Focus::Step(step)),
        (None, Some(lane), None, _) => Some(Focus::Lane(lane)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_focus_arrives_as_it_was_sent() {
        let cell = CellRef {
            lane: "l1".to_owned(),
            step: "s-1".to_owned(),
        };
        let all = [
            Focus::Cell(cell.clone()),
            Focus::Item {
                cell: cell.clone(),
                item: "card-x".to_owned(),
                typing: false,
            },
            Focus::Item {
                cell,
                item: "card-x".to_owned(),
                typing: true,
            },
            Focus::Stage("a".to_owned()),
            Focus::Step("b".to_owned()),
            Focus::Lane("c".to_owned()),
        ];
        for focus in all {
            let person = read(7, &write("Inés", 2, Some(&focus), None), 0)
                .expect("own presence is readable");
            assert_eq!(person.focus, Some(focus));
            assert_eq!(
                (person.name.as_str(), person.colour.as_str()),
                ("Inés", "var(--u3)")
            );
        }
    }

    #[test]
    fn hostile_presence_is_ignored_or_made_harmless() {
        for json in [
            "",
            "[]",
            "null",
            "{}",
            r#"{"name":7}"#,
            r#"{"name":" \u202e "}"#,
            "{\"name\":",
        ] {
            assert_eq!(read(1, json, 0), None, "{json}");
        }
        let long = format!(
            r#"{{"name":"{}","colour":99999999999,"focus":{{"stage":"<b>"}}}}"#,
            "x".repeat(5000)
        );
        let person = read(1, &long, 0).expect("a name is enough");
        assert_eq!(person.name.chars().count(), NAME_CHARS);
        assert_eq!(person.colour, "var(--u8)");
        assert_eq!(person.focus, None);
    }

    #[test]
    fn nobody_is_idle_since_a_time_to_come() {
        let told = |idle| read(1, &write("Ana", 0, None, idle), 50).map(|it| it.attention);
        assert_eq!(told(Some(20)), Some(Attention::Idle(20)));
        assert_eq!(told(Some(70)), Some(Attention::Idle(50)));
        assert_eq!(told(None), Some(Attention::Here));
        let odd = read(1, r#"{"name":"Ana","idle":"yes"}"#, 50);
        assert_eq!(odd.map(|it| it.attention), Some(Attention::Here));
    }

    #[test]
    fn initials_are_the_first_and_last_word_or_two_letters() {
        for (name, expected) in [
            ("Mei Kato", "MK"),
            ("Tomasz", "TO"),
            ("ana b. carter", "AC"),
            ("…", "?"),
            ("Ö", "Ö"),
        ] {
            assert_eq!(initials(name), expected);
        }
    }
}
