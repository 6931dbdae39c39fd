//! 3,000 changes that make a large map, then 3,000 small ones into it and into an empty
//! one: what a change costs must not grow with the document.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::sync::Semaphore;

use super::{each_server, load, one_document, quiet, runtime};
use crate::dialect::Dialect;
use crate::large_map::{LargeMap, has_end};
use crate::load::run as run_load;
use crate::options::Options;
use crate::process;
use crate::report::{Report, Row};
use crate::server::{Kind, Place, Server, Setup};
use crate::tally::{self, quantile_ms};
use crate::visitor::{News, Visitor};

/// Waymark slows down whoever sends faster than people do; the seeding is one such.
pub(super) const AS_FAST_AS_IT_GOES: &[(&str, &str)] = &[
    ("WAYMARK_FRAMES_PER_SECOND", "1000000"),
    ("WAYMARK_FRAMES_BURST", "1000000"),
];
/// So many changes may be on their way without an acknowledgement, where there are any.
const UNACKNOWLEDGED: usize = 512;
/// How long the seeding may take.
const SEED_WITHIN: Duration = Duration::from_secs(300);
/// How long a server may go on storing.
pub(super) const QUIET_WITHIN: Duration = Duration::from_secs(60);

/// 3,000 small changes: ten people, fifty a second each, for six seconds.
const PEOPLE: usize = 10;
const PERIOD: Duration = Duration::from_millis(20);
const SECONDS: Duration = Duration::from_secs(6);

pub(super) fn run(options: &Options, setup: &Setup, report: &mut Report, round: u32) -> Result<()> {
    let map = LargeMap::make(cards(options))?;
    each_server(options, report, round, ("seed", ("", 0)), |kind| {
        if !kind.stores() {
            return Ok(None);
        }
        once(options, setup, kind, &map).map(Some)
    })
}

/// How many cards the large map has.
pub(super) fn cards(options: &Options) -> usize {
    if options.quick { 500 } else { options.cards }
}

/// How the seeding went.
pub(super) struct Seeded {
    /// Until somebody else had everything.
    delivered: Duration,
    /// Until the last acknowledgement, where there are any.
    stored: Option<Duration>,
}

/// Sends the whole map as one person, with another who watches.
pub(super) async fn seed(place: &Arc<Place>, map: &LargeMap) -> Result<Seeded> {
    let (mut writer, _) = Visitor::enter(place).await?;
    let (mut watcher, _) = Visitor::enter(place).await?;
    let pen = writer.pen();
    let started = Instant::now();
    let acknowledges = place.tongue.dialect == Dialect::Hocuspocus;
    let window = Semaphore::new(UNACKNOWLEDGED);
    let sending = async {
        for update in &map.updates {
            if acknowledges {
                window.acquire().await?.forget();
            }
            pen.change(update).await?;
        }
        anyhow::Ok(())
    };
    let storing = async {
        let mut stored = 0;
        while stored < map.updates.len() as u64 + writer.answered {
            match writer.news().await? {
                News::Status(true) => {
                    stored += 1;
                    window.add_permits(1);
                }
                News::Status(false) => bail!("a change was refused"),
                News::Content(..) => {}
            }
        }
        anyhow::Ok(started.elapsed())
    };
    let watching = async {
        loop {
            if let News::Content(content, _) = watcher.news().await?
                && has_end(&content)
            {
                return anyhow::Ok(started.elapsed());
            }
        }
    };
    let all = async {
        if acknowledges {
            let ((), delivered, stored) = tokio::try_join!(sending, watching, storing)?;
            return Ok((delivered, Some(stored)));
        }
        let delivering = async { tokio::try_join!(sending, watching) };
        tokio::select! {
            // Only to keep reading: these servers never acknowledge.
            stored = storing => stored.map(|stored| (stored, None)),
            delivered = delivering => delivered.map(|((), delivered)| (delivered, None)),
        }
    };
    let (delivered, stored) = tokio::time::timeout(SEED_WITHIN, all)
        .await
        .context("the map was not there in time")??;
    Ok(Seeded { delivered, stored })
}

fn once(options: &Options, setup: &Setup, kind: Kind, map: &LargeMap) -> Result<Row> {
    let runtime = runtime()?;
    let server = setup.start_with(kind, AS_FAST_AS_IT_GOES)?;
    let places = server.places(2)?;
    let before = process::cpu(server.id)?;
    let seeded = runtime.block_on(async {
        let seeded = seed(&places[0], map).await?;
        quiet(&server, QUIET_WITHIN).await?;
        anyhow::Ok(seeded)
    })?;
    let cpu = process::cpu(server.id)? - before;
    let count = map.updates.len() as f64;
    let mut values = vec![
        ("doc_mb", map.bytes as f64 / 1e6),
        ("delivered_s", seeded.delivered.as_secs_f64()),
        ("cpu_us_change", cpu.as_secs_f64() * 1e6 / count),
    ];
    if let Some(stored) = seeded.stored {
        values.push(("acknowledged_s", stored.as_secs_f64()));
    }
    let full = small_changes(options, &server, &places[0])?;
    let empty = small_changes(options, &server, &places[1])?;
    values.extend([
        ("full_cpu_us", full.cpu_us),
        ("empty_cpu_us", empty.cpu_us),
        ("full/empty", full.cpu_us / empty.cpu_us.max(1.0)),
        ("full_p99_ms", full.p99_ms),
        ("empty_p99_ms", empty.p99_ms),
        ("lost", full.lost + empty.lost),
    ]);
    Ok(Row {
        scenario: "seed",
        server: kind,
        parameter: ("", 0),
        values,
        note: None,
    })
}

struct Small {
    /// Microseconds of processor time a change, storing and compaction included.
    cpu_us: f64,
    p99_ms: f64,
    lost: f64,
}

fn small_changes(options: &Options, server: &Server, place: &Arc<Place>) -> Result<Small> {
    let people = one_document(place, PEOPLE);
    let mut load = load(options, tally::Kind::Typing, server, people, PERIOD);
    load.warm_up = Duration::from_secs(1);
    load.measure = if options.quick { SECONDS / 6 } else { SECONDS };
    let outcome = run_load(&load)?;
    runtime()?.block_on(quiet(server, QUIET_WITHIN))?;
    let cpu = process::cpu(server.id)? - outcome.server_cpu_before;
    Ok(Small {
        cpu_us: cpu.as_secs_f64() * 1e6 / outcome.sent.max(1) as f64,
        p99_ms: quantile_ms(&outcome.tally.latency, 0.99),
        lost: outcome.lost() as f64,
    })
}
