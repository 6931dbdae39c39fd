//! Who looks after a map: ids of the file's `people` there, names that people read here.
//!
//! A file has `council: {lead, manager, coordinators, supporters}`, the first two one person
//! each, the others lists. The document has a text for each, so that two people who write in
//! one both keep their words. What is no person or list of them stays as it is.

use serde_json::{Map as Object, Value};

use crate::limits::TEXT_CHARS;
use crate::schema;

type Fields = Object<String, Value>;

/// The file's name of a role, the document's, and whether several people have it.
const ROLES: [(&str, &str, bool); 4] = [
    ("lead", schema::LEAD, false),
    ("manager", schema::MANAGER, false),
    ("coordinators", schema::COORDINATORS, true),
    ("supporters", schema::SUPPORTERS, true),
];
/// The document's names, none of which is a file's.
pub(super) const KEYS: [&str; 4] = [
    schema::LEAD,
    schema::MANAGER,
    schema::COORDINATORS,
    schema::SUPPORTERS,
];
pub(super) const COUNCIL: &str = "council";

/// People with an id and a name that are nobody else's, both ways.
pub(super) struct People(Vec<(String, String)>);

impl People {
    /// Those of a file's `people`.
    pub(super) fn of(people: Option<&Value>) -> Self {
        let list = people.and_then(Value::as_array);
        let all: Vec<(String, String)> = list
            .into_iter()
            .flatten()
            .filter_map(|it| {
                let text = |key: &str| it.get(key)?.as_str().map(str::to_owned);
                Some((text("id")?, text("name")?))
            })
            .collect();
        let is_one = |(id, name): &&(String, String)| {
            let same = |it: &&(String, String)| {
                [&it.0, &it.1].contains(&id) || [&it.0, &it.1].contains(&name)
            };
            is_entry(id) && is_entry(name) && all.iter().filter(same).count() == 1
        };
        Self(all.iter().filter(is_one).cloned().collect())
    }

    fn name<'a>(&'a self, id: &'a str) -> &'a str {
        let found = self.0.iter().find(|(it, _)| it == id);
        found.map_or(id, |(_, name)| name)
    }

    fn id<'a>(&'a self, name: &'a str) -> &'a str {
        let found = self.0.iter().find(|(_, it)| it == name);
        found.map_or(name, |(id, _)| id)
    }
}

/// Whether a text can stand in a list and be found in it again.
fn is_entry(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.contains([';', '\n', '\r'])
}

/// People as one line. A semicolon parts those whose names have commas.
fn joined(entries: &[&str]) -> String {
    if !entries.iter().any(|entry| entry.contains(',')) {
        return entries.join(", ");
    }
    match entries {
        [only] => format!("{only};"),
        _ => entries.join("; "),
    }
}

/// The people in such a line.
fn parted(line: &str) -> impl Iterator<Item = &str> {
    let by = if line.contains(';') { ';' } else { ',' };
    let entries = line.split([by, '\n']).map(str::trim);
    entries.filter(|entry| !entry.is_empty())
}

/// A file's council: the document's texts, and what is left of it.
pub(super) struct Council {
    texts: Vec<(&'static str, String)>,
    pub(super) rest: Option<Value>,
}

impl Council {
    pub(super) fn read(council: Option<&Value>, people: &People) -> Self {
        let Some(Value::Object(fields)) = council else {
            return Self {
                texts: Vec::new(),
                rest: council.cloned(),
            };
        };
        let (mut texts, mut rest) = (Vec::new(), fields.clone());
        for (name, key, several) in ROLES {
            let line = match fields.get(name) {
                Some(Value::String(who)) if !several && is_entry(who) => {
                    people.name(who).to_owned()
                }
                Some(Value::Array(list)) if several => {
                    let entry = |it: &'_ Value| it.as_str().is_some_and(is_entry);
                    if list.is_empty() || !list.iter().all(entry) {
                        continue;
                    }
                    let entries = list.iter().filter_map(Value::as_str);
                    joined(&entries.map(|it| people.name(it)).collect::<Vec<_>>())
                }
                _ => continue,
            };
            if line.chars().count() <= TEXT_CHARS {
                texts.push((key, line));
                rest.shift_remove(name);
            }
        }
        let is_all = rest.is_empty() && !texts.is_empty();
        Self {
            texts,
            rest: (!is_all).then_some(Value::Object(rest)),
        }
    }

    /// What the document says under this name.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        let found = self.texts.iter().find(|(it, _)| *it == key);
        found.map(|(_, line)| line.as_str())
    }
}

/// Puts what the document says into the file's `map`, on top of what was left of its council.
pub(super) fn put(map: &mut Fields, people: &People, text: impl Fn(&'static str) -> String) {
    for (name, key, several) in ROLES {
        let line = text(key);
        let who = match several {
            false if line.trim().is_empty() => continue,
            false => Value::from(people.id(&line)),
            true => {
                let entries = parted(&line).map(|it| Value::from(people.id(it)));
                Value::Array(entries.collect())
            }
        };
        if who.as_array().is_some_and(Vec::is_empty) {
            continue;
        }
        let council = map
            .entry(COUNCIL)
            .or_insert_with(|| Value::Object(Object::new()));
        if !council.is_object() {
            *council = Value::Object(Object::new());
        }
        if let Value::Object(fields) = council {
            fields.insert(name.to_owned(), who);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn there_and_back(council: &Value) -> (Vec<(&'static str, String)>, Value) {
        let people = json!([
            {"id": "u-ola", "name": "Ola Berg"}, {"id": "u-mei", "name": "Kato, Mei"},
            {"id": "u-1", "name": "Twin"}, {"id": "u-2", "name": "Twin"}, {"id": "u-3"},
        ]);
        let people = People::of(Some(&people));
        let read = Council::read(Some(council), &people);
        let mut map = Object::new();
        if let Some(rest) = read.rest.clone() {
            map.insert(COUNCIL.to_owned(), rest);
        }
        let text = |key: &str| read.text(key).unwrap_or_default().to_owned();
        put(&mut map, &people, text);
        (read.texts, map.remove(COUNCIL).unwrap_or_default())
    }

    #[test]
    fn people_are_called_by_name_and_go_back_as_they_came() {
        let council = json!({
            "lead": "u-ola", "manager": "Somebody", "coordinators": ["u-ola", "u-1"],
            "supporters": ["u-mei"],
        });
        let (texts, back) = there_and_back(&council);
        let lines: Vec<&str> = texts.iter().map(|(_, line)| line.as_str()).collect();
        assert_eq!(
            lines,
            ["Ola Berg", "Somebody", "Ola Berg, u-1", "Kato, Mei;"]
        );
        assert_eq!(back, council);
    }

    #[test]
    fn what_is_no_list_of_people_comes_back_unchanged() {
        for council in [
            json!({}),
            json!(null),
            json!("all of us"),
            json!({"lead": "", "coordinators": [], "supporters": null}),
            json!({"lead": ["u-ola"], "manager": 7, "coordinators": "u-ola", "more": [1]}),
            json!({"lead": "u-ola", "coordinators": ["a;b", "c"], "supporters": [" x"]}),
            json!({"coordinators": ["u-ola", {"id": "u-mei"}]}),
        ] {
            assert_eq!(there_and_back(&council).1, council);
        }
    }

    #[test]
    fn what_people_write_is_parted_as_they_meant_it() {
        let parts = |line| parted(line).collect::<Vec<_>>();
        assert_eq!(parts("Ola Berg,Mei ,, Ida"), ["Ola Berg", "Mei", "Ida"]);
        assert_eq!(parts("Berg, Ola; Kato, Mei"), ["Berg, Ola", "Kato, Mei"]);
        assert_eq!(parts(" , "), [""; 0]);
    }
}
