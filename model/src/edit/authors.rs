//! Who wrote a card, a pain point or an opportunity.

use yrs::{Map, MapRef, TransactionMut};

use super::entity::{Kind, live, missing};
use super::{Author, EditError};
use crate::grid::Item;
use crate::map::Written;
use crate::schema;

/// Notes on a new thing who makes it; nothing when nobody in particular does.
pub(super) fn sign(txn: &mut TransactionMut<'_>, fields: &MapRef, who: Author<'_>) {
    if let Some(written) = Written::by(who) {
        fields.insert(txn, schema::AUTHOR, written.to_any());
    }
}

pub(super) fn set(
    txn: &mut TransactionMut<'_>,
    of: &Item,
    author: Option<&Written>,
) -> Result<(), EditError> {
    let fields = match of {
        Item::Card(id) => live(txn, Kind::Card, id.as_str())?,
        Item::Pain(id) => live(txn, Kind::Pain, id.as_str())?,
        Item::Opportunity(id) => live(txn, Kind::Opportunity, id.as_str())?,
        // Nobody writes one: they come from files.
        Item::Metric(id) => return Err(missing(Kind::Metric, id.as_str())),
    };
    match author.and_then(|it| Written::new(&it.by, it.at)) {
        Some(written) => {
            fields.insert(txn, schema::AUTHOR, written.to_any());
        }
        None if fields.contains_key(txn, schema::AUTHOR) => {
            fields.remove(txn, schema::AUTHOR);
        }
        None => {}
    }
    Ok(())
}
