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

/// The last step that a card covers which starts at `first`, counted in reading order,
/// when its end is at `live`, or was deleted with so many live steps before it (`gone`).
/// None when it covers its own step alone.
///
/// An end that was deleted counts as the live step before it, so that a card which
/// reached over the deleted step keeps the rest, and has it back when the step is
/// restored. An end that is not after the start (somebody moved one of them past the
/// other, or the step is unknown) leaves the card on its own step until one of them
/// moves again. In no case is the card itself touched.
pub(crate) fn last_covered(
    first: usize,
    live: Option<usize>,
    gone: impl FnOnce() -> Option<usize>,
) -> Option<usize> {
    let last = match live {
        Some(last) => last,
        None => gone()?.checked_sub(1)?,
    };
    (last > first).then_some(last)
}

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
    /// How many live steps stand before where each deleted step was.
    pub(crate) gone: HashMap<StepId, usize>,
}

impl Outline {
    pub(crate) fn read<T: ReadTxn>(txn: &T) -> Self {
        let (stages, dead) = stages(txn);
        let (steps, gone) = steps(txn, &stages, &dead);
        let lanes = live(txn, schema::LANES, LaneId::parse);
        Self {
            stages,
            steps,
            lanes,
            gone,
        }
    }

    /// The last step that a card covers which starts at `first` and is to reach to `end`.
    pub(crate) fn last_covered(&self, first: usize, end: &str) -> Option<usize> {
        let live = |it: &PlacedStep| it.step.id.as_str() == end;
        let gone = || self.gone.get(&StepId::parse(end).ok()?).copied();
        last_covered(first, self.steps.iter().position(live), gone)
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
) -> (Vec<PlacedStep>, HashMap<StepId, usize>) {
    if stages.is_empty() {
        return Default::default();
    }
    let index: HashMap<&str, usize> = stages
        .iter()
        .enumerate()
        .map(|(i, stage)| (stage.id.as_str(), i))
        .collect();
    let mut found: Vec<(usize, PlacedStep, bool)> = Vec::new();
    for (id, fields) in value::entities(txn, schema::STEPS) {
        let Ok(id) = StepId::parse(&id) else { continue };
        let is_gone = is_step_deleted(txn, &fields);
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
            is_gone,
        ));
    }
    found.sort_unstable_by(|(a_rank, a, _), (b_rank, b, _)| {
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
    let (mut steps, mut gone) = (Vec::new(), HashMap::new());
    for (_, step, is_gone) in found {
        if is_gone {
            gone.insert(step.step.id, steps.len());
        } else {
            steps.push(step);
        }
    }
    (steps, gone)
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
