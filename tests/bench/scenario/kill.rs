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
            runtime()?.block_on(once(setup, kind, *seconds)).map(Some)
        })?;
    }
    Ok(())
}

async fn once(setup: &Setup, kind: Kind, seconds: u64) -> Result<Row> {
    let server = setup.start_with(kind, &[])?;
    let place = server.places(1)?.remove(0);
    let mut acknowledged = 0;
    let delivering = deliver(&place, Duration::from_secs(seconds), &mut acknowledged);
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
        scenario: "kill",
        server: kind,
        parameter: ("seconds", seconds),
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
async fn deliver(place: &Arc<Place>, pause: Duration, acknowledged: &mut u32) -> Result<()> {
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
        tokio::time::sleep(pause).await;
        anyhow::Ok(())
    };
    let mut statuses = 0;
    let reading = async {
        loop {
            if let News::Status(true) = writer.news().await? {
                statuses += 1;
            }
        }
    };
    let result = tokio::select! {
        done = async { tokio::try_join!(typing, watching) } => done.map(drop),
        failed = reading => failed,
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
