//! Edits of connections between steps.

use yrs::{Map, TransactionMut};

use super::EditError;
use super::entity::{Kind, check_new, live, write_new};
use super::place::{others, put};
use crate::ids::{ConnectorId, StepId};
use crate::schema;
use crate::vocabulary::ConnectorKind;

/// Two people who connect the same steps at the same time leave two connections, each
/// with its own words: nobody's is lost, and one is deleted with a key.
pub(super) fn add(
    txn: &mut TransactionMut<'_>,
    id: &ConnectorId,
    from: &StepId,
    to: &StepId,
    kind: ConnectorKind,
) -> Result<(), EditError> {
    live(txn, Kind::Step, from.as_str())?;
    live(txn, Kind::Step, to.as_str())?;
    check_new(txn, Kind::Connector, id.as_str())?;
    let siblings = others(txn, schema::CONNECTORS, ConnectorId::parse, id);
    let fields = write_new(txn, Kind::Connector, id.as_str(), "");
    fields.insert(txn, schema::FROM, from.as_str());
    fields.insert(txn, schema::TO, to.as_str());
    fields.insert(txn, schema::KIND, kind.word());
    put(txn, &fields, &siblings, siblings.len(), false);
    Ok(())
}

pub(super) fn set_kind(
    txn: &mut TransactionMut<'_>,
    id: &ConnectorId,
    kind: ConnectorKind,
) -> Result<(), EditError> {
    let fields = live(txn, Kind::Connector, id.as_str())?;
    fields.try_update(txn, schema::KIND, kind.word());
    Ok(())
}
