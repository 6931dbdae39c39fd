//! `waymark admin verify`: is everything that is stored what was written?

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;
use waymark_sync::{DocumentId, Limits, Position, Room};

use crate::store::{Damaged, Store, StoreError, Survey};

/// What was found in a store.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// How many documents there are.
    pub documents: usize,
    /// Those that are not whole.
    pub damaged: Vec<DamagedDocument>,
    /// Documents that were made and of which nothing is left.
    pub lost: Vec<String>,
    /// Small records that cannot be read.
    pub damaged_records: Vec<String>,
    /// Keys that say no document's name.
    pub strange_keys: usize,
}

/// A document that is not whole.
#[derive(Clone, Debug, Serialize)]
pub struct DamagedDocument {
    /// Which one.
    pub document: String,
    /// What is wrong, in order.
    pub problems: Vec<Damaged>,
    /// How many records are intact.
    pub intact_records: usize,
    /// Where the intact snapshot reaches to.
    pub intact_snapshot: Option<u64>,
}

impl Report {
    /// Whether everything is what was written.
    pub fn is_clean(&self) -> bool {
        self.damaged.is_empty()
            && self.lost.is_empty()
            && self.damaged_records.is_empty()
            && self.strange_keys == 0
    }

    /// For people: a line for each finding and one that sums it up.
    pub fn to_text(&self) -> String {
        let mut lines: Vec<String> = self.damaged.iter().map(DamagedDocument::to_line).collect();
        let lost = |name| format!("{name}: nothing is left of it");
        lines.extend(self.lost.iter().map(lost));
        let record = |name| format!("record {name}: cannot be read");
        lines.extend(self.damaged_records.iter().map(record));
        if self.strange_keys > 0 {
            lines.push(format!("{} keys say no document", self.strange_keys));
        }
        let (documents, damaged) = (self.documents, self.damaged.len() + self.lost.len());
        lines.push(match self.is_clean() {
            true => format!("{documents} documents, all intact"),
            false => format!("{documents} documents, {damaged} damaged or lost"),
        });
        lines.join("\n")
    }
}

impl DamagedDocument {
    fn to_line(&self) -> String {
        let problem = |damaged: &Damaged| match damaged.position {
            0 => damaged.problem.clone(),
            position => format!("position {position}: {}", damaged.problem),
        };
        let problems: Vec<String> = self.problems.iter().map(problem).collect();
        let snapshot = match self.intact_snapshot {
            Some(upto) => format!("the snapshot up to {upto} and "),
            None => String::new(),
        };
        format!(
            "{}: {}; {snapshot}{} records are intact (admin export --salvage)",
            self.document,
            problems.join(", "),
            self.intact_records,
        )
    }
}

/// Walks every document.
pub(super) async fn verify(store: &Store, made: &[DocumentId]) -> Result<Report, StoreError> {
    let (names, strange_keys) = store.survey_names().await?;
    let mut report = Report {
        documents: names.len(),
        strange_keys,
        damaged_records: store.survey_small().await?,
        ..Report::default()
    };
    let lost = made.iter().filter(|made| !names.contains(made));
    report.lost = lost.map(ToString::to_string).collect();
    for id in names {
        let mut survey = store.survey(&id).await?;
        if survey.damaged.is_empty() {
            survey.damaged.extend(opens(&id, &survey).await);
        }
        if !survey.damaged.is_empty() {
            report.damaged.push(DamagedDocument {
                document: id.to_string(),
                intact_records: survey.records.len(),
                intact_snapshot: survey.snapshot.as_ref().map(|(Position(upto), _)| *upto),
                problems: survey.damaged,
            });
        }
    }
    Ok(report)
}

/// Opens a room on what is stored, as the server does: the guard walks all of it, and yrs
/// takes it.
async fn opens(id: &DocumentId, survey: &Survey) -> Option<Damaged> {
    let (id, stored) = (id.clone(), survey.clone().intact());
    let opening = tokio::task::spawn_blocking(move || {
        catch_unwind(AssertUnwindSafe(|| {
            let opened = Room::open(id, stored, Limits::default(), 1);
            opened.err().map(|error| Damaged {
                position: error.position.map_or(0, |position| position.0),
                problem: error.problem,
            })
        }))
    });
    let fails = Damaged {
        position: 0,
        problem: "opening it fails inside".to_owned(),
    };
    match opening.await {
        Ok(Ok(problem)) => problem,
        _ => Some(fails),
    }
}
