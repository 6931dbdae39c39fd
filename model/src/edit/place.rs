//! Giving something its place among its siblings.

use yrs::{Map, MapRef, ReadTxn, TransactionMut};

use super::Place;
use crate::map::outline::Placed;
use crate::map::value;
use crate::{order, schema};

/// The index at which something is to stand among `ids`, which it is not one of.
pub(super) fn index<Id: PartialEq>(place: &Place<Id>, ids: &[&Id]) -> usize {
    let of = |id: &Id| ids.iter().position(|other| *other == id);
    match place {
        Place::First => 0,
        Place::Last => ids.len(),
        Place::Before(id) => of(id).unwrap_or(ids.len()),
        Place::After(id) => of(id).map_or(ids.len(), |at| at + 1),
    }
}

/// Writes the place of `fields` at `index` among `siblings`, which it is not one of, and
/// of as many later ones as must move. `stays` says that it is among them already: then
/// a place that is right is not written again.
pub(super) fn put<Id>(
    txn: &mut TransactionMut<'_>,
    fields: &MapRef,
    siblings: &[Placed<Id>],
    index: usize,
    stays: bool,
) {
    let lower = index.checked_sub(1).map(|left| siblings[left].key.clone());
    let rest = &siblings[index..];
    if stays && is_between(&value::position(txn, fields), lower.as_deref(), rest) {
        return;
    }
    let known: Vec<Option<&str>> = std::iter::once(None)
        .chain(rest.iter().map(|sibling| Some(sibling.key.as_ref())))
        .collect();
    let keys = order::fill(lower.as_deref(), &known);
    let movers = std::iter::once(fields).chain(rest.iter().map(|sibling| &sibling.fields));
    for (fields, key) in movers.zip(keys) {
        fields.insert(txn, schema::POS, key);
    }
}

fn is_between<Id>(key: &str, lower: Option<&str>, rest: &[Placed<Id>]) -> bool {
    !key.is_empty()
        && lower.is_none_or(|lower| lower < key)
        && rest.first().is_none_or(|next| key < next.key.as_ref())
}

/// The siblings of a root in order, without one of them.
pub(super) fn others<T: ReadTxn, Id: Ord>(
    txn: &T,
    root: &str,
    parse: impl Fn(&str) -> Result<Id, crate::ids::IdError>,
    except: &Id,
) -> Vec<Placed<Id>> {
    let mut siblings = crate::map::outline::live(txn, root, parse);
    siblings.retain(|sibling| sibling.id != *except);
    siblings
}

/// The ids of siblings.
pub(super) fn ids<Id>(siblings: &[Placed<Id>]) -> Vec<&Id> {
    siblings.iter().map(|sibling| &sibling.id).collect()
}
