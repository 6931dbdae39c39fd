//! Cards that cover several steps.

use yrs::Transact;

use super::{SAAS, card, demo_doc, edited, lane, stage, step};
use crate::edit::{Edit, Place, Target, apply};
use crate::grid::{Grid, Span};
use crate::ids::MapId;
use crate::interchange::MapFile;
use crate::map::JourneyMap;

const CARD: &str = "a02-actions-1";

fn span(to: &str) -> Edit {
    Edit::SpanCard {
        id: card(CARD),
        to: Some(step(to)),
    }
}

fn delete(id: &str) -> Edit {
    Edit::Delete {
        target: Target::Step(step(id)),
        by: "ana".into(),
        at: 1,
    }
}

fn move_step(id: &str, to: &str, place: Place<&str>) -> Edit {
    Edit::MoveStep {
        id: step(id),
        stage: stage(to),
        place: match place {
            Place::First => Place::First,
            Place::Last => Place::Last,
            Place::Before(id) => Place::Before(step(id)),
            Place::After(id) => Place::After(step(id)),
        },
    }
}

fn end(map: &JourneyMap) -> Option<&str> {
    let found = map.cards.iter().find(|it| it.id == card(CARD)).unwrap();
    found.span_to.as_ref().map(|end| end.as_str())
}

fn columns(map: &JourneyMap) -> usize {
    Grid::of(map)
        .spans
        .get(&card(CARD))
        .map_or(1, |it| it.columns)
}

#[test]
fn a_wide_card_covers_what_is_between_its_ends_as_the_steps_are_now() {
    let insert = Edit::AddStep {
        id: step("new"),
        stage: stage("s2"),
        title: "New".into(),
        place: Place::First,
    };
    for (more, wide) in [
        (vec![], 3),
        (vec![insert], 4),
        (vec![move_step("a03", "s5", Place::Last)], 2),
        (vec![move_step("a09", "s2", Place::Before("a04"))], 4),
        (vec![delete("a03")], 2),
    ] {
        let edits: Vec<Edit> = std::iter::once(span("a04")).chain(more).collect();
        let map = edited(SAAS, &edits);
        assert_eq!((end(&map), columns(&map)), (Some("a04"), wide), "{edits:?}");
    }
}

#[test]
fn a_deleted_end_counts_as_the_step_before_it_and_comes_back_with_it() {
    let deleted = [span("a04"), delete("a04")];
    assert_eq!(end(&edited(SAAS, &deleted)), Some("a03"));
    let both = [span("a04"), delete("a03"), delete("a04")];
    assert_eq!(end(&edited(SAAS, &both)), None);
    let stage_too = [
        span("a04"),
        Edit::Delete {
            target: Target::Stage(stage("s2")),
            by: "ana".into(),
            at: 1,
        },
    ];
    assert_eq!(end(&edited(SAAS, &stage_too)), None);
    let restored = Edit::Restore(Target::Step(step("a04")));
    let back = [span("a04"), delete("a04"), restored];
    assert_eq!(end(&edited(SAAS, &back)), Some("a04"));
}

#[test]
fn an_end_before_the_start_leaves_the_card_on_its_own_step_until_one_moves_again() {
    let before = move_step("a04", "s1", Place::First);
    let back = move_step("a04", "s2", Place::Last);
    assert_eq!(end(&edited(SAAS, &[span("a04"), before.clone()])), None);
    assert_eq!(
        end(&edited(SAAS, &[span("a04"), before, back])),
        Some("a04")
    );
    assert_eq!(end(&edited(SAAS, &[span("a01")])), None);
}

#[test]
fn a_moved_card_takes_its_width_along_as_far_as_there_are_steps() {
    let to = |id: &str| Edit::MoveCard {
        id: card(CARD),
        step: step(id),
        lane: lane("thoughts"),
        place: Place::First,
    };
    let map = edited(SAAS, &[span("a04"), to("a05")]);
    assert_eq!((end(&map), columns(&map)), (Some("a07"), 3));
    let last = map.steps.last().unwrap().id.clone();
    let before_last = map.steps[map.steps.len() - 2].id.clone();
    let map = edited(SAAS, &[span("a04"), to(before_last.as_str())]);
    assert_eq!(end(&map), Some(last.as_str()));
    assert_eq!(end(&edited(SAAS, &[span("a04"), to(last.as_str())])), None);
    assert_eq!(end(&edited(SAAS, &[span("a04"), to("a02")])), Some("a04"));
}

#[test]
fn wide_cards_of_one_lane_stand_on_tracks_of_their_own() {
    let wide = |id: &str, to: &str| Edit::SpanCard {
        id: card(id),
        to: Some(step(to)),
    };
    let map = edited(
        SAAS,
        &[
            wide("a01-actions-1", "a03"),
            wide("a02-actions-1", "a03"),
            wide("a04-actions-1", "a05"),
        ],
    );
    let grid = Grid::of(&map);
    let of = |id: &str| grid.spans[&card(id)];
    assert_eq!(
        of("a01-actions-1"),
        Span {
            columns: 3,
            track: 0
        }
    );
    assert_eq!(
        of("a02-actions-1"),
        Span {
            columns: 2,
            track: 1
        }
    );
    assert_eq!(
        of("a04-actions-1"),
        Span {
            columns: 2,
            track: 0
        }
    );
}

#[test]
fn a_file_says_how_far_a_card_reaches_and_never_names_a_deleted_step() {
    let doc = demo_doc(SAAS);
    let id = MapId::parse("m").unwrap();
    let reach = |file: &MapFile| {
        let steps = file.value()["steps"].as_array().unwrap();
        let cards = steps[1]["cells"]["actions"].as_array().unwrap();
        cards[0]["span_to"].clone()
    };
    for (edit, wanted) in [
        (span("a04"), Some("a04")),
        (delete("a04"), Some("a03")),
        (delete("a03"), None),
    ] {
        apply(&mut doc.transact_mut(), &edit).unwrap();
        let file = MapFile::read(&doc.transact(), &id);
        assert_eq!(reach(&file).as_str(), wanted);
        MapFile::parse(&file.to_yaml()).expect("it can be read again");
    }
    let wrong = "{format: journey-map/1, map: {title: x}, lanes: [{id: l, type: actions}],
        stages: [{id: s, title: x}], steps: [{id: a, stage: s, title: x,
        cells: {l: [{text: x, span_to: b}]}}]}";
    let error = MapFile::parse(wrong).unwrap_err().to_string();
    assert!(error.starts_with("steps[0].cells.l[0].span_to"), "{error}");
}
