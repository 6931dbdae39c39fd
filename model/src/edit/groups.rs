//! Edits of groups of cards.

use yrs::{Map, TransactionMut};

use super::EditError;
use super::entity::{Kind, check_new, check_text, live, write_new};
use super::place::{others, put as put_at};
use crate::ids::{CardId, GroupId};
use crate::schema;

pub(super) fn add(
    txn: &mut TransactionMut<'_>,
    id: &GroupId,
    title: &str,
) -> Result<(), EditError> {
    check_text(title)?;
    check_new(txn, Kind::Group, id.as_str())?;
    let siblings = others(txn, schema::GROUPS, GroupId::parse, id);
    let fields = write_new(txn, Kind::Group, id.as_str(), title);
    put_at(txn, &fields, &siblings, siblings.len(), false);
    Ok(())
}

pub(super) fn put(
    txn: &mut TransactionMut<'_>,
    id: &CardId,
    group: Option<&GroupId>,
) -> Result<(), EditError> {
    let fields = live(txn, Kind::Card, id.as_str())?;
    match group {
        Some(group) => {
            live(txn, Kind::Group, group.as_str())?;
            fields.try_update(txn, schema::GROUP, group.as_str());
        }
        None if fields.contains_key(txn, schema::GROUP) => {
            fields.remove(txn, schema::GROUP);
        }
        None => {}
    }
    Ok(())
}
