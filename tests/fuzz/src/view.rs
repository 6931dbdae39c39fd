//! What a document says, in a form that two documents can be compared in.

use serde_json::{Value, json};
use yrs::any::Number;
use yrs::branch::BranchPtr;
use yrs::types::Attrs;
use yrs::types::text::YChange;
use yrs::{
    Any, Array, ArrayRef, Map, MapRef, Out, ReadTxn, Text, TextRef, Xml, XmlFragment, XmlOut,
};

use crate::corpus::hex;

/// The roots that people edit here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// A text with formats and embeds.
    Text,
    /// An array.
    List,
    /// A map.
    Map,
    /// XML.
    Xml,
}

impl Root {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Text, Self::List, Self::Map, Self::Xml];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::List => "list",
            Self::Map => "map",
            Self::Xml => "xml",
        }
    }
}

/// Everything in the roots that people edit.
pub fn of_roots<T: ReadTxn>(txn: &T) -> Value {
    let empty = || json!([]);
    let text = txn
        .get_text("text")
        .map_or_else(empty, |text| runs(txn, &text));
    let list = txn
        .get_array("list")
        .map_or_else(empty, |list| items(txn, &list));
    let map = txn
        .get_map("map")
        .map_or_else(|| json!({}), |map| entries(txn, &map));
    let xml = txn.get_xml_fragment("xml");
    let xml = xml.map_or_else(empty, |xml| nodes(txn, xml.children(txn)));
    json!([text, list, map, xml])
}

/// Everything in all roots, each read as a text, a list and a map, because bytes from
/// outside do not say which of them a root is.
pub fn of_all<T: ReadTxn>(txn: &T) -> Value {
    let mut roots: Vec<_> = txn
        .root_refs()
        .filter_map(|(name, value)| {
            let branch = BranchPtr::from(value.try_branch()?);
            let text = runs(txn, &TextRef::from(branch));
            // Yrs cannot read what holds letters as a list.
            let list = if text.as_array().is_some_and(Vec::is_empty) {
                items(txn, &ArrayRef::from(branch))
            } else {
                json!([])
            };
            let map = entries(txn, &MapRef::from(branch));
            let nothing = text == json!([]) && list == json!([]) && map == json!({});
            (!nothing).then(|| (name.to_owned(), json!([text, list, map])))
        })
        .collect();
    roots.sort_by(|(a, _), (b, _)| a.cmp(b));
    Value::Array(
        roots
            .into_iter()
            .map(|(name, value)| json!([name, value]))
            .collect(),
    )
}

/// What a text holds besides letters.
pub fn inserts<T: ReadTxn>(txn: &T, text: &TextRef) -> Vec<Out> {
    let diffs = text.diff(txn, YChange::identity);
    diffs.into_iter().map(|diff| diff.insert).collect()
}

/// The indices at which a text may be cut without cutting a letter; never empty.
pub fn boundaries<T: ReadTxn>(txn: &T, text: &TextRef) -> Vec<u32> {
    let mut places = vec![0];
    let mut at = 0;
    for insert in inserts(txn, text) {
        match insert {
            Out::Any(Any::String(text)) => {
                for letter in text.chars() {
                    at += letter.len_utf16() as u32;
                    places.push(at);
                }
            }
            _ => {
                at += 1;
                places.push(at);
            }
        }
    }
    places
}

/// A text's letters and embeds with their formats; neighbours of one format are one run.
fn runs<T: ReadTxn>(txn: &T, text: &TextRef) -> Value {
    let mut runs: Vec<(Value, Value)> = Vec::new();
    for diff in text.diff(txn, YChange::identity) {
        let attributes = diff
            .attributes
            .as_deref()
            .map_or_else(|| json!({}), attributes);
        let insert = match diff.insert {
            Out::Any(Any::String(text)) => Value::from(&*text),
            other => json!({ "E": out(txn, other) }),
        };
        match (runs.last_mut(), &insert) {
            (Some((Value::String(last), format)), Value::String(next)) if *format == attributes => {
                last.push_str(next);
            }
            _ => runs.push((insert, attributes)),
        }
    }
    Value::Array(
        runs.into_iter()
            .map(|(insert, format)| json!([insert, format]))
            .collect(),
    )
}

fn attributes(attributes: &Attrs) -> Value {
    let mut sorted: Vec<_> = attributes
        .iter()
        .filter(|(_, value)| **value != Any::Null)
        .collect();
    sorted.sort_unstable_by_key(|(a, _)| *a);
    sorted
        .into_iter()
        .map(|(key, value)| (key.to_string(), any(value)))
        .collect()
}

fn items<T: ReadTxn>(txn: &T, array: &ArrayRef) -> Value {
    array.iter(txn).map(|value| out(txn, value)).collect()
}

fn entries<T: ReadTxn>(txn: &T, map: &MapRef) -> Value {
    let mut sorted: Vec<_> = map.iter(txn).collect();
    sorted.sort_unstable_by_key(|(a, _)| *a);
    sorted
        .into_iter()
        .map(|(key, value)| (key.to_owned(), out(txn, value)))
        .collect()
}

fn nodes<T: ReadTxn>(txn: &T, children: impl Iterator<Item = XmlOut>) -> Value {
    children.map(|child| out(txn, child.into())).collect()
}

fn out<T: ReadTxn>(txn: &T, value: Out) -> Value {
    match value {
        Out::Any(value) => any(&value),
        Out::YText(text) => json!({ "T": runs(txn, &text) }),
        Out::YArray(array) => json!({ "A": items(txn, &array) }),
        Out::YMap(map) => json!({ "M": entries(txn, &map) }),
        Out::YXmlElement(element) => {
            let mut named: Vec<_> = element
                .attributes(txn)
                .map(|(name, value)| (name.to_owned(), out(txn, value)))
                .collect();
            named.sort_by(|(a, _), (b, _)| a.cmp(b));
            let named: Value = named.into_iter().collect();
            json!({ "X": [&**element.tag(), named, nodes(txn, element.children(txn))] })
        }
        Out::YXmlFragment(fragment) => json!({ "F": nodes(txn, fragment.children(txn)) }),
        Out::YXmlText(text) => json!({ "T": runs(txn, AsRef::<TextRef>::as_ref(&text)) }),
        Out::YDoc(doc) => json!({ "D": doc.guid().to_string() }),
        Out::UndefinedRef(_) => json!({ "U": 1 }),
    }
}

fn any(value: &Any) -> Value {
    match value {
        Any::Null => Value::Null,
        Any::Undefined => json!({ "U": 0 }),
        Any::Bool(value) => Value::Bool(*value),
        Any::Number(Number::Int(value)) => number(*value as f64),
        Any::Number(Number::Float(value)) => number(*value),
        Any::String(text) => Value::from(&**text),
        Any::Buffer(bytes) => json!({ "B": hex(bytes) }),
        Any::Array(values) => values.iter().map(any).collect(),
        Any::Map(values) => {
            let mut sorted: Vec<_> = values.iter().collect();
            sorted.sort_unstable_by_key(|(a, _)| *a);
            sorted
                .into_iter()
                .map(|(key, value)| (key.clone(), any(value)))
                .collect()
        }
    }
}

/// As in JavaScript there is one kind of number.
fn number(value: f64) -> Value {
    if !value.is_finite() {
        json!({ "N": value.to_string() })
    } else if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        json!(value as i64)
    } else {
        json!(value)
    }
}
