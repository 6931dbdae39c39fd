use waymark_model::grid::{Column, StageSpan};
use waymark_model::ids::{CardId, PainId};

use super::*;

fn lane(id: &str) -> LaneId {
    LaneId::parse(id).unwrap()
}

fn stage(id: &str) -> StageId {
    StageId::parse(id).unwrap()
}

fn step(id: &str) -> StepId {
    StepId::parse(id).unwrap()
}

fn card(id: &str) -> Item {
    Item::Card(CardId::parse(id).unwrap())
}

fn card_id(id: &str) -> CardId {
    CardId::parse(id).unwrap()
}

fn pain(id: &str) -> Item {
    Item::Pain(PainId::parse(id).unwrap())
}

fn cell(l: &str, s: &str) -> CellId {
    CellId {
        lane: lane(l),
        step: step(s),
    }
}

/// Stage s1 with steps a and b, s2 with c; lanes l1, l2.
fn grid() -> Grid {
    let column = |s: &str, id: &str| Column {
        stage: stage(s),
        step: Some(step(id)),
    };
    Grid {
        stages: vec![
            StageSpan {
                stage: stage("s1"),
                first_column: 0,
                columns: 2,
                steps: 2,
            },
            StageSpan {
                stage: stage("s2"),
                first_column: 2,
                columns: 1,
                steps: 1,
            },
        ],
        columns: vec![column("s1", "a"), column("s1", "b"), column("s2", "c")],
        rows: vec![lane("l1"), lane("l2")],
        cells: [
            (cell("l1", "a"), vec![card("k1"), card("k2"), card("k3")]),
            (cell("l2", "a"), vec![card("k4"), pain("p1"), pain("p2")]),
        ]
        .into(),
        ..Grid::default()
    }
}

fn at(l: &str, s: &str, index: usize) -> Landing {
    Landing::Cell {
        cell: cell(l, s),
        index,
    }
}

fn card_move(id: &str, landing: &Landing) -> Option<Edit> {
    edit(&grid(), &Moved::Item(card(id)), landing)
}

#[test]
fn a_card_lands_between_the_cards_it_was_dropped_between() {
    let moved = |place| {
        Some(Edit::MoveCard {
            id: card_id("k1"),
            step: step("a"),
            lane: lane("l1"),
            place,
        })
    };
    assert_eq!(
        card_move("k1", &at("l1", "a", 1)),
        moved(Place::After(card_id("k2")))
    );
    assert_eq!(card_move("k1", &at("l1", "a", 2)), moved(Place::Last));
    assert_eq!(card_move("k1", &at("l1", "a", 99)), moved(Place::Last));
    assert_eq!(
        card_move("k3", &at("l1", "a", 0)),
        Some(Edit::MoveCard {
            id: card_id("k3"),
            step: step("a"),
            lane: lane("l1"),
            place: Place::Before(card_id("k1"))
        })
    );
}

#[test]
fn a_drop_where_it_was_changes_nothing() {
    assert_eq!(card_move("k2", &at("l1", "a", 1)), None);
    assert_eq!(
        edit(
            &grid(),
            &Moved::Lane(lane("l2")),
            &Landing::Lane { index: 1 }
        ),
        None
    );
}

#[test]
fn pain_points_are_ordered_among_pain_points() {
    let moved = edit(&grid(), &Moved::Item(pain("p2")), &at("l2", "a", 1));
    let id = PainId::parse("p2").unwrap();
    assert_eq!(
        moved,
        Some(Edit::MovePain {
            id,
            step: step("a"),
            place: Place::Before(PainId::parse("p1").unwrap())
        })
    );
}

#[test]
fn a_step_moves_inside_its_stage_and_then_into_the_next() {
    let b = Moved::Step(step("b"));
    let grid = grid();
    let from = here(&grid, &b).unwrap();
    let next = nudged(&grid, &b, &from, Direction::Right).unwrap();
    assert_eq!(
        next,
        Landing::Step {
            stage: stage("s2"),
            index: 0
        }
    );
    assert_eq!(
        edit(&grid, &b, &next),
        Some(Edit::MoveStep {
            id: step("b"),
            stage: stage("s2"),
            place: Place::Before(step("c"))
        })
    );
    let back = nudged(&grid, &b, &from, Direction::Left).unwrap();
    assert_eq!(
        edit(&grid, &b, &back),
        Some(Edit::MoveStep {
            id: step("b"),
            stage: stage("s1"),
            place: Place::Before(step("a"))
        })
    );
    assert_eq!(nudged(&grid, &b, &from, Direction::Up), None);
}

#[test]
fn a_card_is_nudged_through_its_cell_and_into_the_next_lane() {
    let k3 = Moved::Item(card("k3"));
    let grid = grid();
    let from = here(&grid, &k3).unwrap();
    assert_eq!(
        nudged(&grid, &k3, &from, Direction::Up),
        Some(at("l1", "a", 1))
    );
    assert_eq!(
        nudged(&grid, &k3, &from, Direction::Down),
        Some(at("l2", "a", 0))
    );
    assert_eq!(
        nudged(&grid, &k3, &from, Direction::Right),
        Some(at("l1", "b", 0))
    );
    assert_eq!(nudged(&grid, &k3, &from, Direction::Left), None);
}

#[test]
fn a_pain_point_stays_in_its_lane() {
    let p2 = Moved::Item(pain("p2"));
    let from = here(&grid(), &p2).unwrap();
    assert_eq!(nudged(&grid(), &p2, &from, Direction::Down), None);
    assert_eq!(
        nudged(&grid(), &p2, &from, Direction::Right),
        Some(at("l2", "b", 0))
    );
}

#[test]
fn stages_and_lanes_stop_at_the_edges() {
    let s1 = Moved::Stage(stage("s1"));
    assert_eq!(
        nudged(&grid(), &s1, &Landing::Stage { index: 0 }, Direction::Left),
        None
    );
    let right = nudged(&grid(), &s1, &Landing::Stage { index: 0 }, Direction::Right).unwrap();
    assert_eq!(
        edit(&grid(), &s1, &right),
        Some(Edit::MoveStage {
            id: stage("s1"),
            place: Place::Last
        })
    );
    let l2 = Moved::Lane(lane("l2"));
    assert_eq!(
        nudged(&grid(), &l2, &Landing::Lane { index: 1 }, Direction::Down),
        None
    );
    assert_eq!(places(&grid(), &l2, &Landing::Lane { index: 1 }), 2);
}
