//! Where the things of a clip land in a map.

use std::collections::HashMap;

use super::copies::{self, Holds, same};
use super::{Clip, Copies};
use crate::edit::{Edit, Place};
use crate::grid::{CellId, Grid, Item};
use crate::ids::{GroupId, LaneId, OpportunityId, PainId, PersonaId, StageId, StepId};
use crate::map::{JourneyMap, Lane, Persona};
use crate::vocabulary::LaneKind;

/// What a paste makes, as edits of one undo step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pasted {
    /// The edits.
    pub edits: Vec<Edit>,
    /// The items they make, in the order of the clip.
    pub made: Vec<Item>,
    /// How many items found no place.
    pub left: usize,
}

/// How the steps of a clip are matched with those of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Match {
    /// A step goes to the step of its name.
    Name,
    /// The first goes to the first, the second to the second.
    Order,
}

/// For each step of a clip the step of the map it lands at, if there is one.
pub type Landings = Vec<Option<StepId>>;

impl Clip {
    /// For each of its steps the one of a map that it lands at.
    pub fn landings(&self, map: &JourneyMap, by: Match) -> Landings {
        let mine = &self.map.steps;
        match by {
            Match::Order => (0..mine.len())
                .map(|at| map.steps.get(at).map(|step| step.id.clone()))
                .collect(),
            Match::Name => {
                let mut free: Vec<_> = map.steps.iter().collect();
                let found = mine.iter().map(|step| {
                    let alike = |other: &&crate::map::Step| {
                        // In the map it comes from a step is itself, whatever its name.
                        (other.id == step.id && other.title == step.title)
                            || (!same(&step.title, "") && same(&step.title, &other.title))
                    };
                    let exact = free
                        .iter()
                        .position(|other| other.id == step.id && alike(other));
                    let at = exact.or_else(|| free.iter().position(alike))?;
                    Some(free.remove(at).id.clone())
                });
                found.collect()
            }
        }
    }

    /// By name if any step has a namesake, else in order.
    pub fn best_match(&self, map: &JourneyMap) -> Match {
        if self.landings(map, Match::Name).iter().any(Option::is_some) {
            Match::Name
        } else {
            Match::Order
        }
    }

    /// For each of its lanes the lane of a map that is like it: of the same kind, and of
    /// the same name where there are several.
    pub fn lanes_in(&self, map: &JourneyMap) -> Vec<Option<LaneId>> {
        let mut free: Vec<&Lane> = map.lanes.iter().collect();
        let mut take = |alike: &dyn Fn(&Lane) -> bool| {
            let at = free.iter().position(|lane| alike(lane))?;
            Some(free.remove(at).id.clone())
        };
        let mut found: Vec<Option<LaneId>> = vec![None; self.map.lanes.len()];
        let of_name =
            |mine: &Lane, other: &Lane| mine.kind == other.kind && same(&mine.title, &other.title);
        let alike: [&Alike<'_>; 3] = [
            &|mine, other| mine.id == other.id && of_name(mine, other),
            &of_name,
            &|mine, other| mine.kind == other.kind && mine.kind != LaneKind::Custom,
        ];
        for alike in alike {
            for (mine, found) in self.map.lanes.iter().zip(&mut found) {
                if found.is_none() {
                    *found = take(&|other| alike(mine, other));
                }
            }
        }
        found
    }

    /// Its items in the cells from one on, as they stood to each other. Lanes that the
    /// map has too keep what is theirs when the first one lands in its like.
    pub fn into_cells(&self, copies: &mut Copies<'_>, grid: &Grid, at: &CellId) -> Pasted {
        let steps: Vec<&StepId> = grid
            .columns
            .iter()
            .filter_map(|it| it.step.as_ref())
            .collect();
        let first = steps.iter().position(|step| **step == at.step);
        let alike = self.lanes_in(copies.map);
        let at_home = alike.first() == Some(&Some(at.lane.clone()));
        let row = grid.rows.iter().position(|lane| *lane == at.lane);
        let lane = |n: usize| match alike.get(n) {
            Some(Some(lane)) if at_home => Some(lane.clone()),
            _ => grid.rows.get(row? + n).cloned(),
        };
        let step = |n: usize| steps.get(first? + n).map(|step| (*step).clone());
        self.placed(copies, &lane, &step)
    }

    /// Its items at one step and those after it, each in the lane that is like its own.
    pub fn into_step(&self, copies: &mut Copies<'_>, grid: &Grid, at: &StepId) -> Pasted {
        let steps: Vec<&StepId> = grid
            .columns
            .iter()
            .filter_map(|it| it.step.as_ref())
            .collect();
        let first = steps.iter().position(|step| *step == at);
        let alike = self.lanes_in(copies.map);
        let lane = |n: usize| alike.get(n).cloned().flatten();
        let step = |n: usize| steps.get(first? + n).map(|step| (*step).clone());
        self.placed(copies, &lane, &step)
    }

    /// Its first lane with what is in it, at these steps.
    pub fn as_lane(
        &self,
        copies: &mut Copies<'_>,
        id: &LaneId,
        place: Place<LaneId>,
        landings: &Landings,
    ) -> Pasted {
        let Some(lane) = self.map.lanes.first() else {
            return Pasted::default();
        };
        let mut pasted = Pasted {
            edits: copies::lane(lane, id, place),
            ..Pasted::default()
        };
        let holds = copies.would_hold(lane.kind);
        let step = |n: usize| landings.get(n).cloned().flatten();
        let lane_of = |n: usize| (n == 0).then(|| id.clone());
        self.put(copies, &lane_of, &step, Some(holds), &mut pasted);
        // How it feels belongs to the steps: only a map without a curve takes it.
        let has_curve = copies
            .map
            .lanes
            .iter()
            .any(|it| it.kind == LaneKind::Emotion);
        if lane.kind == LaneKind::Emotion && !has_curve {
            pasted.edits.extend(self.feelings(copies.map, &step));
        }
        pasted
    }

    /// Its steps with what is in them, into a stage; `place` is that of the first.
    pub fn as_steps(
        &self,
        copies: &mut Copies<'_>,
        stage: &StageId,
        place: Place<StepId>,
    ) -> (Vec<StepId>, Pasted) {
        let mut pasted = Pasted::default();
        let mut ids: Vec<StepId> = Vec::new();
        for step in &self.map.steps {
            let id = StepId::from_random(copies.random());
            let place = ids
                .last()
                .map_or_else(|| place.clone(), |it| Place::After(it.clone()));
            pasted
                .edits
                .extend(copies::step(self, step, (&id, stage), place));
            ids.push(id);
        }
        let alike = self.lanes_in(copies.map);
        let lane = |n: usize| alike.get(n).cloned().flatten();
        let step = |n: usize| ids.get(n).cloned();
        self.put(copies, &lane, &step, None, &mut pasted);
        pasted.edits.extend(self.feelings(copies.map, &step));
        (ids, pasted)
    }

    /// Its first stage, with all its steps and what is in them.
    pub fn as_stage(
        &self,
        copies: &mut Copies<'_>,
        place: Place<StageId>,
    ) -> Option<(StageId, Pasted)> {
        let stage = self.map.stages.first()?;
        let id = StageId::from_random(copies.random());
        let made = copies::stage(self, stage, &id, place);
        let (_, mut pasted) = self.as_steps(copies, &id, Place::Last);
        pasted.edits.splice(0..0, made);
        Some((id, pasted))
    }

    fn placed(
        &self,
        copies: &mut Copies<'_>,
        lane: &dyn Fn(usize) -> Option<LaneId>,
        step: &dyn Fn(usize) -> Option<StepId>,
    ) -> Pasted {
        let mut pasted = Pasted::default();
        self.put(copies, lane, step, None, &mut pasted);
        pasted
    }

    fn put(
        &self,
        copies: &mut Copies<'_>,
        lane: &dyn Fn(usize) -> Option<LaneId>,
        step: &dyn Fn(usize) -> Option<StepId>,
        holds: Option<Holds>,
        pasted: &mut Pasted,
    ) {
        let columns: HashMap<&StepId, usize> =
            self.map.steps.iter().map(|it| &it.id).zip(0..).collect();
        // A group of the clip is one in each cell its cards land in.
        let mut groups: HashMap<(GroupId, CellId), GroupId> = HashMap::new();
        let mut pains: HashMap<PainId, PainId> = HashMap::new();
        let mut opportunities: Vec<(OpportunityId, OpportunityId)> = Vec::new();
        for (row, column, old) in self.items() {
            let (Some(lane), Some(step_id)) = (lane(row), step(column)) else {
                pasted.left += 1;
                continue;
            };
            let cell = CellId {
                lane,
                step: step_id,
            };
            let holds = holds.unwrap_or_else(|| copies.holds(&cell.lane));
            let new = copies.new_item(holds);
            pasted
                .edits
                .extend(copies::item(self, &old, &new, &cell, None));
            if let (Item::Card(old), Item::Card(id)) = (&old, &new)
                && let Some(card) = self.map.cards.iter().find(|it| it.id == *old)
                && let Some(end) = card.span_to.as_ref().and_then(|end| columns.get(end))
                && let Some(to) = step(*end)
            {
                pasted.edits.push(Edit::SpanCard {
                    id: id.clone(),
                    to: Some(to),
                });
            }
            if let (Item::Card(old), Item::Card(id)) = (&old, &new)
                && let Some(card) = self.map.cards.iter().find(|it| it.id == *old)
                && let Some(group) = self.map.group_of(card)
            {
                let key = (group.id.clone(), cell);
                let group = groups.entry(key).or_insert_with(|| {
                    let id = GroupId::from_random(copies.random());
                    pasted.edits.push(Edit::AddGroup {
                        id: id.clone(),
                        title: group.title.clone(),
                    });
                    id
                });
                pasted.edits.push(Edit::GroupCard {
                    id: id.clone(),
                    group: Some(group.clone()),
                });
            }
            match (old, &new) {
                (Item::Pain(old), Item::Pain(new)) => {
                    pains.insert(old, new.clone());
                }
                (Item::Opportunity(old), Item::Opportunity(new)) => {
                    opportunities.push((old, new.clone()));
                }
                _ => {}
            }
            pasted.made.push(new);
        }
        // Once all pain points are there.
        let landed = |id: &StepId| step(*columns.get(id)?);
        for (old, new) in opportunities {
            let links = self.links.get(&old);
            let link = links.and_then(|it| it.edit(copies.map, &new, landed, &pains));
            pasted.edits.extend(link);
        }
    }

    /// How its steps feel to the personas that a map has too, where its scale has the value.
    fn feelings(&self, map: &JourneyMap, step: &dyn Fn(usize) -> Option<StepId>) -> Vec<Edit> {
        let scale = map.frame.scale;
        let mut edits = Vec::new();
        for (mine, theirs) in self.personas_in(map) {
            edits.extend(self.map.steps.iter().enumerate().filter_map(|(n, it)| {
                let value = *self.map.emotions.get(&(it.id.clone(), mine.clone()))?;
                (scale.min..=scale.max).contains(&value).then_some(())?;
                Some(Edit::SetEmotion {
                    step: step(n)?,
                    persona: theirs.clone(),
                    value: Some(value),
                })
            }));
        }
        edits
    }

    /// Its personas with those of a map that they are: the same ones, or namesakes. Where
    /// nobody is known, the first stands for the first.
    fn personas_in(&self, map: &JourneyMap) -> Vec<(PersonaId, PersonaId)> {
        let alike = |mine: &Persona| {
            let all = || map.personas.iter();
            all()
                .find(|it| it.id == mine.id)
                .or_else(|| all().find(|it| same(&it.name, &mine.name)))
                .map(|theirs| (mine.id.clone(), theirs.id.clone()))
        };
        let known: Vec<_> = self.map.personas.iter().filter_map(alike).collect();
        if !known.is_empty() {
            return known;
        }
        let first = |map: &JourneyMap| map.personas.first().map(|it| it.id.clone());
        first(&self.map).zip(first(map)).into_iter().collect()
    }
}

/// Whether a lane of the map is like one of the clip.
type Alike<'a> = dyn Fn(&Lane, &Lane) -> bool + 'a;
