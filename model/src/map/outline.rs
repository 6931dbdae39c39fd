//! The skeleton of a map: which stages, steps and lanes are live, and in what order.
//!
//! Reading, editing and exporting all ask here, so that they agree on where a step is
//! whose stage is gone.

use std::collections::HashMap;
use std::sync::Arc;

use yrs::{Any, Map, MapRef, Out, ReadTxn};

use super::value;
use crate::ids::{IdError, LaneId, StageId, StepId};
use crate::schema;

/// Something with a place among siblings.
#[derive(Clone, Debug)]
pub(crate) struct Placed<Id> {
    pub(crate) id: Id,
    /// Its order key; empty when it has none.
    pub(crate) key: Arc<str>,
    pub(crate) fields: MapRef,
}

/// A live step and the stage it is shown in.
#[derive(Clone, Debug)]
pub(crate) struct PlacedStep {
    pub(crate) step: Placed<StepId>,
    /// The live stage it is shown in, as an index.
    pub(crate) stage: usize,
    /// Where its own stage is when that is not the one it is shown in.
    pub(crate) guest: Option<Guest>,
}

/// On which side of the shown stage a step's own stage was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guest {
    /// The own stage came before: the step is shown before the stage's own steps.
    Before,
    /// The own stage came after: the step is shown after the stage's own steps.
    After,
}

/// Live stages, steps and lanes in reading order.
#[derive(Clone, Debug)]
pub(crate) struct Outline {
    pub(crate) stages: Vec<Placed<StageId>>,
    pub(crate) steps: Vec<PlacedStep>,
    pub(crate) lanes: Vec<Placed<LaneId>>,
}

impl Outline {
    pub(crate) fn read<T: ReadTxn>(txn: &T) -> Self {
        let (stages, dead) = stages(txn);
        let steps = steps(txn, &stages, &dead);
        let lanes = live(txn, schema::LANES, LaneId::parse);
        Self {
            stages,
            steps,
            lanes,
        }
    }
}

/// The live entities of a root in order, with ids that are ids.
pub(crate) fn live<T: ReadTxn, Id>(
    txn: &T,
    root: &str,
    parse: impl Fn(&str) -> Result<Id, IdError>,
) -> Vec<Placed<Id>>
where
    Id: Ord,
{
    let mut found: Vec<Placed<Id>> = value::entities(txn, root)
        .into_iter()
        .filter(|(_, fields)| !value::is_deleted(txn, fields))
        .filter_map(|(id, fields)| {
            let key = value::position(txn, &fields);
            Some(Placed {
                id: parse(&id).ok()?,
                key,
                fields,
            })
        })
        .collect();
    sort(&mut found);
    found
}

fn sort<Id: Ord>(items: &mut [Placed<Id>]) {
    items.sort_unstable_by(|a, b| (&a.key, &a.id).cmp(&(&b.key, &b.id)));
}

/// The live stages in order, and where each dead one would be among them.
fn stages<T: ReadTxn>(txn: &T) -> (Vec<Placed<StageId>>, HashMap<StageId, DeadStage>) {
    let mut all: Vec<(Placed<StageId>, bool)> = value::entities(txn, schema::STAGES)
        .into_iter()
        .filter_map(|(id, fields)| {
            let key = value::position(txn, &fields);
            let dead = value::is_deleted(txn, &fields);
            Some((
                Placed {
                    id: StageId::parse(&id).ok()?,
                    key,
                    fields,
                },
                dead,
            ))
        })
        .collect();
    all.sort_unstable_by(|(a, _), (b, _)| (&a.key, &a.id).cmp(&(&b.key, &b.id)));
    let mut living = Vec::new();
    let mut dead = HashMap::new();
    for (rank, (stage, is_dead)) in all.into_iter().enumerate() {
        if is_dead {
            dead.insert(
                stage.id,
                DeadStage {
                    rank,
                    living_before: living.len(),
                },
            );
        } else {
            living.push(stage);
        }
    }
    (living, dead)
}

#[derive(Clone, Copy)]
struct DeadStage {
    rank: usize,
    living_before: usize,
}

fn steps<T: ReadTxn>(
    txn: &T,
    stages: &[Placed<StageId>],
    dead: &HashMap<StageId, DeadStage>,
) -> Vec<PlacedStep> {
    if stages.is_empty() {
        return Vec::new();
    }
    let index: HashMap<&str, usize> = stages
        .iter()
        .enumerate()
        .map(|(i, stage)| (stage.id.as_str(), i))
        .collect();
    let mut found: Vec<(usize, PlacedStep)> = Vec::new();
    for (id, fields) in value::entities(txn, schema::STEPS) {
        let Ok(id) = StepId::parse(&id) else { continue };
        if is_step_deleted(txn, &fields) {
            continue;
        }
        let own = value::word(txn, &fields, schema::STAGE);
        let (stage, rank, guest) = match index.get(own.as_str()) {
            Some(&stage) => (stage, 0, None),
            None => {
                let gone = StageId::parse(&own)
                    .ok()
                    .and_then(|id| dead.get(&id).copied());
                // A stage nobody knows has no place: its steps are shown first.
                let gone = gone.unwrap_or(DeadStage {
                    rank: 0,
                    living_before: 0,
                });
                match gone.living_before.checked_sub(1) {
                    Some(previous) => (previous, gone.rank, Some(Guest::After)),
                    None => (0, gone.rank, Some(Guest::Before)),
                }
            }
        };
        let key = value::position(txn, &fields);
        found.push((
            rank,
            PlacedStep {
                step: Placed { id, key, fields },
                stage,
                guest,
            },
        ));
    }
    found.sort_unstable_by(|(a_rank, a), (b_rank, b)| {
        let side = |guest| match guest {
            Some(Guest::Before) => 0,
            None => 1,
            Some(Guest::After) => 2,
        };
        (a.stage, side(a.guest), a_rank, &a.step.key, &a.step.id).cmp(&(
            b.stage,
            side(b.guest),
            b_rank,
            &b.step.key,
            &b.step.id,
        ))
    });
    found.into_iter().map(|(_, step)| step).collect()
}

/// Whether a step is deleted: by itself, or with a stage that it is still in. Somebody
/// who moved it out of that stage at the same time has saved it.
pub(crate) fn is_step_deleted<T: ReadTxn>(txn: &T, fields: &MapRef) -> bool {
    if !value::is_deleted(txn, fields) {
        return false;
    }
    let Some(mark) = value::plain(txn, fields, schema::DELETED) else {
        return true;
    };
    match value::entry(&mark, "from").or_else(|| value::entry(&mark, "with")) {
        Some(stage) => value::word(txn, fields, schema::STAGE) == stage,
        None => true,
    }
}

/// The cell a card is in, as `step/lane`, which may lead nowhere; empty when unknown.
pub(crate) fn cell<T: ReadTxn>(txn: &T, fields: &MapRef) -> Arc<str> {
    match fields.get(txn, schema::CELL) {
        Some(Out::Any(Any::String(cell))) => cell,
        _ => "".into(),
    }
}
