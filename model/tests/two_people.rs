//! What happens when two people change one map at the same time: rules C1 to C15, C30
//! and C34 of `CONCURRENCY.md`.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use waymark_model::edit::{Edit, Place, Target, TextField};
use waymark_model::ids::{CardId, LaneId, OpportunityId, PainId, PersonaId, StageId, StepId};
use waymark_model::interchange::MapFile;
use waymark_model::invariants::violations;
use waymark_model::map::JourneyMap;
use waymark_model::schema::new_doc;
use waymark_model::templates::DEMO_MAPS;
use waymark_model::{Grid, apply};
use yrs::updates::decoder::Decode;
use yrs::{Doc, ReadTxn, StateVector, Transact, Update};

/// Two replicas of the first demo map.
struct Pair {
    ana: Doc,
    ben: Doc,
}

impl Pair {
    fn new() -> Self {
        let (ana, ben) = (new_doc(11), new_doc(22));
        let file = MapFile::parse(DEMO_MAPS[0].1).unwrap();
        file.write(&mut ana.transact_mut()).unwrap();
        let pair = Self { ana, ben };
        pair.meet();
        pair
    }

    /// Applies edits on both sides that do not see each other, then lets both meet.
    fn at_once(ana: &[Edit], ben: &[Edit]) -> JourneyMap {
        let pair = Self::new();
        pair.edit(&pair.ana, ana);
        pair.edit(&pair.ben, ben);
        pair.meet()
    }

    fn edit(&self, doc: &Doc, edits: &[Edit]) {
        for edit in edits {
            apply(&mut doc.transact_mut(), edit).unwrap();
        }
    }

    fn meet(&self) -> JourneyMap {
        let state = |doc: &Doc| {
            doc.transact()
                .encode_state_as_update_v1(&StateVector::default())
        };
        let (of_ana, of_ben) = (state(&self.ana), state(&self.ben));
        let apply = |doc: &Doc, update: &[u8]| {
            doc.transact_mut()
                .apply_update(Update::decode_v1(update).unwrap())
                .unwrap();
        };
        apply(&self.ana, &of_ben);
        apply(&self.ben, &of_ana);
        let map = JourneyMap::read(&self.ana.transact());
        assert_eq!(map, JourneyMap::read(&self.ben.transact()));
        assert_eq!(violations(&map), []);
        map
    }
}

fn stage(id: &str) -> StageId {
    StageId::parse(id).unwrap()
}

fn step(id: &str) -> StepId {
    StepId::parse(id).unwrap()
}

fn lane(id: &str) -> LaneId {
    LaneId::parse(id).unwrap()
}

fn card(id: &str) -> CardId {
    CardId::parse(id).unwrap()
}

fn say(id: &str, text: &str) -> Edit {
    Edit::SetText {
        field: TextField::CardText(card(id)),
        text: text.to_owned(),
    }
}

fn delete(target: Target) -> Edit {
    Edit::Delete {
        target,
        by: "somebody".to_owned(),
        at: 1,
    }
}

fn move_card(id: &str, to: &str, lane_id: &str) -> Edit {
    Edit::MoveCard {
        id: card(id),
        step: step(to),
        lane: lane(lane_id),
        place: Place::Last,
    }
}

fn add_step(id: &str, to: &str) -> Edit {
    Edit::AddStep {
        id: step(id),
        stage: stage(to),
        title: id.to_owned(),
        place: Place::Last,
    }
}

fn find<'a>(map: &'a JourneyMap, id: &str) -> &'a waymark_model::map::Card {
    map.cards.iter().find(|it| it.id.as_str() == id).unwrap()
}

fn steps<'a>(map: &'a JourneyMap, stage: &str) -> Vec<&'a str> {
    map.steps
        .iter()
        .filter(|it| it.stage.as_str() == stage)
        .map(|it| it.id.as_str())
        .collect()
}

#[test]
fn c1_a_card_that_is_moved_while_somebody_types_in_it_has_the_new_place_and_the_new_text() {
    let map = Pair::at_once(
        &[move_card("q1", "a09", "tech")],
        &[say(
            "q1",
            "It said done. Then I found the broken tables myself. 😀",
        )],
    );
    let card = find(&map, "q1");
    assert_eq!((card.step.as_str(), card.lane.as_str()), ("a09", "tech"));
    assert_eq!(
        card.text,
        "It said done. Then I found the broken tables myself. 😀"
    );
}

#[test]
fn c2_two_who_type_in_one_text_both_keep_their_words() {
    let map = Pair::at_once(
        &[say(
            "a01-actions-1",
            "Ana: Opens three vendor pages in tabs",
        )],
        &[say("a01-actions-1", "Opens three vendor pages in tabs 🙂")],
    );
    assert_eq!(
        find(&map, "a01-actions-1").text,
        "Ana: Opens three vendor pages in tabs 🙂"
    );
}

#[test]
fn c15_two_who_rename_one_thing_both_keep_their_words() {
    let was = Pair::new().meet().steps[0].title.clone();
    let rename = |text: String| Edit::SetText {
        field: TextField::StepTitle(step("a01")),
        text,
    };
    let map = Pair::at_once(
        &[rename(format!("First {was}"))],
        &[rename(format!("{was} last"))],
    );
    assert_eq!(map.steps[0].title, format!("First {was} last"));
}

#[test]
fn c3_two_who_move_one_card_leave_it_in_one_of_the_two_cells() {
    let map = Pair::at_once(
        &[move_card("q1", "a09", "tech")],
        &[move_card("q1", "a02", "owner")],
    );
    let card = find(&map, "q1");
    let cell = (card.step.as_str(), card.lane.as_str());
    assert!(
        cell == ("a09", "tech") || cell == ("a02", "owner"),
        "{cell:?}"
    );
    assert_eq!(
        map.cards.iter().filter(|it| it.id.as_str() == "q1").count(),
        1
    );
}

#[test]
fn c4_what_was_typed_into_a_deleted_card_is_there_when_it_is_restored() {
    let pair = Pair::new();
    pair.edit(&pair.ana, &[delete(Target::Card(card("q1")))]);
    pair.edit(&pair.ben, &[say("q1", "My words")]);
    assert!(pair.meet().cards.iter().all(|it| it.id.as_str() != "q1"));
    pair.edit(&pair.ana, &[Edit::Restore(Target::Card(card("q1")))]);
    assert_eq!(find(&pair.meet(), "q1").text, "My words");
}

#[test]
fn c5_a_step_added_to_a_stage_that_is_deleted_is_shown_in_the_stage_before() {
    let pair = Pair::new();
    pair.edit(&pair.ana, &[delete(Target::Stage(stage("s3")))]);
    pair.edit(&pair.ben, &[add_step("new", "s3")]);
    let map = pair.meet();
    assert_eq!(steps(&map, "s2"), ["a03", "a04", "new"]);
    // Its own stage comes back, and the step with it.
    pair.edit(&pair.ana, &[Edit::Restore(Target::Stage(stage("s3")))]);
    let map = pair.meet();
    assert_eq!(steps(&map, "s2"), ["a03", "a04"]);
    assert_eq!(steps(&map, "s3"), ["a05", "a06", "a07", "new"]);
}

#[test]
fn c5_without_a_stage_before_it_is_shown_in_the_next_and_without_any_nowhere() {
    let pair = Pair::new();
    pair.edit(&pair.ana, &[delete(Target::Stage(stage("s1")))]);
    pair.edit(&pair.ben, &[add_step("new", "s1")]);
    assert_eq!(steps(&pair.meet(), "s2"), ["new", "a03", "a04"]);
    let others = ["s2", "s3", "s4", "s5", "s6"].map(|id| delete(Target::Stage(stage(id))));
    pair.edit(&pair.ana, &others);
    let map = pair.meet();
    assert!(map.steps.is_empty() && map.stages.is_empty() && map.cards.is_empty());
    let back =
        ["s1", "s2", "s3", "s4", "s5", "s6"].map(|id| Edit::Restore(Target::Stage(stage(id))));
    pair.edit(&pair.ben, &back);
    assert_eq!(pair.meet().steps.len(), 16);
}

#[test]
fn c6_a_step_moved_out_of_a_stage_that_is_deleted_is_saved() {
    let to = |stage_id: &str| Edit::MoveStep {
        id: step("a06"),
        stage: stage(stage_id),
        place: Place::First,
    };
    let pair = Pair::new();
    pair.edit(&pair.ana, &[delete(Target::Stage(stage("s3")))]);
    pair.edit(&pair.ben, &[to("s2")]);
    assert_eq!(steps(&pair.meet(), "s2"), ["a06", "a03", "a04"]);
    // It can even go back later.
    pair.edit(
        &pair.ben,
        &[Edit::Restore(Target::Stage(stage("s3"))), to("s3")],
    );
    assert_eq!(steps(&pair.meet(), "s3"), ["a06", "a05", "a07"]);
}

#[test]
fn c5_a_guest_of_a_stage_is_taken_in_when_something_is_placed_beyond_it() {
    let pair = Pair::new();
    pair.edit(&pair.ana, &[delete(Target::Stage(stage("s3")))]);
    pair.edit(&pair.ben, &[add_step("guest", "s3")]);
    pair.meet();
    pair.edit(&pair.ana, &[add_step("own", "s2")]);
    assert_eq!(steps(&pair.meet(), "s2"), ["a03", "a04", "guest", "own"]);
    let first = Edit::MoveStep {
        id: step("own"),
        stage: stage("s2"),
        place: Place::Before(step("guest")),
    };
    pair.edit(&pair.ben, &[first]);
    assert_eq!(steps(&pair.meet(), "s2"), ["a03", "a04", "own", "guest"]);

    let pair = Pair::new();
    pair.edit(&pair.ana, &[delete(Target::Stage(stage("s1")))]);
    pair.edit(&pair.ben, &[add_step("one", "s1"), add_step("two", "s1")]);
    pair.meet();
    let between = |place| Edit::MoveStep {
        id: step("a04"),
        stage: stage("s2"),
        place,
    };
    pair.edit(&pair.ana, &[between(Place::After(step("one")))]);
    assert_eq!(steps(&pair.meet(), "s2"), ["one", "a04", "two", "a03"]);
    pair.edit(&pair.ana, &[between(Place::First)]);
    assert_eq!(steps(&pair.meet(), "s2"), ["a04", "one", "two", "a03"]);
}

#[test]
fn c5_a_guest_goes_and_comes_back_with_the_stage_it_is_shown_in() {
    let pair = Pair::new();
    pair.edit(&pair.ana, &[delete(Target::Stage(stage("s3")))]);
    pair.edit(&pair.ben, &[add_step("guest", "s3")]);
    pair.meet();
    pair.edit(&pair.ana, &[delete(Target::Stage(stage("s2")))]);
    assert!(pair.meet().steps.iter().all(|it| it.id.as_str() != "guest"));
    pair.edit(&pair.ana, &[Edit::Restore(Target::Stage(stage("s2")))]);
    assert_eq!(steps(&pair.meet(), "s2"), ["a03", "a04", "guest"]);
}

#[test]
fn c12_two_cards_put_in_one_place_are_both_there_and_a_third_fits_between_them() {
    let add = |id: &str, place| Edit::AddCard {
        id: card(id),
        step: step("a01"),
        lane: lane("actions"),
        text: id.to_owned(),
        place,
    };
    let pair = Pair::new();
    let after = || Place::After(card("a01-actions-1"));
    pair.edit(&pair.ana, &[add("x", after())]);
    pair.edit(&pair.ben, &[add("y", after())]);
    pair.meet();
    pair.edit(&pair.ben, &[add("between", Place::After(card("x")))]);
    let map = pair.meet();
    let cell = waymark_model::grid::CellId {
        lane: lane("actions"),
        step: step("a01"),
    };
    let shown: Vec<String> = Grid::of(&map)
        .items(&cell)
        .iter()
        .map(|item| format!("{item:?}"))
        .collect();
    let place = |id: &str| {
        shown
            .iter()
            .position(|it| it.contains(&format!("\"{id}\"")))
            .unwrap()
    };
    assert_eq!(shown.len(), 5);
    assert!(place("a01-actions-1") < place("x") && place("x") < place("between"));
    assert!(place("between") < place("y") && place("y") < place("a01-actions-2"));
}

#[test]
fn c30_a_feeling_set_while_somebody_clears_it_is_kept() {
    let persona = PersonaId::parse("p-nadia").unwrap();
    let set = |value| Edit::SetEmotion {
        step: step("a01"),
        persona: persona.clone(),
        value,
    };
    let map = Pair::at_once(&[set(Some(2.0))], &[set(None)]);
    assert_eq!(map.emotions[&(step("a01"), persona.clone())], 2.0);
}

#[test]
fn c34_an_opportunity_answers_one_of_two_lists_without_what_is_deleted() {
    let pain = |id: &str| PainId::parse(id).unwrap();
    let answers = |ids: &[&str]| Edit::LinkOpportunity {
        id: OpportunityId::parse("op1").unwrap(),
        also: vec![step("a07")],
        pains: ids.iter().map(|id| pain(id)).collect(),
    };
    let of = |map: &JourneyMap| -> Vec<String> {
        let all = &map.opportunities;
        let it = all.iter().find(|it| it.id.as_str() == "op1").unwrap();
        it.pains.iter().map(ToString::to_string).collect()
    };
    let map = Pair::at_once(&[answers(&["pp1", "pp2"])], &[answers(&["pp3"])]);
    assert!(
        [vec!["pp1", "pp2"], vec!["pp3"]].contains(&of(&map).iter().map(String::as_str).collect())
    );

    let pair = Pair::new();
    let gone = Target::Pain(pain("pp2"));
    pair.edit(&pair.ana, &[answers(&["pp1", "pp2"])]);
    pair.edit(&pair.ben, &[delete(gone.clone())]);
    assert_eq!(of(&pair.meet()), ["pp1"]);
    pair.edit(&pair.ben, &[Edit::Restore(gone)]);
    assert_eq!(of(&pair.meet()), ["pp1", "pp2"]);
}
