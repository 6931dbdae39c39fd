//! What is lost when the server is killed: 200 changes that others have already seen.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};

use super::{each_server, runtime};
use crate::lib0::Typist;
use crate::marker;
use crate::options::Options;
use crate::report::{Report, Row};
use crate::server::{Kind, Place, Setup};
use crate::visitor::{News, Visitor};

const CHANGES: u32 = 200;
const SECONDS: [u64; 3] = [0, 1, 5];
/// How long something may take that takes milliseconds.
const WITHIN: Duration = Duration::from_secs(30);
/// How long a server may go on telling what it has after it has answered: some load a
/// document only then.
const AFTERTHOUGHT: Duration = Duration::from_secs(2);

pub(super) fn run(options: &Options, setup: &Setup, report: &mut Report, round: u32) -> Result<()> {
    let delays = if options.quick {
        &SECONDS[..1]
    } else {
        &SECONDS[..]
    };
    for seconds in delays {
        let parameter = ("seconds", *seconds);
        each_server(options, report, round, ("kill", parameter), |kind| {
            if !kind.stores() {
                return Ok(None);
            }
            let pause = Duration::from_secs(*seconds);
            let case = Case {
                scenario: "kill",
                parameter,
                until: Until::Delivered(pause),
            };
            runtime()?.block_on(once(setup, kind, case)).map(Some)
        })?;
    }
    each_server(options, report, round, ("kill-stored", ("", 0)), |kind| {
        let case = Case {
            scenario: "kill-stored",
            parameter: ("", 0),
            until: Until::Stored,
        };
        if !setup.acknowledges(kind) {
            return Ok(None);
        }
        runtime()?.block_on(once(setup, kind, case)).map(Some)
    })
}

/// When the server is killed.
#[derive(Clone, Copy)]
enum Until {
    /// So long after somebody else had everything.
    Delivered(Duration),
    /// At the moment when everything had been called stored.
    Stored,
}

struct Case {
    scenario: &'static str,
    parameter: (&'static str, u64),
    until: Until,
}

async fn once(setup: &Setup, kind: Kind, case: Case) -> Result<Row> {
    let server = setup.start_with(kind, &[])?;
    let place = server.places(1)?.remove(0);
    let mut acknowledged = 0;
    let delivering = deliver(&place, case.until, &mut acknowledged);
    tokio::time::timeout(WITHIN, delivering)
        .await
        .context("the changes were not delivered in time")??;
    let left = server.kill();
    let server = setup.start_again(&left, &[])?;
    let place = server.place(&place.name)?;
    let found = tokio::time::timeout(WITHIN, look(&place))
        .await
        .context("the document did not open in time")??;
    let lost = |of: u32| found[..of as usize].iter().filter(|there| !**there).count();
    Ok(Row {
        scenario: case.scenario,
        server: kind,
        parameter: case.parameter,
        values: vec![
            ("delivered", CHANGES.into()),
            ("lost_of_delivered", lost(CHANGES) as f64),
            ("acknowledged", acknowledged.into()),
            ("lost", lost(acknowledged) as f64),
        ],
        note: None,
    })
}

/// Types until somebody else has everything, and lets time pass. `acknowledged` is how many
/// changes, from the first on, were called stored until then.
async fn deliver(place: &Arc<Place>, until: Until, acknowledged: &mut u32) -> Result<()> {
    let (mut writer, _) = Visitor::enter(place).await?;
    let (mut watcher, _) = Visitor::enter(place).await?;
    let pen = writer.pen();
    let typing = async {
        let mut typist = Typist::new(0);
        let mut update = Vec::new();
        for number in 0..CHANGES {
            update.clear();
            typist.append(&marker::write(0, number), &mut update);
            pen.change(&update).await?;
        }
        anyhow::Ok(())
    };
    let watching = async {
        let mut seen = 0;
        while seen < CHANGES {
            if let News::Content(content, _) = watcher.news().await? {
                marker::scan(&content, |_, _| seen += 1);
            }
        }
        if let Until::Delivered(pause) = until {
            tokio::time::sleep(pause).await;
            return anyhow::Ok(());
        }
        // The other side of the select ends it.
        std::future::pending().await
    };
    let mut statuses = 0;
    let reading = async {
        loop {
            if let News::Status(true) = writer.news().await? {
                statuses += 1;
            }
            let all = u64::from(CHANGES) + writer.answered;
            if matches!(until, Until::Stored) && statuses == all {
                return Ok(());
            }
        }
    };
    let result = tokio::select! {
        done = async { tokio::try_join!(typing, watching) } => done.map(drop),
        stored = reading => stored,
    };
    *acknowledged = u32::try_from(statuses - statuses.min(writer.answered))?.min(CHANGES);
    result
}

/// Which changes a server still has.
async fn look(place: &Arc<Place>) -> Result<Vec<bool>> {
    let mut found = vec![false; CHANGES as usize];
    let mut note = |content: &[u8]| {
        marker::scan(content, |_, number| {
            if let Some(found) = found.get_mut(number as usize) {
                *found = true;
            }
        });
    };
    let (mut visitor, content) = Visitor::enter(place).await?;
    note(&content);
    while let Ok(news) = tokio::time::timeout(AFTERTHOUGHT, visitor.news()).await {
        if let News::Content(content, _) = news? {
            note(&content);
        }
    }
    Ok(found)
}
