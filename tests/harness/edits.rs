//! Edits that fit a map, chosen by a number: the same map and number, the same edit.

mod structure;
mod values;

use serde::{Deserialize, Serialize};
use waymark_model::edit::{OpportunityScore, PainScore, Place, Target, TextField};
use waymark_model::grid::Item;
use waymark_model::ids::{CardId, LaneId, OpportunityId, PainId, PersonaId, StageId, StepId};
use waymark_model::map::Written;
use waymark_model::rich::{ListKind, Mark, Marks};
use waymark_model::vocabulary::{LaneKind, MapKind, PainEffect};
use waymark_model::{Edit, JourneyMap, schema};
use yrs::{Doc, GetString, Map, Out, ReadTxn, Transact};

use crate::rng::Rng;

/// Every kind of edit that the model knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the edit of the same name")]
pub enum EditKind {
    SetText,
    SetMapKind,
    AddPersona,
    AddStage,
    MoveStage,
    AddStep,
    MoveStep,
    SetMomentOfTruth,
    AddLane,
    MoveLane,
    AddCard,
    MoveCard,
    SetEmotion,
    AddPain,
    MovePain,
    ScorePain,
    SetPainEffect,
    AddOpportunity,
    MoveOpportunity,
    ScoreOpportunity,
    LinkOpportunity,
    SplitStage,
    MergeStage,
    SetLaneFlag,
    SetLaneLine,
    SetLaneColour,
    SpanCard,
    AddConnector,
    SetConnectorKind,
    AddGroup,
    GroupCard,
    SetAuthor,
    SetScalar,
    SpliceDetails,
    MarkDetails,
    Delete,
    Restore,
}

impl EditKind {
    /// All kinds; those that people do most often stand here several times.
    pub const USUAL: &'static [Self] = &[
        Self::SetText,
        Self::SetText,
        Self::SetText,
        Self::SetText,
        Self::SetMapKind,
        Self::AddPersona,
        Self::AddStage,
        Self::MoveStage,
        Self::AddStep,
        Self::AddStep,
        Self::MoveStep,
        Self::SetMomentOfTruth,
        Self::AddLane,
        Self::MoveLane,
        Self::AddCard,
        Self::AddCard,
        Self::AddCard,
        Self::AddCard,
        Self::MoveCard,
        Self::MoveCard,
        Self::MoveCard,
        Self::SetEmotion,
        Self::SetEmotion,
        Self::AddPain,
        Self::MovePain,
        Self::ScorePain,
        Self::SetPainEffect,
        Self::AddOpportunity,
        Self::MoveOpportunity,
        Self::ScoreOpportunity,
        Self::LinkOpportunity,
        Self::SplitStage,
        Self::MergeStage,
        Self::SetLaneFlag,
        Self::SetLaneLine,
        Self::SetLaneColour,
        Self::SpanCard,
        Self::SpanCard,
        Self::AddConnector,
        Self::SetConnectorKind,
        Self::AddGroup,
        Self::GroupCard,
        Self::GroupCard,
        Self::SetAuthor,
        Self::SetScalar,
        Self::SetScalar,
        Self::SpliceDetails,
        Self::SpliceDetails,
        Self::MarkDetails,
        Self::Delete,
        Self::Delete,
        Self::Restore,
    ];
}

/// An edit of that kind for this map; `None` when the map has nothing to do it with.
pub fn choose(
    kind: EditKind,
    dice: u64,
    map: &JourneyMap,
    deleted: &[Target],
    by: &str,
    at: u64,
) -> Option<Edit> {
    let mut rng = Rng::new(dice);
    let rng = &mut rng;
    Some(match kind {
        EditKind::SetText => {
            let (field, old) = any_text(map, rng);
            Edit::SetText {
                field,
                text: rewrite(&old, rng),
            }
        }
        EditKind::SetMapKind => Edit::SetMapKind(*rng.pick(MapKind::ALL)?),
        EditKind::AddPersona => {
            let id = PersonaId::from_random(rng.next_u128());
            Edit::AddPersona {
                id,
                name: words(rng),
            }
        }
        EditKind::AddStage => Edit::AddStage {
            id: StageId::from_random(rng.next_u128()),
            title: words(rng),
            place: place(map.stages.iter().map(|stage| &stage.id), rng),
        },
        EditKind::MoveStage => Edit::MoveStage {
            id: rng.pick(&map.stages)?.id.clone(),
            place: place(map.stages.iter().map(|stage| &stage.id), rng),
        },
        EditKind::AddStep => Edit::AddStep {
            id: StepId::from_random(rng.next_u128()),
            stage: rng.pick(&map.stages)?.id.clone(),
            title: words(rng),
            place: place(map.steps.iter().map(|step| &step.id), rng),
        },
        EditKind::MoveStep => Edit::MoveStep {
            id: rng.pick(&map.steps)?.id.clone(),
            stage: rng.pick(&map.stages)?.id.clone(),
            place: place(map.steps.iter().map(|step| &step.id), rng),
        },
        EditKind::SetMomentOfTruth => Edit::SetMomentOfTruth {
            id: rng.pick(&map.steps)?.id.clone(),
            value: rng.chance(50),
        },
        EditKind::AddLane => Edit::AddLane {
            id: LaneId::from_random(rng.next_u128()),
            kind: *rng.pick(LaneKind::ALL)?,
            title: words(rng),
            place: place(map.lanes.iter().map(|lane| &lane.id), rng),
        },
        EditKind::MoveLane => Edit::MoveLane {
            id: rng.pick(&map.lanes)?.id.clone(),
            place: place(map.lanes.iter().map(|lane| &lane.id), rng),
        },
        EditKind::AddCard => Edit::AddCard {
            id: CardId::from_random(rng.next_u128()),
            step: rng.pick(&map.steps)?.id.clone(),
            lane: rng.pick(&map.lanes)?.id.clone(),
            text: words(rng),
            place: place(map.cards.iter().map(|card| &card.id), rng),
        },
        EditKind::MoveCard => Edit::MoveCard {
            id: rng.pick(&map.cards)?.id.clone(),
            step: rng.pick(&map.steps)?.id.clone(),
            lane: rng.pick(&map.lanes)?.id.clone(),
            place: place(map.cards.iter().map(|card| &card.id), rng),
        },
        EditKind::SetEmotion => Edit::SetEmotion {
            step: rng.pick(&map.steps)?.id.clone(),
            persona: rng.pick(&map.personas)?.id.clone(),
            value: rng
                .pick(&[
                    None,
                    Some(-2.0),
                    Some(-1.0),
                    Some(0.0),
                    Some(1.0),
                    Some(2.0),
                ])
                .copied()?,
        },
        EditKind::AddPain => Edit::AddPain {
            id: PainId::from_random(rng.next_u128()),
            step: rng.pick(&map.steps)?.id.clone(),
            text: words(rng),
            place: place(map.pains.iter().map(|pain| &pain.id), rng),
        },
        EditKind::MovePain => Edit::MovePain {
            id: rng.pick(&map.pains)?.id.clone(),
            step: rng.pick(&map.steps)?.id.clone(),
            place: place(map.pains.iter().map(|pain| &pain.id), rng),
        },
        EditKind::ScorePain => Edit::ScorePain {
            id: rng.pick(&map.pains)?.id.clone(),
            score: *rng.pick(&[PainScore::Severity, PainScore::Frequency, PainScore::Impact])?,
            value: rng.chance(80).then(|| rng.between(1, 5) as u8),
        },
        EditKind::SetPainEffect => Edit::SetPainEffect {
            id: rng.pick(&map.pains)?.id.clone(),
            effect: rng
                .pick(PainEffect::ALL)
                .copied()
                .filter(|_| rng.chance(80)),
        },
        EditKind::AddOpportunity => Edit::AddOpportunity {
            id: OpportunityId::from_random(rng.next_u128()),
            step: rng.pick(&map.steps)?.id.clone(),
            title: words(rng),
            place: place(
                map.opportunities.iter().map(|opportunity| &opportunity.id),
                rng,
            ),
        },
        EditKind::MoveOpportunity => Edit::MoveOpportunity {
            id: rng.pick(&map.opportunities)?.id.clone(),
            step: rng.pick(&map.steps)?.id.clone(),
            place: place(
                map.opportunities.iter().map(|opportunity| &opportunity.id),
                rng,
            ),
        },
        EditKind::ScoreOpportunity => Edit::ScoreOpportunity {
            id: rng.pick(&map.opportunities)?.id.clone(),
            score: *rng.pick(&[
                OpportunityScore::CustomerValue,
                OpportunityScore::BusinessValue,
                OpportunityScore::Effort,
            ])?,
            value: rng.chance(80).then(|| rng.between(0, 5) as u8),
        },
        EditKind::LinkOpportunity => Edit::LinkOpportunity {
            id: rng.pick(&map.opportunities)?.id.clone(),
            also: vec![rng.pick(&map.steps)?.id.clone()],
            pains: rng
                .pick(&map.pains)
                .map(|it| it.id.clone())
                .into_iter()
                .collect(),
        },
        EditKind::SplitStage
        | EditKind::MergeStage
        | EditKind::SetLaneFlag
        | EditKind::SetLaneLine
        | EditKind::SetLaneColour
        | EditKind::SpanCard
        | EditKind::AddConnector
        | EditKind::SetConnectorKind
        | EditKind::AddGroup
        | EditKind::GroupCard => structure::choose(kind, map, (by, at), rng)?,
        EditKind::SetAuthor => Edit::SetAuthor {
            of: Item::Card(rng.pick(&map.cards)?.id.clone()),
            author: Written::new(by, at),
        },
        EditKind::SetScalar => {
            let (field, value) = values::any_scalar(map, rng)?;
            Edit::SetScalar { field, value }
        }
        EditKind::SpliceDetails => Edit::SpliceDetails {
            of: values::any_details(map, rng)?,
            at: rng.below(30) as usize,
            remove: rng.below(8) as usize,
            insert: words(rng) + if rng.chance(20) { "\n" } else { "" },
            marks: Marks {
                bold: rng.chance(20),
                italic: rng.chance(20),
                link: rng.chance(10).then(|| "https://example.org/".to_owned()),
            },
        },
        EditKind::MarkDetails => {
            let (from, length) = (rng.below(20) as usize, rng.below(12) as usize);
            Edit::MarkDetails {
                of: values::any_details(map, rng)?,
                from,
                to: from + length,
                mark: rng
                    .pick(&[
                        Mark::Bold(true),
                        Mark::Italic(true),
                        Mark::Bold(false),
                        Mark::Link(Some("mailto:ana@example.org".to_owned())),
                        Mark::Link(None),
                        Mark::List(Some(ListKind::Bullet)),
                        Mark::List(Some(ListKind::Ordered)),
                        Mark::List(None),
                    ])?
                    .clone(),
            }
        }
        EditKind::Delete => Edit::Delete {
            target: any_target(map, rng)?,
            by: by.to_owned(),
            at,
        },
        EditKind::Restore => Edit::Restore(rng.pick(deleted)?.clone()),
    })
}

/// Whether an edit writes letters, which are taken back in another way than the rest.
pub(crate) fn writes_text(edit: &Edit) -> bool {
    matches!(
        edit,
        Edit::SetText { .. } | Edit::SpliceDetails { .. } | Edit::MarkDetails { .. }
    )
}

/// One more letter (seldom one less) somewhere in a text of the map.
pub(crate) fn keystroke(dice: u64, card: &CardId, text: &str) -> Edit {
    let mut rng = Rng::new(dice);
    let mut letters: Vec<char> = text.chars().collect();
    // People type on where they are: mostly at the end.
    let at = if rng.chance(90) {
        letters.len()
    } else {
        rng.below(letters.len() as u64 + 1) as usize
    };
    if rng.chance(5) && at < letters.len() {
        letters.remove(at);
    } else {
        letters.insert(at, letter(&mut rng));
    }
    let field = TextField::CardText(card.clone());
    Edit::SetText {
        field,
        text: letters.into_iter().collect(),
    }
}

/// What a card says now; `None` when it is not there. Cheaper than reading the whole map
/// at every key.
pub(crate) fn card_text(doc: &Doc, card: &CardId) -> Option<String> {
    let txn = doc.transact();
    let Some(Out::YMap(fields)) = txn.get_map(schema::CARDS)?.get(&txn, card.as_str()) else {
        return None;
    };
    match fields.get(&txn, schema::TEXT)? {
        Out::YText(text) => Some(text.get_string(&txn)),
        _ => None,
    }
}

fn any_text(map: &JourneyMap, rng: &mut Rng) -> (TextField, String) {
    let frame = &map.frame;
    let mut texts = vec![
        (TextField::MapTitle, frame.title.clone()),
        (TextField::Scope, frame.scope.clone()),
        (TextField::StartsWhen, frame.starts_when.clone()),
        (TextField::EndsWhen, frame.ends_when.clone()),
        (TextField::Why, frame.why.clone()),
        (TextField::Scenario, frame.scenario.clone()),
        (TextField::PersonaGoal, frame.persona_goal.clone()),
        (TextField::BusinessGoal, frame.business_goal.clone()),
        (TextField::Lead, frame.lead.clone()),
        (TextField::Manager, frame.manager.clone()),
        (TextField::Coordinators, frame.coordinators.clone()),
        (TextField::Supporters, frame.supporters.clone()),
    ];
    texts.extend(
        map.personas
            .iter()
            .map(|p| (TextField::PersonaName(p.id.clone()), p.name.clone())),
    );
    texts.extend(
        map.stages
            .iter()
            .map(|s| (TextField::StageTitle(s.id.clone()), s.title.clone())),
    );
    texts.extend(
        map.stages
            .iter()
            .map(|s| (TextField::StageGoal(s.id.clone()), s.goal.clone())),
    );
    texts.extend(
        map.steps
            .iter()
            .map(|s| (TextField::StepTitle(s.id.clone()), s.title.clone())),
    );
    texts.extend(
        map.lanes
            .iter()
            .map(|l| (TextField::LaneTitle(l.id.clone()), l.title.clone())),
    );
    texts.extend(
        map.cards
            .iter()
            .map(|c| (TextField::CardText(c.id.clone()), c.text.clone())),
    );
    texts.extend(
        map.pains
            .iter()
            .map(|p| (TextField::PainText(p.id.clone()), p.text.clone())),
    );
    texts.extend(
        map.opportunities
            .iter()
            .map(|o| (TextField::OpportunityTitle(o.id.clone()), o.title.clone())),
    );
    let chosen = rng.below(texts.len() as u64) as usize;
    texts.swap_remove(chosen)
}

fn any_target(map: &JourneyMap, rng: &mut Rng) -> Option<Target> {
    // Cards most often; the last stage and the last lane stay, so that work goes on.
    Some(match rng.below(10) {
        0 if map.stages.len() > 1 => Target::Stage(rng.pick(&map.stages)?.id.clone()),
        1 if map.steps.len() > 1 => Target::Step(rng.pick(&map.steps)?.id.clone()),
        2 if map.lanes.len() > 1 => Target::Lane(rng.pick(&map.lanes)?.id.clone()),
        3 => Target::Pain(rng.pick(&map.pains)?.id.clone()),
        4 => Target::Opportunity(rng.pick(&map.opportunities)?.id.clone()),
        5 if rng.chance(50) => Target::Connector(rng.pick(&map.connectors)?.id.clone()),
        5 => Target::Group(rng.pick(&map.groups)?.id.clone()),
        _ => Target::Card(rng.pick(&map.cards)?.id.clone()),
    })
}

fn place<'a, Id: Clone + 'a>(siblings: impl Iterator<Item = &'a Id>, rng: &mut Rng) -> Place<Id> {
    let siblings: Vec<&Id> = siblings.collect();
    let sibling = rng.pick(&siblings).map(|id| (*id).clone());
    match (rng.below(4), sibling) {
        (0, _) => Place::First,
        (1, Some(sibling)) => Place::Before(sibling),
        (2, Some(sibling)) => Place::After(sibling),
        _ => Place::Last,
    }
}

/// Another text that has something in common with the old one.
fn rewrite(old: &str, rng: &mut Rng) -> String {
    let letters: Vec<char> = old.chars().collect();
    let cut = rng.below(letters.len() as u64 + 1) as usize;
    let end = (cut + rng.below(4) as usize).min(letters.len());
    let (head, tail) = (&letters[..cut], &letters[end..]);
    let text: String = head
        .iter()
        .copied()
        .chain(words(rng).chars())
        .chain(tail.iter().copied())
        .collect();
    text.chars().take(200).collect()
}

fn words(rng: &mut Rng) -> String {
    let length = rng.between(1, 12);
    (0..length).map(|_| letter(rng)).collect()
}

/// Letters of one, two and three bytes, and some that are two units of UTF-16.
fn letter(rng: &mut Rng) -> char {
    const LETTERS: &[char] = &[
        'a', 'b', 'c', 'd', 'e', 'f', 'g', ' ', 'ä', 'ß', 'é', '旅', '图', '👩', '🚀', '\u{301}',
    ];
    LETTERS[rng.below(LETTERS.len() as u64) as usize]
}

#[cfg(test)]
mod tests;
