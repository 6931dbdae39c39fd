//! The edits that make a thing of a clip again.

use std::collections::HashMap;

use super::Clip;
use crate::edit::{Edit, OpportunityScore, PainScore, Place, TextField};
use crate::grid::{CellId, Item, first_lane};
use crate::ids::{CardId, LaneId, OpportunityId, PainId, StageId, StepId};
use crate::map::{JourneyMap, Lane, Stage, Step, Written};
use crate::rich::{DetailsOf, Mark, Marks, Rich};
use crate::scalar::{Scalar, ScalarField};
use crate::vocabulary::LaneKind;

/// Makes copies with ids of their own.
pub struct Copies<'a> {
    /// The map they go into.
    pub(super) map: &'a JourneyMap,
    ids: &'a mut dyn FnMut() -> u128,
}

/// What the cells of a lane hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Cards,
    Pains,
    Opportunities,
}

impl<'a> Copies<'a> {
    /// Copies into a map; `ids` draws a number that nobody has.
    pub fn new(map: &'a JourneyMap, ids: &'a mut dyn FnMut() -> u128) -> Self {
        Self { map, ids }
    }

    pub(super) fn random(&mut self) -> u128 {
        (self.ids)()
    }

    /// What a lane of the map holds.
    pub(super) fn holds(&self, lane: &LaneId) -> Holds {
        let is_first = |kind| first_lane(self.map, kind) == Some(lane);
        if is_first(LaneKind::PainPoints) {
            Holds::Pains
        } else if is_first(LaneKind::Opportunities) {
            Holds::Opportunities
        } else {
            Holds::Cards
        }
    }

    /// What a lane of a kind will hold that comes in.
    pub(super) fn would_hold(&self, kind: LaneKind) -> Holds {
        match kind {
            _ if first_lane(self.map, kind).is_some() => Holds::Cards,
            LaneKind::PainPoints => Holds::Pains,
            LaneKind::Opportunities => Holds::Opportunities,
            _ => Holds::Cards,
        }
    }

    pub(super) fn new_item(&mut self, holds: Holds) -> Item {
        let random = self.random();
        match holds {
            Holds::Cards => Item::Card(CardId::from_random(random)),
            Holds::Pains => Item::Pain(PainId::from_random(random)),
            Holds::Opportunities => Item::Opportunity(OpportunityId::from_random(random)),
        }
    }

    /// A new item that says this, last in a cell.
    pub fn written(&mut self, cell: &CellId, text: &str) -> (Item, Edit) {
        let item = self.new_item(self.holds(&cell.lane));
        let edit = add(&item, cell, text.to_owned(), None);
        (item, edit)
    }

    /// A second one of an item of a clip, in a cell: last, or after another.
    pub fn copied(
        &mut self,
        clip: &Clip,
        old: &Item,
        cell: &CellId,
        after: Option<&Item>,
    ) -> (Item, Vec<Edit>) {
        let new = self.new_item(self.holds(&cell.lane));
        let mut edits = item(clip, old, &new, cell, after);
        if let (Item::Opportunity(old), Item::Opportunity(id)) = (old, &new)
            && let Some(links) = clip.links.get(old)
        {
            edits.extend(links.edit(self.map, id, |_| None, &HashMap::new()));
        }
        (new, edits)
    }
}

/// A lane without what is in it. It is shown where it comes to be, whatever it was.
pub(super) fn lane(lane: &Lane, id: &LaneId, place: Place<LaneId>) -> Vec<Edit> {
    let mut edits = vec![Edit::AddLane {
        id: id.clone(),
        kind: lane.kind,
        title: lane.title.clone(),
        place,
    }];
    edits.extend(lane.colour.map(|colour| Edit::SetLaneColour {
        id: id.clone(),
        colour: Some(colour),
    }));
    edits.extend(lane.line_above.map(|line| Edit::SetLaneLine {
        id: id.clone(),
        line: Some(line),
    }));
    edits
}

pub(super) fn stage(clip: &Clip, stage: &Stage, id: &StageId, place: Place<StageId>) -> Vec<Edit> {
    let mut edits = vec![Edit::AddStage {
        id: id.clone(),
        title: stage.title.clone(),
        place,
    }];
    if !stage.goal.is_empty() {
        edits.push(Edit::SetText {
            field: TextField::StageGoal(id.clone()),
            text: stage.goal.clone(),
        });
    }
    let old = DetailsOf::Stage(stage.id.clone());
    edits.extend(details(clip, &old, &DetailsOf::Stage(id.clone())));
    edits
}

pub(super) fn step(
    clip: &Clip,
    step: &Step,
    (id, stage): (&StepId, &StageId),
    place: Place<StepId>,
) -> Vec<Edit> {
    let mut edits = vec![Edit::AddStep {
        id: id.clone(),
        stage: stage.clone(),
        title: step.title.clone(),
        place,
    }];
    if step.moment_of_truth {
        edits.push(Edit::SetMomentOfTruth {
            id: id.clone(),
            value: true,
        });
    }
    let duration = ScalarField::Duration(id.clone());
    edits.extend(word(clip, duration, &step.duration));
    let old = DetailsOf::Step(step.id.clone());
    edits.extend(details(clip, &old, &DetailsOf::Step(id.clone())));
    edits
}

/// An item of a clip as `new`, which may be of another kind: then its words come along.
pub(super) fn item(
    clip: &Clip,
    old: &Item,
    new: &Item,
    cell: &CellId,
    after: Option<&Item>,
) -> Vec<Edit> {
    let mut edits = vec![add(new, cell, clip.text(old), after)];
    match (old, new) {
        (Item::Card(old), Item::Card(id)) => {
            if let Some(card) = clip.map.cards.iter().find(|it| it.id == *old) {
                let colour = card.colour.map_or("", |colour| colour.word());
                let status = card.status.map_or("", |status| status.word());
                edits.extend(word(clip, ScalarField::CardColour(id.clone()), colour));
                edits.extend(word(clip, ScalarField::CardStatus(id.clone()), status));
                edits.extend(word(
                    clip,
                    ScalarField::CardSource(id.clone()),
                    &card.source,
                ));
            }
        }
        (Item::Pain(old), Item::Pain(id)) => {
            if let Some(pain) = clip.map.pains.iter().find(|it| it.id == *old) {
                let scores = [
                    (PainScore::Severity, pain.severity),
                    (PainScore::Frequency, pain.frequency),
                    (PainScore::Impact, pain.impact),
                ];
                for (score, value) in scores {
                    edits.extend(number(clip, ScalarField::Pain(id.clone(), score), value));
                }
                let effect = pain.effect.map_or("", |effect| effect.word());
                edits.extend(word(clip, ScalarField::PainEffect(id.clone()), effect));
                edits.extend(word(
                    clip,
                    ScalarField::PainStatus(id.clone()),
                    &pain.status,
                ));
            }
        }
        (Item::Opportunity(old), Item::Opportunity(id)) => {
            if let Some(it) = clip.map.opportunities.iter().find(|it| it.id == *old) {
                let scores = [
                    (OpportunityScore::CustomerValue, it.customer_value),
                    (OpportunityScore::BusinessValue, it.business_value),
                    (OpportunityScore::Effort, it.effort),
                ];
                for (score, value) in scores {
                    let field = ScalarField::Opportunity(id.clone(), score);
                    edits.extend(number(clip, field, value));
                }
                let status = ScalarField::OpportunityStatus(id.clone());
                edits.extend(word(clip, status, &it.status));
            }
        }
        _ => {}
    }
    edits.push(Edit::SetAuthor {
        of: new.clone(),
        author: author(clip, old).cloned(),
    });
    if let (Some(old), Some(new)) = (details_name(old), details_name(new)) {
        edits.extend(details(clip, &old, &new));
    }
    edits
}

/// Who wrote an item of a clip.
fn author<'a>(clip: &'a Clip, item: &Item) -> Option<&'a Written> {
    let map = &clip.map;
    match item {
        Item::Card(id) => map.cards.iter().find(|it| it.id == *id)?.author.as_ref(),
        Item::Pain(id) => map.pains.iter().find(|it| it.id == *id)?.author.as_ref(),
        Item::Opportunity(id) => {
            let opportunity = map.opportunities.iter().find(|it| it.id == *id);
            opportunity?.author.as_ref()
        }
        Item::Metric(_) => None,
    }
}

fn add(item: &Item, cell: &CellId, text: String, after: Option<&Item>) -> Edit {
    let step = cell.step.clone();
    match item {
        Item::Pain(id) => Edit::AddPain {
            id: id.clone(),
            step,
            text,
            place: match after {
                Some(Item::Pain(after)) => Place::After(after.clone()),
                _ => Place::Last,
            },
        },
        Item::Opportunity(id) => Edit::AddOpportunity {
            id: id.clone(),
            step,
            title: text,
            place: match after {
                Some(Item::Opportunity(after)) => Place::After(after.clone()),
                _ => Place::Last,
            },
        },
        Item::Card(id) => Edit::AddCard {
            id: id.clone(),
            step,
            lane: cell.lane.clone(),
            text,
            place: match after {
                Some(Item::Card(after)) => Place::After(after.clone()),
                _ => Place::Last,
            },
        },
        Item::Metric(_) => unreachable!("clips have no metrics, and nobody makes one"),
    }
}

fn details_name(item: &Item) -> Option<DetailsOf> {
    match item {
        Item::Card(id) => Some(DetailsOf::Card(id.clone())),
        Item::Pain(id) => Some(DetailsOf::Pain(id.clone())),
        Item::Opportunity(id) => Some(DetailsOf::Opportunity(id.clone())),
        Item::Metric(_) => None,
    }
}

/// A word that a file may have made up is left out where the field does not know it.
fn word(clip: &Clip, field: ScalarField, word: &str) -> Option<Edit> {
    let value = Scalar::from(word);
    let known = !word.is_empty() && field.accepts(Some(&value), clip.map.frame.scale);
    known.then_some(Edit::SetScalar {
        field,
        value: Some(value),
    })
}

fn number(clip: &Clip, field: ScalarField, value: Option<u8>) -> Option<Edit> {
    let value = Scalar::from(value?);
    let known = field.accepts(Some(&value), clip.map.frame.scale);
    known.then_some(Edit::SetScalar {
        field,
        value: Some(value),
    })
}

/// Writes a rich text into an empty one: the letters, then their marks.
fn details(clip: &Clip, old: &DetailsOf, new: &DetailsOf) -> Vec<Edit> {
    let Some(rich) = clip.details.get(old) else {
        return Vec::new();
    };
    let mut edits = vec![Edit::SpliceDetails {
        of: new.clone(),
        at: 0,
        remove: 0,
        insert: rich.plain(),
        marks: Marks::default(),
    }];
    let mut mark = |from, to, mark| {
        edits.push(Edit::MarkDetails {
            of: new.clone(),
            from,
            to,
            mark,
        });
    };
    for (index, line) in rich.lines.iter().enumerate() {
        let mut at = rich.start_of(index);
        if line.list.is_some() {
            mark(at, at, Mark::List(line.list));
        }
        for span in &line.spans {
            let to = at + span.text.encode_utf16().count();
            if span.marks.bold {
                mark(at, to, Mark::Bold(true));
            }
            if span.marks.italic {
                mark(at, to, Mark::Italic(true));
            }
            if span.marks.link.is_some() {
                mark(at, to, Mark::Link(span.marks.link.clone()));
            }
            at = to;
        }
    }
    edits
}

/// Whether two names mean the same.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

/// Whether a rich text can be written by one splice.
pub(super) fn fits(rich: &Rich) -> bool {
    rich.end() < crate::limits::TEXT_CHARS
}
