//! What differs between two readings of a map; feeds the client's signals.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use crate::grid::Grid;
use crate::ids::{CardId, LaneId, MetricId, OpportunityId, PainId, PersonaId, StageId, StepId};
use crate::map::{Card, JourneyMap, Lane, Step};
use crate::scalar::ScalarField;

/// One thing that is new, different or gone. Look the new value up in the new map.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Title, scope or another fact about the map.
    Frame,
    /// Which stages, steps, lanes or personas there are, or their order; which lanes are
    /// collapsed or hidden.
    Structure,
    /// A persona.
    Persona(PersonaId),
    /// A stage's own fields.
    Stage(StageId),
    /// A step's own fields.
    Step(StepId),
    /// A lane's own fields.
    Lane(LaneId),
    /// A card's own fields.
    Card(CardId),
    /// Which items are in which cells, or their order; how far cards reach; which pain points, opportunities
    /// and metrics there are, or their order.
    Cells,
    /// Any emotion value.
    Emotions,
    /// Any connection between steps.
    Connectors,
    /// Which groups of cards there are, or their names.
    Groups,
    /// A pain point.
    Pain(PainId),
    /// An opportunity.
    Opportunity(OpportunityId),
    /// A metric.
    Metric(MetricId),
    /// What people chose for a scalar, where they disagree or did so before.
    Choices(ScalarField),
}

/// The changes that lead from `old` to `new`, each once and in the order of [`Change`].
///
/// A thing that is new, gone or different in any of its values is named once. On top,
/// [`Change::Structure`] and [`Change::Cells`] say that lists are to be read again.
pub fn changes(old: &JourneyMap, new: &JourneyMap) -> Vec<Change> {
    let mut changes = Vec::new();
    if old.frame != new.frame {
        changes.push(Change::Frame);
    }
    if structure_differs(old, new) {
        changes.push(Change::Structure);
    }
    let out = &mut changes;
    compare(
        &old.personas,
        &new.personas,
        |it| &it.id,
        Change::Persona,
        out,
    );
    compare(&old.stages, &new.stages, |it| &it.id, Change::Stage, out);
    compare(&old.steps, &new.steps, |it| &it.id, Change::Step, out);
    compare(&old.lanes, &new.lanes, |it| &it.id, Change::Lane, out);
    compare(&old.cards, &new.cards, |it| &it.id, Change::Card, out);
    if cells_differ(old, new) {
        out.push(Change::Cells);
    }
    if old.emotions != new.emotions {
        out.push(Change::Emotions);
    }
    if old.connectors != new.connectors {
        out.push(Change::Connectors);
    }
    if old.groups != new.groups {
        out.push(Change::Groups);
    }
    compare(&old.pains, &new.pains, |it| &it.id, Change::Pain, out);
    compare(
        &old.opportunities,
        &new.opportunities,
        |it| &it.id,
        Change::Opportunity,
        out,
    );
    compare(&old.metrics, &new.metrics, |it| &it.id, Change::Metric, out);
    if old.choices != new.choices {
        let fields: BTreeSet<_> = old.choices.keys().chain(new.choices.keys()).collect();
        out.extend(
            fields
                .into_iter()
                .filter(|field| old.choices.get(field) != new.choices.get(field))
                .map(|field| Change::Choices(field.clone())),
        );
    }
    changes
}

/// Names the items that are not the same in both lists.
fn compare<T: PartialEq, Id: Clone + Ord + Hash>(
    old: &[T],
    new: &[T],
    id: impl Fn(&T) -> &Id,
    change: impl Fn(Id) -> Change,
    out: &mut Vec<Change>,
) {
    // Most transactions touch one thing: skip what is equal at both ends.
    let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[same..], &new[same..]);
    let same = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (old, new) = (&old[..old.len() - same], &new[..new.len() - same]);
    let mut before: HashMap<&Id, &T> = old.iter().map(|item| (id(item), item)).collect();
    let mut differing: Vec<&Id> = new
        .iter()
        .filter(|item| before.remove(id(item)) != Some(*item))
        .map(&id)
        .collect();
    differing.extend(before.into_keys());
    differing.sort_unstable();
    out.extend(differing.into_iter().map(|id| change(id.clone())));
}

fn structure_differs(old: &JourneyMap, new: &JourneyMap) -> bool {
    fn step(it: &Step) -> (&StepId, &StageId) {
        (&it.id, &it.stage)
    }
    fn lane(it: &Lane) -> (&LaneId, bool, bool) {
        (&it.id, it.hidden, it.collapsed)
    }
    !(same(&old.stages, &new.stages, |it| &it.id)
        && same(&old.steps, &new.steps, step)
        && same(&old.lanes, &new.lanes, lane)
        && same(&old.personas, &new.personas, |it| &it.id))
}

fn cells_differ(old: &JourneyMap, new: &JourneyMap) -> bool {
    if lists_differ(old, new) {
        return true;
    }
    fn card(it: &Card) -> (&CardId, &StepId, &LaneId, Option<&StepId>) {
        (&it.id, &it.step, &it.lane, it.span_to.as_ref())
    }
    fn spans(map: &JourneyMap) -> HashMap<&CardId, &StepId> {
        let cards = map.cards.iter();
        cards
            .filter_map(|it| Some((&it.id, it.span_to.as_ref()?)))
            .collect()
    }
    if same(&old.cards, &new.cards, card)
        && same(&old.lanes, &new.lanes, |it| (&it.id, it.kind))
        && same(&old.pains, &new.pains, |it| &it.step)
        && same(&old.opportunities, &new.opportunities, |it| {
            it.steps.first()
        })
        && same(&old.metrics, &new.metrics, |it| &it.step)
    {
        return false;
    }
    // Where the cells themselves are is not their business: look at what is in them.
    spans(old) != spans(new) || Grid::of(old).cells != Grid::of(new).cells
}

fn lists_differ(old: &JourneyMap, new: &JourneyMap) -> bool {
    !(same(&old.pains, &new.pains, |it| &it.id)
        && same(&old.opportunities, &new.opportunities, |it| &it.id)
        && same(&old.metrics, &new.metrics, |it| &it.id))
}

/// Whether two lists are the same as far as one part of their items goes.
fn same<'a, T, Part: PartialEq>(old: &'a [T], new: &'a [T], part: impl Fn(&'a T) -> Part) -> bool {
    old.len() == new.len() && old.iter().map(&part).eq(new.iter().map(&part))
}

#[cfg(test)]
mod tests {
    use super::{Change, changes};
    use crate::edit::tests::{card, demo, edited, step};
    use crate::edit::{Edit, Place, Target, TextField};
    use crate::ids::{LaneId, StageId};
    use crate::vocabulary::LaneKind;

    #[test]
    fn equal_maps_have_no_changes() {
        assert_eq!(
            changes(&demo("saas-evaluation"), &demo("saas-evaluation")),
            []
        );
    }

    #[test]
    fn an_edit_changes_what_it_touches_and_nothing_else() {
        let lane = LaneId::parse("new").unwrap();
        let kind = LaneKind::PainPoints;
        let (first, place) = (card("a06-actions-1"), Place::Last);
        let quotes = LaneId::parse("quotes").unwrap();
        let stage = StageId::parse("s2").unwrap();
        for (edit, expected) in [
            (
                Edit::SetText {
                    field: TextField::CardText(first.clone()),
                    text: "x".into(),
                },
                vec![Change::Card(first.clone())],
            ),
            (
                Edit::MoveCard {
                    id: first.clone(),
                    step: step("a07"),
                    lane: quotes,
                    place,
                },
                vec![Change::Card(first.clone()), Change::Cells],
            ),
            (
                Edit::SetText {
                    field: TextField::Why,
                    text: "x".into(),
                },
                vec![Change::Frame],
            ),
            (
                Edit::MoveStage {
                    id: stage.clone(),
                    place: Place::First,
                },
                vec![Change::Structure],
            ),
            (
                Edit::AddLane {
                    id: lane.clone(),
                    kind,
                    title: "x".into(),
                    place: Place::Last,
                },
                vec![Change::Structure, Change::Lane(lane.clone())],
            ),
            (
                // It becomes the first lane of its kind: the pain points move over.
                Edit::AddLane {
                    id: lane.clone(),
                    kind,
                    title: "x".into(),
                    place: Place::First,
                },
                vec![Change::Structure, Change::Lane(lane.clone()), Change::Cells],
            ),
            (
                Edit::Delete {
                    target: Target::Card(first.clone()),
                    by: "ana".into(),
                    at: 1,
                },
                vec![Change::Card(first.clone()), Change::Cells],
            ),
        ] {
            let old = demo("saas-evaluation");
            let new = edited("saas-evaluation", std::slice::from_ref(&edit));
            assert_eq!(changes(&old, &new), expected, "{edit:?}");
        }
    }
}
