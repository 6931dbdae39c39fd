//! Soft deletion: everything stays in the document, marked with who and when.

use std::collections::HashMap;
use std::sync::Arc;

use yrs::{Any, Map, TransactionMut};

use super::entity::{Kind, find, live, missing, number};
use super::{EditError, Target};
use crate::ids::StageId;
use crate::map::outline::Outline;
use crate::map::value::{entities, entry, plain, word};
use crate::schema;

pub(super) fn delete(
    txn: &mut TransactionMut<'_>,
    target: &Target,
    by: &str,
    at: u64,
) -> Result<(), EditError> {
    let (kind, id) = named(target);
    let fields = live(txn, kind, id)?;
    if let Target::Stage(stage) = target {
        delete_steps(txn, stage, by, at);
    }
    fields.insert(txn, schema::DELETED, mark(by, at, &[]));
    Ok(())
}

/// Marks the steps that are shown in a stage now. A step that somebody adds to it at
/// the same time is not among them and will be shown in a stage nearby.
fn delete_steps(txn: &mut TransactionMut<'_>, stage: &StageId, by: &str, at: u64) {
    let outline = Outline::read(txn);
    let here = outline.stages.iter().position(|it| it.id == *stage);
    for step in outline.steps.iter().filter(|it| Some(it.stage) == here) {
        let fields = &step.step.fields;
        let own = word(txn, fields, schema::STAGE);
        let with = ("with", stage.as_str());
        let mark = if own == stage.as_str() {
            mark(by, at, &[with])
        } else {
            mark(by, at, &[with, ("from", &own)])
        };
        fields.insert(txn, schema::DELETED, mark);
    }
}

pub(super) fn restore(txn: &mut TransactionMut<'_>, target: &Target) -> Result<(), EditError> {
    let (kind, id) = named(target);
    let fields = find(txn, kind, id).ok_or_else(|| missing(kind, id))?;
    if fields.contains_key(txn, schema::DELETED) {
        fields.remove(txn, schema::DELETED);
    }
    if let Target::Stage(stage) = target {
        restore_steps(txn, stage);
    }
    Ok(())
}

fn restore_steps(txn: &mut TransactionMut<'_>, stage: &StageId) {
    let mut steps = entities(txn, schema::STEPS);
    // Equal edits write equal updates, whatever order the map keeps its keys in.
    steps.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    for (_, fields) in steps {
        let mark = plain(txn, &fields, schema::DELETED);
        if mark.as_ref().and_then(|mark| entry(mark, "with")) == Some(stage.as_str()) {
            fields.remove(txn, schema::DELETED);
        }
    }
}

fn named(target: &Target) -> (Kind, &str) {
    match target {
        Target::Stage(id) => (Kind::Stage, id.as_str()),
        Target::Step(id) => (Kind::Step, id.as_str()),
        Target::Lane(id) => (Kind::Lane, id.as_str()),
        Target::Card(id) => (Kind::Card, id.as_str()),
        Target::Pain(id) => (Kind::Pain, id.as_str()),
        Target::Opportunity(id) => (Kind::Opportunity, id.as_str()),
        Target::Connector(id) => (Kind::Connector, id.as_str()),
        Target::Group(id) => (Kind::Group, id.as_str()),
    }
}

pub(super) fn mark(by: &str, at: u64, more: &[(&str, &str)]) -> Any {
    let mut fields = HashMap::from([
        ("by".to_owned(), Any::from(by)),
        // Milliseconds stay below 2^53 for 285,000 years.
        ("at".to_owned(), number(at as f64)),
    ]);
    fields.extend(
        more.iter()
            .map(|(key, value)| ((*key).to_owned(), Any::from(*value))),
    );
    Any::Map(Arc::new(fields))
}
