use waymark_model::grid::{CellId, Column, Item, StageSpan};
use waymark_model::ids::{CardId, LaneId, StageId, StepId};

use super::*;

/// Two lanes over three stages: two steps, none, one; the first cell has two cards.
fn grid() -> Grid {
    let stage = |id: &str| StageId::parse(id).unwrap();
    let step = |id: &str| StepId::parse(id).unwrap();
    let column = |s: &str, id: Option<&str>| Column {
        stage: stage(s),
        step: id.map(step),
    };
    let span = |s: &str, first_column, columns, steps| StageSpan {
        stage: stage(s),
        first_column,
        columns,
        steps,
    };
    Grid {
        stages: vec![
            span("s1", 0, 2, 2),
            span("s2", 2, 1, 0),
            span("s3", 3, 1, 1),
        ],
        columns: vec![
            column("s1", Some("a")),
            column("s1", Some("b")),
            column("s2", None),
            column("s3", Some("c")),
        ],
        rows: vec![lane("l1"), lane("l2")],
        cells: [(cell_id("l1", "a"), vec![card("k1"), card("k2")])].into(),
        ..Grid::default()
    }
}

fn lane(id: &str) -> LaneId {
    LaneId::parse(id).unwrap()
}

fn cell_id(l: &str, s: &str) -> CellId {
    CellId {
        lane: lane(l),
        step: StepId::parse(s).unwrap(),
    }
}

fn card(id: &str) -> Item {
    Item::Card(CardId::parse(id).unwrap())
}

fn cell(l: &str, s: &str) -> Spot {
    Spot::Cell(cell_id(l, s))
}

fn spot(key: &str) -> Spot {
    Spot::parse(key).unwrap()
}

fn walk(from: &str, motions: &[Motion]) -> Vec<Option<String>> {
    let grid = grid();
    let mut at = spot(from);
    motions
        .iter()
        .map(|motion| {
            let next = go(&grid, &at, *motion)?;
            at = next.clone();
            Some(next.key())
        })
        .collect()
}

#[test]
fn arrows_go_from_cell_to_cell_over_the_column_of_a_stage_without_steps() {
    let keys = walk(
        "cell:l1/a",
        &[Motion::Right, Motion::Right, Motion::Down, Motion::Left],
    );
    assert_eq!(
        keys,
        [
            Some("cell:l1/b"),
            Some("cell:l1/c"),
            Some("cell:l2/c"),
            Some("cell:l2/b")
        ]
        .map(|key| key.map(str::to_owned))
    );
}

#[test]
fn arrows_reach_the_lane_header_on_the_left_and_the_headers_above() {
    assert_eq!(
        go(&grid(), &cell("l1", "a"), Motion::Left),
        Some(spot("lane:l1"))
    );
    assert_eq!(
        go(&grid(), &spot("lane:l1"), Motion::Right),
        Some(cell("l1", "a"))
    );
    assert_eq!(
        go(&grid(), &spot("lane:l1"), Motion::Down),
        Some(spot("lane:l2"))
    );
    let keys = walk(
        "cell:l1/b",
        &[Motion::Up, Motion::Up, Motion::Right, Motion::Down],
    );
    assert_eq!(
        keys,
        [
            Some("step:b"),
            Some("stage:s1"),
            Some("stage:s2"),
            Some("gap:s2")
        ]
        .map(|key| key.map(str::to_owned))
    );
}

#[test]
fn nothing_wraps_at_the_edges() {
    for (from, motion) in [
        ("stage:s1", Motion::Left),
        ("stage:s3", Motion::Right),
        ("stage:s1", Motion::Up),
        ("cell:l2/c", Motion::Down),
        ("cell:l1/c", Motion::Right),
        ("lane:l1", Motion::Left),
    ] {
        assert_eq!(go(&grid(), &spot(from), motion), None, "{from} {motion:?}");
    }
}

#[test]
fn inside_a_cell_up_and_down_go_from_card_to_card_and_then_out() {
    let keys = walk("card:k1", &[Motion::Down, Motion::Down]);
    assert_eq!(
        keys,
        [Some("card:k2".to_owned()), Some("cell:l2/a".to_owned())]
    );
    assert_eq!(
        go(&grid(), &spot("card:k1"), Motion::Up),
        Some(spot("step:a"))
    );
    assert_eq!(
        go(&grid(), &spot("card:k2"), Motion::Right),
        Some(cell("l1", "b"))
    );
}

#[test]
fn home_end_and_page_keys_stay_inside_the_map() {
    assert_eq!(
        go(&grid(), &cell("l2", "b"), Motion::Home),
        Some(cell("l2", "a"))
    );
    assert_eq!(
        go(&grid(), &cell("l2", "b"), Motion::End),
        Some(cell("l2", "c"))
    );
    assert_eq!(
        go(&grid(), &spot("stage:s1"), Motion::End),
        Some(spot("stage:s3"))
    );
    assert_eq!(
        go(&grid(), &spot("stage:s1"), Motion::Last),
        Some(cell("l2", "c"))
    );
    assert_eq!(
        go(&grid(), &cell("l2", "c"), Motion::First),
        Some(cell("l1", "a"))
    );
    assert_eq!(
        go(&grid(), &cell("l1", "a"), Motion::PageDown(9)),
        Some(cell("l2", "a"))
    );
    assert_eq!(
        go(&grid(), &cell("l2", "a"), Motion::PageUp(9)),
        Some(cell("l1", "a"))
    );
}

#[test]
fn the_next_stage_is_its_first_step_in_the_same_lane() {
    assert_eq!(
        go(&grid(), &cell("l2", "a"), Motion::NextStage),
        Some(cell("l2", "c"))
    );
    assert_eq!(
        go(&grid(), &cell("l2", "c"), Motion::PreviousStage),
        Some(cell("l2", "a"))
    );
    assert_eq!(
        go(&grid(), &spot("stage:s1"), Motion::NextStage),
        Some(spot("stage:s2"))
    );
    assert_eq!(go(&grid(), &cell("l2", "c"), Motion::NextStage), None);
}

#[test]
fn a_place_that_is_gone_leads_nowhere_and_an_empty_map_has_no_first() {
    assert_eq!(go(&grid(), &spot("card:gone"), Motion::Right), None);
    assert_eq!(first(&grid()), Some(cell("l1", "a")));
    assert_eq!(first(&Grid::default()), None);
}

#[test]
fn arrows_pass_over_a_collapsed_lane_but_reach_its_header() {
    let mut grid = grid();
    grid.rows.push(lane("l3"));
    grid.collapsed.insert(lane("l2"));
    let cell = |l: &str| Spot::Cell(cell_id(l, "b"));
    assert_eq!(go(&grid, &cell("l1"), Motion::Down), Some(cell("l3")));
    assert_eq!(go(&grid, &cell("l3"), Motion::Up), Some(cell("l1")));
    let header = |l: &str| Spot::Lane(lane(l));
    assert_eq!(go(&grid, &header("l1"), Motion::Down), Some(header("l2")));
    grid.rows.pop();
    assert_eq!(go(&grid, &cell("l1"), Motion::Down), None);
}
