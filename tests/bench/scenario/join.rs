//! A map of ten thousand cards: opened first after a restart, opened while it is there, and
//! opened by a hundred people at once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;

use super::seed::{AS_FAST_AS_IT_GOES, QUIET_WITHIN, cards, seed};
use super::{each_server, mb, quiet, runtime};
use crate::large_map::{LargeMap, count_cards, end};
use crate::options::Options;
use crate::process;
use crate::report::{Report, Row};
use crate::server::{Kind, Place, Setup};
use crate::tally::{histogram, quantile_ms, record};
use crate::visitor::{Visitor, open};

const COLD: usize = 3;
const WARM: usize = 20;
const AT_ONCE: usize = 100;
/// How long anybody may have to wait.
const OPEN_WITHIN: Duration = Duration::from_secs(60);

pub(super) fn run(options: &Options, setup: &Setup, report: &mut Report, round: u32) -> Result<()> {
    let map = LargeMap::make(cards(options))?;
    each_server(options, report, round, ("join", ("", 0)), |kind| {
        if !kind.stores() {
            return Ok(None);
        }
        runtime()?.block_on(once(setup, kind, &map)).map(Some)
    })
}

async fn once(setup: &Setup, kind: Kind, map: &LargeMap) -> Result<Row> {
    let server = setup.start_with(kind, AS_FAST_AS_IT_GOES)?;
    let place = server.places(1)?.remove(0);
    seed(&place, map).await?;
    quiet(&server, QUIET_WITHIN).await?;
    let mut stopped = server.stop()?;
    let mut cold = histogram();
    let mut last = None;
    let mut empty = 0;
    for _ in 0..COLD {
        if let Some(server) = last.take() {
            stopped = crate::server::Server::stop(server)?;
        }
        let server = setup.start_again(&stopped, &[])?;
        empty = process::memory(server.id)?.resident;
        let place = server.place(&place.name)?;
        let (took, content) = in_time(&place, map, true).await?;
        record(&mut cold, took);
        let cards = count_cards(&content)?;
        ensure!(cards == map.cards, "{cards} of {} cards", map.cards);
        last = Some(server);
    }
    let server = last.context("it was started")?;
    let place = server.place(&place.name)?;
    // Somebody stays, so that the document does.
    let (_stays, _) = Visitor::enter(&place).await?;
    let mut warm = histogram();
    for _ in 0..WARM {
        record(&mut warm, in_time(&place, map, false).await?.0);
    }
    quiet(&server, QUIET_WITHIN).await?;
    let loaded = process::memory(server.id)?;
    let before = process::cpu(server.id)?;
    let own = process::cpu(std::process::id())?;
    let mut at_once = histogram();
    let opening = (0..AT_ONCE).map(|_| in_time(&place, map, false));
    for (took, _) in try_join_all(opening).await? {
        record(&mut at_once, took);
    }
    let cpu = process::cpu(server.id)? - before;
    let own = process::cpu(std::process::id())? - own;
    let each = |cpu: Duration| cpu.as_secs_f64() * 1e3 / AT_ONCE as f64;
    let memory = process::memory(server.id)?;
    let values = vec![
        ("doc_mb", map.bytes as f64 / 1e6),
        ("cold_ms", quantile_ms(&cold, 0.5)),
        ("warm_ms", quantile_ms(&warm, 0.5)),
        ("at_once_p50_ms", quantile_ms(&at_once, 0.5)),
        ("at_once_p99_ms", quantile_ms(&at_once, 0.99)),
        ("cpu_ms_join", each(cpu)),
        ("own_cpu_ms_join", each(own)),
        ("loaded_mb", mb(loaded.resident)),
        ("peak_mb", mb(memory.peak)),
        ("grown_mb", mb(memory.peak.saturating_sub(empty))),
    ];
    Ok(Row {
        scenario: "join",
        server: kind,
        parameter: ("", 0),
        values,
        note: None,
    })
}

/// Opens the map until all of it is there: the end of it, in something that has its size.
async fn in_time(place: &Arc<Place>, map: &LargeMap, keep: bool) -> Result<(Duration, Vec<u8>)> {
    let least = map.bytes * 9 / 10;
    tokio::time::timeout(OPEN_WITHIN, open(place, (least, &end()), keep))
        .await
        .context("the map did not open in time")?
}
