//! PROTOCOL.md and the tests name the same rules.

use std::collections::BTreeSet;
use std::path::Path;

const PROTOCOL: &str = include_str!("../PROTOCOL.md");

#[test]
fn every_rule_has_a_test_and_every_test_a_rule() {
    let rules: BTreeSet<String> = PROTOCOL
        .lines()
        .filter_map(|line| line.strip_prefix("**")?.split_once("**"))
        .map(|(rule, _)| rule.to_lowercase())
        .collect();
    let mut tested = BTreeSet::new();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    gather(&sources, &mut tested);
    let untested: Vec<_> = rules.difference(&tested).collect();
    assert!(untested.is_empty(), "rules without a test: {untested:?}");
    let unknown: Vec<_> = tested.difference(&rules).collect();
    assert!(unknown.is_empty(), "tests of no rule: {unknown:?}");
    assert!(rules.len() > 50);
}

#[test]
fn the_close_codes_are_those_of_the_table() {
    for code in 1000..5000 {
        let row = PROTOCOL
            .lines()
            .find(|line| line.starts_with(&format!("| {code} |")));
        let reason = crate::CloseReason::from_code(code);
        let expected = reason.map(|reason| {
            let retry = if reason.retry() { "yes" } else { "no" };
            format!("| {code} | {} | {retry} |", reason.text())
        });
        assert_eq!(row.map(str::to_owned), expected);
    }
}

/// Collects the rule numbers that test names begin with.
fn gather(folder: &Path, rules: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("the sources") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            gather(&path, rules);
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source file");
        let names = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("fn "));
        for name in names {
            let first = name.split('_').next().unwrap_or_default();
            let mut letters = first.chars();
            let letter = letters.next().is_some_and(|c| c.is_ascii_lowercase());
            let number = letters.as_str();
            if letter && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) {
                rules.insert(first.to_owned());
            }
        }
    }
}
