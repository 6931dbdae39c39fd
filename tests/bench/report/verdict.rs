//! What the figures say of each target: met or not met, and by how much.
//!
//! A ratio is always Waymark's figure by the other's in the same run. The best peer is the
//! best of those that lost nothing in that case, or of all when each lost something.

use std::io::{self, Write};

use super::Row;
use super::table::median;
use crate::server::Kind;

/// Writes the ratios and verdicts of all targets whose scenarios were measured.
///
/// # Errors
/// When they cannot be written.
pub(super) fn write(out: &mut impl Write, rows: &[Row]) -> io::Result<()> {
    let verdicts = judge(rows);
    if verdicts.is_empty() {
        return Ok(());
    }
    writeln!(out, "\ntargets")?;
    for Verdict { met, text } in verdicts {
        let word = match met {
            Some(true) => "met",
            Some(false) => "NOT MET",
            None => "–",
        };
        writeln!(out, "{word:>8}  {text}")?;
    }
    Ok(())
}

struct Verdict {
    /// `None` when there is nothing to compare with.
    met: Option<bool>,
    text: String,
}

/// One scenario with one parameter.
struct Case<'a> {
    name: String,
    rows: Vec<&'a Row>,
}

fn case<'a>(rows: &'a [Row], scenario: &str, parameter: u64) -> Case<'a> {
    let rows: Vec<&Row> = rows
        .iter()
        .filter(|row| row.scenario == scenario && row.parameter.1 == parameter)
        .collect();
    let name = match parameter {
        0 => scenario.to_owned(),
        value => format!("{scenario} {value}"),
    };
    Case { name, rows }
}

impl Case<'_> {
    fn of(&self, server: Kind, key: &str) -> Option<f64> {
        let rows: Vec<&Row> = self
            .rows
            .iter()
            .copied()
            .filter(|row| row.server == server)
            .collect();
        median(&rows, key)
    }

    fn ours(&self, key: &str) -> Option<f64> {
        self.of(Kind::Waymark, key)
    }

    /// The best peer and its figure; less is better unless `more`.
    fn best(&self, key: &str, more: bool) -> Option<(Kind, f64)> {
        let peers = [Kind::YWebsocket, Kind::Hocuspocus, Kind::YSweet];
        let with = |whole: bool| {
            peers
                .into_iter()
                .filter(|peer| !whole || self.of(*peer, "lost").unwrap_or(0.0) == 0.0)
                // 0 is the figure of a server that delivered nothing.
                .filter_map(|peer| Some((peer, self.of(peer, key).filter(|value| *value > 0.0)?)))
                .min_by(|a, b| {
                    let (a, b) = if more { (b, a) } else { (a, b) };
                    a.1.total_cmp(&b.1)
                })
        };
        with(true).or_else(|| with(false))
    }

    /// That our figure is at most `factor` of another's.
    fn at_most(
        &self,
        what: &str,
        key: &str,
        factor: f64,
        other: Option<(Kind, f64)>,
    ) -> Option<Verdict> {
        let ours = self.ours(key)?;
        let name = &self.name;
        Some(match other {
            Some((kind, theirs)) => Verdict {
                met: Some(ours <= factor * theirs),
                text: format!(
                    "{name}: {what} {ours:.2}, {kind} {theirs:.2}: {:.2} of it, wanted at most {factor:.2}",
                    ours / theirs
                ),
            },
            None => Verdict {
                met: None,
                text: format!("{name}: {what} {ours:.2}, nothing to compare with"),
            },
        })
    }

    /// That our figure is at most a fixed one.
    fn within(&self, what: &str, key: &str, limit: f64) -> Option<Verdict> {
        let ours = self.ours(key)?;
        Some(Verdict {
            met: Some(ours <= limit),
            text: format!("{}: {what} {ours:.2}, wanted at most {limit}", self.name),
        })
    }

    /// Says the ratio to the raw relay, which is no target.
    fn beside_relay(&self, what: &str, key: &str) -> Option<Verdict> {
        let (ours, relay) = (self.ours(key)?, self.of(Kind::Relay, key)?);
        Some(Verdict {
            met: None,
            text: format!(
                "{}: {what} {ours:.2}, raw relay {relay:.2}: {:.2} of it",
                self.name,
                ours / relay
            ),
        })
    }
}

fn judge(rows: &[Row]) -> Vec<Verdict> {
    let mut all = Vec::new();
    for people in [200, 400, 800] {
        let case = case(rows, "typing", people);
        all.extend([
            case.at_most(
                "µs of CPU a delivery",
                "cpu_us",
                0.5,
                case.best("cpu_us", false),
            ),
            case.at_most("p99 ms", "p99_ms", 0.5, case.best("p99_ms", false)),
            case.within("lost", "lost", 0.0),
            case.beside_relay("µs of CPU a delivery", "cpu_us"),
            case.beside_relay("p99 ms", "p99_ms"),
        ]);
    }
    all.push(capacity(&case(rows, "capacity", 0)));
    let maps = case(rows, "maps", 500);
    let relay = maps
        .of(Kind::Relay, "cpu_us")
        .map(|value| (Kind::Relay, value));
    all.extend([
        maps.at_most("µs of CPU a delivery", "cpu_us", 1.5, relay),
        maps.at_most("p99 ms", "p99_ms", 1.0, maps.best("p99_ms", false)),
        maps.within("lost", "lost", 0.0),
    ]);
    for people in [100, 200] {
        let case = case(rows, "cursors", people);
        all.extend([
            case.within("freshness p99 ms", "fresh_p99_ms", 60.0),
            case.at_most(
                "µs of CPU a state",
                "cpu_us",
                1.0 / 3.0,
                case.best("cpu_us", false),
            ),
            case.within("% of pairs starved", "starved_%", 0.0),
            case.within("last states lost", "last_lost", 0.0),
            case.beside_relay("µs of CPU a state", "cpu_us"),
        ]);
    }
    let join = case(rows, "join", 0);
    let document = join.ours("doc_mb").unwrap_or_default();
    all.extend([
        join.at_most("cold ms", "cold_ms", 0.5, join.best("cold_ms", false)),
        join.at_most("warm ms", "warm_ms", 0.5, join.best("warm_ms", false)),
        join.at_most(
            "p99 ms of 100 at once",
            "at_once_p99_ms",
            0.2,
            join.best("at_once_p99_ms", false),
        ),
        join.within(
            "MB more at the peak than before it was opened",
            "grown_mb",
            3.0 * document,
        ),
    ]);
    let seed = case(rows, "seed", 0);
    all.push(seed.within(
        "cost of a change in a full map by that in an empty one",
        "full/empty",
        1.2,
    ));
    let idle = case(rows, "idle", 500);
    all.extend([
        idle.at_most("MB open", "open_mb", 1.0, idle.best("open_mb", false)),
        idle.within(
            "% of the memory before, when all have gone",
            "left/start_%",
            105.0,
        ),
        idle.within(
            "% of the first time, when all have gone again",
            "again/first_%",
            105.0,
        ),
    ]);
    let killed = case(rows, "kill-stored", 0);
    all.push(killed.within("acknowledged changes lost on kill -9 at once", "lost", 0.0));
    all.into_iter().flatten().collect()
}

fn capacity(case: &Case<'_>) -> Option<Verdict> {
    let ours = case.ours("people")?;
    let server = case.ours("server_cores")?;
    let Some((peer, theirs)) = case.best("people", true) else {
        return Some(Verdict {
            met: None,
            text: format!("capacity: {ours:.0} people, nothing to compare with"),
        });
    };
    let limited = case.ours("generator_limited").unwrap_or_default() > 0.0;
    Some(Verdict {
        met: Some(ours >= 1.5 * theirs || limited && server < 0.5),
        text: format!(
            "capacity: {ours:.0} people, {peer} {theirs:.0}: {:.2} of it, wanted at least 1.5, or \
             the generator's limit{} with the server below half a core (it used {server:.2})",
            ours / theirs,
            if limited { " (reached)" } else { "" }
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(server: Kind, values: &[(&'static str, f64)]) -> Row {
        Row {
            scenario: "typing",
            server,
            parameter: ("people", 400),
            values: values.to_vec(),
            note: None,
        }
    }

    #[test]
    fn the_best_peer_is_one_that_lost_nothing_and_medians_count() {
        let rows = [
            row(Kind::Waymark, &[("cpu_us", 2.0), ("lost", 0.0)]),
            row(Kind::Waymark, &[("cpu_us", 9.0), ("lost", 0.0)]),
            row(Kind::Waymark, &[("cpu_us", 2.5), ("lost", 0.0)]),
            row(Kind::Hocuspocus, &[("cpu_us", 6.0), ("lost", 0.0)]),
            row(Kind::YWebsocket, &[("cpu_us", 1.0), ("lost", 5.0)]),
            row(Kind::Relay, &[("cpu_us", 0.1)]),
        ];
        let verdicts = judge(&rows);
        let cpu = &verdicts[0];
        assert_eq!(cpu.met, Some(true), "{}", cpu.text);
        assert!(
            cpu.text.contains("2.50, hocuspocus 6.00: 0.42 of it"),
            "{}",
            cpu.text
        );
    }

    #[test]
    fn a_target_that_is_missed_says_so() {
        let rows = [
            row(Kind::Waymark, &[("cpu_us", 4.0), ("lost", 3.0)]),
            row(Kind::Hocuspocus, &[("cpu_us", 6.0), ("lost", 0.0)]),
        ];
        assert!(
            judge(&rows)
                .iter()
                .all(|verdict| verdict.met == Some(false))
        );
    }
}
