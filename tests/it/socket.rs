//! The real server over real sockets: people together, and people who misbehave.

mod hostile;
mod together;

use waymark_model::JourneyMap;
use waymark_model::edit::{Edit, TextField, apply};
use yrs::{Doc, Transact, TransactionMut};

/// What the map's scope says.
pub(crate) fn scope(doc: &Doc) -> String {
    JourneyMap::read(&doc.transact()).frame.scope
}

/// Writes something at the front of the map's scope.
pub(crate) fn write(txn: &mut TransactionMut<'_>, text: &str) {
    let before = JourneyMap::read(txn).frame.scope;
    let edit = Edit::SetText {
        field: TextField::Scope,
        text: format!("{text} {before}"),
    };
    apply(txn, &edit).unwrap();
}
