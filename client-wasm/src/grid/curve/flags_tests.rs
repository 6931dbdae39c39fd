use super::*;

fn step(id: &str) -> StepId {
    StepId::parse(id).unwrap()
}

fn run(first: &str, last: &str) -> Run {
    Run {
        first: step(first),
        last: step(last),
    }
}

type Values = Vec<(StepId, Option<f64>)>;

fn line(values: &[f64]) -> (Values, HashMap<StepId, usize>) {
    let named: Values = values
        .iter()
        .enumerate()
        .map(|(i, value)| (step(&format!("a{i}")), Some(*value)))
        .collect();
    let columns = named
        .iter()
        .enumerate()
        .map(|(i, (id, _))| (id.clone(), i))
        .collect();
    (named, columns)
}

fn plot() -> Plot {
    Plot::new(-2.0, 2.0, 1.0, 168.0, true)
}

#[test]
fn a_drop_is_named_with_its_size_above_the_line_and_a_trough_below_its_face() {
    let (values, columns) = line(&[1.0, -1.0, 2.0]);
    let rhythm = Rhythm {
        rapid_drops: vec![step("a1")],
        troughs: vec![run("a1", "a1")],
        ..Rhythm::default()
    };
    let flags = flags(&rhythm, &values, &columns, &plot());
    assert_eq!(flags[0].text, "Sharp drop −2");
    assert!(flags[0].y + FLAGS < plot().top);
    assert!(flags[1].y > plot().y(-1.0) + FACE);
    assert!((flags[0].x - plot().x(1)).abs() < 0.1);
}

#[test]
fn a_run_of_equal_values_has_one_flag_in_its_middle() {
    let (values, columns) = line(&[0.0, 1.0, 1.0, 0.0]);
    let rhythm = Rhythm {
        peaks: vec![run("a1", "a2")],
        ..Rhythm::default()
    };
    let flags = flags(&rhythm, &values, &columns, &plot());
    assert_eq!(flags.len(), 1);
    assert!((flags[0].x - 2.0 * 168.0).abs() < 0.1);
}

#[test]
fn flags_never_meet_however_narrow_the_columns() {
    let (values, columns) = line(&[2.0, -2.0, 2.0, -2.0, 2.0, 0.0, 2.0]);
    let rhythm = Rhythm {
        rapid_drops: vec![step("a1"), step("a3"), step("a5")],
        troughs: vec![run("a1", "a1"), run("a3", "a3")],
        peaks: vec![
            run("a0", "a0"),
            run("a2", "a2"),
            run("a4", "a4"),
            run("a6", "a6"),
        ],
        sawtooth: vec![run("a0", "a6")],
        ..Rhythm::default()
    };
    for width in [168.0, 120.0, 90.0, 40.0] {
        let plot = Plot::new(-2.0, 2.0, 1.0, width, true);
        let flags = flags(&rhythm, &values, &columns, &plot);
        for (i, flag) in flags.iter().enumerate() {
            assert!(
                !flags[i + 1..].iter().any(|other| flag.meets(other)),
                "{flag:?} at {width}"
            );
            assert!(flag.y >= 0.0 && flag.y + FLAGS <= plot.height);
        }
        assert_eq!(
            flags
                .iter()
                .filter(|flag| flag.pattern == Pattern::Sawtooth)
                .count(),
            1
        );
    }
}

#[test]
fn the_summary_says_what_the_picture_shows() {
    let (values, _) = line(&[1.0, -2.0, 2.0]);
    let rhythm = Rhythm {
        lowest: vec![step("a1")],
        highest: vec![step("a2")],
        rapid_drops: vec![step("a1")],
        troughs: vec![run("a1", "a1")],
        end: Some(2.0),
        ..Rhythm::default()
    };
    let text = summary(&rhythm, &values, |id| id.to_string());
    assert_eq!(
        text,
        "Feelings set at 3 of 3 steps. Lowest, −2: a1. Highest, +2: a2. Sharp drops: a1. Troughs: a1. It ends at +2."
    );
    assert_eq!(
        summary(&Rhythm::default(), &[(step("a"), None)], |id| id
            .to_string()),
        "No feelings set yet."
    );
}
