use std::cell::Cell;

use yrs::{Doc, Transact};

use super::{CLIP_BYTES, Clip, ClipError, Copies, Match};
use crate::edit::tests::demo_doc;
use crate::edit::{Author, Place, apply, apply_by};
use crate::grid::{CellId, Grid, Item};
use crate::ids::{LaneId, OpportunityId, StageId, StepId};
use crate::interchange::MapFile;
use crate::map::{JourneyMap, Written};
use crate::{invariants, schema};

fn sample() -> Doc {
    demo_doc("saas-evaluation")
}

fn doc_of(text: &str) -> Doc {
    let doc = schema::new_doc(2);
    let file = MapFile::parse(text).unwrap();
    file.write(&mut doc.transact_mut()).unwrap();
    doc
}

fn whole(doc: &Doc) -> Clip {
    let txn = doc.transact();
    let map = JourneyMap::read(&txn);
    let lanes: Vec<LaneId> = map.lanes.iter().map(|it| it.id.clone()).collect();
    let steps: Vec<StepId> = map.steps.iter().map(|it| it.id.clone()).collect();
    Clip::take(&txn, &map, &lanes, &steps, |_| true)
}

fn part(doc: &Doc, lanes: &[&str], steps: &[&str]) -> Clip {
    let lanes: Vec<LaneId> = lanes.iter().map(|id| LaneId::parse(id).unwrap()).collect();
    let steps: Vec<StepId> = steps.iter().map(|id| StepId::parse(id).unwrap()).collect();
    let txn = doc.transact();
    Clip::take(&txn, &JourneyMap::read(&txn), &lanes, &steps, |_| true)
}

fn counter() -> impl FnMut() -> u128 {
    let next = Cell::new(0);
    move || {
        next.set(next.get() + 1);
        next.get()
    }
}

fn map(doc: &Doc) -> JourneyMap {
    JourneyMap::read(&doc.transact())
}

fn write(doc: &Doc, edits: &[crate::Edit]) {
    let mut txn = doc.transact_mut();
    for edit in edits {
        apply(&mut txn, edit).unwrap();
    }
    drop(txn);
    assert!(invariants::violations(&map(doc)).is_empty());
}

const SMALL: &str = "
format: journey-map/1
map: {id: m, title: Small}
personas: [{id: p, name: Mei}]
lanes:
  - {id: does, type: actions, title: Does}
  - {id: hurts, type: pain_points, title: Hurts}
  - {id: own, type: custom, title: Notes}
stages: [{id: one, title: One}]
steps:
  - {id: a, stage: one, title: Search, cells: {does: [{text: types, colour: rose, status: observed, group: both}, {text: clicks, group: both}], own: [{text: wide, span_to: b}]}}
  - {id: b, stage: one, title: Compare}
groups: [{id: both, title: By hand}]
pain_points: [{id: x, step: a, text: slow, severity: 4, effect: endure, details: '**very** slow'}]
";

#[test]
fn a_clip_comes_back_from_its_file() {
    for clip in [whole(&sample()), whole(&doc_of(SMALL))] {
        assert!(!clip.items().is_empty() && !clip.map.lanes.is_empty());
        let back = Clip::parse(&clip.to_file().unwrap()).unwrap();
        assert_eq!(back.table(), clip.table());
        assert_eq!(back.map.steps, clip.map.steps);
        assert_eq!(back.map.stages, clip.map.stages);
        assert_eq!(back.map.lanes, clip.map.lanes);
        // The clip is read cell by cell, and only the order in a cell counts.
        let pains = |clip: &Clip| {
            let mut pains = clip.map.pains.clone();
            pains.sort_by(|a, b| a.id.cmp(&b.id));
            pains
        };
        assert_eq!(pains(&back), pains(&clip));
        let opportunities = |clip: &Clip| {
            let mut all = clip.map.opportunities.clone();
            all.sort_by(|a, b| a.id.cmp(&b.id));
            all
        };
        assert_eq!(opportunities(&back), opportunities(&clip));
        assert_eq!(back.map.emotions, clip.map.emotions);
        assert_eq!(back.details, clip.details);
        let looks = |clip: &Clip| -> Vec<_> {
            let cards = clip.map.cards.iter();
            cards
                .map(|it| (it.colour, it.status, it.span_to.clone(), it.group.clone()))
                .collect()
        };
        assert_eq!(looks(&back), looks(&clip));
    }
}

#[test]
fn a_clip_has_only_what_was_taken() {
    let clip = part(&sample(), &["actions"], &["a06", "a07"]);
    assert_eq!((clip.map.lanes.len(), clip.map.steps.len()), (1, 2));
    let table = clip.table();
    assert_eq!((table.len(), table[0].len()), (1, 2));
    assert!(!table[0][0].is_empty());
    assert!(clip.map.pains.is_empty());
}

#[test]
fn what_is_no_clip_is_refused() {
    for text in ["", "{}", "hello", "{\"format\": \"journey-map/9\"}"] {
        assert!(Clip::parse(text).is_err(), "{text:?}");
    }
    let long = " ".repeat(CLIP_BYTES + 1);
    assert!(matches!(Clip::parse(&long), Err(ClipError::TooLarge)));
}

#[test]
fn copies_of_cards_and_pains_keep_all_they_say_and_have_ids_of_their_own() {
    let doc = doc_of(SMALL);
    let before = map(&doc);
    let clip = part(&doc, &["does", "hurts"], &["a"]);
    let at = CellId {
        lane: LaneId::parse("does").unwrap(),
        step: StepId::parse("b").unwrap(),
    };
    let mut ids = counter();
    let mut copies = Copies::new(&before, &mut ids);
    let pasted = clip.into_cells(&mut copies, &Grid::of(&before), &at);
    assert_eq!((pasted.made.len(), pasted.left), (3, 0));
    write(&doc, &pasted.edits);
    let after = map(&doc);
    let [Item::Card(card), Item::Card(other), Item::Pain(pain)] = &pasted.made[..] else {
        panic!("{:?}", pasted.made);
    };
    let card = after.cards.iter().find(|it| it.id == *card).unwrap();
    assert_eq!((card.text.as_str(), card.step.as_str()), ("types", "b"));
    assert_eq!(
        (card.colour, card.status),
        (before.cards[0].colour, before.cards[0].status)
    );
    assert!(card.colour.is_some() && card.status.is_some());
    // They are in a group of their own.
    let other = after.cards.iter().find(|it| it.id == *other).unwrap();
    assert_eq!(card.group, other.group);
    assert_ne!(card.group, before.cards[0].group);
    assert_eq!(after.group_of(card).unwrap().title, "By hand");
    let pain = after.pains.iter().find(|it| it.id == *pain).unwrap();
    assert_eq!(
        (pain.severity, pain.effect),
        (Some(4), before.pains[0].effect)
    );
    let again = part(&doc, &["hurts"], &["a", "b"]);
    let details: Vec<_> = again.details.values().collect();
    assert_eq!(details.len(), 2);
    assert_eq!(details[0], details[1]);
    // Nothing of the old is touched.
    assert_eq!(after.cards.len(), before.cards.len() + 2);
    for old in &before.cards {
        assert!(after.cards.contains(old));
    }
}

#[test]
fn a_lane_lands_at_the_steps_of_its_names_and_keeps_its_wide_cards() {
    let (from, to) = (doc_of(SMALL), doc_of("
format: journey-map/1
map: {id: n, title: Other}
lanes: [{id: q, type: quotes, title: Says}]
stages: [{id: s, title: S}]
steps: [{id: x, stage: s, title: compare}, {id: y, stage: s, title: Pay}, {id: z, stage: s, title: ' search '}]
"));
    let clip = part(&from, &["own"], &["a", "b"]);
    let before = map(&to);
    assert_eq!(clip.best_match(&before), Match::Name);
    let names: Vec<_> = clip
        .landings(&before, Match::Name)
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(
        names.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
        ["z", "x"]
    );
    let landings = clip.landings(&before, Match::Order);
    let id = LaneId::parse("new").unwrap();
    let mut ids = counter();
    let mut copies = Copies::new(&before, &mut ids);
    let pasted = clip.as_lane(&mut copies, &id, Place::First, &landings);
    write(&to, &pasted.edits);
    let after = map(&to);
    assert_eq!(after.lanes[0].title, "Notes");
    assert_eq!(after.cards[0].text, "wide");
    assert_eq!(
        after.cards[0].span_to.as_ref().map(|it| it.as_str()),
        Some("y")
    );
}

#[test]
fn steps_and_stages_come_with_what_is_in_them() {
    let doc = sample();
    let before = map(&doc);
    let first = before.stages[0].id.clone();
    let steps: Vec<&str> = before
        .steps
        .iter()
        .filter(|it| it.stage == first)
        .map(|it| it.id.as_str())
        .collect();
    let lanes: Vec<&str> = before.lanes.iter().map(|it| it.id.as_str()).collect();
    let clip = part(&doc, &lanes, &steps);
    let mut ids = counter();
    let mut copies = Copies::new(&before, &mut ids);
    let place: Place<StageId> = Place::After(first.clone());
    let (stage, pasted) = clip.as_stage(&mut copies, place).unwrap();
    assert_eq!(pasted.left, 0);
    write(&doc, &pasted.edits);
    let after = map(&doc);
    assert_eq!(after.stages[1].id, stage);
    assert_eq!(after.stages[1].title, before.stages[0].title);
    let feel = |map: &JourneyMap, stage: &StageId| -> Vec<Option<f64>> {
        let steps = map.steps.iter().filter(|it| it.stage == *stage);
        let who = &map.personas[0].id;
        steps
            .map(|it| map.emotions.get(&(it.id.clone(), who.clone())).copied())
            .collect()
    };
    assert_eq!(feel(&after, &stage), feel(&before, &first));
    assert_eq!(
        after.cards.len() + after.pains.len() + after.opportunities.len(),
        before.cards.len() + before.pains.len() + before.opportunities.len() + pasted.made.len()
    );
}

#[test]
fn copies_are_by_whoever_wrote_the_things_and_not_by_who_pastes_them() {
    let from = sample();
    let lane = LaneId::parse("actions").unwrap();
    let before = map(&from);
    let cards: Vec<_> = before.cards.iter().filter(|it| it.lane == lane).collect();
    let written = Written::new("Ana", 1_762_128_000_000);
    let signed = Item::Card(cards[0].id.clone());
    let sign = crate::Edit::SetAuthor {
        of: signed,
        author: written.clone(),
    };
    write(&from, &[sign]);
    // As it comes back from a clipboard.
    let steps = [cards[0].step.as_str(), cards[1].step.as_str()];
    let clip = part(&from, &["actions"], &steps);
    let clip = Clip::parse(&clip.to_file().unwrap()).unwrap();
    let to = sample();
    let target = map(&to);
    let mut ids = counter();
    let mut copies = Copies::new(&target, &mut ids);
    let at = CellId {
        lane,
        step: StepId::parse(steps[0]).unwrap(),
    };
    let pasted = clip.into_cells(&mut copies, &Grid::of(&target), &at);
    let ben = Author { by: "Ben", at: 5 };
    for edit in &pasted.edits {
        apply_by(&mut to.transact_mut(), edit, ben).unwrap();
    }
    let after = map(&to);
    let of = |item: &Item| {
        let Item::Card(id) = item else { return None };
        let card = after.cards.iter().find(|it| it.id == *id).unwrap();
        card.author.clone()
    };
    assert_eq!(of(&pasted.made[0]), written);
    assert!(pasted.made[1..].iter().all(|item| of(item).is_none()));
}

#[test]
fn steps_feel_to_each_persona_as_they_did_where_they_come_from() {
    let text = r#"
format: journey-map/1
map: {id: m, title: M}
personas: [{id: p, name: Mei}, {id: q, name: Ola}, {id: r, name: Raj}]
lanes: [{id: l, type: emotion, title: L}]
stages: [{id: s, title: S}]
steps: [{id: a, stage: s, title: A, sentiment: 1, sentiments: {q: -2}}]
"#;
    let doc = doc_of(text);
    let clip = part(&doc, &["l"], &["a"]);
    let clip = Clip::parse(&clip.to_file().unwrap()).unwrap();
    // In the map it comes from, and in one whose persona has another id and the same name.
    let elsewhere = doc_of(&text.replace("id: q", "id: z").replace("q: -2", "z: -2"));
    for (to, ola) in [(&doc, "q"), (&elsewhere, "z")] {
        let before = map(to);
        let mut ids = counter();
        let mut copies = Copies::new(&before, &mut ids);
        let (steps, pasted) = clip.as_steps(&mut copies, &before.stages[0].id, Place::Last);
        write(to, &pasted.edits);
        let after = map(to);
        let felt: Vec<(&str, f64)> = after
            .emotions
            .iter()
            .filter(|((step, _), _)| *step == steps[0])
            .map(|((_, who), value)| (who.as_str(), *value))
            .collect();
        assert_eq!(felt, [("p", 1.0), (ola, -2.0)]);
    }
}

/// A clip as it comes back from a clipboard, in the cell of a lane and a step of a map.
fn pasted_at(to: &Doc, clip: &Clip, lane: &str, step: &str) -> Vec<Item> {
    let clip = Clip::parse(&clip.to_file().unwrap()).unwrap();
    let before = map(to);
    let mut ids = counter();
    let mut copies = Copies::new(&before, &mut ids);
    let at = CellId {
        lane: LaneId::parse(lane).unwrap(),
        step: StepId::parse(step).unwrap(),
    };
    let pasted = clip.into_cells(&mut copies, &Grid::of(&before), &at);
    write(to, &pasted.edits);
    pasted.made
}

#[test]
fn a_copied_quote_says_where_it_comes_from() {
    let doc = sample();
    let clip = part(&doc, &["quotes"], &["a06"]);
    let made = pasted_at(&doc, &clip, "quotes", "a01");
    let after = map(&doc);
    let card = after
        .cards
        .iter()
        .find(|it| Item::Card(it.id.clone()) == made[0]);
    assert_eq!(card.unwrap().source, "Interview 4, project manager");
}

/// The steps and the pain points of an opportunity.
fn links(map: &JourneyMap, id: &OpportunityId) -> (Vec<String>, Vec<String>) {
    let it = map.opportunities.iter().find(|it| it.id == *id).unwrap();
    (
        it.steps.iter().map(ToString::to_string).collect(),
        it.pains.iter().map(ToString::to_string).collect(),
    )
}

#[test]
fn a_copied_opportunity_answers_the_same_pain_points_where_there_are_such() {
    let doc = sample();
    let lane = map(&doc)
        .lanes
        .iter()
        .find(|it| it.kind == crate::vocabulary::LaneKind::Opportunities)
        .unwrap()
        .id
        .clone();
    let clip = part(&doc, &[lane.as_str()], &["a06"]);
    let pasted = |to: &Doc, step: &str| {
        let lane = map(to)
            .lanes
            .iter()
            .find(|it| it.kind == crate::vocabulary::LaneKind::Opportunities)
            .unwrap()
            .id
            .clone();
        match pasted_at(to, &clip, lane.as_str(), step).remove(0) {
            Item::Opportunity(id) => links(&map(to), &id),
            other => panic!("{other:?}"),
        }
    };
    let strings = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        pasted(&doc, "a02"),
        (strings(&["a02", "a07"]), strings(&["pp1"]))
    );
    // The same ids mean something else in another map.
    let elsewhere = demo_doc("water-damage-claim");
    assert_eq!(pasted(&elsewhere, "c02"), (strings(&["c02"]), Vec::new()));
}

#[test]
fn what_is_copied_together_stays_linked_to_each_other() {
    let doc = sample();
    let before = map(&doc);
    let stage = before
        .steps
        .iter()
        .find(|it| it.id.as_str() == "a06")
        .unwrap()
        .stage
        .clone();
    let steps: Vec<&str> = before
        .steps
        .iter()
        .filter(|it| it.stage == stage)
        .map(|it| it.id.as_str())
        .collect();
    let lanes: Vec<&str> = before.lanes.iter().map(|it| it.id.as_str()).collect();
    let clip = Clip::parse(&part(&doc, &lanes, &steps).to_file().unwrap()).unwrap();
    let mut ids = counter();
    let mut copies = Copies::new(&before, &mut ids);
    let (_, pasted) = clip
        .as_stage(&mut copies, Place::After(stage.clone()))
        .unwrap();
    write(&doc, &pasted.edits);
    let after = map(&doc);
    let copy = pasted.made.iter().find_map(|item| match item {
        Item::Opportunity(id) => Some(id.clone()),
        _ => None,
    });
    let (new_steps, new_pains) = links(&after, &copy.unwrap());
    let pain = pasted.made.iter().find_map(|item| match item {
        Item::Pain(id) => Some(id.to_string()),
        _ => None,
    });
    assert_eq!(new_pains, [pain.unwrap()]);
    assert_eq!(new_steps.len(), 2);
    assert!(new_steps.iter().all(|step| !steps.contains(&step.as_str())));
}

#[test]
fn forged_links_are_left_out() {
    let lane = "opps";
    for links in [
        r#"7"#,
        r#"{"o": []}"#,
        r#"{"o": {"steps": 3, "pains": [7, {"id": "a b", "says": ""}, {"id": "p"}]}}"#,
        r#"{"else": {"pains": [{"id": "pp1", "says": "x"}]}}"#,
    ] {
        let text = format!(
            r#"{{"format": "journey-map/1", "map": {{"id": "m", "title": "M"}},
                "lanes": [{{"id": "{lane}", "type": "opportunities", "title": "L"}}],
                "stages": [{{"id": "s", "title": "S"}}],
                "steps": [{{"id": "t", "stage": "s", "title": "T"}}],
                "opportunities": [{{"id": "o", "title": "Why", "steps": ["t"]}}],
                "links": {links}}}"#
        );
        assert!(Clip::parse(&text).unwrap().links.is_empty(), "{links}");
    }
}
