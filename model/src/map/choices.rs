//! What people chose differently at the same time.

use std::collections::{BTreeMap, HashMap};

use yrs::types::map::MapIter;
use yrs::{Any, Out, ReadTxn};

use super::value::{entry, finite, root};
use super::{JourneyMap, Scale};
use crate::scalar::{Choice, Scalar, ScalarField};
use crate::schema;

/// A choice as it stands in the document, with its key.
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) value: Option<Scalar>,
    /// Who chose it, as a number that no two replicas have.
    pub(crate) client: u64,
    by: String,
    at: u64,
}

/// The choices that stand under a scalar's name.
pub(crate) fn of_scalar<T: ReadTxn>(txn: &T, name: &str) -> Vec<Entry> {
    let Some(root) = root(txn, schema::CHOICES) else {
        return Vec::new();
    };
    let entries: MapIter<'_, &T, T> = yrs::Map::iter(&root, txn);
    let mut found: Vec<Entry> = entries
        .filter_map(|(key, value)| {
            let client = key.strip_prefix(name)?.strip_prefix('/')?;
            entry_of(key, client, &value)
        })
        .collect();
    sort(&mut found);
    found
}

/// The scalars of a map whose choices differ.
pub(super) fn read<T: ReadTxn>(txn: &T, map: &JourneyMap) -> BTreeMap<ScalarField, Vec<Choice>> {
    let Some(root) = root(txn, schema::CHOICES) else {
        return BTreeMap::new();
    };
    let mut found: HashMap<&str, Vec<Entry>> = HashMap::new();
    let entries: MapIter<'_, &T, T> = yrs::Map::iter(&root, txn);
    for (key, value) in entries {
        if let Some((name, client)) = key.rsplit_once('/')
            && let Some(entry) = entry_of(key, client, &value)
        {
            found.entry(name).or_default().push(entry);
        }
    }
    found
        .into_iter()
        .filter(|(_, entries)| entries.len() > 1)
        .filter_map(|(name, entries)| {
            let field = ScalarField::parse(name)?;
            let choices = differing(&field, entries, map.frame.scale)?;
            field.is_in(map).then_some((field, choices))
        })
        .collect()
}

/// The choices that count, in the order they were made; `None` when they agree.
fn differing(field: &ScalarField, mut entries: Vec<Entry>, scale: Scale) -> Option<Vec<Choice>> {
    entries.retain(|entry| field.accepts(entry.value.as_ref(), scale));
    let first = entries.first()?;
    if entries.iter().all(|entry| entry.value == first.value) {
        return None;
    }
    sort(&mut entries);
    let choices = entries.into_iter().map(|entry| Choice {
        value: entry.value,
        by: entry.by,
        at: entry.at,
    });
    Some(choices.collect())
}

fn sort(entries: &mut [Entry]) {
    entries.sort_unstable_by_key(|entry| (entry.at, entry.client));
}

fn entry_of(key: &str, client: &str, value: &Out) -> Option<Entry> {
    let Out::Any(choice @ Any::Map(fields)) = value else {
        return None;
    };
    let value = match fields.get(schema::VALUE) {
        None | Some(Any::Null | Any::Undefined) => None,
        Some(value) => Some(Scalar::from_any(value)?),
    };
    let at = fields.get("at").and_then(finite).unwrap_or_default();
    Some(Entry {
        key: key.to_owned(),
        value,
        client: client.parse().ok()?,
        by: entry(choice, "by").unwrap_or_default().to_owned(),
        // A negative or huge time becomes the nearest that there is.
        at: at as u64,
    })
}
