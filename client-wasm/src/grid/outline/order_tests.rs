use waymark_model::grid::{Column, Item};
use waymark_model::ids::CardId;

use super::*;

/// Three lanes, the second with the curve, over two stages: two steps and none.
fn grid() -> Grid {
    let stage = |id: &str| StageId::parse(id).unwrap();
    let span = |id: &str, first_column, columns, steps| StageSpan {
        stage: stage(id),
        first_column,
        columns,
        steps,
    };
    let column = |s: &str, id: Option<&str>| Column {
        stage: stage(s),
        step: id.map(|id| StepId::parse(id).unwrap()),
    };
    let card = |id: &str| Item::Card(CardId::parse(id).unwrap());
    Grid {
        stages: vec![span("s1", 0, 2, 2), span("s2", 2, 1, 0)],
        columns: vec![
            column("s1", Some("a")),
            column("s1", Some("b")),
            column("s2", None),
        ],
        rows: ["acts", "feel", "pain"].map(lane).to_vec(),
        cells: [
            (cell("acts", "a"), vec![card("k1"), card("k2")]),
            (cell("pain", "b"), vec![card("k3")]),
        ]
        .into(),
        ..Grid::default()
    }
}

fn lane(id: &str) -> LaneId {
    LaneId::parse(id).unwrap()
}

fn cell(l: &str, s: &str) -> CellId {
    CellId {
        lane: lane(l),
        step: StepId::parse(s).unwrap(),
    }
}

fn shape() -> Shape {
    Shape {
        curve: Some(lane("feel")),
        ..Shape::default()
    }
}

fn keys(spots: &[Spot]) -> Vec<String> {
    spots.iter().map(Spot::key).collect()
}

fn walk(from: &str, motion: Motion) -> Option<String> {
    let order = all(&grid(), &shape());
    go(&order, &Spot::parse(from).unwrap(), motion).map(|spot| spot.key())
}

fn goes(from: &str, motion: Motion, to: &str) {
    assert_eq!(walk(from, motion).as_deref(), Some(to), "{from} {motion:?}");
}

const A: [&str; 7] = [
    "step:a",
    "cell:acts/a",
    "card:k1",
    "card:k2",
    "cell:feel/a",
    "point:a",
    "cell:pain/a",
];
const B: [&str; 6] = [
    "step:b",
    "cell:feel/b",
    "point:b",
    "cell:pain/b",
    "card:k3",
    "cell:acts/b",
];

#[test]
fn it_reads_from_stage_to_step_to_lane_to_card() {
    let mut wanted = vec!["lane:acts", "lane:feel", "lane:pain", "stage:s1"];
    wanted.extend(A);
    wanted.extend(B);
    wanted.extend(["gap:s1", "stage:s2", "gap:s2"]);
    assert_eq!(keys(&all(&grid(), &shape())), wanted);
}

#[test]
fn a_folded_stage_is_one_place() {
    let mut shape = shape();
    shape.folded.insert(StageId::parse("s1").unwrap());
    assert_eq!(
        keys(&all(&grid(), &shape)),
        [
            "lane:acts",
            "lane:feel",
            "lane:pain",
            "stage:s1",
            "stage:s2",
            "gap:s2"
        ]
    );
}

#[test]
fn a_lane_that_is_written_in_stands_at_its_own_place() {
    let mut shape = shape();
    shape.drafting = Some(cell("acts", "b"));
    let step = StepId::parse("b").unwrap();
    assert_eq!(
        keys(&of_step(&grid(), &shape, &step))[..2],
        ["step:b", "cell:acts/b"]
    );
}

#[test]
fn every_place_is_reached_by_going_down_and_again_by_going_up() {
    let order = all(&grid(), &shape());
    for pair in order.windows(2) {
        goes(&pair[0].key(), Motion::Down, &pair[1].key());
        goes(&pair[1].key(), Motion::Up, &pair[0].key());
    }
    assert_eq!(walk("gap:s2", Motion::Down), None);
    assert_eq!(walk("lane:acts", Motion::Up), None);
}

#[test]
fn left_leads_out_and_right_leads_in() {
    goes("card:k2", Motion::Left, "cell:acts/a");
    goes("cell:pain/a", Motion::Left, "step:a");
    goes("step:b", Motion::Left, "stage:s1");
    assert_eq!(walk("stage:s1", Motion::Left), None);
    goes("stage:s1", Motion::Right, "step:a");
    goes("cell:acts/a", Motion::Right, "card:k1");
    assert_eq!(walk("card:k1", Motion::Right), None);
    assert_eq!(walk("cell:pain/a", Motion::Right), None);
}

#[test]
fn home_and_end_stay_in_the_step() {
    goes("card:k2", Motion::Home, "step:a");
    goes("step:a", Motion::End, "cell:pain/a");
    assert_eq!(walk("step:b", Motion::Home), None);
    assert_eq!(walk("cell:acts/b", Motion::End), None);
}

#[test]
fn pages_are_steps_and_stages_are_leapt_over() {
    goes("card:k2", Motion::PageDown(5), "step:b");
    goes("card:k3", Motion::PageUp(5), "step:b");
    goes("step:b", Motion::PageUp(5), "step:a");
    goes("card:k2", Motion::NextStage, "stage:s2");
    goes("gap:s2", Motion::PreviousStage, "stage:s1");
    goes("stage:s2", Motion::PreviousStage, "stage:s1");
    assert_eq!(walk("card:k2", Motion::PreviousStage), None);
    goes("card:k2", Motion::First, "lane:acts");
    goes("card:k2", Motion::Last, "gap:s2");
}

#[test]
fn every_place_knows_its_step_and_stage() {
    let grid = grid();
    for key in A {
        let spot = Spot::parse(key).unwrap();
        assert_eq!(step_of(&grid, &spot), StepId::parse("a").ok(), "{key}");
        assert_eq!(stage_of(&grid, &spot), StageId::parse("s1").ok(), "{key}");
    }
    let lane = Spot::parse("lane:acts").unwrap();
    assert_eq!(step_of(&grid, &lane), None);
    assert_eq!(stage_of(&grid, &lane), None);
}
