//! File values to document values and back.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Map as Object, Value};
use yrs::{Any, Array, GetString, Map, Out, ReadTxn};

use crate::{limits, schema};

/// A number as files have it: whole when it is whole. Null when it is none.
pub(super) fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() <= limits::WHOLE_NUMBER as f64 {
        return Value::from(value as i64);
    }
    Value::from(value)
}

/// A plain value for the document. The file's depth was checked.
pub(super) fn to_any(value: &Value) -> Any {
    match value {
        Value::Null => Any::Null,
        Value::Bool(value) => Any::Bool(*value),
        Value::Number(value) => {
            Any::Number(yrs::Number::try_i64(value.as_f64().unwrap_or_default()))
        }
        Value::String(text) => Any::String(Arc::from(text.as_str())),
        Value::Array(items) => Any::Array(items.iter().map(to_any).collect()),
        Value::Object(fields) => {
            let fields: HashMap<String, Any> = fields
                .iter()
                .map(|(key, value)| (key.clone(), to_any(value)))
                .collect();
            Any::Map(Arc::new(fields))
        }
    }
}

/// A plain value for the file. What is nested deeper than `depth` or has no place in a
/// file (bytes) becomes null; mappings are sorted, since they have no order.
pub(super) fn from_any(value: &Any, depth: usize) -> Value {
    match value {
        Any::Bool(value) => Value::Bool(*value),
        Any::Number(value) => value.as_f64().map_or(Value::Null, number),
        Any::String(text) => Value::from(text.as_ref()),
        Any::Array(items) if depth > 0 => {
            items.iter().map(|item| from_any(item, depth - 1)).collect()
        }
        Any::Map(fields) if depth > 0 => {
            let sorted: BTreeMap<&String, &Any> = fields.iter().collect();
            let field = |(key, value): (&String, &Any)| (key.clone(), from_any(value, depth - 1));
            Value::Object(sorted.into_iter().map(field).collect::<Object<_, _>>())
        }
        _ => Value::Null,
    }
}

/// Any document value for the file, within a depth.
pub(super) fn from_out<T: ReadTxn>(txn: &T, value: &Out, depth: usize) -> Value {
    match value {
        Out::Any(value) => from_any(value, depth),
        Out::YText(text) => Value::from(text.get_string(txn)),
        Out::YArray(items) if depth > 0 => items
            .iter(txn)
            .map(|item| from_out(txn, &item, depth - 1))
            .collect(),
        Out::YMap(fields) if depth > 0 => {
            let entries: yrs::types::map::MapIter<'_, &T, T> = fields.iter(txn);
            let sorted: BTreeMap<String, Out> = entries
                .map(|(key, value)| (key.to_owned(), value))
                .collect();
            let field = |(key, value): (String, Out)| {
                let value = from_out(txn, &value, depth - 1);
                (key, value)
            };
            Value::Object(sorted.into_iter().map(field).collect())
        }
        _ => Value::Null,
    }
}

/// The document's name for a file's key: its own, unless this program uses that name
/// for itself.
pub(super) fn escape(key: &str, taken: &[&str]) -> String {
    if key.starts_with('~') || schema::OWN.contains(&key) || taken.contains(&key) {
        format!("~{key}")
    } else {
        key.to_owned()
    }
}

/// The file's name for a document's key; `None` for those of this program.
pub(super) fn unescape<'a>(key: &'a str, taken: &[&str]) -> Option<&'a str> {
    match key.strip_prefix('~') {
        Some(key) => Some(key),
        None if schema::OWN.contains(&key) || taken.contains(&key) => None,
        None => Some(key),
    }
}
