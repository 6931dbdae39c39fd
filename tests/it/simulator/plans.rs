//! Plans that failed once.

use std::fs;

use waymark_tests::{Plan, plans_folder, run};

#[test]
fn every_saved_plan_keeps_all_promises() {
    let mut files: Vec<_> = fs::read_dir(plans_folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "jsonl")
        })
        .collect();
    files.sort();
    let mut problems = Vec::new();
    for path in files {
        let plan = Plan::parse(&fs::read_to_string(&path).unwrap()).unwrap();
        let outcomes = [run(&plan), run(&plan)];
        match outcomes {
            [Ok(first), Ok(second)] if first == second => {}
            [Ok(_), Ok(_)] => problems.push(format!("{}: two runs differ", path.display())),
            [Err(failure), _] | [_, Err(failure)] => {
                problems.push(format!(
                    "{}: {}\n{}",
                    path.display(),
                    failure.problem,
                    failure.trace
                ));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n\n"));
}
