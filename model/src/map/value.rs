//! Reading values that may be missing, of the wrong kind or hostile.

use std::sync::Arc;

use yrs::types::map::MapIter;
use yrs::{Any, GetString, Map, MapRef, Out, ReadTxn};

use crate::order;
use crate::schema;

/// A root map, if the document has it.
pub(crate) fn root<T: ReadTxn>(txn: &T, name: &str) -> Option<MapRef> {
    txn.get_map(name)
}

/// The entities of a root map with their keys, in no order; anything that is not a
/// map is passed over.
pub(crate) fn entities<T: ReadTxn>(txn: &T, name: &str) -> Vec<(String, MapRef)> {
    let Some(root) = root(txn, name) else {
        return Vec::new();
    };
    let entries: MapIter<'_, &T, T> = root.iter(txn);
    entries
        .filter_map(|(key, value)| match value {
            Out::YMap(map) => Some((key.to_owned(), map)),
            _ => None,
        })
        .collect()
}

/// A plain value.
pub(crate) fn plain<T: ReadTxn>(txn: &T, map: &MapRef, key: &str) -> Option<Any> {
    match map.get(txn, key)? {
        Out::Any(Any::Null | Any::Undefined) => None,
        Out::Any(value) => Some(value),
        _ => None,
    }
}

/// A text people write, or a plain string in its place; empty when there is neither.
pub(crate) fn text<T: ReadTxn>(txn: &T, map: &MapRef, key: &str) -> String {
    map.get(txn, key)
        .map_or_else(String::new, |value| text_in(txn, value))
}

/// The text that a value is.
pub(crate) fn text_in<T: ReadTxn>(txn: &T, value: Out) -> String {
    match value {
        Out::YText(text) => text.get_string(txn),
        Out::Any(Any::String(text)) => text.as_ref().to_owned(),
        _ => String::new(),
    }
}

/// A plain string, or a number in its place; empty when there is neither.
pub(crate) fn word<T: ReadTxn>(txn: &T, map: &MapRef, key: &str) -> String {
    map.get(txn, key).map_or_else(String::new, word_in)
}

/// The string or number that a value is.
pub(crate) fn word_in(value: Out) -> String {
    match value {
        Out::Any(value) => shown(&value).unwrap_or_default(),
        _ => String::new(),
    }
}

/// A scalar as people read it.
pub(crate) fn shown(value: &Any) -> Option<String> {
    match value {
        Any::String(text) => Some(text.as_ref().to_owned()),
        Any::Bool(value) => Some(value.to_string()),
        Any::Number(_) => finite(value).map(|number| number.to_string()),
        _ => None,
    }
}

/// A finite number.
pub(crate) fn finite(value: &Any) -> Option<f64> {
    match value {
        Any::Number(number) => number.as_f64().filter(|number| number.is_finite()),
        _ => None,
    }
}

/// A finite number at a key.
pub(crate) fn number<T: ReadTxn>(txn: &T, map: &MapRef, key: &str) -> Option<f64> {
    plain(txn, map, key).as_ref().and_then(finite)
}

/// A whole number of a range; anything else is as good as absent.
pub(crate) fn score<T: ReadTxn>(
    txn: &T,
    map: &MapRef,
    key: &str,
    range: std::ops::RangeInclusive<u8>,
) -> Option<u8> {
    let value = number(txn, map, key)?;
    // `as` saturates, so that a number out of range is not equal to what it becomes.
    let whole = value as u8;
    (f64::from(whole) == value && range.contains(&whole)).then_some(whole)
}

/// The strings of a plain list.
pub(crate) fn strings<T: ReadTxn>(txn: &T, map: &MapRef, key: &str) -> Vec<String> {
    match plain(txn, map, key) {
        Some(Any::Array(items)) => items.iter().filter_map(shown).collect(),
        _ => Vec::new(),
    }
}

/// The place of an entity among its siblings; empty when it has none that counts.
pub(crate) fn position<T: ReadTxn>(txn: &T, map: &MapRef) -> Arc<str> {
    map.get(txn, schema::POS).map(key_in).unwrap_or_default()
}

/// The order key that a value is; empty when it is none.
pub(crate) fn key_in(value: Out) -> Arc<str> {
    match value {
        Out::Any(Any::String(key)) if order::is_key(&key) => key,
        _ => Arc::default(),
    }
}

/// Whether an entity is marked as deleted.
pub(crate) fn is_deleted<T: ReadTxn>(txn: &T, map: &MapRef) -> bool {
    map.get(txn, schema::DELETED)
        .is_some_and(|mark| is_mark(&mark))
}

/// Whether a value marks something as deleted.
pub(crate) fn is_mark(value: &Out) -> bool {
    !matches!(
        value,
        Out::Any(Any::Null | Any::Undefined | Any::Bool(false))
    )
}

/// A string inside a plain mapping.
pub(crate) fn entry<'a>(value: &'a Any, key: &str) -> Option<&'a str> {
    match value {
        Any::Map(entries) => match entries.get(key)? {
            Any::String(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}
